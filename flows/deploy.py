"""The build as a Prefect flow: the same functions, with retries, progress and artifacts around them.

    prefect deployment run build-drawnconvos/local --watch -p plan=plans/tiny.yaml

Prefect's state is telemetry. What is done stands in parts, so any run can be started again from nothing.
"""

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pyarrow.parquet as pq
from PIL import Image
from prefect import Task, flow, get_run_logger
from prefect.artifacts import (
    create_image_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)  # fmt: skip
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from pydantic import Field

from flows.build import build, default_workers
from flows.plans import read_plan
from flows.verify import verify_release
from schemas.errors import Damaged, UserError
from schemas.prompt import SPLITS
from store.release import Outcome

T = TypeVar("T")

PlanFile = Annotated[str, Field(description="The plan, a YAML file.", min_length=1)]
Folder = Annotated[str, Field(description="Where parts and releases live.", min_length=1)]
Overrides = Annotated[list[str], Field(description="Overrides of the plan, each section.key=value.")]
Workers = Annotated[int, Field(description="Worker processes; 0 for as many as there are cores.", ge=0, le=512)]


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


@flow(name="build-drawnconvos", flow_run_name="{plan}", validate_parameters=True)
def build_drawnconvos(
    plan: PlanFile = "plans/drawnconvos.yaml",
    data: Folder = "data",
    overrides: Overrides = [],  # noqa: B006  Prefect renders the default in its form
    workers: Workers = 0,
) -> str:
    """Build the release that a plan describes, and verify it. Returns the release's folder."""
    read = read_plan(Path(plan), overrides)
    count = workers or default_workers()
    outcome = build(read, Path(data), count, Artifacts(), step=as_task)
    as_task("verify", lambda: verified(outcome.folder, count))
    show_counts(outcome)
    for sha256, picture in some_pictures(outcome.folder):
        create_image_artifact(image_url=data_url(picture), description=f"{outcome.manifest.folder}: {sha256[:12]}")
    return str(outcome.folder)


def verified(folder: Path, workers: int) -> None:
    findings, rows, pictures = verify_release(folder, workers)
    if findings:
        raise Damaged(folder, f"{len(findings)} findings, the first: {findings[0]}", "see `drawnconvos verify`")
    get_run_logger().info("verified %s dialogues and %s pictures", f"{rows:,}", f"{pictures:,}")


def show_counts(outcome: Outcome) -> None:
    columns = ("dialogues", "turns", "prompts", "images")
    rows = [{"split": s, **{c: getattr(outcome.manifest.splits[s], c) for c in columns}} for s in SPLITS]
    title = outcome.manifest.folder if outcome.new else f"{outcome.manifest.folder} (nothing changed)"
    create_table_artifact(table=rows, description=title)


def some_pictures(folder: Path, most: int = 4) -> Iterator[tuple[str, bytes]]:
    """The last picture of the first dialogues of the training split."""
    for path in islice(sorted((folder / "sft").glob("*.parquet")), 1):
        with pq.ParquetFile(path) as file:
            group = file.read_row_group(0, columns=["images", "image_info"])
        for row in group.slice(0, most).to_pylist():
            if row["images"]:
                yield row["image_info"][-1]["sha256"], row["images"][-1]["bytes"]


def data_url(picture: bytes) -> str:
    """A thumbnail that travels in the artifact itself."""
    with Image.open(io.BytesIO(picture)) as image:
        small = image.convert("RGBA")
        small.thumbnail((192, 192))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
