"""Turns that hang on another: what was planned is what is said, and what is said is what the label holds."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from generators.checks import CHECKS
from generators.dialogues import assemble, scene_key
from generators.doings import doings
from generators.exchange_bank import exchanges
from generators.grammar import speak
from generators.words import read
from schemas.dialogue import Dialogue, Turn
from schemas.outline import Outline
from tests.test_outlines import LIBRARY, NONE, outlines, whole_mix

Spoken = tuple[Outline, Dialogue]
SOMETIMES = {"compound": 0.25, "underspecified": 0.3, "offer": 0.3, "guided": 0.12, "revision": 0.12}


def spoken(**rates: float) -> Iterator[Spoken]:
    for made in outlines(whole_mix(**NONE | rates)):
        pictures = {scene_key(made, n): f"{n:064x}" for n in range(len(made.shots))}
        yield made, assemble(made, speak(made, 7, LIBRARY), pictures, "a", "r")


@pytest.fixture(scope="module")
def sample() -> list[Spoken]:
    return list(spoken(**SOMETIMES))


def pairs(sample: list[Spoken], phenomenon: str) -> list[tuple[Turn, Turn]]:
    """Each turn that shows the phenomenon, and the one after it."""
    found = [(a, b) for _, d in sample for a, b in pairwise(d.turns) if phenomenon in a.phenomena]
    assert len(found) >= 8, phenomenon
    return found


def test_of_two_requests_the_first_is_the_label_and_the_next_turn_takes_up_the_rest(sample: list[Spoken]) -> None:
    for first, second in pairs(sample, "compound"):
        assert "takes_up" in second.phenomena
        assert LIBRARY[first.call.intent].draws and LIBRARY[second.call.intent].draws
        assert second.image_before == first.image_after != second.image_after
        for value in second.call.parameters.values():  # whoever takes it up need not say it again
            assert (str(value).casefold() in second.user.casefold()) <= (str(value).casefold() in first.user.casefold())


def test_an_offer_names_the_call_that_a_yes_stands_for(sample: list[Spoken]) -> None:
    answers = [second for _, second in pairs(sample, "offer")]
    assert all("yes_no" in second.phenomena for second in answers)
    declined = [second for second in answers if second.call.intent == "chat"]
    assert 0.1 < len(declined) / len(answers) < 0.7
    assert all(second.image_after is None and not second.call.parameters for second in declined)


def test_a_question_back_is_chat_and_the_answer_brings_the_call(sample: list[Spoken]) -> None:
    for asking, answer in pairs(sample, "underspecified"):
        assert asking.call.intent == "chat" and asking.call.parameters == {} and asking.image_after is None
        assert "short_answer" in answer.phenomena and LIBRARY[answer.call.intent].draws
        assert asking.reply.rstrip('."').endswith("?") or len(asking.reply.split()) > 3


def test_every_answer_of_a_guided_creation_lands_in_the_prompt(sample: list[Spoken]) -> None:
    guided = [d for _, d in sample if "guided" in d.turns[0].phenomena]
    assert len(guided) >= 8
    for dialogue in guided:
        turns = [turn for turn in dialogue.turns if "guided" in turn.phenomena]
        *asked, drawn = turns
        assert all(turn.call.intent == "chat" for turn in asked) and drawn.call.intent == "text_to_image"
        assert turns[0].dimension is None and all(turn.dimension for turn in turns[1:])
        assert len({turn.dimension for turn in turns[1:]}) == len(turns) - 1
        prompt = str(drawn.call.parameters["prompt"])
        for turn in turns[1:]:
            assert (turn.phrase or "").casefold() in turn.user.casefold()
            assert not turn.phrase or turn.phrase in prompt.split(", ")


def test_a_revision_is_a_whole_prompt_with_one_thing_changed(sample: list[Spoken]) -> None:
    seen = 0
    for _, dialogue in sample:
        for turn in dialogue.turns:
            if "revision" not in turn.phenomena:
                continue
            assert turn.call.intent == "text_to_image" and turn.image_before is not None
            source = dialogue.images[turn.image_before].recipe.call
            old, new = str(source.parameters["prompt"]), str(turn.call.parameters["prompt"])
            assert old != new and len(set(old.split()) & set(new.split())) > 0
            seen += 1
    assert seen >= 15


@pytest.mark.parametrize("name", ["compound", "underspecified", "offer", "guided", "revision"])
def test_exchanges_come_at_the_rate_that_the_plan_sets(name: str) -> None:
    def count(rate: float) -> int:
        rates = dict.fromkeys(SOMETIMES, 0.0) | {name: rate}
        return sum(name in turn.phenomena for made in outlines(whole_mix(**rates)) for turn in made.turns)

    assert count(0.0) == 0 < count(0.1) < count(0.2)


def test_the_words_of_exchanges_pass_the_checks(sample: list[Spoken]) -> None:
    failed = {name: [d.id for _, d in sample if check(d, LIBRARY)] for name, check in CHECKS.items()}
    assert {name: ids for name, ids in failed.items() if len(ids) > 0.03 * len(sample)} == {}


def test_a_doing_says_all_of_its_call(sample: list[Spoken]) -> None:
    offered = [
        turn.ahead for made, _ in sample for turn in made.turns if turn.ahead and turn.given.get("leans") is None
    ]
    assert len(offered) > 20
    assert all(doings(turn) for turn in offered)
    for skill, groups in exchanges().doings.items():
        names = {i.name for i in LIBRARY[skill].inputs} | {"relation", "style_kind", "turn", "degrees", "why"}
        assert all(set(group.when) <= names for group in groups), skill


def test_what_a_guide_proposes_does_not_change_what_is_painted() -> None:
    """Style, light and setting come from what can be painted; every other answer is words for a model to weigh."""
    for dimension, asked in exchanges().guided.dimensions.items():
        for phrase in asked.phrases:
            assert read(f"a fox, {phrase}") == read("a fox"), f"{dimension}: {phrase}"
            assert "," not in phrase


def test_one_person_answers_in_one_voice(sample: list[Spoken]) -> None:
    assert all(d.manner == made.slot.manner for made, d in sample)
