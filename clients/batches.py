"""The provider's batch service: many requests in one file, answered within a day at half the price.

    response = await Batches(client).ask(request, "dialogues")

Requests that come together go together. What was handed in is written down first, so that a restart finds it, waits
for it, and collects it instead of asking again; what failed or expired goes into the next file.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import openai

from clients.errors import CallFailed
from clients.requests import Request, Response
from schemas.errors import Refused

if TYPE_CHECKING:
    from clients.client import Client, Forms

TABLES = """
create table if not exists batch (mark text primary key, id text, place text not null, submitted real not null);
create table if not exists batched (
    mark text not null, key text not null, stage text not null, form text not null, request text not null,
    primary key (mark, key)
) without rowid;
"""
OURS = "drawnconvos"  # the name under which a batch carries its mark
OVER = ("completed", "failed", "expired", "cancelled")
MOST, MOST_BYTES = 20_000, 100 * 2**20
LINGER = 5.0  # seconds without another request before a file goes out


class Entry(NamedTuple):
    """One request in a file: what it is for, and the form of answer it was asked in."""

    request: Request
    stage: str
    form: "Forms"


class Failed(NamedTuple):
    """A request that was not answered: 0 where the batch ended without it."""

    status: int
    words: str


class Batches:
    def __init__(self, client: "Client") -> None:
        self.client, self.db = client, client.kept.db
        self.db.executescript(TABLES)
        self.poll = client.endpoint.batch_poll
        self.pending: dict[str, Entry] = {}
        self.waiting: dict[str, asyncio.Future[Response | Failed]] = {}
        self.out: dict[str, dict[str, Entry]] = dict(self.handed_in())
        self.came = time.monotonic()
        self.keeper: asyncio.Task[None] | None = None

    @property
    def under_way(self) -> int:
        return sum(map(len, self.out.values()))

    def handed_in(self) -> Iterator[tuple[str, dict[str, Entry]]]:
        """The batches of earlier runs that nobody has collected."""
        marks = self.db.execute("select mark from batch where place = ?", (self.client.place,)).fetchall()
        for (mark,) in marks:
            rows = self.db.execute("select key, stage, form, request from batched where mark = ?", (mark,)).fetchall()
            yield mark, {key: Entry(Request.from_data(json.loads(r)), stage, form) for key, stage, form, r in rows}

    async def ask(self, request: Request, stage: str) -> Response:
        reason = ""
        for _ in range(self.client.endpoint.tries):
            form = self.client.form
            outcome = await self.outcome(request, stage, form)
            if isinstance(outcome, Response):
                return outcome
            reason = self.client.judge(*outcome, form) if outcome.status else outcome.words
            self.client.retries[reason] += 1
        raise CallFailed("server", f"{reason} after {self.client.endpoint.tries} batches")

    async def outcome(self, request: Request, stage: str, form: "Forms") -> Response | Failed:
        future = asyncio.get_running_loop().create_future()
        self.waiting[request.key] = future
        if not any(request.key in entries for entries in self.out.values()):
            self.pending[request.key] = Entry(request, stage, form)
            self.came = time.monotonic()
        if self.keeper is None or self.keeper.done():
            self.keeper = asyncio.create_task(self.keep())
        try:
            result: Response | Failed = await future
            return result
        finally:
            self.waiting.pop(request.key, None)
            self.pending.pop(request.key, None)

    async def keep(self) -> None:
        """Hands in and collects while anybody waits."""
        try:
            looked = 0.0
            while self.waiting:
                quiet = time.monotonic() - self.came >= min(LINGER, self.poll)
                if self.pending and (quiet or len(self.pending) >= MOST):
                    await self.hand_in()
                if time.monotonic() - looked >= self.poll:
                    for mark in list(self.out):
                        await self.look(mark)
                    looked = time.monotonic()
                await asyncio.sleep(min(self.poll, 1.0))
        except Exception as error:
            for future in self.waiting.values():
                if not future.done():
                    future.set_exception(error)

    async def hand_in(self) -> None:
        """The next file: written down, uploaded, begun, and its number written down too."""
        taken: dict[str, Entry] = {}
        lines: list[bytes] = []
        size = 0
        for key, entry in list(self.pending.items())[:MOST]:
            body = self.client.body(entry.request, entry.form)
            line = {"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body}
            lines.append(json.dumps(line).encode() + b"\n")
            size += len(lines[-1])
            if taken and size > MOST_BYTES:
                lines.pop()
                break
            taken[key] = entry
        mark = secrets.token_hex(8)
        rows = [(mark, key, e.stage, e.form, e.request.to_json()) for key, e in taken.items()]
        self.db.execute("begin")
        self.db.execute("insert into batch values (?, null, ?, ?)", (mark, self.client.place, time.time()))
        self.db.executemany("insert into batched values (?, ?, ?, ?, ?)", rows)
        self.db.execute("commit")
        self.out[mark] = taken
        for key in taken:
            self.pending.pop(key, None)
        try:
            file = await self.client.server().files.create(file=(f"{mark}.jsonl", b"".join(lines)), purpose="batch")
            batch = await self.client.server().batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={OURS: mark}
            )
        except openai.APIStatusError as error:
            if error.status_code < 500 and error.status_code != 429:
                self.forget(mark)
                raise Refused(f"{self.client.place} takes no batch: {self.client.words_of(error)}") from error
            return  # look() finds out whether it began
        except openai.APIError:
            return
        self.db.execute("update batch set id = ? where mark = ?", (batch.id, mark))

    async def look(self, mark: str) -> None:
        """Collects a batch that is over; what goes wrong on the way is tried again at the next look."""
        try:
            batch = await self.found(mark)
            if batch is None:
                self.settle(mark, {}, "never began")
            elif batch.status in OVER:
                texts = [await self.content(name) for name in (batch.output_file_id, batch.error_file_id) if name]
                if batch.status == "failed" and not texts:
                    told = "; ".join(str(error.message) for error in (batch.errors and batch.errors.data) or [])
                    self.forget(mark)
                    raise Refused(f"{self.client.place} takes no batch: {self.client.safe(told) or 'it says no more'}")
                self.settle(mark, results_of(texts), f"batch {batch.status}")
                with suppress(openai.APIError):
                    await self.client.server().files.delete(batch.input_file_id)
        except openai.APIStatusError as error:
            if error.status_code in (401, 403):
                raise Refused(f"{self.client.place} refuses every call: {self.client.words_of(error)}") from error
        except openai.APIError:
            pass

    async def found(self, mark: str) -> Any:
        """The provider's batch. One whose number was never written down is looked for by its mark."""
        row = self.db.execute("select id from batch where mark = ?", (mark,)).fetchone()
        if row and row[0]:
            return await self.client.server().batches.retrieve(row[0])
        async for batch in await self.client.server().batches.list(limit=100):
            if (batch.metadata or {}).get(OURS) == mark:
                self.db.execute("update batch set id = ? where mark = ?", (batch.id, mark))
                return batch
        return None

    async def content(self, name: str) -> str:
        answer = await self.client.server().files.content(name)
        return (await answer.aread()).decode("utf-8")

    def settle(self, mark: str, results: dict[str, dict[str, Any]], otherwise: str) -> None:
        """Keeps what was answered and tells those who wait; the rest is theirs to ask again."""
        for key, entry in self.out[mark].items():
            outcome: Response | Failed = Failed(0, otherwise)
            if (result := results.get(key)) is not None:
                outcome = outcome_of(result)
            if isinstance(outcome, Response):
                self.client.keep(entry.request, outcome, entry.stage)
            future = self.waiting.get(key)
            if future is not None and not future.done():
                future.set_result(outcome)
        self.forget(mark)

    def forget(self, mark: str) -> None:
        self.db.execute("delete from batched where mark = ?", (mark,))
        self.db.execute("delete from batch where mark = ?", (mark,))
        self.out.pop(mark, None)


def results_of(texts: list[str]) -> dict[str, dict[str, Any]]:
    results = {}
    for line in (line for text in texts for line in text.splitlines()):
        with suppress(ValueError, KeyError, TypeError):
            row = json.loads(line)
            results[row["custom_id"]] = row
    return results


def outcome_of(result: dict[str, Any]) -> Response | Failed:
    from clients.client import read

    answer, error = result.get("response") or {}, result.get("error") or {}
    body = answer.get("body") or {}
    if answer.get("status_code") == 200:
        return read(body, 0.0) if body.get("choices") else Failed(0, "garbled answer")
    told = error or body.get("error") or {}
    return Failed(int(answer.get("status_code") or 0), str(told.get("message") or "no answer"))
