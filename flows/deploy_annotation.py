"""Annotation as Prefect flows: items out, judgements in, and a release when enough of them are there.

    prefect deployment run annotate-drawnconvos/push -p release=data/releases/drawnconvos-1.0.0
    prefect deployment run annotate-drawnconvos/pull -p release=data/releases/drawnconvos-1.0.0 -p release_when=0.9

The server and its token come from the worker's environment: LABEL_STUDIO_URL, LABEL_STUDIO_API_KEY.
"""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from prefect import flow, get_run_logger
from pydantic import Field

from flows.annotate import pull, push
from flows.artifacts import Artifacts, as_task
from flows.judging import PROJECTS, judged_share, pushed_projects, release_judged, simulate
from schemas.annotation import Project

Release = Annotated[str, Field(description="The folder of the release to judge.", min_length=1)]
Step = Annotated[
    Literal["push", "pull", "simulate"], Field(description="Items out, judgements in, or the embedded judge.")
]
Projects = Annotated[list[Project], Field(description="preferences, review; both unless named.")]
Limit = Annotated[int, Field(description="So many items of each project; 0 for all.", ge=0)]
Overlap = Annotated[int, Field(description="People to an item; 0 for what the plan says.", ge=0, le=20)]
ReleaseWhen = Annotated[
    float, Field(description="Cut a release when this share of the items has an outcome; 0 for never.", ge=0, le=1)
]


@flow(name="annotate-drawnconvos", flow_run_name="{step} {release}", validate_parameters=True)
def annotate_drawnconvos(
    release: Release,
    step: Step = "pull",
    projects: Projects = [],  # noqa: B006  Prefect renders the default in its form
    limit: Limit = 0,
    overlap: Overlap = 0,
    release_when: ReleaseWhen = 0.0,
) -> str:
    """One step of having a release judged. Returns the folder of the judged release where one was cut, else the
    release's own."""
    folder, log = Path(release), get_run_logger()
    for project in projects or (pushed_projects(folder) if step == "pull" else PROJECTS):
        if step == "push":
            sending = partial(push, folder, project, limit or None, overlap or None, Artifacts())
            log.info("%s: %s", project, as_task(f"push {project}", sending))
        elif step == "pull":
            log.info("%s: %s", project, as_task(f"pull {project}", partial(pull, folder, project, Artifacts())))
        else:
            as_task(f"simulate {project}", partial(simulate, folder, project, limit or None, Artifacts()))
    if step == "push" or not release_when:
        return release
    share = judged_share(folder, "human" if step == "pull" else "simulated")
    log.info("%.0f %% of the items have an outcome, %.0f %% are asked for", 100 * share, 100 * release_when)
    if share < release_when:
        return release
    outcome = as_task("release", lambda: release_judged(folder, "human" if step == "pull" else "simulated"))
    log.info("%s: %s", outcome.folder, "made" if outcome.new else "nothing changed")
    return str(outcome.folder)
