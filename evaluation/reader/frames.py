"""The picture as a whole: cut, turned, scaled, enlarged, extended.

transform("crop it square") -> Draft("transform", {"operation": "crop", "size": "1:1"})
"""

import re
from collections.abc import Mapping

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import ARTICLE, DETERMINER
from evaluation.reader.things import THING, is_pronoun, is_thing, number, percent, size_in, thing_of
from schemas.skill import Value

ROTATE = (
    r"\b(?:rotat\w*|spin\w*|tip (?:it|this|the picture|the image)|(?:counter|anti)?-?clockwise|degrees?|"
    r"straighten\w*|tilt\w*|turn (?:it|this|the picture) "
    r"(?:around|upside|by|left|right|\d)|quarter turn|half turn|on its side|sideways)\b|°"
)
FLIP = (
    r"\b(?:flip\w*|mirror\w*|swap (?:the )?(?:left and (?:the )?right|right and (?:the )?left|"
    r"top and (?:the )?bottom)|upside[- ]down|left and "
    r"right swapped|reverse[ds]?|(?:facing|face|faces|look) the other (?:way|direction)|other way (?:a)?round)\b"
)
CROP = (
    r"\b(?:crop(?!ped,? (?:so )?continue)\w*|cut (?:it|this|the|my|down)?.*?(?:\d+ ?:|square|widescreen|format)|"
    r"trim\w*|crop in|close-?up of)\b"
)
RESIZE = r"\b(?:resiz\w*|scal(?:e|ed|ing)|pixels?|px|dimensions|downsiz\w*|bring .* to|save .* (?:as|at)|size)\b"


THE_MIRROR = re.compile(
    rf"\b(?:{DETERMINER}|{ARTICLE}|no|more|minus|sans|without|with|many|of)\s+(?:[\w-]+\s)?mirrors?\b(?! image)",
    re.IGNORECASE,
)


def flips(text: str) -> bool:
    """Whether something is to be flipped; a mirror on the wall is no flip."""
    return re.search(FLIP, THE_MIRROR.sub("«thing»", text), re.IGNORECASE) is not None


def transform(heard: Heard) -> Draft | None:
    size = size_in(heard.text, heard.guideline)
    if flips(heard.text) and not heard.says(r"\bdegrees?\b"):
        vertical = heard.says(
            r"\b(?:vertical\w*|upside|top (?:and|to) (?:the )?bottom|bottom (?:and|to) (?:the )?top|head over heels|"
            r"on its head)\b"
        )
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
    thing = thing_of(found["o"], heard.focus) if found and not is_pronoun(found["o"]) else None
    format_only = thing and re.search(r"\b(?:format|size|ratio|shape|edges?)$", thing, re.IGNORECASE)
    return {"object": thing} if thing and is_thing(thing) and not format_only else {}


TIMES = {
    "double": 2, "doubled": 2, "twice": 2, "two": 2, "triple": 3, "tripled": 3, "thrice": 3, "three": 3,
    "quadruple": 4, "quadrupled": 4, "four": 4,
}  # fmt: skip
UPSCALE = (
    r"\b(?:upscal\w*|upres\w*|up-?rez\w*|upsampl\w*|(?:more|higher|better|increase|boost|improve|raise|"
    r"double|twice|triple|quadruple|"
    r"print|full|times|high|max\w*)\b[\w ]{0,14}\bresolution|high[- ]res\w*|hi[- ]?res\w*|more pixels|(?:[234] ?x|"
    r"x ?[234])(?! ?\d)|[234] times|"
    r"(?:big|large|detailed) enough|large[- ]format|big (?:poster|screen|print)|fine detail|detail and all|"
    r"blow (?:it|this|that) (?:one )?up|"
    r"enlarge\w*|upscal\w*|resolution|4k|"
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
    r"make up what|what's (?:left|right|above|below|beyond)(?: of)?|go(?:es)? on|room (?:above|right|"
    r"below|on)|show more|see more|"
    r"(?:\d+ ?(?:%|percent) )?more (?:picture )?(?:up |down )?(?:on|at|to|in) (?:the (?:left|right|top|bottom|"
    r"sides?|upper|lower)|all|both|"
    r"every)|more all (?:a)?round|(?:larger|bigger|wider) scene|out of view|both sides,? wider|^more (?:left|right|"
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
