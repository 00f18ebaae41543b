"""Follow-ups: words that say one value and leave the rest to the call before.

correction      "no, blue"                    -> the last call with one value changed, on the same picture
ellipsis        "same for the car"            -> the last call for another thing
answer          "teal"                        -> the request that lacked it
"""

import re

from evaluation.reader.additions import placed
from evaluation.reader.backdrop import place_named
from evaluation.reader.heard import Draft, Heard, Reader
from evaluation.reader.lexicon import DETERMINER, STYLE
from evaluation.reader.requests import spot_in
from evaluation.reader.things import NOUNS, THING, WHERE, amount, colour_in, is_thing, named, number, size_in, thing_of
from evaluation.reader.view import Past, View
from schemas.skill import Input, Skill, Value

NOT_THAT = re.compile(
    (
        r"^(?:(?:on second thought|no+(?:,? no+)*|nope|not (?:that|this)(?: one)?|that's (?:not (?:it|right|"
        r"what i meant)|wrong|the wrong (?:one|thing|\w+))|wrong (?:one|thing)|sorry|actually|hm+|wait|oops|my "
        r"mistake|i mean|i meant(?: to say)?|rather|make (?:that|it)|correction|well|ah|please|hang on|hold "
        r"on)[,.!:; ]+)+"
    ),
    re.IGNORECASE,
)
CORRECTS = re.compile(
    (
        r"^(?:on second thought|(?:hm+,? )?better\b|no+(?=[,.!;]| no\b| i\b| not\b| the\b)|not (?:that|"
        r"this)(?: one)?\b|sorry\b|"
        r"actually\b|i mean\b|i meant\b|rather\b|wrong\b|that's (?:not|wrong|the wrong)|make (?:that|it) (?:\d|"
        r"an?\b|the\b|more like)|oops|wait\b|correction|my mistake)|\b(?:i mean|i meant|instead|"
        r"rather)\b[.!, ]*$|\bi meant?\b|\binstead\b|,? not (?:that|this)(?: one)?$|^i'd rather have it\b|\bthen$"
    ),
    re.IGNORECASE,
)
SAME = re.compile(
    (
        r"^(?:(?:and|now|then|please|do|also|can you|could you)[ ,]+)*(?:(?:the )?same(?: thing)?(?: again)?|"
        r"ditto|likewise|repeat that|do that)(?: (?:for|with|to|on|goes for|please))+ (?P<o>.+?)(?: too| as "
        r"well| please)?$"
    ),
    re.IGNORECASE,
)
TOO = re.compile(rf"^(?:and |now |also )*(?P<o>{THING}|[\w ]+?)(?:,? (?:too|as well|also|next))$", re.IGNORECASE)
BARE = re.compile(rf"^(?P<o>the {NOUNS}{WHERE}?)$", re.IGNORECASE)
ONE_MORE = re.compile(r"^[\W]*(?:(?:okay|oh|please|yes|so|and)[, ]+)*(?:and|also|now|then|next|plus)\b", re.IGNORECASE)


VALUE_LEAD = re.compile(
    r"^(?:(?:i mean|it's|it is|that's|use|take|say|my [\w ]+? (?:says?|wants?|thinks?)|something like|i'd (?:say|"
    r"like|take)|"
    r"maybe|perhaps|with|oh|hm+|right|well|so|okay|make it|let's say|how about|go for|just|definitely|"
    r"probably)\b[,:. ]*)+",
    re.IGNORECASE,
)
VALUE_TAIL = re.compile(
    r"[, ]+(?:obviously|of course|what else|then|maybe|i (?:mean|think|guess)|(?:that )?i don't (?:like|want)|"
    r"would be \w+|"
    r"please|next|thanks)$",
    re.IGNORECASE,
)


def value_said(words: str) -> str:
    """The bare value in an answer, without what people say around it."""
    text = words
    while (shorter := VALUE_TAIL.sub("", VALUE_LEAD.sub("", text, count=1)).strip(" ,.;:!?")) not in (text, ""):
        text = shorter
    return text


WANTED = [
    ("remove_object", r"\b(?:remove|gone|in the way|bothers|should go)\b"),
    ("replace_background", r"\b(?:what|which|where)\b.*\b(?:place in mind|surroundings|behind it|move it)\b"),
]


def asked_for(reply: str) -> Draft | None:
    """What the assistant's question shows it understood, where the words before did not say it."""
    if "?" not in reply and not reply.startswith("Tell me"):
        return None
    return next((Draft(skill, {}) for skill, pattern in WANTED if re.search(pattern, reply, re.IGNORECASE)), None)


def chosen(reply: str, words: str) -> str | None:
    """Of the things that a question puts side by side, the one on the side that was said."""
    side = re.search(r"\b(?:left|right|middle)\b", words, re.IGNORECASE)
    offered = re.findall(rf"\bthe ({NOUNS}{WHERE})", reply, re.IGNORECASE)
    return next((one for one in offered if len(offered) > 1 and side and one.endswith(side[0].casefold())), None)


def last_call(view: View) -> Past | None:
    """The last turn that changed a picture and was no showing of an old one."""
    changed = view.last_change
    return changed if changed and changed.call.intent != "chat" else None


def ellipsis(heard: Heard) -> Draft | None:
    """The last call for another thing."""
    last = last_call(heard.view)
    found = SAME.match(heard.text) or TOO.match(heard.text)
    if not found and ONE_MORE.match(heard.whole):
        found = BARE.match(heard.text)
    if not found or not last or last is not heard.view.last:
        return None
    if re.match(r"(?:the )?same\b", found["o"], re.IGNORECASE):
        return None
    if re.match(r"(?:an?|some) ", found["o"], re.IGNORECASE) and last.call.intent != "add_object":
        return None
    name = "target" if last.call.intent == "add_object" and "target" in last.call.parameters else "object"
    thing = thing_of(found["o"], heard.focus)
    if not thing or name not in last.call.parameters:
        return None
    kept = {key: value for key, value in last.call.parameters.items() if key not in ("image", "avoid")}
    return Draft(last.call.intent, {**kept, name: thing})


def correction(heard: Heard, read: Reader) -> Draft | None:
    """The last call with the value that is now said; None where the words do not correct it."""
    last = last_call(heard.view)
    if not last or last is not heard.view.last or not CORRECTS.search(heard.text):
        return None
    said = NOT_THAT.sub("", heard.text).strip(" ,.;:!?")
    said = re.sub(r",? not (?:that|this)(?: one)?$|^(?:better|i'd rather have it)\s+", "", said, flags=re.IGNORECASE)
    said = re.sub(
        r"^(?:on second thought|i was talking about|i'm talking about|it's about|obviously|no,?)\s+",
        "",
        said,
        flags=re.I,
    )
    said = re.sub(r",?\s+(?:obviously|of course|i mean(?:t)?|instead|rather|please)$", "", said, flags=re.I).strip(
        " ,."
    )
    skill = heard.library.get(last.call.intent)
    values = changed_values(said, last, skill, heard, read) if skill else None
    if not values:
        return None
    kept = {key: value for key, value in last.call.parameters.items() if key != "image"}
    return Draft(last.call.intent, {**kept, **values})


def changed_values(said: str, last: Past, skill: Skill, heard: Heard, read: Reader) -> dict[str, Value] | None:
    """What a correction puts in place of what; a whole new request of another kind is none."""
    marked = (
        bool(re.search(r"^(?:\S+ ){1,5}(?:instead|then)$|^better\b|^i'd rather have it\b", heard.text, re.I))
        or bool(NOT_THAT.match(heard.text))
        or bool(re.search(r"\b(?:i meant?)\b", heard.text, re.I))
    )
    again = read(said)
    if again and again.intent == last.call.intent and again.parameters:
        values = {key: value for key, value in again.parameters.items() if last.call.parameters.get(key) != value}
        if marked or len(last.call.parameters) > len(again.parameters):
            return values or None
    short = len(said.split()) <= 7
    if again and again.intent not in (last.call.intent, "chat", "vqa", "add_object"):
        return None
    if not marked and again and again.intent not in (last.call.intent, "add_object"):
        return None
    return fitting(said, skill, last.call.parameters, heard) if short else None


def fitting(said: str, skill: Skill, before: dict[str, Value], heard: Heard) -> dict[str, Value] | None:
    """A value for an input of the skill, the inputs that were filled before asked first."""
    filled = [i for i in skill.inputs if i.name in before and i.name not in ("image", "avoid")]
    empty = [i for i in skill.inputs if i.name not in before and i.name not in ("image", "avoid")]
    wanted = sorted(filled, key=lambda i: preference(i, said)) + empty
    for one in wanted:
        value = value_for(one, said, skill.id, heard)
        if value is not None and value != before.get(one.name):
            return {one.name: value}
    return None


def preference(wanted: Input, said: str) -> int:
    """Numbers, colours and choices are recognised by their form; "the …" is a thing that is there, "a …" a new one."""
    if wanted.type in ("number", "colour", "choice", "size"):
        return 0
    definite = bool(re.match(rf"(?:.*\bmean\w* )?{DETERMINER}\b", said, re.IGNORECASE))
    return 1 if (wanted.type == "thing") == definite else 2


def value_for(wanted: Input, said: str, skill: str, heard: Heard) -> Value | None:
    if wanted.type == "number":
        return number_for(wanted, said, heard)
    if wanted.type == "colour":
        return colour_in(said)
    if wanted.type == "size":
        return size_in(said, heard.guideline)
    if wanted.type == "choice":
        return choice_for(wanted, said, skill)
    if wanted.name == "text":
        return heard.quotes[-1] if heard.quotes else None
    if wanted.type == "thing":
        return thing_of(said, heard.focus)
    if wanted.name == "background":
        return place_named(re.sub(r"^(?:in|on|at|against|to)\s+", "", said)) or None
    if wanted.name == "style":
        found = re.search(rf"\b{STYLE}\b", said, re.IGNORECASE)
        return found[0] if found else named(re.sub(r"^(?:in|as|like)\s+|\s+(?:style|look)$", "", said))
    name = named(said)
    return name if is_thing(name) else None


def number_for(wanted: Input, said: str, heard: Heard) -> Value | None:
    if wanted.unit == "percent":
        much = amount(said, heard.guideline)
        if much is not None:
            return much
    found = re.search(r"(?<![:x\d])(-?\d+(?:\.\d+)?)(?![:x\d])", said)
    if not found:
        return None
    value = number(found[1])
    turned_left = re.search(r"\b(?:counter|anti)-?clockwise|\bleft\b", said, re.IGNORECASE)
    return -value if wanted.name == "angle" and turned_left else value


def choice_for(wanted: Input, said: str, skill: str) -> str | None:
    if skill == "add_text" and wanted.name == "position":
        return spot_in(said)
    if skill == "add_object" and wanted.name == "position":
        return placed(f"x {said}")[1]
    stated = [choice for choice in wanted.choices if re.search(rf"\b{re.escape(choice)}\b", said, re.IGNORECASE)]
    return stated[0] if stated else None
