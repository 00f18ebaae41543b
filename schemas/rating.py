"""Rating: a dialogue as one system played it, and what one person thinks of that.

    Performance(dialogue_id="p3fa19c2b7d-004-0", messages=(
        Message(who="user", text="a fox by the sea"),
        Message(who="assistant", text="Here is your fox.", pictures=(Piece(sha256="5b0c…", number=1),)),
        Message(who="user", text="give it a hat"),
        Message(who="assistant", text="Done.", missing=True)))
    Opinion(item="9c41…", annotator="anna@x.org", understanding=2, consistency=3, comment="no hat")

A performance does not say whose it is, so two systems that play a dialogue alike are rated once, for both.
"""

from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.annotation import Status
from schemas.identity import Record, digest
from schemas.image import Sha256

Judge = Literal["human", "simulated"]


class Piece(Record):
    """One picture where it came up; `number` is the one that the user knows it by, if any."""

    sha256: Sha256
    number: int | None = None


class Message(Record):
    """What one side said, with the pictures that it brought or made; `missing` where one was due and none came. An
    assistant's message without text is one that could not be read."""

    who: Literal["user", "assistant"]
    text: str
    pictures: tuple[Piece, ...] = ()
    missing: bool = False


class Performance(Record):
    dialogue_id: str
    messages: tuple[Message, ...] = Field(min_length=1)

    @cached_property
    def key(self) -> str:
        return digest(self.model_dump(mode="json"))[:40]

    @property
    def hashes(self) -> tuple[str, ...]:
        """Its pictures, each once, in the order in which they come up."""
        return tuple(dict.fromkeys(piece.sha256 for message in self.messages for piece in message.pictures))


class Opinion(Record):
    """`why` says what is wrong with one that cannot be used."""

    item: str = Field(pattern=r"^[0-9a-f]{40}$")
    annotator: str
    judge: Judge = "human"
    status: Status = "ok"
    why: str | None = None
    understanding: int | None = Field(default=None, ge=1, le=5)
    consistency: int | None = Field(default=None, ge=1, le=5)
    comment: str = ""
    seconds: float | None = None
    updated: str = ""

    @model_validator(mode="after")
    def both_or_none(self) -> Self:
        given = [value for value in (self.understanding, self.consistency) if value is not None]
        if len(given) != (2 if self.status == "ok" else 0):
            raise ValueError(f"{self.status!r} comes with {len(given)} of two marks")
        return self
