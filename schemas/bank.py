"""Bank: the constructions in which a skill is asked for, as data that people write; the notation stands in
docs/banks.md and is read by generators/banks.py.

    Bank(skill="glitter", groups=(Group(imperative={"strew": "strew glitter over {object}"}),), replies=("Shiny!",))
"""

from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Literal

from pydantic import Field

from schemas.identity import Record, digest
from schemas.prompt import Split

Form = Literal["imperative", "question", "wish", "fragment", "statement"]
FORMS: tuple[Form, ...] = ("imperative", "question", "wish", "fragment", "statement")
GENERIC = "generic"
FOR_TEST = 0.15
LEAST_LEFT = 3


def ranked(texts: Iterable[str]) -> list[str]:
    """In an order that hangs on nothing but the texts."""
    return sorted(texts, key=digest)


@cache
def heard(texts: tuple[str, ...], split: Split) -> tuple[str, ...]:
    """What a split hears of these wordings: some are for TEST alone."""
    kept = ranked(texts)[: min(round(FOR_TEST * len(texts)), max(0, len(texts) - LEAST_LEFT))]
    return texts if split == "test" else tuple(text for text in texts if text not in kept)


class Group(Record):
    """Constructions that share what their wording implies; `when` are the facts it says by itself."""

    when: dict[str, str | int | float] = Field(default_factory=dict)
    imperative: dict[str, str] = Field(default_factory=dict)
    question: dict[str, str] = Field(default_factory=dict)
    wish: dict[str, str] = Field(default_factory=dict)
    fragment: dict[str, str] = Field(default_factory=dict)
    statement: dict[str, str] = Field(default_factory=dict)
    replies: tuple[str, ...] = ()

    def constructions(self) -> Iterator[tuple[Form, str, str]]:
        for form in FORMS:
            texts: dict[str, str] = getattr(self, form)
            for slug, text in texts.items():
                yield form, slug, text


class Bank(Record):
    skill: str
    groups: tuple[Group, ...]
    clauses: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    values: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    replies: tuple[str, ...] = ()

    @cached_property
    def for_test(self) -> frozenset[str]:
        """The constructions that only TEST hears: by their text, since some groups share texts; by their slug
        where the text changes with the card. No group is left with fewer than three."""
        texts = [[self.known_by(slug, text) for _, slug, text in group.constructions()] for group in self.groups]
        every = dict.fromkeys(name for group in texts for name in group)
        wanted, kept = round(FOR_TEST * len(every)), set[str]()
        for name in ranked(every):
            if len(kept) < wanted and all(len(set(g) - kept) > LEAST_LEFT for g in texts if name in g):
                kept.add(name)
        return frozenset(kept)

    def known_by(self, slug: str, text: str) -> str:
        return slug if self.skill == GENERIC else text

    def is_for_test(self, slug: str, text: str) -> bool:
        return self.known_by(slug, text) in self.for_test
