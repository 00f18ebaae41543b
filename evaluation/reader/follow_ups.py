"""Follow-ups: words that mean something only after what went before.

undo            "go back one step"            -> chat, show: the picture before the last change
change of mind  "scrap that, crop it square"  -> the new call on the picture before the last change
correction      "no, blue"                    -> the last call with one value changed, on the same picture
ellipsis        "same for the car"            -> the last call for another thing
answer          "teal"                        -> the request that lacked it
offer           "yes please"                  -> what the assistant offered
leftover        "now the other thing"         -> the second request of the turn before
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from evaluation.reader.additions import placed
from evaluation.reader.frames import place_named
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import DETERMINER, STYLE
from evaluation.reader.requests import spot_in
from evaluation.reader.things import NOUNS, THING, WHERE, amount, colour_in, is_thing, named, number, size_in, thing_of
from evaluation.reader.view import Past, View
from schemas.skill import Input, Skill, Value

Reader = Callable[[str], Draft | None]

UNDO = re.compile(
    r"^(?:(?:no|wait|hm+|sorry|actually|can we|can you|could you|could we|let's|please|i want to|i'd like "
    r"to|is it too late to|now|then|once more|never mind|just)[ ,]*)*"
    r"(?:undo|ctrl[- ]?z|revert|(?:go |take me |take us |step )?back(?: (?:by )?one(?: step)?| a step| one| "
    r"to (?:how it was|what we had|before|the last one|where we were))?|"
    r"(?:take|roll|put) (?:that|it|this|the last (?:one|change|step)) back|one step back|previous "
    r"(?:version|one|picture|image|state)|(?:restore|bring back|show|return to|back to) (?:me )?(?:the "
    r")?(?:previous|last) (?:version|one|picture|image|state)|"
    r"forget (?:the last|that|it|about)(?: change| one)?|(?:i'd rather )?have it as it was(?: before)?|the "
    r"one before(?: please)?|as it was(?: before)?|scrap that|cancel that|discard that)"
    r"(?: that| it| this| the last (?:one|change|step|edit)| last change| again| (?:one|a) step| please| "
    r"once more| the change)*$",
    re.IGNORECASE,
)
BETTER_BEFORE = re.compile(
    (
        r"\b(?:liked? (?:it|that) (?:better|more) (?:before|without|the other way)|was better before(?!\?)|made "
        r"it worse|better (?:as it was|before)|back to what we had|prefer(?:red)? (?:it|the one) before|undo "
        r"(?:that|it|this|the last)$)"
    ),
    re.I,
)
SHOW = re.compile(
    (
        r"^(?:(?:prefer(?:red)?|bring|up|think|was|after|all|now|please|if|possible|version|interesting|better|"
        r"of|on|screen|and|now|then|please|show|see|let|me|us|can|could|i|you|we|may|go|back|to|want|bring|"
        r"again|once|more|one|time|let's|have|another|look|at|return|take|a|the|up|it|get|give|return|hmm|okay|"
        r"is|fine|as|was|just|like|would|i'd|view|open|display|that|here|better|liked|so)[ ,.]*)*$"
    ),
    re.I,
)

CHANGED_MIND = re.compile(
    r"^(?:(?:no|wait|hm+|sorry|actually|stop|oh|well|not good|not great|please|okay|on second thou\w+)[ ,.!:]*)*"
    r"(?:scrap (?:that|it)|forget (?:that|it|about (?:that|it)|the last change)|undo (?:that|it|this|the "
    r"last (?:one|change|step))|take (?:that|it) back|(?:go )?back (?:one|a) step|without (?:the|that) last "
    r"(?:change|one|step)|"
    r"never ?mind(?: that one| that)?|cancel that|drop that|leave that|changed my mind|i've changed my mind|on second "
    r"thought|not that after all|revert that|ditch that|start over from before)"
    r"(?P<join>[,.;:!]+ ?(?:and |but |then |i'd rather |rather |instead )*| and (?:then )?(?:instead )?| "
    r"then | but | - |, )(?P<rest>\S.+)$",
    re.IGNORECASE | re.DOTALL,
)
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
        r"^(?:on second thought|no+(?=[,.!;]| no\b| i\b| not\b| the\b)|not (?:that|this)(?: one)?\b|sorry\b|"
        r"actually\b|i mean\b|i meant\b|rather\b|wrong\b|that's (?:not|wrong|the wrong)|make (?:that|it) (?:\d|"
        r"an?\b|the\b|more like)|oops|wait\b|correction|my mistake)|\b(?:i mean|i meant|instead|"
        r"rather)\b[.!, ]*$|\bi meant?\b|\binstead\b"
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
TOO = re.compile(rf"^(?:and |now |also )*(?P<o>{THING}|[\w ]+?)(?:,? (?:too|as well|also))$", re.IGNORECASE)
BARE = re.compile(rf"^(?P<o>the {NOUNS}{WHERE}?)$", re.IGNORECASE)
ONE_MORE = re.compile(r"^[\W]*(?:(?:okay|oh|please|yes|so|and)[, ]+)*(?:and|also|now|then|next|plus)\b", re.IGNORECASE)
YES = re.compile(
    r"^(?:(?:yes|yeah|yep|sure|ok(?:ay)?|please|of course|absolutely|definitely|go (?:on|ahead|for it)|do "
    r"(?:it|that|so|both)|sounds (?:good|great|nice)|why not|good idea|alright|all right|perfect|great|"
    r"gladly|by all means|"
    r"that would be (?:nice|great|lovely)|i'd like that|that too|do|it|thanks|thank you|and|continue|carry "
    r"on|now|then|the other (?:one|thing|part)|(?:the )?rest|part two|show me|proceed|remaining|as i asked|"
    r"i wanted both|worth a try|happy with (?:that|it)|love it|good|fine|right|makes sense|so far|mm+h|one|"
    r"both|the other|next|second thing|what's left|next one|second (?:one|part|thing)|with|on|"
    r"the (?:second|next|other) (?:thing|one|part|request|bit)|also|too|let's|do that too|please do|mhm|hm)[ ,.!]*)+$",
    re.IGNORECASE,
)
AND_THEN = re.compile(
    r"(?:,? (?:and|then|and then|and also|and after that|after that|and please|plus|, then)|[;.]|, "
    r"(?=(?:also|then|make|add|remove|crop|turn|paint|put|sharpen|write)\b))\s+(?:(?:also|then|please|could "
    r"you|can you|would you|you|i'd like|we need|i also want|just|while you're at it|next)[ ,]+)*"
    r"(?=(?:make|add|remove|delete|erase|crop|turn|paint|put|sharpen|brighten|darken|write|rotate|flip|"
    r"mirror|resize|upscale|replace|swap|change|recolou?r|give|take|extend|blur|get rid|convert|warm|cool|"
    r"light|lighten|soften|set|move|bring|raise|lower|increase|reduce|boost|clean|fix|retouch|cut|draw|have|"
    r"lose|wipe|drop|exchange|edit|expand|outline|trace|"
    r"the \w+ (?:in|out|gone)|brighter|darker|in \w+ style)\b)",
    re.IGNORECASE,
)


class Follow(NamedTuple):
    """A draft, and the picture it goes back to, if any."""

    draft: Draft
    image: int | None = None


def before_last_change(view: View) -> int | None:
    changed = view.last_change
    return changed.before if changed else None


def undone(text: str, view: View) -> int | None:
    """The picture that the user wants back, when that is all that is wanted."""
    if view.last_change is None or not (UNDO.match(text) or BETTER_BEFORE.search(text)):
        return None
    return on_screen_before(view)


def on_screen_before(view: View) -> int | None:
    """What stood on the screen before the latest picture came, whatever that was made from."""
    for n in range(len(view.past) - 1, -1, -1):
        if view.past[n].after is not None:
            return view.until(n).current
    return None


def only_shows(rest: str) -> bool:
    """Whether words around the mention of a picture ask for nothing but to see it."""
    return not rest or bool(SHOW.match(rest))


def changed_mind(text: str) -> str | None:
    found = CHANGED_MIND.match(text)
    return found["rest"] if found and len(found["rest"]) > 2 else None


def last_call(view: View) -> Past | None:
    """The last turn that changed a picture and was no showing of an old one."""
    changed = view.last_change
    return changed if changed and changed.call.intent != "chat" else None


def ellipsis(heard: Heard) -> Draft | None:
    """The last call for another thing."""
    last = last_call(heard.view)
    found = SAME.match(heard.text) or TOO.match(heard.text)
    if not found and ONE_MORE.match(heard.view.user):
        found = BARE.match(heard.text)
    if not found or not last or last is not heard.view.last:
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
    marked = bool(NOT_THAT.match(heard.text)) or bool(re.search(r"\b(?:i meant?)\b", heard.text, re.I))
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


def parts(text: str, read: Reader) -> tuple[str, str] | None:
    """The two requests that stand in one turn, if each of them is one by itself."""
    for found in AND_THEN.finditer(text):
        first, second = text[: found.start()].strip(" ,.;"), text[found.end() :].strip(" ,.;")
        if len(first.split()) < 2 or not second:
            continue
        one, two = read(first), read(second)
        if (
            one
            and two
            and {one.intent, two.intent}.isdisjoint({"chat", "vqa", "text_to_image"})
            and whole(one)
            and whole(two)
        ):
            return first, second
    return None


def whole(draft: Draft) -> bool:
    return bool(draft.parameters) or draft.intent in ("anime", "line_art", "remove_background", "upscale")
