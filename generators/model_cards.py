"""A skill's card by a language model, from its title and what its page says, as the paper expands its pipelines.

card = await pursue(describing(Page(title="RainMaker v2", text="…"), library, model, TEMPLATES), ask, …)
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError

from generators.jsonl import numbered_rows
from generators.tasks import Task, Unusable, opening
from schemas.errors import BadInput, complaint
from schemas.skill import InputType, Library, Skill, SkillType

MOST_TEXT = 12_000
GIVEN = ("thing", "text", "choice", "number", "colour", "size")  # an image is never given by name on a card
INPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "type": {"type": "string", "enum": [name for name in get_args(InputType) if name in GIVEN]},
        "required": {"type": "boolean"},
        "description": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "string"}},
        "minimum": {"type": ["number", "null"]},
        "maximum": {"type": ["number", "null"]},
        "unit": {"type": ["string", "null"]},
        "examples": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "type", "required", "description", "choices", "minimum", "maximum", "unit", "examples"],
    "additionalProperties": False,
}
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "type": {"type": "string", "enum": list(get_args(SkillType))},
        "description": {"type": "string"},
        "inputs": {"type": "array", "items": INPUT},
    },
    "required": ["id", "name", "type", "description", "inputs"],
    "additionalProperties": False,
}


class Page(NamedTuple):
    """What a pipeline's page says of it."""

    title: str
    text: str


def describing(page: Page, shelf: Library, folder: Path) -> Task[Skill]:
    fields = {"title": page.title, "text": page.text[:MOST_TEXT], "shelf": shelf.skills}
    return Task(opening("card.md", folder, **fields), FORM, lambda answer: card_in(answer, shelf))


def card_in(fields: dict[str, Any], shelf: Library) -> Skill:
    """The card of an answer; Unusable with what is wrong with it."""
    inputs = fields.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(entry, dict) for entry in inputs):
        raise Unusable("author: wrong_shape")
    entry = {**fields, "inputs": [{k: v for k, v in field.items() if v not in (None, [], "")} for field in inputs]}
    try:
        card = Skill.from_data(entry)
    except ValidationError as error:
        raise Unusable(f"card: {complaint(error, Skill)}") from error
    except ValueError as error:
        raise Unusable(f"card: {error}") from error
    if shelf.get(card.id) is not None:
        raise Unusable(f"card: the id {card.id!r} is taken; find another name for what it does")
    for field in card.inputs:
        if field.type == "text" and not field.examples:
            raise Unusable(f"card: the input {field.name!r} is a text and has no examples")
    return card


def pages(path: Path) -> Iterator[tuple[int, Page]]:
    """Pages from JSONL: `title` and `text` on every line."""
    for number, row in numbered_rows(path):
        if not (isinstance(row, dict) and row.keys() == {"title", "text"} and all(map(is_words, row.values()))):
            raise BadInput(f"{path}, line {number}: a page has title and text, nothing else")
        yield number, Page(row["title"].strip(), row["text"].strip())


def is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
