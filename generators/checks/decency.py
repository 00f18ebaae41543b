"""The check of decency: nothing foul, cruel or private in what is said and labelled.

    decent(dialogue, library) -> "turns.0.user: profanity ('s***')"

The words stand in unfit.yaml, where a team can add its own. What was found is never repeated in full, since
reasons end up in logs and reports.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from generators.banks import read_yaml
from generators.checks.speech import texts
from schemas.dialogue import Dialogue
from schemas.skill import Library

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
HINT = re.compile(r"@|://|\d[\d ().-]{7,}\d|\b[A-Z]{2}\d{2}")
EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b")
PHONE = re.compile(
    r"(?<![\w.])(?:\+\d[\d ().-]{7,}\d|\(?0\d{1,4}\)?[ /-]\d[\d /-]{4,}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\w)"
)
CARD = re.compile(r"(?<![\w.])\d(?:[ -]?\d){12,18}(?!\w)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
LINK_WITH_DATA = re.compile(
    r"\bhttps?://(?:[^\s/@]+:[^\s/@]*@|\S*[?&](?:user|email|mail|name|phone|token|key|password|session)\w*=)\S*", re.I
)
STEM = 3  # letters by which a stem is looked up


class Unfit(NamedTuple):
    """The words of unfit.yaml by how they are looked up; each leads to its category."""

    words: dict[str, str]
    stems: dict[str, list[tuple[str, str]]]
    phrases: dict[str, list[tuple[tuple[str, ...], str]]]


@cache
def unfit() -> Unfit:
    found = Unfit({}, {}, {})
    for category, entries in read_yaml(Path(__file__).parent / "unfit.yaml").items():
        for entry in entries:
            first, *rest = entry.split()
            if rest:
                found.phrases.setdefault(first, []).append((tuple(entry.split()), category))
            elif entry.endswith("*"):
                found.stems.setdefault(entry[:STEM], []).append((entry[:-1], category))
            else:
                found.words[entry] = category
    return found


def decent(dialogue: Dialogue, library: Library) -> str | None:
    for place, text in everything_in(dialogue):
        if found := foul(text) or private(text):
            category, what = found
            return f"{place}: {category} ({masked(what)!r})"
    return None


def everything_in(dialogue: Dialogue) -> Iterator[tuple[str, str]]:
    yield "prompt", dialogue.prompt
    yield from texts(dialogue)
    for n, turn in enumerate(dialogue.turns):
        for name, value in turn.call.parameters.items():
            if isinstance(value, str):
                yield f"turns.{n}.{name}", value


def foul(text: str) -> tuple[str, str] | None:
    """The category and the words of the first unfit thing that is said."""
    known = unfit()
    words = WORD.findall(text.casefold().replace("’", "'"))
    for n, word in enumerate(words):
        if word in known.words:
            return known.words[word], word
        for stem, category in known.stems.get(word[:STEM], ()):
            if word.startswith(stem):
                return category, word
        for phrase, category in known.phrases.get(word, ()):
            if starts_with(words[n : n + len(phrase)], phrase):
                return category, " ".join(phrase)
    return None


def starts_with(words: list[str], phrase: tuple[str, ...]) -> bool:
    """Whether the words are the phrase, whose last may be a stem."""
    if len(words) < len(phrase) or tuple(words[:-1]) != phrase[:-1]:
        return False
    last = phrase[-1]
    return words[-1].startswith(last[:-1]) if last.endswith("*") else words[-1] == last


def private(text: str) -> tuple[str, str] | None:
    if not HINT.search(text):
        return None
    if match := LINK_WITH_DATA.search(text):
        return "link with personal data", match[0]
    if match := EMAIL.search(text):
        return "e-mail address", match[0]
    if match := next((m for m in IBAN.finditer(text) if is_iban(m[0])), None):
        return "bank account", match[0]
    if match := next((m for m in CARD.finditer(text) if passes_luhn(m[0])), None):
        return "card number", match[0]
    if match := next((m for m in PHONE.finditer(text) if 9 <= sum(map(str.isdigit, m[0])) <= 15), None):
        return "phone number", match[0]
    return None


def passes_luhn(number: str) -> bool:
    digits = [int(c) for c in reversed(number) if c.isdigit()]
    doubled = (2 * d - 9 * (d > 4) for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """The checksum of ISO 13616: letters count from 10, and the whole is 1 modulo 97."""
    packed = text.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in packed[4:] + packed[:4])) % 97 == 1


def masked(text: str) -> str:
    return text[0] + re.sub(r"\S", "*", text[1:])
