"""Quotas come out exact where they can, and nearest where they cannot."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.plans import read_plan
from generators.banks import manners
from generators.cards import read_library
from generators.openings import suits
from generators.prompts import seed_prompts
from generators.slots import Lot, allot, apportion, deck, focus_weights, split_prompts, turn_classes
from schemas.errors import Refused
from schemas.outline import Slot
from schemas.plan import Plan
from schemas.prompt import SPLITS
from tests.conftest import ROOT, small_plan

LIBRARY = read_library()
weights = st.dictionaries(st.text(max_size=3), st.floats(0, 100), min_size=1).filter(lambda w: sum(w.values()) > 0)


@given(weights, st.integers(0, 500))
def test_an_apportionment_adds_up_and_is_never_off_by_one_or_more(shares: dict[str, float], total: int) -> None:
    counts = apportion(shares, total)
    assert sum(counts.values()) == total
    whole = sum(shares.values())
    assert all(abs(counts[key] - total * share / whole) < 1 + 1e-6 for key, share in shares.items())


@given(weights, st.integers(0, 300))
def test_a_deck_holds_exactly_its_apportionment(shares: dict[str, float], total: int) -> None:
    assert Counter(deck(shares, total, "key")) == Counter({k: n for k, n in apportion(shares, total).items() if n})


def all_slots(plan: Plan) -> list[Slot]:
    by_split = split_prompts(plan, seed_prompts(plan))
    return [
        s
        for split in SPLITS
        for row in allot(plan, split, by_split[split], LIBRARY, tuple(manners()), suits)
        for s in row
    ]


def test_the_papers_plan_is_exact() -> None:
    slots = all_slots(read_plan(ROOT / "plans" / "drawnconvos.yaml"))
    assert Counter(s.split for s in slots) == {"sft": 6000, "rlhf": 3000, "test": 1000}
    for split, total in (("sft", 6000), ("rlhf", 3000), ("test", 1000)):
        classes = Counter(s.turn_class for s in slots if s.split == split)
        assert classes == {"single": total * 3 // 10, "short": total * 6 // 10, "long": total // 10}
    for prompt in {s.prompt_id for s in slots}:
        assert Counter(s.turn_class for s in slots if s.prompt_id == prompt) == {"single": 6, "short": 12, "long": 2}
    assert Counter(s.opening for s in slots) == {"attached": 6500, "requested": 3500}
    assert {s.focus for s in slots} == set(LIBRARY.ids)


@given(st.integers(1, 40), st.integers(1, 12), st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9)))
def test_turn_classes_are_nearest_in_the_whole_and_even_among_prompts(
    prompts: int, each: int, shares: tuple[int, int, int]
) -> None:
    turns = dict(zip(("single", "short", "long"), map(float, shares), strict=True))
    plan = small_plan(dialogues={"per_prompt": each, "turns": turns, "mix": {"text_to_image": 1, "vqa": 1}})
    rows = turn_classes(plan, "sft", prompts)
    assert all(len(row) == each for row in rows)
    found = Counter(c for row in rows for c in row)
    assert {c: found[c] for c in turns} == apportion(turns, prompts * each)  # type: ignore[comparison-overlap]


def test_the_split_does_not_hang_on_the_order_of_prompts() -> None:
    plan = small_plan(prompts={"count": 30})
    prompts = seed_prompts(plan)
    assert split_prompts(plan, prompts) == split_prompts(plan, prompts[::-1])


def test_a_requested_single_turn_needs_a_creating_skill() -> None:
    plan = small_plan()
    bare = plan.model_copy(update={"dialogues": plan.dialogues.model_copy(update={"mix": {"vqa": 1.0}})})
    with pytest.raises(Refused, match="no skill of type create for single dialogues whose picture is requested"):
        focus_weights(bare, LIBRARY, Lot("single", "requested"))
