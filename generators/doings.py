"""Doings: a call as a verb phrase that fits a user's "and …" and the assistant's "Shall I …?" alike."""

from generators.banks import slots
from generators.exchange_bank import exchanges
from generators.phrasing import implied, known, says
from schemas.outline import PlannedTurn

UNSAID = frozenset({"image"})


def doings(turn: PlannedTurn) -> list[str]:
    """The phrases that say all of this call and nothing beyond it."""
    facts = known(turn)
    to_say = set(turn.call.parameters) - UNSAID
    found = []
    for doing in exchanges().doings.get(turn.call.intent, ()):
        if not says(doing.when, facts):
            continue
        for text in doing.said:
            names = {name for name, _ in slots(text)}
            if names <= facts.keys() and not to_say - names - doing.when.keys() - implied(names):
                found.append(text)
    return found
