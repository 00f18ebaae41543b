"""What can be set beside words and pictures: strengths, sizes, seeds, margins, how many times larger.

    Number(name="strength", places=("3.denoise",), default=0.6, minimum=0, maximum=1, description="How far …")

Models, samplers, steps and guidance stay as they are: nobody speaks of them in a conversation about a picture.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from generators.importing.file_names import slug
from generators.importing.graph import Graph, Node
from generators.importing.pictures import Given

SEED = re.compile(r"^(seed|noise_seed|rand_seed)$")
ABSOLUTE = ("LatentUpscale", "ImageScale", "ConditioningSetArea", "GLIGENTextBoxApply", "LatentComposite", "LatentCrop",
            "ImageCrop", "SolidMask", "ImageResize+", "ImageResizeKJ", "LatentCompositeMasked")  # fmt: skip
SIDES = ("left", "top", "right", "bottom")
WIDEST = 2048
COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")


class Number(NamedTuple):
    name: str
    places: tuple[str, ...]
    default: float
    minimum: float
    maximum: float
    description: str
    unit: str | None = None


class Size(NamedTuple):
    places: tuple[str, ...]
    width: int
    height: int


def literal(node: Node, name: str) -> float | None:
    value = node.values.get(name)
    return round(value, 4) if isinstance(value, int | float) and not isinstance(value, bool) else None


def place_of_number(node: Node, name: str, graph: Graph) -> tuple[str, float] | None:
    """The place where a number stands: on the node, or on a primitive that it is taken from."""
    value = literal(node, name)
    if value is not None:
        return f"{node.id}.{name}", value
    link = node.links.get(name)
    source = graph.nodes.get(link.node) if link else None
    if source is None or not re.search(r"primitive|constant|^int|^float|seed|number", source.kind, re.IGNORECASE):
        return None
    for inner in ("value", "seed", "int", "float", "number", "Value"):
        if (value := literal(source, inner)) is not None:
            return f"{source.id}.{inner}", value
    return None


def seeds_of(graph: Graph) -> tuple[str, ...]:
    found = [
        place[0]
        for node in graph.nodes.values()
        for name in node.inputs
        if SEED.match(name) and (place := place_of_number(node, name, graph)) is not None
    ]
    return tuple(dict.fromkeys(found))


def size_of(graph: Graph, pictures: Iterable[Given], may_differ: bool) -> Size | None:
    """The size of a new picture, where the rest of the workflow does not hang on it by the pixel; that of an edited one
    only where the edit may have another size than the picture."""
    if any(given.role in ("content", "background") for given in pictures) and not may_differ:
        return None
    empty = [(node, names) for node in graph.nodes.values() if (names := sides_of(node)) is not None]
    if not empty:
        return None
    places: list[str] = []
    sizes: set[tuple[float, float]] = set()
    for node, names in empty:
        if any(graph[below].kind in ABSOLUTE for below in graph.below(node.id)):
            return None
        width, height = (place_of_number(node, name, graph) for name in names)
        if width is None or height is None:
            return None
        places += [width[0], height[0]]
        sizes.add((width[1], height[1]))
    if len(sizes) != 1 or any(
        node.kind in ("ConditioningSetArea", "GLIGENTextBoxApply") for node in graph.nodes.values()
    ):
        return None
    ((across, down),) = sizes
    for node in graph.nodes.values():
        if node.kind == "ModelSamplingFlux" and (literal(node, "width"), literal(node, "height")) == (across, down):
            places += [f"{node.id}.width", f"{node.id}.height"]
    return Size(tuple(dict.fromkeys(places)), int(across), int(down))


def sides_of(node: Node) -> tuple[str, str] | None:
    """The names of width and height, where a node begins an empty picture."""
    if "Empty" in node.kind and {"width", "height"} <= node.inputs.keys():
        return "width", "height"
    names = "empty_latent_width", "empty_latent_height"
    return names if set(names) <= node.inputs.keys() else None


def numbers_of(graph: Graph, pictures: tuple[Given, ...]) -> Iterator[Number]:
    worked_on = [given for given in pictures if given.role == "content"]
    yield from strength(graph, worked_on)
    yield from margins(graph, worked_on)
    yield from factor(graph, worked_on)


def strength(graph: Graph, worked_on: list[Given]) -> Iterator[Number]:
    """How far the sampler may move away from the picture; one that starts anew has no such thing."""
    found = {}
    for node in graph.nodes.values():
        value = literal(node, "denoise")
        if value is not None and 0 < value < 1 and any(starts_from(node, given.node, graph) for given in worked_on):
            found[f"{node.id}.denoise"] = value
    if found and len(set(found.values())) == 1:
        words = "How far the result may move away from the picture; 0 changes nothing, 1 all."
        yield Number("strength", tuple(found), next(iter(found.values())), 0, 1, words)


def starts_from(node: Node, picture: str, graph: Graph) -> bool:
    """Whether the sampler, or the one that a scheduler is for, begins with what the picture was encoded to."""
    samplers = [node] if node.links.keys() & {"latent_image", "image", "latents"} else []
    samplers += [graph[use.node] for use in graph.uses[node.id] if use.name == "sigmas"]
    starts = [
        link.node for s in samplers for name, link in s.links.items() if name in ("latent_image", "image", "latents")
    ]
    return any(picture in graph.above(start) and "Empty" not in graph[start].kind for start in starts)


def margins(graph: Graph, worked_on: list[Given]) -> Iterator[Number]:
    pads = [node for node in graph.nodes.values() if node.kind == "ImagePadForOutpaint"]
    if len(pads) != 1 or not worked_on:
        return
    for side in SIDES:
        if (found := place_of_number(pads[0], side, graph)) is not None:
            words = f"How much is added at the {side if side in ('top', 'bottom') else f'{side} side'}."
            yield Number(side, (found[0],), found[1], 0, WIDEST, words, "pixels")


def factor(graph: Graph, worked_on: list[Given]) -> Iterator[Number]:
    found = [
        place
        for node in graph.nodes.values()
        for name in ("scale_by", "upscale_by", "factor")
        if "scale" in node.kind.casefold() and (place := place_of_number(node, name, graph)) is not None
    ]
    if worked_on and len(found) == 1 and found[0][1] > 1:
        words = "How many times larger each side becomes."
        yield Number("factor", (found[0][0],), found[0][1], 1, max(4, found[0][1]), words, "times")


def colours_of(graph: Graph) -> Iterator[tuple[str, str]]:
    """Name and place of each colour that stands on a node."""
    for node in graph.nodes.values():
        for name, value in node.values.items():
            if isinstance(value, str) and COLOUR.match(value):
                yield slug(name), f"{node.id}.{name}"
