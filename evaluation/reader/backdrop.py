"""Backdrop: what stands behind the subject, taken away or exchanged for another place.

replace_background("set it against a beach at sunset") -> Draft("replace_background", {"background": "beach at sunset"})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import DETERMINER, PICTURE, SITE
from evaluation.reader.things import ARTICLES, NOUNS, THING, is_thing, named, thing_of

BEHIND = (
    r"\b(?:background|backdrop|surroundings?|what's behind|whats behind|everything behind|everything around|"
    r"all around|around (?:it|the subject)|"
    r"nothing (?:at all )?(?:behind|around)|behind (?:it|everything|the subject|them|him|her|us)|in the "
    r"back\b|only the foreground|setting)\b|\b(?:behind|around)$"
)
EMPTY = (
    r"\b(?:transparen\w*|cut-?outs?|see-through|no background|without (?:a |the |any )?background|isolat\w*|"
    r"alpha channel|"
    r"remove\.bg|alpha|sticker|"
    r"knock(?:ed)? out|separate(?! picture)|(?:background|surroundings)(?: is)? (?:out|off|gone|away|removed|removal)|"
    r"nothing (?:at all )?(?:behind|around)|"
    r"cut (?:out|away|the|everything)|free the|rest empty|empty background|blank background)\b"
)
GONE_BEHIND = (
    r"\b(?:remov\w*|delet\w*|eras\w*|los(?:e|ing)|tak(?:e|ing)|strip\w*|mask\w*|drop\w*|clear\w*|cut\w*|get rid|"
    r"kill|wip\w*|without|no|free|go|goes|disappear\w*|vanish\w*)\b"
)
PLACE = [
    rf"\bset (?:it|this|the (?:scene|subject|{PICTURE}))? ?(?:against|in front of|in|on) (?P<b>.+)$",
    r"\b(?:against|in front of) (?P<b>.+)$",
    (
        r"\b(?:transport|move|take|bring|put|place|drop|send|relocate|transfer|shift)\w* (?:it|this|that|us|"
        rf"them|everything|(?:{DETERMINER} )?(?:whole |entire )?(?:{PICTURE}|subject|thing|one)|{THING})(?: "
        r"(?:over|away))?(?: to| into| onto| in front of| against| in| on) (?P<b>.+)$"
    ),
    (
        r"\b(?:scene|everything|all|subject) (?:moved|transported|set|placed|put) (?:to|in|into|on|against|in "
        r"front of) (?P<b>.+)$"
    ),
    (
        r"\b(?:background|backdrop|surroundings?|setting|place|behind the subject|around it|around|what's "
        r"behind|behind) (?:with|to|into|for|by|should be|must be|has to be|needs to be|to be|be|was|were|is|"
        r"becomes?|of|as|like|(?=[,:-]))\b[,: -]*(?P<b>.+)$"
    ),
    (
        r"\b(?:use|have|put|make|want|like|need|see|get|give|place|try|paint|set|with|of|for|rather have|about|"
        r"it should be|same subject,)? ?(?P<b>(?:an?|the|some) [\w' -]+?) (?:as|for|behind|in the back|in the "
        r"background|would suit|would be|around)\b.*$"
    ),
    r"\b(?:background|backdrop|surroundings?|different place|other place|somewhere else|what's behind)\W+(?P<b>.+)$",
    (
        r"\b(?:place|background|backdrop|surroundings?|behind)\b.*?\b(?:should be|make (?:that|it|this)|like|be|"
        r"to) (?P<b>.+)$"
    ),
]
SOMEWHERE = (
    r"\b(?:happen elsewhere|(?:move|bring|take) it (?:all )?(?:to|into) an?|moved to|against|in front of|"
    r"transport\w*|teleport\w*|(?:move|shift|bring|relocate|set|put|drop) (?:the )?(?:whole |entire )?(?:scene|"
    r"everything|this|it|subject)\b.* (?:to|in|into|on|onto) |(?:scene|subject) moved to|different place|other "
    r"place|somewhere else|place is wrong)"
)


def about_background(heard: Heard) -> bool:
    return heard.says(BEHIND) or heard.says(EMPTY) or heard.says(SOMEWHERE)


def remove_background(heard: Heard) -> Draft | None:
    if not (heard.says(EMPTY) or (heard.says(BEHIND) and heard.says(GONE_BEHIND))):
        return None
    kept = kept_thing(heard)
    return Draft("remove_background", {"object": kept} if kept else {})


ALONE = (
    r"(?:with no(?:thing)?\b|without\b|on trans|on a trans|(?:should|must|has to) (?:stay|remain|be kept)|"
    r"stays?\b|remains?\b|on its own|alone|no background|and nothing|cut out)"
)
KEPT = [
    rf"\b(?:keep|leave|want|have|need|get|see|give)(?: me| us)? (?:only|just) (?P<o>{THING})",
    rf"\bonly (?:want|need|keep|leave|have|see|get) (?P<o>{THING})",
    rf"\b(?:keep|leave|want|have|need|get|see) (?P<o>{THING}),? {ALONE}",
    rf"\b(?:only|just) (?P<o>{THING}) (?:(?:should|must|may|is to|has to) )?(?:stays?|remains?|be kept|be left)",
    rf"\b(?:isolate|cut out|cut|free|extract|lift|mask out|detach|separate) (?P<o>{THING})",
    rf"\b(?:everything|all) (?:but|except(?: for)?|apart from) (?P<o>{THING})",
    rf"\b(?:need|want|have) (?P<o>{THING}) as a",
    rf"\b(?:leave|keep) only (?P<o>{THING})",
    rf"^(?:only|just) (?P<o>{THING})",
    rf"\b(?:cut-?out|sticker|png|isolation|version) of (?P<o>{THING})",
    rf"^(?P<o>{THING}),? {ALONE}",
]
NOT_KEPT = r"\b(?:background|subject|foreground|picture|image|photo|transparen\w*|main|everything|rest|same|bg)\b"


def kept_thing(heard: Heard) -> str | None:
    for pattern in KEPT:
        for found in re.finditer(pattern, heard.text, re.IGNORECASE):
            thing = None if re.fullmatch(r"this|it", found["o"], re.I) else thing_of(found["o"], heard.focus)
            if thing and not re.search(NOT_KEPT, thing, re.IGNORECASE):
                return thing
    return None


def replace_background(heard: Heard) -> Draft | None:
    if not (heard.says(BEHIND) or heard.says(SOMEWHERE)):
        return None
    if heard.says(r"\b(?:put|set|show) (?:this|it|the)\b.*(?:light\w*|moonlight|candlelight)\b|\bcontrast\b"):
        return None
    if site := site_said(heard):
        return Draft("replace_background", {"background": site})
    for pattern in PLACE:
        found = heard.find(pattern)
        place = place_named(found["b"]) if found else ""
        if place:
            return Draft("replace_background", {"background": place})
    if heard.says(r"\b(?:change|replace|swap|switch|new|different|another|other)\b"):
        return Draft("replace_background", {})
    return None


AT_TIME = (
    r"(?:\s(?:at|in|during|by)\s(?:the\s)?(?:night|dawn|dusk|sunset|sunrise|noon|midnight|evening|morning|"
    r"winter|summer|autumn|spring|rain|snow|fog))"
)


def site_said(heard: Heard) -> str | None:
    """The last place that has a name like a place: a beach, the moon, outer space."""
    found = re.finditer(
        rf"(?:\b(?:an?|the|some)\s{NOUNS}|\bouter space|\bspace\b){AT_TIME}?", heard.text, re.IGNORECASE
    )
    sites = [m[0] for m in found if re.search(rf"\b{SITE}(?:{AT_TIME})?$", m[0], re.IGNORECASE)]
    return ARTICLES.sub("", sites[-1]) if sites else None


def place_named(words: str) -> str:
    text = re.sub(
        (
            r"^.*\b(?:like|for example|say|such as|maybe|be|to|it should be|make that|thinking of|about) "
            r"(?=(?:an?|the|outer) )"
        ),
        "",
        words,
    )
    text = re.sub(
        (
            r"\s+(?:as|for) (?:the |a |my )?(?:background|backdrop|setting).*$|\s+(?:behind|around) (?:it|"
            r"everything|the subject).*$"
        ),
        "",
        text,
    )
    text = re.sub(r"\s+(?:instead of|suit|than|in the (?:back|background)|behind)\b.*$", "", text)
    name = named(text)
    return (
        ""
        if not name
        or not is_thing(name)
        or re.search(
            (
                r"\b(?:transparen\w*|empty|different|new|other|so|dull|distracting|gone|light|lighting|removed|"
                r"swap|leave only.*|background|that|better|life|removal|off|out|nothing|anime|manga|collage|"
                r"disappear|vanish|go|go away|keep|just|only|subject|same)\b"
            ),
            name,
        )
        else name
    )


def is_site(text: str) -> bool:
    return bool(re.search(rf"\b{SITE}\b", text, re.IGNORECASE))
