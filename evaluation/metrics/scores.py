"""Marks into scores: a mean with its count and its interval, over all and broken down.

    score([Mark("p3fa…", 0, 1.0), Mark("p3fa…", 1, 0.0), …])
    -> Score(value=0.912, n=2301, dialogues=1000, low=0.9, high=0.923)

Turns of one dialogue are no independent draws: who misunderstands a turn is apt to misunderstand the next. So
intervals come from drawing whole dialogues, with replacement; 95 of 100 such draws lie from `low` to `high`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.dialogue import Dialogue
from schemas.identity import keyed

K = TypeVar("K")

Numbers = NDArray[np.float64]
Place = tuple[str, int | None]
Facet = Mapping[Place, tuple[str, ...]]
RESAMPLES = 1000
LEAST, MOST = 0.025, 0.975
AT_ONCE = 2_000_000


class Mark(NamedTuple):
    """What one turn scored, or one dialogue where `turn` is None."""

    dialogue_id: str
    turn: int | None
    value: float
    weight: float = 1.0

    @property
    def place(self) -> Place:
        return self.dialogue_id, self.turn


class Score(NamedTuple):
    """`n` counts the marks, `dialogues` those they come from."""

    value: float
    n: int
    dialogues: int
    low: float
    high: float


class Row(NamedTuple):
    metric: str
    facet: str
    group: str
    score: Score


def score(marks: Sequence[Mark], resamples: int = RESAMPLES, seed: int = 0) -> Score | None:
    """None where there is nothing to measure."""
    return scores((("all", mark) for mark in marks), resamples, seed).get("all")


def table(
    marks: Mapping[str, Sequence[Mark]], facets: Mapping[str, Facet], resamples: int = RESAMPLES, seed: int = 0
) -> list[Row]:
    """Each metric over all and by each facet; a mark counts in every group that its place has there."""
    rows = []
    for metric, found in marks.items():
        labelled = [(("all", "all"), mark) for mark in found]
        for facet, groups in facets.items():
            labelled += [((facet, group), mark) for mark in found for group in groups.get(mark.place, ())]
        by_group = scores(labelled, resamples, seed)
        for facet in ("all", *facets):
            rows += [Row(metric, *key, by_group[key]) for key in sorted(by_group) if key[0] == facet]
    return rows


def facets_of(dialogues: Iterable[Dialogue]) -> dict[str, Facet]:
    """By skill of the label, by the turn's position, by phenomenon, and by how many turns the dialogue has."""
    skill: dict[Place, tuple[str, ...]] = {}
    position: dict[Place, tuple[str, ...]] = {}
    phenomenon: dict[Place, tuple[str, ...]] = {}
    length: dict[Place, tuple[str, ...]] = {}
    for dialogue in dialogues:
        length[dialogue.id, None] = (str(len(dialogue.turns)),)
        for n, turn in enumerate(dialogue.turns):
            skill[dialogue.id, n] = (turn.call.intent,)
            position[dialogue.id, n] = (str(n + 1),)
            phenomenon[dialogue.id, n] = turn.phenomena or ("none",)
            length[dialogue.id, n] = (str(len(dialogue.turns)),)
    return {"skill": skill, "turn": position, "phenomenon": phenomenon, "turns": length}


def by_dialogue(marks: Sequence[Mark]) -> list[Mark]:
    """Each dialogue's mean, so that a long dialogue counts no more than a short one."""
    return [
        Mark(dialogue_id, None, sum(m.value * m.weight for m in own) / sum(m.weight for m in own))
        for dialogue_id, own in own_marks(marks).items()
    ]


def whole_dialogues(marks: Sequence[Mark]) -> list[Mark]:
    """One for a dialogue in which every turn is right, else nought."""
    return [
        Mark(dialogue_id, None, float(min(m.value for m in own) >= 1)) for dialogue_id, own in own_marks(marks).items()
    ]


def own_marks(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.dialogue_id, []).append(mark)
    return found


def scores(labelled: Iterable[tuple[K, Mark]], resamples: int, seed: int) -> dict[K, Score]:
    """The score of each group. All groups see the same draws, so that what is drawn moves them together."""
    found = list(labelled)
    dialogues = {name: row for row, name in enumerate(sorted({mark.dialogue_id for _, mark in found}))}
    groups = {key: column for column, key in enumerate(dict.fromkeys(key for key, _ in found))}
    sums, weights = np.zeros((2, len(dialogues), len(groups)))
    counts = np.zeros((len(dialogues), len(groups)), dtype=np.int64)
    for key, mark in found:
        at = dialogues[mark.dialogue_id], groups[key]
        sums[at] += mark.value * mark.weight
        weights[at] += mark.weight
        counts[at] += 1
    if not found:
        return {}
    values = sums.sum(axis=0) / weights.sum(axis=0)
    low, high = interval(
        np.vstack([ratio(drawn @ sums, drawn @ weights) for drawn in draws(len(dialogues), resamples, seed)])
    )
    totals = zip(values, counts.sum(axis=0), (counts > 0).sum(axis=0), low, high, strict=True)
    return {
        key: Score(float(v), int(n), int(d), float(a), float(b))
        for key, (v, n, d, a, b) in zip(groups, totals, strict=True)
    }


def draws(dialogues: int, resamples: int, seed: int) -> Iterator[Numbers]:
    """How often each dialogue was drawn, one row for each resample, some rows at a time."""
    rng = np.random.default_rng(keyed("bootstrap", seed, dialogues).getrandbits(128))
    rows = max(1, AT_ONCE // dialogues)
    for start in range(0, resamples, rows):
        many = min(rows, resamples - start)
        chosen = rng.integers(dialogues, size=(many, dialogues)) + dialogues * np.arange(many)[:, None]
        yield np.bincount(chosen.ravel(), minlength=many * dialogues).reshape(many, dialogues).astype(np.float64)


def ratio(sums: Numbers, weights: Numbers) -> Numbers:
    """Undefined where a rare group was not drawn at all."""
    with np.errstate(invalid="ignore"):
        found: Numbers = sums / weights
    return found


def interval(resampled: Numbers) -> tuple[Numbers, Numbers]:
    low, high = np.nanquantile(resampled, (LEAST, MOST), axis=0)
    return low, high
