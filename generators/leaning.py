"""Turns that lean on the one before: a value corrected, a request repeated for another thing.

Both are calls of the last turn's skill with one parameter changed. A correction goes back to the picture
before the change it corrects, so its label names that picture; a repetition goes on from the current one.
"""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from generators.banks import leaning
from generators.proposals import PROPOSERS, View
from schemas.outline import PlannedTurn
from schemas.skill import Value

TRIES = 20
REPEATABLE = ("recolor", "remove_object", "replace_object")


class Variation(NamedTuple):
    """The last call with one parameter changed, and how the new value is spoken."""

    parameters: dict[str, Value]
    changed: str
    given: dict[str, str]


def corrected(last: PlannedTurn, view: View, rng: Random) -> Variation | None:
    """The last call as it should have been."""
    slots = [slot for slot in leaning().correction if slot in last.call.parameters]
    return varied(last, slots, view, rng)


def repeated(last: PlannedTurn, view: View, rng: Random) -> Variation | None:
    """The last call for another thing."""
    return varied(last, ["object"], view, rng) if last.call.intent in REPEATABLE else None


def varied(last: PlannedTurn, slots: list[str], view: View, rng: Random) -> Variation | None:
    """One of the slots with another value that a fresh proposal for the same skill would have."""
    if not slots or last.call.intent not in PROPOSERS:
        return None
    slot = rng.choice(slots)
    old = {k: v for k, v in last.call.parameters.items() if k not in ("image", "avoid")}
    for _ in range(TRIES):
        fresh = PROPOSERS[last.call.intent](view, rng)
        if fresh is None or fresh.parameters.keys() != old.keys() or fresh.parameters[slot] == old[slot]:
            continue
        if fresh.given.get("relation") != last.given.get("relation") or in_sky(fresh.parameters) != in_sky(old):
            continue
        given = {**last.given, **({slot: fresh.given[slot]} if slot in fresh.given else {})}
        given = {k: v for k, v in given.items() if k not in ("picture", "pronoun", "pronoun_of", "avoid")}
        return Variation({**old, slot: fresh.parameters[slot]}, slot, given)
    return None


def in_sky(parameters: Mapping[str, Value]) -> bool:
    """What flies is not corrected into standing, nor the other way about."""
    return parameters.get("position") == "sky"
