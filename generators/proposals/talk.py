"""Turns that call for words alone: questions about the picture, and talk."""

from random import Random

from generators.banks import banks
from generators.facts import facts
from generators.proposals.view import Proposal, View

AS_SAID = "(as said)"  # stands for the user's own words where a parameter quotes them
AT_THE_START = frozenset({"greeting"})
WITH_A_PICTURE = frozenset({"greeting", "howto", "capability", "advice"})
AT_THE_END = frozenset({"done"})
BACKWARDS = frozenset({"undo", "back"})


def propose_vqa(view: View, rng: Random) -> Proposal | None:
    known = facts(view.scene)
    if not known:
        return None
    kind = rng.choice(sorted({fact.kind for fact in known}))
    fact = rng.choice([fact for fact in known if fact.kind == kind])
    return Proposal(
        {"question": AS_SAID}, {**fact.given, "kind": fact.kind, "answer": fact.answer}, "asks what is seen"
    )


def propose_chat(view: View, rng: Random) -> Proposal | None:
    """Talk of a kind that makes sense now, as often as the plan weighs it."""
    fitting: list[dict[str, str]] = []
    topics = {tuple(group.when.items()): group.when for group in banks()["chat"].groups}
    for when in topics.values():
        kind = str(when.get("kind"))
        if kind in BACKWARDS or (kind in AT_THE_START and view.turn) or (kind in AT_THE_END and not view.last_turn):
            continue
        if when.get("topic") == "compare" and view.pictures < 2:
            continue
        if not view.turn and kind not in WITH_A_PICTURE:
            continue
        fitting.append({key: str(value) for key, value in when.items()})
    weights = [view.talk.get(given["kind"], 0.0 if view.talk else 1.0) for given in fitting]
    if not any(weights):
        return None
    return Proposal({}, rng.choices(fitting, weights)[0], "words alone are called for")
