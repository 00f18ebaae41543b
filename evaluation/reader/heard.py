"""Heard: one request without manners, ready for the rules; and what a rule answers.

Heard(text="put a hat on it", quotes=(), view=…, focus="fox")  ->  Draft("add_object", {"object": "hat", …})
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from evaluation.reader.view import View
from schemas.guideline import Guideline
from schemas.skill import Library, Value


class Draft(NamedTuple):
    """A call as far as it was said; required parameters may be missing."""

    intent: str
    parameters: dict[str, Value]


@dataclass(frozen=True)
class Heard:
    text: str
    whole: str
    quotes: tuple[str, ...]
    view: View
    library: Library
    guideline: Guideline
    focus: str | None = None

    def find(self, pattern: str) -> re.Match[str] | None:
        return re.search(pattern, self.text, re.IGNORECASE)

    def says(self, pattern: str) -> bool:
        return self.find(pattern) is not None

    def quote(self, text: str) -> str:
        """Words that were set aside, back in their place."""
        return re.sub(r"«(\d+)»", lambda found: self.quotes[int(found[1])], text)


Rule = Callable[[Heard], Draft | None]
Reader = Callable[[str], Draft | None]
