"""Two systems on the same turns: is one better, or was it luck?

    compare(marks["sft"]["isa"], marks["sft+dpo"]["isa"])
    -> Comparison(difference=0.021, low=0.012, high=0.031, n=2301, up=74, down=26, p=1.7e-06)

`up` and `down` count the turns that got better and worse. If neither system were better, each such turn would be a
fair coin: p is the exact chance of a split at least as uneven. For right-or-wrong marks this is McNemar's exact test,
for graded ones the sign test. It takes turns as independent; give it whole dialogues' marks, or trust the interval,
which draws dialogues.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import comb
from typing import NamedTuple

import numpy as np

from evaluation.metrics.scores import RESAMPLES, Mark, draws, interval, ratio
from schemas.errors import Refused


class Comparison(NamedTuple):
    """`difference` is the second system's score less the first one's."""

    difference: float
    low: float
    high: float
    n: int
    up: int
    down: int
    p: float


def compare(
    first: Sequence[Mark], second: Sequence[Mark], resamples: int = RESAMPLES, seed: int = 0
) -> Comparison | None:
    """None where there is nothing to compare; refused where the two were not measured on the same turns."""
    before, after = {m.place: m for m in first}, {m.place: m for m in second}
    if before.keys() != after.keys() or len(before) != len(first) or len(after) != len(second):
        apart = sorted(map(str, before.keys() ^ after.keys()))[:3]
        raise Refused(f"the two systems were measured on different turns: {len(first)} and {len(second)}, {apart}")
    if any(before[place].weight != after[place].weight for place in before):
        raise Refused("the two systems' marks weigh differently: compare means by dialogue instead")
    if not first:
        return None
    dialogues = {name: row for row, name in enumerate(sorted({mark.dialogue_id for mark in first}))}
    sums, weights = np.zeros((2, len(dialogues), 1))
    for place, mark in before.items():
        sums[dialogues[mark.dialogue_id]] += (after[place].value - mark.value) * mark.weight
        weights[dialogues[mark.dialogue_id]] += mark.weight
    resampled = [ratio(drawn @ sums, drawn @ weights) for drawn in draws(len(dialogues), resamples, seed)]
    low, high = interval(np.vstack(resampled))
    up = sum(after[place].value > mark.value for place, mark in before.items())
    down = sum(after[place].value < mark.value for place, mark in before.items())
    difference = float(sums.sum() / weights.sum())
    return Comparison(difference, float(low[0]), float(high[0]), len(before), up, down, exact_p(up, down))


def exact_p(up: int, down: int) -> float:
    """Two-sided: the chance that fair coins fall at least as unevenly."""
    coins = up + down
    tail = sum(comb(coins, k) for k in range(min(up, down) + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2**coins)))
