"""The picture as a whole: cut, turned, scaled, enlarged, extended; and what stands behind the subject.

transform("crop it square") -> Draft("transform", {"operation": "crop", "size": "1:1"})
"""

import re
from collections.abc import Mapping

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import DETERMINER, PICTURE, SITE
from evaluation.reader.things import ARTICLES, NOUNS, THING, is_thing, named, number, percent, size_in, thing_of
from schemas.skill import Value

ROTATE = (
    r"\b(?:rotat\w*|(?:counter|anti)?-?clockwise|degrees?|straighten\w*|tilt\w*|turn (?:it|this|the picture) "
    r"(?:around|upside|by|left|right|\d)|quarter turn|half turn|on its side|sideways)\b|°"
)
FLIP = (
    r"\b(?:flip\w*|mirror\w*|swap (?:left and right|right and left|top and bottom)|upside[- ]down|left and "
    r"right swapped|reverse[ds]?|(?:facing|face|faces|look) the other (?:way|direction)|other way (?:a)?round)\b"
)
CROP = (
    r"\b(?:crop\w*|cut (?:it|this|the|my|down)?.*?(?:\d+ ?:|square|widescreen|format)|trim\w*|crop in|close-?up of)\b"
)
RESIZE = r"\b(?:resiz\w*|scal(?:e|ed|ing)|pixels?|px|dimensions|downsiz\w*|bring .* to|save .* as|size)\b"


def transform(heard: Heard) -> Draft | None:
    size = size_in(heard.text, heard.guideline)
    if heard.says(FLIP) and not heard.says(r"\bdegrees?\b"):
        vertical = heard.says(r"\b(?:vertical\w*|upside|top and bottom|bottom and top|head over heels|on its head)\b")
        sideways = heard.says(r"\b(?:horizontal\w*|mirror\w*|left|right|faces?|facing|sideways|look|other way)\b")
        axis: dict[str, Value] = {"axis": "vertical"} if vertical else {"axis": "horizontal"} if sideways else {}
        return Draft("transform", {"operation": "flip", **axis})
    if heard.says(ROTATE):
        return Draft("transform", {"operation": "rotate", **angle(heard)})
    if heard.says(CROP) or (size and ":" in size and not heard.says(RESIZE)):
        return Draft("transform", {"operation": "crop", **crop_to(heard, size)})
    if (size and "x" in size) or heard.says(r"\bresiz\w*\b"):
        return Draft("transform", {"operation": "resize", **({"size": size} if size else {})})
    return None


DETAILS = {"rotate": ("angle",), "flip": ("axis",), "crop": ("size", "object"), "resize": ("size",)}


def lacks_detail(intent: str, said: Mapping[str, Value]) -> bool:
    """Whether a picture is to be cut, turned or scaled, and nothing says how."""
    wanted = DETAILS.get(str(said.get("operation")), ()) if intent == "transform" else ()
    return bool(wanted) and not any(name in said for name in wanted)


def angle(heard: Heard) -> dict[str, Value]:
    found = heard.find(r"(\d{1,3})\s?(?:degrees?|deg|°)?") or heard.find(r"\b(quarter|half)\b")
    if not found:
        return {"angle": 180} if heard.says(r"\bupside\b") else {}
    size = {"quarter": 90, "half": 180}.get(found[1].casefold()) or number(found[1])
    left = heard.says(r"\b(?:counter|anti)-? ?clockwise|\bccw\b|\b(?:to the |to its )?left\b")
    return {"angle": -size if left else size}


def crop_to(heard: Heard, size: str | None) -> dict[str, Value]:
    if size:
        return {"size": size}
    found = heard.find(
        r"\b(?:crop\w*|trim\w*|cut|close|closeup|close-up|zoom)\b.*?(?:\bin on|\bto|\baround|\bof|\bon|\bso "
        rf"that only) (?P<o>{THING}|.+)"
    )
    found = found or heard.find(rf"(?P<o>{THING}) (?:cropped|close[- ]up)")
    thing = thing_of(found["o"], heard.focus) if found else None
    return {"object": thing} if thing and is_thing(thing) else {}


TIMES = {
    "double": 2, "doubled": 2, "twice": 2, "two": 2, "triple": 3, "tripled": 3, "thrice": 3, "three": 3,
    "quadruple": 4, "quadrupled": 4, "four": 4,
}  # fmt: skip
UPSCALE = (
    r"\b(?:upscal\w*|upres\w*|up-?rez\w*|upsampl\w*|(?:more|higher|better|increase|boost|improve|raise|"
    r"double|twice|triple|quadruple|"
    r"print|full|times|high|max\w*)\b[\w ]{0,14}\bresolution|high[- ]res\w*|hi[- ]?res\w*|more pixels|"
    r"enlarge\w*|resolution|4k|"
    r"large format|poster size|blow (?:it|this) up|(?:two|three|four|twice|double|triple) (?:times )?(?:the|"
    r"its|as) (?:size|large|big))\b"
)


def upscale(heard: Heard) -> Draft | None:
    if not heard.says(UPSCALE):
        return None
    return Draft("upscale", factor(heard))


def factor(heard: Heard) -> dict[str, Value]:
    found = heard.find(r"\b([234])\s?(?:x\b|times|-?fold)|\bx\s?([234])\b|factor (?:of )?([234])")
    if found:
        return {"factor": int(next(group for group in found.groups() if group))}
    word = heard.find(rf"\b({'|'.join(TIMES)})(?: times|fold)?\b(?! metres)")
    return {"factor": TIMES[word[1].casefold()]} if word else {}


OUTPAINT = (
    r"\b(?:outpaint\w*|uncrop\w*|extend\w*|expand\w*|widen\w*|panoram\w*|continu\w*|keep (?:drawing|painting|going)|"
    r"more (?:room|space|headroom|picture|surroundings|of the (?:surroundings|scene|picture|view|sky|"
    r"ground)|scenery|to see|sky|ground|air|margin)|"
    r"headroom|beyond the (?:edge|frame|border)\w*|(?:push|move) the (?:\w+ )?edges?|zoom(?:ed)? out|wider "
    r"(?:view|shot|frame|angle)|"
    r"make up what|what's (?:left|right|above|below|beyond)(?: of)?|go(?:es)? on|room (?:above|left|right|"
    r"below|on)|show more|see more|"
    r"(?:\d+ ?(?:%|percent) )?more (?:picture )?(?:on|at|to) (?:the|all|both|every)|^more (?:left|right|"
    r"below|above|at)|more canvas|picture went on|room (?:on|at)|more left and right|^wider|as wide|add "
    r"space|further (?:up|down|out))\b"
)
EDGES = [
    ("all", (
        r"(?:all|every) (?:sides?|directions?|edges?|around|way)|all (?:a)?round|everywhere|each side|in every "
        r"direction|on all"
    )),
    ("sides", (
        r"both sides|(?:the )?left and (?:on )?(?:the )?right|right and (?:the )?left|either side|panoram\w*|"
        r"sideways|to the sides|wider|the sides|horizontally"
    )),
    ("top", r"top|above|up(?:wards?)?|headroom|overhead|higher|upper|sky|taller"),
    ("bottom", r"bottom|below|down(?:wards?)?|lower|underneath|ground|foot"),
    ("left", r"left"),
    ("right", r"right"),
]  # fmt: skip


def outpaint(heard: Heard) -> Draft | None:
    if not heard.says(OUTPAINT):
        return None
    said: dict[str, Value] = {}
    side = next((name for name, pattern in EDGES if heard.says(rf"\b(?:{pattern})\b")), None)
    if side:
        said["direction"] = side
    if (much := percent(heard.text)) is not None:
        said["amount"] = much
    return Draft("outpaint", said)


BEHIND = (
    r"\b(?:background|backdrop|surroundings?|what's behind|whats behind|everything behind|everything around|"
    r"all around|around (?:it|the subject)|"
    r"nothing (?:at all )?(?:behind|around)|behind (?:it|everything|the subject|them|him|her|us)|in the "
    r"back\b|only the foreground|setting)\b|\b(?:behind|around)$"
)
EMPTY = (
    r"\b(?:transparen\w*|cut-?outs?|see-through|no background|without (?:a |the |any )?background|isolat\w*|"
    r"remove\.bg|alpha|sticker|"
    r"knock(?:ed)? out|separate|(?:background|surroundings)(?: is)? (?:out|off|gone|away|removed|removal)|"
    r"nothing (?:at all )?(?:behind|around)|"
    r"cut (?:out|away|the|everything)|free the|rest empty|empty background|blank background)\b"
)
GONE_BEHIND = (
    r"\b(?:remov\w*|delet\w*|eras\w*|los(?:e|ing)|tak(?:e|ing)|strip\w*|mask\w*|drop\w*|clear\w*|cut\w*|get rid|"
    r"kill|wip\w*|without|no|free)\b"
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
    rf"\b(?:keep|leave|want|have|need|get|see)(?: me| us)? (?:only|just) (?P<o>{THING})",
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
NOT_KEPT = r"\b(?:background|subject|foreground|picture|image|photo|transparen\w*|main|everything|rest|bg)\b"


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
    if heard.says(r"\b(?:put|set|show) (?:this|it|the)\b.*(?:light|lighting|moonlight|candlelight)\b"):
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
                r"swap|leave only.*|background|that|better|life|removal|off|out|nothing|anime|manga|collage)\b"
            ),
            name,
        )
        else name
    )


def is_site(text: str) -> bool:
    return bool(re.search(rf"\b{SITE}\b", text, re.IGNORECASE))
