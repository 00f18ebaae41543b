"""Agreement: how far annotators judge alike, per question and per annotator.

    agreement(judgements, checks={"5b0c…": "a"})
    -> Agreement(questions=(Question("preferences", "human", "verdict", items=210, ratings=430, raw=.83, alpha=.71), …),
                 annotators=(Annotator("anna@x.org", "human", judged=140, skipped=2, alike=.85, checks=5, …), …))

Krippendorff's alpha is 1 where all agree and 0 where they agree as often as chance would have it; items that only one
person judged do not count. It is None where there is nothing to disagree on: no item twice, or one answer throughout.
Naturalness has ranks, so a step between neighbours weighs less than one across the scale.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import Literal, NamedTuple

from schemas.annotation import Judgement, Project, Side

Level = Literal["nominal", "ordinal", "interval"]
Value = str | int
# Which judge says what of which item: the ratings of one question.
Ratings = Mapping[Hashable, Sequence[Value]]


class Question(NamedTuple):
    project: Project
    judge: str
    name: str
    items: int
    ratings: int
    raw: float | None
    alpha: float | None


class Annotator(NamedTuple):
    """`alike` is the share of other people's verdicts on the same items that were the same; of `checks` items with a
    known better side, `passed` were judged so."""

    name: str
    judge: str
    judged: int
    skipped: int
    unusable: int
    alike: float | None
    checks: int
    passed: int
    seconds: float | None


class Agreement(NamedTuple):
    questions: tuple[Question, ...]
    annotators: tuple[Annotator, ...]


def verdict_of(judgement: Judgement) -> Value | None:
    return judgement.verdict


def corrected_skill_of(judgement: Judgement) -> Value | None:
    return judgement.corrected.call.intent if judgement.corrected else None


def naturalness_of(judgement: Judgement) -> Value | None:
    return judgement.naturalness


QUESTIONS: Mapping[str, tuple[Callable[[Judgement], Value | None], Level]] = {
    "verdict": (verdict_of, "nominal"),
    "corrected skill": (corrected_skill_of, "nominal"),
    "naturalness": (naturalness_of, "ordinal"),
}


def agreement(judgements: Iterable[Judgement], checks: Mapping[str, Side]) -> Agreement:
    """People and simulated annotators are counted apart. `checks` leads from an item's key to its better side."""
    given = sorted(judgements, key=lambda j: (j.project, j.judge, j.item, j.annotator))
    groups: dict[tuple[Project, str], list[Judgement]] = defaultdict(list)
    for judgement in given:
        groups[judgement.project, judgement.judge].append(judgement)
    questions = [q for (project, judge), group in groups.items() for q in asked(project, judge, group)]
    names = dict.fromkeys((j.judge, j.annotator) for j in sorted(given, key=lambda j: (j.judge, j.annotator)))
    people = [annotator(name, [j for j in given if j.judge == judge], checks) for judge, name in names]
    return Agreement(tuple(questions), tuple(people))


def asked(project: Project, judge: str, group: Sequence[Judgement]) -> Iterator[Question]:
    """The questions that somebody answered; check items tell of annotators, and of agreement like all others."""
    for name, (said, level) in QUESTIONS.items():
        units: dict[Hashable, list[Value]] = defaultdict(list)
        for judgement in group:
            value = said(judgement) if judgement.status == "ok" else None
            if value is not None:
                units[judgement.item].append(value)
        if units:
            count = sum(map(len, units.values()))
            yield Question(project, judge, name, len(units), count, raw_agreement(units), alpha(units, level))


def annotator(name: str, given: Sequence[Judgement], checks: Mapping[str, Side]) -> Annotator:
    own = [j for j in given if j.annotator == name]
    verdicts = {j.item: j.verdict for j in own if j.status == "ok"}
    others = [j for j in given if j.annotator != name and j.status == "ok" and j.item in verdicts]
    checked = [item for item in verdicts if item in checks]
    times = [j.seconds for j in own if j.seconds is not None]
    return Annotator(
        name=name,
        judge=own[0].judge,
        judged=len(verdicts),
        skipped=sum(j.status == "skipped" for j in own),
        unusable=sum(j.status in ("empty", "invalid") for j in own),
        alike=share([verdicts[j.item] == j.verdict for j in others]),
        checks=len(checked),
        passed=sum(verdicts[item] == checks[item] for item in checked),
        seconds=median(times) if times else None,
    )


def share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None


def raw_agreement(units: Ratings) -> float | None:
    """The share of pairs of ratings of one item that are the same."""
    return share([a == b for values in units.values() for a, b in combinations(values, 2)])


def alpha(units: Ratings, level: Level = "nominal") -> float | None:
    """Krippendorff's alpha from the coincidences of values within items; missing ratings are simply not there."""
    weights: dict[tuple[Value, Value], float] = defaultdict(float)
    for values in units.values():
        if len(values) < 2:
            continue
        pairs = Counter((a, b) for i, a in enumerate(values) for j, b in enumerate(values) if i != j)
        for pair, count in pairs.items():
            weights[pair] += count / (len(values) - 1)
    totals: dict[Value, float] = defaultdict(float)
    for (a, _), weight in weights.items():
        totals[a] += weight
    apart = distance(totals, level)
    n = sum(totals.values())
    by_chance = sum(totals[a] * totals[b] * apart(a, b) for a in totals for b in totals)
    if not by_chance:
        return None
    observed = sum(weight * apart(a, b) for (a, b), weight in weights.items())
    return 1 - (n - 1) * observed / by_chance


def distance(totals: Mapping[Value, float], level: Level) -> Callable[[Value, Value], float]:
    """How far two values are apart: not the same, by what lies between them, or by their difference."""
    if level == "nominal":
        return lambda a, b: float(a != b)
    if level == "interval":
        return lambda a, b: (int(a) - int(b)) ** 2

    def ranks(a: Value, b: Value) -> float:
        low, high = min(int(a), int(b)), max(int(a), int(b))
        between = sum(count for value, count in totals.items() if low <= int(value) <= high)
        return (between - (totals[a] + totals[b]) / 2) ** 2

    return ranks


def table(found: Agreement) -> str:
    """Both as plain text, in columns."""
    questions = [
        [q.project, q.judge, q.name, str(q.items), str(q.ratings), percent(q.raw), number(q.alpha)]
        for q in found.questions
    ]
    people = [
        [
            p.name,
            p.judge,
            str(p.judged),
            str(p.skipped),
            str(p.unusable),
            percent(p.alike),
            f"{p.passed}/{p.checks}",
            "-" if p.seconds is None else f"{p.seconds:.0f}",
        ]
        for p in found.annotators
    ]
    return "\n\n".join(
        (
            columns(["project", "judge", "question", "items", "ratings", "raw", "alpha"], questions),
            columns(["annotator", "judge", "judged", "skipped", "unusable", "alike", "checks", "seconds"], people),
        )
    )


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def columns(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]
    )
