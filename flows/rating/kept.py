"""What rating needs of a scored folder and leaves in it.

scored/scored.json                       {"release": "/…/drawnconvos-1.0.0", "identity": "5b0c…", "split": "test", …
scored/<system>/predictions.jsonl        what it said, as a file of predictions
scored/ratings/performances.jsonl        every performance that was ever sent out or rated, by its key
scored/ratings/opinions-human.jsonl      what the server held at the last pull, whole
scored/ratings/opinions-simulated.jsonl  the simulated raters', never in the same file
scored/ratings/overlap                   how many people rate a performance: what the last push said
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from flows.scoring.pictures import Scored
from flows.scoring.predictions import System
from generators.jsonl import numbered_rows
from schemas.errors import BadInput, Damaged, complaint
from schemas.identity import Record
from schemas.prediction import Prediction
from schemas.prompt import Split
from schemas.rating import Judge, Opinion, Performance
from store.files import read_text, write_text

R = TypeVar("R", bound=Record)
SOURCE = "scored.json"
JUDGES: tuple[Judge, ...] = ("human", "simulated")


class Source(Record):
    """What was scored last; the systems but for the labels."""

    release: str
    identity: str
    split: Split
    limit: int | None
    systems: tuple[str, ...]


def forget_source(scored: Path) -> None:
    """While systems are scored anew nothing of theirs can be rated: replies and pictures might not belong together."""
    (scored / SOURCE).unlink(missing_ok=True)


def keep_source(scored: Path, asked: Scored, limit: int | None, systems: Sequence[System]) -> None:
    for system in systems:
        write_records(predictions_of(scored, system.name), predictions_by(system))
    names = tuple(system.name for system in systems)
    release = str(asked.release.resolve())
    source = Source(release=release, identity=asked.identity, split=asked.split, limit=limit, systems=names)
    write_text(scored / SOURCE, source.to_json() + "\n")


def read_source(scored: Path) -> Source:
    path = scored / SOURCE
    if not path.is_file():
        raise BadInput(f"{scored}: holds no {SOURCE}; `drawnconvos score … --out {scored}` makes it")
    try:
        return Source.from_data(json.loads(read_text(path)))
    except (ValidationError, ValueError) as error:
        raise Damaged(path, complaint(error, Source), "score again") from error


def predictions_by(system: System) -> Iterator[Prediction]:
    for name, texts in system.texts.items():
        for n, text in enumerate(texts):
            yield Prediction(dialogue_id=name, turn=n, source=system.name, text=text)


def predictions_of(scored: Path, system: str) -> Path:
    return scored / system / "predictions.jsonl"


def add_performances(scored: Path, performances: Iterable[Performance]) -> None:
    """Only ever added: an opinion must find what it is about."""
    known = read_performances(scored)
    known.update((each.key, each) for each in performances)
    write_records(scored / "ratings" / "performances.jsonl", (known[key] for key in sorted(known)))


def read_performances(scored: Path) -> dict[str, Performance]:
    return {each.key: each for each in read_records(scored / "ratings" / "performances.jsonl", Performance)}


def keep_opinions(scored: Path, judge: Judge, opinions: Iterable[Opinion]) -> None:
    """In place of what was kept before; of several of one person on one performance the last."""
    found = {(each.item, each.annotator): each for each in opinions}
    write_records(scored / "ratings" / f"opinions-{judge}.jsonl", (found[name] for name in sorted(found)))


def read_opinions(scored: Path, judge: Judge) -> list[Opinion]:
    return read_records(scored / "ratings" / f"opinions-{judge}.jsonl", Opinion)


def rated(scored: Path) -> bool:
    return any(read_opinions(scored, judge) for judge in JUDGES)


def keep_overlap(scored: Path, people: int) -> None:
    write_text(scored / "ratings" / "overlap", f"{people}\n")


def read_overlap(scored: Path) -> int:
    path = scored / "ratings" / "overlap"
    if not path.is_file():
        raise BadInput(f"{scored}: nothing of it was sent out; see `drawnconvos rate push`")
    said = read_text(path).strip()
    if not said.isdecimal():
        raise Damaged(path, f"{said!r:.60} is no number of people", "push again")
    return int(said)


def write_records(path: Path, records: Iterable[Record]) -> None:
    """A record to a line, all of it escaped: some characters of other scripts end a line for those who read it."""
    write_text(path, "".join(json.dumps(each.model_dump(mode="json"), sort_keys=True) + "\n" for each in records))


def read_records(path: Path, kind: type[R]) -> list[R]:
    if not path.is_file():
        return []
    found = []
    for number, row in numbered_rows(path):
        try:
            found.append(kind.from_data(row))
        except (ValidationError, ValueError, TypeError) as error:
            raise BadInput(f"{path}, line {number}: {complaint(error, kind)}") from error
    return found
