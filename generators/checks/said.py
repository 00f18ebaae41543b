"""Whether words say a choice or a number, by the guideline's table or by the value's own words.

choices_in("adjust", "it's too dark") -> ({"property": "brightness", "direction": "more"},)
numbers_in("a quarter turn, twice")   -> {(90.0, "degrees"), (2.0, "times")}
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from generators.guideline import guideline
from schemas.skill import Value

Says = Mapping[str, Value]

GAP = "..."
NOT_A_SIDE = re.compile(r"^\W*(?:all )?right(?=\s*[,.!:])")
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred".split()
COUNTED = {word: n for n, word in enumerate(SMALL)} | {word: 20 + 10 * n for n, word in enumerate(TENS)}
UNITS = {"%": "percent", "percent": "percent", "per cent": "percent", "°": "degrees", "deg": "degrees", "x": "times"}
UNITS |= {"degree": "degrees", "degrees": "degrees", "times": "times"}
# "Picture 2", "no. 2" and "this one" point; they say no amount. No more does a number of a size.
POINTING = ("picture", "pic", "version", "image", "no.", "number", "this", "that", "the", "first", "last", "other")
NUMBER = re.compile(
    "".join(rf"(?<!\b{re.escape(word)} )" for word in POINTING)
    + r"(?<![\w.:/])(?<!\dx )x?(?P<n>\d+(?:\.\d+)?|(?:TENS)[ -](?:DIGITS)(?!\w)|(?:COUNTED)(?!\w))"
    r"(?![.:/]?\d|\s?[x×:]\s?\d)(?:[\s-]?(?P<unit>%|°|(?:percent|per cent|deg|degrees?|times|x)(?!\w)))?"
    .replace("TENS", "|".join(TENS)).replace("DIGITS", "|".join(SMALL[1:10])).replace("COUNTED", "|".join(COUNTED))
)  # fmt: skip
ONE_SIDED = 180  # half a turn is the same both ways


class Phrase(NamedTuple):
    """Words of the table, what they say, and how many of them stand before and after a gap."""

    words: str
    says: tuple[Says, ...]
    before: int
    after: int


class Phrases(NamedTuple):
    """The words of a skill's entries as one pattern, the longest first."""

    pattern: re.Pattern[str]
    known: tuple[Phrase, ...]


def plain(text: str) -> str:
    """As the table has it: signs before numbers in words, no "right," that only agrees."""
    text = NOT_A_SIDE.sub("", text.casefold().replace("’", "'"))
    return re.sub(r"(?<![\w.])-\s?(?=\d)", " minus ", re.sub(r"\+\s?(?=\d)", " plus ", text))


@cache
def phrases(intent: str) -> Phrases:
    says: dict[str, list[Says]] = {}
    for entry in guideline().choices:
        for words in entry.said if entry.intent == intent else ():
            says.setdefault(words, []).append(entry.when)
    ordered = sorted(says, key=lambda words: (-len(words.split()), -len(words), words))
    pattern = "|".join(f"({as_pattern(words)})" for words in ordered) or "(?!)"
    return Phrases(re.compile(rf"\b(?:{pattern})(?!\w)"), tuple(phrase(words, says[words]) for words in ordered))


def phrase(words: str, says: list[Says]) -> Phrase:
    before, _, after = words.partition(GAP)
    return Phrase(words, tuple(says), len(before.split()), len(after.split()))


def as_pattern(words: str) -> str:
    """"top ... left" and "bright*" as a regular expression."""
    parts = (r"[\s-]+".join(map(word_pattern, part.split())) for part in words.split(GAP))
    return r"\W+(?:[^\s]+\s+){0,5}?".join(parts)


def word_pattern(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\#", r"\d+")


@lru_cache(1 << 14)
def choices_in(intent: str, text: str) -> tuple[Says, ...]:
    """What words of the table say in a text, in order; what stands in a gap has its own say."""
    found: list[Says] = []
    pattern, known = phrases(intent)
    for match in pattern.finditer(plain(text)):
        words, says, before, after = known[(match.lastindex or 1) - 1]
        found += says
        if after:
            found += choices_in(intent, " ".join(match[0].split()[before:-after]))
    return tuple(found)


@lru_cache(1 << 14)
def numbers_in(text: str) -> frozenset[tuple[float, str | None]]:
    """The numbers of a text, each with its unit where one is said."""
    text = plain(text)
    found = {(counted(match["n"]), UNITS.get(match["unit"])) for match in NUMBER.finditer(text)}
    return frozenset(found | {(number, unit) for words, unit, number in worded() if words.search(text)})


def counted(words: str) -> float:
    return float(words) if words[0].isdigit() else float(sum(COUNTED[word] for word in re.split("[ -]", words)))


@cache
def worded() -> tuple[tuple[re.Pattern[str], str, float], ...]:
    """The table's numbers in words."""
    tables = [*guideline().numbers.items(), ("percent", guideline().amounts)]
    return tuple((compiled((words,)), unit, number) for unit, table in tables for words, number in table.items())


def compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(as_pattern, words))})(?!\w)")
