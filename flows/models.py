"""A model at work for us: asked over one client for a whole run, every answer kept, its cost counted by stage.

    with closing(Model(plan.author, data, progress, offline)) as model:
        model.each(work, jobs, done)      done(result) as each result comes

Whatever it answers is kept in data/responses.sqlite from the moment it comes, so that nothing is paid for twice and a
run can be replayed without a network.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from clients.batches import MOST as MOST_IN_BATCH
from clients.client import Client, Endpoint
from clients.frontier import AHEAD, frontier
from clients.kept import Kept
from clients.money import PRICES, Spent, prices
from clients.requests import Message, Request, Response
from flows.progress import Progress
from generators.tasks import TEMPLATES, Ask, Said, Task, Told, pursue
from schemas.identity import keyed
from schemas.plan import Author

KEPT = "responses.sqlite"
SEEDS = 2**31
SIGN_OF_LIFE = 1.0  # seconds between looks at the display

A = TypeVar("A")
B = TypeVar("B")


class Model:
    def __init__(self, author: Author, seed: int, data: Path, progress: Progress, offline: bool = False) -> None:
        self.author, self.seed, self.progress = author, seed, progress
        self.folder = Path(author.templates) if author.templates else TEMPLATES
        endpoint = Endpoint(base_url=author.base_url, **author.pace.model_dump())
        table = prices(Path(author.pace.prices) if author.pace.prices else PRICES)
        price = table.get(author.model)
        self.spent = Spent(price.by_batch if price and author.pace.batch else price, author.pace.budget)
        self.kept = Kept(data / KEPT)
        self.shown: dict[str, bytes] = {}
        self.client = Client(endpoint, self.kept, self.spent, self.shown.__getitem__, offline)
        self.runner = asyncio.Runner()
        self.total = self.done = 0
        self.begun, self.remark = 0.0, ""
        self.heard: Callable[[str, Response], None] = lambda record, response: None
        if endpoint.warning:
            progress.say(endpoint.warning)
        if author.model not in table and author.pace.budget is not None:
            progress.say(f"no price is known for {author.model}: the budget cannot be kept; see author.pace.prices")

    def stage(self, name: str, total: int) -> None:
        """What is being written now, for the progress display."""
        self.total, self.done, self.begun = total, 0, self.dollars
        self.progress.stage(f"{name} by {self.author.model}", total)

    def advance(self, count: int, remark: str = "") -> None:
        """So many more are done; none where a draft fell and its place is open again."""
        self.done, self.remark = self.done + count, remark or self.remark
        self.progress.advance(count, self.account())

    def skip(self, count: int) -> None:
        """So many were there already: no part of what this stage costs."""
        self.total -= count
        self.progress.advance(count)

    def each(
        self, work: Callable[[A], Coroutine[Any, Any, B]], jobs: Iterable[A] | AsyncIterable[A],
        done: Callable[[B], None],
    ) -> None:  # fmt: skip
        """All of the jobs as one frontier; `done` is told of each result as it comes."""
        ahead = MOST_IN_BATCH if self.client.batches else AHEAD * self.client.endpoint.concurrency

        async def show_signs_of_life() -> None:
            while True:
                await asyncio.sleep(SIGN_OF_LIFE)
                self.progress.advance(0, self.account())

        async def all_of_them() -> None:
            ticking = asyncio.create_task(show_signs_of_life())
            try:
                async for result in frontier(work, jobs, ahead):
                    done(result)
            finally:
                ticking.cancel()

        self.runner.run(all_of_them())

    async def pursue(self, task: Task[B], stage: str, record: str, pictures: tuple[str, ...] = ()) -> B:
        """What the task is for, in as many calls as the author is given; sampling hangs on the record's id."""
        ask: Ask = partial(self.ask, stage, record, pictures)
        return await pursue(task, ask, self.author.repairs, self.author.fresh, self.folder)

    async def ask(
        self, stage: str, record: str, pictures: tuple[str, ...],
        said: Sequence[Said], form: dict[str, Any], number: int,
    ) -> Told:  # fmt: skip
        messages = [Message(role=each.role, text=each.text) for each in said]  # type: ignore[arg-type]
        messages[1] = messages[1].model_copy(update={"pictures": pictures})
        request = Request(
            model=self.author.model,
            messages=tuple(messages),
            form=form,
            temperature=self.author.temperature,
            max_tokens=self.author.max_tokens,
            seed=keyed(self.seed, "model", record, number).randrange(SEEDS),
        )
        response = await self.client.ask(request, stage)
        self.heard(record, response)
        return Told(response.text, response.finish)

    @property
    def dollars(self) -> float:
        return self.spent.usd + self.spent.usd_kept

    def account(self) -> str:
        """What it came to so far and will come to, for the progress line."""
        spent, client, batches = self.spent, self.client, self.client.batches
        under_way = f"{batches.under_way:,} in {len(batches.out)} batches" if batches else str(client.window.under_way)
        notes = [f"{under_way} under way", f"{sum(spent.calls.values()):,} calls"]
        if spent.kept:
            notes.append(f"{sum(spent.kept.values()):,} kept")
        if client.retries:
            notes.append(f"{client.retries.total():,} retries")
        if spent.price:
            stage = (self.dollars - self.begun) / self.done * self.total if self.done else 0.0
            notes.append(
                f"{self.dollars:.2f} of some {self.begun + stage:.2f} USD" if stage else f"{self.dollars:.2f} USD"
            )
        return ", ".join(notes) + (f"; {self.remark}" if self.remark else "")

    def cost(self) -> str:
        """What this run came to, in a few words."""
        calls, kept = sum(self.spent.calls.values()), sum(self.spent.kept.values())
        dollars = f", {self.spent.usd:.4f} USD" if self.spent.price else ""
        return f"{calls:,} calls, {kept:,} from what was kept{dollars}"

    def record(self) -> dict[str, Any]:
        """What each stage asked and cost, for run.json."""
        return {
            "model": self.author.model,
            "stages": {stage: self.cost_of(stage) for stage in self.spent.stages()},
            "retries": dict(sorted(self.client.retries.items())),
            "usd": round(self.spent.usd, 4),
            "usd_before": round(self.spent.usd_kept, 4),
        }

    def cost_of(self, stage: str) -> dict[str, Any]:
        usage = self.spent.usage[stage]
        tokens = {"prompt": usage.prompt, "cached": usage.cached, "completion": usage.completion}
        return {"calls": self.spent.calls[stage], "kept": self.spent.kept[stage], "tokens": tokens}

    def row(self, stage: str) -> dict[str, str]:
        """The same for people."""
        paid, kept = self.spent.usage[stage], self.spent.usage_kept[stage]
        tokens = {"tokens in": paid.prompt, "of them cached": paid.cached, "tokens out": paid.completion}
        dollars = {
            "USD": f"{self.spent.cost({stage: paid}):.4f}",
            "USD before": f"{self.spent.cost({stage: kept}):.4f}",
        }
        return {
            "stage": stage,
            "calls": f"{self.spent.calls[stage]:,}",
            "kept": f"{self.spent.kept[stage]:,}",
            **{name: f"{count:,}" for name, count in tokens.items()},
            **(dollars if self.spent.price else {}),
        }

    def close(self) -> None:
        """Says what was found out about the server, and leaves everything in one file."""
        if self.client.form != "schema":
            self.progress.say(f"{self.client.place} takes no JSON Schema; asked for {self.client.form} instead")
        if self.spent.stages():
            self.progress.table(f"asked of {self.author.model}", [self.row(stage) for stage in self.spent.stages()])
        self.runner.run(self.client.close())
        self.runner.close()
        self.kept.close()
