"""The author that is a language model: it is given the outline and finds the words, never the labels.

dialogue = await pursue(writing(outline, library, judge, TEMPLATES), ask, repairs=2, fresh=1, folder=TEMPLATES)
-> Dialogue(…), or Unusable("grounded: turns.1: colour 'teal' was never said")
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from generators.briefs import TurnBrief, brief, hints
from generators.exchanges import Spoken
from generators.model_examples import examples
from generators.model_rules import broken
from generators.personas import persona
from generators.tasks import Said, Task, Unusable
from generators.tasks import opening as opening_of
from schemas.dialogue import Dialogue
from schemas.outline import Outline
from schemas.skill import Library

TURN: dict[str, Any] = {
    "type": "object",
    "properties": {"user": {"type": "string"}, "reply": {"type": "string"}},
    "required": ["user", "reply"],
    "additionalProperties": False,
}
WRITING = 1  # raised when other answers are let in or asked for
PLACE = re.compile(r"^grounded: turns\.(\d+)")

Judge = Callable[[Outline, Sequence[Spoken]], tuple[Dialogue, str | None]]


def writing(outline: Outline, library: Library, judge: Judge, folder: Path) -> Task[Dialogue]:
    def accept(fields: dict[str, Any]) -> Dialogue:
        words = words_in(fields, len(outline.turns))
        dialogue, failure = judge(outline, words)
        unheeded = broken(outline, words, library, folder)
        if failure is not None:
            plainly = said_plainly(failure, brief(outline, library, folder))
            raise Unusable("; ".join(dict.fromkeys([failure, *plainly, *unheeded])))
        if unheeded:
            raise Unusable(f"brief: {'; '.join(unheeded)}")
        return dialogue

    return Task(opening(outline, library, folder), form_of(outline), accept)


def said_plainly(failure: str, turns: Sequence[TurnBrief]) -> list[str]:
    """What the user has to say where a value was never said."""
    place = PLACE.match(failure)
    if place is None:
        return []
    turn = turns[int(place[1])]
    named = " and ".join(f'"{words}"' for words in turn.keep)
    return [f"turns.{place[1]}.user: must say {named or f'it as plainly as this: {turn.wants}'}"]


def form_of(outline: Outline) -> dict[str, Any]:
    """The JSON Schema of an answer: so many turns, no more and no fewer."""
    count = len(outline.turns)
    turns = {"type": "array", "items": TURN, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"turns": turns}, "required": ["turns"], "additionalProperties": False}


def opening(outline: Outline, library: Library, folder: Path) -> list[Said]:
    first = outline.turns[0]
    return opening_of(
        "dialogue.md",
        folder,
        turns=brief(outline, library, folder),
        manner=hints(folder)["manners"].get(outline.slot.manner, outline.slot.manner),
        persona=persona(outline.id, folder),
        examples=examples(outline, folder),
        prompt=outline.prompt.text,
        pictures=bool(first.attached) and library[first.call.intent].type != "create",
    )


def words_in(fields: dict[str, Any], turns: int) -> list[Spoken]:
    """The words of each turn; Unusable with a named reason where there are none."""
    entries = fields.get("turns")
    if not isinstance(entries, list) or not all(is_turn(entry) for entry in entries):
        raise Unusable("author: wrong_shape")
    if len(entries) != turns:
        raise Unusable(f"author: {len(entries)} turns instead of {turns}")
    return [Spoken(user, tidy(e["reply"]), user, "") for e in entries for user in [tidy(e["user"])]]


def tidy(text: str) -> str:
    """One line, without quotation marks around all of it."""
    line = " ".join(text.split())
    return line[1:-1].strip() if line[:1] == line[-1:] == '"' and line.count('"') == 2 else line


def is_turn(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and {"user", "reply"} <= entry.keys()
        and all(isinstance(entry[name], str) and entry[name].strip(' "\n') for name in ("user", "reply"))
    )
