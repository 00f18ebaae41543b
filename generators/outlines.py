"""Outlines: a conversation walked through before any word is written.

A slot says how many turns there are, how the picture comes in and which skill the dialogue is about; one of a
plan's cell says which phenomenon too. The walk goes from move to move until its turns are full.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from generators.asking import ask_back, offered, pair_up, two_in_one
from generators.edits import EDITS
from generators.exchange_bank import exchanges
from generators.guideline import guideline
from generators.leaning import REPEATABLE, lean, vary, wish_vaguely
from generators.moves import look_back, other_skill, take_turn
from generators.openings import control_shots, own_shot, requested_shot
from generators.proposals import Proposal
from generators.recipes import revise, work_out
from generators.walk import SPARING, Walk, only_subject
from schemas.outline import Outline, Phenomenon, Slot
from schemas.plan import Cell, Plan
from schemas.prompt import Prompt
from schemas.skill import Library

TRIES_PER_TURN = 12
MOST_REVISIONS = 3


class NotPossible(Exception):
    """This attempt cannot become a conversation; the message is the reject's reason."""


def outline(slot: Slot, attempt: int, prompt: Prompt, plan: Plan, library: Library) -> Outline:
    walk = Walk(slot, attempt, prompt, plan, library)
    if not slot.recipe:
        shown = shown_by(slot.phenomenon)
        walk.place_focus(shown.turns, shown.after)
    if slot.recipe == "guided":
        if not work_out(walk):
            raise NotPossible("nothing_to_ask")
    else:
        open_with_picture(walk)
    if slot.recipe == "revision":
        draw_again(walk)
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
    skill = opening_skill(walk)
    if skill == "text_to_image":
        walk.shots.append(requested_shot(walk.prompt, walk.size))
    else:
        walk.shots.extend(control_shots(skill, walk.prompt, walk.size, walk.rng))
        walk.current = 0
    made = walk.shots[-1]
    walk.add_turn(made.call, Proposal(made.call.parameters), after=len(walk.shots) - 1)
    if made.scene is not None:
        walk.spoken_of = only_subject(made)


def opening_skill(walk: Walk) -> str:
    """What makes the first picture: the focus where it is that, else one of the mix."""
    if walk.slot.recipe:
        return "text_to_image"
    if walk.slot.turn_class == "single" or walk.focus in walk.control_skills:
        return walk.focus
    mix = {skill: weight for skill, weight in walk.plan.dialogues.mix.items() if skill in walk.creates and weight}
    return walk.rng.choices(list(mix), list(mix.values()))[0]


def draw_again(walk: Walk) -> None:
    """The recipe of revision: right after the first picture, once or a few times."""
    for n in range(walk.rng.randint(1, min(MOST_REVISIONS, walk.length - 1))):
        if not revise(walk):
            if n == 0:
                raise NotPossible("nothing_to_revise")
            return


def go_on(walk: Walk) -> None:
    """One more move: the focus where it belongs, else what the mix brings that makes sense here."""
    is_focus = len(walk.turns) == walk.focus_at
    if is_focus and walk.slot.phenomenon:
        if not any(show(walk) for _ in range(TRIES_PER_TURN)):
            raise NotPossible(f"no_{walk.slot.phenomenon}")
        return
    if not walk.slot.phenomenon and pair_up(walk):
        return
    if not is_focus and (lean(walk) or roll_vague(walk)):
        return
    for _ in range(TRIES_PER_TURN):
        skill = walk.focus if is_focus else other_skill(walk)
        if take_turn(walk, skill):
            return
    raise NotPossible("focus_not_applicable" if is_focus else "nothing_fits")


def roll_vague(walk: Walk) -> bool:
    return bool(walk.turns) and walk.rng.random() < walk.rates.vague and wish_vaguely(walk)


def show(walk: Walk) -> bool:
    """The slot's phenomenon with the slot's skill, or everything as before."""
    name = walk.slot.phenomenon
    assert name is not None
    before = walk.state()
    if SHOWN[name].make(walk, walk.focus) and any(name in turn.phenomena for turn in walk.turns[len(before[1]) :]):
        return True
    walk.restore(before)
    return False


def after_one(how: str) -> Callable[[Walk, str], bool]:
    """A turn of the skill, and one that varies it."""
    return lambda walk, skill: take_turn(walk, skill) and vary(walk, how)


def surely(rate: str) -> Callable[[Walk, str], bool]:
    """A turn of the skill with something that else is left to chance."""

    def make(walk: Walk, skill: str) -> bool:
        with walk.rated(**{"earlier_image": 0.0, "negative": 0.0, "anaphora": 0.0, "disguised": 0.0, rate: 1.0}):
            return take_turn(walk, skill)

    return make


def change_mind(walk: Walk, skill: str) -> bool:
    if not take_turn(walk, other_skill(walk)):
        return False
    last = walk.turns[-1]
    return last.image_before is not None and last.image_after is not None and take_turn(walk, skill, last.image_before)


class Shown(NamedTuple):
    """How a phenomenon is made on purpose: with which skills, in how many turns, after how many others."""

    make: Callable[[Walk, str], bool]
    skills: frozenset[str]
    turns: int = 1
    after: int = 0


ALL_EDITS = frozenset(EDITS)
OF_THINGS = frozenset({"recolor", "remove_background", "remove_object", "replace_object"})
CORRECTED = ALL_EDITS - {"anime", "instruct_edit", "retouch", "transform", "upscale"}
ASKED = frozenset(entry.skill for entry in exchanges().underspecified) | {"remove_object", "recolor", "replace_object"}
NEW = frozenset({"text_to_image"})
ANY = ALL_EDITS | NEW | {"vqa", "chat"}
SHOWN: Mapping[Phenomenon, Shown] = {
    "anaphora": Shown(surely("anaphora"), OF_THINGS, after=1),
    "backtracking": Shown(lambda walk, skill: look_back(walk), frozenset({"chat"}), after=1),
    "change_of_mind": Shown(change_mind, ALL_EDITS, turns=2),
    "compound": Shown(lambda walk, skill: two_in_one(walk, skill, other_skill(walk)), ALL_EDITS, turns=2),
    "correction": Shown(after_one("correction"), CORRECTED, turns=2),
    "disguised": Shown(surely("disguised"), frozenset({"vqa"})),
    "earlier_image": Shown(surely("earlier_image"), ALL_EDITS, after=1),
    "ellipsis": Shown(after_one("ellipsis"), frozenset(REPEATABLE), turns=2),
    "intent_switch": Shown(take_turn, ANY, after=1),
    "negative": Shown(surely("negative"), SPARING | NEW),
    "new_picture": Shown(take_turn, NEW, after=1),
    "short_answer": Shown(ask_back, ASKED, turns=2),
    "vague": Shown(wish_vaguely, frozenset(wish.intent for wish in guideline().vague), after=1),
    "yes_no": Shown(lambda walk, skill: offered(walk, other_skill(walk), skill, declined=False), ALL_EDITS, turns=2),
}
PLAIN = Shown(take_turn, ANY)
OF_A_RECIPE = Shown(lambda walk, skill: False, NEW, turns=2)


def shown_by(phenomenon: Phenomenon | None) -> Shown:
    return PLAIN if phenomenon is None else SHOWN.get(phenomenon, OF_A_RECIPE)


def obstacle(cell: Cell, library: Library) -> str | None:
    """Why a plan's cell can never be filled, or None."""
    shown, skill = shown_by(cell.phenomenon), library[cell.skill]
    if cell.phenomenon and cell.skill not in shown.skills and cell.phenomenon != "intent_switch":
        return f"{cell.skill} cannot show {cell.phenomenon}; {', '.join(sorted(shown.skills))} can"
    opened = skill.type == "create" and cell.phenomenon is not None and shown is not OF_A_RECIPE
    least = shown.turns + shown.after + opened
    return f"{cell.phenomenon} takes at least {least} turns, not {cell.turns}" if cell.turns < least else None
