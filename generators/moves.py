"""Moves: how one more turn comes about. A proposer says what could be wanted now, the renderer's own rules
whether it can be drawn; the walk remembers.
"""

from generators.edits import EDITS
from generators.proposals import PROPOSERS, Proposal, View
from generators.proposals.card import proposer_of
from generators.sense import is_known
from generators.walk import Walk
from schemas.answer import Call

# Requests that take a thing, one of which often follows when a thing has just been spoken of.
OF_A_THING = ("add_object", "recolor", "remove_object", "replace_object", "transform")
STAYS_WITH_THE_THING = 0.6


def other_skill(walk: Walk) -> str:
    last = walk.turns[-1].call.intent if walk.turns else None
    follow = [skill for skill in OF_A_THING if walk.plan.dialogues.mix.get(skill) and skill != last]
    if walk.spoken_of and follow and walk.rng.random() < STAYS_WITH_THE_THING:
        return walk.rng.choice(follow)
    mix = {
        skill: weight * (0.25 if skill == last or skill == "text_to_image" else 1)
        for skill, weight in walk.plan.dialogues.mix.items()
        if weight and skill not in walk.control_skills and not (skill in walk.creates and not walk.turns)
    }
    return walk.rng.choices(list(mix), list(mix.values()))[0]


def take_turn(walk: Walk, skill: str, back_to: int | None = None) -> bool:
    """A turn for this skill; `back_to` is the picture that a change of mind returns to."""
    if back_to is not None and (skill not in EDITS or not walk.is_picture(back_to)):
        return False
    if skill == "chat" and len(walk.shots) > 1 and walk.rng.random() < 0.5:
        return look_back(walk)
    source = choose_picture(walk, skill) if back_to is None else back_to
    scene = walk.shots[source].scene
    if scene is None:
        return False
    proposal = propose(walk, skill, source)
    if proposal is None:
        return False
    if skill in walk.creates | EDITS.keys():
        return walk.draw(skill, proposal, scene, source, "change_of_mind" if back_to is not None else None)
    call = Call(intent=skill, parameters=dict(proposal.parameters))
    walk.add_turn(call, proposal, after=None, phenomena=phenomena_of_words(walk, skill, proposal))
    return True


def propose(walk: Walk, skill: str, source: int) -> Proposal | None:
    scene = walk.shots[source].scene
    assert scene is not None
    spoken_of = walk.spoken_of if source == walk.current else None
    last = len(walk.turns) == walk.length - 1
    view = View(scene, walk.slot.split, len(walk.turns), last, spoken_of, walk.plan.dialogues.talk, len(walk.shots))
    proposer = PROPOSERS.get(skill) or proposer_of(walk.library[skill])
    found = proposer(view, walk.rng)
    if found is not None and skill == "vqa" and is_known(walk.turns, found):
        return None
    if found is not None and skill == "vqa" and walk.rng.random() < walk.rates.disguised:
        return found._replace(given={**found.given, "phrased": "command"})
    return found


def phenomena_of_words(walk: Walk, skill: str, proposal: Proposal) -> list[str]:
    """What is worth knowing of a turn that draws nothing: the kind of talk, a question in a command's clothes."""
    if skill == "chat":
        return [proposal.given["kind"]]
    return ["disguised"] if "phrased" in proposal.given else []


def choose_picture(walk: Walk, skill: str) -> int:
    assert walk.current is not None
    shown = [n for n in range(len(walk.shots)) if n != walk.current and walk.is_picture(n)]
    if skill in EDITS and shown and walk.rng.random() < walk.rates.earlier_image:
        return walk.rng.choice(shown)
    return walk.current


def look_back(walk: Walk) -> bool:
    """A bare wish to see an earlier picture again: undo, or back to one by name."""
    assert walk.current is not None
    undoable = walk.before_last is not None and walk.is_picture(walk.before_last) and walk.goes_straight()
    if walk.before_last is not None and undoable and walk.rng.random() < 0.5:
        target, given = walk.before_last, {"kind": "undo"}
    else:
        shown = [n for n in range(len(walk.shots)) if n != walk.current and walk.is_picture(n)]
        if not shown:
            return False
        target = walk.rng.choice(shown)
        given = {"kind": "back", "picture": walk.name_of(target)}
    call = Call(intent="chat", parameters={"show": f"image_{target + 1}"})
    walk.add_turn(call, Proposal(call.parameters, given), target, phenomena=["backtracking"])
    walk.spoken_of = None
    return True
