"""Money: what models charge, what a run has cost so far, and where it must stop.

Prices stand in prices.yaml, dollars for a million tokens, and a plan can name a file of its own. A model without a
price costs nothing and is said to.
"""

from collections import defaultdict
from functools import cache
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from clients.requests import Usage
from schemas.errors import BadInput, Refused, complaint
from schemas.identity import Record

PRICES = Path(__file__).parent / "prices.yaml"


class Price(Record):
    """Dollars for a million tokens."""

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)

    def of(self, usage: Usage) -> float:
        cached = self.prompt if self.cached is None else self.cached
        fresh = usage.prompt - usage.cached
        return (fresh * self.prompt + usage.cached * cached + usage.completion * self.completion) / 1e6


@cache
def prices(path: Path = PRICES) -> dict[str, Price]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {model: Price.from_data(entry) for model, entry in found.items()}
    except ValidationError as error:
        raise BadInput(f"{path}: {complaint(error, Price)}") from error
    except (OSError, yaml.YAMLError, AttributeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: is not a table of prices: {' '.join(str(error).split())}") from error


class Spent:
    """Calls, tokens and dollars by stage. What was kept from an earlier run is counted apart and costs nothing."""

    def __init__(self, price: Price | None = None, budget: float | None = None) -> None:
        self.price, self.budget = price, budget
        self.calls: dict[str, int] = defaultdict(int)
        self.kept: dict[str, int] = defaultdict(int)
        self.usage: dict[str, Usage] = defaultdict(Usage)

    @property
    def usd(self) -> float:
        return sum(self.price.of(usage) for usage in self.usage.values()) if self.price else 0.0

    def check(self) -> None:
        """Stop before a call that there is no money for; everything paid for is kept."""
        if self.budget is not None and self.usd >= self.budget:
            raise Refused(
                f"the budget of {self.budget:.2f} USD is spent ({self.usd:.2f}); what was paid for is kept: "
                "raise author.budget and build again"
            )

    def add(self, stage: str, usage: Usage) -> None:
        self.calls[stage] += 1
        self.usage[stage] = self.usage[stage] + usage
