"""Offers: what the assistant's reply put forward, and whether the user takes it.

reply "Gone. Shall I sharpen it too?", user "yes please" -> the call for "sharpen it"
"""

import re
from collections.abc import Iterator

from evaluation.reader.heard import Draft, Reader
from evaluation.reader.view import View

ACTION = re.compile(
    r"\b(?:remove|take|make|turn|put|drop|add|give|place|paint|swap|replace|exchange|trade|change|recolou?r|"
    r"dye|colour|crop|cut|trim|rotate|tilt|flip|mirror|resize|scale|enlarge|upscale|extend|expand|widen|"
    r"continue|move|bring|shift|sharpen|soften|blur|brighten|darken|lighten|warm|cool|boost|raise|lower|"
    r"increase|reduce|lift|light|relight|bathe|clean|repair|heal|retouch|fix|brush|get|erase|delete|clear|"
    r"write|letter|switch|strip|find|set|print|tip|spin|use|let|work|put|save|double|triple|dim|draw in|run|have|"
    r"redraw|redo|repaint|"
    r"restyle|draw|trace|outline|do|isolate|free|dress|fill|tint|"
    r"mute|calm|smooth|hide|wipe|lose|edit|convert|transform|render|show|leave)\b",
    re.IGNORECASE,
)
IS_OFFER = re.compile(
    (
        r"\?|\b(?:i'd|i would|next|rest|still|left|remain\w*|after that|straight after|then|nod|second|say the "
        r"word|haven't forgotten|tempted|idea)\b"
    ),
    re.IGNORECASE,
)
BEHIND = re.compile(
    r"[, ]+(?:now|next|too|as well|also|then|while i'm at it|just to (?:compare|see)|at about|straight after|"
    r"after that|in one go|as the "
    r"next step|in a second step|first|if you like|just nod|with that|for you|instead|say the word|"
    r"or is this enough|or leave it|say\b|is that (?:ok|okay|fine)|ok|okay|shall i|or not|or is it "
    r"fine|and then we're done|at once)\b.*$",
    re.IGNORECASE,
)
REFUSES = re.compile(
    r"^(?:(?:hm+|er|oh|well|thanks|thank you)[, ]+)*(?:no+\b|nope|nah|not\b|don't|do not|leave (?:it|that)|"
    r"keep it|never mind|i'd rather (?:not|keep|leave|have it)|rather not|better not|hands off|not now|"
    r"(?:that|it)(?: would|'d) be too much|that's too much|it's (?:just )?(?:right|perfect)|nothing more|"
    r"i like it (?:this way|as|plain|like)|enough|it's (?:fine|"
    r"good|perfect)|"
    r"maybe (?:later|another)|another time|that's (?:enough|fine|all)|i'm (?:good|fine|happy)|stop|please "
    r"don't|let's not|skip)",
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
    """The clauses of a reply that speak of something still to be done, each from its verb on."""
    told = re.split(r"(?<=[.!?])\s+", reply)
    later = told[1:] or told
    if not IS_OFFER.search(" ".join(later)):
        return
    for sentence in later:
        for verb in ACTION.finditer(sentence):
            words = sentence[verb.start() :].strip(" ,.;:?!")
            yield BEHIND.sub("", words).strip(" ,.;:")


def refuses(text: str) -> bool:
    return bool(REFUSES.match(text)) and len(text.split()) <= 9
