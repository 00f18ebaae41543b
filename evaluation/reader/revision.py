"""Revision: the prompt in force, changed in one place and drawn anew.

"draw it again, but at night" -> text_to_image, prompt: "a fox, in the snow, at night"
"""

import re

from evaluation.reader.exchanges import replace_object
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import ARTICLE, COLOUR, DETERMINER, SITE, STYLE
from evaluation.reader.memory import singular
from evaluation.reader.things import named
from evaluation.reader.view import View

AGAIN = (
    r"\b(?:again|once more|anew|(?:draw|paint|do|start|run)\b.* over|re-?run|(?:in|into|to|of|from) the (?:prompt|"
    r"description)|"
    r"(?:fresh|second) (?:drawing|picture|attempt)|(?:rewrite|extend|change) the prompt|the (?:prompt|"
    r"description) (?:say|needs?)|"
    r"(?:my|the) description|from scratch|the prompt (?:stays|had|is|in)|in the prompt|new drawing|"
    r"re-?(?:do the (?:drawing|picture)|draw|run|paint the whole|generate|roll)\w*|new (?:version|attempt|take|try)|"
    r"another (?:attempt|"
    r"one|version|take|try|go)|start(?:ing)? over|same (?:\w+ )?(?:idea|text|prompt|words?|wording|"
    r"description|picture but|picture with)|"
    r"(?:the|old|same|my|that) prompt|new picture from|prompt again|second (?:version|attempt|try)|"
    r"different version|one more (?:time|try|version)|i forgot)\b"
)
PART_OF = {
    "style": (
        r"(?:as (?:an? )?(?:\w+ ){0,2}(?:painting|drawing|sketch|photo|panel|cutout|print|poster)|(?:as|in|as "
        rf"an?) (?:an? )?{STYLE}(?: style)?|in the (?:style|manner) of [\w ]+|{STYLE})"
    ),
    "light": (
        r"(?:in|by|with|under) [\w ]*(?:light|moonlight|candlelight|hour light|lighting|lights)|(?:moonlit|"
        r"candlelit)"
    ),
    "time": (
        r"(?:at|in the|late|early) ?(?:dusk|dawn|night|noon|midday|sunset|sunrise|midnight|evening|morning|"
        r"afternoon)"
    ),
    "weather": (
        r"(?:in|under) (?:the |a |an |thick |light |heavy |pouring )*(?:rain|snow|fog|mist|storm|drizzle|"
        r"thunderstorm|cloudy sky|blizzard|sun)"
    ),
    "place": rf"(?:in|on|at|by) (?:an? |the )?(?:\w+ )?{SITE}",
    "mood": r"\w+(?: and \w+)? mood",
}
LEFT_OUT = re.compile(
    (
        r"\b(?:with(?:out)?|minus|drop|leave out|take(?: out)?|strike|lose|no|not|except for|no mention of) (?:the |"
        r"any )?(?P<part>style|light(?:ing)?|"
        r"time(?: of day)?|weather|mood)(?: left out| taken out| removed| gone)?\b"
    ),
    re.IGNORECASE,
)
SWAP = re.compile(
    (
        r"\b(?:with |make it |put |use |but )?(?P<new>[\w' -]+?),? (?:instead of|in place of|rather than|for|not|"
        r"and not|no longer|after all, not|this time, not) (?:the )?"
        r"(?P<old>[\w' -]+?)(?: this time| please)?$"
    ),
    re.IGNORECASE,
)
TINT_FOR = re.compile(rf"(?P<colour>{COLOUR})(?: into the prompt)? for the (?P<thing>[\w-]+)", re.IGNORECASE)
UNLOVED = re.compile(
    r"\bwith (?P<new>an? [\w -]+?), the (?P<old>[\w -]+?) (?:didn't|doesn't|isn't|wasn't|never)\b", re.IGNORECASE
)
TINT = re.compile(
    (
        r"\b(?:the |make the |with the |but the )(?P<thing>[\w-]+(?: (?!in\b|should\b|is\b|was\b)[\w-]+)?) "
        rf"(?:in |should be |is |was |being |to be )?(?P<colour>{COLOUR})\b"
    ),
    re.IGNORECASE,
)


def revised(heard: Heard) -> Draft | None:
    """The last prompt with what is now said put in, or left out."""
    before = last_prompt(heard.view)
    if not before or not re.search(AGAIN, heard.whole, re.IGNORECASE):
        return None
    text = heard.quote(heard.text)
    prompt = (
        quoted(before, heard)
        or left_out(before, text)
        or counted(before, text)
        or exchanged(before, heard)
        or swapped(before, text)
        or tinted(before, text)
        or joined(before, text)
        or with_part(before, text)
    )
    return Draft("text_to_image", {"prompt": prompt}) if prompt and prompt != before else None


def last_prompt(view: View) -> str | None:
    """The prompt of the picture on the screen, if that was drawn from words."""
    for past in reversed(view.past):
        if past.call.intent == "text_to_image":
            return str(past.call.parameters["prompt"])
        if past.after is not None:
            return None
    return None


def left_out(prompt: str, text: str) -> str | None:
    found = LEFT_OUT.search(text)
    if not found:
        return None
    kind = {"lig": "light", "tim": "time"}.get(found["part"][:3].casefold(), found["part"].casefold())
    kept = [
        part
        for part in prompt.split(", ")
        if kind not in PART_OF or not re.fullmatch(PART_OF[kind], part, re.IGNORECASE)
    ]
    return ", ".join(kept)


def quoted(prompt: str, heard: Heard) -> str | None:
    """Words in quotes are put behind everything."""
    return f"{prompt}, {heard.quotes[-1]}" if heard.quotes and "«" in heard.text else None


COUNTED = re.compile(r"\b(?P<many>two|three|four|five|six) (?P<what>[a-z][\w-]*(?: [\w-]+)?s)\b", re.IGNORECASE)


def counted(prompt: str, text: str) -> str | None:
    """More of what there is one of: "three owls, not just one"."""
    for found in COUNTED.finditer(text):
        one = re.search(
            rf"\b(?:an?|one|two|three|four|five) (?P<what>(?:[\w-]+ )?{re.escape(singular(found['what']))}s?)\b",
            prompt,
            re.I,
        )
        if one:
            return f"{prompt[: one.start()]}{found['many']} {found['what']}{prompt[one.end() :]}"
    return None


def exchanged(prompt: str, heard: Heard) -> str | None:
    """A thing of the prompt for another, said like any exchange."""
    draft = replace_object(heard)
    if draft is None or "replacement" not in draft.parameters:
        return None
    old, new = str(draft.parameters["object"]), str(draft.parameters["replacement"])
    found = re.search(rf"\b{re.escape(old)}\b", prompt, re.IGNORECASE)
    return in_place(prompt, found, new) if found else None


def in_place(prompt: str, found: re.Match[str], new: str) -> str:
    """A new name in the old one's place, under the right article."""
    ahead = re.sub(r"\ban?(?= $)", article(new), prompt[: found.start()], flags=re.IGNORECASE)
    return ahead + new + prompt[found.end() :]


def article(name: str) -> str:
    return "an" if name[:1].casefold() in "aeiou" else "a"


JOINED = re.compile(
    r"(?P<new>\b(?:an?|two|three) [\w -]+?)(?: should be there| to the prompt| added| right)?,? (?:by the side of|"
    r"next to|beside|near|with|"
    r"close to|by) the (?P<old>[\w -]+?)"
    r"(?:,| and| please|$)",
    re.IGNORECASE,
)


def joined(prompt: str, text: str) -> str | None:
    """One thing more, beside one that is there."""
    found = JOINED.search(text)
    old = re.search(rf"\b{re.escape(found['old'])}\b", prompt, re.IGNORECASE) if found else None
    return f"{prompt[: old.end()]} and {found['new']}{prompt[old.end() :]}" if found and old else None


def swapped(prompt: str, text: str) -> str | None:
    found = UNLOVED.search(text) or SWAP.search(text)
    if not found:
        return None
    fresh = re.search(rf"\b(?:{ARTICLE}) (?:(?!but\b|same\b)[\w-]+ ?)+$", found["new"].strip(), re.IGNORECASE)
    if fresh is None:
        return None
    old, new = named(re.sub(r"^just ", "", found["old"])), re.sub(r" this time$", "", fresh[0])
    place = re.search(rf"\b(?:an? |the |two |three |one )?{re.escape(old)}\b", prompt, re.IGNORECASE)
    return prompt[: place.start()] + new + prompt[place.end() :] if old and place else None


def tinted(prompt: str, text: str) -> str | None:
    found = TINT_FOR.search(text) or TINT.search(text)
    if not found:
        return None
    thing = re.search(rf"\b(?:{COLOUR} )?{re.escape(found['thing'])}\b", prompt, re.IGNORECASE)
    return f"{prompt[: thing.start()]}{found['colour']} {found['thing']}{prompt[thing.end() :]}" if thing else None


def with_part(prompt: str, text: str) -> str | None:
    """A manner, light, time or weather: in place of the one of its kind, or behind everything."""
    for kind, pattern in PART_OF.items():
        said = list(re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, re.IGNORECASE))
        if said:
            part = re.sub(r" (?:please|now|instead|this time|though)$", "", said[-1][0])
            parts = prompt.split(", ")
            places = [n for n, old in enumerate(parts) if n and re.fullmatch(pattern, old, re.IGNORECASE)]
            if places:
                parts[places[-1]] = part
                return ", ".join(parts)
            inside = (
                re.search(rf"(?<=\s)(?:{pattern})(?=,|$| at\b)", prompt, re.IGNORECASE)
                if kind in ("time", "weather", "place")
                else None
            )
            return prompt[: inside.start()] + part + prompt[inside.end() :] if inside else f"{prompt}, {part}"
    rest = re.search(
        r"\b(?:with|but|and|add|now|,) (?:with )?(?P<part>(?:an? |two |three |more )[\w ]+)$", text, re.IGNORECASE
    )
    return f"{prompt}, {rest['part']}" if rest and not re.match(DETERMINER, rest["part"], re.IGNORECASE) else None
