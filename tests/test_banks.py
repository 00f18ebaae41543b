"""Every construction of every bank is held against its card."""

import re
from collections import Counter
from random import Random

import pytest

from generators.banks import FORMS, Bank, banks, choose, heard, manners, shared, slots
from generators.cards import read_library
from generators.phrasing import UNSPOKEN, candidates, dealt, readings
from generators.voice import mistyped
from schemas.answer import Call
from schemas.outline import PlannedTurn, Slot
from schemas.prompt import Split

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
def test_constructions_say_what_their_card_can_hold(bank: Bank) -> None:
    card = LIBRARY[bank.skill]
    names = {i.name for i in card.inputs} | GIVEN.get(bank.skill, set())
    required = {i.name for i in card.inputs if i.required} - UNSPOKEN
    for group in bank.groups:
        assert set(group.when) <= names
        for name, value in group.when.items():
            if (known := card.input(name)) is not None:
                assert known.problem(value) is None, f"{bank.skill}: when {name}"
        for _, slug, text in group.constructions():
            said = {name for name, _ in slots(text)}
            assert said <= names, f"{bank.skill}/{slug}: {text}"
            said |= {"style"} if "as_style" in said else set()
            assert required <= said | set(group.when), (
                f"{bank.skill}/{slug} leaves out {required - said - set(group.when)}"
            )
        for reply in (*group.replies, *bank.replies):
            assert {name for name, _ in slots(reply)} <= names


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.skill)
def test_choices_and_clauses_are_those_of_the_card(bank: Bank) -> None:
    card = LIBRARY[bank.skill]
    for name, phrases in bank.values.items():
        known = card.input(name)
        assert known is not None
        for value in phrases:
            number = float(value) if known.type == "number" else value
            assert known.problem(number) is None, f"{bank.skill}: {name} {value!r}"
    for name in bank.clauses:
        assert card.input(name) is not None


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.skill)
def test_slugs_are_unique_and_wordings_differ(bank: Bank) -> None:
    slugs = Counter(slug for group in bank.groups for _, slug, _ in group.constructions())
    assert [slug for slug, n in slugs.items() if n > 1] == []
    for group in bank.groups:
        texts = Counter(text for _, _, text in group.constructions())
        assert [text for text, n in texts.items() if n > 1] == []


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
