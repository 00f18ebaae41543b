"""The phrase bank of exchanges: turns that come in pairs, pictures worked out by questions or drawn again
(banks/exchanges.yaml).
"""

from functools import cache

from pydantic import Field

from generators.banks import BANKS, read_yaml
from schemas.identity import Record
from schemas.prompt import Dimension
from schemas.skill import Value


class Doing(Record):
    """What could be done, as a verb phrase that fits a user's "and …" and the assistant's "Shall I …?" alike."""

    when: dict[str, Value] = Field(default_factory=dict)
    said: tuple[str, ...]


class Compound(Record):
    """Two requests in one breath; the reply names the second, and the next turn takes it up."""

    joined: tuple[str, ...]
    joined_question: tuple[str, ...]
    rest: tuple[str, ...]
    takes_up: tuple[str, ...]


class Offer(Record):
    made: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    no_replies: tuple[str, ...]


class Underspecified(Record):
    """A request without a value that its skill needs, the question back, and the short answer."""

    skill: str
    missing: str
    when: dict[str, Value] = Field(default_factory=dict)
    said: tuple[str, ...]
    asks: tuple[str, ...]
    answers: tuple[str, ...]


class Which(Record):
    """Which of two things alike is meant."""

    asks: tuple[str, ...]
    answers: tuple[str, ...]


class Asked(Record):
    """What a guide asks about one dimension of a picture, and what people answer."""

    asks: tuple[str, ...]
    phrases: tuple[str, ...] = ()


class Guided(Record):
    starts: tuple[str, ...]
    dimensions: dict[Dimension, Asked]
    acknowledged: tuple[str, ...]
    left_open: tuple[str, ...]
    answers: tuple[str, ...]
    skips: tuple[str, ...]
    finals: tuple[str, ...]
    goes: tuple[str, ...]


class Revision(Record):
    """A picture drawn again from a changed prompt, by what changes."""

    kinds: dict[str, tuple[str, ...]]
    replies: tuple[str, ...]


class Exchanges(Record):
    """Turns that belong together: a question and its answer, an offer and its yes, two requests in one."""

    doings: dict[str, tuple[Doing, ...]]
    compound: Compound
    offer: Offer
    underspecified: tuple[Underspecified, ...]
    which: Which
    guided: Guided
    revision: Revision


@cache
def exchanges() -> Exchanges:
    return Exchanges.from_data(read_yaml(BANKS / "exchanges.yaml"))
