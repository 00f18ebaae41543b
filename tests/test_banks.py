"""Every construction of every bank is held against its card."""

import re
from collections import Counter
from random import Random
from typing import Any

import pytest

from generators.bank_rules import problems
from generators.banks import banks, choose, manners, shared, slots
from generators.cards import read_library
from generators.phrasing import candidates, dealt, readings
from generators.voice import mistyped
from schemas.answer import Call
from schemas.bank import FORMS, Bank, heard
from schemas.outline import PlannedTurn, Slot
from schemas.prompt import Split
from schemas.skill import Skill

LIBRARY = read_library()
# Facts that an outline gives beside the parameters of the call.
GIVEN = {
    "add_object": {"relation"},
    "stylize": {"style_kind", "as_style"},
    "text_to_image": {"moment", "phrase_kind"},
    "scribble_to_image": {"phrase_kind"},
    "pose_to_image": {"phrase_kind"},
    "transform": {"turn", "degrees", "why"},
    "vqa": {"kind", "things", "thing", "answer"},
    "chat": {"kind", "topic", "image"},
}
BANKS = list(banks().values())


def test_every_skill_of_the_library_can_be_asked_for() -> None:
    assert set(banks()) == set(LIBRARY.ids)


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.skill)
def test_banks_keep_the_rules(bank: Bank) -> None:
    assert list(problems(bank, LIBRARY[bank.skill], GIVEN.get(bank.skill, ()))) == []


CARD = Skill.from_data(
    {
        "id": "glitter", "name": "Glitter", "type": "edit",
        "description": "Strews glitter over one thing in the picture. Not for changing its colour (recolor).",
        "inputs": [
            {"name": "object", "type": "thing", "required": True, "description": "The thing that glitters."},
            {"name": "shape", "type": "choice", "choices": ["stars", "hearts"], "description": "The flakes' shape."},
        ],
    }
)  # fmt: skip
GOOD: dict[str, Any] = {
    "skill": "glitter",
    "groups": [
        {"imperative": {"a": "strew glitter over {object}", "b": "[cover|coat] {object} in glitter",
                        "c": "sparkle up {object}", "d": "glitter on {object}", "e": "dust {object} with glitter"}},
        {"when": {"shape": "stars"}, "imperative": {"f": "put little stars all over {object}"}},
    ],
    "clauses": {"shape": ["as {shape}"]}, "values": {"shape": {"stars": ["tiny stars"]}}, "replies": ["{object} glitters."],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"imperative": {"a": "strew glitter"}}, "a: 'strew glitter' leaves out {object}"),
        ({"imperative": {"a": "strew {objekt}, {object}"}}, "the card no such input (did you mean 'object'?)"),
        ({"imperative": {"a": "strew [on|over {object}"}}, "brackets that do not close"),
        ({"imperative": {"a": "strew <the pic> on {object}"}}, "shared.yaml does not have"),
        ({"imperative": {"a": "strew it over {object}."}}, "ends with a mark"),
        ({"imperative": {"a": "strew it  over {object}"}}, "spaces to spare"),
        ({"imperative": {"a": "glitter {object}", "b": "glitter {object}"}}, "stands there twice"),
        ({"imperative": {"a": "glitter {object}"}, "wish": {"a": "I want {object} to glitter"}}, "slug is used twice"),
        ({"when": {"shape": "moons"}}, "when: 'shape' is 'moons', not one of stars, hearts"),
        ({"when": {"form": "stars"}}, "when: the card has no input 'form'"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named(change: dict[str, Any], told: str) -> None:
    assert list(problems(Bank.from_data(GOOD), CARD)) == []
    group = {"imperative": {"a": "strew glitter over {object}"}} | change
    found = "\n".join(problems(Bank.from_data(GOOD | {"groups": [*GOOD["groups"][1:], group]}), CARD))
    assert told in found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"replies": []}, "no replies"),
        ({"replies": ["{thing} glitters."]}, "reply '{thing} glitters.'"),
        ({"clauses": {"shade": ["in {shade}"]}}, "clauses: the card has no input 'shade'"),
        ({"clauses": {"shape": ["as {shade}"]}}, "clause 'as {shade}'"),
        ({"values": {"shape": {"moons": ["moons"]}}}, "values: 'shape' is 'moons'"),
        ({"groups": GOOD["groups"][1:]}, "1 constructions are too few"),
    ],
)
def test_so_is_one_broken_beside_the_constructions(change: dict[str, Any], told: str) -> None:
    assert told in "\n".join(problems(Bank.from_data(GOOD | change), CARD))


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.skill)
def test_every_reading_of_a_construction_comes_out_clean(bank: Bank) -> None:
    for group in bank.groups:
        for form, _, text in [
            *group.constructions(),
            *(("reply", "", reply) for reply in (*group.replies, *bank.replies)),
        ]:
            for n in range(5):
                read = choose(text, Random(n))
                assert not re.search(r"[\[\]<|]|(?<!-)>", read), f"{bank.skill}: {read}"
                assert "  " not in read and read == read.strip()
            if form in FORMS:
                assert not text.endswith((".", "!")), f"{bank.skill}: the manner ends {text!r}"


def test_every_skill_has_constructions_of_every_form() -> None:
    for bank in BANKS:
        forms = Counter(form for group in bank.groups for form, _, _ in group.constructions())
        assert set(forms) == set(FORMS), bank.skill
        assert forms.total() >= 50, bank.skill


def test_synonym_lists_are_there_and_bear_no_slots() -> None:
    for name, phrases in shared().words.items():
        assert phrases and not any("{" in phrase for phrase in phrases), name


def test_frames_and_negatives_keep_their_places() -> None:
    for frames in shared().image_frames.values():
        assert all(frame.count("{image}") == 1 and frame.count("{request}") == 1 for frame in frames)
    for clauses in shared().avoid.values():
        assert all(clause.count("{avoid}") == 1 for clause in clauses)


def test_manners_are_probabilities() -> None:
    assert len(manners()) >= 6
    for name, manner in manners().items():
        assert set(manner.forms) == set(FORMS), name
        shares = (
            manner.open,
            manner.close,
            manner.please,
            manner.react,
            manner.switch,
            manner.lower,
            manner.end_mark,
            manner.slip,
        )
        assert all(0 <= share <= 1 for share in (*shares, manner.typo)), name


def test_a_typo_is_one_slip_in_the_fixed_words() -> None:
    hasty = manners()["phone"].model_copy(update={"typo": 1.0})
    for n in range(300):
        wording = "please remove {object} from the picture {position}"
        slipped = mistyped(wording, hasty, Random(n))
        assert slipped != wording and "{object}" in slipped and "{position}" in slipped
        assert abs(len(slipped) - len(wording)) <= 1


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.skill)
def test_a_skill_can_be_asked_for_in_sixty_ways(bank: Bank) -> None:
    texts = {text for group in bank.groups for _, _, text in group.constructions()}
    assert len(texts) >= 60


@pytest.mark.parametrize("skill", ["anime", "chat", "line_art", "remove_background", "upscale"])
def test_where_nothing_need_be_named_two_hundred_and_fifty_wordings_are_composed(skill: str) -> None:
    texts = {text for group in banks()[skill].groups for _, _, text in group.constructions()}
    composed = {reading for text in texts if not slots(text) for reading in readings(text)}
    assert len(composed) >= 250


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.skill)
def test_fifteen_in_a_hundred_constructions_are_for_test_alone(bank: Bank) -> None:
    every = {text for group in bank.groups for _, _, text in group.constructions()}
    assert bank.for_test <= every
    assert 0.13 <= len(bank.for_test) / len(every) <= 0.17
    for group in bank.groups:
        left = {text for _, _, text in group.constructions()} - bank.for_test
        assert len(left) >= 3, f"{bank.skill}: {group.when}"


def test_what_is_for_test_alone_hangs_on_the_texts_and_not_on_their_order() -> None:
    texts = tuple(f"say {n}" for n in range(40))
    kept = set(texts) - set(heard(texts, "sft"))
    assert len(kept) == 6 and heard(texts, "test") == texts
    assert set(texts) - set(heard(texts[::-1], "rlhf")) == kept


def test_readings_are_all_that_the_alternatives_make() -> None:
    assert readings("[lose|drop] {object} [now|]") == (
        "lose {object} now", "lose {object}", "drop {object} now", "drop {object}",
    )  # fmt: skip
    assert len(readings("show <the picture>")) == len(shared().words["the picture"])


def hand(manner: str, split: Split, draw: int) -> str:
    slot = Slot(prompt_id="p0000000000", number=0, split=split, turn_class="single", opening="attached",
                focus="remove_background", manner=manner, draw=draw)  # fmt: skip
    turn = PlannedTurn(call=Call(intent="remove_background"))
    found = [c for c in candidates(banks()["remove_background"], turn, {}, split) if not slots(c.text)]
    dealt_to = dealt(found, slot, 0, 7)
    assert dealt_to is not None
    return dealt_to[1]


def test_wordings_are_dealt_without_replacement() -> None:
    """Each slot of a split has one of its own, in its manner, until there are no more."""
    dealt_out = [hand(manner, "sft", draw) for manner in manners() for draw in range(15)]
    assert len(set(dealt_out)) == len(dealt_out)
    assert hand("terse", "sft", 3) == hand("terse", "sft", 3)
    assert [hand("terse", "sft", n) for n in range(5)] != [hand("terse", "rlhf", n) for n in range(5)]
