"""What flows have in common under Prefect: steps as tasks that are retried, progress as artifacts and log lines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from prefect import Task, get_run_logger
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from schemas.errors import UserError

T = TypeVar("T")


def worth_retrying(_task: object, _run: object, state: State[object]) -> bool:
    """A machine may recover; a wrong plan stays wrong."""
    return not isinstance(state.result(raise_on_failure=False), UserError)


def as_task(name: str, work: Callable[[], T]) -> T:
    """One step of the build as a Prefect task."""
    wrapped: Task[[], T] = Task(
        work, name=name, retries=2, retry_delay_seconds=[5, 30], retry_condition_fn=worth_retrying,
        cache_policy=NO_CACHE, persist_result=False,
    )  # fmt: skip
    return wrapped()


class Artifacts:
    """Progress as artifacts and log lines of the run."""

    def __init__(self) -> None:
        self.log = get_run_logger()
        self.artifact: Any = None
        self.name, self.total, self.done, self.shown = "", 1, 0, 0.0

    def stage(self, name: str, total: int) -> None:
        self.name, self.total, self.done, self.shown = name, max(1, total), 0, 0.0
        self.artifact = create_progress_artifact(progress=0.0, description=f"{name}: {total:,} to do")
        self.log.info("%s: %s to do", name, f"{total:,}")

    def advance(self, done: int, note: str = "") -> None:
        """One message to the server for every tenth of the way."""
        self.done += done
        percent = min(100.0, 100 * self.done / self.total)
        if percent - self.shown >= 10 or (done and percent == 100):
            self.shown = percent
            update_progress_artifact(artifact_id=self.artifact, progress=percent)
            about = f" ({note})" if note else ""
            self.log.info("%s: %s of %s%s", self.name, f"{self.done:,}", f"{self.total:,}", about)

    def say(self, text: str) -> None:
        self.log.warning(text)

    def table(self, title: str, rows: Sequence[Mapping[str, str]]) -> None:
        create_table_artifact(table=[dict(row) for row in rows], description=title)
