"""What a user names that is no prompt: a thing to be found, words to be written, one of several maps.

seeks_of(graph) -> [Seek(name="object", type="thing", place="5.prompt", text="eyes")]
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from generators.importing.file_names import slug
from generators.importing.graph import Graph
from generators.importing.outputs import source_of
from generators.importing.pictures import DRAWS_MAP

FINDS = re.compile(
    r"grounding ?dino.*segment|clipseg|segment.*anything.*prompt|yoloworld|florence.*run|lang_?sam", re.I
)
WRITES = re.compile(r"(overlay|draw|add|render|image).?text|text.?(overlay|image|watermark|box)", re.IGNORECASE)
NAMES = ("prompt", "text", "text_input", "categories")


class Seek(NamedTuple):
    name: str
    type: Literal["thing", "text"]
    place: str
    text: str
    description: str


def seeks_of(graph: Graph) -> Iterator[Seek]:
    for node in graph.nodes.values():
        name = next((name for name in NAMES if isinstance(node.values.get(name), str)), None)
        if name is None or ("clip" in node.links and "pixels" not in node.links):
            continue
        place, text = f"{node.id}.{name}", str(node.values[name])
        if FINDS.search(node.kind):
            yield Seek(
                "object", "thing", place, text, "The thing in the picture that is looked for, as the user names it."
            )
        elif WRITES.search(node.kind):
            yield Seek(
                "words", "text", place, text, "The words that are written on the picture, as they are to stand there."
            )


def maps_of(graph: Graph, outputs: tuple[str, ...]) -> dict[str, str]:
    """Where each result is another map of one picture: the output that each map's name stands for."""
    sources = {output: source_of(graph[output]) for output in outputs}
    drawn = {output: source for output, source in sources.items() if source and DRAWS_MAP.search(graph[source].kind)}
    if len(drawn) < 2 or len(drawn) < len(outputs) - 2:
        return {}
    found: dict[str, str] = {}
    for output, source in drawn.items():
        found.setdefault(map_name(graph[source].kind), output)
    return found


def map_name(kind: str) -> str:
    """`Zoe-DepthMapPreprocessor` is a "zoe depth map"."""
    words = re.sub(r"_?Preprocessor$|_Preprocessor", "", kind)
    words = re.sub(r"(?<=[a-z0-9])(Map|Edge|Line|Art|Seg|Pose|Mesh|Sem(?=Seg))", r" \1", words)
    return slug(words).replace("_", " ")
