"""The transfer set: every label fits its card, every picture was shown, and nobody speaks as the banks do."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from evaluation.transfer import TransferDialogue, TransferTurn, read
from generators.banks import ALTERNATIVES, LISTED, SLOT, banks, shared
from generators.cards import read_library
from generators.checks.speech import LONGEST
from schemas.errors import BadInput
from schemas.skill import IMAGE

LIBRARY = read_library()
DIALOGUES = read()
TURNS = [(f"{dialogue.id}/{n}", turn) for dialogue in DIALOGUES for n, turn in enumerate(dialogue.turns)]
SPOKEN = {
    "anaphora": 10, "backtracking": 5, "change_of_mind": 5, "compound": 4, "correction": 8, "disguised": 4, "earlier_image": 5,
    "ellipsis": 4, "guided": 6, "howto": 3, "intent_switch": 20, "negative": 6, "new_picture": 2, "offer": 4, "out_of_scope": 3,
    "revision": 3, "short_answer": 5, "smalltalk": 4, "takes_up": 4, "thanks": 5, "underspecified": 5, "vague": 6, "yes_no": 5,
}  # fmt: skip
ARTICLE = "(?:an?|the|some|my|his|her|its|their|our|your|that|this|those|these)?"
LINE = {
    "id": "t001",
    "manner": "brief",
    "pictures": ["a dog"],
    "turns": [{"user": "hi", "intent": "chat", "parameters": {}, "reply": "Hello.", "attached": [0]}],
}


@pytest.mark.parametrize(("name", "turn"), TURNS, ids=[name for name, _ in TURNS])
def test_a_label_fits_its_card(name: str, turn: TransferTurn) -> None:
    assert turn.call.problems(LIBRARY) == []
    assert turn.answer.parse(turn.answer.text) == turn.answer
    assert len(turn.user.split()) <= LONGEST


def test_every_skill_is_asked_for_nine_times_and_more() -> None:
    counts = Counter(turn.intent for _, turn in TURNS)
    assert set(counts) == set(LIBRARY.ids)
    assert min(counts.values()) >= 9
    assert counts.total() >= 300


def test_every_phenomenon_occurs_and_there_are_no_others() -> None:
    counts = Counter(name for _, turn in TURNS for name in turn.phenomena)
    assert set(counts) == set(SPOKEN)
    assert {name: counts[name] for name, least in SPOKEN.items() if counts[name] < least} == {}


def test_dialogues_have_one_to_four_turns_and_people_of_their_own() -> None:
    assert set(Counter(len(dialogue.turns) for dialogue in DIALOGUES)) == {1, 2, 3, 4}
    assert len({dialogue.id for dialogue in DIALOGUES}) == len(DIALOGUES)
    assert len({dialogue.manner for dialogue in DIALOGUES}) == len(DIALOGUES)
    assert len({turn.user.casefold() for _, turn in TURNS}) == len(TURNS)


def named(turn: TransferTurn, parameter: str) -> int | None:
    match = IMAGE.match(str(turn.parameters.get(parameter)))
    return int(match[1]) - 1 if match else None


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_what_draws_shows_a_new_picture_and_edits_have_one_to_work_on(dialogue: TransferDialogue) -> None:
    shown: set[int] = set()
    for n, turn in enumerate(dialogue.turns):
        shown.update(turn.attached)
        skill = LIBRARY[turn.intent]
        if skill.type in ("edit", "ask"):
            assert dialogue.current(n) is not None
        if skill.draws:
            assert turn.image_after is not None and turn.image_after not in shown
        else:
            assert turn.image_after == named(turn, "show")
        if turn.image_after is not None:
            shown.add(turn.image_after)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_the_current_picture_is_never_named_by_an_edit(dialogue: TransferDialogue) -> None:
    for n, turn in enumerate(dialogue.turns):
        if LIBRARY[turn.intent].type in ("edit", "ask"):
            assert named(turn, "image") != dialogue.current(n)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "dialogue 1"}, "line 1: id: String should match pattern '^t\\d{3}$' (found 'dialogue 1')"),
        ({"manners": "terse"}, "line 1: unknown key 'manners' (did you mean 'manner'?)"),
        ({"pictures": []}, "line 1: turns: show pictures [0], but there are 0"),
        ({"turns": [{"user": "hi", "intent": "chat", "parameters": {}}]}, "line 1: 'turns.0.reply' is missing"),
        (
            {"turns": [{"user": "back", "intent": "chat", "parameters": {"show": "image_2"}, "reply": "Here."}]},
            "line 1: turns.0.parameters.show: image_2 was not shown yet",
        ),
    ],
    ids=["id", "unknown key", "pictures", "no reply", "not shown"],
)
def test_a_wrong_line_is_named_with_its_field(changes: dict[str, object], message: str, tmp_path: Path) -> None:
    path = tmp_path / "transfer.jsonl"
    path.write_text(json.dumps(LINE | changes) + "\n")
    with pytest.raises(BadInput) as caught:
        read(path)
    assert str(caught.value) == f"{path}: {message}"


def test_an_id_that_stands_twice_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "transfer.jsonl"
    path.write_text(2 * (json.dumps(LINE) + "\n"))
    with pytest.raises(BadInput, match="line 2: id: 't001' stands on an earlier line too"):
        read(path)


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


@cache
def patterns(intent: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Each construction of a skill's bank as a pattern over words without spaces and punctuation, and its slots."""
    texts = {text for group in banks()[intent].groups for _, _, text in group.constructions()}
    return tuple(
        (re.compile(as_pattern(text)), tuple(name for name, _ in SLOT.findall(text))) for text in sorted(texts)
    )


def as_pattern(text: str) -> str:
    """Open slots become groups, alternatives and shared words alternations."""
    held: list[str] = []

    def keep(pattern: str) -> str:
        held.append(pattern)
        return f"\x00{len(held) - 1}\x01"

    def plain(words: str) -> str:
        return "".join(
            part if part.startswith("\x00") else squeezed(part) for part in re.split("(\x00\\d+\x01)", words)
        )

    def either(choices: list[str]) -> str:
        return keep("(?:" + "|".join(map(plain, choices)) + ")")

    text = SLOT.sub(lambda _: keep("(.+?)"), text)
    before = None
    while text != before:
        before = text
        text = LISTED.sub(lambda m: either(list(shared().words[m[1]])), text)
        text = ALTERNATIVES.sub(lambda m: either(m[1].split("|")), text)
    text = plain(text)
    while "\x00" in text:
        text = re.sub("\x00(\\d+)\x01", lambda m: held[int(m[1])], text)
    return text


def as_the_banks_say_it(turn: TransferTurn) -> bool:
    """Whether a construction with the label filled in is the whole turn; one of slots alone has no words of its own."""
    said = squeezed(turn.user)
    for pattern, names in patterns(turn.intent):
        match = pattern.fullmatch(said)
        if not match or sum(len(value or "") for value in match.groups()) == len(said):
            continue
        if all(fills(value, turn.parameters.get(name)) for name, value in zip(names, match.groups(), strict=True)):
            return True
    return False


def fills(said: str | None, value: object) -> bool:
    """An open slot holds what the label holds with any article before it; one that is no parameter holds anything."""
    return said is None or value is None or re.fullmatch(ARTICLE + re.escape(squeezed(str(value))), said) is not None


def test_a_turn_taken_from_the_banks_would_be_found() -> None:
    construction = next(
        text for group in banks()["remove_object"].groups for _, _, text in group.constructions() if "{object}" in text
    )
    plain = re.sub(r"\[([^\[\]|]*)[^\[\]]*\]", r"\1", construction)
    plain = LISTED.sub(lambda m: shared().words[m[1]][0], plain)
    user = SLOT.sub("the umbrella", plain)
    turn = TransferTurn(user=user, intent="remove_object", parameters={"object": "umbrella"}, reply="Gone.")
    assert as_the_banks_say_it(turn)


@pytest.mark.parametrize(("name", "turn"), TURNS, ids=[name for name, _ in TURNS])
def test_no_turn_is_a_construction_of_the_banks(name: str, turn: TransferTurn) -> None:
    assert not as_the_banks_say_it(turn)
