"""The build as a Prefect flow: the same functions, with retries, progress and artifacts around them.

    prefect deployment run build-drawnconvos/local --watch -p plan=plans/tiny.yaml

Prefect's state is telemetry. What is done stands in parts, so any run can be started again from nothing.
"""

import base64
import io
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

import pyarrow.parquet as pq
from PIL import Image
from prefect import flow, get_run_logger
from prefect.artifacts import (
    create_image_artifact,
    create_table_artifact,
)  # fmt: skip
from pydantic import Field

from flows.annotate import push
from flows.artifacts import Artifacts, as_task
from flows.build import build, default_workers
from flows.plans import read_plan
from flows.verify import verify_release
from schemas.annotation import Project
from schemas.errors import Damaged
from schemas.prompt import SPLITS
from store.release import Outcome

T = TypeVar("T")

PlanFile = Annotated[str, Field(description="The plan, a YAML file.", min_length=1)]
Folder = Annotated[str, Field(description="Where parts and releases live.", min_length=1)]
Overrides = Annotated[list[str], Field(description="Overrides of the plan, each section.key=value.")]
Projects = Annotated[list[Project], Field(description="What to push to Label Studio after the build.")]
Workers = Annotated[int, Field(description="Worker processes; 0 for as many as there are cores.", ge=0, le=512)]


@flow(name="build-drawnconvos", flow_run_name="{plan}", validate_parameters=True)
def build_drawnconvos(
    plan: PlanFile = "plans/drawnconvos.yaml",
    data: Folder = "data",
    overrides: Overrides = [],  # noqa: B006  Prefect renders the default in its form
    workers: Workers = 0,
    then_push: Projects = [],  # noqa: B006
) -> str:
    """Build the release that a plan describes, and verify it; then send what is to be judged of it to Label Studio,
    where that is asked for. Returns the release's folder."""
    read = read_plan(Path(plan), overrides)
    count = workers or default_workers()
    outcome = build(read, Path(data), count, Artifacts(), step=as_task)
    as_task("verify", lambda: verified(outcome.folder, count))
    show_counts(outcome)
    for project in then_push:
        as_task(f"push {project}", partial(push, outcome.folder, project, None, None, Artifacts()))
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
