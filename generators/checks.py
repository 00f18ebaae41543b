"""Checks: named reasons for which a dialogue is not let in. Each is one small function that answers
None, or what is wrong.

    grounded(dialogue, library) -> "turns.1: colour 'teal' was never said"

A reject is kept with "name: what is wrong" as its reason.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from generators.guideline import guideline
from schemas.dialogue import Dialogue, Turn
from schemas.skill import IMAGE, Library

Check = Callable[[Dialogue, Library], str | None]


def fits_card(dialogue: Dialogue, library: Library) -> str | None:
    """Every call is one that its card allows."""
    for n, turn in enumerate(dialogue.turns):
        for problem in turn.call.problems(library):
            return f"turns.{n}: {problem}"
    return None


def resolvable(dialogue: Dialogue, library: Library) -> str | None:
    """Pictures are spoken of only after they were shown, and an edit has a picture to work on."""
    shown: set[int] = set()
    for n, turn in enumerate(dialogue.turns):
        shown.update(turn.attached)
        for name, value in turn.call.parameters.items():
            if (match := IMAGE.match(str(value))) and int(match[1]) - 1 not in shown:
                return f"turns.{n}: {name} is {value}, which was not shown yet"
        if turn.image_before is not None and turn.image_before not in shown:
            return f"turns.{n}: works on picture {turn.image_before}, which was not shown yet"
        if library[turn.call.intent].type == "edit" and turn.image_before is None:
            return f"turns.{n}: {turn.call.intent} has no picture to work on"
        if turn.image_after is not None:
            shown.add(turn.image_after)
    unseen = set(range(len(dialogue.images))) - shown
    return f"no turn shows picture {min(unseen)}" if unseen else None


def grounded(dialogue: Dialogue, library: Library) -> str | None:
    """What a parameter holds was said, in this turn or before it."""
    heard = ""
    for n, turn in enumerate(dialogue.turns):
        heard += f" {turn.user}"
        if guideline().vaguely_said(turn.call, turn.user):
            continue
        for name, value in turn.call.parameters.items():
            kind = getattr(library[turn.call.intent].input(name), "type", None)
            if any(other in heard.casefold() for other in guideline().said_as(str(value))):
                continue
            if kind in ("text", "thing", "colour", "size") and not words_of(str(value)) <= words_of(heard):
                missing = sorted(words_of(str(value)) - words_of(heard))
                return f"turns.{n}: {name} {value!r} was never said ({', '.join(missing)})"
        heard += f" {turn.reply}"
    return None


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold())) - {"a", "an", "the"}


LABEL_LANGUAGE = re.compile(r"(?<!-)>|[{}<\[\]|]|image_\d|\b[a-z]+_[a-z_]+\b|\"intent\"")


def speaks_plainly(dialogue: Dialogue, library: Library) -> str | None:
    """No braces, ids or label syntax in what people say."""
    for n, turn in enumerate(dialogue.turns):
        for who, text in (("user", turn.user), ("reply", turn.reply)):
            if match := LABEL_LANGUAGE.search(text):
                return f"turns.{n}.{who}: {match[0]!r} is not something people say"
    return None


def of_sensible_length(dialogue: Dialogue, library: Library) -> str | None:
    for n, turn in enumerate(dialogue.turns):
        words = len(turn.user.split())
        if words > 90:
            return f"turns.{n}: the user says {words} words"
    return None


MAY_STAND_TWICE = frozenset({"that", "had", "bye", "no", "hello", "on"})


def unrepeated(dialogue: Dialogue, library: Library) -> str | None:
    """Nobody says the same thing twice, nor one word twice running."""
    for n, turn in enumerate(dialogue.turns):
        if any(turn.user.casefold() == earlier.user.casefold() for earlier in dialogue.turns[:n]):
            return f"turns.{n}: says again {turn.user!r}"
        for match in re.finditer(r"\b(\w+) \1\b", f"{turn.user}\n{turn.reply}", re.IGNORECASE):
            if match[1].casefold() not in MAY_STAND_TWICE:
                return f"turns.{n}: {match[0]!r}"
    return None


def legible(dialogue: Dialogue, library: Library) -> str | None:
    """Words, not garble: letters prevail, and none repeats endlessly."""
    for n, turn in enumerate(dialogue.turns):
        for text in said_in(turn):
            letters = sum(c.isalnum() or c.isspace() for c in text)
            if letters < 0.6 * len(text) or re.search(r"(.)\1{5,}", text):
                return f"turns.{n}: {text!r}"
    return None


def said_in(turn: Turn) -> Iterator[str]:
    yield turn.user
    yield turn.reply


CHECKS: Mapping[str, Check] = {
    "fits_card": fits_card,
    "resolvable": resolvable,
    "grounded": grounded,
    "speaks_plainly": speaks_plainly,
    "of_sensible_length": of_sensible_length,
    "unrepeated": unrepeated,
    "legible": legible,
}


def first_failure(dialogue: Dialogue, library: Library) -> str | None:
    for name, check in CHECKS.items():
        if problem := check(dialogue, library):
            return f"{name}: {problem}"
    return None
