"""Scoring as a Prefect flow: systems' calls run and their pictures measured, with progress and the table as artifacts.

    prefect deployment run score-drawnconvos/local -p release=data/releases/tiny-1.0.0 -p 'predictions=["sft.jsonl"]'

The key of a model that scores comes from the worker's environment. A run that was stopped can be started again: systems
whose pictures are there are not painted again.
"""

from functools import partial
from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.artifacts import Artifacts, as_task
from flows.build import default_workers
from flows.scoring.how import How
from flows.scoring.score import score
from schemas.prompt import Split

Release = Annotated[str, Field(description="The folder of the release that the predictions are for.", min_length=1)]
Predictions = Annotated[list[str], Field(description="Files of JSON lines, one system's each; none for labels alone.")]
Out = Annotated[str, Field(description="Where pictures, marks and table.md go.", min_length=1)]
Limit = Annotated[int, Field(description="So many dialogues, spread over the split; 0 for all.", ge=0)]
Scorer = Annotated[str, Field(description="scene, strict, a model, or local:MODEL.", min_length=1)]
Address = Annotated[str, Field(description="Where the model is; empty for OpenAI.")]
Author = Annotated[str, Field(description="The model that describes what a model is asked about; empty for the scene.")]
Encoder = Annotated[str, Field(description="A CLIP's repository or folder; empty for colours and edges.")]
Workers = Annotated[int, Field(description="Processes that paint; 0 for as many as there are cores.", ge=0, le=512)]


@flow(name="score-drawnconvos", flow_run_name="{release}", validate_parameters=True)
def score_drawnconvos(
    release: Release,
    predictions: Predictions = [],  # noqa: B006  Prefect renders the default in its form
    out: Out = "data/scored",
    split: Split = "test",
    limit: Limit = 0,
    scorer: Scorer = "scene",
    base_url: Address = "",
    author: Author = "",
    encoder: Encoder = "",
    workers: Workers = 0,
) -> str:
    """Run the calls of systems on a release and score the pictures that they make. Returns the table's path."""
    how = How(
        split, limit or None, scorer, base_url or None, author or None, encoder or None, workers or default_workers()
    )
    paths, folder = [Path(path) for path in predictions], Path(out)
    told = as_task("score", partial(score, Path(release), paths, folder, how, Artifacts()))
    create_markdown_artifact(markdown=told, description=f"pictures of {Path(release).name}, {split}")
    get_run_logger().info("%s has it all", folder / "table.md")
    return str(folder / "table.md")
