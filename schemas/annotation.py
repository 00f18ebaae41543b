"""Items that people judge and what they make of them.

    PreferenceItem(context=Context(dialogue_id="p3fa…", turn=1, lines=(Line(who="user", text="make it blue"),), …),
                   pair=Pair(dialogue_id="p3fa…", turn=1, a=Sample(…), b=Sample(…)))
    Judgement(item="5b0c…", annotator="anna@x.org", status="ok", verdict="a", reasons=("params",), confidence="high")

An item's key is the hash of all that is judged: the talk, the pictures and the answers. It is the only identity that
anything outside may rely on; ids of a labelling server come and go.
"""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.answer import Answer
from schemas.identity import Record, digest
from schemas.image import Sha256
from schemas.preference import Pair

Project = Literal["preferences", "review"]
Side = Literal["a", "b"]
Verdict = Literal["a", "b", "tie", "neither", "accept", "correct"]
VERDICTS: dict[Project, tuple[Verdict, ...]] = {
    "preferences": ("a", "b", "tie", "neither"),
    "review": ("accept", "correct"),
}
Status = Literal["ok", "skipped", "empty", "invalid"]
Confidence = Literal["high", "medium", "low"]
Share = Annotated[float, Field(ge=0, le=1)]


class Line(Record):
    """One message of the talk, with the pictures that it brought, as places in the context's pictures."""

    who: Literal["user", "assistant"]
    text: str
    pictures: tuple[int, ...] = ()


class Context(Record):
    """The talk up to the user's words of a turn, and the pictures there are by then; `current` is the one at hand."""

    dialogue_id: str
    turn: int = Field(ge=0)
    lines: tuple[Line, ...] = Field(min_length=1)
    pictures: tuple[Sha256, ...] = ()
    current: int | None = None

    @model_validator(mode="after")
    def places_are_there(self) -> Self:
        used = [place for line in self.lines for place in line.pictures] + [self.current or 0] * bool(self.pictures)
        if any(not 0 <= place < len(self.pictures) for place in used):
            raise ValueError(f"points at a picture beyond the {len(self.pictures)} there are")
        if self.lines[-1].who != "user":
            raise ValueError("a context ends with the user's words")
        return self


def left_of(item_key: str) -> Side:
    """Which side stands on the left: decided by the key alone, so that it is the same wherever it is shown."""
    return "a" if int(item_key[-1], 16) % 2 else "b"


class PreferenceItem(Record):
    """Two answers to one context. `check` names the better side of an item that is mixed in to watch annotators."""

    context: Context
    pair: Pair
    check: Side | None = None

    @cached_property
    def key(self) -> str:
        return digest([self.context.model_dump(mode="json"), self.pair.a.text, self.pair.b.text])[:40]

    @property
    def left(self) -> Side:
        return left_of(self.key)


class ReviewItem(Record):
    """One labelled answer of TEST, as it stands."""

    context: Context
    answer: Answer

    @cached_property
    def key(self) -> str:
        return digest([self.context.model_dump(mode="json"), self.answer.text])[:40]


Item = PreferenceItem | ReviewItem


class Judgement(Record):
    """What one annotator made of one item. `why` says what is wrong with one that cannot be used."""

    item: str = Field(pattern=r"^[0-9a-f]{40}$")
    project: Project
    annotator: str
    judge: Literal["human", "simulated"] = "human"
    status: Status = "ok"
    why: str | None = None
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    confidence: Confidence | None = None
    naturalness: int | None = Field(default=None, ge=1, le=5)
    flags: tuple[str, ...] = ()
    comment: str = ""
    corrected: Answer | None = None
    seconds: float | None = None
    updated: str = ""

    @model_validator(mode="after")
    def verdict_fits(self) -> Self:
        if self.status == "ok":
            if self.verdict not in VERDICTS[self.project]:
                raise ValueError(f"{self.project}: {self.verdict!r} is no verdict")
            if (self.corrected is not None) != (self.verdict in ("neither", "correct")):
                raise ValueError(f"{self.verdict!r} and a correction: the one goes with the other")
        elif self.verdict is not None or self.corrected is not None:
            raise ValueError(f"{self.status!r} comes without a verdict")
        return self


class Errors(Record):
    """How often the embedded policy errs in each way, by weight; `right` are answers with nothing wrong."""

    right: float = Field(default=4.0, ge=0)
    confused_skill: float = Field(default=2.0, ge=0)
    dropped_parameter: float = Field(default=1.5, ge=0)
    invented_parameter: float = Field(default=1.0, ge=0)
    wrong_object: float = Field(default=1.5, ge=0)
    wrong_image: float = Field(default=0.7, ge=0)
    off_amount: float = Field(default=1.0, ge=0)
    malformed: float = Field(default=0.5, ge=0)
    parroted: float = Field(default=0.5, ge=0)
    wrong_language: float = Field(default=0.3, ge=0)
    garbled: float = Field(default=0.3, ge=0)


class Annotation(Record):
    """How answers are made for judging and judgements become preferences. It decides nothing that a build makes."""

    errors: Errors = Errors()
    overlap: int = Field(default=2, ge=1, le=20, description="How many people judge an item.")
    checks: Share = Field(default=0.03, description="Share of items with a known better answer, mixed in.")
    policy: Literal["majority", "unanimous", "further"] = Field(
        default="majority", description="What stands; `further` asks another person where they differ."
    )
    ties: Literal["drop", "further"] = Field(default="drop", description="What becomes of items judged equal.")
    low_confidence: Literal["drop", "keep"] = "keep"
    simulated: int = Field(default=3, ge=1, le=100, description="Simulated annotators.")
    simulated_errors: Share = Field(default=0.1, description="How often a simulated annotator decides at random.")
