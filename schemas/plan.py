"""Plan: everything a release depends on. One YAML file per published release stands in plans/.

    name: tiny
    seed: 7
    prompts: {count: 10}
    dialogues: {per_prompt: 4, turns: {single: 1, short: 2, long: 1}, mix: {remove_object: 2, vqa: 1, text_to_image: 1}}

Shares are weights: they need not add up to anything, and counts made from them are the nearest exact
allotment.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from schemas.annotation import Annotation
from schemas.identity import Record, digest
from schemas.outline import Opening, Phenomenon, TurnClass
from schemas.prompt import Split

Weight = Annotated[float, Field(ge=0, le=1_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]


class SkillShelf(Record):
    cards: tuple[str, ...] = Field(default=(), description="Files with the user's own cards.")
    banks: tuple[str, ...] = Field(default=(), description="Files with phrase banks for them.")


class Prompts(Record):
    count: int = Field(ge=1, le=1_000_000)
    categories: tuple[str, ...] = Field(default=(), description="Empty: all categories of the bank.")
    file: str | None = Field(default=None, description="A JSONL file of prompts to use instead of the bank.")


def in_order(shares: dict[Any, float]) -> dict[Any, float]:
    """Shares mean the same in whatever order they are written."""
    return dict(sorted(shares.items()))


class Cell(Record):
    """So many dialogues about one skill, of so many turns, in which the skill's turn shows one phenomenon."""

    skill: str
    turns: int = Field(ge=1, le=6)
    phenomenon: Phenomenon | None = None
    count: int = Field(ge=1, le=1_000_000)

    def __str__(self) -> str:
        about = f", {self.phenomenon}" if self.phenomenon else ""
        return f"{self.skill} in {self.turns} turn{'s' * (self.turns > 1)}{about}"


class Dialogues(Record):
    per_prompt: int = Field(ge=1, le=10_000)
    turns: dict[TurnClass, Weight]
    openings: dict[Opening, Weight] = Field(default={"attached": 65.0, "requested": 35.0})
    mix: dict[str, Weight] = Field(min_length=1)
    manners: dict[str, Weight] = Field(default_factory=dict, description="Empty: all manners alike.")
    anaphora: Share = Field(default=0.8, description="How often a thing just spoken of becomes a pronoun.")
    earlier_image: Share = Field(default=0.12, description="How often a later request works on an earlier picture.")
    correction: Share = Field(default=0.06, description="How often a turn corrects one value of the last request.")
    ellipsis: Share = Field(default=0.06, description="How often a request is repeated for another thing.")
    change_of_mind: Share = Field(default=0.04, description="How often the last change is taken back for another.")
    vague: Share = Field(default=0.05, description="How often a turn voices a vague wish of the guideline's table.")
    negative: Share = Field(default=0.06, description="How often a drawing request says what to avoid.")
    compound: Share = Field(default=0.04, description="How often a request holds two; the next turn takes up the rest.")
    underspecified: Share = Field(default=0.05, description="How often a value is left out and asked for.")
    offer: Share = Field(default=0.04, description="How often the assistant offers the next change: yes or no.")
    disguised: Share = Field(default=0.3, description="How often a question about the picture sounds like a command.")
    talk: dict[str, Weight] = Field(default_factory=dict, description="Kinds of talk; empty: all alike.")
    guided: Share = Field(default=0.0, description="Share of dialogues whose picture is worked out by questions.")
    revision: Share = Field(default=0.0, description="Share of dialogues in which the picture's prompt is revised.")
    cells: tuple[Cell, ...] = Field(default=(), description="Dialogues beside these, by skill, turns and phenomenon.")

    ordered = field_validator("turns", "openings", "mix", "manners", "talk")(in_order)


class Pace(Record):
    """How a model is asked, as far as it makes no difference to what is made; no part of a plan's identity."""

    key_variable: str = Field(default="OPENAI_API_KEY", description="The environment variable that holds the key.")
    concurrency: int = Field(default=32, ge=1, le=4096, description="Calls under way at most.")
    per_minute: float | None = Field(default=None, gt=0, description="Requests.")
    tokens_per_minute: float | None = Field(default=None, gt=0)
    timeout: float = Field(default=180.0, gt=0, description="Seconds for one try.")
    tries: int = Field(default=8, ge=1, le=50)
    budget: float | None = Field(default=None, gt=0, description="Dollars; the build stops before its words cost more.")
    prices: str | None = Field(default=None, description="A table of prices of your own.")
    batch: bool = Field(default=False, description="Through the provider's batch service: slower, at half the price.")
    batch_poll: float = Field(default=30.0, gt=0, description="Seconds between looks at a batch.")


Work = Literal["prompts", "dialogues"]


class Author(Record):
    """Who writes the words: the embedded grammar, or a model behind any server that speaks OpenAI's protocol."""

    kind: Literal["grammar", "openai"] = "grammar"
    model: str = ""
    base_url: str | None = Field(default=None, description="Where the model is; left out, OpenAI.")
    temperature: float = Field(default=1.0, ge=0, le=2)
    max_tokens: int = Field(default=2000, ge=16, le=100_000)
    writes: tuple[Work, ...] = Field(default=("prompts", "dialogues"), description="What is not the embedded author's.")
    repairs: int = Field(default=2, ge=0, le=5, description="How often an answer goes back with what is wrong.")
    fresh: int = Field(default=1, ge=0, le=5, description="How often a task is then put afresh.")
    sees: bool = Field(default=False, description="Whether the model is shown the first picture.")
    templates: str | None = Field(default=None, description="A folder of templates of your own.")
    pace: Pace = Pace()

    @model_validator(mode="after")
    def a_model_has_a_name(self) -> Self:
        if (self.kind == "openai") != bool(self.model):
            raise ValueError("author: kind 'openai' goes with a model, and only it does")
        return self


class Renderer(Record):
    kind: Literal["painter"] = "painter"
    size: int = Field(default=512, ge=128, le=1024)
    unpainted: Literal["refuse", "no_picture"] = Field(
        default="refuse", description="What becomes of an edit that the painter does not know."
    )


class NearDuplicates(Record):
    similarity: float = Field(default=0.8, gt=0, le=1, description="Jaccard similarity of word triples.")
    min_words: int = Field(default=8, ge=1, description="Dialogues with fewer user words may recur.")


class Plan(Record):
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    seed: int = Field(ge=0)
    title: str = ""
    skills: SkillShelf = SkillShelf()
    prompts: Prompts
    dialogues: Dialogues
    splits: dict[Split, Weight] = Field(default={"sft": 6.0, "rlhf": 3.0, "test": 1.0})
    author: Author = Author()
    renderer: Renderer = Renderer()
    near_duplicates: NearDuplicates = NearDuplicates()
    checks: tuple[str, ...] = Field(default=(), description="Checks of the user's own, as module:function.")
    annotation: Annotation = Annotation()
    attempts: int = Field(
        default=30, ge=1, le=1000, description="How often a slot is tried before the plan is refused."
    )

    ordered = field_validator("splits")(in_order)

    @model_validator(mode="after")
    def shares_are_usable(self) -> Self:
        shares = (
            ("dialogues.turns", self.dialogues.turns.values()),
            ("dialogues.openings", self.dialogues.openings.values()),
            ("dialogues.mix", self.dialogues.mix.values()),
            ("dialogues.manners", self.dialogues.manners.values()),
            ("splits", self.splits.values()),
        )
        for key, weights in shares:
            if weights and sum(weights) <= 0:
                raise ValueError(f"{key}: all weights are 0")
        if self.dialogues.guided + self.dialogues.revision > 1:
            raise ValueError("dialogues.guided and dialogues.revision: together more than 1")
        return self

    @property
    def dialogue_count(self) -> int:
        return self.prompts.count * self.dialogues.per_prompt + sum(cell.count for cell in self.dialogues.cells)

    @property
    def settled(self) -> dict[str, Any]:
        """All of the plan that decides what is made, and how it is judged where the plan says something of its own.
        What came later than a release and says nothing in its plan is left out, so that the plan stays the same."""
        unsaid: dict[str, Any] = {"author": {"pace", *({"writes", "fresh"} if self.author.kind == "grammar" else ())}}
        if self.annotation == Annotation():
            unsaid["annotation"] = True
        if not self.skills.banks:
            unsaid["skills"] = {"banks"}
        return self.model_dump(mode="json", exclude=unsaid)

    @property
    def fingerprint(self) -> str:
        return digest(self.settled)
