"""Outline: one dialogue before any word is written.

Labels come first: the calls, the pictures they make and what each turn refers to are fixed here; an
author only puts them into words, and checks hold the words against them.
"""

from typing import Literal

from pydantic import Field

from schemas.answer import Call
from schemas.identity import Record
from schemas.prompt import Prompt, Split
from schemas.scene import Scene

TurnClass = Literal["single", "short", "long"]
TURN_CLASSES: tuple[TurnClass, ...] = ("single", "short", "long")
TURNS_OF: dict[TurnClass, tuple[int, int]] = {"single": (1, 1), "short": (2, 3), "long": (4, 6)}
Opening = Literal["attached", "requested"]


class Slot(Record):
    """A place in the release that one dialogue fills: what it must be, before we know what it is."""

    prompt_id: str
    number: int
    split: Split
    turn_class: TurnClass
    opening: Opening
    focus: str
    manner: str


class Shot(Record):
    """A picture of the outline: the call that makes it, on which earlier picture, and its scene if painted."""

    call: Call
    source: int | None = None
    scene: Scene | None = None


class PlannedTurn(Record):
    """What one turn must voice. `given` are facts the words may use: a thing's other name, a true answer."""

    call: Call
    attached: tuple[int, ...] = ()
    image_before: int | None = None
    image_after: int | None = None
    phenomena: tuple[str, ...] = ()
    given: dict[str, str] = Field(default_factory=dict)
    reason: str = ""


class Outline(Record):
    id: str = Field(pattern=r"^p[0-9a-f]{10}-\d{3,}-\d+$")
    attempt: int
    slot: Slot
    prompt: Prompt
    shots: tuple[Shot, ...]
    turns: tuple[PlannedTurn, ...]

    @staticmethod
    def id_of(slot: Slot, attempt: int) -> str:
        return f"{slot.prompt_id}-{slot.number:03d}-{attempt}"


class Attempt(Record):
    """One try at filling a slot: the outline, or the reason why there is none."""

    slot: Slot
    outline: Outline | None = None
    reason: str | None = None
