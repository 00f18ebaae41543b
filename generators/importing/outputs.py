"""The nodes whose pictures are the result: what is saved, or shown where nothing is saved.

A picture of a step on the way to another one, a mask, and a comparison of pictures are no results.
"""

import re

from generators.importing.graph import Graph, Node
from schemas.errors import Refused

SAVES = re.compile(r"save.*image|image.*save|sendimage", re.IGNORECASE)
SHOWS = re.compile(r"preview.*image|image.*preview", re.IGNORECASE)
NOT_PICTURES = {
    "a video": re.compile(r"video|webm|animated|gif|vhs_", re.IGNORECASE),
    "sound": re.compile(r"audio|sound|speech", re.IGNORECASE),
    "a three-dimensional model": re.compile(r"3d|glb|mesh|splat", re.IGNORECASE),
    "a latent that is decoded elsewhere": re.compile(r"savelatent", re.IGNORECASE),
    "a model file": re.compile(r"(checkpoint|model|clip|vae|lora)save|save(checkpoint|model|lora)", re.IGNORECASE),
    "words": re.compile(r"text|string|anything|previewany|json", re.IGNORECASE),
}
MASKS = re.compile(r"mask", re.IGNORECASE)
PICTURES = ("images", "image", "pixels")


def outputs_of(graph: Graph, where: str) -> tuple[str, ...]:
    ends = [node for node in graph.nodes.values() if source_of(node) is not None or saves_by_itself(node)]
    found = [n for n in ends if is_saved(n)] or [n for n in ends if SHOWS.search(n.kind)]
    if not found:
        raise Refused(f"{where}: {why_none(graph)}")
    sources = {node.id: source_of(node) or node.id for node in found}
    unmasked = [n for n in found if not MASKS.search(graph[sources[n.id]].kind)] or found
    final = [n for n in unmasked if not any(on_the_way(sources[n.id], sources[o.id], graph) for o in unmasked)]
    once = {sources[n.id]: n.id for n in reversed(final)}
    return tuple(sorted(once.values(), key=list(graph.nodes).index))


def is_saved(node: Node) -> bool:
    moving = any(pattern.search(node.kind) for pattern in NOT_PICTURES.values())
    return saves_by_itself(node) or (bool(SAVES.search(node.kind)) and not moving)


def saves_by_itself(node: Node) -> bool:
    """Samplers of some packs save what they make."""
    wanted = node.values.get("image_output")
    return isinstance(wanted, str) and "save" in wanted.casefold()


def source_of(node: Node) -> str | None:
    return next((link.node for name, link in node.links.items() if name in PICTURES), None)


def on_the_way(source: str, other: str, graph: Graph) -> bool:
    """Whether one picture is a step to the other, be it as a picture or before it was decoded."""
    above = graph.above(other) - {other}
    return source in above or undecoded(source, graph) in above - {undecoded(other, graph)}


def undecoded(source: str, graph: Graph) -> str:
    node = graph[source]
    latent = node.links.get("samples")
    return latent.node if latent and "decode" in node.kind.casefold() and latent.node in graph.nodes else source


def why_none(graph: Graph) -> str:
    for node in graph.nodes.values():
        if graph.uses[node.id]:
            continue
        for what, pattern in NOT_PICTURES.items():
            if pattern.search(node.kind):
                return f"it makes {what} (node {node.id}, {node.kind}), and a skill makes a picture"
    return "no picture comes out of it: nothing that is connected ends in a node that saves or shows one"
