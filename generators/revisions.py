"""Revisions: a prompt with one thing about it changed, as for a picture that is to be drawn again.

    revised("a fox on a beach, in watercolour", rng)
    -> Revised("a fox on a beach, as an oil painting", "style", old="", new="as an oil painting")

What the painter reads in the new prompt differs from the old in that one thing only.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields
from random import Random
from typing import NamedTuple

from generators.catalogue import Kind, colours, kinds, places, styles, times, weathers
from generators.prompts import lights_of
from generators.words import Mention, Reading, Token, read, tokens

NUMBERS = ((2, "two"), (3, "three"))
MOST_THINGS = 4
# Weathers that have a name as a noun.
NAMED_WEATHER = {"rain": "the rain", "fog": "the fog", "snow": "the snow", "storm": "the thunderstorm"}


class Revised(NamedTuple):
    """The new prompt, what kind of thing changed in it, and how old and new are spoken of; no `old` where something
    was added."""

    text: str
    kind: str
    old: str
    new: str


def revised(text: str, rng: Random) -> Revised | None:
    kinds_of_change = list(CHANGES)
    rng.shuffle(kinds_of_change)
    for kind in kinds_of_change:
        options = [made for made in CHANGES[kind](text) if changes_only(text, made)]
        if options:
            return rng.choice(options)
    return None


def changes_only(text: str, made: Revised) -> bool:
    """Whether the painter finds what is new, and everything else as it was."""
    before, after = read(text), read(made.text)
    touched = {f.name for f in fields(Reading) if getattr(before, f.name) != getattr(after, f.name)} - {"colour"}
    return bool(touched) and touched <= MAY_TOUCH[made.kind]


MAY_TOUCH = {
    "style": {"style"},
    "lighting": {"time", "weather", "light"},
    "setting": {"place"},
    "subject": {"things"},
    "count": {"things"},
    "colour": {"things"},
    "added": {"things"},
    "removed": {"style", "weather"},
}


def with_phrase(text: str, old: str | None, new: str) -> str:
    """The prompt with a trailing phrase in another's place, or behind it."""
    segments = text.split(", ")
    if old is not None:
        return ", ".join(new if segment == old else segment for segment in segments)
    return f"{text}, {new}"


def trailing(text: str, phrases: list[str]) -> str | None:
    return next((segment for segment in text.split(", ")[1:] if segment in phrases), None)


def other_style(text: str) -> Iterator[Revised]:
    phrases = [style.phrase for style in styles().values()]
    old = trailing(text, phrases)
    if old is None and read(text).style is not None:
        return
    coloured = any(mention.colour for mention in read(text).things)
    for style in styles().values():
        if style.phrase != old and not (coloured and style.colourless):
            yield Revised(with_phrase(text, old, style.phrase), "style", old or "", style.phrase)


def other_lighting(text: str) -> Iterator[Revised]:
    """Another time, weather or light, where the place has them."""
    reading = read(text)
    place = places().get(reading.place or "")
    now = {"time": reading.time, "weather": reading.weather, "light": reading.light}
    options = {
        "time": [times()[name].phrase for name in place.times if name != "day"] if place else [],
        "weather": [weathers()[name].phrase for name in place.weathers if name != "clear"] if place else [],
        "light": lights_of(place),
    }
    for what, phrases in options.items():
        if len(phrases) < 2 or (what == "light" and reading.time is not None):
            continue
        old = trailing(text, phrases)
        if old is not None or now[what] is None:
            yield from (Revised(with_phrase(text, old, p), "lighting", old or "", p) for p in phrases if p != old)


def other_setting(text: str) -> Iterator[Revised]:
    reading = read(text)
    token = next((t for t in tokens(text) if t.role == "place"), None)
    if token is None or text[token.start : token.end] != places()[token.name].phrase:
        return
    for name, place in places().items():
        if name != token.name and all(name in kinds()[noun].places for noun in reading.nouns):
            changed = text[: token.start] + place.phrase + text[token.end :]
            yield Revised(changed, "setting", "", place.phrase)


class Spot(NamedTuple):
    """A thing named alone with its article, "a fox": where it stands, and which it is."""

    start: int
    token: Token
    mention: Mention
    words: str


def spots(text: str) -> list[Spot]:
    reading = read(text)
    found = []
    for token in tokens(text):
        if token.role != "thing" or token.plural:
            continue
        mention = next((m for m in reading.things if m.noun == token.name), None)
        article = next((a for a in ("a ", "an ") if text[: token.start].endswith(a)), None)
        alone = reading.nouns.count(token.name) == 1 and mention is not None and not mention.wears
        before = text[: token.start - len(article)] if article else "-"
        if mention and article and alone and (not before or before.endswith(" ")) and mention.count == 1:
            found.append(Spot(len(before), token, mention, text[token.start : token.end]))
    return found


def fitting(reading: Reading, like: Kind) -> list[Kind]:
    """Things of the same sort that could stand in its place."""
    return [
        k for k in kinds().values()
        if k.group == like.group and k.stands == like.stands and k.worn is None and k.noun not in reading.nouns
        and (reading.place is None or reading.place in k.places)
    ]  # fmt: skip


def other_subject(text: str) -> Iterator[Revised]:
    for spot in spots(text):
        kind = kinds()[spot.token.name]
        if kind.worn is None and spot.mention.colour is None:
            for other in fitting(read(text), kind):
                changed = text[: spot.start] + other.a_noun + text[spot.token.end :]
                yield Revised(changed, "subject", f"the {spot.words}", other.a_noun)


def other_count(text: str) -> Iterator[Revised]:
    total = sum(mention.count for mention in read(text).things)
    for spot in spots(text):
        kind = kinds()[spot.token.name]
        for number, word in NUMBERS:
            if kind.worn is None and kind.stands != "sky" and kind.plural and total + number - 1 <= MOST_THINGS:
                new = f"{word} {kind.plural}"
                yield Revised(text[: spot.start] + new + text[spot.token.end :], "count", f"the {spot.words}", new)


def other_colour(text: str) -> Iterator[Revised]:
    if (style := read(text).style) and styles()[style].colourless:
        return
    for spot in spots(text):
        kind = kinds()[spot.token.name]
        if kind.dyeable and kind.worn is None:
            for colour in colours():
                article = "an" if colour[0] in "aeiou" else "a"
                changed = f"{text[: spot.start]}{article} {colour} {text[spot.token.start :]}"
                if colour != kind.colour:
                    yield Revised(changed, "colour", f"the {spot.words}", colour)


def one_more(text: str) -> Iterator[Revised]:
    reading = read(text)
    if sum(mention.count for mention in reading.things) >= MOST_THINGS - 1:
        return
    for spot in spots(text):
        kind = kinds()[spot.token.name]
        for other in fitting(reading, kind) if kind.worn is None and kind.stands != "sky" else ():
            changed = f"{text[: spot.token.end]} and {other.a_noun}{text[spot.token.end :]}"
            yield Revised(changed, "added", f"the {spot.words}", other.a_noun)


def one_less(text: str) -> Iterator[Revised]:
    """Without the style or the weather that stands behind the prompt."""
    style = trailing(text, [style.phrase for style in styles().values()])
    weather = trailing(text, [weathers()[name].phrase for name in NAMED_WEATHER])
    for segment, name in ((style, "the style"), (weather, NAMED_WEATHER.get(read(text).weather or "", ""))):
        if segment is not None:
            changed = ", ".join(s for s in text.split(", ") if s != segment)
            yield Revised(changed, "removed", name, "")


CHANGES: dict[str, Callable[[str], Iterator[Revised]]] = {
    "style": other_style,
    "lighting": other_lighting,
    "setting": other_setting,
    "subject": other_subject,
    "count": other_count,
    "colour": other_colour,
    "added": one_more,
    "removed": one_less,
}
