"""Agreement: how often an independent reading of the words comes to the call that the label holds.

    tallies(readings(dialogues, library, guideline))["all"] -> {"recolor": Tally(turns=77, intents=76, exact=75, …), …}

Values are compared as people would: case, articles and a number's spelling make no difference, and of a question it is
enough that one holds the words of the other.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from evaluation.reader import read_turn
from schemas.answer import Call
from schemas.dialogue import Dialogue, Turn
from schemas.guideline import Guideline
from schemas.skill import Library, Value

Grouping = Callable[[Dialogue, Turn], str]
ARTICLES = frozenset({"a", "an", "the", "some"})
SPELLINGS = {"color": "colour", "gray": "grey", "center": "centre", "watercolor": "watercolour"}
LOOSE = frozenset({"question"})
MOST = 0.7


class Reading(NamedTuple):
    """One turn: what its label says and what its words were read as."""

    dialogue_id: str
    turn: int
    words: str
    group: str
    label: Call
    read: Call

    @property
    def differing(self) -> list[str]:
        """The parameters that only one of the two names, or that have different values."""
        names = sorted({*self.label.parameters, *self.read.parameters})
        return [n for n in names if not same(n, self.label.parameters.get(n), self.read.parameters.get(n))]

    @property
    def same_intent(self) -> bool:
        return self.label.intent == self.read.intent

    @property
    def exact(self) -> bool:
        return self.same_intent and not self.differing

    @property
    def disagreement(self) -> str:
        """The class of a disagreement: two intents, or the parameters that differ."""
        if not self.same_intent:
            return f"{self.label.intent} -> {self.read.intent}"
        return f"{self.label.intent}: {', '.join(self.differing)}"


@dataclass
class Tally:
    """Counts over turns; `named` and `agreed` count the parameters of the turns whose intent agrees."""

    turns: int = 0
    intents: int = 0
    named: int = 0
    agreed: int = 0
    exact: int = 0
    confusions: Counter[str] = field(default_factory=Counter)

    def add(self, reading: Reading) -> None:
        self.turns += 1
        self.intents += reading.same_intent
        self.exact += reading.exact
        if reading.same_intent:
            names = {*reading.label.parameters, *reading.read.parameters}
            self.named += len(names)
            self.agreed += len(names) - len(reading.differing)
        if not reading.exact:
            self.confusions[reading.disagreement] += 1


def everything(dialogue: Dialogue, turn: Turn) -> str:
    return "all"


def readings(
    dialogues: Iterable[Dialogue], library: Library, guideline: Guideline, grouping: Grouping = everything
) -> Iterator[Reading]:
    for dialogue in dialogues:
        for n, turn in enumerate(dialogue.turns):
            read = read_turn(dialogue, n, library, guideline)
            yield Reading(dialogue.id, n, turn.user, grouping(dialogue, turn), turn.call, read)


def tallies(found: Iterable[Reading]) -> dict[str, dict[str, Tally]]:
    """Per group, per labelled skill."""
    counted: dict[str, dict[str, Tally]] = {}
    for reading in found:
        skills = counted.setdefault(reading.group, {})
        skills.setdefault(reading.label.intent, Tally()).add(reading)
    return counted


def total(counted: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in counted:
        whole.turns += tally.turns
        whole.intents += tally.intents
        whole.named += tally.named
        whole.agreed += tally.agreed
        whole.exact += tally.exact
        whole.confusions.update(tally.confusions)
    return whole


def disagreements(found: Iterable[Reading]) -> dict[str, list[Reading]]:
    """By class, the commonest class first."""
    classes: dict[str, list[Reading]] = {}
    for reading in found:
        if not reading.exact:
            classes.setdefault(reading.disagreement, []).append(reading)
    return dict(sorted(classes.items(), key=lambda item: (-len(item[1]), item[0])))


def same(name: str, label: Value | None, read: Value | None) -> bool:
    if label is None or read is None:
        return label is read
    mine, theirs = plain(label), plain(read)
    if name in LOOSE:
        return alike(mine, theirs)
    if name == "avoid":
        return parts(str(label)) == parts(str(read))
    return mine == theirs


def parts(value: str) -> set[tuple[str, ...]]:
    """The members of a list in words, in no order."""
    return {plain(part) for part in re.split(r",| and ", value)} - {()}


def plain(value: Value) -> tuple[str, ...]:
    """The words of a value without what makes no difference."""
    if isinstance(value, int | float):
        return (f"{value:g}",)
    words = re.findall(r"#?[^\W_]+(?:['’:.][^\W_]+)*", value.casefold().replace("’", "'"))
    return tuple(SPELLINGS.get(word, word) for word in words if word not in ARTICLES)


def alike(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether the shorter of two sentences has most of its words from the longer, and is no mere scrap of it."""
    common = sum((Counter(mine) & Counter(theirs)).values())
    shorter, longer = sorted((len(mine), len(theirs)))
    return common >= MOST * shorter and 2 * shorter >= longer
