"""Changes: things taken out, faults repaired, things moved or made bigger, weather and season.

remove_object("get rid of the car") -> Draft("remove_object", {"object": "car"})
"""

import re

from evaluation.reader.exchanges import latest_thing
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import FAULTS, REMOVE
from evaluation.reader.things import ANY, NOUNS, THING, WHERE, thing_of

AWAY = (
    r"(?:vanish\w*|disappear\w*|go(?: away)?|gone|out|"
    r"(?:be )?(?:removed|deleted|erased|taken (?:out|away)|cut out|edited out|photoshopped out))"
)
MUST = r"(?:can|could|should|must|has to|have to|needs to|need to|may|might|ought to|will|would)"
UNNEEDED = (
    r"(?:nobody needs|no one needs|don't (?:really )?(?:need|want|like)|do (?:we|i) (?:really )?(?:need|"
    r"want)|not have|never had|never meant to have|if it weren't for|"
    r"wouldn't have|doesn't have|tired of|fed up with)"
)
GONE = [
    rf"\b(?:take|taking) (?P<o>{THING}) (?:out|away|off)\b",
    rf"\b{REMOVE} (?:out |away |off |over )?(?P<o>{THING})",
    rf"\b(?:rid of|say goodbye to|bye,?[ -]?bye|goodbye|do away with|no more|out with|minus|sans|less) (?P<o>{ANY})",
    rf"\b(?:make|let|have|want|wants|need|needs|like|get|see|wish|mean) (?P<o>{THING}) (?:to )?{AWAY}\b",
    (
        rf"(?P<o>{THING})(?:,| just| please|:)* {MUST} (?:please |just |have to )*(?:go\b(?! (?:in|on|to))|"
        r"disappear|vanish|leave|(?:have to )?be (?:gone|removed|deleted|erased|taken|cut|edited|away))"
    ),
    rf"\bcan (?P<o>{THING}) go\b(?! (?:in|on|to))",
    (
        rf"(?P<o>{THING}) (?:shouldn't|should not|doesn't need to|mustn't|doesn't have to|needn't|doesn't belong|"
        r"has no business)"
    ),
    rf"\bwish (?P<o>{THING}) (?:weren't|wasn't|were not|was not|were gone)",
    rf"\b(?:without|except for|except|everything but|all but|apart from) (?!\w+ing\b)(?P<o>{ANY})",
    rf"\b{UNNEEDED} (?P<o>{THING})",
    rf"\bpretend (?P<o>{THING}) (?:never|didn't|doesn't|isn't|wasn't)",
    rf"(?P<o>{THING})(?:: | -> ?| - |, | )(?:gone|removed?|deleted?|out|away|off|begone|erased?)\b",
    (
        rf"(?P<o>{THING}) (?:bothers|disturbs|is in the way|is too much|spoils|ruins|distracts|never existed|"
        r"(?:is|was) a mistake)"
    ),
    rf"^(?P<o>{NOUNS}{WHERE}?)(?:: | -> ?| - |, | )(?:gone|removed?|deleted?|out|away|begone|erased?)$",
    rf"(?:^|, |\bbut )no (?P<o>{NOUNS}{WHERE}?)$",
    rf"\b(?:take|taking) (?:out|away|off) (?P<o>{ANY})",
    rf"\bpaint (?:over|out) (?P<o>{THING})",
    rf"\bpaint (?P<o>{THING}) (?:over|out|away)$",
    rf"\b{REMOVE} (?:out |away |off |all )?(?P<o>{NOUNS}{WHERE}?)",
]
SPEAKS_OF_BEFORE = re.compile(
    r"(?:it|that|this|those|these|one)\b(?! one)|(?:that|this) (?:part|one|bit|thing)\b", re.IGNORECASE
)


def remove_object(heard: Heard) -> Draft | None:
    for pattern in GONE:
        for found in re.finditer(pattern, heard.text, re.IGNORECASE):
            words = found["o"]
            if SPEAKS_OF_BEFORE.match(words):
                words = latest_thing(heard.text[: found.start("o")]) or words
            thing = thing_of(words, heard.focus)
            if thing and thing.casefold() not in ("part", "clutter", "way", "exposed", "detail"):
                return Draft("remove_object", {"object": thing})
    unnamed = heard.says(rf"\b(?:{REMOVE}|rid of) (?:that|this|some|one) ?thing\b|\bone thing (?:less|fewer|out)\b")
    return Draft("remove_object", {}) if unnamed else None


BIGGER = (
    r"(?:bigger|smaller|larger|taller|shorter|wider|huge|tiny|gigantic|thinner|closer|nearer|further away|farther away)"
)
WEATHER = (
    r"(?:rain\w*|snow\w*|fog\w*|mist\w*|storm\w*|sunny|cloudy|windy|overcast|winter\w*|spring|summer|autumn|fall|"
    r"night(?: ?time)?|day(?: ?time)?|thunder\w*|hail\w*|clear sky|frosty|icy|blizzard)"
)
WHITHER = (
    r"(?:to the|to|towards the|up|down|left|right|into the|onto the|in the|on the|on top of|under|behind|next "
    r"to|closer|nearer)"
)
FRAME = (
    r"(?:the|this|my) (?:view|frame|canvas|picture|image|photo|contrast|brightness|saturation|warmth|exposure|"
    r"sharpness|colours?)\b"
)
EVERYTHING = r"(?:it|this|everything|the scene|the picture|the season|the weather|the time of year)"
INSTRUCTED = [
    rf"\b(?P<i>(?:make|turn|get) (?!{FRAME}){THING} (?:(?:a bit|much|a little|slightly|way|a lot|even) )?{BIGGER})",
    rf"\b(?P<i>(?:enlarge|shrink|scale (?:up|down)|grow) (?!{FRAME}|it\b|this\b){THING})$",
    (
        rf"\b(?P<i>(?:move|shift|slide|nudge|push|drag|put|place|relocate) (?!{FRAME}){THING} (?:a bit |slightly |"
        rf"further |"
        rf"over |more )*{WHITHER}\b.*)$"
    ),
    rf"\b(?P<i>bring {THING} (?:closer|forward|to the front|nearer).*)$",
    rf"\b(?P<i>(?:make|let) it (?:be )?(?:a )?{WEATHER})(?: outside| day| in it| there)?",
    rf"\b(?P<i>(?:turn|change|transform|make) {EVERYTHING}(?: in)?(?:to)? (?:be )?(?:a )?{WEATHER}(?: scene)?)",
]
WHOLE_SCENE = (
    r"\b(?:move|shift|put|place|relocate|push) (?:(?:the|this) (?:whole |entire )?(?:scene|picture|subject|"
    r"edges?|\w+ edge)|it|this|everything)\b|\bbehind (?:it|everything|the subject|them)\b"
)


def instruct_edit(heard: Heard) -> Draft | None:
    if heard.says(WHOLE_SCENE):
        return None
    found = next((found for pattern in INSTRUCTED if (found := heard.find(pattern))), None)
    return Draft("instruct_edit", {"instruction": found["i"].rstrip(" ,.")}) if found else None


def retouch(heard: Heard) -> Draft | None:
    for fault, pattern in FAULTS.items():
        if heard.says(rf"\b(?:{pattern})\b"):
            return Draft("retouch", {"fault": fault})
    return None


def faults_unnamed(heard: Heard) -> Draft | None:
    return (
        Draft("retouch", {})
        if heard.says(r"\b(?:retouch|repair|touch (?:it|this) up|clean (?:it|this) up)\b")
        else None
    )
