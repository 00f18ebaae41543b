"""Lexicons: the words of the guideline's table, found in what people say, also where a finger slipped.

    lexicon = lexicon_of([("bright*", "more"), ("less bright", "less"), ("top ... left", "corner")])
    lexicon.said_in("a bit less bright")              -> ["less"]
    lexicon.said_in(lexicon.mended("bit beighter"))   -> ["more"]

`bright*` is the start of a word, `#` a number, `...` a gap of up to five words. The longest words win.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from generators.voice import NEIGHBOURS

Meaning = TypeVar("Meaning")

GAP = "..."
AGREEING = re.compile(r"^\W*(?:(?:all |that's |looks )?right|fine)(?=\s*[,.!:])")
WORD = re.compile(r"[^\W\d_]{3,}(?![\w'])")
LONGEST_ENDING = 4
# Words in their own right, no slips of ours.
SOUND = frozenset({"let", "one", "the", "for", "move", "pls", "plz", "form", "from", "tone", "bold", "turn"})


@dataclass(frozen=True)
class Lexicon(Generic[Meaning]):
    pattern: re.Pattern[str]
    meanings: tuple[tuple[Meaning, ...], ...]
    phrases: tuple[str, ...]

    def said_in(self, text: str) -> list[Meaning]:
        """What the words of a text mean, in order; what stands in a gap has its own say."""
        found: list[Meaning] = []
        for match in self.pattern.finditer(plain(text)):
            which = (match.lastindex or 1) - 1
            found += self.meanings[which]
            before, _, after = self.phrases[which].partition(GAP)
            if after:
                found += self.said_in(" ".join(match[0].split()[len(before.split()) : -len(after.split())]))
        return found

    def mended(self, text: str) -> str:
        """With the words that one slip parts from ours."""
        return WORD.sub(lambda match: self.meant(match[0]), plain(text))

    def meant(self, word: str) -> str:
        if word in SOUND or word in self.words:
            return word
        return next((known.rstrip("*") for known in self.words if slipped(word, known)), word)

    @cached_property
    def words(self) -> tuple[str, ...]:
        known = {word for phrase in self.phrases for word in phrase.split() if len(word.rstrip("*")) > 3}
        return tuple(sorted(known - {GAP}, key=lambda word: (-len(word), word)))


def lexicon_of(entries: Iterable[tuple[str, Meaning]]) -> Lexicon[Meaning]:
    meanings: dict[str, list[Meaning]] = {}
    for words, meaning in entries:
        meanings.setdefault(words, []).append(meaning)
    ordered = sorted(meanings, key=lambda words: (-len(words.split()), -len(words.rstrip("*")), words))
    pattern = "|".join(f"({as_pattern(words)})" for words in ordered) or "(?!)"
    return Lexicon(
        re.compile(rf"\b(?:{pattern})(?!\w)"), tuple(tuple(meanings[words]) for words in ordered), tuple(ordered)
    )


def plain(text: str) -> str:
    """As the table has it: signs of numbers in words, no commas in them, no "right," and "fine," that only agree."""
    text = AGREEING.sub("", text.casefold().replace("’", "'"))
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return re.sub(r"(?<![\w.])-\s?(?=\d)", " minus ", re.sub(r"\+\s?(?=\d)", " plus ", text))


def as_pattern(words: str) -> str:
    parts = (r"[\s-]+".join(map(word_pattern, part.split())) for part in words.split(GAP))
    return r"\W+(?:\S+\s+){0,5}?".join(parts)


def word_pattern(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\#", r"\d+")


def fits(word: str, known: str) -> bool:
    return word.startswith(known[:-1]) if known.endswith("*") else word == known


def slipped(word: str, known: str) -> bool:
    """Whether a letter was dropped, doubled, swapped with the next, or hit beside its key; never the first, and the
    last of a whole word only swapped."""
    stem, end = known.rstrip("*"), known[len(known.rstrip("*")) :]
    at = next((n for n, letter in enumerate(stem) if word[n : n + 1] != letter), len(stem))
    rest, meant = word[at:], stem[at:]
    if at == 0 or word == stem or len(word) > len(stem) + (LONGEST_ENDING if end else 1):
        return False
    ways = [(rest[1:], meant)] if rest[:1] == word[at - 1] else []
    if meant and rest[1:2] == meant[0] and (rest[0] == meant[1:2] or (end and len(meant) == 1)):
        ways.append((rest[2:], meant[2:]))
    if len(meant) > 1 or (meant and end and len(stem) > 5):
        ways.append((rest, meant[1:]))
        ways += [(rest[1:], meant[1:])] if rest and rest[0] in NEIGHBOURS.get(meant[0], "") else []
    return any(fits(left, wanted + end) for left, wanted in ways)
