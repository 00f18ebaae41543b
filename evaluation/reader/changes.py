"""Changes to things: taken out, put in, exchanged, recoloured, repaired, moved or made bigger.

    replace_object("swap the car for a bike") -> Draft("replace_object", {"object": "car", "replacement": "bike"})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import ARTICLE, COLOUR, DETERMINER, FAULTS, PICTURE, PRONOUN, REMOVE, SITE, WORN
from evaluation.reader.things import NEW, THING, WHERE, colour_in, is_thing, named, thing_of

SWAPPED = [
    rf"\b(?:replac|swap|exchang|trad|switch|chang|substitut|turn|transform|convert|mak)\w*?(?:ping|ing|e|es|s|ed)? (?P<o>{THING}|.+?) (?:out )?(?:for|with|into|to|by) (?P<r>{NEW}|\w[\w -]+)$",
    rf"\b(?:let )(?P<o>{THING}) become (?P<r>.+)$",
    rf"\bsubstitute (?P<r>{NEW}) for (?P<o>{THING})",
    rf"(?P<r>(?:{ARTICLE} )?[\w -]+?) (?:instead of|in place of|in lieu of|rather than|to replace|replacing|to take the place of|where) (?P<o>{THING})(?: used to be| was| is| stands?| stood)?",
    rf"\b(?:let|have) (?P<r>{NEW}|[\w -]+?) (?:take the place of|replace|stand in for) (?P<o>{THING})",
    rf"\bnot (?P<o>{THING}),? (?:but )?(?P<r>{NEW}|[\w -]+)$",
    rf"(?P<r>{NEW}),? (?:and )?not (?P<o>{THING})$",
    rf"(?:^|[\s,:])(?P<o>{THING}|[\w ]+?) ?->? ?(?:>|->) ?(?P<r>.+)$",
    rf"\b(?:prefer|like|have) (?P<r>{NEW}) (?:over|to|than) (?P<o>{THING})$",
    rf"\b(?P<r>{NEW}) (?:would |might |could |will )?(?:be |work |look |fit |do |suit )?(?:\w+ ){{0,2}}?(?:funnier|better|nicer|cooler|more \w+)(?: there| here)? than (?P<o>{THING})",
    rf"\bwould (?P<r>{NEW}) (?:be |work |look |fit |do )?(?:\w+ )?(?:funnier|better|nicer|cooler)(?: there| here)? than (?P<o>{THING})",
    rf"{REMOVE} (?P<o>{THING}|.+?)(?: away| out)?,? (?:and|then) (?:paint|put|place|draw|add|set|have|use|get)(?: in)? (?P<r>{NEW}) (?:there|here|in (?:the same|its|that|their) (?:spot|place)|instead|in its stead)",
    rf"(?P<o>{THING}|[\w ]+?) (?:out|away),? (?:and )?(?P<r>{NEW}) in\b",
    rf"\b(?:apart from|except for|except|but for|never worked|bothers|isn't|is not|can't stay|not happy with|tired of|already has).*?(?P<r>{ARTICLE} [\w' -]+?) (?:there instead|instead|in (?:exactly )?(?:the same|its|that) (?:place|spot)|there)",
    rf"\bone swap,? :?(?P<r>{NEW}|[\w -]+) for (?P<o>{THING})",
    rf"(?:^|: |, )(?P<r>{NEW}|[\w -]+) for (?P<o>{THING})$",
    rf"\bwhat if (?P<o>{THING}) (?:became|turned into|was|were) (?P<r>{NEW})$",
    rf"\b(?:could|can|would|should|might|let) (?P<o>{THING}) (?:be|become|turn into|be turned into|be swapped for|be replaced (?:by|with)) (?P<r>{NEW})$",
    rf"^(?P<o>{THING}) (?:should|must|could|would|has to|ought to) (?:be|become) (?P<r>{NEW})(?: instead)?$",
    rf"\b(?:supposed|meant) to be (?P<r>{NEW}),? (?:and )?not (?P<o>{THING})",
]


def replace_object(heard: Heard) -> Draft | None:
    text = re.sub(r"\bone swap:\s*", "one swap ", heard.text, flags=re.IGNORECASE)
    for pattern in SWAPPED:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            draft = swap_of(found, heard)
            if draft:
                return draft
    return told_swap(heard)


def swap_of(found: re.Match[str], heard: Heard) -> Draft | None:
    groups = found.groupdict()
    replacement = named(re.sub(r"^.*\b(?:it should be|have|try|put|get|want|see|me) (?=an? )", "", found["r"]))
    old = groups.get("o") or latest_thing(heard.text[: found.start("r")])
    thing = thing_of(old, heard.focus) if old else None
    if not thing or not is_thing(replacement) or is_colour(replacement) or re.fullmatch(SITE, replacement, re.I) and not old:
        return None
    return Draft("replace_object", {"object": thing, "replacement": replacement})


def told_swap(heard: Heard) -> Draft | None:
    """The old thing stands in one clause, "a … instead" in another."""
    new = heard.find(rf"(?:should be|be|put|have|says|with|use|paint|want|place|see|like) (?P<r>{ARTICLE} [\w' -]+?)(?: there| here)?(?: instead| in (?:exactly )?the same|, so )")
    if not new:
        return None
    old = latest_thing(heard.text[: new.start()]) or latest_thing(heard.text[new.end("r") :])
    thing = thing_of(old, heard.focus) if old else None
    return Draft("replace_object", {"object": thing, "replacement": named(new["r"])}) if thing else None


def latest_thing(text: str) -> str | None:
    found = [m[0] for m in re.finditer(rf"\b(?:the|that|this) [\w-]+(?: [\w-]+)?{WHERE}?|\bthe [\w-]+", text, re.IGNORECASE)]
    names = [named(words) for words in found]
    known = [words for words, name in zip(found, names, strict=True) if is_thing(name) and name not in ("text", "customer")]
    return known[-1] if known else None


def is_colour(text: str) -> bool:
    return bool(re.fullmatch(rf"(?:an? )?(?:{COLOUR})(?: (?:one|colour))?", text.strip(), re.IGNORECASE))


def recolor(heard: Heard) -> Draft | None:
    colour = last_colour(heard.text)
    recolouring = heard.says(r"\b(?:re-?colou?r\w*|another colour|(?:chang|switch)\w* the colour|different colour|colour of)\b")
    if not colour and not recolouring:
        return None
    thing = coloured_thing(heard, colour)
    if not thing:
        return None
    said: dict[str, str | int | float] = {"object": thing}
    if colour:
        said["colour"] = colour
    return Draft("recolor", said)


def last_colour(text: str) -> str | None:
    found = list(re.finditer(rf"\b(?:{COLOUR})\b|#[0-9a-f]{{6}}\b", text, re.IGNORECASE))
    own = [m for m in found if not re.match(r"\s+(?!on\b|to\b|for\b|please|this|instead|now|too|would|is\b|might|and\b|colour|works?|suits?|but|in the (?:middle|back|front))[a-z]", text[m.end() :], re.I)]
    return own[-1][0].replace("-", " ") if own else None


def coloured_thing(heard: Heard, colour: str | None) -> str | None:
    text = heard.text
    if colour:
        text = re.sub(re.escape(colour).replace(r"\ ", "[ -]"), "«c»", text, flags=re.IGNORECASE)
    for pattern in (
        rf"\b(?:colour|shade|tone) of (?P<o>{THING})",
        rf"(?P<o>{THING})(?:'s)? (?:could|would|should|must|might|can|ought to|has to|needs to|was|were|is|to be|be|look|looks|in|->|-|but|goes|went|a |turn\w*|become)\b",
        rf"(?P<o>{THING}),? (?:in|->|but|to|a)? ?(?:a |the )?«c»",
        rf"(?P<o>{THING})[:,]",
        rf"\bfor (?P<o>{THING})",
        rf"\b(?:on|mean|meant) (?P<o>{THING})",
        rf"(?P<o>{THING})(?= «c»| another| different| a new)",
        rf"«c» (?P<o>(?!for)[\w ]+{WHERE}?)$",
        rf"^(?P<o>[\w ]+?)(?:,| ->|:| in| to)? «c»$",
        rf"(?P<o>{THING})",
    ):
        for found in re.finditer(pattern, text, re.IGNORECASE):
            widened = re.search(rf"{re.escape(found['o'])}{WHERE}", text)
            thing = thing_of(widened[0] if widened else found["o"], heard.focus)
            if thing and not re.search(r"«|\b(?:colour|brand|client|shape|logo|way|look|final|original)\b", thing):
                return thing
    return None


GONE = [
    rf"\b{REMOVE} (?:out |away |off )?(?P<o>{THING}|all .+|[\w' -]+?)(?: (?:out|away|off|gone|vanish|disappear)\b.*)?$",
    rf"\bget(?:ting)? rid of (?P<o>.+)$",
    r"\b(?:say goodbye to|bye(?: |-)?bye|goodbye|do away with|rid of|no more|out with|lose|minus|away with|less|sans) (?P<o>.+)$",
    rf"\b(?:make|let|have|want|need|like|get|see|wish|think you could make) (?P<o>{THING}|[\w ]+?) (?:to )?(?:be )?(?:vanish|disappear|go away|gone|removed|deleted|erased|taken out|cut out|edited out|out|go)\b",
    rf"(?P<o>{THING}) (?:can|could|should|must|has to|needs to|may|might|ought to|will|would) (?:please )?(?:just )?(?:go\b|disappear|vanish|leave|be (?:gone|removed|deleted|erased|taken out|cut|edited out))",
    rf"\bcan (?P<o>{THING}) go\b",
    rf"(?P<o>{THING}) (?:shouldn't|should not|doesn't need to|mustn't|doesn't have to|needn't) (?:really )?be (?:there|here|in)",
    rf"\bwish (?P<o>{THING}) (?:weren't|wasn't|were not|was not)(?: there| here| in)?",
    rf"\b(?:without|except for|except|everything but|all but|anything but|apart from|minus) (?P<o>.+)$",
    rf"\b(?:nobody needs|no one needs|don't (?:really )?(?:need|want|like)|do (?:we|i) (?:really )?(?:need|want)) (?P<o>{THING})",
    rf"(?P<o>{THING}|[\w ]+?)(?:: | -> ?| - |, | )(?:gone|remove|removed|delete|deleted|out|away|off|begone|erase|erased)$",
    rf"\b(?:bothers me|disturbs|in the way|distract\w*)\b.*?(?P<o>{THING})",
    rf"(?P<o>{THING}) (?:bothers|disturbs|is in the way|is too much|spoils|ruins|distracts)",
    rf"\bhave (?P<o>{PRONOUN}) in it at all",
    r"^no (?P<o>[\w' -]+)$",
]


def remove_object(heard: Heard) -> Draft | None:
    for pattern in GONE:
        for found in re.finditer(pattern, heard.text, re.IGNORECASE):
            words = found["o"]
            if re.match(r"(?:and|it|that|this|these|those|one)\b[\w ]*$", words, re.I) and heard.says(r"\b(?:the|that|this) \w"):
                words = latest_thing(heard.text) or words
            thing = thing_of(words, heard.focus)
            if thing:
                return Draft("remove_object", {"object": thing})
    return None


BIGGER = r"(?:bigger|smaller|larger|taller|shorter|wider|huge|tiny|gigantic|thinner|closer|nearer|further away|farther away)"
WEATHER = (
    r"(?:rain\w*|snow\w*|fog\w*|mist\w*|storm\w*|sunny|cloudy|windy|overcast|winter\w*|spring|summer|autumn|fall|"
    r"night(?: ?time)?|day(?: ?time)?|thunder\w*|hail\w*|clear sky|frosty|icy|blizzard)"
)
INSTRUCTED = [
    rf"\b(?P<i>(?:make|turn|get) (?:{THING}|[\w ]+?) (?:(?:a bit|much|a little|slightly|way|a lot|even) )?{BIGGER})",
    rf"\b(?P<i>(?:enlarge|shrink|scale (?:up|down)|grow) (?:{THING}))$",
    rf"\b(?P<i>(?:move|shift|slide|nudge|push|drag|put|place|relocate) (?:{THING}) (?:a bit |slightly |further |over |more )*(?:to the|to|towards the|up|down|left|right|into the|onto the|in the|on the|on top of|under|behind)\b.*)$",
    rf"\b(?P<i>bring (?:{THING}) (?:closer|forward|to the front|nearer).*)$",
    rf"\b(?P<i>(?:make|let) it (?:be )?(?:a )?{WEATHER})(?: outside| day| in it| there)?",
    rf"\b(?P<i>(?:turn|change|transform|make) (?:it|this|everything|the scene|the picture|the season|the weather|the time of year)(?: in)?(?:to)? (?:be )?(?:a )?{WEATHER}(?: scene)?)",
]


def instruct_edit(heard: Heard) -> Draft | None:
    for pattern in INSTRUCTED:
        found = heard.find(pattern)
        if found:
            return Draft("instruct_edit", {"instruction": re.sub(r"[ ,.]+$", "", found["i"])})
    return None


def retouch(heard: Heard) -> Draft | None:
    for fault, pattern in FAULTS.items():
        if heard.says(rf"\b(?:{pattern})\b"):
            return Draft("retouch", {"fault": fault})
    if heard.says(r"\b(?:retouch|repair|restore|touch (?:it|this) up|clean (?:it|this) up)\b"):
        return Draft("retouch", {})
    return None


POSITIONS = [
    ("foreground", r"(?:in|into|at|to|on) (?:the )?(?:very )?(?:foreground|front)(?! of)|up front|close to the (?:viewer|camera)|nearer|in front(?! of)|close up"),
    ("background", r"(?:in|into|at|to) the (?:back|background|distance)|further back|far (?:back|away|behind|off)|way back|in the far distance|farther back"),
    ("sky", r"(?:in|into|up in|across|to) the (?:sky|air|clouds)|up (?:above|high)|overhead|flying (?:above|over)|in midair"),
    ("left", r"(?:over )?(?:on|to|at|in) (?:the |its )?(?:far )?left(?:-hand)?(?: side| half| corner| edge| of (?:it|the picture))?|left side|on the left|to the left|left"),
    ("right", r"(?:over )?(?:on|to|at|in) (?:the |its )?(?:far )?right(?:-hand)?(?: side| half| corner| edge| of (?:it|the picture))?|right side|on the right|to the right"),
    ("middle", r"(?:right |smack |dead )?(?:in|at|into) the (?:very )?(?:middle|centre)|centred|centrally|in the center"),
]  # fmt: skip
ADD = (
    r"(?:add(?:ing)?|put(?:ting)?|plac(?:e|ing)|insert(?:ing)?|includ(?:e|ing)|squeez(?:e|ing)|fit(?:ting)?|paint(?:ing)?|draw(?:ing)?|"
    r"drop(?:ping)?|stick(?:ing)?|have|having|get(?:ting)?|give|see|need|needs|want|like|use|throw(?:ing)?|set|bring(?:ing)?|try|"
    r"missing|space for|room for|imagine|thinking of|wearing|wear)"
)
ON_WHAT = [
    rf"(?:give|get|lend|hand) (?P<t>{THING}) (?P<o>(?:{ARTICLE} )?[\w -]+?)(?: to wear| to hold)?$",
    rf"(?P<t>{THING}|[\w ]+?) (?:to )?(?:wear(?:ing|s)?|hav(?:e|ing)|with|holding|carrying|in|needs?|gets?|should have|could use) (?P<o>(?:{ARTICLE} )?(?:[\w-]+ ){{0,2}}{WORN})(?: on)?\b",
    rf"(?P<o>(?:{ARTICLE} )?[\w -]+?) (?:on|onto|on top of|next to|beside|near|by|for|around|over|alongside|close to|with|to) (?P<t>{THING}|{PRONOUN})(?: to wear)?$",
    rf"(?P<t>{THING}) (?:with|has|have|having|should have|gets|get) (?P<o>{ARTICLE} [\w -]+?)$",
]


def add_object(heard: Heard) -> Draft | None:
    text, position = placed(heard.text)
    text = re.sub(r"^(?:and|with|also|plus)\s+", "", text, flags=re.I)
    text = re.sub(rf"\s+(?:in|to|into|on) (?:it|there|this|here|(?:this|the|my) {PICTURE})(?: too| as well)?$", "", text, flags=re.IGNORECASE)
    pair = worn_or_beside(text, heard)
    if pair:
        said: dict[str, str | int | float] = dict(pair)
    else:
        thing = new_thing(text)
        if not thing:
            return None
        said = {"object": thing}
    if position:
        said["position"] = position
    return Draft("add_object", said)


def placed(text: str) -> tuple[str, str | None]:
    """The words without the place they name. A place behind a thing that is there already belongs to its name."""
    for position, pattern in POSITIONS:
        for found in re.finditer(rf"(?:[\s,]+|^)(?:{pattern})(?= |,|\.|$)", text, re.IGNORECASE):
            ahead = text[: found.start()]
            if position in ("left", "right", "middle") and re.search(r"\b(?:the|that|this) [\w-]+(?: [\w-]+)?$", ahead, re.I):
                continue
            rest = f"{ahead} {text[found.end() :]}".strip(" ,")
            if rest:
                return rest, position
    return text, None


def worn_or_beside(text: str, heard: Heard) -> dict[str, str] | None:
    for pattern in ON_WHAT:
        found = re.search(pattern, text, re.IGNORECASE)
        if not found:
            continue
        words = re.sub(rf"^.*\b{ADD} (?=(?:{ARTICLE} )?[\w-]+)", "", found["o"], flags=re.IGNORECASE)
        thing = named(re.sub(rf"^.*\b(?={ARTICLE} )", "", words, flags=re.IGNORECASE))
        wearer = re.sub(rf"^.*\b{ADD} (?=the|that|this|it|them)", "", found["t"], flags=re.IGNORECASE)
        target = thing_of(wearer, heard.focus)
        if thing and target and is_thing(thing):
            return {"object": thing, "target": target}
    return None


def new_thing(text: str) -> str | None:
    for pattern in (
        rf"\b{ADD} (?:me |us |in |you |with |there )*(?P<o>{ARTICLE} [\w' -]+)",
        rf"\b(?:there be|there was|there were|with|of|about|thinking of|see|like) (?P<o>{ARTICLE} [\w' -]+)",
        rf"(?P<o>\b{ARTICLE} [\w' -]+)",
        rf"\b(?:add|insert|put in|include|squeeze in) (?P<o>[\w' -]+)",
    ):
        found = re.search(pattern, text, re.IGNORECASE)
        name = named(found["o"]) if found else ""
        if is_thing(name) and not is_colour(name) and not re.fullmatch(rf"(?:\w+ )?{PICTURE}.*", name, re.I):
            return name
    return None


def definite(text: str) -> bool:
    return bool(re.match(rf"{DETERMINER} ", text, re.IGNORECASE))


def has_colour(text: str) -> bool:
    return colour_in(text) is not None
