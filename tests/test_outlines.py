"""Outlines are conversations that could be had: each call drawable where it stands, each reference resolvable."""

from collections.abc import Iterator

import pytest

from flows.plans import library_of, plan_of
from generators.banks import manners
from generators.checks import first_failure
from generators.dialogues import assemble, scene_key
from generators.edits import EDITS, apply
from generators.grammar import speak
from generators.guideline import guideline
from generators.openings import suits
from generators.outlines import NotPossible, outline
from generators.prompts import seed_prompts
from generators.scenes import describe, visible
from generators.slots import allot, split_prompts
from schemas.outline import TURNS_OF, Outline
from schemas.plan import Plan
from schemas.prompt import SPLITS
from tests.conftest import ROOT, small_plan

LIBRARY = library_of(small_plan())


def outlines(plan: Plan) -> Iterator[Outline]:
    by_split = split_prompts(plan, seed_prompts(plan))
    for split in SPLITS:
        prompts = by_split[split]
        for prompt, slots in zip(prompts, allot(plan, split, prompts, LIBRARY, tuple(manners()), suits), strict=True):
            for slot in slots:
                try:
                    yield outline(slot, 0, prompt, plan, LIBRARY)
                except NotPossible:
                    continue


def whole_mix(**dialogues: float) -> Plan:
    """Every skill, in dialogues long enough for what leans on earlier turns."""
    import yaml

    fields = yaml.safe_load((ROOT / "plans" / "tiny.yaml").read_text())
    fields["dialogues"] |= {"per_prompt": 6, "turns": {"single": 1, "short": 2, "long": 3}, **dialogues}
    fields["prompts"] = {"count": 20}
    return plan_of(fields, "whole mix")


@pytest.fixture(scope="module")
def sample() -> list[Outline]:
    return list(outlines(whole_mix()))


def test_every_slot_gets_its_turns_and_its_focus(sample: list[Outline]) -> None:
    assert len(sample) >= 110
    for made in sample:
        least, most = TURNS_OF[made.slot.turn_class]
        assert least <= len(made.turns) <= most
        assert made.slot.focus in [turn.call.intent for turn in made.turns]


def test_every_turn_says_why_it_is_this_skill_and_no_other(sample: list[Outline]) -> None:
    assert {skill for skill in LIBRARY.ids if not guideline().reasons.get(skill)} == set()
    assert [turn.call.intent for made in sample for turn in made.turns if not turn.reason] == []


def test_every_call_fits_its_card(sample: list[Outline]) -> None:
    assert [p for made in sample for turn in made.turns for p in turn.call.problems(LIBRARY)] == []


def test_the_label_is_what_was_drawn(sample: list[Outline]) -> None:
    """Running a turn's call on the picture it names gives the picture that the turn shows."""
    edits = 0
    for made in sample:
        for turn in made.turns:
            if turn.call.intent not in EDITS or turn.image_before is None or turn.image_after is None:
                continue
            named = turn.call.parameters.get("image")
            assert named is None or named == f"image_{turn.image_before + 1}"
            before, after = made.shots[turn.image_before].scene, made.shots[turn.image_after].scene
            assert before is not None and after is not None
            call = turn.call.model_copy(
                update={"parameters": {k: v for k, v in turn.call.parameters.items() if k != "image"}}
            )
            assert apply(call, before, made.prompt.id, (256, 256)) == after
            edits += 1
    assert edits > 150


def test_nothing_is_removed_that_is_not_there(sample: list[Outline]) -> None:
    for made in sample:
        for turn in made.turns:
            if turn.call.intent == "remove_object" and turn.image_before is not None:
                scene = made.shots[turn.image_before].scene
                assert scene is not None
                assert turn.call.parameters["object"] in [describe(scene, thing) for thing in visible(scene)]


def test_equal_states_are_one_picture(sample: list[Outline]) -> None:
    for made in sample:
        keys = [scene_key(made, n) for n in range(len(made.shots))]
        assert len(keys) == len(set(keys))


def test_the_words_pass_the_checks(sample: list[Outline]) -> None:
    failures = []
    for made in sample:
        pictures = {scene_key(made, n): f"{n:064x}" for n in range(len(made.shots))}
        dialogue = assemble(made, speak(made, 7, LIBRARY), pictures, "a", "r")
        if reason := first_failure(dialogue, LIBRARY):
            failures.append(f"{reason} :: {[turn.user for turn in dialogue.turns]}")
    assert len(failures) <= 0.03 * len(sample), failures


def test_an_outline_hangs_on_its_id_alone(sample: list[Outline]) -> None:
    assert list(outlines(whole_mix()))[:20] == sample[:20]


NONE = {
    "correction": 0.0,
    "ellipsis": 0.0,
    "change_of_mind": 0.0,
    "negative": 0.0,
    "earlier_image": 0.0,
    "anaphora": 0.0,
}
LEANING = ["correction", "ellipsis", "change_of_mind", "negative", "earlier_image", "anaphora", "vague"]


@pytest.mark.parametrize("name", LEANING)
def test_a_phenomenon_comes_at_the_rate_that_the_plan_sets(name: str) -> None:
    def count(rate: float) -> int:
        return sum(name in turn.phenomena for made in outlines(whole_mix(**NONE | {name: rate})) for turn in made.turns)

    assert count(0.0) == 0 < count(0.3) < count(1.0)


def test_a_correction_changes_one_value_and_goes_back_to_the_picture_before() -> None:
    seen = 0
    for made in outlines(whole_mix(correction=1.0)):
        for last, turn in zip(made.turns, made.turns[1:], strict=False):
            if "correction" in turn.phenomena:
                old = {k: v for k, v in last.call.parameters.items() if k not in ("image", "avoid")}
                new = {k: v for k, v in turn.call.parameters.items() if k != "image"}
                assert turn.call.intent == last.call.intent and turn.image_before == last.image_before
                assert [k for k in new if new[k] != old[k]] == [turn.given["changed"]] and new.keys() == old.keys()
                assert turn.call.parameters["image"] == f"image_{turn.image_before + 1}"  # type: ignore[operator]
                seen += 1
    assert seen > 20
