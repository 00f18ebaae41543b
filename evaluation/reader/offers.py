"""Offers: what the assistant's reply put forward, and whether the user takes it.

reply "Gone. Shall I sharpen it too?", user "yes please" -> the call for "sharpen it"
"""

import re
from collections.abc import Callable, Iterator

from evaluation.reader.heard import Draft
from evaluation.reader.view import View

Reader = Callable[[str], Draft | None]
PUT_FORWARD = re.compile(
    r"(?:\b(?:shall i|should i|do i|may i|can i|want me to|like me to|wanted me to|wanted to|asked me to|want to|let me|i'd(?: still| then| also| now)?(?: do:| like to)?|i would(?: still| also)?|i could(?: still| also)?|i can(?: still| also)?|i'll|i will|"
    r"still do:|would be to|might help to|may help to|worth (?:it )?to|is to|left is to|or shall i|or should i|that leaves:?|and then|next:|remains:?|to do:|now to|how about|what about|fancy)|:)\s+(?P<what>[^?!]+)",
    re.IGNORECASE,
)
IS_OFFER = re.compile(
    r"\?|\b(?:i'd|i would|next|rest|still|left|remain\w*|after that|straight after|then|nod|now|second)\b",
    re.IGNORECASE,
)
BEHIND = re.compile(
    r"[, ]+(?:now|next|too|as well|also|then|while i'm at it|straight after|after that|in one go|as the next step|in a second step|first|if you like|just nod|with that|for you|instead|say the word|"
    r"or is this enough|or leave it|is that (?:ok|okay|fine)|ok|okay|right|shall i|or not|or is it fine|and then we're done|at once)\b.*$",
    re.IGNORECASE,
)
REFUSES = re.compile(
    r"^(?:(?:hm+|er|oh|well|thanks|thank you)[, ]+)*(?:no+\b|nope|nah|not\b|don't|do not|leave (?:it|that)|keep it|never mind|i'd rather not|rather not|i like it (?:this way|as|plain|like)|enough|it's (?:fine|good|perfect)|"
    r"maybe (?:later|another)|another time|that's (?:enough|fine|all)|i'm (?:good|fine|happy)|stop|please don't|let's not|skip)",
    re.IGNORECASE,
)


def offered(view: View, read: Reader) -> Draft | None:
    """What the last reply would do next, if it says so."""
    if view.last is None:
        return None
    for words in put_forward(view.last.reply):
        draft = read(words)
        if draft and draft.intent not in ("chat", "vqa", "text_to_image") and draft != Draft("retouch", {}):
            return draft
    return None


def put_forward(reply: str) -> Iterator[str]:
    """The clauses of a reply that speak of something still to be done, the last first."""
    told = re.split(r"(?<=[.!?])\s+", reply)
    for sentence in reversed(told[1:] or told):
        if not IS_OFFER.search(sentence):
            continue
        found = list(PUT_FORWARD.finditer(sentence))
        for match in reversed(found):
            words = match["what"].strip(" ,.;:")
            yield BEHIND.sub("", words).strip(" ,.;:")
            yield words
        yield from (
            (sentence.strip(" ,.;:?!"),) if not found and len(told) > 1 and sentence.rstrip().endswith("?") else ()
        )


def refuses(text: str) -> bool:
    return bool(REFUSES.match(text)) and len(text.split()) <= 9
