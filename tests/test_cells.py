"""Cells of a plan: so many dialogues of one skill, turn count and phenomenon, exactly, and beside all others."""

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.build import build
from flows.progress import Silent
from flows.verify import verify_release
from generators.banks import manners
from generators.cards import read_library
from generators.openings import suits
from generators.outlines import SHOWN, NotPossible, obstacle, outline, shown_by
from generators.prompts import seed_prompts
from generators.slots import cell_slots, split_prompts
from schemas.errors import Refused, UserError
from schemas.outline import Outline, Phenomenon, Slot
from schemas.plan import Cell, Plan
from schemas.prompt import SPLITS, Prompt
from store.versions import read_manifest
from tests.conftest import small_plan
from tests.test_own_skills import GLITTER

LIBRARY = read_library()
PHENOMENA: tuple[Phenomenon, ...] = get_args(Phenomenon)


def plan_with(cells: list[dict[str, Any]], **changes: Any) -> Plan:
    plan = small_plan(**changes)
    return small_plan(**changes, dialogues=plan.dialogues.model_dump(mode="json") | {"cells": cells})


def slots_of(plan: Plan) -> list[list[tuple[Prompt, Slot]]]:
    """For each cell its slots with their prompts, over all splits."""
    by_split = split_prompts(plan, seed_prompts(plan))
    found: list[list[tuple[Prompt, Slot]]] = [[] for _ in plan.dialogues.cells]
    for split in SPLITS:
        prompts = {prompt.id: prompt for prompt in by_split[split]}
        for cell, slots in zip(
            found, cell_slots(plan, split, by_split[split], LIBRARY, tuple(manners()), suits), strict=True
        ):
            cell += [(prompts[slot.prompt_id], slot) for slot in slots]
    return found


def outline_of(prompt: Prompt, slot: Slot, plan: Plan) -> Outline:
    for attempt in range(plan.attempts):
        try:
            return outline(slot, attempt, prompt, plan, LIBRARY)
        except NotPossible:
            continue
    raise AssertionError(f"{slot} cannot be filled")


@pytest.mark.parametrize("phenomenon", PHENOMENA)
def test_every_phenomenon_can_be_had_with_every_skill_that_shows_it(phenomenon: Phenomenon) -> None:
    shown = shown_by(phenomenon)
    skills = sorted(shown.skills - {"chat"} if phenomenon == "intent_switch" else shown.skills)
    cells = [{"skill": s, "turns": shown.turns + shown.after + 2, "phenomenon": phenomenon, "count": 3} for s in skills]
    plan = plan_with(cells, prompts={"count": 12}, attempts=30)
    for slots in slots_of(plan):
        assert len(slots) == 3
        for prompt, slot in slots:
            made = outline_of(prompt, slot, plan)
            assert len(made.turns) == slot.turns
            told = {(turn.call.intent, name) for turn in made.turns for name in turn.phenomena}
            assert (slot.focus, phenomenon) in told


CELLS = st.builds(
    lambda skill, turns, count: {"skill": skill, "turns": turns, "count": count},
    st.sampled_from(["recolor", "vqa", "text_to_image", "chat", "retouch", "pose_to_image"]),
    st.integers(1, 6),
    st.integers(1, 30),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=3), st.lists(CELLS, min_size=1, max_size=2))
def test_cells_added_to_a_plan_leave_the_slots_before_them_as_they_were(
    before: list[dict[str, Any]], added: list[dict[str, Any]]
) -> None:
    old, new = slots_of(plan_with(before)), slots_of(plan_with(before + added))
    assert new[: len(old)] == old
    every = [(slot.prompt_id, slot.number) for cell in new for _, slot in cell]
    assert len(set(every)) == len(every)
    assert [len(cell) for cell in new] == [cell["count"] for cell in before + added]


def rows(folder: Path) -> dict[str, Any]:
    return {row["id"]: row for path in sorted(folder.glob("*/*.parquet")) for row in pq.read_table(path).to_pylist()}


def test_a_plan_extended_by_a_skill_and_a_cell_keeps_every_earlier_dialogue(tmp_path: Path) -> None:
    """Byte for byte, pictures included; and the new cells are met exactly."""
    first = [{"skill": "recolor", "turns": 3, "phenomenon": "correction", "count": 6}]
    more = [
        {"skill": "glitter", "turns": 2, "count": 5},
        {"skill": "vqa", "turns": 1, "phenomenon": "disguised", "count": 4},
    ]
    changes = {"prompts": {"count": 6}, "renderer": {"kind": "painter", "size": 128, "unpainted": "no_picture"}}
    old = build(plan_with(first, **changes), tmp_path / "data", 2, Silent())
    card = tmp_path / "glitter.yaml"
    card.write_text(yaml.safe_dump(GLITTER))
    new = build(plan_with(first + more, **changes, skills={"cards": [str(card)]}), tmp_path / "data", 2, Silent())
    before, after = rows(old.folder), rows(new.folder)
    assert len(after) == len(before) + 9
    assert {name: after[name] for name in before} == before
    made: Counter[str] = Counter()
    for counts in read_manifest(new.folder).splits.values():
        made.update(counts.of_cells)
        assert all(counts.by_cell[k] >= n for k, n in counts.of_cells.items() if not k.endswith("/any"))
    assert made == {"recolor/3/correction": 6, "glitter/2/any": 5, "vqa/1/disguised": 4}
    assert verify_release(new.folder, 1)[0] == []


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ({"skill": "recolour", "turns": 2, "count": 1}, "no skill 'recolour' (did you mean 'recolor'?)"),
        (
            {"skill": "recolor", "turns": 1, "phenomenon": "correction", "count": 1},
            "correction takes at least 2 turns, not 1",
        ),
        ({"skill": "vqa", "turns": 2, "phenomenon": "ellipsis", "count": 1}, "vqa cannot show ellipsis"),
        ({"skill": "recolor", "turns": 2, "phenomenon": "elipsis", "count": 1}, "elipsis"),
        ({"skill": "recolor", "turns": 9, "count": 1}, "turns"),
    ],
)
def test_a_cell_that_can_never_be_filled_is_refused_with_the_reason(cell: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as refused:
        plan_with([cell])
    assert message in str(refused.value) and "dialogues.cells.0" in str(refused.value)


def test_a_cell_no_attempt_fills_is_refused_after_the_last(tmp_path: Path) -> None:
    """Recolouring what a prompts file shows in charcoal alone makes no sense."""
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text('{"text": "a fox, as a charcoal drawing", "category": "animals"}\n')
    plan = plan_with(
        [{"skill": "recolor", "turns": 1, "count": 1}],
        prompts={"count": 1, "file": str(prompts)}, splits={"sft": 1},
    )  # fmt: skip
    with pytest.raises(Refused, match="no prompt of sft has a picture that recolor makes sense for"):
        build(plan, tmp_path / "data", 1, Silent())


def test_the_phenomena_that_can_be_asked_for_are_all_made() -> None:
    assert set(SHOWN) | {"guided", "revision"} == set(PHENOMENA)
    assert obstacle(Cell(skill="recolor", turns=2, phenomenon="correction", count=1), LIBRARY) is None
