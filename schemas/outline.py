"""Outline: one dialogue before any word is written.

Labels come first: the calls, the pictures they make and what each turn refers to are fixed here; an
author only puts them into words, and checks hold the words against them.
"""

from typing import Literal, Self

from pydantic import Field

from schemas.answer import Call
from schemas.identity import Record
from schemas.prompt import Dimension, Prompt, Split
from schemas.scene import Scene

TurnClass = Literal["single", "short", "long"]
TURN_CLASSES: tuple[TurnClass, ...] = ("single", "short", "long")
TURNS_OF: dict[TurnClass, tuple[int, int]] = {"single": (1, 1), "short": (2, 3), "long": (4, 6)}


def turn_class_of(turns: int) -> TurnClass:
    return next((name for name, (least, most) in TURNS_OF.items() if least <= turns <= most), "long")


Opening = Literal["attached", "requested"]
# How a picture comes about where it is not simply asked for: worked out by questions, or drawn again and again.
Recipe = Literal["guided", "revision"]
# What a conversation may hold beside plain requests; recorded on the turn that shows it.
Phenomenon = Literal[
    "anaphora", "backtracking", "change_of_mind", "compound", "correction", "disguised", "earlier_image", "ellipsis",
    "guided", "intent_switch", "negative", "new_picture", "revision", "short_answer", "vague", "yes_no",
]  # fmt: skip


class Slot(Record):
    """A place in the release that one dialogue fills: what it must be, before we know what it is.

    `turns` and `phenomenon` are those of the plan's cell where it belongs to one; `draw` counts the slots of
    its split that share skill and manner, so that each can have a wording of its own.
    """

    prompt_id: str
    number: int
    split: Split
    turn_class: TurnClass
    opening: Opening
    focus: str
    manner: str
    recipe: Recipe | None = None
    turns: int | None = None
    phenomenon: Phenomenon | None = None
    draw: int = 0


class Shot(Record):
    """A picture of the outline: the call that makes it, on which earlier picture, and its scene if painted."""

    call: Call
    source: int | None = None
    scene: Scene | None = None


class PlannedTurn(Record):
    """What one turn must voice. `given` are facts the words may use: a thing's other name, a true answer.
    `ahead` is what its words or its reply already name and the next turn decides on: the second of two
    requests, or an offer."""

    call: Call
    attached: tuple[int, ...] = ()
    image_before: int | None = None
    image_after: int | None = None
    phenomena: tuple[str, ...] = ()
    dimension: Dimension | None = None
    phrase: str | None = None
    given: dict[str, str] = Field(default_factory=dict)
    ahead: Self | None = None
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
