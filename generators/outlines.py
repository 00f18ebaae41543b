"""Outlines: a conversation walked through before any word is written.

A slot says how many turns there are, how the picture comes in and which skill the dialogue is about. The
walk asks a proposer what could be wanted now, or leans on the turn before, and has the renderer's own rules
say whether it can be drawn.
"""

from generators.edits import EDITS
from generators.guideline import guideline
from generators.leaning import corrected, repeated
from generators.openings import control_shots, own_shot, requested_shot
from generators.proposals import PROPOSERS, Proposal, View
from generators.proposals.card import proposer_of
from generators.walk import Walk, only_subject
from schemas.answer import Call
from schemas.outline import Outline, PlannedTurn, Slot
from schemas.plan import Plan
from schemas.prompt import Prompt
from schemas.skill import Library

TRIES_PER_TURN = 12
# Requests that take a thing, one of which often follows when a thing has just been spoken of.
OF_A_THING = ("add_object", "recolor", "remove_object", "replace_object", "transform")
STAYS_WITH_THE_THING = 0.4


class NotPossible(Exception):
    """This attempt cannot become a conversation; the message is the reject's reason."""


def outline(slot: Slot, attempt: int, prompt: Prompt, plan: Plan, library: Library) -> Outline:
    walk = Walk(slot, attempt, prompt, plan, library)
    open_with_picture(walk)
    while len(walk.turns) < walk.length:
        go_on(walk)
    return Outline(
        id=walk.id, attempt=attempt, slot=slot, prompt=prompt, shots=tuple(walk.shots), turns=tuple(walk.turns)
    )


def open_with_picture(walk: Walk) -> None:
    """The first picture: attached by the user, or asked for in the first turn."""
    if walk.slot.opening == "attached":
        shot = own_shot(walk.prompt, walk.size, faulty=walk.focus == "retouch")
        if shot is None:
            raise NotPossible("focus_not_applicable")
        walk.shots.append(shot)
        walk.current = 0
        return
    mix = {skill: weight for skill, weight in walk.plan.dialogues.mix.items() if skill in walk.creates and weight}
    single = walk.slot.turn_class == "single"
    skill = walk.focus if single else walk.rng.choices(list(mix), list(mix.values()))[0]
    if skill == "text_to_image":
        walk.shots.append(requested_shot(walk.prompt, walk.size))
    else:
        walk.shots.extend(control_shots(skill, walk.prompt, walk.size, walk.rng))
        walk.current = 0
    made = walk.shots[-1]
    walk.add_turn(made.call, Proposal(made.call.parameters), after=len(walk.shots) - 1)
    if made.scene is not None:
        walk.spoken_of = only_subject(made)


def go_on(walk: Walk) -> None:
    """One more turn: the focus where it belongs, else what the mix brings that makes sense here."""
    n = len(walk.turns)
    is_focus = n == walk.focus_at
    if not is_focus and (lean(walk) or wish_vaguely(walk)):
        return
    for _ in range(TRIES_PER_TURN):
        skill = walk.focus if is_focus else other_skill(walk)
        if take_turn(walk, skill):
            return
    raise NotPossible("focus_not_applicable" if is_focus else "nothing_fits")


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


def lean(walk: Walk) -> bool:
    """Perhaps a turn that leans on the last: a correction, the same for another thing, a change of mind."""
    last = walk.turns[-1] if walk.turns else None
    if last is None or last.image_after is None or last.image_before is None or last.call.intent not in EDITS:
        return False
    rates, roll = walk.plan.dialogues, walk.rng.random()
    if roll < rates.correction:
        return vary(walk, last, last.image_before, "correction")
    if roll < rates.correction + rates.ellipsis:
        return vary(walk, last, last.image_after, "ellipsis")
    if roll < rates.correction + rates.ellipsis + rates.change_of_mind:
        return take_turn(walk, other_skill(walk), last.image_before)
    return False


def wish_vaguely(walk: Walk) -> bool:
    """A wish that names no parameter; the guideline's table says what it stands for."""
    if walk.current is None or not walk.turns or walk.rng.random() >= walk.plan.dialogues.vague:
        return False
    wishes = [wish for wish in guideline().vague if walk.plan.dialogues.mix.get(wish.intent)]
    scene = walk.shots[walk.current].scene
    if not wishes or scene is None:
        return False
    wish = walk.rng.choice(wishes)
    proposal = Proposal(wish.parameters, {"leans": "vague", "instruction": walk.rng.choice(wish.said)}, "guideline")
    return walk.draw(wish.intent, proposal, scene, walk.current, leans="vague")


def vary(walk: Walk, last: PlannedTurn, source: int, how: str) -> bool:
    scene = walk.shots[source].scene
    if scene is None or not walk.is_picture(source):
        return False
    view = View(scene, walk.slot.split, len(walk.turns), False, None)
    found = (corrected if how == "correction" else repeated)(last, view, walk.rng)
    if found is None:
        return False
    given = found.given | {"leans": how, "changed": found.changed}
    proposal = Proposal(found.parameters, given, f"{how} of {found.changed}")
    return walk.draw(last.call.intent, proposal, scene, source, leans=how)


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
    spoken_of = walk.spoken_of if source == walk.current else None
    view = View(scene, walk.slot.split, len(walk.turns), len(walk.turns) == walk.length - 1, spoken_of)
    propose = PROPOSERS.get(skill) or proposer_of(walk.library[skill])
    proposal = propose(view, walk.rng)
    if proposal is None:
        return False
    if not walk.library[skill].draws or skill not in walk.creates | EDITS.keys():
        walk.add_turn(Call(intent=skill, parameters=dict(proposal.parameters)), proposal, after=None)
        return True
    return walk.draw(skill, proposal, scene, source, "change_of_mind" if back_to is not None else None)


def choose_picture(walk: Walk, skill: str) -> int:
    assert walk.current is not None
    shown = [n for n in range(len(walk.shots)) if n != walk.current and walk.is_picture(n)]
    if skill in EDITS and shown and walk.rng.random() < walk.plan.dialogues.earlier_image:
        return walk.rng.choice(shown)
    return walk.current


def look_back(walk: Walk) -> bool:
    """A bare wish to see an earlier picture again: undo, or back to one by name."""
    assert walk.current is not None
    if walk.before_last is not None and walk.is_picture(walk.before_last) and walk.rng.random() < 0.5:
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
