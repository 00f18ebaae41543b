"""Running a skill's workflow on a ComfyUI server: a scripted one, over real HTTP and a real websocket."""

import json
import re
import threading
import time
from typing import Any

import pytest

from clients.comfyui import Comfy
from clients.comfyui_filling import Workflow, filled
from clients.errors import CallFailed
from generators.importing.workflow_cards import card_of_workflow
from schemas.engine import ComfyEngine
from schemas.errors import Refused
from schemas.skill import Skill
from tests.fake_comfyui import Course, Server, serving

WORKFLOW: Workflow = {
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "base.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 1024, "height": 1024, "batch_size": 1}},
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 1, "steps": 20, "denoise": 1, "model": ["4", 0], "positive": ["6", 0],
                   "negative": ["7", 0], "latent_image": ["5", 0]},
    },
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}},
}  # fmt: skip
ENGINE = ComfyEngine(
    workflow="fox.workflow.json", sha256="0" * 64, outputs=("9",), seeds=("3.seed",), models=("base.safetensors",),
    binds={"prompt": ("6.text",), "avoid": ("7.text",), "size": ("5.width", "5.height"), "strength": ("3.denoise",)},
    wording={"7.text": "blurry, {value}"},
)  # fmt: skip
EDIT: Workflow = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
    "2": {"class_type": "LoadImageMask", "inputs": {"image": "mask.png", "channel": "red"}},
    "3": {"class_type": "VAEEncodeForInpaint", "inputs": {"pixels": ["1", 0], "mask": ["2", 0]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}},
}
EDIT_ENGINE = ComfyEngine(
    workflow="inpaint.workflow.json",
    sha256="0" * 64,
    outputs=("9",),
    binds={"image": ("1.image",), "mask": ("2.image",)},
)


def comfy(server: Server, **fields: Any) -> Comfy:
    return Comfy(server.url, look=0.15, pause=0.05, **fields)


def raises(reason: str) -> Any:
    return pytest.raises(CallFailed, match=reason)


def seen(picture: bytes) -> dict[str, Any]:
    """What the fake server painted: the nodes that the picture hangs on."""
    found: dict[str, Any] = json.loads(picture)
    return found


def test_what_is_said_reaches_the_workflow_and_the_picture_comes_back() -> None:
    steps: list[tuple[str, int, int]] = []
    with serving() as server, comfy(server, heard=lambda *step: steps.append(step)) as client:
        (picture,) = client.run(ENGINE, WORKFLOW, {"prompt": "a heron", "avoid": "people", "size": "512x768"}, seed=42)
    painted = seen(picture)
    assert painted["6"]["text"] == "a heron"
    assert painted["7"]["text"] == "blurry, people"
    assert (painted["5"]["width"], painted["5"]["height"]) == (512, 768)
    assert painted["3"]["seed"] == 42
    assert steps == [("KSampler", 1, 2), ("KSampler", 2, 2)]
    assert WORKFLOW["6"]["inputs"]["text"] == "a fox"


def test_an_imported_workflow_runs_as_its_card_says() -> None:
    one = card_of_workflow(WORKFLOW, "fox.json")
    assert one.card.engine is not None and one.workflow is not None
    said = {"prompt": "a heron", "avoid": "people", "size": "1:2"}
    assert one.card.completed().problems(said) == []
    with serving() as server, comfy(server) as client:
        (picture,) = client.run(one.card.engine, one.workflow, said, seed=3)
    painted = seen(picture)
    assert (painted["6"]["text"], painted["7"]["text"]) == ("a heron", "blurry, people")
    assert (painted["5"]["width"], painted["5"]["height"], painted["3"]["seed"]) == (720, 1456, 3)


def test_pictures_and_masks_go_up_under_their_hashes_once_for_each_content() -> None:
    with serving() as server, comfy(server) as client:
        (picture,) = client.run(EDIT_ENGINE, EDIT, {"image": b"pixels", "mask": b"white"}, seed=0)
        client.run(EDIT_ENGINE, EDIT, {"image": b"pixels", "mask": b"white"}, seed=0)
        assert sorted(server.inputs.values()) == [b"pixels", b"white"]
        assert server.inputs[seen(picture)["1"]["image"]] == b"pixels"
        assert server.inputs[seen(picture)["2"]["image"]] == b"white"


@pytest.mark.parametrize(
    "fields", [{"has_websocket": False}, {"busy": 3}, {"courses": {1: Course(seconds=0.3, drops_socket=True)}}],
    ids=["no websocket", "busy at first", "socket lost in the middle"],
)  # fmt: skip
def test_the_picture_comes_all_the_same(fields: dict[str, Any]) -> None:
    with serving(**fields) as server, comfy(server) as client:
        (picture,) = client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=1)
        assert seen(picture)["6"]["text"] == "a heron"
        assert len(server.queued) == 1


def test_a_slow_run_is_waited_for_and_its_history_asked() -> None:
    with serving({1: Course(seconds=0.8, steps=1)}) as server, comfy(server) as client:
        assert client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=1)
        assert sum(asked.startswith("GET /history") for asked in server.asked) > 2


def test_a_server_that_restarts_in_the_middle_is_given_the_work_again() -> None:
    with serving({1: Course(restarts=0.3)}) as server, comfy(server) as client:
        (picture,) = client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=9)
        assert seen(picture)["3"]["seed"] == 9
        assert len(server.queued) == 2


def test_a_server_that_dies_of_the_work_is_not_asked_for_ever() -> None:
    courses = {number: Course(restarts=0.05) for number in range(1, 9)}
    with serving(courses) as server, comfy(server) as client:
        with pytest.raises(CallFailed, match=r"forgotten: .* lost the work 3 times; it may run out of memory"):
            client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=9)
        assert len(server.queued) == 3


def test_no_server_is_one_line_after_some_tries() -> None:
    with Comfy("http://127.0.0.1:9", tries=3, pause=0.01) as client, pytest.raises(Refused) as error:
        client.run(ENGINE, WORKFLOW, {}, seed=0)
    assert (
        str(error.value)
        == "no ComfyUI server answers at http://127.0.0.1:9 (ConnectError); start it, or say where it is"
    )


def test_an_address_without_a_scheme_is_refused() -> None:
    with pytest.raises(Refused, match=r"'localhost:8188' is no address of a server; one looks like http://"):
        Comfy("localhost:8188")


def test_nodes_and_files_that_the_server_has_not_are_said_before_anything_runs() -> None:
    workflow = {**WORKFLOW, "10": {"class_type": "MagicNode", "inputs": {}}}
    workflow["4"] = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "bass.safetensors"}}
    engine = ENGINE.model_copy(update={"models": ("bass.safetensors",)})
    with serving() as server, comfy(server) as client:
        with pytest.raises(Refused) as error:
            client.run(engine, workflow, {"prompt": "a heron"}, seed=0)
        assert not server.queued
    told = str(error.value)
    assert "the file 'bass.safetensors' (did you mean 'base.safetensors'?), which 'ckpt_name' of node 4" in told
    assert "the node 'MagicNode' (node 10); install the pack that it comes from" in told


def test_an_error_of_a_node_names_the_node_and_the_reason() -> None:
    told = re.escape("node: node 3 (KSampler): CUDA out of memory")
    with serving({1: Course(error="CUDA out of memory")}) as server, comfy(server) as client, raises(told):
        client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=0)


def test_what_the_server_objects_to_names_the_node_and_the_input() -> None:
    wrong = {"message": "Value not in list", "details": "ckpt_name: 'base.safetensors' not in []"}
    body = {"error": {"message": "Prompt outputs failed validation"}, "node_errors": {"4": {"errors": [wrong]}}}
    with serving(objects_to=lambda workflow: body) as server, comfy(server) as client, pytest.raises(Refused) as error:
        client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=0)
    told = "node 4 (CheckpointLoaderSimple): Value not in list ckpt_name: 'base.safetensors' not in []"
    assert str(error.value) == f"{server.url} does not take the workflow: {told}"


def test_a_run_without_a_picture_is_said_to_be_one() -> None:
    told = re.escape("no_picture: node 9 (SaveImage) gave no picture")
    with serving({1: Course(without_picture=True)}) as server, comfy(server) as client, raises(told):
        client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=0)


def test_silence_longer_than_the_patience_cancels_the_run() -> None:
    with serving({1: Course(seconds=30, steps=1)}) as server, comfy(server, patience=0.4) as client:
        with pytest.raises(CallFailed, match=r"timeout: .* said nothing of the run for 0.4 seconds"):
            client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=0)
        assert len(server.cancelled) == 1


def test_a_run_that_somebody_stops_is_over() -> None:
    with serving({1: Course(seconds=1, steps=20)}) as server, comfy(server) as client:
        threading.Thread(target=lambda: (time.sleep(0.2), client_of(server).cancel(server.running[0][1]))).start()
        with pytest.raises(CallFailed, match="interrupted: the run was stopped"):
            client.run(ENGINE, WORKFLOW, {"prompt": "a heron"}, seed=0)


def client_of(server: Server) -> Comfy:
    return comfy(server)


@pytest.mark.parametrize(
    ("value", "sides"),
    [("800x600", (800, 608)), ("1:1", (1024, 1024)), ("16:9", (1360, 768)), ("9:16", (768, 1360)), ("3x3", (16, 16))],
)
def test_a_size_is_in_steps_and_a_ratio_keeps_the_number_of_pixels(value: str, sides: tuple[int, int]) -> None:
    inputs = filled(ENGINE, WORKFLOW, {"size": value}, 0)["5"]["inputs"]
    assert (inputs["width"], inputs["height"]) == sides


def test_what_is_not_given_stays_as_the_workflow_has_it() -> None:
    made = filled(ENGINE, WORKFLOW, {}, seed=5)
    made["3"]["inputs"]["seed"] = 1
    assert made == WORKFLOW


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"colour": "red"}, "fox.workflow.json: nothing in it takes 'colour'"),
        ({"map": "height"}, "fox.workflow.json: 'map' is 'height', not one of edges"),
    ],
)
def test_arguments_that_the_workflow_cannot_take_are_refused(arguments: dict[str, str], reason: str) -> None:
    engine = ENGINE.model_copy(update={"picks": {"map": {"edges": "9"}}})
    with pytest.raises(Refused, match=re.escape(reason)):
        filled(engine, WORKFLOW, arguments, 0)


def test_a_picture_that_is_not_handed_over_is_refused() -> None:
    with pytest.raises(Refused, match=r"'mask' has to be a picture, and none was handed over"):
        filled(EDIT_ENGINE, EDIT, {"image": "a.png"}, 0)


def test_a_choice_picks_the_result_and_only_what_it_hangs_on_is_run() -> None:
    workflow = {
        **EDIT,
        "20": {"class_type": "Canny", "inputs": {"image": ["1", 0]}},
        "21": {"class_type": "SaveImage", "inputs": {"images": ["20", 0]}},
    }
    engine = ComfyEngine(
        workflow="maps.workflow.json", sha256="0" * 64, outputs=("9", "21"), binds={"image": ("1.image",)},
        picks={"map": {"edges": "21", "hole": "9"}},
    )  # fmt: skip
    assert filled(engine, workflow, {"image": "a.png", "map": "edges"}, 0).keys() == {"1", "20", "21"}


@pytest.mark.parametrize(
    ("standing", "said", "put"),
    [("#000000", "dark green", "#006400"), ("#000000", "#ff0000", "#ff0000"), ("black", "red", "red")],
)
def test_a_colour_is_told_as_the_workflow_has_it(standing: str, said: str, put: str) -> None:
    workflow = {"1": {"class_type": "SaveImage", "inputs": {"colour": standing}}}
    engine = ComfyEngine(workflow="c.json", sha256="0" * 64, outputs=("1",), binds={"colour": ("1.colour",)})
    assert filled(engine, workflow, {"colour": said}, 0)["1"]["inputs"]["colour"] == put


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"wording": {"7.text": "blurry"}}, r"the wording of '7.text' has no \{value\}: 'blurry'"),
        ({"picks": {"map": {"edges": "12"}}}, "map 'edges' picks '12', which is not one of the outputs"),
        ({"outputs": ()}, "at least 1 item"),
        ({"binds": {"prompt": ("text",)}}, "should match pattern"),
    ],
)
def test_an_engine_that_cannot_be_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ComfyEngine.model_validate({**ENGINE.model_dump(), **fields})


def test_a_card_without_an_engine_is_written_as_before_there_were_any() -> None:
    fields = {
        "id": "glitter",
        "name": "Glitter",
        "type": "edit",
        "description": "Strews glitter over all that is seen in the picture.",
    }
    assert "engine" not in Skill.from_data(fields).model_dump()
    card = Skill.from_data({**fields, "engine": ENGINE.model_dump(mode="json")})
    assert Skill.from_data(card.model_dump(mode="json")) == card
