"""Requests: the rules in the order in which they are asked, the most specific first.

request("swap the car for a bike") -> Draft("replace_object", …)
"""

import re

from evaluation.reader import (
    additions,
    backdrop,
    changes,
    creation,
    exchanges,
    frames,
    guides,
    looks,
    own,
    questions,
    talk,
)
from evaluation.reader.heard import Draft, Heard, Rule
from evaluation.reader.lexicon import COLOUR, STYLE
from evaluation.reader.things import THING, colour_in
from schemas.skill import Value

SPOTS = [
    ("top left", r"(?:top|upper)[- ](?:\w+ )?left(?:[- ]hand)?|left (?:at|on) the top"),
    ("top right", r"(?:top|upper)[- ](?:\w+ )?right(?:[- ]hand)?"),
    ("bottom left", r"(?:bottom|lower)[- ](?:\w+ )?left(?:[- ]hand)?"),
    ("bottom right", r"(?:bottom|lower)[- ](?:\w+ )?right(?:[- ]hand)?"),
    ("top", r"top|upper edge|above"),
    ("bottom", r"bottom|lower edge|foot|below|underneath"),
    ("middle", r"middle|centre|centred"),
]


LETTERING = r"\b(?:add|put|write|needs?|want|place|give)\b.*\b(?:text|words|caption|title|headline|lettering|writing)\b"


def add_text(heard: Heard) -> Draft | None:
    quoted = re.findall(r"«(\d+)»", heard.text)
    if not quoted:
        if heard.says(LETTERING) and not heard.says(r"\b(?:room|space|more|\w+er|for the caption|behind the text)\b"):
            return Draft("add_text", {})
        return None
    said: dict[str, Value] = {"text": heard.quotes[int(quoted[-1])]}
    spot = spot_in(heard.text)
    if spot:
        said["position"] = spot
    if colour := colour_in(heard.text):
        said["colour"] = colour
    return Draft("add_text", said)


def spot_in(text: str) -> str | None:
    return next((spot for spot, pattern in SPOTS if re.search(rf"\b(?:{pattern})\b", text, re.I)), None)


def vague_wish(heard: Heard) -> Draft | None:
    """What the guideline's table says a wish means that names no parameter."""
    text = re.sub(
        r"\bmake (?:this|the (?:whole )?(?:picture|image|photo|scene|thing)) ", "make it ", heard.text.casefold()
    )
    for wish in heard.guideline.vague:
        for said in wish.said:
            if re.search(rf"(?<!would )(?<!really )\b{re.escape(said.casefold())}\b", text):
                return Draft(wish.intent, dict(wish.parameters))
    return None


def first_picture(heard: Heard) -> Draft | None:
    """With no picture there yet, a description is a wish for one."""
    return creation.text_to_image(heard) if heard.view.current is None else None


def new_picture(heard: Heard) -> Draft | None:
    return creation.text_to_image(heard) if creation.wants_new(heard) else None


def perhaps_new_picture(heard: Heard) -> Draft | None:
    return creation.text_to_image(heard) if creation.describes_a_scene(heard) else None


CUT_OUT = (
    r"\b(?:transparen\w*|no background|see-through|(?<!paper )cut-?outs?|cut out|sticker|separate(?! picture)|"
    r"on its own|"
    r"isolat\w*|rest empty|nothing (?:at all )?(?:behind|around))\b"
)


TAKEN_AWAY = (
    r"\b(?:remov\w*|delet\w*|eras\w*|strip\w*|cut|take|taking|free)\b.*\b(?:away|off|out|background)\b|"
    r"\bbackground (?:gone|removed|off|out|away)\b|\bwithout (?:a|any) background\b|"
    r"\b(?:background|behind the subject) (?:(?:can|could|should|must|may|has to) )?(?:go|disappear|vanish|leave)\b"
)


def background(heard: Heard) -> Draft | None:
    if (
        heard.says(r"\bcut\b.* to \d+ ?: ?\d+")
        or heard.says(r"\b(?:style|more of the|anime|manga|paper cut-?out)\b")
        or not backdrop.about_background(heard)
    ):
        return None
    if heard.says(r"\bin the (?:back|background)\b|\bmore .*\bsurroundings\b") and not (
        backdrop.is_site(heard.text) or heard.says(r"\b(?:change|replace|new|other|different|clear|remove|away)\b")
    ):
        return None
    if heard.says(CUT_OUT) and heard.says(r"\brest\b|\bout of the background\b") and backdrop.kept_thing(heard):
        return backdrop.remove_background(heard)
    if heard.says(TAKEN_AWAY) and not backdrop.site_said(heard):
        return backdrop.remove_background(heard)
    if heard.says(CUT_OUT) and not heard.says(r"\bwithout moving\b"):
        return backdrop.remove_background(heard)
    return (None if names_place(heard) else backdrop.remove_background(heard)) or backdrop.replace_background(heard)


def names_place(heard: Heard) -> bool:
    found = backdrop.replace_background(heard)
    return found is not None and bool(found.parameters)


def recolored(heard: Heard) -> Draft | None:
    if heard.says(rf"\b(?:{STYLE})\b") and not heard.says(rf"{THING}.*\b(?:{COLOUR})\b"):
        return None
    if heard.says(r"\bblack and white\b"):
        return None
    return exchanges.recolor(heard)


def exchanged(heard: Heard) -> Draft | None:
    return None if heard.says(r"\b(?:style|anime|manga)\b") else exchanges.replace_object(heard)


RULES: tuple[Rule, ...] = (
    own.own_skill,
    guides.guided,
    vague_wish,
    add_text,
    talk.how_to,
    first_picture,
    talk.small_talk,
    questions.vqa,
    new_picture,
    changes.instruct_edit,
    background,
    looks.line_art,
    looks.anime,
    frames.upscale,
    perhaps_new_picture,
    frames.transform,
    frames.outpaint,
    changes.retouch,
    looks.relight,
    recolored,
    looks.adjust,
    exchanged,
    looks.stylize,
    changes.remove_object,
    changes.faults_unnamed,
    additions.add_object,
)


def request(heard: Heard) -> Draft | None:
    """What one request asks for; None where nothing is asked for."""
    if not heard.text:
        return None
    for rule in RULES:
        draft = rule(heard)
        if draft and heard.library.get(draft.intent):
            return draft
    return None
