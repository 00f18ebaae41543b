"""Doings: a call as a verb phrase that fits a user's "and …" and the assistant's "Shall I …?" alike."""

from generators.banks import slots
from generators.exchange_bank import exchanges
from generators.phrasing import known
from schemas.outline import PlannedTurn

UNSAID = frozenset({"image"})


def doings(turn: PlannedTurn) -> list[str]:
    """The phrases that say all of this call and nothing beyond it."""
    facts = known(turn)
    to_say = set(turn.call.parameters) - UNSAID
    found = []
    for doing in exchanges().doings.get(turn.call.intent, ()):
        if any(str(facts.get(name)) != str(value) for name, value in doing.when.items()):
            continue
        for text in doing.said:
            names = {name for name, _ in slots(text)}
            if names <= facts.keys() and not to_say - names - doing.when.keys() - implied(names):
                found.append(text)
    return found


def implied(names: set[str]) -> set[str]:
    """Parameters that other facts say: an angle is said by its degrees and turn, a style by its phrase."""
    return {said for fact, said in (("degrees", "angle"), ("as_style", "style")) if fact in names}
