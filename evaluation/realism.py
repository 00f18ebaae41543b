"""Whether user turns read like what people type: how long, how careless, how various.

    measure([["Can you remove the dog?", "now make it brighter"], …]) -> [Finding("words per turn, median", 8, …), …]

The targets come from some fifty thousand requests that people really wrote to photo retouchers, editors and
drawing bots. They hold over all manners of speech together, not for each.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

from schemas.identity import keyed

Dialogues = Sequence[Sequence[str]]
QUESTIONS = frozenset(
    {"can", "could", "would", "what", "how", "is", "are", "do", "does", "any", "may", "where", "which", "why", "who"}
)
PLEASE = re.compile(r"\b(please|pls|plz|pleeease)\b", re.IGNORECASE)
ELLIPTICAL = re.compile(r"^(now |and |also |then |same |the same |but |no[, ])", re.IGNORECASE)
SHORT = 3
KNOWN, RARE = 12, 2


class Finding(NamedTuple):
    """One measure: `met` is None where it is reported without a target."""

    name: str
    value: float
    target: str
    met: bool | None


def measure(dialogues: Dialogues) -> list[Finding]:
    turns = [turn for dialogue in dialogues for turn in dialogue]
    first = [dialogue[0] for dialogue in dialogues]
    later = [turn for dialogue in dialogues for turn in dialogue[1:]]
    lengths = sorted(len(turn.split()) for turn in turns)
    opening = Counter(words(turn)[0] for turn in turns if words(turn))
    ten = sum(count for _, count in opening.most_common(10))
    return [
        within("words per turn, 10th percentile", percentile(lengths, 0.10), most=4),
        within("words per turn, median", percentile(lengths, 0.50), 6, 12),
        within("words per turn, 99th percentile", percentile(lengths, 0.99), least=28),
        within("start in lower case, %", share(turns, lambda t: t[:1].islower()), least=25),
        within("no end punctuation, %", share(turns, lambda t: t.rstrip()[-1:] not in ".?!…"), least=40),
        within("carry a typo, %", share(turns, typo_finder(turns)), 1, 3),
        within("commonest first word, %", 100 * opening.most_common(1)[0][1] / len(turns), most=25),
        within("ten commonest first words, %", 100 * ten / len(turns), most=65),
        within("questions among first turns, %", share(first, is_question), 10, 50),
        within("say please, %", share(turns, lambda t: bool(PLEASE.search(t))), 10, 40),
        within("later turns short or elliptical, %", share(later, is_elliptical), least=20),
        within("first turns that another has, %", repeated(first), most=3),
        within("distinct pairs of words, %", distinct_pairs(turns)),
        within("self-BLEU, %", self_bleu(turns)),
    ]  # fmt: skip


def within(name: str, value: float, least: float | None = None, most: float | None = None) -> Finding:
    if least is None and most is None:
        return Finding(name, value, "", None)
    met = (least is None or value >= least) and (most is None or value <= most)
    if least is not None and most is not None:
        return Finding(name, value, f"{least:g} to {most:g}", met)
    return Finding(name, value, f"at most {most:g}" if least is None else f"at least {least:g}", met)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.casefold())


def percentile(values: Sequence[int], at: float) -> float:
    return float(values[min(len(values) - 1, int(at * len(values)))]) if values else 0.0


def share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    return 100 * sum(map(holds, texts)) / len(texts) if texts else 0.0


def is_question(text: str) -> bool:
    found = words(text)
    return text.rstrip().endswith("?") or (bool(found) and found[0] in QUESTIONS)


def is_elliptical(text: str) -> bool:
    return len(text.split()) <= SHORT or bool(ELLIPTICAL.match(text))


def repeated(texts: Sequence[str]) -> float:
    """The share of texts that stand there more than once, case and punctuation aside."""
    counts = Counter(" ".join(words(text)) for text in texts)
    return 100 * sum(count for count in counts.values() if count > 1) / len(texts) if texts else 0.0


def typo_finder(texts: Iterable[str]) -> Callable[[str], bool]:
    """Rough: a rare word in lower case, one edit from a common one of these texts."""
    counts = Counter(word for text in texts for word in re.findall(r"\b[a-z]{4,}\b", text))
    common = {word for word, count in counts.items() if count >= KNOWN}
    typos = {word for word, count in counts.items() if count <= RARE and edits(word) & common}
    return lambda text: any(word in typos for word in re.findall(r"\b[a-z]{4,}\b", text))


def edits(word: str) -> set[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    dropped = {a + b[1:] for a, b in halves if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    changed = {a + c + b[1:] for a, b in halves if b for c in letters}
    added = {a + c + b for a, b in halves for c in letters}
    return dropped | swapped | changed | added


def distinct_pairs(texts: Iterable[str]) -> float:
    pairs = Counter(pair for text in texts for pair in pairwise(words(text)))
    return 100 * len(pairs) / max(1, pairs.total())


def self_bleu(texts: Sequence[str], sample: int = 300, order: int = 4) -> float:
    """How much of a text's word sequences its fellows have too: BLEU of each of a sample against the others."""
    rng = keyed("self-bleu", len(texts))
    chosen = [words(text) for text in rng.sample(list(texts), min(sample, len(texts)))]
    chosen = [found for found in chosen if len(found) >= order]
    owners = [Counter(gram for found in chosen for gram in set(grams(found, n))) for n in range(1, order + 1)]
    scores = []
    for found in chosen:
        hits = [
            sum(owners[n - 1][gram] > 1 for gram in grams(found, n)) / (len(found) - n + 1) for n in range(1, order + 1)
        ]
        scores.append(exp(sum(log(max(hit, 1e-9)) for hit in hits) / order))
    return 100 * sum(scores) / len(scores) if scores else 0.0


def grams(found: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(found[i : i + n]) for i in range(len(found) - n + 1)]
