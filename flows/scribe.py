"""The scribe: has a language model write the words of all outlines of a run, as one frontier.

Whatever a model answers is kept in data/responses.sqlite from the moment it comes, so that nothing is paid for twice
and a run can be replayed without a network. A batch's part is written when its last dialogue is done.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from clients.client import Client, Endpoint
from clients.errors import CallFailed
from clients.frontier import frontier
from clients.kept import Kept
from clients.money import PRICES, Spent, prices
from clients.requests import Message, Request
from flows.progress import Progress
from flows.stages import Judge, Prepared, row_without_words
from generators.briefs import TEMPLATES
from generators.model_author import Said, Told, Written, form_of, write
from schemas.identity import keyed
from schemas.outline import Attempt, Outline
from schemas.plan import Plan
from schemas.skill import Library
from store.parts import read_picture_index, read_pictures, read_records, write_candidates

STAGE = "dialogues"
KEPT = "responses.sqlite"
SEEDS = 2**31


class Desk:
    """One batch being written: its judge, the rows so far, and what is still to come."""

    def __init__(self, prepared: Prepared, plan: Plan, library: Library) -> None:
        self.prepared = prepared
        self.tries = read_records(prepared.outlines, Attempt)
        self.index = read_picture_index(prepared.source.pictures)
        self.judge = Judge(plan, library, self.index)
        self.pictures = read_pictures(prepared.source.pictures) if plan.author.sees else {}
        self.rows: dict[str, dict[str, Any]] = {}

    def id_of(self, tried: Attempt) -> str:
        return Outline.id_of(tried.slot, self.prepared.batch.attempt)

    def put(self, tried: Attempt, row: dict[str, Any]) -> None:
        """A row; the last one makes the part."""
        self.rows[self.id_of(tried)] = row
        if len(self.rows) == len(self.tries):
            write_candidates(self.prepared.source.dialogues, [self.rows[self.id_of(t)] for t in self.tries])
            self.rows, self.pictures = {}, {}


class Job(NamedTuple):
    desk: Desk
    tried: Attempt


class Scribe:
    def __init__(self, plan: Plan, library: Library, data: Path, progress: Progress, offline: bool) -> None:
        author = plan.author
        self.plan, self.library, self.progress, self.offline = plan, library, progress, offline
        self.folder = Path(author.templates) if author.templates else TEMPLATES
        self.endpoint = Endpoint(base_url=author.base_url, **author.pace.model_dump())
        table = prices(Path(author.pace.prices) if author.pace.prices else PRICES)
        self.spent = Spent(table.get(author.model), author.pace.budget)
        self.kept = Kept(data / KEPT)
        if self.endpoint.warning:
            progress.say(self.endpoint.warning)
        if author.model not in table and author.pace.budget is not None:
            progress.say(f"no price is known for {author.model}: the budget cannot be kept; see author.pace.prices")

    def write(self, prepared: Sequence[Prepared]) -> None:
        asyncio.run(self.write_all([each for each in prepared if not each.source.dialogues.exists()]))

    async def write_all(self, prepared: Sequence[Prepared]) -> None:
        self.progress.stage(f"words by {self.plan.author.model}", sum(len(each.batch.slots) for each in prepared))
        shown: dict[str, bytes] = {}
        client = Client(self.endpoint, self.kept, self.spent, shown.__getitem__, self.offline)

        async def work(job: Job) -> tuple[Job, dict[str, Any]]:
            return job, await self.row(job, client, shown)

        try:
            async for job, row in frontier(work, self.jobs(prepared), ahead=2 * self.endpoint.concurrency):
                job.desk.put(job.tried, row)
                self.progress.advance(1, self.account(client))
        finally:
            await client.close()
            if client.form != "schema":
                self.progress.say(f"{client.place} takes no JSON Schema; asked for {client.form} instead")

    def jobs(self, prepared: Sequence[Prepared]) -> Iterator[Job]:
        for each in prepared:
            desk = Desk(each, self.plan, self.library)
            yield from (Job(desk, tried) for tried in desk.tries)

    async def row(self, job: Job, client: Client, shown: dict[str, bytes]) -> dict[str, Any]:
        outline, attempt = job.tried.outline, job.desk.prepared.batch.attempt
        if outline is None:
            return row_without_words(job.tried, attempt)
        first = self.first_picture(job.desk, outline, shown)
        repairs = self.plan.author.repairs
        rounds = iter(range(repairs + 1))

        async def ask(said: Sequence[Said]) -> Told:
            response = await client.ask(self.request(outline, said, first, next(rounds)), STAGE)
            return Told(response.text, response.finish)

        try:
            written: Written = await write(
                outline,
                self.library,
                lambda words: job.desk.judge(outline, words),
                ask,
                self.plan.author.repairs,
                self.folder,
            )
        except CallFailed as error:
            return row_without_words(job.tried, attempt, f"author: {error}")
        if written.dialogue is None:
            return row_without_words(job.tried, attempt, written.reason)
        return job.desk.judge.row(outline, written.dialogue, None)

    def first_picture(self, desk: Desk, outline: Outline, shown: dict[str, bytes]) -> tuple[str, ...]:
        scene = outline.shots[0].scene if outline.shots and self.plan.author.sees else None
        if scene is None:
            return ()
        sha256 = desk.index[scene.digest]
        shown[sha256] = desk.pictures[sha256]
        return (sha256,)

    def request(self, outline: Outline, said: Sequence[Said], first: tuple[str, ...], number: int) -> Request:
        messages = [Message(role=each.role, text=each.text) for each in said]  # type: ignore[arg-type]
        messages[1] = messages[1].model_copy(update={"pictures": first})
        return Request(
            model=self.plan.author.model,
            messages=tuple(messages),
            form=form_of(outline),
            temperature=self.plan.author.temperature,
            max_tokens=self.plan.author.max_tokens,
            seed=keyed(self.plan.seed, "model", outline.id, number).randrange(SEEDS),
        )

    def account(self, client: Client) -> str:
        """What it came to so far, for the progress line."""
        retries = f", {client.retries.total()} retries" if client.retries else ""
        kept = f", {self.spent.kept[STAGE]:,} kept" if self.spent.kept[STAGE] else ""
        cost = f", {self.spent.usd:.2f} USD" if self.spent.price else ""
        return f"{client.window.under_way} under way, {self.spent.calls[STAGE]:,} calls{kept}{retries}{cost}"

    def close(self) -> None:
        self.kept.close()

    def record(self) -> dict[str, Any]:
        usage = self.spent.usage[STAGE]
        tokens = {"prompt": usage.prompt, "cached": usage.cached, "completion": usage.completion}
        calls = {"calls": self.spent.calls[STAGE], "kept": self.spent.kept[STAGE]}
        return {**calls, "tokens": tokens, "usd": round(self.spent.usd, 4)}
