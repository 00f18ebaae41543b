"""Whether what a model produced is whole: no loops, no scraps, no garble.

    fault("I sharpened it. I sharpened it. I sharpened it.") -> "repeats 'i sharpened it'"
    fault("Teal now.<|im_end|>")                             -> "scrap '<|im_end|>'"

Each rule names what it found. The limits are such that no label of the paper's plan has a fault.
"""

import re
from collections import Counter

from schemas.answer import Answer

SCRAP = re.compile(
    r"<\|[^|>]{0,40}\|>|</?s>|</?think>|\[/?INST\]|#{2,}\s*\w+:|\ufffd|â€|Ã[©¨¤¶¼]|\\u[0-9a-fA-F]{4}"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f]|\n\s*(?:user|human|assistant)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
ENDLESS = re.compile(r"([^\s\d])\1{5,}")
STUTTERS, RECURS, ECHO, GRAM = 3, 3, 3, 4
LONGEST_ECHO = 30
SYMBOLS = 0.4
SALAD, FEW, ENOUGH = 40, 0.6, 12


def fault(text: str) -> str | None:
    """What repeats or is garbled, or None."""
    if not text.strip():
        return "empty"
    if match := SCRAP.search(text):
        return f"scrap {match[0].strip()!r}"
    if match := ENDLESS.search(text):
        return f"endless {match[1]!r}"
    others = sum(not (c.isalnum() or c.isspace()) for c in text)
    if others > max(3, SYMBOLS * len(text)):
        return f"symbols, {others} of {len(text)} characters"
    return repetition([word.casefold() for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text)])


def repetition(words: list[str]) -> str | None:
    """A word three times running, three words or more twice running, four words in a row three times over, or hardly a
    word that is new."""
    for n in range(len(words) - STUTTERS + 1):
        if len(set(words[n : n + STUTTERS])) == 1:
            return f"repeats {words[n]!r}"
    for size in range(ECHO, min(LONGEST_ECHO, len(words) // 2) + 1):
        for n in range(len(words) - 2 * size + 1):
            if words[n : n + size] == words[n + size : n + 2 * size]:
                return f"repeats {' '.join(words[n : n + size])!r}"
    grams = Counter(tuple(words[n : n + GRAM]) for n in range(len(words) - GRAM + 1))
    often = [gram for gram, count in grams.items() if count >= RECURS]
    if often:
        return f"repeats {' '.join(often[0])!r}"
    first = words[:SALAD]
    stale = len(first) >= ENOUGH and len(set(first)) < FEW * len(first)
    return f"salad, {len(set(first))} different of {len(first)} words" if stale else None


def fault_of(text: str, answer: Answer | None) -> str | None:
    """Of an answer's reply and words, each by itself; of a text that is no answer, of all but its marks of JSON."""
    if answer is None:
        return fault(re.sub(r'[{}\[\]":,_]+', " ", text))
    words = [answer.reply, *(value for value in answer.call.parameters.values() if isinstance(value, str))]
    return next((found for found in map(fault, words) if found), None)
