"""Prompt: a seed prompt with its category and the phrases it is made of.

Prompt(id="p1f0c2a9e4d", category="animals", text="a fox on a beach at sunset, watercolour",
       parts={"subject": "fox", "setting": "beach", "lighting": "sunset", "style": "watercolour"})
"""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.identity import Record, digest

Split = Literal["sft", "rlhf", "test"]
SPLITS: tuple[Split, ...] = ("sft", "rlhf", "test")

# The fifteen dimensions of DialPrompt, with `subject` for what DialPrompt calls elements.
Dimension = Literal[
    "subject", "action", "setting", "style", "art_form", "detail", "composition", "creativity",
    "theme", "mood", "lighting", "focus", "realism", "color", "resolution", "artist",
]  # fmt: skip


class Prompt(Record):
    id: str = Field(pattern=r"^p[0-9a-f]{10}$")
    category: str = Field(min_length=1)
    text: str = Field(min_length=3)
    parts: dict[Dimension, str] = Field(default_factory=dict)
    author: str

    @classmethod
    def of(cls, text: str, category: str, parts: dict[Dimension, str], author: str) -> Self:
        return cls(id=cls.id_of(text), category=category, text=text, parts=parts, author=author)

    @staticmethod
    def id_of(text: str) -> str:
        """Two texts that differ only in case, spaces or punctuation are one prompt."""
        return "p" + digest(re.sub(r"[\W_]+", " ", text.casefold()).strip())[:10]

    @model_validator(mode="after")
    def id_is_its_text(self) -> Self:
        if self.id != self.id_of(self.text):
            raise ValueError(f"id {self.id!r} does not belong to {self.text!r}")
        return self
