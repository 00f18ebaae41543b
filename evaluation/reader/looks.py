"""The look of the whole picture: tones, light, style, anime, line art.

adjust("a touch brighter") -> Draft("adjust", {"property": "brightness", "direction": "more", "amount": 10})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import COLOUR, LIGHT_WORD, LIGHTS, PICTURE, STYLE
from evaluation.reader.things import amount, named, percent
from schemas.skill import Value

MORE, LESS = "more", "less"
DIALS = [
    ("blur", r"blur\w*|out of focus|unfocus\w*|defocus\w*|bokeh"),
    ("sharpness", (
        r"sharp\w*|crisp\w*|softer edges|edges (?:be |look )?softer|edges (?:\w+ ){0,2}crisper|"
        r"soften\w*(?! (?:the )?contrast)|"
        r"(?:softer|less harsh) (?:focus|detail|edges)|softer(?! colou?rs?| light\w*| contrast| tones?)"
    )),
    ("contrast", r"contrast\w*|flat(?:ten|ter|ness)\w*|punchier"),
    ("saturation", (
        r"oversaturated|saturat\w*|desaturat\w*|vivid\w*|vibran\w*|colourful|mut(?:e|ed|ing)|"
        r"(?:richer|stronger|deeper|more intense|bolder|paler|duller|calmer|weaker|livelier|washed[- ]out|faded|"
        r"less intense|less strong|more|less|fewer|intensif\w+ the|tone down the|boost the|pump up the|quieter|"
        r"softer) colou?rs?|colours? (?:\w+ ){0,3}(?:richer|stronger|paler|calmer|deeper|bolder|pop|intense|"
        r"softer|down|up|muted|quieter)"
    )),
    ("warmth", (
        r"warm(?!.*\blight\b)\w*|cool(?:er|ing|ed| (?:this down|it down|everything down|down|it|the|this|"
        r"everything)\b)|cold(?:er)?|temperature|tint"
    )),
    ("brightness", (
        r"bright\w*|dark(?:er|en|ens|ened|ening)?\b(?! \w+ (?:letters|lines))|lighten\w*|lighter|expos(?:ure|ed)|"
        r"(?:more|less) light(?! \w+ light)|"
        r"underexposed|overexposed|dim(?:mer|med|ming|s)?\b|luminosity|gloomy|murky|light up"
    )),
]  # fmt: skip
OPPOSITE = (
    r"\b(?:cool this|overexposed|oversaturated(?!.*\bdown\b)|dark\w*|dim\w*|flat\w*|desaturat\w*|mut(?:e|ed|"
    r"ing)|paler|duller|calmer|weaker|quieter|faded|washed[- ]out|cool\w*|cold\w*|soft\w*|gloomy|murky|"
    r"unsharp)\b"
)
REDUCE = (
    r"\b(?:less|lower\w*|reduc\w*|decreas\w*|(?<!cool )(?<!cool it )(?<!tone )down|drop\w*|off|minus|fewer|cut|"
    r"weaken\w*|tone down|pull back|take .*? (?:off|out|away)|not so|without so|too (?:much|bright|sharp|warm|"
    r"strong|vivid))\b|(?<!\w)-\s?\d"
)


def adjust(heard: Heard) -> Draft | None:
    dial = next((name for name, pattern in DIALS if heard.says(rf"\b(?:{pattern})\b")), None)
    if dial is None:
        return None
    said: dict[str, Value] = {"property": dial, "direction": direction(heard)}
    if (much := amount(heard.text, heard.guideline)) is not None:
        said["amount"] = much
    return Draft("adjust", said)


RAISED = r"\b(?:warmer|brighter|sharper|crisper|stronger|richer|lighter|more (?:vivid|vibrant|colourful))\b"


def direction(heard: Heard) -> str:
    """Down for a word of less or for the name of the lower end; up again for both together ("less dark")."""
    if heard.says(
        r"\btoo dark\b|\bwashed[- ]out\b|\bbrighten\b|\bboost\b|\bliven\b|\bunderexposed\b"
    ) and not heard.says(r"\boverexposed\b"):
        return MORE
    if heard.says(r"\bcooler\b|\bcool(?: \w+){0,2} down\b|\boverexposed\b"):
        return LESS
    if heard.says(rf"\b(?:not so|too|less) \w+\b.*{RAISED}"):
        return MORE
    opposite = heard.says(OPPOSITE) or heard.says(r"\btoo (?:bright|sharp|warm|strong|vivid|blurry|colourful)\b")
    reduced = heard.says(REDUCE) and not heard.says(r"\btoo (?:bright|sharp|warm|strong|vivid|blurry|colourful)\b")
    return LESS if opposite != reduced else MORE


FROM = [
    (
        "left",
        r"(?:from|on|coming from|off to) (?:the )?(?:far )?left(?:-hand)?|left[- ](?:hand )?(?:side )?light|from left",
    ),
    ("right", r"(?:from|on|coming from) (?:the )?(?:far )?right(?:-hand)?|from right"),
    (
        "above",
        (
            r"(?:from )?(?:straight |directly |right )?(?:from )?(?:above|overhead|the top|on high)|top[- ]down|"
            r"from over it"
        ),
    ),
    ("behind", r"(?:from )?(?:straight |right )?(?:from )?(?:behind|the back)|back ?lit|backlight\w*"),
]


def relight(heard: Heard) -> Draft | None:
    light = next((name for name, pattern in LIGHTS.items() if heard.says(rf"\b(?:{pattern})\b")), None)
    about_light = heard.says(rf"\b{LIGHT_WORD}\b")
    if light in ("soft", "dramatic", "studio", "neon", "candlelight") and not about_light:
        return None
    if light is None and not heard.says(
        r"\b(?:relight|change the light(?:ing)?|different light(?:ing)?|other light(?:ing)?)\b"
    ):
        return None
    said: dict[str, Value] = {"light": light} if light else {}
    side = next((name for name, pattern in FROM if heard.says(rf"\b(?:{pattern})\b")), None)
    if side:
        said["direction"] = side
    return Draft("relight", said)


def anime(heard: Heard) -> Draft | None:
    if not heard.says(r"\b(?:anime\w*|manga\w*|japanese (?:cartoon|comic|animation)|otaku)\b"):
        return None
    return Draft("anime", strength(heard))


def strength(heard: Heard) -> dict[str, Value]:
    much = percent(heard.text)
    return {} if much is None else {"strength": much}


LINE_ART = (
    r"\b(?:line[- ]?art|line drawing|lineart|outlin\w*|contours?|lines (?:only|and nothing)|to lines|(?:heavy|bold|"
    r"thick|thin|fine|delicate) lines?|colou?ring[- ](?:page|book|sheet)\w*|only "
    r"(?:the )?lines|"
    r"just (?:the )?lines|lines only|bare lines|stencil|tattoo|template|trac(?:e|ed|ing)|silhouette lines|"
    r"line work|only the lines|linework|"
    r"colour (?:this |it )in|colour in$)\b"
)
WEIGHTS = {
    "fine": r"\b(?:fine(?:r|ly)?|thin(?:ner)?|delicate|hairline|light lines|slim|subtle)\b",
    "bold": r"\b(?:bold(?:er)?|heavy|heavier|thick(?:er)?|strong lines|fat|chunky|broad)\b",
}


def line_art(heard: Heard) -> Draft | None:
    if not heard.says(LINE_ART):
        return None
    said: dict[str, Value] = {}
    weight = next((name for name, pattern in WEIGHTS.items() if heard.says(pattern)), None)
    if weight:
        said["line"] = weight
    drawn = heard.find(rf"\bin (?P<c>{COLOUR})\b|\b(?P<d>{COLOUR}) (?:lines?|outlines|contours|ink)\b")
    if drawn:
        said["colour"] = (drawn["c"] or drawn["d"]).replace("-", " ")
    return Draft("line_art", said)


NAMED_STYLE = [
    r"\b(?:in|to|into) (?:the )?(?:style|manner|look) of (?:an? )?(?P<s>[\w' -]+)",
    r"\b(?:style|look|technique)(?: was| were| is|:| should be)? ?(?:to|be)? (?:an? )?(?P<s>[\w' -]+)$",
    r"\b(?:in|the|an?) (?P<s>[\w' -]+?)[- ](?:style|look|treatment|manner|fashion|version)\b",
    r"^(?P<s>[\w' -]+?)[- ](?:style|look|treatment)\b",
    (
        r"\b(?:turn|transform|convert|make|redo|repaint|render|do|try|show) (?:it|this|that|everything|us|the "
        rf"whole thing|(?:the|my|this) {PICTURE}|this one) (?:look )?(?:in|into|to|as|like|look like|a)+ (?:an? "
        r")?(?P<s>[\w' -]+)$"
    ),
]


def stylize(heard: Heard) -> Draft | None:
    style = known_style(heard) or unknown_style(heard)
    if style:
        return Draft("stylize", {"style": style, **strength(heard)})
    if heard.says(r"\b(?:(?:another|different|new|other) (?:art(?:istic)? )?style|change the style|restyle)\b"):
        return Draft("stylize", {})
    return None


def known_style(heard: Heard) -> str | None:
    found = heard.find(rf"\b{STYLE}\b")
    return found[0] if found else None


def unknown_style(heard: Heard) -> str | None:
    """A style nobody listed, where the sentence is about style."""
    if not heard.says(r"\b(?:styles?|stylis\w+|styliz\w+|in the manner of|art look|technique)\b"):
        return None
    for pattern in NAMED_STYLE:
        found = heard.find(pattern)
        style = named(found["s"]) if found else ""
        if (
            style
            and style.casefold() not in ("new", "different", "other", "another", "same", "that", "this")
            and not re.search(r"\b(?:other|different)$", style)
        ):
            return style
    return None
