"""Spared: what must not appear or must be left as it is, and the words without it.

spared("crop it but don't touch the car") -> ("car", "crop it")
"""

import re
from typing import NamedTuple

from evaluation.reader.lexicon import DETERMINER
from evaluation.reader.things import named

JOIN = r"(?:[,;.]? ?(?:-+ )?(?:but|and|only|though|just|while|please|also|with|yet)\b[ ,]*|[,;.] ?|\s+|^)+"
NAME = r"(?P<what>[\w' ,-]+?)"
THE = rf"(?P<what>{DETERMINER} [\w' -]+?)"
END = r"(?: please| though please| though| at all| in it| in there)*(?=[,.;!?]|$| please)"
LEFT_ALONE = [
    (
        r"(?:don't|do not|never|please don't) (?:you )?(?:touch|change|alter|move|remove|edit|affect|hurt|"
        rf"lose) {NAME}{END}"
    ),
    rf"without (?:touching|changing|altering|moving|affecting|editing) {NAME}{END}",
    (
        rf"(?:leave|keep) {THE} (?:alone|as (?:it|they) (?:is|are)|as before|untouched|unchanged|the same|in "
        rf"place|be|out of it){END}"
    ),
    rf"(?<!only )(?<!just ){THE} (?:should|must|has to|have to|ought to|needs to|may) (?:stay|remain|be left|"
    r"be kept|not (?:be )?(?:changed?|touched?|moved?))"
    r"(?: as (?:before|it is|they are)| the same| untouched| unchanged| alone| put| there| where it is| in "
    rf"place)*{END}",
    rf"nothing (?:must|should|may|can) happen to {NAME}{END}",
    rf"(?:but|and) (?:keep|leave|spare) {THE}{END}",
    rf"(?:just |only |but )+not {THE}{END}",
    rf"hands off {NAME}{END}",
    rf"{THE} (?:must|should|may)(?: not|n't) (?:be )?(?:change|changed|touched|move|moved){END}",
    rf"{THE} stays(?: as it is| put| the same| there| where it is)*{END}",
]
NOT_WANTED = [
    r"(?:just |but |and |only |with )*(?:no|without(?: any)?|minus|there should be no|free of|leave out|"
    r"don't (?:add|draw|paint|include|want|put in|show)(?: any)?)"
    r" (?P<what>[\w' -]+?)(?: in it| in there| anywhere| please| though)*$",
]
NOTHING_ELSE = re.compile(
    (
        r"^(?:left|right|middle|anything|everything|nothing|rest|it|picture|image|scene|subject|any|all|"
        r"that|this|else|texture|details?|shadows|folds|quality|anything "
        r"else.*|the rest)\b"
    ),
    re.I,
)


class Spared(NamedTuple):
    what: str | None
    rest: str


def spared(text: str) -> Spared:
    """What is to be left alone while something else is done."""
    for pattern in LEFT_ALONE:
        found = re.search(rf"{JOIN}{pattern}", text, re.IGNORECASE)
        if found:
            what = listed(found["what"])
            rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,.;:-!?")
            if what and rest and not NOTHING_ELSE.match(what):
                return Spared(what, rest)
    return Spared(None, text)


def unwanted(text: str) -> Spared:
    """What must not appear in a new picture: the last clause, if it says no to something."""
    for pattern in NOT_WANTED:
        found = re.search(rf"(?:[,;.] ?|\s)(?:- )?{pattern}", text, re.IGNORECASE)
        if found:
            what = listed(found["what"])
            rest = text[: found.start()].strip(" ,.;:-!?")
            if what and len(rest.split()) > 1:
                return Spared(what, rest)
    return Spared(None, text)


def listed(words: str) -> str:
    names = [named(part) for part in re.split(r",| and | or ", words)]
    return ", ".join(name for name in names if name)
