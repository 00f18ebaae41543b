"""The check of language: what is said is English, told by its letters and its little words.

    in_language(dialogue, library) -> "turns.0.reply: 'Das ist erledigt.' reads as German"

Words that a label holds (prompts, names, lettering) and quoted ones are left out of account: they may be of any
language.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from generators.banks import read_yaml
from schemas.dialogue import Dialogue, Turn
from schemas.identity import Record
from schemas.skill import Library

QUOTED = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»|‘[^’]*’')
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
OTHER_SCRIPT = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f\u1e00-\u1eff]")
FEW = 3  # words, among which one that tells is enough


class Told(Record):
    """languages.yaml as it stands: words parted by spaces."""

    own: str
    elsewhere: dict[str, str]
    in_names: str


class Words(NamedTuple):
    own: frozenset[str]
    elsewhere: dict[str, frozenset[str]]
    foreign: frozenset[str]
    in_names: frozenset[str]


@cache
def little_words() -> Words:
    told = Told.from_data(read_yaml(Path(__file__).parent / "languages.yaml"))
    own = frozenset(told.own.split())
    elsewhere = {name: frozenset(words.split()) - own for name, words in told.elsewhere.items()}
    return Words(own, elsewhere, frozenset().union(*elsewhere.values()), frozenset(told.in_names.split()))


def in_language(dialogue: Dialogue, library: Library) -> str | None:
    for n, turn in enumerate(dialogue.turns):
        for who, text in (("user", turn.user), ("reply", turn.reply)):
            if problem := other_language(bare(text, turn)):
                return f"turns.{n}.{who}: {text!r:.60} {problem}"
    return None


def bare(text: str, turn: Turn) -> str:
    """A text without what is quoted and without the longer values of the label, lower case."""
    text = QUOTED.sub(" ", text).casefold().replace("’", "'")
    for name, value in turn.call.parameters.items():
        if isinstance(value, str) and name != "question":
            text = text.replace(value.casefold(), " ")
    return text


def other_language(text: str) -> str | None:
    if not text.isascii():
        letters = sum(map(str.isalpha, text))
        if 3 * len(OTHER_SCRIPT.findall(text)) > letters:
            return "is not in Latin letters"
    told = little_words()
    found = WORD.findall(text)
    if told.foreign.isdisjoint(found):
        return None
    own = sum(word in told.own for word in found)
    for language, words in told.elsewhere.items():
        hits = [word for word in found if word in words]
        telling = len(set(hits)) > 1 or len(found) <= FEW
        if telling and len(hits) > own and not told.in_names.issuperset(hits):
            return f"reads as {language}"
    return None
