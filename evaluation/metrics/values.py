"""Whether two calls ask for the same, as the cards mean it.

    differing(upscale(), upscale(factor=2), card, at_hand=0)          -> []       two is what leaving it out means
    differing(recolor(object="the car", …), recolor(object="car", …)) -> []       articles say nothing
    differing(adjust(amount=20, …), adjust(amount=25, …))             -> ["amount"]

How values compare is decided by the input's type: choices and images as they are written, numbers as numbers (never as
text), sizes by their two numbers, words by their words. What the label leaves out means the card's default, and for
the picture to work on the one at hand, so that saying so aloud is no mistake.
"""

from collections.abc import Iterable, Mapping
from math import isclose

from evaluation.agreement import LOOSE, parts, plain
from schemas.answer import Call
from schemas.dialogue import Dialogue
from schemas.skill import AVOID, ON_IMAGE, SIZE, Input, Skill, Value

WORDS = ("text", "thing")
# Words that say nothing by themselves.
SMALL = frozenset(
    {"a", "an", "the", "some", "of", "in", "on", "at", "to", "with", "and", "or", "for", "from", "by", "into", "onto"}
)


def at_hand(dialogue: Dialogue, n: int) -> int | None:
    """The picture that a request at this turn is about when it names none."""
    current = None
    for turn in dialogue.turns[:n]:
        current = turn.attached[-1] if turn.attached else current
        current = current if turn.image_after is None else turn.image_after
    attached = dialogue.turns[n].attached
    return attached[-1] if attached else current


def meant(call: Call, card: Skill, picture: int | None) -> dict[str, Value]:
    """What the call asks for, with what leaving an input out means."""
    defaults: dict[str, Value] = {i.name: i.default for i in card.inputs if i.default is not None}
    image = card.input(ON_IMAGE.name)
    if image is not None and not image.required and picture is not None:
        defaults[ON_IMAGE.name] = f"image_{picture + 1}"
    return {**defaults, **call.parameters}


def differing(label: Call, said: Call, card: Skill, picture: int | None) -> list[str]:
    """The parameters in which two calls of one skill differ."""
    mine, theirs = meant(label, card, picture), meant(said, card, picture)
    return [n for n in sorted({*mine, *theirs}) if not same(card.input(n), mine.get(n), theirs.get(n))]


def same(known: Input | None, label: Value | None, said: Value | None) -> bool:
    if known is None or label is None or said is None:
        return False
    if known.type == "number":
        numbers = isinstance(label, int | float) and isinstance(said, int | float)
        return numbers and isclose(float(label), float(said), rel_tol=1e-6)
    if isinstance(label, int | float) or isinstance(said, int | float):
        return label == said
    if known.type in ("choice", "image"):
        return label == said
    if known.type == "size":
        return numbers_of(label) == numbers_of(said) is not None
    return same_words(known.name, label, said)


def numbers_of(size: str) -> tuple[int, int] | None:
    match = SIZE.match(size)
    return (int(match[1]), int(match[2])) if match else None


def same_words(name: str, label: str, said: str) -> bool:
    """What to avoid is a list without order, a question may be put shorter or longer, anything else has the same
    words in the same order."""
    if name == AVOID.name:
        return parts(label) == parts(said)
    mine, theirs = plain(label), plain(said)
    return mine == theirs or (name in LOOSE and holds(set(mine), set(theirs)))


def holds(mine: set[str], theirs: set[str]) -> bool:
    """Whether one has all words of the other, and that is no mere scrap of it: with a word exchanged, it asks something
    else."""
    return (mine <= theirs or theirs <= mine) and 2 * min(len(mine), len(theirs)) >= max(len(mine), len(theirs))


def terms(value: Value) -> set[str]:
    """The words of a value that mean something by themselves; all of them where none does."""
    words = set(plain(value))
    return (words - SMALL) or words


def named(parameters: Mapping[str, Value], card: Skill, types: Iterable[str]) -> dict[str, Value]:
    """The parameters of certain types, without what is to be avoided."""
    wanted = set(types)
    known = {i.name: i.type for i in card.inputs if i.name != AVOID.name}
    return {name: value for name, value in parameters.items() if known.get(name) in wanted}
