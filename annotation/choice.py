"""Choice: which items people are asked to judge, where there are more than they can.

    chosen(items, 500, stratum=lambda item: item.context…, seed=7, checks=known, share=0.03)

Where a score says how much an item is worth judging (how unsure a model is, how far annotators differ), the highest
come first. The rest is spread evenly over strata, such as skills, so that a rare one is not crowded out by a common
one. The same items, however they come, give the same choice in the same order.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from schemas.annotation import Item
from schemas.identity import keyed

Score = Callable[[Item], float | None]


def chosen(
    items: Iterable[Item],
    limit: int,
    stratum: Callable[[Item], str],
    seed: int,
    score: Score | None = None,
    checks: Sequence[Item] = (),
    share: float = 0.0,
) -> list[Item]:
    """At most `limit` items in a keyed order, `share` of them from `checks`, which stand among the others unseen."""
    watching = shuffled(checks, seed, "checks")[: round(limit * share)]
    scored, unscored = parted(shuffled(items, seed, "items"), score)
    ranked = sorted(scored, key=lambda pair: -pair[1])  # equal scores stay in their keyed order
    order = [item for item, _ in ranked] + spread(unscored, stratum)
    kept = [item for item in order if item.key not in {check.key for check in watching}]
    return shuffled([*kept[: limit - len(watching)], *watching], seed, "order")


def shuffled(items: Iterable[Item], seed: int, what: str) -> list[Item]:
    """Each item once, in an order that hangs on the seed and their keys alone."""
    once = {item.key: item for item in items}
    keys = sorted(once)
    keyed(seed, "choice", what).shuffle(keys)
    return [once[key] for key in keys]


def parted(items: Sequence[Item], score: Score | None) -> tuple[list[tuple[Item, float]], list[Item]]:
    """Those that have a score, with it, and those that have none."""
    if score is None:
        return [], list(items)
    scores = [(item, score(item)) for item in items]
    return [(i, s) for i, s in scores if s is not None], [i for i, s in scores if s is None]


def spread(items: Sequence[Item], stratum: Callable[[Item], str]) -> list[Item]:
    """One of each stratum, then a second of each that has one, and so on."""
    rank: dict[str, int] = defaultdict(int)
    placed = []
    for place, item in enumerate(items):
        placed.append((rank[stratum(item)], place, item))
        rank[stratum(item)] += 1
    return [item for _, _, item in sorted(placed, key=lambda each: each[:2])]


def disagreement(verdicts: Mapping[str, Sequence[str]]) -> Score:
    """A score for items that were judged before: the share of pairs of verdicts that differ."""

    def score(item: Item) -> float | None:
        given = verdicts.get(item.key, ())
        pairs = len(given) * (len(given) - 1)
        return sum(a != b for a in given for b in given) / pairs if pairs else None

    return score
