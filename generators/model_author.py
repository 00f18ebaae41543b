"""The author that is a language model: it is given the outline and finds the words, never the labels.

    result = await write(outline, library, author, judge, ask)
    -> Written(dialogue=Dialogue(…)) or Written(reason="grounded: turns.1: colour 'teal' was never said")

`ask` sends messages and gives back what the model said; what sends them, keeps them and pays for them is not known
here. A dialogue that fails a check goes back with the reason, a few times; then the outline is given up.
"""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jinja2

from generators.briefs import TEMPLATES, brief, hints
from generators.exchanges import Spoken
from schemas.dialogue import Dialogue
from schemas.errors import BadInput
from schemas.outline import Outline
from schemas.skill import Library

TURN: dict[str, Any] = {
    "type": "object",
    "properties": {"user": {"type": "string"}, "reply": {"type": "string"}},
    "required": ["user", "reply"],
    "additionalProperties": False,
}
PARTED = "\n---\n"
OBJECT = re.compile(r"\{.*\}", re.DOTALL)


class Said(NamedTuple):
    """One message of the exchange with the model."""

    role: str
    text: str


class Told(NamedTuple):
    """What the model answered, and how it ended."""

    text: str
    finish: str


Ask = Callable[[Sequence[Said]], Awaitable[Told]]
Judge = Callable[[Sequence[Spoken]], tuple[Dialogue, str | None]]


class Written(NamedTuple):
    """A dialogue that passed, or the reason of its last failure."""

    dialogue: Dialogue | None = None
    reason: str | None = None


def form_of(outline: Outline) -> dict[str, Any]:
    """The JSON Schema of an answer: so many turns, no more and no fewer."""
    count = len(outline.turns)
    turns = {"type": "array", "items": TURN, "minItems": count, "maxItems": count}
    return {"type": "object", "properties": {"turns": turns}, "required": ["turns"], "additionalProperties": False}


class NotWords(Exception):
    """What came is not the words of the dialogue; the message is a named reason."""


async def write(outline: Outline, library: Library, judge: Judge, ask: Ask, repairs: int, folder: Path) -> Written:
    said = opening(outline, library, folder)
    reason = ""
    for number in range(repairs + 1):
        told = await ask(said)
        try:
            dialogue, failure = judge(words_in(told, len(outline.turns)))
            if failure is None:
                return Written(dialogue=dialogue)
            reason = failure
        except NotWords as error:
            reason = f"author: {error}"
            if told.finish in ("refusal", "content_filter"):
                break
        if number < repairs:
            said = [
                *said,
                Said("assistant", told.text or "{}"),
                Said("user", render("repair.md", folder, problem=reason)),
            ]
    return Written(reason=reason)


def opening(outline: Outline, library: Library, folder: Path) -> list[Said]:
    turns = brief(outline, library, folder)
    manner = hints(folder)["manners"].get(outline.slot.manner, outline.slot.manner)
    attached = any(turn.attached for turn in outline.turns)
    text = render("dialogue.md", folder, turns=turns, manner=manner, prompt=outline.prompt.text, pictures=attached)
    system, _, task = text.partition(PARTED)
    return [Said("system", system.strip()), Said("user", task.strip())]


def render(name: str, folder: Path, **fields: Any) -> str:
    loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), jinja2.FileSystemLoader(TEMPLATES)])
    environment = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True)
    try:
        return environment.get_template(name).render(**fields)
    except jinja2.TemplateError as error:
        raise BadInput(f"{folder / name}: is no template that can be filled: {error}") from error


def words_in(told: Told, turns: int) -> list[Spoken]:
    """The words of each turn; NotWords with a named reason where there are none."""
    if told.finish in ("refusal", "content_filter"):
        raise NotWords("refused")
    if not told.text.strip():
        raise NotWords("empty")
    fields = object_in(told.text)
    if fields is None:
        raise NotWords("truncated" if told.finish == "length" else "not_json")
    entries = fields.get("turns")
    if not isinstance(entries, list) or not all(is_turn(entry) for entry in entries):
        raise NotWords("wrong_shape")
    if len(entries) != turns:
        raise NotWords(f"{len(entries)} turns instead of {turns}")
    return [Spoken(e["user"].strip(), e["reply"].strip(), e["user"].strip(), "") for e in entries]


def is_turn(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and {"user", "reply"} <= entry.keys()
        and all(isinstance(entry[name], str) and entry[name].strip() for name in ("user", "reply"))
    )


def object_in(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, or holds between other words."""
    for candidate in (text, *OBJECT.findall(text)):
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None
