"""Transfer: dialogues whose words owe nothing to the project's phrase banks, to see whether a model that was trained
on the project's data understands people it has not heard.

    {"id": "t146", "manner": "dog person, gushing", "pictures": ["a puppy in tall grass", "a puppy …"],
     "turns": [{"user": "omg pop a tiny cowboy hat on my puppy", "attached": [0], "intent": "add_object",
                "parameters": {"object": "tiny cowboy hat", "target": "puppy"}, "reply": "Yeehaw!", "image_after": 1}]}

A line of transfer.jsonl is a dialogue. `pictures` are what the pictures show, in order of first appearance;
`attached` and `image_after` point into them as in a release (docs/releases.md), and `image_1` in a parameter is
`pictures[0]`. Nothing was painted: the words carry the labels, and answers to questions are in the replies.

How it was written: a language model read the cards, the guideline and docs/data.md, and neither banks, templates, the
independent reader nor a release. It made up one person per dialogue and put down what that person would type, then
the label. A second pass read every turn as a stranger; where a label could be argued about, the words were mended until
it could not. A third labelled all turns anew from the words, and what differed was mended. Then the independent reader
was run over it: of the turns on which it differs those were mended whose words could be taken its way, the others left.
All passes were the writer's own, so the set is a second voice and no proof: no person has judged it.

It is for measuring. Nothing may be trained, tuned or written on it, or it stops telling anything.
"""

from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.errors import BadInput, complaint
from schemas.identity import Record, digest
from schemas.image import Image, Recipe
from schemas.skill import IMAGE, Value

TRANSFER = Path(__file__).with_name("transfer.jsonl")
UNPAINTED = "unpainted"


class TransferTurn(Record):
    """What is said, and the call and reply that answer it."""

    user: str = Field(min_length=1)
    attached: tuple[int, ...] = ()
    intent: str
    parameters: dict[str, Value]
    reply: str = Field(min_length=1)
    image_after: int | None = None
    phenomena: tuple[str, ...] = ()

    @property
    def call(self) -> Call:
        return Call(intent=self.intent, parameters=self.parameters)

    @property
    def answer(self) -> Answer:
        return Answer(call=self.call, reply=self.reply)


class TransferDialogue(Record):
    id: str = Field(pattern=r"^t\d{3}$")
    manner: str = Field(min_length=3)
    pictures: tuple[str, ...] = ()
    turns: tuple[TransferTurn, ...] = Field(min_length=1, max_length=4)

    @model_validator(mode="after")
    def pictures_are_shown_before_they_are_named(self) -> Self:
        shown: set[int] = set()
        for n, turn in enumerate(self.turns):
            shown.update(turn.attached)
            for name, value in turn.parameters.items():
                if (match := IMAGE.match(str(value))) and int(match[1]) - 1 not in shown:
                    raise ValueError(f"turns.{n}.parameters.{name}: {value} was not shown yet")
            if turn.image_after is not None:
                shown.add(turn.image_after)
        if shown != set(range(len(self.pictures))):
            raise ValueError(f"turns: show pictures {sorted(shown)}, but there are {len(self.pictures)}")
        return self

    def current(self, n: int) -> int | None:
        """The picture that stands before the user at turn `n`, what that turn attaches included."""
        before = [i for turn in self.turns[:n] for i in (*turn.attached, turn.image_after) if i is not None]
        return next(reversed([*before, *self.turns[n].attached]), None)

    @property
    def dialogue(self) -> Dialogue:
        """As the metrics take it; its pictures were never painted, so an image is the hash of what it should show."""
        turns = (
            Turn(
                user=turn.user,
                attached=turn.attached,
                call=turn.call,
                reply=turn.reply,
                image_before=self.current(n),
                image_after=turn.image_after,
                phenomena=turn.phenomena,
            )
            for n, turn in enumerate(self.turns)
        )
        return Dialogue(
            id=self.id,
            prompt_id=self.id,
            prompt=self.pictures[0] if self.pictures else "",
            category="transfer",
            author="transfer",
            renderer=UNPAINTED,
            manner=self.manner,
            turns=tuple(turns),
            images=tuple(map(unpainted, self.pictures)),
        )


def unpainted(caption: str) -> Image:
    call = Call(intent="text_to_image", parameters={"prompt": caption})
    return Image(sha256=digest(caption), recipe=Recipe(renderer=UNPAINTED, seed="0", call=call))


def read(path: Path = TRANSFER) -> tuple[TransferDialogue, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({error})") from error
    dialogues: dict[str, TransferDialogue] = {}
    for number, line in enumerate(lines, 1):
        dialogue = dialogue_of(path, number, line)
        if dialogue.id in dialogues:
            raise BadInput(f"{path}: line {number}: id: {dialogue.id!r} stands on an earlier line too; give it another")
        dialogues[dialogue.id] = dialogue
    return tuple(dialogues.values())


def dialogue_of(path: Path, number: int, line: str) -> TransferDialogue:
    try:
        return TransferDialogue.model_validate_json(line)
    except ValidationError as error:
        raise BadInput(f"{path}: line {number}: {complaint(error, TransferDialogue)}") from error
