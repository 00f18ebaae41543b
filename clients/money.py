"""Money: what models charge, what a run has cost so far, and where it must stop.

Prices stand in prices.yaml, dollars for a million tokens, and a plan can name a file of its own. A model without a
price costs nothing and is said to.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
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
    batch: float = Field(default=0.5, ge=0, description="The share of it that a batch costs.")

    @property
    def by_batch(self) -> "Price":
        cached = None if self.cached is None else self.cached * self.batch
        return Price(prompt=self.prompt * self.batch, completion=self.completion * self.batch, cached=cached)

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
    """Calls, tokens and dollars by stage. Dollars are what the work cost, whether it was paid for now or in an
    earlier run whose responses were kept: a budget holds for the work, however often it is begun."""

    def __init__(self, price: Price | None = None, budget: float | None = None) -> None:
        self.price, self.budget = price, budget
        self.calls: dict[str, int] = defaultdict(int)
        self.kept: dict[str, int] = defaultdict(int)
        self.usage: dict[str, Usage] = defaultdict(Usage)
        self.usage_kept: dict[str, Usage] = defaultdict(Usage)
        self.promised = 0.0  # what the calls under way may come to
        self.changed = asyncio.Event()

    @property
    def usd(self) -> float:
        """Paid in this run."""
        return self.cost(self.usage)

    @property
    def usd_kept(self) -> float:
        return self.cost(self.usage_kept)

    def cost(self, usage: Mapping[str, Usage]) -> float:
        return sum(self.price.of(each) for each in usage.values()) if self.price else 0.0

    @asynccontextmanager
    async def room_for(self, at_most: Usage) -> AsyncIterator[None]:
        """Waits until a call that costs at most so much fits the budget with those under way; refused when it
        never will. Everything paid for is kept."""
        if self.price is None or self.budget is None:
            yield
            return
        dear = self.price.of(at_most)
        while self.usd + self.usd_kept + self.promised + dear > self.budget:
            if not self.promised:
                raise Refused(
                    f"the budget of {self.budget:.2f} USD has no room for another call ({self.usd:.2f} spent now, "
                    f"{self.usd_kept:.2f} before); what was paid for is kept: raise author.pace.budget and build again"
                )
            self.changed.clear()
            await self.changed.wait()
        self.promised += dear
        try:
            yield
        finally:
            self.promised -= dear
            if self.promised < 1e-12:
                self.promised = 0.0
            self.changed.set()

    def add(self, stage: str, usage: Usage) -> None:
        self.calls[stage] += 1
        self.usage[stage] = self.usage[stage] + usage

    def add_kept(self, stage: str, usage: Usage) -> None:
        self.kept[stage] += 1
        self.usage_kept[stage] = self.usage_kept[stage] + usage

    def stages(self) -> list[str]:
        return sorted(self.calls.keys() | self.kept.keys())
