"""What systems are asked: the test split of a release, and the transfer set, which speaks in other words.

    questions_of(release, "test", limit=100, sees=False)
    -> Questions("test", dialogues=[…], asked=[Asked("p3fa…", 0, Talk(…), …), …], facets={"skill": …, "words": …})

A turn is asked with what was really said and answered before it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evaluation.metrics.scores import Facet, facets_of
from evaluation.transfer import read as read_transfer
from schemas.dialogue import Dialogue
from schemas.errors import Refused
from schemas.prompt import Split
from schemas.talk import Talk
from train.asking import Asked
from train.release import Pictures, Release

TEST, TRANSFER = "test", "transfer"
TRAINED: tuple[Split, ...] = ("sft", "rlhf")


class Questions(NamedTuple):
    """One set: what is asked, and what the answers are held against."""

    name: str
    dialogues: list[Dialogue]
    asked: list[Asked]
    facets: dict[str, Facet]


def questions_of(release: Release, name: str, limit: int | None, sees: bool) -> Questions:
    if name == TEST:
        pairs = list(release.some("test", limit, sees))
        asked = [one for dialogue, pictures in pairs for one in asked_of(dialogue, pictures)]
        dialogues = [dialogue for dialogue, _ in pairs]
        return Questions(name, dialogues, asked, facets_of(dialogues) | {"words": heard(release, dialogues)})
    dialogues = [each.dialogue for each in read_transfer()]
    for dialogue in dialogues:
        for n, turn in enumerate(dialogue.turns):
            if problems := turn.call.problems(release.library):
                raise Refused(
                    f"the transfer set is for our own skills: {dialogue.id}, turn {n + 1}: {problems[0]}; "
                    f"measure with --sets test"
                )
    asked = [one for dialogue in dialogues for one in asked_of(dialogue, None)]
    return Questions(name, dialogues, asked, facets_of(dialogues))


def asked_of(dialogue: Dialogue, pictures: Pictures | None) -> Iterator[Asked]:
    for n in range(len(dialogue.turns)):
        talk = Talk.of(dialogue.turns, n)
        shown = None if pictures is None else seen_in(talk, pictures)
        yield Asked(dialogue.id, n, talk, shown)


def seen_in(talk: Talk, pictures: Pictures) -> Pictures:
    def shown() -> list[bytes]:
        all_of_them = pictures()
        return [all_of_them[place] for place in talk.pictures_seen]

    return shown


def heard(release: Release, dialogues: Iterable[Dialogue]) -> Facet:
    """Whether a turn's construction is one that training hears."""
    known = {turn.construction for split in ("sft", "rlhf") for d, _ in release.dialogues(split) for turn in d.turns}
    return {
        (d.id, n): ("heard in training" if turn.construction in known else "only in test",)
        for d in dialogues
        for n, turn in enumerate(d.turns)
    }
