"""The tables of an evaluation: Markdown to read, and every score with its break-downs as CSV.

| system | ISA | … |
| runs/sft | 91.2 (90.1–92.3) | … |
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from evaluation.metrics.comparison import compare
from evaluation.metrics.scores import Mark, Row, score
from train.questions import TEST
from train.release import Release

Marks = Mapping[str, Sequence[Mark]]
SHOWN = {
    "isa": "ISA",
    "isa_dialogue": "ISA, whole dialogues",
    "parameter_accuracy": "Parameter accuracy",
    "structural_conformity": "Structural conformity",
    "exact_call": "Whole call",
    "fits_card": "Fits its card",
}
COLUMNS = ("set", "system", "metric", "facet", "group", "value", "low", "high", "n", "dialogues")


def write_rows(path: Path, rows: Iterable[tuple[str, str, Row]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for name, system, row in rows:
            s = row.score
            values = [f"{value:.4f}" for value in (s.value, s.low, s.high)]
            out.writerow([name, system, row.metric, row.facet, row.group, *values, s.n, s.dialogues])


def section(name: str, found: Mapping[str, Marks], release: Release) -> str:
    turns = len(next(iter(found.values()))["isa"])
    of = f"the test split of {release.name}" if name == TEST else "the transfer set"
    lines = [f"## {of[0].upper()}{of[1:]}, {turns:,} turns", "", f"| system | {' | '.join(SHOWN.values())} |"]
    lines.append("|---|" + "---|" * len(SHOWN))
    lines += [
        f"| {system} | {' | '.join(cell(marked[metric]) for metric in SHOWN)} |" for system, marked in found.items()
    ]
    return "\n".join([*lines, *compared(found)])


def cell(marked: Sequence[Mark]) -> str:
    found = score(marked)
    return "" if found is None else f"{100 * found.value:.1f} ({100 * found.low:.1f}–{100 * found.high:.1f})"


def compared(found: Mapping[str, Marks]) -> Iterator[str]:
    """Each system against the one before it, on the same turns."""
    names = list(found)
    if len(names) > 1:
        yield ""
    for first, second in pairwise(names):
        told = []
        for metric in ("isa", "exact_call"):
            if (c := compare(found[first][metric], found[second][metric])) is not None:
                told.append(
                    f"{SHOWN[metric]} {100 * c.difference:+.1f} ({100 * c.low:+.1f} to {100 * c.high:+.1f}; "
                    f"{c.up} turns better, {c.down} worse, p {c.p:.2g})"
                )
        yield f"- {second} against {first}: {'; '.join(told)}"
