"""Items out to a Label Studio server and judgements back in.

push(release, "preferences", None, None, progress)    every item on the server, once
pull(release, "preferences", progress)                what the server holds now, in place of what was pulled before
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from annotation.adjudication import WANTS_ANOTHER
from annotation.agreement import table
from annotation.screens import config_of, instructions_of, task_data
from annotation.studio import Project as ServerProject
from annotation.studio import Studio, connect, ensure_project
from annotation.sync import Pushed, Standing, progress_of
from annotation.sync import pull as pulled
from annotation.sync import push as send
from annotation.verdicts import judgement_of
from flows.items import Offered, offered, picked, pictures_of, read_judged
from flows.judging import PROJECTS, agreed, outcomes, overlap_of
from flows.progress import Progress
from schemas.annotation import Item, Judgement, Project
from schemas.errors import BadInput
from store.files import write_text
from store.judgements import add_items, folder_of, read_items, read_judgements, write_judgements

FURTHER = "further"  # a file that says that further opinions were asked for
READ_WITH = ("item_key", "answers", "pictures")  # what of a task its judgements are read with
URL, TOKEN = "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"


def studio(progress: Progress) -> Studio:
    """The server that the environment names."""
    found = connect(os.environ.get(URL), os.environ.get(TOKEN))
    if found.caution:
        progress.say(found.caution)
    return found


def server_project(server: Studio, release: Path, project: Project, further: bool = False) -> ServerProject:
    """Each release has projects of its own, even where the screens are the same, and one beside for items on which
    another person is asked: Label Studio's overlap is that of a whole project."""
    plan, library = read_judged(release)
    title = f"{release.name} {project}{' further' if further else ''}"
    overlap = 1 if further else overlap_of(release, project, plan)
    config = f"<!-- {title} -->\n{config_of(project, library)}"
    return ensure_project(server, title, config, instructions_of(project, library), overlap)


def push(
    release: Path, project: Project, limit: int | None, overlap: int | None, progress: Progress, further: bool = False,
    samples: Path | None = None,
) -> Pushed:  # fmt: skip
    """The items on the server, each once, however often and however badly it goes; or only those on which people
    differ, where the plan asks for a further opinion."""
    found = offered(release, project, samples)
    items = {item.key: item for item in (undecided(release, project) if further else picked(found, limit))}
    if not items:
        raise BadInput(
            f"{release}: has nothing {'that wants a further opinion' if further else 'to judge'} in {project}"
        )
    server = studio(progress)
    mark = folder_of(release, project)
    if further:
        write_text(mark / FURTHER, "")
    elif overlap is not None:
        write_text(mark / "overlap", str(overlap))
    place = server_project(server, release, project, further)
    add_items(release, project, items.values())
    progress.stage(f"{project} pushed", len(items))
    done = 0

    def sent(count: int) -> None:
        nonlocal done
        progress.advance(count - done)
        done = count

    return send(server, place, tasks(release, project, found, items), sent)


def undecided(release: Path, project: Project) -> Iterator[Item]:
    """The items on which people differ so far, and another is to be asked."""
    plan, library = read_judged(release)
    return (
        item for item, outcome in outcomes(release, project, "human", plan, library) if outcome.why == WANTS_ANOTHER
    )


def tasks(release: Path, project: Project, found: Offered, items: dict[str, Item]) -> Iterator[dict[str, Any]]:
    for item, pictures in pictures_of(release, project, items):
        yield {"data": task_data(item, found.library, pictures.__getitem__)}


def pull(release: Path, project: Project, progress: Progress) -> Counter[str]:
    """The judgements that the server holds, by what can be made of them; of unknown items they are only counted."""
    items = read_items(release, project)
    if not items:
        raise BadInput(f"{release}: nothing of it was pushed for {project}")
    _, library = read_judged(release)
    server = studio(progress)
    places = [server_project(server, release, project)]
    if (folder_of(release, project) / FURTHER).is_file():
        places.append(server_project(server, release, project, further=True))
    progress.stage(f"{project} pulled", sum(place.tasks for place in places))
    made: list[Judgement] = []
    counts: Counter[str] = Counter()
    for each in chain.from_iterable(pulled(server, place, wanted=READ_WITH) for place in places):
        if each.item_key not in items:
            counts["unknown item"] += 1
            continue
        judgement = judgement_of(each.data, each.annotation, library, project, each.annotator)
        counts[judgement.status] += 1
        made.append(judgement)
        progress.advance(1)
    write_judgements(release, project, "human", sorted(made, key=lambda judgement: judgement.updated))
    return counts


def status(release: Path, progress: Progress, asked: bool) -> str:
    """How far judging is: on the server where it is asked, and what was pulled of it."""
    lines: list[str] = []
    for project in PROJECTS:
        items = read_items(release, project)
        if not items:
            continue
        lines.append(f"{project}: {len(items):,} items")
        if asked:
            server = studio(progress)
            lines.extend(standing(progress_of(server, server_project(server, release, project))))
        for judge in ("human", "simulated"):
            lines.extend(held(read_judgements(release, project, judge), judge, folder_of(release, project)))
    if not lines:
        raise BadInput(f"{release}: nothing of it was pushed or simulated")
    for name in ("human", "simulated"):
        found = agreed(release, name)
        if found.annotators:
            lines += ["", table(found)]
    return "\n".join(lines)


def standing(now: Standing) -> Iterator[str]:
    yield f"  on the server: {now.done:,} of {now.tasks:,} done, {now.judged:,} judgements, {now.skipped:,} skipped"
    for name, tally in now.by.items():
        yield f"    {name}: {tally.judged:,} judged, {tally.skipped:,} skipped"
    if now.per_hour and now.finish:
        yield f"  {now.per_hour:,.0f} an hour; at this pace done by {now.finish:%Y-%m-%d %H:%M} UTC"


def held(judgements: list[Judgement], judge: str, folder: Path) -> Iterator[str]:
    if not judgements:
        return
    counts = Counter(judgement.status for judgement in judgements)
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
    yield f"  {judge}, in {folder}: {told}"
    for why, count in Counter(j.why for j in judgements if j.status == "invalid").most_common(5):
        yield f"    invalid: {why} ({count:,})"
