"""Manners: what people say around a request, peeled off.

    core("Hi there, that looks right. Could you crop it please? Thanks", ...) -> "Could you crop it"

Greetings, thanks, praise, the handing over of a picture, courtesies and signposts ("next:", "one more thing:") carry no
parameter. What is left of words that hold nothing else is empty.
"""

import re

from evaluation.reader.lexicon import PICTURE

PRAISING = (
    r"(?:nice|good|great|lovely|love|like|liked|perfect|right|better|wow|cool|clean|solid|close|closer|works?|done|"
    r"beautiful|amazing|awesome|excellent|fantastic|wonderful|super|sweet|yes|yesss*|neat|brilliant|happy|"
    r"there|ok|okay|"
    r"all right|alright|haha|ha|lol|gorgeous|pretty|impressive|fine|bad|nearly|almost|hm+|thank|thanks|progress)"
)
FILLER = (
    r"(?:very|so|really|that|that's|this|it|it's|is|i|we|looks?|looking|much|more|not|at|all|a|an|the|now|yes|oh|ooh|"
    r"well|getting|quite|already|just|what|how|you|you've|job|work|reads|one|my|too|even|me|for|be|been|of|"
    r"good|to|are|do|does|"
    r"make|makes|with|going|far|was|like|pretty|help|lot|kind|bit|um|uh|hmm|and|hm|but|by|day)"
)
PRAISE = re.compile(rf"^(?:(?:{FILLER}|{PRAISING})(?:,? |$))+$", re.IGNORECASE)
HAS_PRAISE = re.compile(rf"\b{PRAISING}\b", re.IGNORECASE)

GREETING = (
    r"(?:hi+|hello|hey+(?: all(?=[,.!]))?|greetings|howdy|good (?:morning|evening|afternoon|day)|dear \w+|excuse me|yo|"
    r"sorry (?:for my \w+|to bother(?: you)?))"
    r"(?: there| again| all| everyone| my friend| friend| dear| team| hello| hi| hey| guys)*"
)
THANKS = (
    r"(?:many thanks|(?:a (?:thousand|million|hundred) )?thanks?(?: you)?(?: (?:(?:ever )?so|very) much| kindly| again|"
    r" a (?:lot|bunch|million|ton|thousand|heap)| loads| heaps| in advance| for (?:the |your )?help)*|cheers|"
    r"much appreciated|appreciate it|i'd (?:be|appreciate)[\w ]{0,20}|i would be[\w ]{0,20}grateful|"
    r"you're (?:the best|a star|great|awesome)|"
    r"fingers crossed|curious[\w' ]*|i can't wait[\w' ]*|can't wait[\w' ]*|no (?:rush|hurry)|take your time|"
    r"(?:ha)+h?|lol|hihi|asap|quickly|kind regards|best regards|when(?:ever)? you (?:get to it|have [\w ]+|can)|"
    r"if (?:you don't mind|you know what i mean|it'?s? (?:is )?possible|that's (?:possible|okay|alright|fine)|"
    r"you (?:can|could)|at all possible|possible|it's not too much(?: trouble)?|i may|that works)|"
    r"for (?:client|internal) review|for (?:now|me)|or (?:something|so)(?: like (?:that|this))?|right away|"
    r"i think it (?:needs|could use) (?:that|it)|let me know|please|you know)"
)
WISHFUL = (
    r"(?:that|it)(?: would|'d) be (?:so |very |really |just )*(?:great|nice|lovely|perfect|wonderful|amazing|super|"
    r"cool)"
)
OPENING = re.compile(rf"^(?:{GREETING})(?=[,.!:;]|\s|$)[,.!:;\s]*", re.IGNORECASE)
CLOSING = re.compile(rf"[\s,.;!?:(]*\b(?:{THANKS}|{WISHFUL})[\s,.;!?)]*$", re.IGNORECASE)
LEADING_COURTESY = re.compile(
    r"^(?:if (?:i may|it's not too much(?: trouble)?|possible|you don't mind|that's (?:possible|okay))|"
    r"when(?:ever)? you (?:have|get) [\w ]+?|thanks?(?: you)?|please)\s*[,:]\s*",
    re.IGNORECASE,
)

SIGNPOST_WORD = (
    r"(?:and|also|then|now|next|okay|alright|all right|so|well|hm+|um+|uh|oh|ah|please|just|but|first|"
    r"second|third|last|"
    r"finally|one|two|more|another|thing|things|wish|step|pass|up|small|little|tiny|quick|change|edit|my|the|a|an|idea|"
    r"request|for|final|after|that|this|from|here|on|while|we're|at|it|moving|not|quite|there|yet|if|i|may|possible|"
    r"it's|too|much|you|by|way|oh|lol|haha|yes|ooh|right|have|go|see|yeah|wait|listen|look|question|favour|be|nice|"
    r"maybe|again|to|continue|do|like)"
)
SIGNPOST = re.compile(
    (
        r"^(?!(?:it|this|that|(?:this|that) one)\s*:)(?![^:]*\b(?:first|second|third|fourth|one before)\b(?: "
        rf"one)?\s*:)(?!next (?:picture|image|one)\b)(?:{SIGNPOST_WORD}[ ,]+){{0,7}}{SIGNPOST_WORD}\s*:\s*"
    ),
    re.IGNORECASE,
)
LEAD = re.compile(
    r"^(?:(?:and|also|then|now|next(?! (?:picture|image|one))|okay|alright|all right|so|well|hm+|um+|uh|oh|"
    r"ooh|ah|lol|haha|"
    r"yes|yeah|please|but|maybe|perhaps|quick one|(?:one|two) (?:more )?things?(?: more)?|moving on|from here|"
    r"while we're at it|after (?:this|that)|next (?:step|up|pass|thing)|first pass|second thing|"
    r"if (?:i may|possible|it's not too much)|(?:nice|cool)(?=[,.!])|dear friend|my friend|again|by the way|"
    r"now then)"
    r"(?:[,:;.!]+\s*|\s+|$))+",
    re.IGNORECASE,
)

HANDED = re.compile(
    r"\b(?:attach\w*|send(?:ing)?|sent|upload\w*|here's|here is|here are|look at|look please|look what|came through|"
    r"found)\b|^(?:this is|my|this|i(?:'ve)? (?:got|have)|got|see|input|source|base|working)\b",
    re.IGNORECASE,
)
HANDED_THING = re.compile(
    rf"\b(?:{PICTURE}|file|plate|attachment|attached|favourites|frame|input|source|material|folder|album|upload)\b|"
    r"\bfound on\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\b(?:remove|add|make|put|crop|paint|turn|change|replace|without|keep|delete|erase|needs?|instead|how many|where|"
    r"what colour|out of|want to see|could|can you|would you|give|follow|show|i'd like(?! some help)|i need|"
    r"would be|brighter|darker)\b",
    re.IGNORECASE,
)
RUN_ON = re.compile(
    r"^(?:(?:so|okay)\s+)*(?:(?:here's|here is|this is|got|look at|see|take|i have|i have here)\s+(?:(?:my|"
    r"the|a|one|this)\s+)?"
    rf"(?:{PICTURE}|one)|(?:my|this|the) (?:picture|image|photo)(?=\.)|this one)"
    r"(?: (?:of mine|from me|i took|here|attached))?[\s,.:;]+(?=\w)",
    re.IGNORECASE,
)


def core(text: str, attached: bool, later: bool) -> str:
    """The words without manners; empty when there is nothing else."""
    kept = dropped_sentences(text, attached, later)
    if attached:
        kept = RUN_ON.sub("", kept, count=1) if RUN_ON.match(kept) else kept
    return trimmed(kept)


def dropped_sentences(text: str, attached: bool, later: bool) -> str:
    found = sentences(text)
    while len(found) > 1 and (
        (attached and hands_over(found[0])) or (later and praises(found[0])) or is_courtesy(found[0])
    ):
        found = found[1:]
    while len(found) > 1 and is_courtesy(found[-1]):
        found = found[:-1]
    return " ".join(found)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])(?<!\bno\.)\s+(?=\S)", text) if part.strip()]


def hands_over(sentence: str) -> bool:
    bare = trimmed(sentence)
    if not bare:
        return True
    few = len(bare.split()) <= 14
    return (
        few
        and bool(HANDED.search(bare) and HANDED_THING.search(bare))
        and not ASKS.search(re.sub(r"\bi want to change\b", "", bare, flags=re.IGNORECASE))
    )


def praises(sentence: str) -> bool:
    bare = re.sub(r"[.!?,…]+", "", OPENING.sub("", sentence)).strip()
    return not bare or bool(PRAISE.match(bare) and HAS_PRAISE.search(bare))


def is_courtesy(sentence: str) -> bool:
    return not trimmed(sentence)


def trimmed(text: str) -> str:
    """Without greetings and signposts in front and courtesies behind."""
    while True:
        left = OPENING.sub("", text.strip(), count=1)
        left = LEADING_COURTESY.sub("", left, count=1)
        left = SIGNPOST.sub("", left, count=1)
        left = LEAD.sub("", left, count=1)
        left = CLOSING.sub("", left).strip(" ,.;!?")
        if left == text:
            return left
        text = left


def only_thanks(text: str) -> bool:
    """Whether words thank or praise and do nothing else."""
    return bool(
        re.fullmatch(rf"[\W]*(?:(?:{THANKS}|great|nice|perfect|super)[\W]*)+", text, re.IGNORECASE)
    ) and not re.search(r"\b(?:please|yes|ok(?:ay)?)\b", text, re.IGNORECASE)
