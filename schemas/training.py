"""How a model is trained on a release: one record for each method, with the paper's settings and ours by name.

    Sft(model="packaged", epochs=2, learning_rate=1e-3)      Sft.named("paper", model="Qwen/Qwen2.5-VL-3B-Instruct")

What the paper says: LoRA, AdamW, weight decay 0.1 (SFT) and 0.05 (DPO), learning rate 1e-5, 50 epochs each. It says no
rank, batch or schedule; those are ours in both. A rate of 1e-5 hardly moves an adapter (docs/training.md), so `ours`
takes one by the model's size.
"""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field

from schemas.identity import Record

PACKAGED = "packaged"
Recipe = Literal["ours", "paper"]
Dtype = Literal["auto", "float32", "bfloat16"]


class Training(Record):
    """What both methods have."""

    batch: int = Field(default=8, ge=1, description="Rows for one step of the optimiser, whatever fits in memory.")
    at_once: int | None = Field(default=None, ge=1, description="Rows in the model at once; a whole step unless named.")
    warmup: float = Field(default=0.03, ge=0, lt=1, description="Share of the steps in which the rate rises.")
    longest: int = Field(default=4096, ge=32, description="Tokens; rows with more are refused, never cut.")
    limit: int | None = Field(default=None, ge=1, description="So many dialogues only, the same ones always.")
    seed: int = 0
    dtype: Dtype = "auto"
    max_pixels: int = Field(default=512 * 512, ge=28 * 28, description="Larger pictures are made this small.")
    save_every: int = Field(default=50, ge=1, description="Steps between checkpoints.")
    log_every: int = Field(default=5, ge=1)


class Sft(Training):
    model: str = PACKAGED
    rank: int = Field(default=16, ge=1)
    alpha: int = Field(default=32, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    epochs: float = Field(default=2, gt=0)
    learning_rate: float | None = Field(
        default=None, gt=0, description="None: 1e-3 below a billion weights, else 2e-4."
    )
    weight_decay: float = Field(default=0.1, ge=0)
    whole: bool = Field(default=False, description="All weights instead of an adapter; for tiny models.")

    @classmethod
    def named(cls, recipe: Recipe, **changes: Any) -> Self:
        return cls(**{**SFT_RECIPES[recipe], **changes})


class Dpo(Training):
    epochs: float = Field(default=1, gt=0)
    learning_rate: float | None = Field(
        default=None, gt=0, description="None: 1e-4 below a billion weights, else 2e-5."
    )
    weight_decay: float = Field(default=0.05, ge=0)
    beta: float = Field(default=0.1, gt=0, description="How firmly the reference holds the policy.")
    sft_weight: float = Field(default=1.0, ge=0, description="Weight of the chosen answers' own loss; 0 is plain DPO.")
    anchor_weight: float = Field(default=1.0, ge=0, description="Weight of the loss on turns of sft beside the pairs.")
    guard: int = Field(default=64, ge=0, description="Held-out turns that are answered as it goes on; 0 for none.")
    guard_drop: float = Field(default=0.1, ge=0, le=1, description="How far exact calls may fall before it is stopped.")

    @classmethod
    def named(cls, recipe: Recipe, **changes: Any) -> Self:
        return cls(**{**DPO_RECIPES[recipe], **changes})


class Sampling(Record):
    """How an adapter's answers are drawn for people to judge."""

    answers: int = Field(default=2, ge=2, le=16, description="Different answers wanted for each context.")
    tries: int = Field(default=4, ge=0, description="Further draws while answers are equal or all unreadable.")
    temperature: float = Field(default=1.0, gt=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    limit: int | None = Field(default=None, ge=1, description="So many contexts only.")
    seed: int = 0
    longest: int = Field(default=160, ge=8, description="Tokens of an answer.")


SFT_RECIPES: Mapping[Recipe, Mapping[str, Any]] = {"ours": {}, "paper": {"epochs": 50, "learning_rate": 1e-5}}
DPO_RECIPES: Mapping[Recipe, Mapping[str, Any]] = {
    "ours": {},
    "paper": {"epochs": 50, "learning_rate": 1e-5, "sft_weight": 0.0, "anchor_weight": 0.0},
}
