"""How far a set of texts spreads: whether its members mean many things, or one thing in many words.

    spread(["a fox in the snow", "a red car", …], embed, 500)
    -> Spread(texts=500, words=7.1, distinct=100.0, pairwise=0.93, nearest=0.41, vendi=118.0, dimensions=63.0)

The texts become points by a sentence model that is handed in. Numbers of two sets compare only when both were
drawn to the same size with the same model: a larger set has nearer neighbours and more dimensions.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.identity import keyed

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]


class Spread(NamedTuple):
    """`pairwise` and `nearest` are mean cosine distances to all others and to the nearest other; `vendi` is how many
    unlike texts would be as various; `dimensions` in how many directions the texts differ."""

    texts: int
    words: float
    distinct: float
    pairwise: float
    nearest: float
    vendi: float
    dimensions: float


def spread(texts: Sequence[str], embed: Embed, size: int) -> Spread:
    """Of a sample that depends on nothing but the texts, whatever order they come in."""
    chosen = drawn(texts, size)
    points = unit(embed(chosen))
    return Spread(
        texts=len(chosen),
        words=sum(len(text.split()) for text in chosen) / len(chosen),
        distinct=100 * len({" ".join(text.casefold().split()) for text in chosen}) / len(chosen),
        pairwise=pairwise_distance(points),
        nearest=nearest_distance(points),
        vendi=vendi_score(points),
        dimensions=effective_dimensions(points),
    )


def drawn(texts: Sequence[str], size: int) -> list[str]:
    return keyed("spread", size).sample(sorted(texts), min(size, len(texts)))


def unit(vectors: Vectors) -> Vectors:
    """Of length one; a text without a known word stays at the origin, unlike everything."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return scaled


def pairwise_distance(points: Vectors) -> float:
    n = len(points)
    total = float(np.square(points.sum(axis=0, dtype=np.float64)).sum() - np.square(points, dtype=np.float64).sum())
    return 1 - total / (n * (n - 1))


def nearest_distance(points: Vectors) -> float:
    likeness = points @ points.T
    np.fill_diagonal(likeness, -1)
    return float(1 - likeness.max(axis=1).mean(dtype=np.float64))


def vendi_score(points: Vectors) -> float:
    """The exponential of the entropy of the similarity matrix's eigenvalues (Friedman and Dieng, 2023), which are
    those of the much smaller matrix of second moments."""
    shares = eigenvalues(points.T.astype(np.float64) @ points / len(points))
    return float(np.exp(-(shares * np.log(shares)).sum()))


def effective_dimensions(points: Vectors) -> float:
    """The participation ratio of the covariance: d where the points fill d directions alike, 1 on a line."""
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    variances = eigenvalues(centred.T @ centred / len(points))
    return float(variances.sum() ** 2 / np.square(variances).sum()) if len(variances) else 0.0


def eigenvalues(symmetric: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.linalg.eigvalsh(symmetric).astype(np.float64)
    return found[found > 1e-12]
