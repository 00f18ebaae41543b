"""Reading free text: which things, colours, places, times, weathers, lights, styles and poses it names.

    read("two dogs and a red balloon on a beach at sunset")
    -> Reading(things=(Mention("dog", 2), Mention("balloon", 1, "red")), place="beach", time="sunset")

Only words of the catalogue are understood; the longest match wins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from generators import catalogue

NUMBERS = {"a pair of": 2, "a couple of": 2, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
NUMBERS |= {f"{several} of": 3 for several in ("flock", "herd", "group", "a flock", "a herd", "a group")}
NUMBERS |= {"several": 3, "some": 3, "a few": 3, "many": 4, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6}
WEARING = re.compile(r"\b(wear\w*|with|in|has|have|having|sporting|puts? on|carrying)\b[^.,;]*$", re.I)
AND_ALSO = re.compile(r"^\W*(and|,|plus|as well as)?\W*(an?|the|its|his|her|matching|also|\s)*$", re.I)
NOT = re.compile(r"\b(no|without|not)\s+(an?\s+|any\s+|the\s+)?$", re.I)
BARRIER = re.compile(r"[.,;:]|\b(and|on|in|at|with|by|near|under|next|behind|of|to|beside|is)\b", re.I)


@dataclass(frozen=True)
class Mention:
    noun: str
    count: int = 1
    colour: str | None = None
    wears: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    things: tuple[Mention, ...] = ()
    place: str | None = None
    time: str | None = None
    weather: str | None = None
    light: str | None = None
    style: str | None = None
    pose: str | None = None
    colour: str | None = None

    @property
    def nouns(self) -> tuple[str, ...]:
        return tuple(mention.noun for mention in self.things)


@dataclass(frozen=True)
class Token:
    role: str
    name: str
    start: int
    end: int
    plural: bool = False


@cache
def vocabulary() -> dict[str, tuple[str, str, bool]]:
    """Each phrase with its role, the name it stands for and whether it is a plural. What is written later wins."""
    known: dict[str, tuple[str, str, bool]] = {word: ("number", word, False) for word in NUMBERS}
    for role, names in named_words():
        known.update({word.lower(): (role, name, False) for name, words in names for word in words})
    for kind in catalogue.kinds().values():
        known.update({word.lower(): ("thing", kind.noun, True) for word in kind.plurals})
        known.update({word.lower(): ("thing", kind.noun, False) for word in kind.names})
    for name, style in catalogue.styles().items():
        known.update({word.lower(): ("style", name, False) for word in (name, *style.words)})
    return known


def named_words() -> Iterator[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
    yield "colour", [(name, (name, *c.words)) for name, c in catalogue.colours().items()]
    yield "pose", [(name, (name, *p.words)) for name, p in catalogue.poses().items()]
    yield "weather", [(name, (name, *w.words, w.phrase)) for name, w in catalogue.weathers().items()]
    yield "time", [(name, (name, *t.words, t.phrase)) for name, t in catalogue.times().items()]
    places = catalogue.places().items()
    yield "place", [(name, (*((name,) if p.bare else ()), *p.words, p.phrase)) for name, p in places]
    yield "light", [(name, (f"{name} light", f"{name} lighting", *light.words)) for name, light in lights()]


def lights() -> list[tuple[str, catalogue.Light]]:
    """Lights whose bare name is no everyday word may stand alone: "soft" and "studio" may not."""
    everyday = ("soft", "studio", "dramatic")
    return [
        (name, light if name in everyday else replace(light, words=(name, *light.words)))
        for name, light in catalogue.lights().items()
    ]


@cache
def pattern() -> re.Pattern[str]:
    phrases = sorted(vocabulary(), key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, phrases))})(?![\w-])", re.I)


def tokens(text: str) -> list[Token]:
    found = []
    for match in pattern().finditer(text):
        role, name, plural = vocabulary()[match[0].lower()]
        if not NOT.search(text[: match.start()]):
            found.append(Token(role, name, match.start(), match.end(), plural))
    return found


@lru_cache(4096)
def read(text: str) -> Reading:
    found = tokens(text)
    first = {token.role: token.name for token in reversed(found)}
    return Reading(
        things=mentions(text, found),
        place=first.get("place"),
        time=first.get("time"),
        weather=first.get("weather"),
        light=first.get("light"),
        style=first.get("style"),
        pose=first.get("pose"),
        colour=first.get("colour"),
    )


def mentions(text: str, found: list[Token]) -> tuple[Mention, ...]:
    """The things in order; what is worn goes to the thing before it that can wear it."""
    things: list[Mention] = []
    dressed_to = -1
    for place, token in enumerate(found):
        if token.role != "thing":
            continue
        mention = mention_of(text, found, place)
        before = text[dressed_to if dressed_to >= 0 else 0 : token.start]
        if things and is_worn_by(mention, things[-1], before, dressed_to >= 0, text, found, place):
            things[-1] = replace(things[-1], wears=(*things[-1].wears, worn_text(mention.noun, mention.colour)))
            dressed_to = token.end
        else:
            things.append(mention)
            dressed_to = -1
    return tuple(things)


def is_worn_by(
    mention: Mention, wearer: Mention, before: str, dressed: bool, text: str, found: list[Token], place: int
) -> bool:
    worn = catalogue.kinds()[mention.noun].worn
    if worn is None or catalogue.kinds()[wearer.noun].worn is not None:
        return False
    if dressed:
        return bool(AND_ALSO.match(without_colours(before)))
    last_thing = max((t.end for t in found[:place] if t.role == "thing"), default=0)
    return bool(WEARING.search(text[last_thing : found[place].start]))


def without_colours(text: str) -> str:
    for token in reversed(tokens(text)):
        if token.role == "colour":
            text = text[: token.start] + text[token.end :]
    return text


def mention_of(text: str, found: list[Token], place: int) -> Mention:
    """A thing with the number and the colour that stand right before it."""
    token = found[place]
    count, colour, edge = (3 if token.plural else 1), None, token.start
    for earlier in reversed(found[:place]):
        if earlier.role not in ("number", "colour") or BARRIER.search(text[earlier.end : edge]):
            break
        if earlier.role == "colour" and colour is None:
            colour = earlier.name
        elif earlier.role == "number":
            count = NUMBERS[earlier.name]
        edge = earlier.start
    several = catalogue.kinds()[token.name].article != ""  # a pair of sunglasses is one thing to wear
    return Mention(token.name, count if several else 1, colour)


def worn_text(noun: str, colour: str | None) -> str:
    return f"{colour} {noun}" if colour and colour != catalogue.kinds()[noun].colour else noun


def worn_parts(worn: str) -> tuple[str, str | None]:
    """ "red scarf" -> ("scarf", "red"): the inverse of worn_text."""
    if worn in catalogue.kinds():
        return worn, None
    noun = next(n for n in sorted(catalogue.kinds(), key=len, reverse=True) if worn.endswith(f" {n}"))
    return noun, worn.removesuffix(f" {noun}")
