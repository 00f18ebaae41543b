"""A skill of the user's own, known from its card alone, builds on the embedded default."""

from pathlib import Path

import pytest
import yaml

from flows.build import build
from flows.plans import plan_of
from flows.progress import Silent
from flows.verify import verify_release
from schemas.errors import Refused
from schemas.plan import Plan
from schemas.row import dialogue_of
from tests.conftest import small_plan

GLITTER = {
    "id": "glitter",
    "name": "Glitter",
    "type": "edit",
    "description": "Strews glitter over one thing in the picture. Not for changing its colour (recolor).",
    "inputs": [
        {"name": "object", "type": "thing", "required": True, "description": "The thing that glitters."},
        {"name": "density", "type": "number", "minimum": 1, "maximum": 100, "description": "How much of it."},
        {"name": "shape", "type": "choice", "choices": ["stars", "hearts"], "description": "The shape of the flakes."},
        {"name": "note", "type": "text", "examples": ["for the party"], "description": "What it is meant for."},
    ],
}


def plan_with(tmp_path: Path, card: dict[str, object], **renderer: object) -> Plan:
    path = tmp_path / "cards.yaml"
    path.write_text(yaml.safe_dump(card))
    fields = small_plan().model_dump(mode="json")
    fields["skills"] = {"cards": [str(path)]}
    fields["dialogues"]["mix"] = {"text_to_image": 1, "glitter": 3, "vqa": 1}
    fields["renderer"] |= renderer
    return plan_of(fields, "plan")


def test_its_turns_carry_no_picture_where_the_plan_says_so(tmp_path: Path) -> None:
    outcome = build(plan_with(tmp_path, GLITTER, unpainted="no_picture"), tmp_path / "data", 2, Silent())
    assert verify_release(outcome.folder, 1)[0] == []
    import pyarrow.parquet as pq

    rows = [row for path in sorted(outcome.folder.glob("*/*.parquet")) for row in pq.read_table(path).to_pylist()]
    turns = [turn for row in rows for turn in dialogue_of(row).turns if turn.call.intent == "glitter"]
    assert len(turns) >= 10
    assert all(turn.image_before is not None and turn.image_after is None for turn in turns)
    assert all((turn.construction or "").startswith("generic/") for turn in turns)
    named = ["glitter" in turn.user.casefold() for turn in turns]
    assert sum(named) >= 0.9 * len(named)  # a hasty finger may slip
    assert {name for turn in turns for name in turn.call.parameters} >= {"object", "density", "shape"}
    assert all(str(turn.call.parameters["object"]).split()[0] in turn.user for turn in turns)


def test_the_plan_is_refused_otherwise(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"the painter does not know 'glitter'; leave it out, or .*unpainted: no_picture"):
        plan_with(tmp_path, GLITTER)


def test_a_creating_skill_needs_a_painter(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="a creating skill needs a picture"):
        plan_with(tmp_path, GLITTER | {"type": "create"}, unpainted="no_picture")


def test_an_input_for_which_nothing_can_be_said_is_named(tmp_path: Path) -> None:
    card = GLITTER | {
        "inputs": [{"name": "words", "type": "text", "required": True, "description": "Any words at all."}]
    }
    with pytest.raises(Refused, match="nothing can be said for its input 'words': give the input examples"):
        plan_with(tmp_path, card, unpainted="no_picture")
