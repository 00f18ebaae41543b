"""What is proposed, and the view of the conversation that a proposer is given."""

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from generators.scenes import describe, visible
from schemas.prompt import Split
from schemas.scene import Scene, Thing
from schemas.skill import Value


class Proposal(NamedTuple):
    """A call's parameters; what the words may use beside them; why this skill and no other."""

    parameters: Mapping[str, Value]
    given: Mapping[str, str] = {}
    reason: str = ""


class View(NamedTuple):
    """The picture a request is about, and where in the conversation it comes."""

    scene: Scene
    split: Split
    turn: int
    last_turn: bool
    spoken_of: str | None
    talk: Mapping[str, float] = {}
    pictures: int = 1


Proposer = Callable[[View, Random], Proposal | None]


def thing_of(view: View, rng: Random, fitting: Callable[[Thing], bool] = lambda _: True) -> str | None:
    """The name of a thing in view, more readily one just spoken of."""
    names = [describe(view.scene, thing) for thing in visible(view.scene) if fitting(thing)]
    if view.spoken_of in names and rng.random() < 0.85:
        return view.spoken_of
    return rng.choice(names) if names else None


def thing_named(view: View, name: str | None) -> Thing | None:
    return next((thing for thing in visible(view.scene) if describe(view.scene, thing) == name), None)
