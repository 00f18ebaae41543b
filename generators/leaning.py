"""Turns that lean on the one before: a value corrected, a request repeated for another thing, a change taken
back for another; and wishes that lean on the guideline.

Corrections and repetitions are calls of the last turn's skill with one parameter changed. A correction goes
back to the picture before the change it corrects, so its label names that picture; a repetition goes on from
the current one.
"""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from generators.banks import leaning
from generators.edits import EDITS
from generators.guideline import guideline
from generators.moves import other_skill, take_turn
from generators.proposals import PROPOSERS, Proposal, View
from generators.walk import Walk
from schemas.outline import PlannedTurn
from schemas.skill import Value

TRIES = 20
REPEATABLE = ("recolor", "remove_object", "replace_object")
OF_ITS_OWN = ("picture", "pronoun", "pronoun_of", "avoid")  # facts about how the last turn was spoken


def lean(walk: Walk) -> bool:
    """Perhaps a turn that leans on the last: a correction, the same for another thing, a change of mind."""
    last = walk.turns[-1] if walk.turns else None
    if last is None or last.image_after is None or last.image_before is None or last.call.intent not in EDITS:
        return False
    rates, roll = walk.rates, walk.rng.random()
    if roll < rates.correction:
        return vary(walk, "correction")
    if roll < rates.correction + rates.ellipsis:
        return vary(walk, "ellipsis")
    if roll < rates.correction + rates.ellipsis + rates.change_of_mind:
        return take_turn(walk, other_skill(walk), last.image_before)
    return False


def wish_vaguely(walk: Walk, skill: str | None = None) -> bool:
    """A wish that names no parameter; the guideline's table says what it stands for."""
    wishes = [wish for wish in guideline().vague if walk.plan.dialogues.mix.get(wish.intent) or wish.intent == skill]
    wishes = [wish for wish in wishes if skill in (None, wish.intent)]
    scene = walk.shots[walk.current].scene if walk.current is not None else None
    if not wishes or scene is None:
        return False
    wish = walk.rng.choice(wishes)
    proposal = Proposal(wish.parameters, {"instruction": walk.rng.choice(wish.said)}, "guideline")
    return walk.draw(wish.intent, proposal, scene, walk.current or 0, leans="vague")


def vary(walk: Walk, how: str) -> bool:
    """The last call with one value changed: as a correction of it, or as another like it."""
    last = walk.turns[-1]
    source = last.image_before if how == "correction" else last.image_after
    scene = walk.shots[source].scene if source is not None and walk.is_picture(source) else None
    if source is None or scene is None:
        return False
    view = View(scene, walk.slot.split, len(walk.turns), False, None)
    found = (corrected if how == "correction" else repeated)(last, view, walk.rng)
    if found is None:
        return False
    given = found.given | {"changed": found.changed}
    proposal = Proposal(found.parameters, given, f"{how} of {found.changed}")
    return walk.draw(last.call.intent, proposal, scene, source, leans=how)


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
    if not slots or last.call.intent not in PROPOSERS or last.given.get("leans") == "vague":
        return None
    slot = rng.choice(slots)
    old = {k: v for k, v in last.call.parameters.items() if k not in ("image", "avoid")}
    for _ in range(TRIES):
        fresh = PROPOSERS[last.call.intent](view, rng)
        if fresh is None or fresh.parameters.keys() != old.keys() or fresh.parameters[slot] == old[slot]:
            continue
        if fresh.parameters[slot] == last.call.parameters.get("avoid"):
            continue  # it was to be left alone
        if fresh.given.get("relation") != last.given.get("relation") or in_sky(fresh.parameters) != in_sky(old):
            continue
        given = {**last.given, **({slot: fresh.given[slot]} if slot in fresh.given else {})}
        given = {k: v for k, v in given.items() if k not in OF_ITS_OWN}
        return Variation({**old, slot: fresh.parameters[slot]}, slot, given)
    return None


def in_sky(parameters: Mapping[str, Value]) -> bool:
    """What flies is not corrected into standing, nor the other way about."""
    return parameters.get("position") == "sky"
