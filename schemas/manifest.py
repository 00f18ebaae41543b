"""Manifest: what a release holds and what made it. It says nothing that varies between equal builds:
time, cost and host stand in run.json beside it.

`identity` is the hash of everything but number and parent; two builds with one identity are one release.
"""

import re
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field

from schemas.errors import BadInput
from schemas.identity import Record, digest
from schemas.image import Sha256

RelativePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]


class Version(NamedTuple):
    """1.2.3: major for other dialogues, minor for judgements or additions, patch for the card alone."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        found = re.fullmatch(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", text)
        if not found:
            raise BadInput(f"{text!r} is not a version like 1.0.0")
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def raised(self, part: str) -> Self:
        if part == "major":
            return type(self)(self.major + 1, 0, 0)
        if part == "minor":
            return type(self)(self.major, self.minor + 1, 0)
        return type(self)(self.major, self.minor, self.patch + 1)


class File(Record):
    path: RelativePath
    sha256: Sha256
    bytes: int
    rows: int | None = None


class Counts(Record):
    """How many of what; every mix as it came out, not as it was asked for.

    `by_cell` counts the dialogues that hold a turn of "skill/turns/phenomenon" ("plain" where it shows none),
    `of_cells` those made for a cell of the plan ("any" where it asks for no phenomenon).
    """

    prompts: int
    dialogues: int
    turns: int
    images: int
    by_turn_class: dict[str, int]
    by_skill: dict[str, int]
    by_opening: dict[str, int]
    by_manner: dict[str, int]
    by_category: dict[str, int]
    by_phenomenon: dict[str, int]
    by_cell: dict[str, int] = Field(default_factory=dict)
    of_cells: dict[str, int] = Field(default_factory=dict)


class Leakage(Record):
    """What two splits share. The first three must be 0; short utterances may recur and are counted."""

    prompts: int
    images: int
    near_duplicates: int
    recurring_short_dialogues: int


class Unseen(Record):
    """What only TEST hears: constructions that no training split has, and the user turns made with them."""

    constructions: int = 0
    turns: int = 0


class Judged(Record):
    """What people, or simulated annotators, made of a release: which of them, how much, and how far they agree."""

    judge: Literal["human", "simulated"]
    of: Sha256 = Field(description="The identity of the release that was judged.")
    annotators: int
    preferences: int = Field(description="Contexts of rlhf with a chosen and a rejected answer.")
    corrected: int = Field(description="Of them, those whose chosen answer an annotator wrote.")
    reviewed: int = Field(description="Turns of test that annotators vouch for.")
    relabelled: int = Field(description="Of them, those that they corrected.")
    unresolved: dict[str, int] = Field(default_factory=dict, description="Items without an outcome, by reason.")
    agreement: dict[str, float] = Field(default_factory=dict, description="Krippendorff's alpha, by question.")


class Manifest(Record):
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    version: str
    parent: str | None = None
    identity: Sha256
    plan: Sha256
    source: Sha256
    skills: Sha256
    author: str
    renderer: str
    splits: dict[str, Counts]
    leakage: Leakage
    unseen: Unseen = Unseen()
    judged: Judged | None = None
    rejects: dict[str, int]
    stages: dict[str, int]
    made_with: dict[str, str]
    files: tuple[File, ...]

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.version}"

    def identified(self) -> Self:
        """With the identity that belongs to its content. No file of a release names its own number; fields that
        came later than a manifest are no part of it."""
        apart = {"identity", "version", "parent", *(() if self.judged else ("judged",))}
        content = self.model_dump(mode="json", exclude=apart, exclude_unset=True)
        return self.model_copy(update={"identity": digest(content)})
