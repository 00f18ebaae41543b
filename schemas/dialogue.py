"""Dialogue: turns of user words, the call that answers them, the reply, and the pictures made.

    turns[1] = Turn(user="now put sunglasses on it", call=add_object(...), reply="Sunglasses are on.",
                    image_before=0, image_after=1)

Pictures stand in `images` in order of first appearance; turns point into it. `image_1` in a
parameter is `images[0]`. Where a picture is worked out by questions, a turn's `phrase` is what it
adds to the prompt and `dimension` what that is about.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.answer import Answer, Call
from schemas.identity import Record
from schemas.image import Image
from schemas.preference import Preference
from schemas.prompt import Dimension
from schemas.skill import IMAGE

LabelSource = Literal["outline", "human", "simulated"]


class Turn(Record):
    user: str = Field(min_length=1)
    attached: tuple[int, ...] = ()
    call: Call
    reply: str = Field(min_length=1)
    image_before: int | None = None
    image_after: int | None = None
    phenomena: tuple[str, ...] = ()
    dimension: Dimension | None = None
    phrase: str | None = None
    construction: str | None = None
    label_source: LabelSource = "outline"

    @property
    def answer(self) -> Answer:
        return Answer(call=self.call, reply=self.reply)


class Dialogue(Record):
    id: str
    prompt_id: str
    prompt: str
    category: str
    author: str
    renderer: str
    manner: str | None = None
    turns: tuple[Turn, ...] = Field(min_length=1)
    images: tuple[Image, ...] = ()
    preferences: tuple[Preference, ...] = ()

    @model_validator(mode="after")
    def indexes_point_somewhere(self) -> Self:
        for n, turn in enumerate(self.turns):
            used = [*turn.attached, turn.image_before, turn.image_after]
            named = [int(m[1]) - 1 for v in turn.call.parameters.values() if (m := IMAGE.match(str(v)))]
            for index in [i for i in used if i is not None] + named:
                if not 0 <= index < len(self.images):
                    raise ValueError(f"turn {n} points at picture {index} of {len(self.images)}")
        for preference in self.preferences:
            if not 0 <= preference.turn < len(self.turns):
                raise ValueError(f"a preference points at turn {preference.turn} of {len(self.turns)}")
        return self

    @property
    def user_words(self) -> str:
        return "\n".join(turn.user for turn in self.turns)
