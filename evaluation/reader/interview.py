"""Interview: a description that is asked out of the user, turn by turn.

"help me with a picture of a fox" · "at dusk" · "in the snow, now draw it"
    -> text_to_image, prompt: "a fox, at dusk, in the snow"
"""

import re

from evaluation.reader.creation import described
from evaluation.reader.heard import Heard
from evaluation.reader.view import View

ASK_ME = (
    r"\b(?:interview me|squeeze it out|what (?:else )?do you (?:want|need) to know|what details|am i missing|"
    r"ask(?: me| her| him| us| away| first| some| a few)|step by step|walk me through|help me|with "
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
    r"\b(?:draw|paint|render|generate|create|(?:the|my|a) picture|that's (?:it|all|everything)|everything's said|"
    r"off you go|you can begin|no more|"
    r"nothing else$|nothing more|ready|let me see|let's see|show me|go\b|go ahead|start|do (?:it|your "
    r"thing)|begin|"
    r"up to you|can't think of|we'll see|all you need|enough|make it(?: happen|$)|make "
    r"the|first version|i'm done|over to you|your turn)\b",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    (
        r"(?<=[^,.;!?])[,.;!?]+\s*|\s+and\s+(?=(?:then |now |so |please |just )*(?:draw|paint|render|with that|"
        r"that's|let|show|go|i'm|make|start|begin|off you|you can|do|put|generate|create)\b)"
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
        r"\b(?:curious|can't wait|never thought|no idea|don't know|don't care|doesn't matter|you (?:choose|decide|"
        r"pick)|how do (?:i|"
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


US = re.compile(r"\b(?:i|i'm|i'd|you|me|we|us|my|your|let's)\b", re.IGNORECASE)


def subject(words: str) -> str:
    """The description in an opening that asks to be asked: what stands after the colon, or its longest plain clause."""
    if colon := re.search(r"[a-z]: (?P<rest>.+)$", words, re.IGNORECASE):
        return trimmed_subject(colon["rest"])
    told = re.split(r"(?<=[.!?])\s+", words)
    plain = [part for part in told if not US.search(part)]
    if plain and len(plain) < len(told):
        return trimmed_subject(" ".join(plain))
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
