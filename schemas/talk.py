"""Talk: a conversation as a model is asked to go on with it, up to the user's words of a turn.

    Talk(before=(Exchange(words="make it blue", shows=(0,), answer=Answer(…)),), words="and add a hat", shows=(1,))

`shows` are the pictures that come before the model's eyes with the user's words, as places in the dialogue's pictures:
those that the user brings, and the one that the answer before made or went back to. A picture's place is its name:
`image_2` in a parameter is place 1.
"""

from collections.abc import Sequence
from typing import Protocol, Self

from schemas.answer import Answer
from schemas.identity import Record


class Turn(Protocol):
    """What a talk needs to know of a turn, be it a dialogue's or one that was written down elsewhere."""

    @property
    def user(self) -> str: ...
    @property
    def attached(self) -> tuple[int, ...]: ...
    @property
    def answer(self) -> Answer: ...
    @property
    def image_after(self) -> int | None: ...


class Exchange(Record):
    words: str
    shows: tuple[int, ...]
    answer: Answer


class Talk(Record):
    before: tuple[Exchange, ...]
    words: str
    shows: tuple[int, ...]

    @classmethod
    def of(cls, turns: Sequence[Turn], n: int) -> Self:
        """The talk up to the user's words of turn `n`, with what was really answered until then."""
        told = [(turn.user, shown_with(turns, k)) for k, turn in enumerate(turns[: n + 1])]
        before = (
            Exchange(words=words, shows=shows, answer=turn.answer)
            for (words, shows), turn in zip(told[:-1], turns, strict=False)
        )
        words, shows = told[-1]
        return cls(before=tuple(before), words=words, shows=shows)

    @property
    def messages(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """All that the user said, with the pictures that came with it."""
        return (*((each.words, each.shows) for each in self.before), (self.words, self.shows))

    @property
    def pictures_seen(self) -> tuple[int, ...]:
        """The places of all pictures that came up, in the order in which they first did."""
        return tuple(dict.fromkeys(place for _, shows in self.messages for place in shows))


def shown_with(turns: Sequence[Turn], n: int) -> tuple[int, ...]:
    made = turns[n - 1].image_after if n else None
    places = [*([] if made is None else [made]), *turns[n].attached]
    return tuple(dict.fromkeys(places))
