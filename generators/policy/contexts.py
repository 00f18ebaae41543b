"""The context of a turn, as people see it who judge answers to it: the talk, and the pictures there are."""

from generators.policy.moment import current, shown
from schemas.annotation import Context, Line
from schemas.dialogue import Dialogue


def context_of(dialogue: Dialogue, turn: int) -> Context:
    """Pictures keep their numbers as far as they were shown; nothing of the turn's own answer is in it."""
    count = max(shown(dialogue, turn), default=-1) + 1
    lines: list[Line] = []
    for n, said in enumerate(dialogue.turns[: turn + 1]):
        lines.append(Line(who="user", text=said.user, pictures=said.attached))
        if n < turn:
            made = () if said.image_after is None else (said.image_after,)
            lines.append(Line(who="assistant", text=said.reply, pictures=made))
    return Context(
        dialogue_id=dialogue.id,
        turn=turn,
        lines=tuple(lines),
        pictures=tuple(image.sha256 for image in dialogue.images[:count]),
        current=current(dialogue, turn),
    )
