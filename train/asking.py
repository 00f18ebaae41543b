"""What every system under test is asked, and what it gives back, be it a trained model, a baseline or an endpoint.

    asked = Asked("p3fa19c2b7d-004-0", 1, Talk(…), pictures)
    for place, text in system(asked_of_all): …          ("p3fa19c2b7d-004-0", 1), '{"intent": "recolor", …}'

A system is a function from all that it is asked to its answers, in whatever order they come; each is written down the
moment it arrives, so a run that was stopped goes on. A system that sees calls `pictures()` for the bytes of
`talk.pictures_seen`, in that order; one that reads only never does. It is None where nobody painted any.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from schemas.talk import Talk

Place = tuple[str, int]


class Asked(NamedTuple):
    dialogue_id: str
    turn: int
    talk: Talk
    pictures: Callable[[], list[bytes]] | None

    @property
    def place(self) -> Place:
        return self.dialogue_id, self.turn


System = Callable[[Sequence[Asked]], Iterable[tuple[Place, str]]]
