"""Kept responses: every answer of a model under the hash of its request, from the moment it arrives.

One SQLite file in write-ahead mode: a response that was written outlives a kill of the process. What was paid for
once is never asked again, and a run can be replayed from the file without a network.
"""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from clients.requests import Request, Response
from schemas.errors import BadInput, Damaged

TABLE = """
create table if not exists response (
    key text primary key, model text not null, stage text not null, kept real not null,
    request text not null, response text not null
)
"""
PAGES = 4000  # in the journal before they are moved to their places, which waits for the disk


class Holding(NamedTuple):
    """What is kept for one model and stage."""

    model: str
    stage: str
    responses: int
    bytes: int
    oldest: float
    newest: float


class Kept:
    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.db = sqlite3.connect(path, isolation_level=None)
            self.db.execute("pragma journal_mode = wal")
            self.db.execute("pragma synchronous = normal")
            self.db.execute(f"pragma wal_autocheckpoint = {PAGES}")
            self.db.execute(TABLE)
        except (sqlite3.Error, OSError) as error:
            raise BadInput(f"{path}: cannot be opened as kept responses: {error}") from error

    def get(self, request: Request) -> Response | None:
        row = self.db.execute("select response from response where key = ?", (request.key,)).fetchone()
        return None if row is None else self.parse(row[0])

    def parse(self, text: str) -> Response:
        try:
            return Response.model_validate_json(text)
        except ValidationError as error:
            raise Damaged(self.path, "holds a response that is none", "prune it and ask again") from error

    def put(self, request: Request, response: Response, stage: str) -> None:
        row = (request.key, request.model, stage, time.time(), request.to_json(), response.to_json())
        self.db.execute("insert or replace into response values (?, ?, ?, ?, ?, ?)", row)

    def holdings(self) -> Iterator[Holding]:
        query = """select model, stage, count(*), sum(length(request) + length(response)), min(kept), max(kept)
                   from response group by model, stage order by model, stage"""
        return (Holding(*row) for row in self.db.execute(query).fetchall())

    def prune(self, model: str | None = None, before: float | None = None) -> int:
        """Forget the responses of a model, or those kept before a time, or both together."""
        query = "delete from response where (:model is null or model = :model) and (:before is null or kept < :before)"
        count = self.db.execute(query, {"model": model, "before": before}).rowcount
        self.db.execute("vacuum")
        return count

    def close(self) -> None:
        """Everything in the one file again, so that it can be copied."""
        self.db.close()
