"""Exchanges: one thing for another, one colour for another.

replace_object("swap the car for a bike") -> Draft("replace_object", {"object": "car", "replacement": "bike"})
recolor("teal for the car")               -> Draft("recolor", {"object": "car", "colour": "teal"})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import COLOUR, REMOVE, STYLE
from evaluation.reader.things import ANY, NEW, NOUNS, SOME, THING, WHERE, is_thing, named, thing_of
from schemas.skill import Value

IN_PLACE = r"(?:in (?:exactly )?(?:the same|its|that|their) (?:spot|place)|there instead|there|instead|in its stead)"
MUST = r"(?:could|can|would|should|might|must|has to|ought to|let)"
BECOME = r"(?:be|become|turn into|be turned into|be swapped for|be replaced (?:by|with))"
SWAPPED = [
    rf"\bsubstitut\w* (?P<r>{NEW}) for (?P<o>{THING})",
    (
        rf"\b(?:need|want|like|love|have|see|get) (?P<o>{THING}) (?:turned|changed|made|transformed|swapped|"
        rf"replaced|exchanged) "
        rf"(?:into|for|by|with|to) (?P<r>{SOME})"
    ),
    rf"\binstead of (?P<o>{THING}),? (?:there (?:should|could|must) be|i(?:'d)? (?:want|like)|put|paint|"
    rf"make it) (?P<r>{NEW})",
    rf"(?P<r>{NEW}) (?:there|in there|here), (?:and )?not (?P<o>{THING})",
    (
        rf"\b(?:replac\w*|swap\w*|exchang\w*|trad(?:e|ing)|switch\w*|substitut\w*) (?P<o>{ANY})(?: out| over)? "
        rf"(?:for|with|into|to|by) (?P<r>{SOME})"
    ),
    (
        rf"\b(?:chang\w*|turn\w*|transform\w*|convert\w*|mak(?:e|ing)|let) (?P<o>{THING}) (?:into|to|become|be) "
        rf"(?P<r>{SOME}(?! style))"
    ),
    rf"\b(?:mak(?:e|ing)|turn\w*) (?P<o>{THING}) (?P<r>{NEW})",
    (
        rf"(?P<r>{SOME}) (?:instead of|in place of|in lieu of|rather than|to replace|replacing|to take the place "
        rf"of|where|in the spot of|take the place of|replace) (?P<o>{THING})"
    ),
    rf"\bnot (?P<o>{THING})(?:,| but|, but) (?P<r>{SOME})",
    rf"(?P<r>{NEW}),? (?:and )?not (?P<o>{THING})",
    rf"(?P<o>{ANY}) ?(?:->|/) ?(?P<r>{SOME})",
    rf"\brecast (?P<o>{THING}) as (?P<r>{SOME})",
    rf"(?P<o>{THING}) becoming (?P<r>{SOME})",
    rf"\b(?:prefer|like|have) (?P<r>{NEW}) (?:over|to|than) (?P<o>{THING})",
    rf"(?P<r>{NEW}) (?:(?!the\b)[\w']+ ){{0,5}}?than (?P<o>{THING})",
    rf"\b{REMOVE} (?P<o>{THING})(?: away| out)?,? (?:and|then),? (?:\w+ ){{0,3}}?(?P<r>{NEW}) (?:down |in )?{IN_PLACE}",
    rf"(?P<o>{THING}) (?:out|away),? (?:and )?(?P<r>{NEW}) in\b",
    rf"\bone swap (?P<r>{SOME}) for (?P<o>{THING})",
    rf"\bwhat if (?P<o>{THING}) (?:became|turned into|was|were|changed into) (?P<r>{NEW})",
    rf"{MUST} (?P<o>{THING}) {BECOME} (?P<r>{NEW})",
    rf"(?P<o>{THING}) {MUST} {BECOME} (?P<r>{NEW})",
    rf"\b(?:supposed|meant) to be (?P<r>{NEW}),? (?:and )?not (?P<o>{THING})",
]
TOLD = [
    rf"\bmake (?:that|it|this) (?P<r>{NEW})",
    rf"(?P<r>{NEW})(?: down| in| up)? {IN_PLACE}",
    rf"\b(?:says|be|put|paint|use) (?P<r>{NEW})\b.*\bswap",
]
STORY_WORDS = frozenset(
    {
        "text",
        "customer",
        "client",
        "story",
        "rest",
        "place",
        "spot",
        "size",
        "way",
        "same",
        "others",
        "scene",
        "picture",
        "image",
        "photo",
    }
)


def replace_object(heard: Heard) -> Draft | None:
    text = re.sub(r"\bswap:\s*", "swap ", heard.text, flags=re.IGNORECASE)
    if half := not_said_for_what(heard):
        return half
    for pattern in SWAPPED:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            if draft := swap(found["o"], found["r"], heard):
                return draft
    return told_swap(heard) or half_said(heard)


def half_said(heard: Heard) -> Draft | None:
    """A thing that is to be exchanged, and nothing more."""
    found = heard.find(rf"\b(?:swap|exchange|replace|substitute|trade)(?: out)? (?P<o>{THING})$")
    thing = thing_of(found["o"], heard.focus) if found else None
    return Draft("replace_object", {"object": thing}) if thing else None


def not_said_for_what(heard: Heard) -> Draft | None:
    """A thing that is to be exchanged for something, and the user does not say what."""
    found = heard.find(rf"\bsomething (?:else|different|new) (?:in place of|instead of|for|where) (?P<o>{THING})")
    found = found or heard.find(rf"\bnot (?P<o>{THING}), something (?:else|different)\b")
    thing = thing_of(found["o"], heard.focus) if found else None
    return Draft("replace_object", {"object": thing}) if thing else None


def swap(old: str, new: str, heard: Heard) -> Draft | None:
    thing, replacement = thing_of(old, heard.focus), named(new)
    if re.search(rf"\b{STYLE}(?: (?:version|look|style|thing))?$", replacement, re.IGNORECASE):
        return None
    if not thing or is_colour(replacement):
        return None
    if re.match(r"(?:some|any)(?:thing|body|one)|(?:another|a different|a new) (?:thing|one)", new, re.IGNORECASE):
        return Draft("replace_object", {"object": thing})
    if not is_thing(replacement):
        return None
    return Draft("replace_object", {"object": thing, "replacement": replacement})


def told_swap(heard: Heard) -> Draft | None:
    """The old thing stands in one clause, "a … in the same spot" in another."""
    if not heard.says(
        r"\b(?:instead|same|swap|place|never worked|apart from|except|but for|make (?:that|it)|changed my mind)\b"
    ):
        return None
    new = next((found for pattern in TOLD if (found := heard.find(pattern))), None)
    if not new:
        return None
    old = latest_thing(heard.text[: new.start()]) or latest_thing(heard.text[new.end("r") :])
    return swap(old, new["r"], heard) if old else None


def latest_thing(text: str) -> str | None:
    """The last thing named with an article; none of the words that stories hang on."""
    found = [m[0] for m in re.finditer(rf"\bthe {NOUNS}{WHERE}?", text, re.IGNORECASE)]
    things = [words for words in found if is_thing(named(words)) and named(words).split()[-1] not in STORY_WORDS]
    return things[-1] if things else None


def is_colour(text: str) -> bool:
    return bool(re.fullmatch(rf"(?:an? )?{COLOUR}(?: (?:one|colour))?", text.strip(), re.IGNORECASE))


ANOTHER_COLOUR = (
    r"\b(?:re-?colou?r\w*|(?:a |some )?(?:another|new|different|nicer|better|other) colour|(?:chang|"
    r"switch)\w* the colour|colour of)\b"
)
OF_A_THING = re.compile(
    r"\s+(?!on\b|to\b|for\b|please|this|instead|now|too|would|is\b|might|and\b|colour|works?|suits?|but|in\b|does\b|"
    r"do\b|looks?\b|can\b|could\b|should\b|will\b|not\b|or\b|as\b|then\b|instead\b|was\b)[a-z]",
    re.I,
)


def recolor(heard: Heard) -> Draft | None:
    colour = new_colour(heard.text)
    if not colour and not heard.says(ANOTHER_COLOUR):
        return None
    thing = coloured_thing(heard, colour)
    if not thing:
        return None
    said: dict[str, Value] = {"object": thing}
    return Draft("recolor", {**said, "colour": colour} if colour else said)


def new_colour(text: str) -> str | None:
    """The last colour that is not part of a thing's name."""
    found = re.finditer(rf"\b{COLOUR}\b|#[0-9a-f]{{6}}\b", text, re.IGNORECASE)
    alone = [m[0] for m in found if not OF_A_THING.match(text[m.end() :])]
    return alone[-1].replace("-", " ") if alone else None


COLOURED = [
    rf"\b(?:colour|shade|tone) of (?P<o>{THING})",
    rf"(?P<o>{THING})(?:,| ->|:| -)? (?:a )?«c»",
    (
        rf"(?P<o>{THING}) (?:\w+ ){{0,3}}?(?:come in|over to|in|to|be|were|was|is|with|but|into|look)(?: \w+)? (?:an? |"
        r"the |in )*«c»"
    ),
    rf"\bcolour for (?P<o>{THING})",
    rf"«c» (?:\w+ ){{0,2}}?(?:for|on|suits|mean) (?P<o>{THING})",
    rf"(?P<o>{THING}) (?:another|a different|a new|\w+ other) colour",
    rf"\b(?:what|how|the way) (?P<o>{THING}) (?:should|must|has to|ought to|could) (?:be|look)",
    rf"^(?P<o>{NOUNS}{WHERE}?)(?:,| ->|:| in| to)? «c»$",
    rf"«c» (?P<o>{NOUNS}{WHERE}?)$",
    rf"(?P<o>{THING})",
]


def coloured_thing(heard: Heard, colour: str | None) -> str | None:
    text = heard.text
    if colour:
        text = re.sub(re.escape(colour).replace(r"\ ", "[ -]"), "«c»", text, flags=re.IGNORECASE)
    for pattern in COLOURED:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            thing = thing_of(found["o"], heard.focus)
            if thing and not re.search(
                r"«|\b(?:colour|brand|client|shape|logo|way|look|final|original|says|wife|let's)\b", thing
            ):
                return thing
    return None
