"""A simulated rater: it is told how much of a performance is right, and says so with the noise that people have.

    rate("9c41…", Known(understood=0.75, consistent=0.9), "simulated-1", seed=7)
    -> Opinion(item="9c41…", annotator="simulated-1", judge="simulated", understanding=4, consistency=5, seconds=41.2)

What it says is always named as simulated. Each rater is milder or stricter than others throughout; `ERRS` is how
often one has not looked.
"""

from random import Random
from typing import NamedTuple

from annotation.simulated import SKIPS, SPREAD
from schemas.identity import keyed
from schemas.rating import Opinion

LOWEST, HIGHEST = 1, 5
ERRS = 0.05
MILDNESS, NOISE = 0.3, 0.6  # standard deviations, in steps of the scale
SECONDS = 40.0


class Known(NamedTuple):
    """Shares from 0 to 1: of what was asked that was done, and of the pictures' contents that are as they should be."""

    understood: float
    consistent: float


def rate(item: str, known: Known, annotator: str, seed: int) -> Opinion:
    rng = keyed(seed, "rating", annotator, item)
    mildness = keyed(seed, "mildness", annotator).gauss(0, MILDNESS)
    seconds = round(SECONDS * rng.lognormvariate(0, SPREAD), 1)
    if rng.random() < SKIPS:
        return Opinion(item=item, annotator=annotator, judge="simulated", status="skipped", seconds=seconds)
    return Opinion(
        item=item,
        annotator=annotator,
        judge="simulated",
        understanding=step(known.understood, mildness, rng),
        consistency=step(known.consistent, mildness, rng),
        seconds=seconds,
    )


def step(share: float, mildness: float, rng: Random) -> int:
    if rng.random() < ERRS:
        return rng.randint(LOWEST, HIGHEST)
    felt = LOWEST + (HIGHEST - LOWEST) * share + mildness + rng.gauss(0, NOISE)
    return min(max(round(felt), LOWEST), HIGHEST)
