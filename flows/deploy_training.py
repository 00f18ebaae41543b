"""A loop as a Prefect flow: build, SFT, judging, DPO and the tables, with progress and the page as artifacts.

    prefect deployment run finetune-drawnconvos/local -p loop=plans/small.yaml
    prefect deployment run finetune-drawnconvos/gpu -p loop=plans/paper.yaml -p 'overrides=["judge=simulated"]'

A run that was stopped, or that waits for people, is simply started again: stages that are done stand in its folder.
"""

from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.artifacts import Artifacts, as_task
from flows.build import default_workers
from flows.reproducing.loop import plan_of, read_loop
from flows.reproducing.reproduce import reproduce

LoopFile = Annotated[str, Field(description="The loop, a YAML file.", min_length=1)]
Overrides = Annotated[list[str], Field(description="Overrides of the loop, each section.key=value.")]
Out = Annotated[str, Field(description="Where everything goes; empty for runs/ and the loop's name.")]
Release = Annotated[str, Field(description="A release to learn from; empty to build the plan's.")]
Workers = Annotated[int, Field(description="Processes that paint; 0 for as many as there are cores.", ge=0, le=512)]


class Told(Artifacts):
    """What stages say is news here, not a warning."""

    def say(self, text: str) -> None:
        self.log.info(text)


@flow(name="finetune-drawnconvos", flow_run_name="{loop}", validate_parameters=True)
def finetune_drawnconvos(
    loop: LoopFile = "plans/small.yaml",
    overrides: Overrides = [],  # noqa: B006  Prefect renders the default in its form
    out: Out = "",
    release: Release = "",
    workers: Workers = 0,
) -> str:
    """Run a loop to its page of results, or as far as people have judged. Returns the page's path."""
    path = Path(loop)
    read, plan = read_loop(path, overrides)
    folder = Path(out) if out else Path("runs") / path.stem
    given = Path(release) if release else None
    made = reproduce(read, plan, plan_of(path, read), folder, given, workers or default_workers(), Told(), as_task)
    create_markdown_artifact(markdown=made.read_text(encoding="utf-8"), description=f"what came of {path.name}")
    get_run_logger().info("%s has it all", made)
    return str(made)
