"""What a workflow does, in the words of a card: found by the nodes that stand between its pictures and its results.

doing_of(graph, pictures, prompts) -> Doing("inpaint", "Inpaint", "Paints a marked part of the picture anew …", …)
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from generators.importing.graph import Graph
from generators.importing.pictures import SAMPLES, Given
from generators.importing.prompts import Prompts
from generators.importing.spoken import FINDS

TABLE = Path(__file__).parent / "doings.yaml"


class Doing(NamedTuple):
    id: str
    name: str
    does: str
    never: str
    asks: str | None = None  # what its prompt is, where there is one
    prompt: str = "prompt"
    needs_prompt: bool = True
    examples: tuple[str, ...] = ()


@cache
def doings() -> dict[str, Doing]:
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {
        key: Doing(id=key, **{**entry, "examples": tuple(entry.get("examples", ()))}) for key, entry in table.items()
    }


# In this order the first that fits says what is done to a picture; each holds nodes that do nothing else.
EDITS: tuple[tuple[str, str], ...] = (
    ("outpaint", r"padforoutpaint|outpaint"),
    ("face_swap", r"reactor|faceswap"),
    ("lift_foreground", r"layereddiffusiondiff"),
    ("relight", r"iclight"),
    ("instruct_edit", r"instructpix|qwenimageedit|kontext|referencelatent|omnigen"),
    ("inpaint", r"inpaint(?!preprocessor)|brushnet|powerpaint|setlatentnoisemask|alimama|differentialdiff"),
    ("restore", r"supir|codeformer|gfpgan|facerestore"),
    ("face_detail", r"facedetailer"),
    ("upscale", r"ultimatesd|upscalewithmodel|tile.*controlnet|4xupscale"),
)
FINDS_MASK = re.compile(
    r"rmbg|rembg|removebackground|groundingdino|segmentanything|clipseg|sam2?segment|birefnet", re.I
)
CUTS = (
    ("cut_out_named", r"groundingdino|clipseg|florence|sam.*segment"),
    ("remove_background", r"rmbg|rembg|removebackground|birefnet|matting"),
    ("draw_map", r"preprocessor|^canny$"),
    ("upscale", r"upscalewithmodel|latentupscale|imagescaleby"),
)


def doing_of(graph: Graph, pictures: tuple[Given, ...], prompts: Prompts, masked: bool) -> Doing:
    return doings()[
        edit_of(graph, masked, len(pictures) > 1) if changes(pictures) else creation_of(graph, pictures, prompts)
    ]


def changes(pictures: tuple[Given, ...]) -> bool:
    return any(given.role in ("content", "background") for given in pictures)


def edit_of(graph: Graph, masked: bool, several: bool) -> str:
    kinds = [node.kind for node in graph.nodes.values()]
    if not any(SAMPLES.search(kind) and "select" not in kind.casefold() for kind in kinds):
        cut = first_of(CUTS, kinds) or first_of(EDITS, kinds) or "process"
        return "put_before" if cut == "remove_background" and several else cut
    if (layers := layering_of(graph)) is not None:
        return layers
    found = first_of(EDITS, kinds)
    if found == "inpaint" and not masked and any(FINDS.search(kind) for kind in kinds):
        return "replace_named"
    if found == "inpaint" and not masked and any(FINDS_MASK.search(kind) for kind in kinds):
        return "inpaint_around"
    files = " ".join(graph.files())
    if found is None and re.search(r"tile", files, re.I) and any("scale" in kind.casefold() for kind in kinds):
        return "upscale"
    return found or ("inpaint" if masked else "repaint")


def layering_of(graph: Graph) -> str | None:
    for node in graph.nodes.values():
        if re.search(r"LayeredDiffusionCond", node.kind):
            config = str(node.values.get("config"))
            return "add_foreground" if "Background" in config or "Foreground" not in config else "add_background"
    return None


def creation_of(graph: Graph, pictures: tuple[Given, ...], prompts: Prompts) -> str:
    roles = {given.role for given in pictures}
    if any(re.search(r"LayeredDiffusion(Apply|DecodeRGBA)", node.kind) for node in graph.nodes.values()):
        return "transparent_image"
    if "face" in roles:
        return "face_to_image"
    if "guide" in roles:
        return "guided_image"
    if "reference" in roles:
        return "like_image"
    return (
        "regions_to_image"
        if any(prompt.region and prompt.region.name for prompt in prompts.positive)
        else "text_to_image"
    )


def first_of(table: tuple[tuple[str, str], ...], kinds: list[str]) -> str | None:
    return next((doing for doing, nodes in table if any(re.search(nodes, kind, re.I) for kind in kinds)), None)
