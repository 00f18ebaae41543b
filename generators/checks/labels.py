"""Checks of labels: allowed by the card, pointing at what was shown, holding what was said."""

from generators.checks.said import says_choice, says_number, words_of
from generators.guideline import guideline
from schemas.answer import Call
from schemas.dialogue import Dialogue
from schemas.skill import IMAGE, Library, Skill


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
    heard: list[str] = []
    for n, turn in enumerate(dialogue.turns):
        heard.append(turn.user)
        if not guideline().vaguely_said(turn.call, turn.user):
            for name in turn.call.parameters:
                if problem := unsaid(name, turn.call, library[turn.call.intent], heard):
                    return f"turns.{n}: {problem}"
        heard.append(turn.reply)
    return None


def unsaid(name: str, call: Call, skill: Skill, heard: list[str]) -> str | None:
    """What of a parameter's value was never said."""
    value, field = call.parameters[name], skill.input(name)
    if field is None or any(other in text.casefold() for other in guideline().said_as(str(value)) for text in heard):
        return None
    if field.type in ("text", "thing", "colour", "size"):
        missing = sorted(words_of(str(value)) - words_of(" ".join(heard)))
        return f"{name} {value!r} was never said ({', '.join(missing)})" if missing else None
    if field.type == "choice":
        return None if says_choice(name, call, heard) else f"{name} {value!r} was never said"
    if field.type == "number" and not isinstance(value, str):
        return None if says_number(value, field, heard) else f"{name} {value:g} was never said"
    return None
