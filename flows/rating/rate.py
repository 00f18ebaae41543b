"""The human score: systems' dialogues out to people, and their marks back into the table.

    push(scored, 100, 3, with_labels=False, progress)      -> Pushed(sent=291, there=0, …), each performance once
    pull(scored, progress)                                 -> Counter(ok=840, skipped=12), in place of the last pull

All of it is kept in the scored folder (flows/rating/kept.py) and counted again by whatever writes the table.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotation.rating import rating_config, rating_instructions, rating_task
from annotation.rating_opinions import opinion_of
from annotation.studio import Project, Studio, ensure_project
from annotation.sync import Pushed, progress_of
from annotation.sync import pull as pulled
from annotation.sync import push as send
from flows.annotate import standing, studio
from flows.progress import Progress
from flows.rating.bill import Bill, rating
from flows.rating.kept import (
    JUDGES,
    Source,
    add_performances,
    keep_opinions,
    keep_overlap,
    read_opinions,
    read_overlap,
    read_performances,
    read_source,
)
from flows.rating.performances import bytes_for
from flows.rating.table import rewrite_table
from schemas.rating import Opinion, Performance

READ_WITH = ("item_key",)
OTHERS = "of other systems"


def push(scored: Path, dialogues: int, overlap: int, with_labels: bool, progress: Progress) -> Pushed:
    """Each performance on the server, once, however often and however badly it goes."""
    with rating(scored, progress) as bill:
        wanted = bill.wanted(dialogues, with_labels, progress)
        server = studio(progress)
        place = server_project(server, bill.source, overlap)
        keep_overlap(scored, overlap)
        add_performances(scored, wanted.values())
        progress.stage("performances pushed", len(wanted))
        done = 0

        def sent(count: int) -> None:
            nonlocal done
            progress.advance(count - done)
            done = count

        return send(server, place, tasks(scored, bill, list(wanted.values())), sent)


def server_project(server: Studio, source: Source, overlap: int) -> Project:
    """One for each split of a release: whoever scores further systems finds rated what is rated already. Its title says
    nothing of the scored folder, since people call folders after systems."""
    title = f"{Path(source.release).name} {source.split} rating"
    return ensure_project(server, title, f"<!-- {title} -->\n{rating_config()}", rating_instructions(), overlap)


def tasks(scored: Path, bill: Bill, wanted: list[Performance]) -> Iterator[dict[str, Any]]:
    names = [system.name for system in bill.systems]
    pictures = bytes_for(scored, names, bill.release, bill.source.split, wanted)
    return ({"data": rating_task(each, pictures.__getitem__)} for each in wanted)


def pull(scored: Path, progress: Progress) -> Counter[str]:
    """What the server holds, by what can be made of it; ratings of systems scored elsewhere are only counted."""
    with rating(scored, progress) as bill:
        overlap, known = read_overlap(scored), read_performances(scored)
        server = studio(progress)
        place = server_project(server, bill.source, overlap)
        progress.stage("ratings pulled", place.tasks)
        made: list[Opinion] = []
        counts: Counter[str] = Counter()
        for each in pulled(server, place, wanted=READ_WITH):
            if each.item_key in known:
                made.append(opinion_of(each.data, each.annotation, each.annotator))
            counts[made[-1].status if each.item_key in known else OTHERS] += 1
            progress.advance(1)
        keep_opinions(scored, "human", sorted(made, key=lambda opinion: opinion.updated))
        rewrite_table(scored, bill.played)
        return counts


def status(scored: Path, progress: Progress, asked: bool) -> str:
    """How far the raters are: on the server where it is asked, and what was kept of it."""
    source = read_source(scored)
    told: list[str] = []
    if asked:
        overlap, server = read_overlap(scored), studio(progress)
        told += standing(progress_of(server, server_project(server, source, overlap)))
    for judge in JUDGES:
        found = read_opinions(scored, judge)
        counts = Counter(opinion.status for opinion in found)
        if found:
            told.append(f"  {judge}: " + ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items())))
        told += [f"    invalid: {why} ({count:,})" for why, count in Counter(o.why for o in found if o.why).items()]
    return "\n".join(told) or f"{scored}: nothing of it was rated"
