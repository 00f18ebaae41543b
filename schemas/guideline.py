"""Guideline: what counts as said though it is said in other words, and what a vague wish means.

    Guideline(sizes={"1:1": ["square"]}, amounts={"a bit": 15},
              vague=[Vague(intent="adjust", parameters={"property": "saturation", "direction": "more"},
                           said=["make it pop"])],
              choices=[Saying(intent="line_art", when={"line": "bold"}, said=["bold*", "thick*"])],
              numbers={"times": {"twice": 2}}, ways={"degrees": Ways(above=["clockwise"], below=["left"])})

One table for authors, checks, readers and people; it is data, so that a team can have its own.
"""

from pydantic import Field

from schemas.answer import Call
from schemas.identity import Record
from schemas.skill import Value


class Vague(Record):
    """A wish that names no parameter, and the call it stands for."""

    intent: str
    parameters: dict[str, Value]
    said: tuple[str, ...]


class Saying(Record):
    """Words that say choices of a skill, all that `when` holds at once; none where it holds nothing."""

    intent: str
    when: dict[str, Value]
    said: tuple[str, ...]


class Ways(Record):
    """Words for the way of a number that can be below zero, and the number that is the same both ways."""

    above: tuple[str, ...]
    below: tuple[str, ...]
    same: float | None = None


class Guideline(Record):
    sizes: dict[str, tuple[str, ...]]
    amounts: dict[str, float]
    vague: tuple[Vague, ...]
    choices: tuple[Saying, ...] = ()
    numbers: dict[str, dict[str, float | None]] = Field(default_factory=dict)
    ways: dict[str, Ways] = Field(default_factory=dict)
    reasons: dict[str, str] = Field(default_factory=dict, description="Why this skill and not one like it.")

    def said_as(self, value: str) -> tuple[str, ...]:
        """The other words that say a value."""
        return self.sizes.get(value, ())

    def vaguely_said(self, call: Call, heard: str) -> bool:
        """Whether a vague wish that stands for this very call was heard."""
        wanted = call.apart_from_image
        return any(
            wish.intent == call.intent
            and wish.parameters == wanted
            and any(said in heard.casefold() for said in wish.said)
            for wish in self.vague
        )
