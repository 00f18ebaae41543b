"""What was sent out for judging and what came back, on disk beside the releases.

data/annotations/drawnconvos-1.0.0/preferences/
    items.parquet                  every item that was ever pushed, by key
    judgements-human.parquet       what the server held at the last pull, whole
    judgements-simulated.parquet   the embedded judge's, never in the same file
"""

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from schemas.annotation import Item, Judgement, PreferenceItem, Project, ReviewItem
from schemas.errors import BadInput
from store.files import read_text, write_text
from store.parts import read_records, write_records

Judge = Literal["human", "simulated"]
KINDS: dict[Project, type[PreferenceItem] | type[ReviewItem]] = {"preferences": PreferenceItem, "review": ReviewItem}


def folder_of(release: Path, project: Project) -> Path:
    return release.parent.parent / "annotations" / release.name / project


def read_items(release: Path, project: Project) -> dict[str, Item]:
    path = folder_of(release, project) / "items.parquet"
    if not path.is_file():
        return {}
    return {item.key: item for item in read_records(path, KINDS[project])}


def add_items(release: Path, project: Project, items: Iterable[Item]) -> None:
    """Items are only ever added: a judgement must find what it is about."""
    known = read_items(release, project)
    known.update((item.key, item) for item in items)
    write_records(folder_of(release, project) / "items.parquet", {key: known[key] for key in sorted(known)})


def write_judgements(release: Path, project: Project, judge: Judge, judgements: Iterable[Judgement]) -> None:
    found = {f"{j.item}/{j.annotator}": j for j in judgements}
    path = folder_of(release, project) / f"judgements-{judge}.parquet"
    write_records(path, {name: found[name] for name in sorted(found)})


def read_judgements(release: Path, project: Project, judge: Judge) -> list[Judgement]:
    path = folder_of(release, project) / f"judgements-{judge}.parquet"
    return read_records(path, Judgement) if path.is_file() else []


def judges_of(release: Path) -> Iterator[Judge]:
    """Whose judgements there are of a release."""
    names: tuple[Judge, ...] = ("human", "simulated")
    for judge in names:
        if any((folder_of(release, project) / f"judgements-{judge}.parquet").is_file() for project in KINDS):
            yield judge


def judge_for(release: Path, wanted: Judge | None) -> Judge:
    """The judge whose judgements a release is cut from: people's where there are any; the two never mix."""
    found = list(judges_of(release))
    if wanted is not None and wanted not in found:
        raise BadInput(f"{release}: no {wanted} judgements were pulled; see `drawnconvos annotate status`")
    if not found:
        raise BadInput(f"{release}: nothing was judged; see `drawnconvos annotate push` and `pull`, or `simulate`")
    return wanted or found[0]


def salt_of(release: Path) -> str:
    """What annotators' pseudonyms hang on: drawn once for a data folder and kept there, for nobody else to know."""
    path = release.parent.parent / "annotations" / "salt"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, secrets.token_hex(16) + "\n")
        path.chmod(0o600)
    return read_text(path).strip()
