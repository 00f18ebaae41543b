"""The author that is a language model: it is given the outline and finds the words, never the labels.

dialogue = await pursue(writing(outline, library, judge, TEMPLATES), ask, repairs=2, fresh=1, folder=TEMPLATES)
-> Dialogue(…), or Unusable("grounded: turns.1: colour 'teal' was never said")
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from generators.briefs import brief, hints
from generators.exchanges import Spoken
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

Judge = Callable[[Outline, Sequence[Spoken]], tuple[Dialogue, str | None]]


def writing(outline: Outline, library: Library, judge: Judge, folder: Path) -> Task[Dialogue]:
    def accept(fields: dict[str, Any]) -> Dialogue:
        dialogue, failure = judge(outline, words_in(fields, len(outline.turns)))
        if failure is not None:
            raise Unusable(failure)
        return dialogue

    return Task(opening(outline, library, folder), form_of(outline), accept)


def form_of(outline: Outline) -> dict[str, Any]:
    """The JSON Schema of an answer: so many turns, no more and no fewer."""
    count = len(outline.turns)
    turns = {"type": "array", "items": TURN, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"turns": turns}, "required": ["turns"], "additionalProperties": False}


def opening(outline: Outline, library: Library, folder: Path) -> list[Said]:
    turns = brief(outline, library, folder)
    manner = hints(folder)["manners"].get(outline.slot.manner, outline.slot.manner)
    attached = any(turn.attached for turn in outline.turns)
    fields = {"turns": turns, "manner": manner, "prompt": outline.prompt.text, "pictures": attached}
    return opening_of("dialogue.md", folder, **fields)


def words_in(fields: dict[str, Any], turns: int) -> list[Spoken]:
    """The words of each turn; Unusable with a named reason where there are none."""
    entries = fields.get("turns")
    if not isinstance(entries, list) or not all(is_turn(entry) for entry in entries):
        raise Unusable("author: wrong_shape")
    if len(entries) != turns:
        raise Unusable(f"author: {len(entries)} turns instead of {turns}")
    return [Spoken(e["user"].strip(), e["reply"].strip(), e["user"].strip(), "") for e in entries]


def is_turn(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and {"user", "reply"} <= entry.keys()
        and all(isinstance(entry[name], str) and entry[name].strip() for name in ("user", "reply"))
    )
