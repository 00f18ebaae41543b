"""A plan that cannot be made is refused in one line that names the key and the remedy."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows.plans import forecast, plan_of, read_plan
from generators.cards import read_cards
from generators.prompts import read_prompts
from schemas.annotation import Annotation
from schemas.errors import BadInput, UserError
from tests.conftest import ROOT, small_plan

GOOD: dict[str, Any] = {
    "name": "mine",
    "seed": 1,
    "prompts": {"count": 4},
    "dialogues": {"per_prompt": 3, "turns": {"single": 1}, "mix": {"text_to_image": 1, "recolor": 1}},
}

BAD_PLANS = [
    ({"promts": {"count": 3}}, "unknown key 'promts' (did you mean 'prompts'?)"),
    ({"prompts": {"cuont": 3}}, "unknown key 'prompts.cuont' (did you mean 'count'?)"),
    ({"prompts": {"count": "many"}}, "prompts.count: Input should be a valid integer"),
    ({"prompts": {"count": 0}}, "prompts.count: Input should be greater than or equal to 1"),
    ({"prompts": {}}, "'prompts.count' is missing"),
    ({"name": "../up"}, "name: String should match pattern"),
    ({"name": "Capital"}, "name: String should match pattern"),
    ({"seed": -1}, "seed: Input should be greater than or equal to 0"),
    ({"splits": {"sft": 0, "rlhf": 0}}, "splits: all weights are 0"),
    ({"splits": {"train": 1}}, "splits: unknown key 'train', not one of 'sft', 'rlhf' or 'test'"),
    ({"renderer": {"kind": "sdxl"}}, "renderer.kind: Input should be 'painter'"),
    ({"renderer": {"size": 64}}, "renderer.size: Input should be greater than or equal to 128"),
    ({"dialogues": {**GOOD["dialogues"], "mix": {"recolour": 1}}}, "dialogues.mix: no skill 'recolour' (did you mean 'recolor'?)"),
    ({"dialogues": {**GOOD["dialogues"], "mix": {"recolor": 0}}}, "dialogues.mix: all weights are 0"),
    ({"dialogues": {**GOOD["dialogues"], "mix": {"recolor": -1}}}, "dialogues.mix.recolor: Input should be greater than or equal to 0"),
    ({"dialogues": {**GOOD["dialogues"], "mix": {"recolor": 1}}}, "no skill of type create for single dialogues"),
    ({"dialogues": {**GOOD["dialogues"], "manners": {"polit": 1}}}, "dialogues.manners: no manner 'polit' (did you mean 'polite'?)"),
    ({"dialogues": {**GOOD["dialogues"], "turns": {"double": 1}}}, "dialogues.turns: unknown key 'double'"),
    ({"skills": {"cards": ["nowhere.yaml"]}}, "nowhere.yaml: cannot be read (No such file or directory)"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD_PLANS)
def test_a_wrong_plan_is_refused_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as refusal:
        plan_of(GOOD | change, "mine.yaml")
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("mine.yaml: ") and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "line 1: is not YAML"),
        ("- a\n- b", "holds list, not a plan"),
        ("", "holds NoneType, not a plan"),
        ("\x00", "is not YAML"),
    ],
)
def test_a_file_that_is_no_plan(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=message):
        read_plan(path)


def test_a_missing_and_a_binary_plan(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        read_plan(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(BadInput, match="is not UTF-8"):
        read_plan(tmp_path / "binary.yaml")


def test_overrides_reach_any_field() -> None:
    plan = read_plan(ROOT / "plans" / "tiny.yaml", ["prompts.count=20", "dialogues.mix.anime=0", "title=Mine"])
    assert (plan.prompts.count, plan.dialogues.mix["anime"], plan.title) == (20, 0, "Mine")


@pytest.mark.parametrize(
    ("override", "message"),
    [("prompts.count", "write it as section.key=value"), ("name.x=1", "'name' is not a section"), ("prompts.kount=1", "did you mean 'count'"),
     ("title=[", "is not YAML")],
)  # fmt: skip
def test_a_wrong_override_is_refused(override: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_plan(ROOT / "plans" / "tiny.yaml", [override])


@pytest.mark.parametrize(
    "path",
    [p for p in sorted((ROOT / "plans").glob("*.yaml")) if "prompts:" in p.read_text()],
    ids=lambda path: path.stem,
)
def test_every_plan_of_ours_can_be_made(path: Path) -> None:
    assert forecast(read_plan(path)).exact


def test_a_forecast_says_when_shares_do_not_divide() -> None:
    assert not forecast(small_plan(prompts={"count": 7})).exact


BAD_CARDS = [
    (
        "id: x\nname: Xylo\ndescription: Draws what a xylophone would sound like on paper.",
        "card 'x': 'type' is missing",
    ),
    ("[1, 2]", "entry 0 is 1, not a card"),
    ("a: [", "is not YAML"),
    ({"inputs": [{"name": "a", "type": "text", "description": "the first one"}] * 2}, "input 'a' is defined 2 times"),
    (
        {"inputs": [{"name": "a", "type": "pixels", "description": "the first one"}]},
        "inputs.0.type: Input should be 'text', 'thing'",
    ),
    ({"id": "../../x"}, "id: String should match pattern"),
    ({"kind": "edit"}, "unknown key 'kind'"),
]
CARD = {"id": "mine", "name": "Mine", "type": "edit", "description": "Does what mine does, and nothing that others do."}


@pytest.mark.parametrize(("content", "message"), BAD_CARDS)
def test_a_wrong_card_is_refused_with_its_place(tmp_path: Path, content: str | dict[str, Any], message: str) -> None:
    path = tmp_path / "cards.yaml"
    path.write_text(content if isinstance(content, str) else json.dumps(CARD | content))
    with pytest.raises(BadInput) as refusal:
        read_cards(path)
    assert str(refusal.value).startswith(str(path)) and message in str(refusal.value)


BAD_PROMPTS = [
    ('{"text": "a fox on a beach", "category": "animals"}\n{"text": 3, "category": "x"}', "line 2: text and category must be text"),
    ('{"text": "a fox on a beach"', "line 1: is not JSON"),
    ('{"text": "a fox on a beach"}', "line 1: a row has text, category and perhaps parts"),
    ('{"text": "a fox", "category": "animals", "parts": {"shape": "round"}}', "line 1: parts: unknown key 'shape'"),
    ('{"text": "the square root of two", "category": "maths"}', "line 1: 'the square root of two' cannot be painted"),
    ('{"text": "a fox on a beach", "category": "animals"}\n\n{"text": "A fox, on a beach", "category": "a"}', "line 3: the prompt 'A fox, on a beach' stands there twice"),
    ('{"text": "a fox on a beach", "category": "animals"}', "holds 1 prompts, the plan asks for 2"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "message"), BAD_PROMPTS)
def test_a_broken_prompt_file_names_its_line(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text(rows)
    with pytest.raises(BadInput) as refusal:
        read_prompts(path, 2)
    assert str(refusal.value).startswith(str(path)) and message in str(refusal.value)


def test_the_order_in_which_shares_are_written_means_nothing() -> None:
    plan = small_plan()
    fields = plan.model_dump(mode="json")
    fields["dialogues"]["mix"] = dict(reversed(fields["dialogues"]["mix"].items()))
    fields["splits"] = dict(reversed(fields["splits"].items()))
    again = plan_of(fields, "reversed")
    assert (
        again == plan
        and list(again.dialogues.mix) == list(plan.dialogues.mix)
        and list(again.splits) == list(plan.splits)
    )


def test_a_plan_that_says_nothing_of_later_keys_keeps_its_fingerprint() -> None:
    """So that what was released before they came is still what the plan makes."""
    plan = small_plan()
    assert "annotation" not in plan.settled and "banks" not in plan.settled["skills"]
    assert not {"writes", "fresh", "pace"} & plan.settled["author"].keys()
    judged = plan.model_copy(update={"annotation": Annotation(overlap=3)})
    assert judged.settled["annotation"]["overlap"] == 3 and judged.fingerprint != plan.fingerprint
