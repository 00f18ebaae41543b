"""Examples: turns that people could have typed, a few of which are shown to a model with each task, for the tone.

    examples(outline)  -> [Example(shows="remove_object", manner="terse", wants="asks for this: take out the bench",
                                   user="bench away", reply="Gone, and the lawn closed up behind it.")]

Which ones hangs on the outline's id: some that show what its turns show, some in its manner.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

from generators.banks import read_yaml
from generators.tasks import TEMPLATES
from schemas.errors import BadInput
from schemas.identity import Record, keyed
from schemas.outline import Outline, PlannedTurn

FILE = "examples.yaml"
FEWEST, MOST = 2, 4


class Example(Record):
    """What a turn wants, a person's words for it, and the reply; `shows` is a skill, kind of talk or phenomenon."""

    shows: str
    manner: str
    wants: str
    how: str = ""
    user: str
    reply: str


@cache
def all_examples(folder: Path = TEMPLATES) -> tuple[Example, ...]:
    own = folder / FILE
    path = own if own.is_file() else TEMPLATES / FILE
    known = read_yaml(path)
    if not isinstance(known, list):
        raise BadInput(f"{path}: is no list of examples")
    return tuple(Example.from_data(entry) for entry in known)


def examples(outline: Outline, folder: Path = TEMPLATES) -> list[Example]:
    rng, chosen, every = keyed("examples", outline.id), list[Example](), all_examples(folder)
    shown = [name for turn in outline.turns for name in shown_by(turn, every)][:MOST]
    for wanted in shown:
        chosen += one_of([e for e in every if e.shows == wanted], outline, chosen, rng)
    for fitting in ([e for e in every if e.shows in shown], [e for e in every if e.manner == outline.slot.manner]):
        while len(chosen) < FEWEST and (more := one_of(fitting, outline, chosen, rng)):
            chosen += more
    return chosen


def shown_by(turn: PlannedTurn, every: Sequence[Example]) -> list[str]:
    """What of a turn an example could show, the most telling first and one alone."""
    names = [turn.given.get("leans", ""), *turn.phenomena, turn.given.get("kind", ""), turn.call.intent]
    known = {example.shows for example in every}
    return [name for name in names if name in known][:1]


def one_of(fitting: list[Example], outline: Outline, taken: list[Example], rng: Random) -> list[Example]:
    """One that was not taken, in the outline's manner if there is one."""
    left = [example for example in fitting if example not in taken]
    alike = [example for example in left if example.manner == outline.slot.manner]
    return [rng.choice(alike or left)] if left else []
