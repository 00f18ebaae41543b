"""Text: a user's words made plain, so that one pattern fits what many people type.

    plain('cld u put "SALE" on ths pic pls', …) -> 'cld you put «0» on this picture please', quotes ("SALE",)

Quoted words are set aside and stand as «0», «1»; shorthand is spelt out; slips of the keyboard are mended where one
slip away there is a word that readers look for and the word as typed is none that is known.
"""

import re
from functools import cache
from typing import NamedTuple

from evaluation.reader.spelling import CUES, KNOWN

SHORTHAND = {
    "u": "you", "ur": "your", "n": "and", "pls": "please", "plz": "please", "pleas": "please", "bg": "background",
    "pic": "picture", "pics": "pictures", "img": "image", "thx": "thanks",
    "tysm": "thanks", "ty": "thanks", "tyvm": "thanks",
    "ta": "thanks", "id": "I'd", "im": "I'm", "ive": "I've", "heres": "here's", "thats": "that's", "whats": "what's",
    "theres": "there's", "dont": "don't", "doesnt": "doesn't", "isnt": "isn't", "wont": "won't", "cant": "can't",
    "shouldnt": "shouldn't", "lets": "let's", "wanna": "want to", "gonna": "going to", "gimme": "give me",
    "lemme": "let me", "res": "resolution", "bw": "black and white", "b&w": "black and white", "color": "colour",
    "colors": "colours", "colored": "coloured", "coloring": "colouring", "recolor": "recolour", "gray": "grey",
    "center": "centre", "watercolor": "watercolour", "pct": "percent", "w/o": "without", "w/": "with", "k": "okay",
    "ok": "okay", "yeah": "yes", "yep": "yes", "yup": "yes", "nope": "no", "nah": "no", "cos": "because",
    "cuz": "because", "coz": "because", "btw": "by the way", "whats'": "what's", "wld": "would",
    "teh": "the",     "cld": "could", "abit": "a bit", "w": "with", "rly": "really", "favor": "favour",
    "color's": "colour's",
}  # fmt: skip
NEIGHBOURS = {
    "q": "wa", "w": "qeas", "e": "wrsd", "r": "etdf", "t": "ryfg", "y": "tugh", "u": "yihj", "i": "uojk", "o": "ipkl",
    "p": "ol", "a": "qwsz", "s": "awedxz", "d": "serfcx", "f": "drtgvc", "g": "ftyhbv", "h": "gyujnb", "j": "huikmn",
    "k": "jiolm", "l": "kop", "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "r")
QUOTED = re.compile(
    r"\"([^\"]+)\"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|(?<!\w)['‘]([^'‘’\n]+(?:['’]\w[^'‘’]*)*)['’](?!\w)"
)
WORD = re.compile(r"(?<![\w-])[A-Za-z][A-Za-z'/&]*")


class Plain(NamedTuple):
    """`slips` says how a mended word was typed."""

    text: str
    quotes: tuple[str, ...]
    slips: dict[str, str]


def plain(said: str, heard_before: frozenset[str] = frozenset()) -> Plain:
    quotes: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        quotes.append(next(group for group in found.groups() if group))
        return f"«{len(quotes) - 1}»"

    text = QUOTED.sub(set_aside, said.strip())
    text = text.replace("’", "'").replace("‘", "'").replace("→", "->").replace("×", "x")
    text = re.sub(r"\s+[–—-]\s+|[–—]", ", ", text)
    text = re.sub(r"([a-z])\1{2,}", r"\1", text, flags=re.IGNORECASE)
    slips: dict[str, str] = {}

    def mend(found: re.Match[str]) -> str:
        word = spelt(found[0], heard_before)
        if word != found[0]:
            slips[word] = found[0]
        return word

    text = WORD.sub(mend, text)
    return Plain(re.sub(r"\s+", " ", text).strip(), tuple(quotes), slips)


def as_typed(text: str, slips: dict[str, str]) -> str:
    """Mended words as they were typed: a description and a question are kept word for word."""
    return WORD.sub(lambda found: slips.get(found[0], found[0]), text)


def spelt(word: str, heard_before: frozenset[str]) -> str:
    lower = word.casefold()
    if lower in SHORTHAND:
        return SHORTHAND[lower] if word != word.upper() or len(word) == 1 else word
    if len(lower) < 3 or lower in KNOWN or lower in heard_before or "'" in lower or word[1:] != lower[1:]:
        return word
    return mended(lower) or word


@cache
def mended(word: str) -> str | None:
    """The one word that readers look for and that a single slip turns into this word."""
    if any(word.endswith(end) and word[: -len(end)] in KNOWN for end in ENDINGS):
        return None
    meant = {cue for cue in CUES if abs(len(cue) - len(word)) < 2 and len(cue) > 3 and slipped(cue, word)}
    return meant.pop() if len(meant) == 1 else None


def slipped(cue: str, word: str) -> bool:
    """Whether one slip of the hand makes the word out of the cue: dropped, doubled, swapped or a neighbouring key."""
    if len(word) == len(cue) - 1:
        return any(cue[:i] + cue[i + 1 :] == word for i in range(1, len(cue)))
    if len(word) == len(cue) + 1:
        return any(cue[: i + 1] + cue[i:] == word for i in range(len(cue)))
    at = [i for i in range(len(cue)) if cue[i] != word[i]] if len(word) == len(cue) else []
    if len(at) == 1:
        return word[at[0]] in NEIGHBOURS.get(cue[at[0]], "")
    return len(at) == 2 and at[1] == at[0] + 1 and cue[at[0]] == word[at[1]] and cue[at[1]] == word[at[0]]
