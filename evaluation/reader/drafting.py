"""Drafting: a description that grows over turns - asked out of the user, or changed and drawn anew.

guided    "help me with a picture of a fox" · "at dusk" · "in the snow, now draw it"
          -> text_to_image, prompt: "a fox, at dusk, in the snow"
revision  "draw it again, but at night" -> text_to_image, prompt: "a fox, in the snow, at night"
"""

import re

from evaluation.reader.creation import described
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import ARTICLE, COLOUR, DETERMINER, SITE, STYLE
from evaluation.reader.things import named
from evaluation.reader.view import View

ASK_ME = (
    r"\b(?:ask(?: me| her| him| us| away| first| some| a few)|step by step|walk me through|help me|with "
    r"(?:your|my) help|work(?:ing|ed)? (?:it |this )?out|figur\w+ (?:it|this|the rest)? ?out|"
    r"flesh (?:it|this) out|talk (?:it|this) (?:over|through)|think (?:it|this) (?:over|through)|not sure "
    r"(?:about|how|what|yet)|need to know|questions?|brainstorm\w*|"
    r"prompt help|together|(?:don't|do not) (?:draw|paint|start|render)(?: anything)? yet|before (?:you|we|"
    r"anything|the first|drawing|painting)|guide me|advise me|find out what i want|you help|needs? work|no "
    r"idea how|"
    r"work on a prompt|piece by piece|else do you need|you ask|so far all i know|the prompt with me|only "
    r"have the|the rest is open|details? (?:are|is) missing|can't tell (?:me|you))\b"
)
FINISH = re.compile(
    r"\b(?:draw|paint|render|generate|create|(?:the|my|a) picture|that's (?:it|all|everything)|no more|"
    r"nothing else$|nothing more|ready|let me see|let's see|show me|go\b|go ahead|start|do (?:it|your "
    r"thing)|begin|"
    r"up to you|can't think of|we'll see|all you need|enough|make it(?: happen|$)|make "
    r"the|first version|i'm done|over to you|your turn)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    (
        r"(?<=[^,.;!?])[,.;!?]+\s*|\s+and\s+(?=(?:then |now |so |please |just )*(?:draw|paint|render|with that|"
        r"that's|let|show|go|i'm|make|start|do|put|generate|create)\b)"
    ),
    re.IGNORECASE,
)
ANSWER_LEAD = re.compile(
    r"^(?:(?:hm+|er+|um+|uh|oh|well|so|okay|yes|definitely|absolutely|i think|i guess|i'd (?:say|go for|"
    r"like|prefer|take|love)|let's (?:say|go (?:for|with)|try|make it|have|do)|"
    r"maybe|perhaps|probably|rather|preferably|something|make it|write|put|take|say|that's (?:simple|easy)|"
    r"easy|good question|it should be|it's|it is|the (?:words|answer) (?:are|is)|more like|clearly|simply|"
    r"just|ideally|a bit|go for|please|of course|for sure|how about|what about|i want(?: it)?|we could "
    r"do)\b[,:. ]*)+",
    re.IGNORECASE,
)
ANSWER_TAIL = re.compile(
    (
        r"[, ]+(?:i think|i guess|i'd say|maybe|perhaps|nothing else would fit|if you ask me|for sure|of course|"
        r"please|would be (?:nice|good|great|lovely)|i suppose|probably|haha|definitely)$"
    ),
    re.IGNORECASE,
)


def invites_questions(heard: Heard) -> bool:
    """Whether a wish for a picture asks to be asked first."""
    return heard.view.current is None and heard.says(ASK_ME)


def guided_start(view: View) -> int | None:
    """The turn in which the guided creation began that is still going on: nothing is drawn, the assistant asks."""
    last = view.last
    if view.current is not None or last is None or last.call.intent != "chat" or not last.reply.rstrip().endswith("?"):
        return None
    asked = [n for n, past in enumerate(view.past) if re.search(ASK_ME, past.user, re.IGNORECASE)]
    return asked[-1] if asked and len(asked) == 1 else (asked or [0])[0]


def clauses(words: str) -> list[str]:
    return [part for part in (part.strip(" ,.;:!?") for part in CLAUSE.split(words)) if part]


NO_ANSWER = re.compile(
    (
        r"\b(?:never thought|no idea|don't know|don't care|doesn't matter|you (?:choose|decide|pick)|how do (?:i|"
        r"we)|don't laugh)\b"
    ),
    re.IGNORECASE,
)
CONTENT = re.compile(r"\b(?:(?:in|at|as|on|under|about|with|during|by|full of) .+)$", re.IGNORECASE)


def answer_in(words: str) -> str:
    """What an answer adds to the description: its first clause that says something, without hedging."""
    for clause in clauses(words):
        text = clause
        while (shorter := ANSWER_TAIL.sub("", ANSWER_LEAD.sub("", text, count=1)).strip(" ,.;:!?")) != text:
            text = shorter
        if re.match(r"(?:i|we|my|it)\b", text, re.IGNORECASE) and (content := CONTENT.search(text)):
            text = re.sub(r"^.*\bit's ", "", content[0])
        if text and not FINISH.search(text) and not NO_ANSWER.search(text):
            return text
    return ""


def says_done(words: str) -> bool:
    """Whether a clause of an answer asks for the picture now."""
    return any(FINISH.search(clause) for clause in clauses(words))


def subject(words: str) -> str:
    """The description in an opening that asks to be asked: what stands after the colon, or its longest plain clause."""
    if colon := re.search(r"[a-z]: (?P<rest>.+)$", words, re.IGNORECASE):
        return trimmed_subject(colon["rest"])
    if about := re.search(r"\b(?:picture|image|painting|drawing) of (?P<rest>.+)$", words, re.IGNORECASE):
        return trimmed_subject(about["rest"])
    if thought := re.search(
        (
            r"\b(?:thinking (?:about|of)|rough (?:concept|idea)|supposed to be|to paint|to draw|wants|the what,|"
            r"i'd like|i want|imagine|about) (?P<rest>.+)$"
        ),
        words,
        re.IGNORECASE,
    ):
        return trimmed_subject(thought["rest"])
    return trimmed_subject(described(words))


ASIDE = re.compile(
    (
        r"(?:[,.;!?]| (?:but|and then|well\?))\s*(?:but |and |so |maybe |then |you |let's |please |that's |"
        rf"needs? |can you )*[^,.;!?]*{ASK_ME}.*$|\s+(?:but|well\?|needs?) .*$|[.!?]\s.*$|, that's .*$"
    ),
    re.IGNORECASE,
)


def trimmed_subject(words: str) -> str:
    text = ASIDE.sub("", words)
    return described(text.strip(" ,.;:!?"))


AGAIN = (
    r"\b(?:again|once more|anew|from scratch|the prompt (?:stays|had|is|in)|in the prompt|new drawing|"
    r"re-?(?:do|draw|run|paint|generate|roll|make)\w*|new (?:version|attempt|take|try)|another (?:attempt|"
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
        r"\b(?:with(?:out)?|minus|drop|leave out|take out|lose|no) (?:the |any )?(?P<part>style|light(?:ing)?|"
        r"time(?: of day)?|weather|mood)(?: left out| taken out| removed| gone)?\b"
    ),
    re.IGNORECASE,
)
SWAP = re.compile(
    (
        r"\b(?:with |make it |put |use |but )?(?P<new>[\w' -]+?) (?:instead of|in place of|rather than) "
        r"(?P<old>[\w' -]+?)(?: this time| please)?$"
    ),
    re.IGNORECASE,
)
TINT = re.compile(
    (
        r"\b(?:the |make the |with the |but the )(?P<thing>[\w-]+(?: (?!in\b|should\b|is\b|was\b)[\w-]+)?) "
        rf"(?:in |should be |is |was |being |to be )?(?P<colour>{COLOUR})\b"
    ),
    re.IGNORECASE,
)


def revision(heard: Heard) -> Draft | None:
    """The last prompt with what is now said put in, or left out."""
    before = last_prompt(heard.view)
    if not before or not re.search(AGAIN, heard.whole, re.IGNORECASE):
        return None
    text = heard.quote(heard.text)
    prompt = left_out(before, text) or swapped(before, text) or tinted(before, text) or with_part(before, text)
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


def swapped(prompt: str, text: str) -> str | None:
    found = SWAP.search(text)
    if not found:
        return None
    fresh = re.search(rf"\b(?:{ARTICLE}) (?:(?!but\b|same\b)[\w-]+ ?)+$", found["new"].strip(), re.IGNORECASE)
    if fresh is None:
        return None
    old, new = named(re.sub(r"^just ", "", found["old"])), re.sub(r" this time$", "", fresh[0])
    place = re.search(rf"\b(?:an? |the |two |three |one )?{re.escape(old)}\b", prompt, re.IGNORECASE)
    return prompt[: place.start()] + new + prompt[place.end() :] if old and place else None


def tinted(prompt: str, text: str) -> str | None:
    found = TINT.search(text)
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
                re.search(rf"(?<=\s)(?:{pattern})(?=,|$)", prompt, re.IGNORECASE)
                if kind in ("time", "weather")
                else None
            )
            return prompt[: inside.start()] + part + prompt[inside.end() :] if inside else f"{prompt}, {part}"
    rest = re.search(
        r"\b(?:with|but|and|add|now|,) (?:with )?(?P<part>(?:an? |two |three |more )[\w ]+)$", text, re.IGNORECASE
    )
    return f"{prompt}, {rest['part']}" if rest and not re.match(DETERMINER, rest["part"], re.IGNORECASE) else None
