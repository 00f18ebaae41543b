"""Checks of speech: no label syntax, no endless turns, no parroting, no garble."""

import re
from collections.abc import Iterator

from schemas.dialogue import Dialogue
from schemas.skill import Library

LABEL_LANGUAGE = re.compile(r"(?<!-)>|[{}<\[\]|]|image_\d|\b[a-z]+_[a-z_]+\b|\"intent\"")
LONGEST = 90
MAY_STAND_TWICE = frozenset({"that", "had", "bye", "no", "hello", "on"})


def texts(dialogue: Dialogue) -> Iterator[tuple[str, str]]:
    """All that is said, with its place."""
    for n, turn in enumerate(dialogue.turns):
        yield f"turns.{n}.user", turn.user
        yield f"turns.{n}.reply", turn.reply


def speaks_plainly(dialogue: Dialogue, library: Library) -> str | None:
    """No braces, ids or label syntax in what people say."""
    for place, text in texts(dialogue):
        if match := LABEL_LANGUAGE.search(text):
            return f"{place}: {match[0]!r} is not something people say"
    return None


def of_sensible_length(dialogue: Dialogue, library: Library) -> str | None:
    for n, turn in enumerate(dialogue.turns):
        words = len(turn.user.split())
        if words > LONGEST:
            return f"turns.{n}: the user says {words} words"
    return None


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
    for place, text in texts(dialogue):
        others = len(text) - sum(c.isalnum() or c.isspace() for c in text)
        if others == len(text) or others > max(3, 0.4 * len(text)) or re.search(r"(.)\1{5,}", text):
            return f"{place}: {text!r}"
    return None
