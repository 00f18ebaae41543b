"""The guideline's tables: what counts as said though it is said in other words, and what a vague wish means.

Author, checks and readers share generators/guideline.yaml; it is data, so that a team can have its own.
"""

from functools import cache
from pathlib import Path
from typing import Any

from generators.banks import read_yaml
from schemas.answer import Call
from schemas.identity import Record
from schemas.skill import Value


class Vague(Record):
    """A wish that names no parameter, and the call it stands for."""

    intent: str
    parameters: dict[str, Value]
    said: tuple[str, ...]


@cache
def tables() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(Path(__file__).parent / "guideline.yaml")
    return found


@cache
def vague_wishes() -> tuple[Vague, ...]:
    return tuple(Vague.from_data(entry) for entry in tables()["vague"])


def said_as(value: str) -> list[str]:
    """The other words that say a value."""
    found: list[str] = tables()["sizes"].get(value, [])
    return found


def vaguely_said(call: Call, heard: str) -> bool:
    """Whether a vague wish that stands for this very call was heard."""
    wanted = {name: value for name, value in call.parameters.items() if name != "image"}
    return any(
        wish.intent == call.intent and wish.parameters == wanted and any(said in heard.casefold() for said in wish.said)
        for wish in vague_wishes()
    )
