"""Measuring what a release's users say, and drawing turns of it for a person to read."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from evaluation.realism import Finding, measure
from store.versions import shard_paths


def user_turns(folder: Path) -> list[list[str]]:
    """What the user says, dialogue by dialogue."""
    return [dialogue for path in shard_paths(folder) for dialogue in turns_of(path)]


def turns_of(path: str) -> Iterator[list[str]]:
    with pq.ParquetFile(path) as file:
        for group in file.iter_batches(columns=["turns.list.element.user"]):
            for row in group.to_pylist():
                yield [turn["user"] for turn in row["turns"]]


def realism(folders: list[Path]) -> str:
    """The measures of one release, or of several side by side."""
    found = [measure(user_turns(folder)) for folder in folders]
    names = [folder.resolve().name for folder in folders]
    lines = [f"{'':<36}{'target':>14}" + "".join(f"{name:>24}" for name in names)]
    for measures in zip(*found, strict=True):
        values = "".join(f"{value_of(finding):>24}" for finding in measures)
        lines.append(f"{measures[0].name:<36}{measures[0].target:>14}{values}")
    return "\n".join(lines)


def value_of(finding: Finding) -> str:
    mark = {True: "", False: "  missed", None: ""}[finding.met]
    return f"{finding.value:.4g}{mark}"
