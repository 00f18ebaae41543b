"""A card's description, put together from what was found in a workflow."""

import re
from typing import NamedTuple

from generators.importing.doings import Doing
from generators.importing.graph import Graph
from generators.importing.naming import addons_of
from generators.importing.outputs import source_of
from generators.importing.pictures import Given
from generators.importing.prompts import Prompts
from generators.importing.settings import literal

SHOWN = {
    "pose": ("pose", "the pose", "the pose is", "a map of poses"),
    "depth": ("depth", "the depth", "the depth is", "a depth map"),
    "edges": ("edges", "the edges", "the edges are", "a drawing of its edges"),
    "scribble": ("scribble", "the lines", "the lines are", "a scribble of its lines"),
    "normals": ("surfaces", "the surfaces", "the surfaces are", "a map of its surfaces"),
    "areas": ("areas", "the areas", "the areas are", "a map of what is where"),
    "colours": ("colours", "the colours", "the colours are", "a map of its colours"),
}
PLAIN = ("guide", "the layout", "the layout is", "a map")
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


class Found(NamedTuple):
    """What a description has to tell of."""

    graph: Graph
    outputs: tuple[str, ...]
    pictures: tuple[Given, ...]
    prompts: Prompts
    masked: bool
    maps: tuple[str, ...]
    shows: str | None
    model: str | None
    sized: bool


def described(doing: Doing, found: Found) -> str:
    shown = SHOWN.get(found.shows or "", PLAIN)
    references = sum(given.role == "reference" for given in found.pictures)
    guides = [given for given in found.pictures if given.role == "guide"]
    regions = [prompt.region.name for prompt in found.prompts.positive if prompt.region and prompt.region.name]
    sentences = [
        doing.does.format(
            model=f" with {found.model}" if found.model else "",
            the_shown=shown[1],
            a_map=shown[3],
            an_example="a picture that is handed over" if references < 2 else f"{count(references)} pictures together",
            with_words=" and the user's words" if found.prompts.positive else "",
            with_example=", in the manner of another picture" if references else "",
            with_guide=f", and keeps to {shown[1]} of another picture" if guides else "",
            regions=listed([str(region).replace("_", " ") for region in dict.fromkeys(regions)]),
            where=where(found),
            some_maps=listed(list(found.maps[:3])),
            nodes=listed(steps(found.graph)),
        ).strip(),
        *also(found, doing),
        doing.never.format(the_shown_alone=shown[2]),
    ]
    return " ".join(sentences)


def where(found: Found) -> str:
    if found.masked:
        return "A mask says which part."
    return "Which part is the workflow's own doing."


def also(found: Found, doing: Doing) -> list[str]:
    """What else is worth knowing before it is called."""
    graph, told = found.graph, []
    if doing.id not in ("draw_map", "maps") and (addons := [name for name in addons_of(graph) if name != "the add-on"]):
        told.append(f"Its look comes from {listed(addons)}.")
    if doing.id == "relight" and any(given.role == "background" for given in found.pictures):
        told.append("The background comes from a picture of its own.")
    creates = not any(given.role in ("content", "background") for given in found.pictures)
    if creates and any(re.search("upscale|scaleby", node.kind, re.I) for node in graph.nodes.values()):
        told.append("What it paints is enlarged and worked over once more.")
    if creates and any("outpaint" in node.kind.casefold() for node in graph.nodes.values()):
        told.append("Then more is painted at the edges.")
    if creates and not found.sized and (size := final_size(graph)):
        told.append(f"The size is fixed: {size[0]} x {size[1]} pixels{' at first' if size[2] else ''}.")
    if (many := pictures_made(found)) > 1:
        told.append(f"One call gives {count(many)} pictures{differing(found)}.")
    return told


def final_size(graph: Graph) -> tuple[int, int, bool] | None:
    empty = [node for node in graph.nodes.values() if "Empty" in node.kind]
    sizes = {(literal(node, "width"), literal(node, "height")) for node in empty}
    if len(sizes) != 1:
        return None
    ((width, height),) = sizes
    grows = any("upscale" in node.kind.casefold() for node in graph.nodes.values())
    return (int(width), int(height), grows) if width and height else None


def pictures_made(found: Found) -> int:
    if found.maps:
        return 1
    batches = [literal(node, name) for node in found.graph.nodes.values() for name in ("batch_size", "amount")]
    return len(found.outputs) * max([int(batch) for batch in batches if batch] or [1])


def differing(found: Found) -> str:
    """In what several results differ, where that can be told: the same nodes with other settings."""
    if len(found.outputs) < 2:
        return ""
    kinds = {found.graph[source].kind for output in found.outputs if (source := source_of(found.graph[output]))}
    return " of the same, made with different settings, to choose from" if len(kinds) == 1 else ", one of each step"


def steps(graph: Graph) -> list[str]:
    kinds = [node.kind for node in graph.nodes.values() if node.links and not node.kind.startswith(("Save", "Preview"))]
    return list(dict.fromkeys(kinds))[:4] or ["nothing"]


def count(number: int) -> str:
    return COUNTS[number] if number < len(COUNTS) else str(number)


def listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
