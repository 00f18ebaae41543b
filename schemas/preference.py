"""Sample, Pair and Preference: two answers to one context, and what a judge made of them.

A sample keeps the text as it was produced and the Answer it parses to, or None: malformed text is a
legitimate losing side.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.answer import Answer
from schemas.identity import Record


class Sample(Record):
    text: str
    answer: Answer | None
    source: str

    @classmethod
    def of(cls, text: str, source: str) -> Self:
        return cls(text=text, answer=Answer.parse(text), source=source)

    @model_validator(mode="after")
    def answer_is_its_text(self) -> Self:
        if self.answer != Answer.parse(self.text):
            raise ValueError(f"the answer is not what the text says: {self.text!r}")
        return self


class Pair(Record):
    """Two different answers to the context that ends with the user's words of `turn`."""

    dialogue_id: str
    turn: int = Field(ge=0)
    a: Sample
    b: Sample

    @model_validator(mode="after")
    def sides_differ(self) -> Self:
        if self.a.text == self.b.text:
            raise ValueError("both answers are the same text")
        return self


class Preference(Record):
    turn: int = Field(ge=0)
    chosen: Sample
    rejected: Sample
    corrected: bool = False
    judge: Literal["human", "simulated"]
    annotators: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    confidence: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def sides_differ(self) -> Self:
        if self.chosen.text == self.rejected.text:
            raise ValueError("chosen and rejected are the same text")
        return self
