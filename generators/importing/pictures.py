"""The pictures that a workflow is given, and what becomes of each.

    Given(node="10", input="image", role="guide", shows="pose", mask=None)

A picture's role is found by following it down: `content` is worked on and comes out changed; a `guide` lends its pose,
depth or edges; a `reference` its look; a `face` its likeness; a `background` stands behind; a `mask` says where.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from generators.importing.graph import Graph, Node, Use

Role = Literal["content", "background", "guide", "face", "reference"]
RANK: tuple[Role, ...] = ("content", "background", "guide", "face", "reference")

LOADS = re.compile(r"^(load ?image|etn_loadimage|image load|easy loadimage)", re.IGNORECASE)
LOADS_MASK = re.compile(r"^(load.*mask|etn_loadmask)", re.IGNORECASE)
MASK_SLOT = 1  # of LoadImage: what is transparent in the picture
SHOWN = {
    "pose": re.compile(r"pose|dwpre|keypoint", re.IGNORECASE),
    "depth": re.compile(r"depth|midas|zoe|leres", re.IGNORECASE),
    "scribble": re.compile(r"scribble|sketch", re.IGNORECASE),
    "edges": re.compile(r"canny|hed|lineart|line_art|softedge|pidinet|mlsd|m-lsd|teed", re.IGNORECASE),
    "normals": re.compile(r"normal", re.IGNORECASE),
    "areas": re.compile(r"semseg|segmentation|_seg\b|ade20k", re.IGNORECASE),
    "colours": re.compile(r"colorpre|shuffle|recolor", re.IGNORECASE),
    "tile": re.compile(r"tile|upscal|blur", re.IGNORECASE),
}
DRAWS_MAP = re.compile(r"preprocessor|^canny$|dwpre|keypoints|aux_", re.IGNORECASE)
MEASURES = re.compile(r"imagesize|(?<!re)size\+?$|dimensions|compar|preview|histogram|interrogat|caption|tagger", re.I)
SAMPLES = re.compile(r"sampl|^supir_sample|detailer|ultimatesd", re.IGNORECASE)
TO_LATENT = ("latent_image", "latents", "latent", "samples", "latent_noise")

# Parts of a node's class and of an input's name, and what a picture is to it: the first line that fits decides. Where
# none does, the picture goes on down.
TAKEN_AS: tuple[tuple[str, str, Role], ...] = (
    (r"instantid", r"kps", "guide"),
    (r"instantid|faceid|pulid|photomaker|facekeypoints", r"image|face|features", "face"),
    (r"reactor|faceswap", r"source", "face"),
    (r"ipadapter", r"image", "reference"),
    (r"instructpix|qwenimageedit|kontext|referencelatent", r"pixels|image|latent", "content"),
    (r"brushnet|powerpaint|alimama|inpaint(?!preprocessor)", r"image|pixels", "content"),
    (r"controlnet|controlnetapply|t2iadapter", r"image", "guide"),
    (r"iclight", r"opt_background", "background"),
    (r"iclight", r"foreground|c_concat|latent", "content"),
    (r"layereddiffusiondiff", r"^latent", "background"),
    (r"layereddiffusion", r"latent|image", "content"),
    (r"clipvision|stylemodel|unclip|redux", r"image", "reference"),
    (r"imagecomposite|porterduff|latentcomposite", r"destination|samples_to", "content"),
)
ROLES = tuple((re.compile(node, re.I), re.compile(name, re.I), role) for node, name, role in TAKEN_AS)


class Given(NamedTuple):
    node: str
    input: str
    role: Role
    shows: str | None  # of a guide: pose, depth, edges …
    drawn_here: bool  # the workflow itself makes the map from a photo
    file: str  # the example that the workflow was saved with


class Mask(NamedTuple):
    node: str
    input: str
    slot: int


def pictures_of(graph: Graph, outputs: Iterable[str]) -> tuple[Given, ...]:
    ends = set(outputs)
    found = [given for node in graph.nodes.values() if (given := given_at(node, graph, ends)) is not None]
    return tuple(sorted(found, key=lambda given: RANK.index(given.role)))


def given_at(node: Node, graph: Graph, ends: set[str]) -> Given | None:
    name = picture_input(node)
    if name is None or LOADS_MASK.match(node.kind):
        return None
    met = list(roles_from(node.id, 0, graph, ends, (), set()))
    if not met:
        return None
    role = min((role for role, _, _ in met), key=RANK.index)
    ways = [(use, passed) for each, use, passed in met if each == role]
    shows, drawn = shown_in(ways, node, graph) if role == "guide" else (None, False)
    if shows == "tile":
        return Given(node.id, name, "content", None, False, str(node.values[name]))
    return Given(node.id, name, role, shows, drawn, str(node.values[name]))


def picture_input(node: Node) -> str | None:
    if not LOADS.match(node.kind) and not LOADS_MASK.match(node.kind):
        return None
    return next((name for name in ("image", "image_path", "path", "base64") if name in node.values), None)


def roles_from(
    start: str, slot: int | None, graph: Graph, ends: set[str], passed: tuple[str, ...], been: set[str]
) -> Iterator[tuple[Role, Use, tuple[str, ...]]]:
    """Every role in which what comes out of a node is taken, with the kinds of nodes that it went through."""
    for use in graph.uses[start]:
        node = graph[use.node]
        if slot is not None and use.slot != slot:
            continue
        if use.node in ends and use.name in ("images", "image", "pixels"):
            yield "content", use, passed
            continue
        role = role_in(use, node)
        if role == "content" and any(DRAWS_MAP.search(kind) for kind in passed):
            role = "guide"
        if role is not None:
            yield role, use, passed
        elif not MEASURES.search(node.kind) and f"{use.node}.{use.name}" not in been:
            been.add(f"{use.node}.{use.name}")
            yield from roles_from(use.node, None, graph, ends, (*passed, node.kind), been)


def role_in(use: Use, node: Node) -> Role | None:
    for kind, name, role in ROLES:
        if kind.search(node.kind) and name.search(use.name):
            return role
    if SAMPLES.search(node.kind) and node.links.keys() & {"positive", "guider", "SUPIR_model", "model"}:
        return "content" if use.name in (*TO_LATENT, "image", "images", "pixels") else "reference"
    return None


def shown_in(ways: list[tuple[Use, tuple[str, ...]]], node: Node, graph: Graph) -> tuple[str | None, bool]:
    """What a guide shows: by the node that draws the map from it, else by the control net's file, else by its own."""
    for _, passed in ways:
        for shows, pattern in SHOWN.items():
            if any(pattern.search(kind) and DRAWS_MAP.search(kind) for kind in passed):
                return shows, True
    for use, _ in ways:
        nets = [link.node for name, link in graph[use.node].links.items() if "control" in name.casefold()]
        files = [str(v) for net in nets for key in graph.above(net) for v in graph[key].values.values()]
        for shows, pattern in SHOWN.items():
            if any(pattern.search(file) for file in files) or "kps" in use.name:
                return ("pose" if "kps" in use.name else shows), False
    own = " ".join(str(value) for value in node.values.values())
    return next((shows for shows, pattern in SHOWN.items() if pattern.search(own)), None), False


def map_drawn_by(kinds: Iterable[str]) -> str | None:
    return next((shows for shows, pattern in SHOWN.items() if any(pattern.search(kind) for kind in kinds)), None)


def masks_of(graph: Graph) -> tuple[Mask, ...]:
    """Masks that come with the call: a file of their own, or what is transparent in a picture."""
    found = []
    for node in graph.nodes.values():
        name = picture_input(node)
        if name is None:
            continue
        uses = [use for use in graph.uses[node.id] if not MEASURES.search(graph[use.node].kind)]
        if LOADS_MASK.match(node.kind) and uses:
            found.append(Mask(node.id, name, 0))
        elif any(use.slot == MASK_SLOT for use in uses):
            found.append(Mask(node.id, name, MASK_SLOT))
    return tuple(found)


def with_masks_apart(graph: Graph, masks: Iterable[Mask]) -> tuple[Graph, tuple[tuple[str, str], ...]]:
    """A mask that was the transparency of a picture becomes a picture of its own, white where it holds."""
    nodes, places = dict(graph.nodes), []
    for mask in masks:
        if mask.slot != MASK_SLOT:
            places.append((mask.node, mask.input))
            continue
        apart = f"{mask.node}_mask"
        nodes[apart] = Node(apart, "LoadImageMask", "", {"image": "mask.png", "channel": "red"})
        for use in graph.uses[mask.node]:
            if use.slot == MASK_SLOT:
                user = nodes[use.node]
                nodes[use.node] = user._replace(inputs={**user.inputs, use.name: [apart, 0]})
        places.append((apart, "image"))
    return Graph(nodes), tuple(places)
