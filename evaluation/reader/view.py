"""View: what a reader may see of a turn, and nothing else.

    View(past=(Past(user="remove the dog", call=remove_object(...), reply="Gone.", before=0, after=1),),
         user="now make it brighter", attached=())

A dialogue is turned into a view before anything is read, so that the label, the pictures' scenes and later turns
are out of reach.
"""

from typing import NamedTuple

from schemas.answer import Call
from schemas.dialogue import Dialogue


class Past(NamedTuple):
    user: str
    attached: tuple[int, ...]
    call: Call
    reply: str
    before: int | None
    after: int | None


class View(NamedTuple):
    past: tuple[Past, ...]
    user: str
    attached: tuple[int, ...]

    @property
    def last(self) -> Past | None:
        return self.past[-1] if self.past else None

    @property
    def current(self) -> int | None:
        """The picture on the screen: attached just now, made or shown by an earlier turn."""
        if self.attached:
            return self.attached[-1]
        for past in reversed(self.past):
            if past.after is not None:
                return past.after
            if past.before is not None:
                return past.before
            if past.attached:
                return past.attached[-1]
        return None

    @property
    def last_change(self) -> Past | None:
        """The latest turn that made or showed a picture."""
        return next((past for past in reversed(self.past) if past.after is not None), None)

    def until(self, n: int) -> "View":
        """The view that turn n of the past had."""
        return View(self.past[:n], self.past[n].user, self.past[n].attached)


def view_of(dialogue: Dialogue, n: int) -> View:
    past = tuple(
        Past(turn.user, turn.attached, turn.call, turn.reply, turn.image_before, turn.image_after)
        for turn in dialogue.turns[:n]
    )
    return View(past, dialogue.turns[n].user, dialogue.turns[n].attached)
