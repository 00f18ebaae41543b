"""The check of negatives: `avoid` is there where the user forbids something, and only there.

heeds_negatives(dialogue, library) -> "turns.0: 'hands off the train' is said, but the label avoids nothing"
"""

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from generators.banks import read_yaml
from schemas.dialogue import Dialogue, Turn
from schemas.skill import Library, Skill

NEAR = 8  # words between a cue and what it forbids
THE = r"(?:the|my|his|her|its|their|our|that|those|these)\s+"
NAME = r"(?P<{}>[a-z][a-z'’-]*(?:\s+(?!though\b|please\b|pls\b|plz\b|and\b|but\b|at\b|or\b)[a-z][a-z'’-]*){{0,3}}?)"
END = r"(?=\s*(?:[.,;:!?)]|$|-\s|though\b|please\b|pls\b|plz\b|and\b|but\b|at\s+all\b|or\b))"
# Each says in so many words that something must be left as it is.
LEAVE_ALONE = re.compile(
    "|".join(
        pattern.replace("THING", THE + NAME.format(f"thing{n}"))
        for n, pattern in enumerate(
            (
                r"\b(?:do\s?n['’o]?t|do\s+not|never|without)\s+(?:touch|chang|alter|modify|edit)\w*\s+THING" + END,
                r"\bleav\w+\s+THING\s+(?:alone|untouched|unchanged|as\s+(?:before|is|it\s+is|they\s+are))\b",
                r"\bkeep\w*\s+THING\s+(?:the\s+same|untouched|unchanged|as\s+(?:before|is|it\s+is|they\s+are))\b",
                r"\b(?:hands\s+off|(?:just|but|only)\s+not|but\s+(?:please\s+)?keep)\s+THING" + END,
                r"\bTHING\s+(?:must|should|has\s+to|have\s+to)\s+(?:stay|remain)\s+(?:the\s+same|as\b|unchanged)",
                r"\bnothing\s+(?:must|should|may)\s+happen\s+to\s+THING" + END,
            )
        )
    ),
    re.IGNORECASE,
)
# Of a picture that is yet to be made these say what must not appear; of one that is there, what must go.
LEAVE_OUT = re.compile(
    r"(?:^|[,;-]|\b(?:but|and|just|only|with))\s*(?:no|without(?:\s+any)?|free\s+of|avoid)\s+"
    + NAME.format("thing")
    + END,
    re.IGNORECASE,
)


@cache
def told(what: str) -> frozenset[str]:
    """The words of negatives.yaml under `cues`, `small` or `general`."""
    return frozenset(read_yaml(Path(__file__).parent / "negatives.yaml")[what].split())


def heeds_negatives(dialogue: Dialogue, library: Library) -> str | None:
    for n, turn in enumerate(dialogue.turns):
        skill = library[turn.call.intent]
        if "avoid" in turn.call.parameters:
            problem = not_forbidden(str(turn.call.parameters["avoid"]), turn.user)
        else:
            problem = unheeded(turn, skill) if skill.draws else None
        if problem:
            return f"turns.{n}: {problem}"
    return None


def not_forbidden(avoid: str, heard: str) -> str | None:
    """Each avoided thing is named in this turn, near a word that forbids it."""
    words = words_in(heard)
    for thing in avoid.split(","):
        named = set(words_in(thing)) - told("small")
        places = [i for i, word in enumerate(words) if word in named]
        if not named <= {words[i] for i in places}:
            return f"avoid {thing.strip()!r} is not named in this turn"
        beside = [words[j] for j in around(places, len(words)) if j not in places]
        if told("cues").isdisjoint(beside) and not any(map(is_slip_of_cue, beside)):
            return f"avoid {thing.strip()!r} is named, but nothing says to avoid it"
    return None


def around(places: list[int], count: int) -> set[int]:
    return {j for i in places for j in range(max(0, i - NEAR), min(count, i + NEAR + 1))}


def is_slip_of_cue(word: str) -> bool:
    long = [cue for cue in told("cues") if len(cue) >= 4]
    return len(word) >= 4 and bool(get_close_matches(word, long, n=1, cutoff=0.8))


def unheeded(turn: Turn, skill: Skill) -> str | None:
    """A plain "leave it alone" that the label does not hold; what the other parameters hold is meant otherwise."""
    values = [str(value).casefold() for value in turn.call.parameters.values()]
    heard = turn.user.casefold()
    for value in values:
        heard = heard.replace(value, " … ") if len(value) > 12 else heard
    patterns = (LEAVE_ALONE, LEAVE_OUT) if skill.type == "create" else (LEAVE_ALONE,)
    labelled = told("small").union(*(words_in(value) for value in values))
    for pattern in patterns:
        for match in pattern.finditer(heard):
            named = set(words_in(next(name for name in match.groups() if name)))
            if not named <= labelled and named.isdisjoint(told("general")):
                return f"{match[0].strip(' ,;-')!r} is said, but the label avoids nothing"
    return None


def words_in(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.casefold().replace("’", "'").replace("w/o", "without"))
