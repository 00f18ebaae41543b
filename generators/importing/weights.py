"""How strongly a guide, an example, a face or a style weighs, as numbers that a user can set.

Number(name="pose_strength", places=("21.strength",), default=0.7, minimum=0, maximum=1, description="How …")
"""

import re
from collections.abc import Iterable, Iterator

from generators.importing.file_names import FAST, addon, slug, stem
from generators.importing.graph import Graph
from generators.importing.pictures import SAMPLES, Given
from generators.importing.settings import Number, literal

LIKENESS = {"face": "likeness", "reference": "reference_strength"}
WORDS_OF = {
    "likeness": "How much the person must look like the one on the picture; 0 is not at all.",
    "reference_strength": "How much of the example picture goes into the new one; 0 is nothing.",
}


def weights_of(graph: Graph, pictures: tuple[Given, ...]) -> Iterator[Number]:
    yield from of_guides(graph, pictures)
    yield from of_examples(graph, pictures)
    yield from of_loras(graph)


def of_guides(graph: Graph, pictures: Iterable[Given]) -> Iterator[Number]:
    for given in pictures:
        if given.role != "guide":
            continue
        below = graph.below(given.node)
        nets = [node for node in graph.nodes.values() if node.id in below and re.search(r"controlnet", node.kind, re.I)]
        places = {f"{node.id}.strength": value for node in nets if (value := literal(node, "strength")) is not None}
        if len(set(places.values())) == 1:
            shown = given.shows or "guide"
            words = (
                f"How closely the {shown if shown != 'guide' else 'guiding picture'} must be kept to; 0 is not at all."
            )
            yield leaning(f"{shown.removesuffix('s')}_strength", places, words)


def of_examples(graph: Graph, pictures: Iterable[Given]) -> Iterator[Number]:
    names = ("weight", "ip_weight", "strength")
    for given in pictures:
        if given.role not in LIKENESS:
            continue
        takes = re.compile(
            r"ipadapter(?!.*load)|instantid(?!.*(load|face))|unclipcond|stylemodelapply|pulid(?!.*load)", re.I
        )
        below = graph.below(given.node)
        nodes = [node for node in graph.nodes.values() if node.id in below and takes.search(node.kind)]
        places = {
            f"{node.id}.{name}": value
            for node in nodes
            for name in names
            if (value := literal(node, name)) is not None and direct(given.node, node.id, graph)
        }
        if len(set(places.values())) == 1:
            name = LIKENESS[given.role]
            yield leaning(name, places, WORDS_OF[name])


def direct(start: str, end: str, graph: Graph) -> bool:
    """Whether the picture gets there before any sampler."""
    waiting, been = [start], set[str]()
    while waiting:
        node = waiting.pop()
        if node == end:
            return True
        if node not in been and not SAMPLES.search(graph[node].kind):
            been.add(node)
            waiting += [
                use.node
                for use in graph.uses[node]
                if use.name not in ("conditioning", "positive", "negative", "model")
            ]
    return False


def of_loras(graph: Graph) -> Iterator[Number]:
    """A style's weight; what makes a model fast has to stay as it is."""
    found = []
    for node in graph.nodes.values():
        file = node.values.get("lora_name", node.values.get("url") if "lora" in node.kind.casefold() else None)
        if not isinstance(file, str) or file in ("None", "") or FAST.search(file):
            continue
        places = {
            f"{node.id}.{name}": value
            for name in ("strength_model", "strength_clip", "strength")
            if (value := literal(node, name)) is not None
        }
        if places and len(set(places.values())) == 1:
            found.append((file, places))
    for file, places in found:
        name = "style_strength" if len(found) == 1 else f"{slug(stem(file))[:32]}_strength"
        yield leaning(name, places, f"How strongly {addon(file)} shows; 0 is not at all.")


def leaning(name: str, places: dict[str, float], words: str) -> Number:
    value = next(iter(places.values()))
    return Number(name, tuple(places), value, min(0, value), 1 if value <= 1 else 2 if value <= 2 else value, words)
