"""Whether a choice or a number was said, by the words of the guideline's table or by the value's own.

    says_choice("line", call, ["make it line art", "Fine or bold?", "thick ones"])     -> True of {"line": "bold"}
    says_number(90, the card's input for degrees, ["a quarter turn to the right"])   -> True

The latest utterance that says anything of a parameter counts, so that "more on the right" is not "left" for an
earlier "left".
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from generators.checks.lexicon import Lexicon, lexicon_of, plain
from generators.guideline import guideline
from schemas.answer import Call
from schemas.skill import Input, Value

Says = Mapping[str, Value]
Number = tuple[float, str | None]

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred")
COUNTED = {word: n for n, word in enumerate(ONES + TEENS)} | {word: 20 + 10 * n for n, word in enumerate(TENS)}
UNITS = {"%": "percent", "percent": "percent", "per cent": "percent", "°": "degrees", "deg": "degrees", "x": "times"}
UNITS |= {"degree": "degrees", "degrees": "degrees", "times": "times"}
# "Picture 2" and "this one" point, and the 16 of "16:9" belongs to a size.
POINTING = re.compile(r"\b(?:picture|pic|version|image|no\.|number|an?|this|that|the|first|second|last|other)\s$")
NUMBER = re.compile(
    r"(?<![\w.:/])(?<!\dx )(?:x|by )?(\d+(?:\.\d+)?|(?:TENS)[ -](?:DIGITS)(?!\w)|(?:COUNTED)(?!\w))"
    r"(?![.:/]?\d|\s?[x×:]\s?\d)(?:[\s-]?(%|°|(?:percent|per cent|deg|degrees?|times|x)(?!\w)))?".replace(
        "TENS", "|".join(TENS)
    )
    .replace("DIGITS", "|".join(ONES[1:10]))
    .replace("COUNTED", "|".join(COUNTED))
)


def says_choice(name: str, call: Call, heard: Sequence[str]) -> bool:
    """Whether the latest words about this parameter say what the call holds."""
    lexicon = choice_words(call.intent)
    if not any(says.get(name) == call.parameters[name] for meaning in lexicon.meanings for says in meaning):
        return words_of(str(call.parameters[name])) <= words_of(" ".join(heard))
    for text in reversed(heard):
        told = told_of(name, choices_in(call.intent, text))
        if holds(name, call, told) or holds(name, call, told_of(name, lexicon.said_in(lexicon.mended(text)))):
            return True
        if told:
            return False
    return False


def holds(name: str, call: Call, told: Sequence[Says]) -> bool:
    """Whether something told says this parameter, and nothing with it that the call holds otherwise."""
    return any(
        says[name] == call.parameters[name]
        and all(call.parameters.get(other, value) == value for other, value in says.items())
        for says in told
    )


def told_of(name: str, told: Sequence[Says]) -> list[Says]:
    return [says for says in told if name in says]


@cache
def choice_words(intent: str) -> Lexicon[Says]:
    entries = [entry for entry in guideline().choices if entry.intent == intent]
    return lexicon_of((words, entry.when) for entry in entries for words in entry.said)


@lru_cache(1 << 12)
def choices_in(intent: str, text: str) -> Sequence[Says]:
    return choice_words(intent).said_in(text)


def says_number(value: float, field: Input, heard: Sequence[str]) -> bool:
    """Whether the number was said by its size and, where it can be below zero, by its way."""
    return says_size(abs(value), UNITS.get(field.unit or ""), heard) and says_way(value, field, heard)


def says_size(size: float, unit: str | None, heard: Sequence[str]) -> bool:
    """The latest numbers in the card's unit; numbers without a unit say it in the turn itself."""
    for n, text in enumerate(reversed(heard)):
        found = numbers_in(text)
        if (size, unit) in found or ((size, None) in found and (n == 0 or unit is None)):
            return True
        if unit is not None and any(other == unit for _, other in found):
            return False
    return False


def says_way(value: float, field: Input, heard: Sequence[str]) -> bool:
    ways = guideline().ways.get(field.unit or "")
    if ways is None or field.minimum is None or field.minimum >= 0 or abs(value) in (0, ways.same):
        return True
    lexicon = way_words(field.unit or "")
    for text in reversed(heard):
        if told := lexicon.said_in(text) or lexicon.said_in(lexicon.mended(text)):
            return (value > 0) in told
    return False


@cache
def way_words(unit: str) -> Lexicon[bool]:
    ways = guideline().ways[unit]
    return lexicon_of([*((words, True) for words in ways.above), *((words, False) for words in ways.below)])


@lru_cache(1 << 12)
def numbers_in(text: str) -> frozenset[Number]:
    """The numbers of a text, each with its unit where one is said."""
    lexicon, text = number_words(), plain(text)
    worded = lexicon.said_in(text) or lexicon.said_in(lexicon.mended(text))
    found = {
        (counted(match[1]), UNITS.get(match[2]))
        for match in NUMBER.finditer(text)
        if match[2] or counted(match[1]) > 9 or not POINTING.search(text[: match.start()])
    }
    return frozenset(found.union(number for number in worded if number is not None))


def counted(words: str) -> float:
    return float(words) if words[0].isdigit() else float(sum(COUNTED[word] for word in re.split("[ -]", words)))


@cache
def number_words() -> Lexicon[Number | None]:
    amounts: list[tuple[str, Number | None]] = [(words, (n, "percent")) for words, n in guideline().amounts.items()]
    worded: list[tuple[str, Number | None]] = [
        (words, None if number is None else (number, unit))
        for unit, table in guideline().numbers.items()
        for words, number in table.items()
    ]
    return lexicon_of(amounts + worded)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold())) - {"a", "an", "and", "the"}
