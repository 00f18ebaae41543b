"""Cards of people's own workflows, Civitai records and tools: small ones written here, one for each rule."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from flows.import_command import import_command
from generators.cards import read_library
from generators.importing.any_file import cards_in
from generators.importing.graph import graph_of
from generators.importing.node_table import known_nodes, nodes_of, read_nodes
from generators.importing.subgraphs import drawn_nodes
from generators.importing.ui_form import converted
from generators.importing.workflow_cards import Imported, card_of_workflow
from schemas.engine import ComfyEngine
from schemas.errors import BadInput, Refused, UserError
from tests.scripted import reply, serving

Nodes = dict[str, tuple[str, dict[str, Any]]]

PAINTS: Nodes = {
    "4": ("CheckpointLoaderSimple", {"ckpt_name": "sd_xl_base_1.0.safetensors"}),
    "5": ("EmptyLatentImage", {"width": 1024, "height": 768, "batch_size": 1}),
    "6": ("CLIPTextEncode", {"text": "a fox in the snow", "clip": ["4", 1]}),
    "7": ("CLIPTextEncode", {"text": "blurry, text", "clip": ["4", 1]}),
    "3": ("KSampler", {"seed": 7, "steps": 20, "cfg": 7, "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0],
                       "negative": ["7", 0], "latent_image": ["5", 0]}),
    "8": ("VAEDecode", {"samples": ["3", 0], "vae": ["4", 2]}),
    "9": ("SaveImage", {"filename_prefix": "x", "images": ["8", 0]}),
}  # fmt: skip


def api(nodes: Nodes) -> dict[str, Any]:
    return {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}


def changed(key: str, **inputs: Any) -> Nodes:
    """The painting workflow with other inputs at one node."""
    kind, before = PAINTS[key]
    return {**PAINTS, key: (kind, {**before, **inputs})}


def with_picture(**nodes: tuple[str, dict[str, Any]]) -> Nodes:
    return {**PAINTS, "10": ("LoadImage", {"image": "photo.png"}), **nodes}


def imported(nodes: Nodes) -> Imported:
    return card_of_workflow(api(nodes), "own.json")


def engine_of(one: Imported) -> ComfyEngine:
    assert one.card.engine is not None
    return one.card.engine


def inputs_of(one: Imported) -> dict[str, tuple[str, bool]]:
    return {field.name: (field.type, field.required) for field in one.card.inputs}


def test_text_to_image_gives_prompt_size_seed_and_what_to_avoid() -> None:
    one = imported(PAINTS)
    card, engine = one.card, engine_of(one)
    assert (card.id, card.type, card.name) == ("text_to_image_sdxl", "create", "Text to image, SDXL")
    assert card.description == (
        "Paints a new picture from a description with SDXL. Not for changing a picture that is already there."
    )
    assert inputs_of(one) == {"prompt": ("text", True), "size": ("size", False)}
    assert engine.binds == {"prompt": ("6.text",), "size": ("5.width", "5.height"), "avoid": ("7.text",)}
    assert engine.wording == {"7.text": "blurry, text, {value}"}
    assert (engine.seeds, engine.outputs, engine.models) == (("3.seed",), ("9",), ("sd_xl_base_1.0.safetensors",))
    assert card.inputs[0].examples[0] == "a fox in the snow"
    assert one.remarks == ()


def test_a_negative_that_its_sampler_does_not_heed_is_no_input() -> None:
    one = imported(changed("3", cfg=1.0))
    assert "avoid" not in engine_of(one).binds
    assert one.remarks == ("no negative prompt is heeded here: what a user wants left out cannot be told to it",)


def test_sides_are_told_apart_through_the_conditioning_between() -> None:
    nodes = {
        **with_picture(),
        "20": ("ControlNetLoader", {"control_net_name": "control_openpose.safetensors"}),
        "21": ("ControlNetApplyAdvanced", {"strength": 0.7, "start_percent": 0, "end_percent": 1, "positive": ["6", 0],
                                           "negative": ["7", 0], "control_net": ["20", 0], "image": ["10", 0]}),
    }  # fmt: skip
    nodes["3"] = ("KSampler", {**PAINTS["3"][1], "positive": ["21", 0], "negative": ["21", 1]})
    one = imported(nodes)
    assert one.card.id == "pose_to_image_sdxl" and one.card.type == "create"
    assert engine_of(one).binds | {"size": ()} == {
        "image": ("10.image",), "prompt": ("6.text",), "pose_strength": ("21.strength",), "size": (), "avoid": ("7.text",),
    }  # fmt: skip
    assert inputs_of(one)["image"] == ("image", True)
    assert "Only the pose is taken over, never the look." in one.card.description


def test_a_map_that_the_workflow_draws_itself_names_the_guide() -> None:
    nodes = with_picture(**{
        "11": ("CannyEdgePreprocessor", {"resolution": 512, "image": ["10", 0]}),
        "20": ("ControlNetLoader", {"control_net_name": "union.safetensors"}),
        "21": ("ControlNetApply", {"strength": 1.0, "conditioning": ["6", 0], "control_net": ["20", 0], "image": ["11", 0]}),
        "3": ("KSampler", {**PAINTS["3"][1], "positive": ["21", 0]}),
    })  # fmt: skip
    assert imported(nodes).card.id == "edges_to_image_sdxl"


def test_a_picture_that_the_sampler_begins_with_is_edited_as_far_as_its_strength() -> None:
    nodes = with_picture(**{
        "11": ("VAEEncode", {"pixels": ["10", 0], "vae": ["4", 2]}),
        "3": ("KSampler", {**PAINTS["3"][1], "latent_image": ["11", 0], "denoise": 0.55}),
    })  # fmt: skip
    one = imported(nodes)
    assert (one.card.id, one.card.type) == ("repaint_sdxl", "edit")
    assert inputs_of(one) == {"prompt": ("text", True), "strength": ("number", False)}
    strength = one.card.input("strength")
    assert strength and (strength.minimum, strength.maximum, strength.default) == (0, 1, 0.55)
    assert engine_of(one).binds["image"] == ("10.image",)
    assert one.workflow is not None and "5" not in one.workflow


def test_a_mask_in_a_pictures_transparency_becomes_a_picture_of_its_own() -> None:
    nodes = with_picture(**{
        "11": ("VAEEncodeForInpaint", {"grow_mask_by": 6, "pixels": ["10", 0], "mask": ["10", 1], "vae": ["4", 2]}),
        "3": ("KSampler", {**PAINTS["3"][1], "latent_image": ["11", 0]}),
    })  # fmt: skip
    one = imported(nodes)
    assert one.card.id == "inpaint_sdxl"
    assert inputs_of(one)["mask"] == ("image", True)
    assert engine_of(one).binds["mask"] == ("10_mask.image",)
    assert one.workflow is not None
    assert one.workflow["11"]["inputs"]["mask"] == ["10_mask", 0]
    assert one.workflow["10_mask"]["class_type"] == "LoadImageMask"


def test_margins_of_an_outpainting_are_numbers_in_pixels() -> None:
    nodes = with_picture(**{
        "12": ("ImagePadForOutpaint", {"left": 0, "top": 0, "right": 256, "bottom": 0, "feathering": 40, "image": ["10", 0]}),
        "11": ("VAEEncodeForInpaint", {"grow_mask_by": 6, "pixels": ["12", 0], "mask": ["12", 1], "vae": ["4", 2]}),
        "3": ("KSampler", {**PAINTS["3"][1], "latent_image": ["11", 0]}),
    })  # fmt: skip
    one = imported(nodes)
    assert one.card.id == "outpaint_sdxl"
    right = one.card.input("right")
    assert right and (right.unit, right.default, right.minimum, right.maximum) == ("pixels", 256, 0, 2048)
    assert inputs_of(one).keys() == {"prompt", "left", "top", "right", "bottom"}


def test_an_instruction_goes_to_the_encoder_that_also_takes_the_picture() -> None:
    nodes = with_picture(**{
        "6": ("TextEncodeQwenImageEdit", {"prompt": "give her a hat", "clip": ["4", 1], "image": ["10", 0]}),
        "4": ("CheckpointLoaderSimple", {"ckpt_name": "qwen_image_edit_fp8.safetensors"}),
    })  # fmt: skip
    one = imported(nodes)
    assert (one.card.id, one.card.type) == ("edit_by_instruction_qwen_image_edit", "edit")
    assert engine_of(one).binds["instruction"] == ("6.prompt",)


@pytest.mark.parametrize(
    ("extra", "skill_id", "name", "place"),
    [
        ({"30": ("IPAdapterModelLoader", {"ipadapter_file": "plus.bin"}),
          "31": ("IPAdapterAdvanced", {"weight": 0.6, "model": ["4", 0], "ipadapter": ["30", 0], "image": ["10", 0]})},
         "image_by_example_sdxl", "reference_strength", "31.weight"),
        ({"31": ("ApplyInstantID", {"weight": 0.8, "start_at": 0, "end_at": 1, "image": ["10", 0], "model": ["4", 0],
                                    "positive": ["6", 0], "negative": ["7", 0]})},
         "portrait_of_a_person_sdxl", "likeness", "31.weight"),
    ],
    ids=["example", "face"],
)  # fmt: skip
def test_what_a_picture_lends_is_found_by_who_takes_it(extra: Nodes, skill_id: str, name: str, place: str) -> None:
    one = imported(with_picture(**extra, **{"3": ("KSampler", {**PAINTS["3"][1], "model": ["31", 0]})}))
    assert (one.card.id, one.card.type) == (skill_id, "create")
    assert engine_of(one).binds[name] == (place,)


@pytest.mark.parametrize(
    ("extra", "skill_id", "fields"),
    [
        ({"11": ("ImageUpscaleWithModel", {"upscale_model": ["12", 0], "image": ["10", 0]}),
          "12": ("UpscaleModelLoader", {"model_name": "4x_esrgan.pth"})}, "upscale", set()),
        ({"11": ("ImageRemoveBackground+", {"rembg_session": ["12", 0], "image": ["10", 0]}),
          "12": ("RemBGSession+", {"model": "u2net", "providers": "CPU"})}, "remove_the_background", set()),
        ({"11": ("DepthAnythingPreprocessor", {"resolution": 512, "image": ["10", 0]})}, "depth_of_a_picture", set()),
        ({"11": ("GroundingDinoSAMSegment (segment anything)", {"prompt": "eyes", "threshold": 0.3, "image": ["10", 0]})},
         "cut_out_by_name", {"object"}),
        ({"11": ("ImageScaleBy", {"upscale_method": "lanczos", "scale_by": 2.0, "image": ["10", 0]})}, "upscale", {"factor"}),
        ({"11": ("ImageInvert", {"image": ["10", 0]})}, "process_a_picture", set()),
    ],
)  # fmt: skip
def test_a_picture_that_no_sampler_sees_is_worked_on_all_the_same(
    extra: Nodes, skill_id: str, fields: set[str]
) -> None:
    one = imported({"10": ("LoadImage", {"image": "a.png"}), **extra, "9": ("SaveImage", {"images": ["11", 0]})})
    assert (one.card.id, one.card.type) == (skill_id, "edit")
    assert inputs_of(one).keys() == fields
    assert one.remarks == ()


def test_what_is_cut_out_can_be_put_before_another_picture() -> None:
    one = imported({
        "10": ("LoadImage", {"image": "behind.png"}),
        "11": ("LoadImage", {"image": "front.png"}),
        "12": ("InspyrenetRembg", {"image": ["11", 0]}),
        "13": ("ImageCompositeMasked", {"x": 0, "y": 0, "destination": ["10", 0], "source": ["12", 0], "mask": ["12", 1]}),
        "9": ("SaveImage", {"images": ["13", 0]}),
    })  # fmt: skip
    assert one.card.id == "put_before_a_background"
    assert engine_of(one).binds == {"image": ("11.image",), "background": ("10.image",)}


def test_a_part_that_is_found_by_its_name_is_a_thing_to_name() -> None:
    nodes = with_picture(**{
        "30": ("CLIPSeg", {"text": "the hat", "threshold": 0.4, "image": ["10", 0]}),
        "11": ("VAEEncodeForInpaint", {"grow_mask_by": 6, "pixels": ["10", 0], "mask": ["30", 0], "vae": ["4", 2]}),
        "3": ("KSampler", {**PAINTS["3"][1], "latent_image": ["11", 0]}),
    })  # fmt: skip
    one = imported(nodes)
    assert one.card.id == "replace_by_name_sdxl"
    assert inputs_of(one) == {"prompt": ("text", True), "object": ("thing", True)}


def test_words_put_beside_a_prompt_stay_as_they_are() -> None:
    nodes = {
        **changed("6", text=["20", 0]),
        "20": ("StringConcatenate", {"string_a": ["21", 0], "string_b": "oil painting", "delimiter": ", "}),
        "21": ("PrimitiveString", {"value": "a boat"}),
    }
    assert engine_of(imported(nodes)).binds["prompt"] == ("21.value",)


def test_several_maps_of_one_picture_are_a_choice() -> None:
    nodes: Nodes = {"10": ("LoadImage", {"image": "a.png"})}
    for key, kind in (("1", "CannyEdgePreprocessor"), ("2", "Zoe-DepthMapPreprocessor")):
        nodes |= {
            key: (kind, {"resolution": 512, "image": ["10", 0]}),
            f"{key}0{key}": ("SaveImage", {"images": [key, 0]}),
        }
    one = imported(nodes)
    assert one.card.inputs[0].choices == ("canny edge", "zoe depth map")
    assert engine_of(one).picks == {"map": {"canny edge": "101", "zoe depth map": "202"}}


SECOND_PASS: Nodes = {
    **PAINTS,
    "20": ("LatentUpscale", {"upscale_method": "nearest", "width": 2048, "height": 1536, "samples": ["3", 0]}),
    "26": ("CLIPTextEncode", {"text": "a fox, sharp fur", "clip": ["4", 1]}),
    "23": ("KSampler", {**PAINTS["3"][1], "positive": ["26", 0], "latent_image": ["20", 0], "denoise": 0.5}),
    "28": ("VAEDecode", {"samples": ["23", 0], "vae": ["4", 2]}),
    "29": ("SaveImage", {"images": ["28", 0]}),
}


def test_a_second_pass_is_told_the_same_and_only_its_picture_is_the_result() -> None:
    one = imported(SECOND_PASS)
    assert engine_of(one).outputs == ("29",)
    assert engine_of(one).binds["prompt"] == ("6.text", "26.text")
    assert inputs_of(one) == {"prompt": ("text", True)}  # a size would not fit the second pass
    assert "enlarged and worked over once more. The size is fixed: 1024 x 768 pixels at first." in one.card.description


def test_parts_of_the_picture_have_words_of_their_own() -> None:
    nodes = {
        **PAINTS,
        "20": ("CLIPTextEncode", {"text": "night", "clip": ["4", 1]}),
        "21": (
            "ConditioningSetArea",
            {"width": 1024, "height": 256, "x": 0, "y": 0, "strength": 1, "conditioning": ["20", 0]},
        ),
        "22": ("ConditioningCombine", {"conditioning_1": ["6", 0], "conditioning_2": ["21", 0]}),
        "3": ("KSampler", {**PAINTS["3"][1], "positive": ["22", 0]}),
    }
    one = imported(nodes)
    assert one.card.id == "picture_by_regions_sdxl"
    assert engine_of(one).binds["top_part"] == ("20.text",)
    assert "size" not in inputs_of(one)


def test_two_ideas_of_one_sampler_are_two_inputs_and_praise_is_none() -> None:
    nodes = {
        **PAINTS,
        "20": ("CLIPTextEncode", {"text": "a chameleon", "clip": ["4", 1]}),
        "21": ("CLIPTextEncode", {"text": "masterpiece, best quality, 4k", "clip": ["4", 1]}),
        "22": ("ConditioningConcat", {"conditioning_to": ["6", 0], "conditioning_from": ["20", 0]}),
        "23": ("ConditioningConcat", {"conditioning_to": ["22", 0], "conditioning_from": ["21", 0]}),
        "3": ("KSampler", {**PAINTS["3"][1], "positive": ["23", 0]}),
    }
    binds = engine_of(imported(nodes)).binds
    assert (binds["prompt"], binds["second_prompt"]) == (("6.text",), ("20.text",))
    assert not any("21.text" in places for places in binds.values())


def test_a_style_has_a_weight_and_what_makes_a_model_fast_has_none() -> None:
    def lora(file: str, before: str) -> tuple[str, dict[str, Any]]:
        return "LoraLoader", {
            "lora_name": file,
            "strength_model": 0.8,
            "strength_clip": 0.8,
            "model": [before, 0],
            "clip": [before, 1],
        }

    nodes = {
        **PAINTS,
        "20": lora("styles/InkWash_v2.safetensors", "4"),
        "21": lora("sdxl_lightning_4step.safetensors", "20"),
        "3": ("KSampler", {**PAINTS["3"][1], "model": ["21", 0]}),
    }
    one = imported(nodes)
    assert engine_of(one).binds["style_strength"] == ("20.strength_model", "20.strength_clip")
    assert "Its look comes from Ink Wash v2." in one.card.description


def test_a_prompt_that_comes_by_a_link_is_bound_where_it_stands() -> None:
    nodes = {**changed("6", text=["20", 0]), "20": ("PrimitiveStringMultiline", {"value": "a heron"})}
    assert engine_of(imported(nodes)).binds["prompt"] == ("20.value",)


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        ({**PAINTS, "9": ("VHS_VideoCombine", {"images": ["8", 0]})}, "it makes a video (node 9, VHS_VideoCombine), and a skill makes a picture"),
        ({"1": ("LoadAudio", {"audio": "a.mp3"}), "2": ("SaveAudio", {"audio": ["1", 0]})}, "it makes sound (node 2, SaveAudio)"),
        ({"1": ("Load3D", {}), "2": ("SaveGLB", {"mesh": ["1", 0]})}, "it makes a three-dimensional model (node 2, SaveGLB)"),
        ({"1": ("Florence2Run", {}), "2": ("ShowText|pysssss", {"text": ["1", 0]})}, "it makes words (node 2, ShowText|pysssss)"),
        ({"4": PAINTS["4"]}, "no picture comes out of it"),
    ],
)  # fmt: skip
def test_what_makes_no_picture_is_refused_and_the_reason_said(nodes: Nodes, reason: str) -> None:
    with pytest.raises(Refused, match=re.escape(f"own.json: {reason}")):
        imported(nodes)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"3": {"inputs": {}}}, "own.json: node '3' has no class_type"),
        (
            {"3": {"class_type": "KSampler", "inputs": []}},
            "own.json: node '3' (KSampler): its inputs are [], not a table",
        ),
        ({"nodes": [{"id": 1}], "links": []}, "own.json: the node {'id': 1} has no id or no type"),
        ({"nodes": [], "links": [[1, 2]]}, "own.json: the link [1, 2] is none"),
        ([], "own.json: is no workflow"),
        ({}, "own.json: is no workflow in API form, a table of nodes by their ids"),
    ],
)
def test_a_file_that_is_none_says_where_it_is_wrong(content: Any, reason: str) -> None:
    with pytest.raises(UserError, match=re.escape(reason)):
        card_of_workflow(content, "own.json")


def box(number: int, kind: str, wires: dict[str, int | None], outputs: str = "", **rest: Any) -> dict[str, Any]:
    """A node as the editor saves it."""
    inputs = [{"name": name, "type": "*", "link": link} for name, link in wires.items()]
    return {
        "id": number,
        "type": kind,
        "mode": 0,
        "inputs": inputs,
        "outputs": [{"type": t} for t in outputs.split()],
        **rest,
    }


GRAPH: dict[str, Any] = {
    "nodes": [
        box(4, "CheckpointLoaderSimple", {}, "MODEL CLIP VAE", widgets_values=["sd_xl_base_1.0.safetensors"]),
        box(5, "EmptyLatentImage", {}, "LATENT", widgets_values=[1024, 768, 1]),
        box(6, "CLIPTextEncode", {"clip": 2}, "CONDITIONING", widgets_values=["a fox in the snow"]),
        box(7, "CLIPTextEncode", {"clip": 3}, "CONDITIONING", widgets_values=["blurry, text"]),
        box(3, "KSampler", {"model": 1, "positive": 4, "negative": 5, "latent_image": 6}, "LATENT",
            widgets_values=[7, "randomize", 20, 7, "euler", "normal", 1.0]),
        box(8, "VAEDecode", {"samples": 7, "vae": 8}, "IMAGE"),
        box(9, "SaveImage", {"images": 9}, widgets_values=["x"]),
        box(11, "Note", {}, widgets_values=["for winter cards"]),
    ],
    "links": [[1, 4, 0, 3, 0, "MODEL"], [2, 4, 1, 6, 0, "CLIP"], [3, 4, 1, 7, 0, "CLIP"], [4, 6, 0, 3, 1, "CONDITIONING"],
              [5, 7, 0, 3, 2, "CONDITIONING"], [6, 5, 0, 3, 3, "LATENT"], [7, 3, 0, 8, 0, "LATENT"],
              [8, 4, 2, 8, 1, "VAE"], [9, 8, 0, 9, 0, "IMAGE"]],
}  # fmt: skip


def graph(*added: dict[str, Any], links: tuple[list[Any], ...] = (), **wires: int) -> dict[str, Any]:
    """GRAPH with more nodes and links, and inputs named `node_input` on other links."""
    content: dict[str, Any] = json.loads(json.dumps(GRAPH))
    for place, link in wires.items():
        number, name = place[1:].split("_", 1)
        (node,) = [node for node in content["nodes"] if node["id"] == int(number)]
        socket = next((s for s in node["inputs"] if s["name"] == name), None)
        if socket is None:
            socket = {"name": name, "type": "*", "widget": {"name": name}}
            node["inputs"].append(socket)
        socket["link"] = link
    content["nodes"] += added
    content["links"] += links
    return content


def flat(content: dict[str, Any]) -> dict[str, Any]:
    return converted(drawn_nodes(content, "own.json"), known_nodes(), "own.json").workflow()


def test_a_graph_says_what_its_export_says() -> None:
    made = flat(GRAPH)
    assert made.keys() == PAINTS.keys()
    assert made["3"]["inputs"] == {**PAINTS["3"][1], "sampler_name": "euler", "scheduler": "normal"}
    one = card_of_workflow(GRAPH, "own.json")
    assert (one.card.id, one.notes) == ("text_to_image_sdxl", "for winter cards")


def test_reroutes_primitives_and_named_wires_are_followed() -> None:
    content = graph(
        box(20, "Reroute", {"": 20}, "CONDITIONING"),
        box(21, "PrimitiveNode", {}, "INT", widgets_values=[512, "fixed"]),
        box(22, "SetNode", {"LATENT": 22}, "*", widgets_values=["start"]),
        box(23, "GetNode", {}, "LATENT", widgets_values=["start"]),
        links=([20, 6, 0, 20, 0, "CONDITIONING"], [21, 20, 0, 3, 1, "CONDITIONING"], [22, 5, 0, 22, 0, "LATENT"],
               [23, 23, 0, 3, 3, "LATENT"], [24, 21, 0, 5, 0, "INT"]),
        n3_positive=21, n3_latent_image=23, n5_width=24,
    )  # fmt: skip
    made = flat(content)
    assert made["3"]["inputs"]["positive"] == ["6", 0]
    assert made["3"]["inputs"]["latent_image"] == ["5", 0]
    assert made["5"]["inputs"]["width"] == 512
    assert not made.keys() & {"20", "21", "22", "23"}


@pytest.mark.parametrize(("mode", "model"), [(0, ["20", 0]), (4, ["4", 0]), (2, None)], ids=["on", "bypassed", "muted"])
def test_a_node_that_is_switched_off_hands_on_or_is_gone(mode: int, model: list[Any] | None) -> None:
    lora = box(20, "LoraLoader", {"model": 20, "clip": 21}, "MODEL CLIP", widgets_values=["ink.safetensors", 1, 1])
    for socket, kind in zip(lora["inputs"], ("MODEL", "CLIP"), strict=True):
        socket["type"] = kind
    content = graph(
        {**lora, "mode": mode},
        links=([20, 4, 0, 20, 0, "MODEL"], [21, 4, 1, 20, 1, "CLIP"], [22, 20, 0, 3, 0, "MODEL"]),
        n3_model=22,
    )
    assert flat(content)["3"]["inputs"].get("model") == model


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (["a heron"], None),
        (["a heron", None, "randomize"], [["-1", "text"], ["1", "seed"], ["1", "control_after_generate"]]),
        (["a heron"], [["1", "text"]]),
    ],
    ids=["an older file", "its own input", "a widget inside"],
)
def test_a_subgraph_is_opened_with_the_values_set_on_its_outside(values: list[Any], shown: list[Any] | None) -> None:
    inner = {
        "id": "3fa8", "name": "Say",
        "inputs": [{"name": "clip", "type": "CLIP"}, {"name": "text", "type": "STRING"}],
        "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING"}],
        "nodes": [box(1, "CLIPTextEncode", {"clip": 1}, "CONDITIONING", widgets_values=["inside"])],
        "links": [{"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 1, "target_slot": 0, "type": "CLIP"},
                  {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 1, "target_slot": 1, "type": "STRING"},
                  {"id": 3, "origin_id": 1, "origin_slot": 0, "target_id": -20, "target_slot": 0, "type": "CONDITIONING"}],
    }  # fmt: skip
    inner["nodes"][0]["inputs"].append({"name": "text", "type": "STRING", "link": 2, "widget": {"name": "text"}})  # type: ignore[index]
    outer = box(20, "3fa8", {"clip": 20}, "CONDITIONING", widgets_values=values, properties={"proxyWidgets": shown})
    outer["inputs"].append({"name": "text", "type": "STRING", "link": None, "widget": {"name": "text"}})
    content = graph(
        outer, links=([20, 4, 1, 20, 0, "CLIP"], [21, 20, 0, 3, 1, "CONDITIONING"]), n3_positive=21
    ) | {"definitions": {"subgraphs": [inner]}}  # fmt: skip
    made = flat(content)
    assert made["3"]["inputs"]["positive"] == ["20:1", 0]
    assert made["20:1"]["inputs"] == {"text": "a heron", "clip": ["4", 1]}
    assert engine_of(card_of_workflow(content, "own.json")).binds["prompt"] == ("20:1.text",)


def test_a_group_node_is_opened_with_its_values_in_turn() -> None:
    group = {
        "nodes": [
            {**box(0, "CLIPTextEncode", {"clip": None}, "CONDITIONING", widgets_values=["inside"]), "index": 0},
            {
                **box(0, "ConditioningSetTimestepRange", {"conditioning": None}, "CONDITIONING", widgets_values=[0, 1]),
                "index": 1,
            },
        ],
        "links": [[0, 0, 1, 0, 1, "CONDITIONING"]],
    }
    content = graph(
        box(20, "workflow/Say", {"clip": 20}, "CONDITIONING", widgets_values=["a heron", 0.1, 0.9]),
        links=([20, 4, 1, 20, 0, "CLIP"], [21, 20, 0, 3, 1, "CONDITIONING"]), n3_positive=21,
    ) | {"extra": {"groupNodes": {"Say": group}}}  # fmt: skip
    made = flat(content)
    assert made["3"]["inputs"]["positive"] == ["20:1", 0]
    assert made["20:1"]["inputs"] == {"start": 0.1, "end": 0.9, "conditioning": ["20:0", 0]}
    assert made["20:0"]["inputs"] == {"text": "a heron", "clip": ["4", 1]}


def unknown(values: list[Any], **socket: Any) -> dict[str, Any]:
    node = box(20, "Sparkler", {"latent": 20}, "LATENT", widgets_values=values)
    node["inputs"] += [{"name": name, "type": "INT", "link": None, "widget": {"name": name}} for name in socket]
    return graph(node, links=([20, 3, 0, 20, 0, "LATENT"], [21, 20, 0, 8, 0, "LATENT"]), n8_samples=21)


def test_an_unknown_node_whose_file_names_its_values_is_converted() -> None:
    made = flat(unknown([3, 9, "randomize"], size=0, seed=0))
    assert made["20"]["inputs"] == {"size": 3, "seed": 9, "latent": ["3", 0]}


def test_an_unknown_node_that_matters_is_named_and_a_servers_word_helps(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"own.json: node 20 is a 'Sparkler', which is not known here.* --nodes"):
        flat(unknown([3]))
    told = {
        "Sparkler": {"input": {"required": {"latent": ["LATENT"], "size": ["INT", {}]}, "optional": {"mask": ["MASK"]}}}
    }
    (tmp_path / "info.json").write_text(json.dumps(told))
    made = converted(drawn_nodes(unknown([3]), "own.json"), read_nodes(tmp_path / "info.json"), "own.json")
    assert made["20"].inputs == {"size": 3, "latent": ["3", 0]}
    with pytest.raises(BadInput, match="is not what a ComfyUI server's /object_info answers"):
        nodes_of([1], "info.json")


def test_an_unknown_node_that_no_picture_hangs_on_does_not_matter() -> None:
    content = graph(
        box(20, "Sparkler", {"latent": 20}, "LATENT", widgets_values=[3]), links=([20, 3, 0, 20, 0, "LATENT"],)
    )
    assert flat(content).keys() == PAINTS.keys()


RECORD: dict[str, Any] = {
    "name": "Ink wash XL", "type": "LORA", "tags": ["style"], "allowNoCredit": False, "allowCommercialUse": ["None"],
    "creator": {"username": "mo"},
    "modelVersions": [{"name": "v2", "baseModel": "SDXL 1.0", "trainedWords": ["inkwash", "ink painting"],
                       "files": [{"name": "readme.txt", "type": "Other"},
                                 {"name": "inkwash-v2.safetensors", "type": "Model", "primary": True}]}],
}  # fmt: skip


def from_file(tmp_path: Path, content: Any) -> tuple[list[Imported], list[str]]:
    path = tmp_path / "own.json"
    path.write_text(json.dumps(content))
    return cards_in(path, known_nodes())


def test_a_style_of_civitais_paints_and_paints_over_with_its_words(tmp_path: Path) -> None:
    (paints, over), failed = from_file(tmp_path, RECORD)
    assert failed == []
    assert [(one.card.id, one.card.type) for one in (paints, over)] == [
        ("ink_wash_xl", "create"),
        ("ink_wash_xl_over", "edit"),
    ]
    assert engine_of(paints).wording["prompt.text"] == "inkwash, ink painting, {value}"
    assert engine_of(paints).models == ("sd_xl_base_1.0.safetensors", "inkwash-v2.safetensors")
    assert inputs_of(over).keys() == {"prompt", "strength", "style_strength"}
    assert "in the style of Ink wash XL" in paints.card.description
    assert paints.remarks == (
        "it is put onto sd_xl_base_1.0.safetensors; name another with --checkpoint",
        "licence: mo wants to be named with its pictures",
        "licence: its pictures may not be sold or used for money",
    )
    for one in (paints, over):
        assert one.workflow is not None
        again = graph_of(one.workflow, "own.json")
        places = [place for places in engine_of(one).binds.values() for place in places]
        assert all(place.split(".")[1] in again[place.split(".")[0]].inputs for place in places)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "Controlnet"}, "'Ink wash XL' is a Controlnet, no skill by itself as a LoRA or a checkpoint is"),
        ({"modelVersions": [{**RECORD["modelVersions"][0], "baseModel": "Flux.1 D"}]}, "'Ink wash XL' is made for 'Flux.1 D', for which there is no workflow here"),
        ({"modelVersions": []}, "'Ink wash XL' has no version"),
        ({"modelVersions": [{"name": "v1", "baseModel": "SDXL 1.0", "files": []}]}, "'Ink wash XL': its version 'v1' has no file"),
        ({"name": None}, "the record 'None': name: Input should be a valid string (found None)"),
        ({"tags": 7}, "the record 'Ink wash XL': tags: Input should be a valid tuple (found 7)"),
    ],
)  # fmt: skip
def test_a_record_that_no_skill_comes_of_says_why(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=re.escape(reason)):
        from_file(tmp_path, RECORD | fields)


def tool(name: str, description: str, required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"name": name, "description": description, "inputSchema": schema}


@pytest.mark.parametrize(
    ("spec", "kind", "held"),
    [
        ({"type": "string"}, "text", {}),
        ({"type": "string", "enum": ["low", "high"]}, "choice", {"choices": ("low", "high")}),
        ({"type": "boolean", "default": True}, "choice", {"choices": ("yes", "no"), "default": "yes"}),
        (
            {"type": "integer", "minimum": 1, "maximum": 4, "default": 2},
            "number",
            {"minimum": 1, "maximum": 4, "default": 2},
        ),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number", {"minimum": None}),
        ({"$ref": "#/properties/other"}, "number", {}),
    ],
)
def test_a_property_of_a_schema_becomes_a_typed_input(
    tmp_path: Path, spec: Any, kind: str, held: dict[str, Any]
) -> None:
    content = {
        "tools": [
            tool(
                "paint_image", "Generate a painting of what is said.", ("extra",), extra=spec, other={"type": "number"}
            )
        ]
    }
    (one,), _ = from_file(tmp_path, content)
    field = one.card.input("extra")
    assert field and field.type == kind
    assert {name: getattr(field, name) for name in held} == held
    assert field.required == ("default" not in held)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("colour", "colour"), ("size", "size"), ("object", "thing"), ("mask_url", "image"), ("mood", "text")],
)
def test_a_text_by_its_name_is_more_than_a_text(tmp_path: Path, name: str, kind: str) -> None:
    made, _ = from_file(
        tmp_path, [tool("edit_image", "Change the image.", image={"type": "string"}, **{name: {"type": "string"}})]
    )
    field = made[0].card.input(name)
    assert field and field.type == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (tool("draw", "Generate an image from a prompt.", prompt={"type": "string"}), "create"),
        (tool("remove_background", "Cuts out the foreground.", image_url={"type": "string"}), "edit"),
        (tool("caption_image", "Says what an image shows.", image={"type": "string"}), "ask"),
    ],
)
def test_what_a_tool_does_decides_its_type(tmp_path: Path, content: dict[str, Any], kind: str) -> None:
    for wrapped in (
        {"tools": [content]},
        {"result": {"tools": [content]}},
        [{"type": "function", "function": content}],
    ):
        (one,), failed = from_file(tmp_path, wrapped)
        assert (one.card.type, failed) == (kind, [])
        assert len(one.card.description) >= 40


def test_what_no_card_can_hold_is_said(tmp_path: Path) -> None:
    path, shapes = tmp_path / "own.json", {"type": "array"}
    made, failed = from_file(tmp_path, {"tools": [
        tool("list_models", "List what the server has."),
        tool("draw_path", "Draw a path on an image.", ("points",), image={"type": "string"}, points=shapes),
        tool("draw_image", "Draw an image from a prompt.", ("prompt",), prompt={"type": "string"}, shapes=shapes, seed={"type": "integer"}),
    ]})  # fmt: skip
    assert failed == [
        f"{path}: 'list_models': neither makes, changes nor looks at a picture, by what it says of itself",
        f"{path}: 'draw_path': its type is array, and a card holds texts, choices and numbers",
    ]
    assert made[0].remarks == (
        "'shapes' is left out: its type is array, and a card holds texts, choices and numbers",
        "'seed' is left out: nobody speaks of it",
    )


def run_import(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(import_command, list(arguments))
    return result.exit_code, result.output


def test_the_command_writes_a_card_that_can_be_read_and_its_workflow(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(json.dumps(GRAPH))
    out = tmp_path / "cards" / "fox.yaml"
    code, said = run_import(str(tmp_path / "own.json"), "--out", str(out), "--id", "winter_fox")
    assert (code, said) == (0, f"{out}: winter_fox: create, 2 inputs\n")
    card = read_library([out])["winter_fox"]
    workflow = out.with_name("winter_fox.workflow.json")
    assert card.engine is not None and card.engine.workflow == workflow.name
    assert sha256(workflow.read_bytes()).hexdigest() == card.engine.sha256
    assert json.loads(workflow.read_text())["6"]["inputs"]["text"] == "a fox in the snow"
    before = out.read_bytes(), workflow.read_bytes()
    assert run_import(str(tmp_path / "own.json"), "--out", str(out), "--id", "winter_fox")[0] == 0
    assert (out.read_bytes(), workflow.read_bytes()) == before


def told_by(answer: dict[str, Any], tmp_path: Path, *more: str) -> tuple[tuple[int, str], list[Any]]:
    """The import of GRAPH with a model that answers so."""
    (tmp_path / "own.json").write_text(json.dumps(GRAPH))
    with serving(lambda ask: reply(json.dumps(answer))) as server:
        said = run_import(
            str(tmp_path / "own.json"), "--out", str(tmp_path / "fox.yaml"), "--model", "m", "--base-url", server.url,
            "--data", str(tmp_path), *more,
        )  # fmt: skip
        return said, server.asked


def test_a_model_names_and_describes_and_inputs_stay_as_they_are(tmp_path: Path) -> None:
    answer = {"id": "winter_card", "name": "Winter card", "type": "edit", "inputs": [],
              "description": "Paints a winter scene for a card. Not for pictures that are there (relight)."}  # fmt: skip
    (code, _), asked = told_by(answer, tmp_path)
    card = read_library([tmp_path / "fox.yaml"])["winter_card"]
    assert (code, card.name, card.type) == (0, "Winter card", "create")
    assert card.engine is not None and card.engine.workflow == "winter_card.workflow.json"
    assert [field.name for field in card.inputs] == ["prompt", "size", "avoid"]
    assert (tmp_path / "winter_card.workflow.json").exists()
    assert "for winter cards" in asked[0].prompt


def test_a_model_that_writes_nothing_of_use_leaves_the_draft(tmp_path: Path) -> None:
    (code, said), _ = told_by({"id": "Winter"}, tmp_path)
    assert (
        code == 0 and "text_to_image_sdxl: m wrote nothing that can be used (author: wrong_shape); as drafted" in said
    )
    assert read_library([tmp_path / "fox.yaml"]).get("text_to_image_sdxl")


def test_a_card_that_somebody_mended_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(json.dumps(GRAPH))
    out = tmp_path / "fox.yaml"
    run_import(str(tmp_path / "own.json"), "--out", str(out))
    out.write_text(out.read_text().replace("Paints", "Draws"))
    code, said = run_import(str(tmp_path / "own.json"), "--out", str(out))
    assert (code, said) == (
        1,
        f"drawnconvos: {out}: is there and says something else; move it away, or name another place with --out\n",
    )
    assert "Draws" in out.read_text()


def test_several_cards_are_one_list(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text(json.dumps(RECORD))
    out = tmp_path / "ink.yaml"
    assert run_import(str(tmp_path / "own.json"), "--out", str(out))[0] == 0
    assert [entry["id"] for entry in yaml.safe_load(out.read_text())] == ["ink_wash_xl", "ink_wash_xl_over"]
    code, said = run_import(str(tmp_path / "own.json"), "--id", "ink")
    assert (code, said) == (1, f"drawnconvos: {tmp_path / 'own.json'}: makes 2 cards, and --id names one\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\xff", "is not UTF-8 text; a workflow in a picture has to be saved as JSON first"),
        (b"{", "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "own.json"
    path.write_bytes(content)
    code, said = run_import(str(path))
    assert code == 1
    assert said == f"drawnconvos: {path}: {reason}\n"


def test_a_file_of_tools_that_do_not_draw_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"tools": [tool("ping", "Says pong.")]}))
    code, said = run_import(str(path))
    assert code == 1
    assert said == (
        f"{path}: 'ping': neither makes, changes nor looks at a picture, by what it says of itself\n"
        f"drawnconvos: {path}: nothing in it became a card\n"
    )
