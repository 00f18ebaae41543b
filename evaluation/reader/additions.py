"""Additions: a new thing in the picture, on something that is there, or somewhere.

add_object("put a hat on the fox")   -> Draft("add_object", {"object": "hat", "target": "fox"})
add_object("a kite up in the sky")   -> Draft("add_object", {"object": "kite", "position": "sky"})
"""

import re

from evaluation.reader.exchanges import is_colour
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import ARTICLE, PICTURE, WORN
from evaluation.reader.things import NEW, NOUNS, SOME, THING, is_thing, named, thing_of
from schemas.skill import Value

SIDE = r"(?:-hand)?(?: side| half| corner| edge)?(?: of (?:it|the picture|the image))?"
POSITIONS = [
    ("foreground", (
        r"(?:in|into|at|to|on) (?:the )?(?:very )?(?:foreground|front)(?! of)|up front|close to the (?:viewer|"
        r"camera)|nearer|close up"
    )),
    ("background", (
        r"(?:in|into|at|to) the (?:back|background|distance)|further back|far (?:back|away|behind|off)|way back|"
        r"farther back"
    )),
    ("sky", r"(?:in|into|up in|across|to|high in) the (?:sky|air|clouds)|up (?:above|high)|overhead|in midair"),
    ("left", rf"(?:over )?(?:on|to|at|in) (?:the |its )?(?:far )?left{SIDE}|left side|left"),
    ("right", rf"(?:over )?(?:on|to|at|in) (?:the |its )?(?:far )?right{SIDE}|right side"),
    ("middle", r"(?:right |smack |dead )?(?:in|at|into) the (?:very )?(?:middle|centre)|centred|centrally"),
]  # fmt: skip
ADD = (
    r"(?:add(?:ing)?|put(?:ting)?|plac(?:e|ing)|insert(?:ing)?|includ(?:e|ing)|squeez(?:e|ing)|fit(?:ting)?|"
    r"paint(?:ing)?|draw(?:ing)?|"
    r"drop(?:ping)?|stick(?:ing)?|have|having|get(?:ting)?|give|see|needs?|want|like|use|throw(?:ing)?|set|"
    r"bring(?:ing)?|try|love|"
    r"missing|space for|room for|imagine|thinking of|wearing|wear|work)"
)
ON_WHAT = [
    rf"\bmissing (?P<o>{SOME}),? for (?P<t>{THING})",
    rf"(?P<t>{THING})[^,]*\bcompany,? (?P<o>{NEW})",
    rf"\b(?:empty|bare) around (?P<t>{THING}),? (?P<o>{NEW})",
    rf"\bdress (?P<t>{THING})(?: up)? (?:in|with) (?P<o>{SOME})",
    rf"(?P<t>{THING}) (?:would )?(?:look|be)(?: \w+){{0,2}} (?:with|in) (?P<o>{SOME})",
    rf"(?P<o>{SOME})(?: would be \w+)?(?: into the scene| in it| in there)?,? (?:for|to go with) (?P<t>{THING})",
    rf"\b(?:give|get|lend|hand) (?P<t>{THING}) (?P<o>{SOME})",
    rf"(?P<t>{THING}),? (?:to |should |could |must |be )*(?:(?:but )?wear(?:ing|s)?|holding|carrying) (?P<o>{SOME})",
    (
        rf"(?P<t>{THING}|^{NOUNS}) (?:to )?(?:hav(?:e|ing)|with|in|needs?|gets?|should have|could use|has) "
        rf"(?P<o>(?:{ARTICLE} )?(?:[\w-]+ ){{0,2}}?{WORN})\b"
    ),
    (
        rf"(?P<o>{SOME})(?: down| would (?:be|look|suit) \w+)? (?:on|onto|on top of|next to|beside|near|by|for|"
        rf"around|over|alongside|close to|with|to|right next to) (?P<t>{THING})"
    ),
    rf"(?P<t>{THING}) (?:with|has|have|having|should have|gets|get) (?P<o>{NEW})",
]
ASKING = re.compile(
    r"^(?:(?:can|could|would|let|have|give|get|put|add|place|set|paint|draw|want|like|love|see|need|needs|"
    r"try|use|stick|how|what|about|"
    r"i'd|plus|also|make|room|space|squeeze|insert|include|imagine|looking|think|is|there|any|chance|of|"
    rf"some|{ARTICLE})\s+)+",
    re.IGNORECASE,
)
THINGS_TO_ADD = [
    rf"\bsame(?: one| picture| image)? (?:but|plus|with|and) (?P<o>{NEW})",
    rf"\b{ADD} (?:me |us |in |you |with |there |just |maybe )*(?P<o>{NEW})",
    rf"\b(?:there be|there (?:should|could|must|ought to|might) be|there was|there were|with|of|about|thinking of|"
    rf"see|like|for) (?P<o>{NEW})",
    rf"(?:^|[,;:.!] |\b(?:maybe|perhaps|rather|just|expect) )(?P<o>{NEW})",
    rf"^(?:\S+ ){{1,3}}(?P<o>{NEW})$",
    rf"\b(?:add|insert|put in|include|squeeze in|need|want|with|about) (?P<o>{NOUNS})",
]
INTO_IT = re.compile(
    rf"\s+(?:in|to|into|on) (?:it|there|this|here|(?:this|the|my) {PICTURE})(?: too| as well)?$", re.IGNORECASE
)


ASKED_FOR = (THINGS_TO_ADD[1], THINGS_TO_ADD[-1])
NOT_PAINTED = (
    r"(?:idea|mistake|wish|bit|part|step|change|version|edit|request|place|word|number|colour|title|caption|text|"
    r"details?|"
    r"lines?|outlines?|edges?|resolution|background|highlights?|shadows?|contrast|brightness|exposure|style|mood|"
    r"size|pixels?|"
    r"prompt|print|source|file|folder|balance|left|right|top|bottom|middle|corner|side|half|overall|extra|course|"
    r"location|"
    r"way|space|look|view|fill|less|more|rest|format|ratio|questions?|opinion|help|quality|minute|moment|drawing|"
    r"company|meant|empty|same|canvas)"
)
ASKS_ONLY = (
    r"^(?:what|which|who|whose|when|where|why|how)(?:'s)?\b(?! (?:about|if|not|don't)\b| would .*\blook\b)|"
    r"^(?:do|does|did|is|are|was|were|will|has)\b(?!.*\b(?:room|space|way|chance|possible)\b)"
)


def paintable(name: str) -> bool:
    """Whether a name is that of something to be seen, and not of the picture's own make or of the talk about it."""
    return is_thing(name) and not re.search(rf"\b{NOT_PAINTED}$", name, re.IGNORECASE)


def add_object(heard: Heard) -> Draft | None:
    if heard.says(ASKS_ONLY):
        return None
    text, position = placed(
        re.sub(r"^(?:an? (?:bit|little) more \w+|[^,]*\bempty\b[^,]*),? so ", "", heard.text, flags=re.IGNORECASE)
    )
    text = INTO_IT.sub("", re.sub(r"^(?:and|with|also|plus)\s+", "", text, flags=re.IGNORECASE))
    said: dict[str, Value] = {**on_something(text, heard)}
    if not said:
        thing = new_thing(text)
        if not thing:
            return None
        said = {"object": thing}
    return Draft("add_object", {**said, "position": position} if position else said)


def placed(text: str) -> tuple[str, str | None]:
    """The words without the place they name. A place behind a thing that is there already belongs to its name."""
    for position, pattern in POSITIONS:
        for found in re.finditer(rf"(?:[\s,]+|^)(?:{pattern})(?=[ ,.]|$)", text, re.IGNORECASE):
            ahead = text[: found.start()]
            named_there = re.search(r"\b(?:the|that|this) [\w-]+(?: [\w-]+)?$", ahead, re.IGNORECASE)
            rest = f"{ahead} {text[found.end() :]}".strip(" ,")
            if rest and not (named_there and "," not in found[0] and position in ("left", "right", "middle")):
                return re.sub(r"\s+", " ", rest), position
    return text, None


def on_something(text: str, heard: Heard) -> dict[str, Value]:
    for pattern in ON_WHAT:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            thing = named(re.sub(r" (?:right|close)$", "", ASKING.sub("", found["o"])))
            target = thing_of(found["t"], heard.focus)
            if target and paintable(thing) and target not in ("left", "right", "middle"):
                return {"object": thing, "target": target}
    return {}


def new_thing(text: str) -> str | None:
    for pattern in THINGS_TO_ADD:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            name = named(found["o"])
            known_one = found["o"].casefold().startswith("the ") and pattern not in ASKED_FOR
            if (
                paintable(name)
                and not known_one
                and not is_colour(name)
                and not re.fullmatch(rf"(?:\w+ )?{PICTURE}\b.*", name, re.IGNORECASE)
            ):
                return name
    return None
