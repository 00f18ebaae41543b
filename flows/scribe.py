"""The scribe: has a language model write the words of all outlines of a round, as one frontier, while the pictures of
later batches are still being painted. A batch's part is written when its last dialogue is done.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

from clients.errors import CallFailed
from clients.frontier import from_thread
from flows.models import Model
from flows.stages import Judge, Prepared, row_without_words
from generators.model_author import writing
from generators.tasks import Unusable
from schemas.outline import Attempt, Outline
from schemas.plan import Plan
from schemas.skill import Library
from store.parts import read_picture_index, read_pictures, read_records, write_candidates

STAGE = "dialogues"


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
    def __init__(self, plan: Plan, library: Library, model: Model) -> None:
        self.plan, self.library, self.model = plan, library, model
        self.rejects: Counter[str] = Counter()

    def write(self, prepared: Iterable[Prepared], total: int) -> None:
        """The words of all batches that have none yet, as the batches come."""
        self.model.stage("words", total)

        async def work(job: Job) -> tuple[Job, dict[str, Any]]:
            return job, await self.row(job)

        def put(result: tuple[Job, dict[str, Any]]) -> None:
            job, row = result
            job.desk.put(job.tried, row)
            if row["reason"]:
                self.rejects[row["reason"].partition(":")[0]] += 1
            told = "; ".join(f"{count:,} {reason}" for reason, count in self.rejects.most_common(3))
            self.model.advance(1, told and f"rejected: {told}")

        self.model.each(work, self.jobs(prepared), put)

    async def jobs(self, prepared: Iterable[Prepared]) -> AsyncIterator[Job]:
        async for each in from_thread(prepared):
            if each.source.dialogues.exists():
                self.model.skip(len(each.batch.slots))
                continue
            desk = Desk(each, self.plan, self.library)
            for tried in desk.tries:
                yield Job(desk, tried)

    async def row(self, job: Job) -> dict[str, Any]:
        outline, attempt, judge = job.tried.outline, job.desk.prepared.batch.attempt, job.desk.judge
        if outline is None:
            return row_without_words(job.tried, attempt)
        task = writing(outline, self.library, judge, self.model.folder)
        try:
            dialogue = await self.model.pursue(task, STAGE, outline.id, self.first_picture(job.desk, outline))
        except Unusable as error:
            return row_without_words(job.tried, attempt, str(error))
        except CallFailed as error:
            return row_without_words(job.tried, attempt, f"author: {error}")
        return judge.row(outline, dialogue, None)

    def first_picture(self, desk: Desk, outline: Outline) -> tuple[str, ...]:
        scene = outline.shots[0].scene if outline.shots and self.plan.author.sees else None
        if scene is None:
            return ()
        sha256 = desk.index[scene.digest]
        self.model.shown[sha256] = desk.pictures[sha256]
        return (sha256,)
