"""Checks of labels: allowed by the card, pointing at what was shown, holding what was said."""

import re

from generators.guideline import guideline
from schemas.dialogue import Dialogue
from schemas.skill import IMAGE, Library


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
    return set(re.findall(r"[^\W_]+", text.casefold())) - {"a", "an", "and", "the"}
