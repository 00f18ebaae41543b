"""What a model is told: every outline makes a brief that a person could write from, and no label shows through."""

import re

import pytest

from flows.build import making_of
from flows.plans import read_plan
from flows.rounds import batches
from flows.stages import attempt
from generators.briefs import brief
from generators.checks.said import words_of
from generators.exchanges import Spoken
from generators.grammar import speak
from generators.model_author import opening
from generators.model_examples import all_examples, examples
from generators.model_prompts import PromptSlot, prompting
from generators.model_rules import broken
from generators.personas import persona
from generators.prompts import seed_prompts
from generators.slots import split_prompts
from generators.tasks import TEMPLATES, render
from schemas.outline import Outline
from schemas.skill import Library
from tests.conftest import ROOT, small_plan

RICH = [
    "name=rich", "prompts.count=24", "dialogues.per_prompt=20", "renderer.size=128", "dialogues.guided=0.08",
    "dialogues.revision=0.08", "dialogues.underspecified=0.12", "dialogues.offer=0.1", "dialogues.compound=0.1",
    "dialogues.vague=0.1", "dialogues.correction=0.1", "dialogues.ellipsis=0.1", "dialogues.negative=0.15",
]  # fmt: skip
WITHIN = {"briefs": (30, 260), "system": (150, 420)}


@pytest.fixture(scope="module")
def library() -> Library:
    return making_of(small_plan()).library


@pytest.fixture(scope="module")
def outlines(library: Library) -> list[Outline]:
    """Those of the small plan and of one in which everything happens often."""
    found = []
    for plan in (small_plan(), read_plan(ROOT / "plans" / "drawnconvos.yaml", RICH)):
        for batch in batches(plan, split_prompts(plan, seed_prompts(plan)), library, None, 0):
            prompts = {prompt.id: prompt for prompt in batch.prompts}
            tried = [attempt(slot, 0, prompts[slot.prompt_id], plan, library) for slot in batch.slots]
            found += [each.outline for each in tried if each.outline]
    return found


@pytest.fixture(scope="module")
def openings(outlines: list[Outline], library: Library) -> list[tuple[Outline, str, str]]:
    return [(o, *(said.text for said in opening(o, library, TEMPLATES))) for o in outlines]  # type: ignore[misc]


def test_the_outlines_show_all_there_is(outlines: list[Outline], library: Library) -> None:
    turns = [turn for outline in outlines for turn in outline.turns]
    assert {turn.call.intent for turn in turns} == {skill.id for skill in library.skills}
    assert {turn.given.get("leans") for turn in turns} >= {
        "change_of_mind", "correction", "ellipsis", "guided_answer", "guided_final", "guided_start", "no",
        "revision", "short_answer", "takes_up", "underspecified", "vague", "yes",
    }  # fmt: skip
    assert {name for turn in turns for name in turn.phenomena} >= {
        "anaphora", "backtracking", "compound", "disguised", "earlier_image", "negative", "new_picture", "offer",
    }  # fmt: skip


def test_a_brief_is_plain_english(openings: list[tuple[Outline, str, str]]) -> None:
    for outline, _, task in openings:
        own = task[task.index("\nTurn 1\n") :].replace(outline.prompt.text, "PROMPT")
        assert not re.search(r"[{}<>\[\]]|None|\bimage_\d|\b[a-z]+_[a-z]+|\(as said\)", own), own
        assert not (found := re.search(r"\b(?!that\b|had\b)(\w+) \1\b", own, re.IGNORECASE)), (found, own)
        assert "  " not in own and " ;" not in own and ": \n" not in own and "()" not in own, own


def test_every_turn_has_its_lines(openings: list[tuple[Outline, str, str]]) -> None:
    for outline, _, task in openings:
        parts = re.split(r"\nTurn \d\n", task)[1:]
        assert len(parts) == len(outline.turns)
        for part in parts:
            lines = part.strip().splitlines()
            assert lines[0].startswith("wants: ") and sum(line.startswith("reply: ") for line in lines) == 1, part
        count = len(outline.turns)
        assert f"Write the {f'{count} turns' if count > 1 else 'turn'} now" in task


def test_every_value_to_be_said_is_there(outlines: list[Outline], library: Library) -> None:
    """What no other words can say stands in the brief letter for letter, in this turn's or an earlier one's."""
    for outline in outlines:
        told = ""
        for turn, each in zip(outline.turns, brief(outline, library), strict=True):
            told = " ".join([told, each.wants, *each.keep, *each.hints, each.answer])
            for name, value in turn.call.parameters.items():
                field = library[turn.call.intent].input(name)
                if field and field.type in ("text", "thing", "colour", "size") and value != "(as said)":
                    assert words_of(str(value)) <= words_of(told), (outline.id, name, value, told)
                if name == "avoid":
                    assert words_of(str(value)) <= words_of(" ".join([each.wants, *each.hints])), (value, each)


def test_openings_have_a_sensible_length(openings: list[tuple[Outline, str, str]]) -> None:
    least, most = WITHIN["system"]
    for outline, system, task in openings:
        assert least <= len(system.split()) <= most
        assert WITHIN["briefs"][0] <= len(task.split()) <= WITHIN["briefs"][1] + 60 * len(outline.turns), task


def test_the_system_message_is_the_same_for_all(openings: list[tuple[Outline, str, str]]) -> None:
    """So that servers can keep what they read of it."""
    assert len({system for _, system, _ in openings}) == 1


def test_examples_and_personas_vary_and_hang_on_the_record(outlines: list[Outline]) -> None:
    chosen = [tuple(example.user for example in examples(outline)) for outline in outlines]
    assert all(2 <= len(users) <= 4 and len(set(users)) == len(users) for users in chosen)
    assert chosen == [tuple(example.user for example in examples(outline)) for outline in outlines]
    assert len(set(chosen)) > len(outlines) / 3 and len({persona(outline.id) for outline in outlines}) > 40


def test_examples_obey_the_guidelines(library: Library) -> None:
    every = all_examples()
    assert len(every) >= 60 and len({example.user for example in every}) == len(every)
    assert {skill.id for skill in library.skills} - {"vqa", "chat"} <= {example.shows for example in every}
    assert {example.manner for example in every} == {
        "chatty", "expert", "learner", "phone", "plain", "polite", "terse"
    }  # fmt: skip
    lengths = sorted(len(example.user.split()) for example in every)
    assert lengths[len(lengths) // 2] < 9
    for example in every:
        assert '"' not in example.user + example.reply and not re.search(r"[a-z]_[a-z]", example.user + example.reply)
        assert len(example.reply.split()) <= 25, example


def test_the_grammars_words_break_few_rules(outlines: list[Outline], library: Library) -> None:
    """The rules hold for words that are right; how a reply puts it, they leave to checks and readers."""
    words = [(outline, speak(outline, 7, library)) for outline in outlines]
    problems = [broken(outline, spoken, library, TEMPLATES) for outline, spoken in words]
    faults = [problem for each in problems for problem in each]
    assert sum(bool(each) for each in problems) < 0.06 * len(outlines), faults


WRONG = {
    "vqa": ("Please move it to the left.", "Done.", "must ask, not tell"),
    "remove_object": ("the {object}", "Sorry, I cannot do that.", "must say what is to be done"),
}


@pytest.mark.parametrize("intent", WRONG)
def test_words_that_miss_the_outline_are_told_why(intent: str, outlines: list[Outline], library: Library) -> None:
    single = [o for o in outlines if len(o.turns) == 1 and o.turns[0].call.intent == intent]
    user, reply, why = WRONG[intent]
    for outline in single:
        said = user.format_map({"object": outline.turns[0].call.parameters.get("object")})
        assert any(why in told for told in broken(outline, [Spoken(said, reply, said, "")], library, TEMPLATES))


def test_a_repair_counts_turns_as_people_do() -> None:
    told = render("repair.md", TEMPLATES, problem='brief: turns.0.user: must say "teal"; turns.2: no')
    assert told.startswith("That cannot stay: ") and 'turn 1, user: must say "teal"' in told and "turn 3: no" in told


def test_the_task_of_a_prompt_is_plain_english() -> None:
    for number in range(60):
        system, task = (said.text for said in prompting(PromptSlot("animals", number, 0), 7, "m", TEMPLATES).opening)
        assert not re.search(r"None|\[|\]|  |\b(?!that\b|had\b)(\w+) \1\b", task), task
        assert len(system.split()) < 300 and len(task.split()) < 200
