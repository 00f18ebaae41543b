"""Human score: what people think of a dialogue's pictures, by the paper's two criteria at equal weight.

    Rating("p3fa…", "annotator-1f3c", understanding=5, consistency=4)  ->  (1.0 + 0.75) / 2 = 0.875

Both are given from 1 to 5 and counted from 0 to 1. A dialogue's mark is the mean over those who rated it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from evaluation.metrics.scores import Mark, by_dialogue
from schemas.errors import BadInput

LOWEST, HIGHEST = 1, 5


class Rating(NamedTuple):
    dialogue_id: str
    annotator: str
    understanding: int
    consistency: int


def human_marks(ratings: Sequence[Rating]) -> dict[str, list[Mark]]:
    return {
        "human_score": rated(ratings, lambda r: (share(r.understanding) + share(r.consistency)) / 2),
        "understanding": rated(ratings, lambda r: share(r.understanding)),
        "consistency": rated(ratings, lambda r: share(r.consistency)),
    }


def rated(ratings: Sequence[Rating], value: Callable[[Rating], float]) -> list[Mark]:
    return by_dialogue([Mark(rating.dialogue_id, None, value(rating)) for rating in ratings])


def share(given: int) -> float:
    if not LOWEST <= given <= HIGHEST:
        raise BadInput(f"a rating of {given} is not between {LOWEST} and {HIGHEST}")
    return (given - LOWEST) / (HIGHEST - LOWEST)
