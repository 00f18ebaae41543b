"""Executing: what becomes of a conversation's pictures when a system's answers are run, turn by turn.

    execute(dialogue, answers, library, (512, 512))
    -> [Tried("p3fa…-004-0", 0, add_object(…), Scene(…)),
        Tried("p3fa…-004-0", 2, recolor(…), None, "no_such_thing", "'the car' is not one thing in the picture, …")]

The user's words and what the user attaches are the release's; everything else is the system's own: an edit works on
the picture that the system itself made last, and a turn that went wrong leaves the pictures as they were.

Pictures keep the numbers of the release, since these are what the system was told: `image_3` is what it made in the
round whose label makes picture 3, and is not there where it made nothing in that round. What it draws where the label
draws nothing has no number; it is the picture at hand until the next.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from generators.running import Size, problems, run
from generators.scenes import CannotDraw
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue
from schemas.errors import Refused
from schemas.scene import Scene
from schemas.skill import IMAGE, Library, Skill

EXECUTING = 1  # raised when the same answers give other pictures


class Tried(NamedTuple):
    """A turn that should make a picture, or did. Without a scene `reason` is a word that programs can test, and `told`
    says it to people."""

    dialogue_id: str
    turn: int
    call: Call | None
    scene: Scene | None
    reason: str = ""
    told: str = ""


class Easel:
    """The pictures that a system has by now."""

    def __init__(self) -> None:
        self.numbered: dict[int, Scene] = {}
        self.at_hand: Scene | None = None

    def put(self, scene: Scene, number: int | None) -> None:
        self.at_hand = scene
        if number is not None:
            self.numbered.setdefault(number, scene)

    def meant(self, call: Call, card: Skill) -> Scene | None:
        """The picture that the call names, else the one at hand."""
        name = named_picture(call, card)
        if name is None:
            return self.at_hand
        number = int(name.removeprefix("image_")) - 1
        if number not in self.numbered:
            raise CannotDraw("no_such_picture", f"{call.intent}: {name} is not there")
        return self.numbered[number]


def execute(dialogue: Dialogue, answers: Sequence[Answer | None], library: Library, size: Size) -> list[Tried]:
    """Of each turn whose label draws, or whose answer does, what came of it."""
    return list(tries(dialogue, answers, library, size))


def tries(dialogue: Dialogue, answers: Sequence[Answer | None], library: Library, size: Size) -> Iterator[Tried]:
    easel = Easel()
    for n, (turn, answer) in enumerate(zip(dialogue.turns, answers, strict=True)):
        for index in turn.attached:
            easel.put(scene_of(dialogue, index), index)
        call = answer.call if answer else None
        label_draws = library[turn.call.intent].draws
        try:
            scene = carried_out(dialogue, n, call, easel, library, size)
        except CannotDraw as error:
            card = library.get(call.intent) if call else None
            if label_draws or (card and card.draws):
                yield Tried(dialogue.id, n, call, None, error.reason, str(error))
        else:
            easel.put(scene, turn.image_after if label_draws else None)
            yield Tried(dialogue.id, n, call, scene)


def carried_out(dialogue: Dialogue, n: int, call: Call | None, easel: Easel, library: Library, size: Size) -> Scene:
    if call is None:
        raise CannotDraw("no_answer", "the text is no answer")
    for problem in problems(call, library):
        raise CannotDraw("unfit", problem)
    card = library[call.intent]
    before = easel.meant(call, card)
    if not card.draws:
        if card.type == "talk" and before is not None:
            easel.put(before, None)
        raise CannotDraw("draws_nothing", f"{call.intent} draws nothing")
    return run(call, before, library, seed_of(dialogue, n, card), size)


def named_picture(call: Call, card: Skill) -> str | None:
    """The picture that a call names by its number, in whatever input the card has for it."""
    named = (str(call.parameters[i.name]) for i in card.inputs if i.type == "image" and i.name in call.parameters)
    return next((name for name in named if IMAGE.match(name)), None)


def seed_of(dialogue: Dialogue, n: int, card: Skill) -> str:
    """What the release was drawn with: edits hang on the prompt; a new picture on its own place, or where the label
    makes none, on the turn."""
    if card.type != "create":
        return dialogue.prompt_id
    made = dialogue.turns[n].image_after
    return dialogue.images[made].recipe.seed if made is not None else f"{dialogue.id}/{n}"


def scene_of(dialogue: Dialogue, index: int) -> Scene:
    scene = dialogue.images[index].scene
    if scene is None:
        raise Refused(
            f"{dialogue.id}: image_{index + 1} was not painted by the embedded painter, so no call can be run on it"
        )
    return scene
