"""Predictions of systems as files bring them, held against the turns that they are for.

    {"dialogue_id": "p3fa19c2b7d-004-0", "turn": 1, "source": "irpem-sft", "text": "{\\"intent\\": \\"recolor\\", …}"}

One file holds one system's predictions, one line for each turn of the split; those of dialogues that a limit leaves out
are left out too.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from generators.jsonl import numbered_rows
from schemas.dialogue import Dialogue
from schemas.errors import BadInput, complaint
from schemas.prediction import Prediction

LABELS = "labels"

Lengths = Mapping[str, int]  # of every dialogue of the split, the number of its turns


class System(NamedTuple):
    """A name that is a folder's as well, and what it said turn by turn."""

    name: str
    texts: dict[str, tuple[str, ...]]


def labels(dialogues: Sequence[Dialogue]) -> System:
    """The system that is never wrong."""
    return System(LABELS, {d.id: tuple(turn.answer.text for turn in d.turns) for d in dialogues})


def systems(paths: Sequence[Path], lengths: Lengths, ids: Sequence[str]) -> list[System]:
    found: dict[str, Path] = {}
    read = []
    for path in paths:
        system = read_system(path, lengths, ids)
        if system.name in found:
            raise BadInput(f"{path}: is of the system {system.name!r}, as {found[system.name]} is: give each once")
        found[system.name] = path
        read.append(system)
    return read


def read_system(path: Path, lengths: Lengths, ids: Sequence[str]) -> System:
    told: dict[tuple[str, int], Prediction] = {}
    sources: set[str] = set()
    for number, row in numbered_rows(path):
        prediction = prediction_of(path, number, row)
        place = (prediction.dialogue_id, prediction.turn)
        if not prediction.turn < lengths.get(prediction.dialogue_id, 0):
            raise BadInput(
                f"{path}, line {number}: the split has no turn {prediction.turn} of {prediction.dialogue_id!r}"
            )
        if place in told:
            raise BadInput(f"{path}, line {number}: a second prediction for turn {place[1]} of {place[0]!r}")
        told[place] = prediction
        sources.add(prediction.source)
    if not told:
        raise BadInput(f"{path}: holds no prediction")
    if len(sources) > 1:
        raise BadInput(f"{path}: holds predictions of {', '.join(map(repr, sorted(sources)))}: give each a file")
    wanted = [(name, n) for name in ids for n in range(lengths[name])]
    if missing := [place for place in wanted if place not in told]:
        raise BadInput(
            f"{path}: {len(missing):,} of {len(wanted):,} turns have no prediction, first turn {missing[0][1]} of "
            f"{missing[0][0]!r}: predict them all"
        )
    return System(
        folder_name(path, sources.pop()),
        {name: tuple(told[name, n].text for n in range(lengths[name])) for name in ids},
    )


def prediction_of(path: Path, number: int, row: object) -> Prediction:
    try:
        return Prediction.from_data(row)
    except (ValidationError, ValueError, TypeError) as error:
        raise BadInput(f"{path}, line {number}: {complaint(error, Prediction)}") from error


def folder_name(path: Path, source: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", source).strip("-.")
    if not name or name == LABELS:
        raise BadInput(f"{path}: the source {source!r} cannot name a system: call it something else")
    return name
