"""Readings: turns of a release drawn for a person to judge, and the count of what the person found.

    id,dialogue,words,intent,parameters,reply,label_ok,sounds_human,note
    p3fa19c2b7d-004-0/1,"U: [attached picture 1] remove the umbrella …","now make it brighter",adjust,…,,,

The draw hangs on the release's identity: the same release, the same turns. The reader sees the dialogue and the
label, never the outline, and fills in yes or no; `/1` is the dialogue's second turn.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from random import Random
from typing import NamedTuple

from generators.slots import apportion
from schemas.dialogue import Turn
from schemas.errors import BadInput
from schemas.identity import keyed
from schemas.prompt import SPLITS, Split
from schemas.row import turn_of
from store.files import read_text
from store.streams import streamed
from store.versions import read_manifest

SHOWN = ("id", "dialogue", "words", "intent", "parameters", "reply")
MARKS = ("label_ok", "sounds_human")
COLUMNS = (*SHOWN, *MARKS, "note")
YES, NO = ("yes", "y", "1"), ("no", "n", "0")


class Place(NamedTuple):
    dialogue_id: str
    turn: int


def reading(folder: Path, count: int, splits: Sequence[Split] = ()) -> str:
    """The CSV of `count` drawn turns, in an order that tells nothing of their splits."""
    if count < 1:
        raise BadInput(f"--count {count}: at least one turn must be drawn")
    rng = keyed(read_manifest(folder).identity, "sample")
    drawn = drawn_places(places_by_split(folder, splits or SPLITS), count, rng)
    wanted: dict[str, list[int]] = defaultdict(list)
    for place in drawn:
        wanted[place.dialogue_id].append(place.turn)
    found = dict(rows_of(folder, wanted))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(found[place] for place in drawn)
    return text.getvalue()


def places_by_split(folder: Path, splits: Sequence[Split]) -> dict[Split, list[Place]]:
    places: dict[Split, list[Place]] = {split: [] for split in SPLITS if split in splits}
    for split, row in streamed(folder, ["id", "turns.list.element.intent"], list(places)):
        places[split].extend(Place(row["id"], n) for n in range(len(row["turns"])))
    return places


def drawn_places(places: Mapping[Split, Sequence[Place]], count: int, rng: Random) -> list[Place]:
    """From each split its share; a dialogue comes twice only when every other one has come."""
    sizes = {split: len(of) for split, of in places.items() if of}
    shares = apportion(sizes, min(count, sum(sizes.values()))) if sizes else {}
    drawn = [place for split, share in shares.items() for place in spread(places[split], rng)[:share]]
    rng.shuffle(drawn)
    return drawn


def spread(places: Sequence[Place], rng: Random) -> list[Place]:
    """All places in a random order, first one of each dialogue, then a second of each that has one, and so on."""
    order = rng.sample(places, len(places))
    seen: dict[str, int] = defaultdict(int)
    rank = {}
    for place in order:
        rank[place] = seen[place.dialogue_id]
        seen[place.dialogue_id] += 1
    return sorted(order, key=lambda place: rank[place])


def rows_of(folder: Path, wanted: Mapping[str, Sequence[int]]) -> Iterator[tuple[Place, dict[str, str]]]:
    for _, row in streamed(folder, ["id", "turns"]):
        turns = [turn_of(turn) for turn in row["turns"]] if row["id"] in wanted else []
        for n in wanted.get(row["id"], ()):
            yield Place(row["id"], n), row_for(row["id"], turns[: n + 1])


def row_for(dialogue_id: str, turns: Sequence[Turn]) -> dict[str, str]:
    last = turns[-1]
    cells = (
        f"{dialogue_id}/{len(turns) - 1}",
        "\n".join(line for turn in turns for line in lines_of(turn)),
        last.user,
        last.call.intent,
        last.call.parameters_json,
        last.reply,
    )
    return dict(zip(SHOWN, cells, strict=True))


def lines_of(turn: Turn) -> Iterator[str]:
    yield " ".join(["U:", *(f"[attached picture {n + 1}]" for n in turn.attached), turn.user])
    shows = [] if turn.image_after is None else [f"[shows picture {turn.image_after + 1}]"]
    yield " ".join(["A:", turn.reply, *shows])


class Judged(NamedTuple):
    """One row of a reading that a person has filled in."""

    id: str
    label_ok: bool
    sounds_human: bool
    note: str


def tally(path: Path) -> str:
    """How many labels were found wrong and how many turns unlike a person, and which."""
    found = filled(path)
    wrong = [row for row in found if not row.label_ok]
    unlike = [row for row in found if not row.sounds_human]
    lines = [f"{path}: of {len(found)} turns, labels wrong {len(wrong)}, unlike a person {len(unlike)}"]
    for what, rows in (("label wrong", wrong), ("unlike a person", unlike)):
        lines += [f"  {what}: {row.id}{f' ({row.note})' if row.note else ''}" for row in rows]
    return "\n".join(lines)


def filled(path: Path) -> list[Judged]:
    reader = csv.DictReader(io.StringIO(read_text(path).removeprefix("\ufeff"), newline=""))
    missing = [name for name in ("id", *MARKS) if name not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(f"{path}: has no column {missing[0]!r}; a reading is made with `drawnconvos sample RELEASE`")
    rows = [judged(path, number, row) for number, row in enumerate(reader, 2)]  # as a spreadsheet numbers them
    if not rows:
        raise BadInput(f"{path}: holds no turns")
    for name, same in groupby(sorted(row.id for row in rows)):
        if len(list(same)) > 1:
            raise BadInput(f"{path}: {name} stands there more than once")
    return rows


def judged(path: Path, number: int, row: Mapping[str, str | None]) -> Judged:
    marks = []
    for field in MARKS:
        said = (row[field] or "").strip().casefold()
        if said not in YES + NO:
            raise BadInput(f"{path}: row {number} ({row['id']}): {field} is {row[field] or ''!r}, not yes or no")
        marks.append(said in YES)
    return Judged(row["id"] or "", marks[0], marks[1], (row.get("note") or "").strip())
