"""Scores of pictures as a page: the systems beside each other, what went wrong, comparisons and break-downs.

| system    | dialogues | rounds | VQA (scene)          | VQA (strict)         | …
| labels    | 1,000     | 2,000  | 1.000 [1.000, 1.000] | 1.000 [1.000, 1.000] | …
| irpem-sft | 1,000     | 2,000  | 0.931 [0.922, 0.940] | 0.741 [0.722, 0.759] | …
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from evaluation.metrics.comparison import compare
from evaluation.metrics.scores import Facet, Mark, Score, by_dialogue, score, table
from flows.scoring.predictions import LABELS

Marks = Mapping[str, Sequence[Mark]]  # of one system, by metric
FACETS = {"skill": "skill", "turn": "turn", "phenomenon": "phenomenon", "turns": "turns of the dialogue"}


def page(
    title: str, notes: Sequence[str], systems: Mapping[str, Marks], titles: Mapping[str, str],
    reasons: Mapping[str, Counter[str]], facets: Mapping[str, Facet],
) -> str:  # fmt: skip
    parts = [f"# {title}", *notes, headline(systems, titles)]
    parts += ["## Rounds without a picture", failures(reasons)]
    compared = list(comparisons(systems, titles))
    if compared:
        parts += [
            "## Systems compared",
            "The difference is the second's score less the first's, over dialogues; `up` and `down` count dialogues "
            "that got better and worse, p is the exact sign test of them.",
            lines(("metric", "first", "second", "difference", "dialogues", "up", "down", "p"), compared),
        ]
    parts += [
        "## Broken down",
        "Means over rounds, not over dialogues, so a group's weight is its rounds.",
        *broken_down(systems, titles, facets),
    ]
    return "\n\n".join(parts) + "\n"


def headline(systems: Mapping[str, Marks], titles: Mapping[str, str]) -> str:
    """The mean over each dialogue, then over dialogues, as eq. 5 to 7 have it."""
    rows = []
    for name, marks in systems.items():
        rounds = next(iter(marks.values()))
        counts = (f"{len({mark.dialogue_id for mark in rounds}):,}", f"{len(rounds):,}")
        rows.append((name, *counts, *(cell(score(by_dialogue(marks[metric]))) for metric in titles)))
    return lines(("system", "dialogues", "rounds", *titles.values()), rows)


def failures(reasons: Mapping[str, Counter[str]]) -> str:
    names = sorted({reason for found in reasons.values() for reason in found})
    if not names:
        return "Every system made a picture in every round."
    rows = [(reason, *(f"{found[reason]:,}" for found in reasons.values())) for reason in names]
    total = ("all", *(f"{found.total():,}" for found in reasons.values()))
    return lines(("reason", *reasons), [*rows, total])


def comparisons(systems: Mapping[str, Marks], titles: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for first, second in combinations([name for name in systems if name != LABELS], 2):
        for metric, title in titles.items():
            found = compare(by_dialogue(systems[first][metric]), by_dialogue(systems[second][metric]))
            if found is not None:
                difference = f"{found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
                yield title, first, second, difference, f"{found.n:,}", str(found.up), str(found.down), f"{found.p:.2g}"


def broken_down(systems: Mapping[str, Marks], titles: Mapping[str, str], facets: Mapping[str, Facet]) -> Iterator[str]:
    cells: dict[tuple[str, str], dict[str, dict[str, Score]]] = {}
    for name, marks in systems.items():
        for row in table(marks, facets):
            cells.setdefault((row.metric, row.facet), {}).setdefault(row.group, {})[name] = row.score
    for facet in facets:
        for metric, title in titles.items():
            groups = cells.get((metric, facet), {})
            if groups:
                yield f"### {title} by {FACETS.get(facet, facet)}"
                rows = [
                    (group, f"{max(s.n for s in found.values()):,}", *(cell(found.get(name)) for name in systems))
                    for group, found in sorted(groups.items(), key=lambda item: natural(item[0]))
                ]
                yield lines((FACETS.get(facet, facet), "n", *systems), rows)


def natural(group: str) -> tuple[int, str]:
    return (int(group), "") if group.isdigit() else (0, group)


def cell(found: Score | None) -> str:
    return "" if found is None else f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    every = [[text.replace("|", "\\|") for text in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    told = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in every]
    return "\n".join([told[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *told[1:]])
