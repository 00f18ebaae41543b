"""A loop: the paper's whole way from a plan to its tables, as one YAML file that `drawnconvos reproduce` runs.

    plan: drawnconvos.yaml
    model: packaged
    sft: {limit: 2400, epochs: 1}
    sampling: {limit: 400}
    judge: simulated
    dpo: {limit: 400}
    evaluate: {limit: 130}

The plan's path is relative to the loop's file. Whatever a section leaves out is as the command of that stage has it
(schemas/training.py); `recipe: paper` in `sft` or `dpo` begins from the paper's numbers instead of ours.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from schemas.identity import Record
from schemas.training import DPO_RECIPES, PACKAGED, SFT_RECIPES, Dpo, Dtype, Sampling, Sft

Limit = Annotated[int | None, Field(ge=1)]
RECIPES = {"sft": SFT_RECIPES, "dpo": DPO_RECIPES}


class Evaluating(Record):
    """What every system is asked."""

    limit: Limit = Field(default=None, description="So many dialogues of test only, spread over it.")
    sets: tuple[Literal["test", "transfer"], ...] = Field(default=("test", "transfer"), min_length=1)
    constrained: bool = Field(default=False, description="Hold every model to the cards' JSON Schema as it writes.")
    systems: tuple[str, ...] = Field(
        default=("base", "majority", "nearest"), description="Beside what was trained: train/systems.py."
    )
    base_url: str | None = Field(default=None, description="Where zero-shot and few-shot models are.")
    dtype: Dtype = "auto"

    @model_validator(mode="after")
    def asks_what_is_scored(self) -> Self:
        if "test" not in self.sets:
            raise ValueError("sets leave out test, whose pictures are what is scored")
        return self


class Scoring(Record):
    """How pictures are scored; flows/scoring/how.py."""

    limit: Limit = Field(default=None, description="So many of the dialogues that were asked.")
    scorer: str = "scene"
    base_url: str | None = None
    author: str | None = None
    encoder: str | None = None


class Loop(Record):
    plan: str = Field(min_length=1, description="The plan's file, from where the loop's own file is.")
    model: str = Field(default=PACKAGED, min_length=1, description="What all training begins from.")
    sft: Sft = Sft()  # its `model` is never looked at: the loop's own stands for all stages
    sampling: Sampling = Sampling()
    judge: Literal["simulated", "label-studio"] = "simulated"
    enough: float = Field(default=1.0, gt=0, le=1, description="Share of the pairs that people must have settled.")
    dpo: Dpo = Dpo()
    dpo_alone: bool = Field(default=True, description="DPO from the bare model as well, for Tables 2 and 3.")
    evaluate: Evaluating = Evaluating()
    score: Scoring = Scoring()

    @classmethod
    def from_data(cls, data: Any) -> Self:
        return super().from_data(with_recipes(data) if isinstance(data, dict) else data)

    @model_validator(mode="after")
    def goes_together(self) -> Self:
        if self.sft.whole:
            raise ValueError("sft.whole: DPO goes on from an adapter, so that is what SFT has to make here")
        asked, scored = self.evaluate.limit, self.score.limit
        if asked and scored and asked % scored:
            raise ValueError(f"score.limit: {scored} dialogues cannot be spread over the {asked} of evaluate.limit")
        return self

    @property
    def scored(self) -> int | None:
        """How many dialogues are scored: those that were asked, unless fewer are wanted."""
        return self.score.limit or self.evaluate.limit


def with_recipes(data: dict[str, Any]) -> dict[str, Any]:
    """The sections of training with what their recipes say, under what they say themselves."""
    found = dict(data)
    for name, recipes in RECIPES.items():
        section = found.get(name)
        if not isinstance(section, dict):
            continue
        if "model" in section:
            raise ValueError(f"{name}.model: the loop's `model` stands for all stages")
        recipe = section.get("recipe", "ours")
        if recipe not in recipes:
            raise ValueError(f"{name}.recipe: {recipe!r} is not one of {', '.join(map(repr, recipes))}")
        told = {key: value for key, value in section.items() if key != "recipe"}
        found[name] = {**recipes[recipe], **told}
    return found
