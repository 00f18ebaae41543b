"""The report: one HTML file to read a release in, with no word or picture fetched from anywhere.

It shows a fair sample of the dialogues, seeded by the release's identity: the same release folder gives
the same bytes. Pixels are read a few rows at a time and kept as thumbnails only.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from flows.report_page.charts import charts
from flows.report_page.choice import Place, Survey, choose, survey
from flows.report_page.coverage import PLAIN, asked_cells, coverage
from flows.report_page.reading import read
from flows.report_page.templates import templates
from schemas.errors import Damaged, Refused
from schemas.manifest import Manifest
from schemas.skill import Library
from store.files import write_text
from store.verify import read_skills
from store.versions import EDITED, changed_files, read_manifest

MOST_DIALOGUES = 300
MOST_BYTES = 25_000_000


class Report(NamedTuple):
    """`of` is how many dialogues the release holds."""

    path: Path
    shown: int
    of: int


def page_beside(folder: Path) -> Path:
    """Where a page goes that nobody named: next to the release, since nothing may be added to it."""
    place = folder.resolve()
    return (
        folder.with_name(f"{folder.name}.html") if folder.name == place.name else place.with_name(f"{place.name}.html")
    )


def write_report(folder: Path, target: Path, most: int = MOST_DIALOGUES, limit: int = MOST_BYTES) -> Report:
    manifest = read_manifest(folder)
    if folder.resolve() in target.resolve().parents:
        raise Refused(f"{target}: lies in the release, where nothing may be added; name a file outside of {folder}")
    if target.is_dir():
        raise Refused(f"{target}: cannot be written: it is a folder; name a file")
    for change in changed_files(folder, manifest):
        raise Damaged(folder, change, EDITED)
    found = survey(folder, manifest, most)
    chosen = choose(found, most)
    library = read_skills(folder)
    environment = templates(library)
    article = environment.get_template("dialogue.html")
    drawn = {shown.dialogue.id: article.render(shown=shown) for shown in read(chosen)}
    frame = environment.get_template("page.html")
    facts = facts_of(folder, manifest, found, library) | {"wanted": len(chosen)}
    # a frame of no dialogues states a count of one digit, hence the spare bytes
    room = limit - len(frame.render(facts, articles=[]).encode()) - 16
    fitting = as_many_as_fit(chosen, drawn, room)
    # in the order of their ranks, which is no order, so that neighbours differ
    articles = [Markup(drawn[place.id]) for place in sorted(fitting)]
    write_text(target, frame.render(facts, articles=articles))
    return Report(target, len(articles), facts["total"])


def facts_of(folder: Path, manifest: Manifest, found: Survey, library: Library) -> dict[str, Any]:
    """What the page's frame names."""
    return {
        "manifest": manifest,
        "charts": charts(manifest, found),
        "coverage": coverage(manifest, found, library, asked_cells(folder)),
        "seconds": seconds_of(folder),
        "total": found.sizes.total(),
        "skills": sorted(found.by_skill),
        "phenomena": [PLAIN, *sorted({name for counts in manifest.splits.values() for name in counts.by_phenomenon})],
        "turns": sorted({n for counter in found.turns.values() for n in counter}),
    }


def seconds_of(folder: Path) -> dict[str, float]:
    """What the build took by stage. run.json is no part of the release, so it may be absent or anything."""
    try:
        seconds = json.loads((folder / "run.json").read_text(encoding="utf-8"))["seconds"]
        return {str(name): float(value) for name, value in seconds.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def as_many_as_fit(chosen: Iterable[Place], drawn: Mapping[str, str], room: int) -> list[Place]:
    fitting = []
    for place in chosen:
        room -= len(drawn[place.id].encode()) + 1  # its line break
        if room < 0:
            break
        fitting.append(place)
    return fitting
