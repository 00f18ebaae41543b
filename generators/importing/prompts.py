"""What a user would say to a workflow: its prompts, found by going up from the pictures that come out.

    Prompt(text="a fox", places=("6.text",), negative=False, region=None)

A text belongs to the side, positive or negative, by which a sampler takes it, through whatever conditioning lies
between. The same words in several places are one prompt. A negative that its sampler does not heed is none.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from generators.importing.graph import Graph, Node

NEGATIVE = re.compile(r"^(neg(ative)?(_.*)?|.*_neg(ative)?|uncond.*|cond2)$")
POSITIVE = re.compile(r"^(pos(itive)?(_.*)?|cond|cond1|conditioning.*|blended_cond|.*_pos)$")
SAMPLES = re.compile(r"sampl|guider|detailer|ultimatesd", re.IGNORECASE)
CARRIES_SIDE = re.compile(r"^(guider|pipe|basic_pipe|context|base_ctx|sdxl_pipe|.*pipe)$")
TEXT = re.compile(
    r"^(text|text_[a-z]|prompt|.*_prompt|clip_[lg]|t5xxl|bert|mt5xl|string|positive|negative|value|string_[ab])$"
)
INSTRUCTS = re.compile(r"^system_prompt$")
STRINGS = re.compile(
    r"(?!.*(encode|apply|conditioning)).*(text|string|prompt|primitive|wildcard|concat)", re.IGNORECASE
)
PRAISE = re.compile(
    r"((very|highly|extremely|ultra|best|high|top|good) )*"
    r"(quality|detailed?|details|resolution|masterpiece|sharp( focus)?|[48]?k|u?hd|professional|intricate|realistic)"
)
MOST_SAMPLERS = 32  # one after another; more are a circle
AREAS = ("ConditioningSetArea", "ConditioningSetAreaPercentage", "GLIGENTextBoxApply", "ConditioningSetMask")


class Region(NamedTuple):
    """Where in the picture the words hold, as parts of it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def name(self) -> str | None:
        """`top_left`, `left`, `centre` …; None where it is all of the picture."""
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        if self.right - self.left > 0.9 and self.bottom - self.top > 0.9:
            return None
        side = "" if self.right - self.left > 0.9 else "left" if x < 0.4 else "right" if x > 0.6 else ""
        level = "" if self.bottom - self.top > 0.9 else "top" if y < 0.4 else "bottom" if y > 0.6 else ""
        return "_".join(word for word in (level, side) if word) or "centre"


class Said(NamedTuple):
    """A text where it was met, and how."""

    place: str
    text: str
    negative: bool
    region: Region | None
    boxed: bool
    depth: int


class Prompt(NamedTuple):
    text: str
    places: tuple[str, ...]
    region: Region | None = None
    boxed: bool = False
    depth: int = 0


class Prompts(NamedTuple):
    positive: tuple[Prompt, ...]
    negative: tuple[Prompt, ...]


class Way(NamedTuple):
    """How a node was come to."""

    negative: bool | None = None
    region: Region | None = None
    depth: int = 0  # samplers on the way from the picture
    open: bool = True  # whether the sides that a node takes are those of a sampler, or only handed on by it


def prompts_of(graph: Graph, outputs: Iterable[str]) -> Prompts:
    """What the first sampler is told; a later one that was told something else is told the user's words, too."""
    walk = Walk(graph)
    for output in outputs:
        walk.go(output, Way())
    sought = {s.place for s in walk.said if not s.negative}
    positive = joined(s for s in walk.said if not s.negative)
    if any(prompt.text.strip() for prompt in positive):
        positive = [prompt for prompt in positive if prompt.text.strip() and not only_praises(prompt.text)] or positive
    first = max((prompt.depth for prompt in positive), default=0)
    whole = [prompt for prompt in positive if prompt.depth == first or prompt.region is not None]
    later = [place for prompt in positive if prompt not in whole for place in prompt.places]
    if later and (main := next((n for n, prompt in enumerate(whole) if prompt.region is None), None)) is not None:
        whole[main] = whole[main]._replace(places=tuple(dict.fromkeys([*whole[main].places, *later])))
    return Prompts(tuple(whole), tuple(joined(s for s in walk.said if s.negative and s.place not in sought)))


def joined(said: Iterable[Said]) -> list[Prompt]:
    """Texts of one node are one prompt, and so are the same words on several; those of the first sampler lead."""
    found: dict[tuple[str, Region | None], Prompt] = {}
    of_node: dict[str, tuple[str, Region | None]] = {}
    for each in sorted(said, key=lambda s: -s.depth):
        node = each.place.partition(".")[0]
        key = of_node.setdefault(node, (" ".join(each.text.split()), each.region))
        known = found.get(key)
        places = (*known.places, each.place) if known else (each.place,)
        depth = known.depth if known else each.depth
        found[key] = Prompt(
            each.text if not known else known.text, tuple(dict.fromkeys(places)), each.region, each.boxed, depth
        )
    return list(found.values())


def only_praises(text: str) -> bool:
    """Words like "masterpiece, 4k", which say nothing of what is seen and stay as they are."""
    pieces = [piece.strip(" ()[]{}:.0123456789") for piece in re.split(r"[,\n]", text.casefold())]
    return all(PRAISE.fullmatch(piece) for piece in pieces if piece)


class Walk:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.said: list[Said] = []
        self.been: set[tuple[str, Way]] = set()

    def go(self, node_id: str, way: Way) -> None:
        node = self.graph.nodes.get(node_id)
        if node is None or (node_id, way) in self.been or way.depth > MOST_SAMPLERS:
            return
        self.been.add((node_id, way))
        if way.negative is not None and node.kind == "ConditioningZeroOut":
            return
        here = way._replace(region=region_of(node, self.graph) or way.region) if node.kind in AREAS else way
        samples = way.negative is None and takes_sides(node) and (way.open or SAMPLES.search(node.kind) is not None)
        if samples or way.negative is not None:
            self.read(node, here)
        for name, link in node.links.items():
            further = onward(name, node, way if node.kind == "GLIGENTextBoxApply" else here, samples)
            if further is not None:
                self.go(link.node, further)

    def read(self, node: Node, way: Way) -> None:
        """The texts that stand on a node of conditioning, or further up where it takes them by a link."""
        for name, value in node.inputs.items():
            if not TEXT.match(name) or INSTRUCTS.match(name):
                continue
            negative = True if NEGATIVE.match(name) else way.negative
            if negative is None and not POSITIVE.match(name):
                continue
            if negative and not heeds_negative(node):
                continue
            for place, text in texts_at(node, name, value, self.graph):
                boxed = node.kind == "GLIGENTextBoxApply"
                self.said.append(Said(place, text, bool(negative), way.region, boxed, way.depth))


def takes_sides(node: Node) -> bool:
    return any(takes_side(name) for name in node.inputs)


def takes_side(name: str) -> bool:
    return NEGATIVE.match(name) is not None or POSITIVE.match(name) is not None


def onward(name: str, node: Node, way: Way, samples: bool) -> Way | None:
    """How to go on through an input; None where what lies there is no prompt of this side."""
    if takes_side(name) and way.negative is None and not samples:
        return None
    if NEGATIVE.match(name):
        if way.negative is False or not heeds_negative(node):
            return None
        return way._replace(negative=True, depth=way.depth + samples)
    if POSITIVE.match(name):
        positive_only = {"positive", "cond", "cond1"} & {name}
        if way.negative is True and positive_only and any(NEGATIVE.match(n) for n in node.links):
            return None
        return way._replace(negative=bool(way.negative), depth=way.depth + samples)
    if CARRIES_SIDE.match(name):
        return way._replace(depth=way.depth + samples, open=True)
    if way.negative is not None and TEXT.match(name):
        return None  # read() follows it
    return Way(None, None, way.depth + samples, open=False)


def heeds_negative(node: Node) -> bool:
    """With a guidance of one a sampler looks at the positive side alone."""
    return not ("cfg" in node.values and node.values["cfg"] in (1, 1.0))


def texts_at(node: Node, name: str, value: Any, graph: Graph, depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield f"{node.id}.{name}", value
        return
    link = node.links.get(name)
    source = graph.nodes.get(link.node) if link else None
    if source is None or depth > 8 or not STRINGS.match(source.kind):
        return
    texts = {inner: text for inner, text in source.inputs.items() if TEXT.match(inner)}
    linked = {inner: text for inner, text in texts.items() if inner in source.links}
    for inner, text in (linked or texts).items():  # words put beside what comes by a link are the workflow's own
        if inner in linked or (isinstance(text, str) and text.strip()):
            yield from texts_at(source, inner, text, graph, depth + 1)


def region_of(node: Node, graph: Graph) -> Region | None:
    numbers = [node.values.get(key) for key in ("x", "y", "width", "height")]
    if not all(isinstance(n, int | float) for n in numbers):
        return None
    x, y, width, height = (float(n) for n in numbers if isinstance(n, int | float))
    across, down = (1.0, 1.0) if node.kind.endswith("Percentage") else canvas(graph)
    return Region(x / across, y / down, (x + width) / across, (y + height) / down)


def canvas(graph: Graph) -> tuple[float, float]:
    """How large the picture is at first, where it begins empty."""
    for node in graph.nodes.values():
        width, height = node.values.get("width"), node.values.get("height")
        if "Empty" in node.kind and isinstance(width, int) and isinstance(height, int):
            return float(width), float(height)
    return 1024.0, 1024.0
