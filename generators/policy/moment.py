"""The moment a policy answers at, and errors.yaml, the tables of what a weak model gets wrong.

m = Moment(dialogue, n=1, library, rng)
m.gold -> Answer(call=add_object(object="sunglasses", target="fox"), reply="Sunglasses are on.")
m.things -> ("fox", "barrel on the left")        m.shown -> (0, 1)
"""

import re
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from pydantic import Field

from generators.banks import read_yaml
from generators.catalogue import colours, kinds
from generators.scenes import describe, read, visible
from schemas.answer import Answer
from schemas.dialogue import Dialogue, Turn
from schemas.identity import Record
from schemas.scene import Scene
from schemas.skill import Library, Skill, Value

LEAD = re.compile(
    r"^((ok(ay)?|so|hi( there)?|hey|hello|now|and|then|next|also|great|nice|right|please|pls|plz|alright|well|but|oh|um"
    r"|good morning|good evening)\b[\s,!.:-]*)+",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"^(can|could|would|will) you (please |pls |kindly )?|^i('d| would) like (you )?to |^i want (you )?to ", re.I
)
TAIL = re.compile(
    r"[\s,.!?]*\b(please|pls|plz|thanks?( you)?( so much| very much| a lot| a bunch| a million)?|many thanks|thx|ty"
    r"|cheers|if (that's )?possible|if you can)?[\s.!?]*$",
    re.IGNORECASE,
)
ARTICLED = re.compile(r"^(an?|the|some|my|your|his|her|its|their|one|two|three|four|five|six|no|many|\d+)\b", re.I)
HEAD = re.compile(r"\b(in|on|at|with|of|by|near|under|next|behind|to|beside|that|who|and)\b.*$|,.*$", re.I)
UNCOUNTED = frozenset(
    {"space", "outer space", "background", "snow", "rain", "fog", "text", "grass", "water", "transparent"}
)
# What is said beside the request: that a picture comes with it, how one feels.
ASIDE = re.compile(
    r"\b(attached|uploaded|here'?s|here is|(this|that|it)('s| is) (my|the|a)|my (own )?(picture|image|photo|pic)\b)",
    re.I,
)


class Crossing(Record):
    """One way in which a skill is taken for another; errors.yaml tells what its fields hold."""

    skill: str
    parameters: dict[str, Value]
    when: dict[str, Value] = Field(default_factory=dict)
    heard: tuple[str, ...] = ()
    talk: tuple[str, ...] = ()
    weight: float = 1.0


class Tables(Record):
    crossings: dict[str, tuple[Crossing, ...]]
    amounts: dict[str, tuple[int, ...]]
    sizes: tuple[str, ...]
    colours: tuple[str, ...]
    guesses: dict[str, tuple[str, ...]]
    invented: dict[str, tuple[str, ...]]
    flourishes: tuple[str, ...]
    strays: dict[str, Value]
    done: tuple[str, ...]
    asks: tuple[str, ...]
    answers: tuple[str, ...]
    openers: tuple[str, ...]
    around: tuple[str, ...]
    parrots: tuple[str, ...]
    scraps: tuple[str, ...]
    run_ons: tuple[str, ...]
    languages: dict[str, dict[str, tuple[str, ...]]]
    values: dict[str, dict[str, str]]


@cache
def tables() -> Tables:
    return Tables.from_data(read_yaml(Path(__file__).parent / "errors.yaml"))


class Moment(NamedTuple):
    dialogue: Dialogue
    n: int
    library: Library
    rng: Random

    @property
    def turn(self) -> Turn:
        return self.dialogue.turns[self.n]

    @property
    def gold(self) -> Answer:
        return self.turn.answer

    @property
    def skill(self) -> Skill:
        return self.library[self.turn.call.intent]

    @property
    def before(self) -> tuple[Turn, ...]:
        return self.dialogue.turns[: self.n]

    @property
    def shown(self) -> tuple[int, ...]:
        """The pictures there are by the user's words, as they came."""
        return shown(self.dialogue, self.n)

    @property
    def current(self) -> int | None:
        return current(self.dialogue, self.n)

    @property
    def scene(self) -> Scene | None:
        """What the picture shows that the turn is about."""
        place = self.turn.image_before if self.turn.image_before is not None else self.current
        return None if place is None else self.dialogue.images[place].scene

    @property
    def things(self) -> tuple[str, ...]:
        """What can be taken for what is meant: things in the picture, and those spoken of before."""
        seen = [describe(self.scene, thing) for thing in visible(self.scene)] if self.scene else []
        named = [
            str(value)
            for turn in self.before
            for name, value in turn.call.parameters.items()
            if (known := self.library.get(turn.call.intent)) and (i := known.input(name)) and i.type == "thing"
        ]
        spoken = read(self.prompt).nouns if not seen else ()
        return tuple(dict.fromkeys([*seen, *named, *spoken]))

    @property
    def prompt(self) -> str:
        """What the picture was asked to show, as far as anyone knows."""
        drawn = [turn.call.parameters["prompt"] for turn in self.before if "prompt" in turn.call.parameters]
        own = self.gold.call.parameters.get("prompt")
        return str(own or (drawn[-1] if drawn else self.dialogue.prompt))

    @property
    def words(self) -> str:
        """The user's words as one instruction."""
        parts = re.split(r"(?<=[.!?])\s+", self.turn.user.strip())
        telling = [part for part in parts if not ASIDE.search(part) and TAIL.sub("", part).strip()] or parts
        bare = ASKING.sub("", LEAD.sub("", TAIL.sub("", " ".join(telling)))).strip(" ,.!?:")
        text = bare if len(bare.split()) > 1 else " ".join(telling)
        return text[0].lower() + text[1:] if text[1:2].islower() else text


def shown(dialogue: Dialogue, n: int) -> tuple[int, ...]:
    found: list[int] = []
    for turn in dialogue.turns[:n]:
        found += [*turn.attached, *([] if turn.image_after is None else [turn.image_after])]
    return tuple(dict.fromkeys([*found, *dialogue.turns[n].attached]))


def current(dialogue: Dialogue, n: int) -> int | None:
    """The picture at hand: what the user attaches now, else what was shown or attached last."""
    turn = dialogue.turns[n]
    if turn.attached:
        return turn.attached[-1]
    for earlier in reversed(dialogue.turns[:n]):
        if earlier.image_after is not None:
            return earlier.image_after
        if earlier.attached:
            return earlier.attached[-1]
    return None


def articled(name: str) -> str:
    """With the article that it takes: "a graduation cap", "sunglasses", "an owl on a branch"."""
    kind = kinds().get(name)
    if kind is not None:
        return kind.a_noun
    head = HEAD.sub("", name).strip().lower()
    plural = head.endswith("s") and not head.endswith("ss")
    if ARTICLED.match(name) or plural or head in UNCOUNTED or head in colours() or not head:
        return name
    return f"{'an' if head[0] in 'aeiou' else 'a'} {name}"


def the(name: str) -> str:
    return name if re.match(r"(the|my|your|his|her|its|their|this|that|both|all)\b", name, re.I) else f"the {name}"
