"""Rounds: the turns of a dialogue that make a picture, as the picture metrics see them.

    rounds(dialogue, library)
    -> (Round("p3fa…", 0, "text_to_image", new=True, run=0, said=(Said("draw a fox", text_to_image(…)),), …),
        Round("p3fa…", 1, "add_object", new=False, run=0, said=(…, Said("give it a hat", add_object(…))), …))

Chat and VQA turns are left out. A run is what began as one picture, new or brought by the user, and all that was made
of it. Rounds come from the labels alone, so every system is measured on the same rounds.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from evaluation.metrics.claims import Claims, claims_of_edit, claims_of_picture, claims_of_prompt
from schemas.answer import Call
from schemas.dialogue import Dialogue, Turn
from schemas.image import Image
from schemas.skill import Library

Pictures = Mapping[tuple[str, int], Image]


class Said(NamedTuple):
    """One text of those that a picture comes from: the user's words, and the call that they mean."""

    words: str
    call: Call


class Round(NamedTuple):
    """`begins` is the picture that the user brought, where the run goes back to one. `said` is text_1 … text_i of
    eq. 5, of the turns that led to this picture and no others; `claims` are what a painted one should show by then."""

    dialogue_id: str
    turn: int
    skill: str
    new: bool
    run: int
    begins: Image | None
    said: tuple[Said, ...]
    claims: Claims


class Line(NamedTuple):
    """What stands behind one picture of the dialogue."""

    run: int
    begins: Image | None
    said: tuple[Said, ...]
    claims: Claims


def rounds(dialogue: Dialogue, library: Library) -> tuple[Round, ...]:
    lines: dict[int, Line] = {}
    line: Line | None = None
    found = []
    for n, turn in enumerate(dialogue.turns):
        for index in turn.attached:
            lines[index] = brought(dialogue, index)
        card = library[turn.call.intent]
        if not card.draws:
            continue
        line = drawn(dialogue, n) if card.type == "create" else edited(dialogue, n, lines, line)
        if turn.image_after is not None:
            lines.setdefault(turn.image_after, line)
        found.append(Round(dialogue.id, n, card.id, card.type == "create", *line))
    return tuple(found)


def brought(dialogue: Dialogue, index: int) -> Line:
    image = dialogue.images[index]
    made = image.recipe.call
    prompt = str(made.parameters.get("prompt", dialogue.prompt))
    claims = claims_of_picture(image.scene) if image.scene else {}
    return Line(index, image, (Said(prompt, made),), claims)


def drawn(dialogue: Dialogue, n: int) -> Line:
    turn = dialogue.turns[n]
    image = None if turn.image_after is None else dialogue.images[turn.image_after]
    claims = claims_of_prompt(image.scene, turn.call) if image and image.scene else {}
    return Line(run_from(turn, n), None, (Said(turn.user, turn.call),), claims)


def edited(dialogue: Dialogue, n: int, lines: Mapping[int, Line], last: Line | None) -> Line:
    """Goes on from the picture that it works on; where the dialogue names none, from the last one."""
    turn = dialogue.turns[n]
    before = last if turn.image_before is None else lines.get(turn.image_before, last)
    before = before or Line(run_from(turn, n), None, (), {})
    claims: Claims = {}
    if turn.image_before is not None and turn.image_after is not None:
        old, new = dialogue.images[turn.image_before].scene, dialogue.images[turn.image_after].scene
        claims = claims_of_edit(before.claims, old, new) if old and new else {}
    return before._replace(said=(*before.said, Said(turn.user, turn.call)), claims=claims)


def run_from(turn: Turn, n: int) -> int:
    """A run is named by the picture that it begins with; without one by its turn, below nought."""
    return -1 - n if turn.image_after is None else turn.image_after


def labelled_pictures(dialogues: Iterable[Dialogue], library: Library) -> dict[tuple[str, int], Image]:
    """The release's own pictures: what a system makes that is never wrong."""
    return {
        (d.id, n): d.images[turn.image_after]
        for d in dialogues
        for n, turn in enumerate(d.turns)
        if turn.image_after is not None and library[turn.call.intent].draws
    }
