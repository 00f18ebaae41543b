"""What a workflow does, in the words of a card: found by the nodes that stand between its pictures and its results.

doing_of(graph, pictures, prompts) -> Doing("inpaint", "Inpaint", "Paints a marked part of the picture anew …", …)
"""

import re
from typing import NamedTuple

from generators.importing.graph import Graph
from generators.importing.pictures import SAMPLES, Given
from generators.importing.prompts import Prompts


class Doing(NamedTuple):
    id: str
    name: str
    does: str
    never: str
    asks: str | None = None  # what its prompt is, where there is one
    prompt: str = "prompt"
    needs_prompt: bool = True
    examples: tuple[str, ...] = ()


SCENES = ("a lighthouse on a cliff at dusk", "an old fisherman mending his nets", "a fox asleep in the snow")
LOOKS = ("an oil painting of the same scene", "the same street in winter", "a comic in bold ink")
CHANGES = ("make it a winter evening", "give her a red scarf", "take the car off the road")
FILLS = ("a wooden bench", "a bunch of sunflowers", "an empty beach")
LIGHTS = ("sunset over the sea", "neon light in a city at night", "soft light from a window")
PEOPLE = ("a portrait as an astronaut", "a knight in armour, oil painting", "a watercolour of a gardener")
PICTURE_IS = "What the picture shows, in the user's words, with style, light and mood where they were named."
CREATE_NOT = "Not for changing a picture that is already there."

DOINGS = {
    doing.id: doing
    for doing in (
        Doing("text_to_image", "Text to image", "Paints a new picture from a description{model}.", CREATE_NOT, PICTURE_IS,
              examples=SCENES),
        Doing("regions_to_image", "Picture by regions",
              "Paints a new picture{model} in which parts of it are described apart: {regions}.",
              "Not for a picture whose parts are not told apart, and not for changing one that is already there.",
              "What the picture shows as a whole.", examples=SCENES),
        Doing("guided_image", "{Shown} to image",
              "Paints a new picture from a description{model} that follows {the_shown} of a picture that is handed over.",
              "Only {the_shown_alone} taken over, never the look. Not for changing that picture itself.", PICTURE_IS,
              examples=SCENES),
        Doing("like_image", "Image by example",
              "Paints a new picture{model} in the manner and with the motifs of {an_example}{with_words}.",
              "Not for changing the example itself: nothing of it stays where it was.",
              "What the new picture shows, beside what the example lends.", needs_prompt=False, examples=SCENES),
        Doing("face_to_image", "Portrait of a person",
              "Paints a new picture{model} of the person whose face is on a picture that is handed over{with_guide}.",
              "Not for retouching or changing that picture itself, and not for more than one person.",
              "Who or what the person becomes, and where.", examples=PEOPLE),
        Doing("transparent_image", "Cut-out from text",
              "Paints a new thing from a description{model} on a transparent background, ready to be put on another picture.",
              "Not for a whole scene, and not for cutting something out of a picture that is there.",
              "The thing that is painted, in the user's words.", examples=("a glass bottle", "a burning candle", "a tabby cat")),
        Doing("inpaint", "Inpaint",
              "Paints a part of the picture anew from a description{model} and leaves the rest as it is. {where}",
              "Not for changes to the whole picture.", "What is painted in that part.", examples=FILLS),
        Doing("inpaint_around", "New surroundings",
              "Keeps the thing in the foreground and paints all around it anew from a description{model}; the workflow "
              "finds the foreground itself.",
              "Not for changing the thing itself, and not for leaving the background empty.",
              "The new surroundings.", examples=("an empty beach", "a studio with grey walls", "a forest in autumn")),
        Doing("outpaint", "Outpaint",
              "Adds to the picture at its edges and paints what would be seen there{model}.",
              "Not for making the picture larger without new surroundings.",
              "What is seen in the part that is added.", needs_prompt=False, examples=FILLS),
        Doing("relight", "Relight",
              "Puts new light on the thing in the foreground{model}, as the description says, and gives it surroundings to match.",
              "Not for making a picture only brighter or darker, and not for changing the thing itself.",
              "The light, and the surroundings that it comes from.", examples=LIGHTS),
        Doing("instruct_edit", "Edit by instruction",
              "Carries out a change to the picture{model} that is told in one instruction, and keeps what is not spoken of.",
              "Not for a new picture, and not to make the picture larger or sharper.",
              "The change as one instruction, in the user's words.", "instruction", examples=CHANGES),
        Doing("repaint", "Repaint",
              "Paints the whole picture once more from a description{model} and keeps its layout.",
              "Not for changing one thing in it, and not for a picture that should have another layout.",
              "What the picture becomes, with its style.", examples=LOOKS),
        Doing("upscale", "Upscale",
              "Makes the picture larger{model} and adds fine detail.",
              "Not for showing more of the surroundings, and not for changing what is seen.",
              "What the picture shows, which helps to find the right detail.", needs_prompt=False, examples=SCENES),
        Doing("restore", "Restore",
              "Makes a small, blurred or damaged picture sharp and detailed again{model}.",
              "Not for changing what is seen, and not for showing more of the surroundings.",
              "What the picture shows, which helps to find the right detail.", needs_prompt=False,
              examples=("a photograph of an old man", "a street with parked cars", "a dog on a lawn")),
        Doing("face_detail", "Face detail", "Paints faces in the picture once more in fine detail{model}.",
              "Not for giving somebody another face, and not for the rest of the picture.",
              "How the face looks.", needs_prompt=False, examples=("a smiling woman", "an old man with a beard", "a child")),
        Doing("face_swap", "Swap a face", "Puts the face of one picture on the person in another picture.",
              "Not for changing anything but the face."),
        Doing("add_foreground", "Add a foreground",
              "Paints something from a description{model} in front of the picture, which stays as its background.",
              "Not for changing the picture itself.", "What is put in front.", examples=FILLS),
        Doing("add_background", "Add a background",
              "Paints a background from a description{model} behind the thing on the picture, which stays as it is.",
              "Not for changing the thing itself.", "The new background.", examples=("a beach at noon", "a library", "a dark forest")),
        Doing("lift_foreground", "Lift the foreground",
              "Takes the foreground off a picture{model}, given the same picture without it, and gives it back on its own.",
              "Not for a picture whose background is not at hand alone.", "What the foreground is.", needs_prompt=False,
              examples=("a dog", "a woman in a blue coat", "a vase")),
        Doing("cut_out_named", "Cut out by name",
              "Finds a thing in the picture by its name and cuts it out, also as a mask.",
              "Not for taking a thing away and filling the gap, and not for the whole background.",
              "The thing that is cut out, as the user names it.", "object"),
        Doing("remove_background", "Remove the background",
              "Cuts out the thing in the foreground and leaves nothing around it.",
              "Not for putting another background in its place."),
        Doing("draw_map", "{Shown} of a picture",
              "Turns the picture into {a_map}, for another skill to follow.",
              "Not for a drawing to be looked at for its own sake."),
        Doing("maps", "Map of a picture",
              "Turns the picture into a map that other skills can follow; `map` says which one, such as {some_maps}.",
              "Not for a drawing to be looked at for its own sake."),
        Doing("process", "Process a picture", "Works on the picture with {nodes}, without painting anything new.",
              "Not for changing what is seen in it.", needs_prompt=False),
    )
}  # fmt: skip

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
    return DOINGS[edit_of(graph, masked) if changes(pictures) else creation_of(graph, pictures, prompts)]


def changes(pictures: tuple[Given, ...]) -> bool:
    return any(given.role in ("content", "background") for given in pictures)


def edit_of(graph: Graph, masked: bool) -> str:
    kinds = [node.kind for node in graph.nodes.values()]
    if not any(SAMPLES.search(kind) and "select" not in kind.casefold() for kind in kinds):
        return first_of(CUTS, kinds) or first_of(EDITS, kinds) or "process"
    if (layers := layering_of(graph)) is not None:
        return layers
    found = first_of(EDITS, kinds)
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
