"""Things: how a thing is named in the words around it, and values that are read alike for every skill.

named("the strawberry on the left out of there") -> "strawberry on the left"
amount("a bit brighter", guideline)              -> 15
"""

import re

from evaluation.reader.lexicon import ARTICLE, COLOUR, DETERMINER, NOT_A_THING, PICTURE, POINTED, PRONOUN, STOP
from schemas.guideline import Guideline

WHERE = r"(?:\s(?:on|to|at|from) the (?:far |very )?(?:left|right)|\sin the (?:middle|centre|front|back))"
NOUNS = rf"(?<!')(?!{STOP}\b)\w[\w'-]*(?:\s(?!{STOP}\b)\w[\w'-]*){{0,3}}"
THING = rf"(?:\b{POINTED}\b|\b{DETERMINER}\s{NOUNS}{WHERE}?|\b{PRONOUN}\b)"
NEW = rf"(?:\b{ARTICLE}\s{NOUNS}(?:\sof\s(?:an?\s)?{NOUNS})?)"
SOME = rf"(?:{NEW}|\b{NOUNS})"
ANY = rf"(?:{THING}|\b{NOUNS}{WHERE}?)"

INSIDE = (
    rf"(?:in|from|out of|off|on|inside|into) (?:of )?(?:(?:{DETERMINER}|a) )?(?:whole |entire )?(?:{PICTURE}|"
    r"there|here|it|this|that)"
)
TRAILING = re.compile(
    rf"(?:^|\s+)(?:{INSIDE}|altogether|completely|entirely|away|out|off|there|here|now|today|again|instead|"
    r"too|as well|also|"
    r"please|already|somewhere|somehow|if possible|if you (?:can|could)|for me|anymore|any more|at all|"
    r"though|this time|"
    r"after all|any time|as before|in it|try(?: it| that)?|or so|try out|so|to it)$",
    re.IGNORECASE,
)
BREAK = re.compile(
    r"\s*(?:[,;:?!(]|\.(?:\s|$)|\s->|\s(?:because|since|so that|and that|which|who|that's|is|are|was|were|"
    r"would|should|could|"
    r"can|for (?:my|our|the client)|to (?:match|make|fit|see)|but|while|when|unless|if|until|without|than)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
ARTICLES = re.compile(
    rf"^(?:(?:{DETERMINER}|an?|some|another|any|all of|all|both|one of|just|only|also|even|maybe|perhaps|"
    r"those|these|more|"
    r"such|single|nice|little bit of|bit of)\s+)+",
    re.IGNORECASE,
)


def named(words: str) -> str:
    """A thing by its name: no article, nothing behind it that is not part of the name."""
    text = BREAK.sub("", words.strip(" ,.;:!?"))
    while (shorter := TRAILING.sub("", text).strip(" ,.;:!?")) != text:
        text = shorter
    return ARTICLES.sub("", text).strip()


def is_thing(name: str) -> bool:
    vague = name.casefold().split()[-1:] in (["something"], ["thing"], ["things"], ["one"])
    return bool(name) and not vague and name.casefold() not in NOT_A_THING and len(name.split()) <= 7


def is_pronoun(words: str) -> bool:
    return bool(re.fullmatch(rf"(?:the )?{PRONOUN}", words.strip(), re.IGNORECASE))


def thing_of(words: str, focus: str | None) -> str | None:
    """The thing that words point at; what was spoken of last where they only point."""
    text = words.strip(" ,.;:!?")
    if re.fullmatch(r"(?:that|this) thing", text, re.IGNORECASE):
        return None
    if is_pronoun(text):
        return focus
    name = named(text)
    if is_pronoun(text) or is_pronoun(name):
        return focus
    return name if is_thing(name) else None


def colour_in(text: str) -> str | None:
    found = re.search(rf"\b{COLOUR}\b|#[0-9a-f]{{6}}", text, re.IGNORECASE)
    return found[0].replace("-", " ") if found else None


def percent(text: str) -> float | None:
    found = re.search(r"(\d+(?:\.\d+)?)\s?(?:%|percent\b|per cent\b)", text, re.IGNORECASE)
    return number(found[1]) if found else None


def amount(text: str, guideline: Guideline) -> float | None:
    """How much, in percent: as a number, or in words that the guideline gives a number."""
    said = percent(text)
    if said is None and (found := re.search(r"(?<![\w:])[+-]\s?(\d{1,3})(?![\d:x])", text)):
        said = number(found[1])
    if said is not None:
        return said
    for words in sorted(guideline.amounts, key=len, reverse=True):
        if re.search(rf"\b(?<!how ){re.escape(words)}\b(?! as\b)", text, re.IGNORECASE):
            return guideline.amounts[words]
    return None


def number(text: str) -> float:
    value = float(text)
    return int(value) if value.is_integer() else value


def size_in(text: str, guideline: Guideline) -> str | None:
    pixels = re.search(r"\b(\d{2,5})\s?(?:x|by|\*)\s?(\d{2,5})\b", text, re.IGNORECASE)
    if pixels:
        return f"{pixels[1]}x{pixels[2]}"
    ratio = re.search(r"\b(\d{1,2}) ?(?::|to|by) ?(\d{1,2})\b", text)
    if ratio:
        return f"{ratio[1]}:{ratio[2]}"
    if re.search(r"\b(?:village|town|market|city|time[s]?) square\b", text, re.IGNORECASE):
        return None
    for size, words in guideline.sizes.items():
        if any(re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for word in words):
            return size
    return None
