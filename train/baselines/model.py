"""A model behind an OpenAI-compatible server, asked turn by turn over one client; every answer is kept.

    with closing(Model("gpt-4o-mini", Path("data/responses.sqlite"))) as model:
        system = prompted(release.library, model)

What was asked before, by the same request, is answered from the file and costs nothing.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from clients.batches import MOST as MOST_IN_BATCH
from clients.client import Client, Endpoint
from clients.errors import CallFailed
from clients.frontier import AHEAD, frontier
from clients.kept import Kept
from clients.money import PRICES, Spent, prices
from clients.requests import Message, Request
from schemas.errors import Refused
from schemas.plan import Pace

STAGE = "evaluate"
WITHHELD = ("content_filter", "content management", "content policy", "usage polic", "safety", "moderation")

A = TypeVar("A")
B = TypeVar("B")


class Model:
    def __init__(
        self, name: str, kept: Path, base_url: str | None = None, pace: Pace | None = None,
        temperature: float = 0.0, max_tokens: int = 400, offline: bool = False,
    ) -> None:  # fmt: skip
        self.name, self.temperature, self.max_tokens = name, temperature, max_tokens
        pace = pace or Pace()
        price = prices(Path(pace.prices) if pace.prices else PRICES).get(name)
        self.spent = Spent(price.by_batch if price and pace.batch else price, pace.budget)
        self.kept = Kept(kept)
        self.shown: dict[str, bytes] = {}
        self.looking: Counter[str] = Counter()
        endpoint = Endpoint(base_url=base_url, **pace.model_dump())
        self.client = Client(endpoint, self.kept, self.spent, self.shown.__getitem__, offline)
        self.runner = asyncio.Runner()

    def each(self, work: Callable[[A], Coroutine[Any, Any, B]], jobs: Iterable[A]) -> Iterator[B]:
        """The results as they come, of all jobs at once as far as the server is to be pressed."""
        ahead = MOST_IN_BATCH if self.client.batches else AHEAD * self.client.endpoint.concurrency
        results = frontier(work, jobs, ahead)
        while (found := self.runner.run(next_of(results))) is not None:
            yield found[0]

    async def answer(self, messages: Sequence[Message], form: dict[str, Any] | None, where: str) -> str:
        """What the model says, however little: nothing where it will not answer this one."""
        request = Request(
            model=self.name,
            messages=tuple(messages),
            form=form,
            temperature=self.temperature,
            max_tokens=self.max_tokens,
        )
        try:
            return (await self.client.ask(request, STAGE)).text
        except CallFailed as error:
            if error.reason == "refused_by_server" and any(word in error.what.lower() for word in WITHHELD):
                return ""
            # an empty text would be counted against the model for what is wrong with the server or its settings
            what = f"{self.client.place} gave no answer ({error.what})"
            raise Refused(f"{where}: {what}; see to it and run again, what was answered is kept") from error

    @contextmanager
    def showing(self, pictures: Iterable[bytes]) -> Iterator[tuple[str, ...]]:
        """The names under which a request can show these pictures; they are at hand as long as anybody shows them."""
        named = [(sha256(picture).hexdigest(), picture) for picture in pictures]
        self.shown.update(named)
        self.looking.update(name for name, _ in named)
        try:
            yield tuple(name for name, _ in named)
        finally:
            self.looking.subtract(name for name, _ in named)
            for name in {name for name, _ in named if not self.looking[name]}:
                del self.shown[name], self.looking[name]

    def cost(self) -> str:
        """What this run came to, in a few words."""
        dollars = f", {self.spent.usd:.4f} USD" if self.spent.price else ""
        return f"{self.spent.calls[STAGE]:,} calls, {self.spent.kept[STAGE]:,} from what was kept{dollars}"

    def close(self) -> None:
        """Ends what is still under way."""
        self.runner.run(self.client.close())
        self.runner.close()
        self.kept.close()


async def next_of(results: AsyncIterator[B]) -> tuple[B] | None:
    async for result in results:
        return (result,)
    return None
