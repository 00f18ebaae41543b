"""Questions: what the user wants to know of the picture.

vqa("how many dogs are there") -> Draft("vqa", {"question": "how many dogs are there"})
"""

import re

from evaluation.reader.heard import Draft, Heard

ASKED = [
    (
        r"^how is (?:the|he|she|it)\b|^any sign of\b|^transcribe\b|^do i (?:see|find|spot)\b|^search\b|"
        r"\bdo you think (?:there|it's|this is|that's)\b(?!.*\b(?:room|space)\b)|^(?:might|could|may) (?:that|this|"
        r"it|those) be an?\b|"
        r"\bneed (?:the|an?|to know the) (?:number|place|colour|word|name|weather|setting|season)\b|"
        r"^(?:the )?(?:exact )?(?:colour|type|kind|sort|text|words) (?:of|on|in)\b(?!.*(?:->|[,:]|\bto\b|\bbothers\b))|"
        r"\bgive me the (?:location|place|setting|weather|season|number)\b|\bsum up the\b|"
        r"\b(?:asks?|wants to know|wonders?)\b.*\b(?:what|where|how|which|who|if|whether)\b|"
        r"^[\w ,]+ or [\w ]+, (?:what|which)\b|\bwhat (?:hour|time|weather|season)\b|\b(?:say|is it) left or right\b|"
        r"^does (?:this |the |that |my )?(?:picture|image|photo)\b"
    ),
    (
        r"\bhow's the (?:weather|light)\b|^(?:did|does) (?:an?|my|the|this|that|any|it)\b|\bbe sure (?:there|"
        r"that)\b|\bwhat's the (?:number|colour|weather|place|setting)\b|\bhow many\b|\bnumber of\b|\bknow "
        r"(?:what|where|how many|which)\b|\b(?:clothes|outfit) (?:on|of|does|did|has)\b|\bput a (?:number|name) "
        r"(?:on|to)\b|\bneed the (?:number|colour) of\b|\bmore like (?:day|night)\b|^(?:morning|day), (?:noon|"
        r"night)|\bcount (?:the|how|all)\b|\bhow (?:big|tall|old) (?:is|are)\b"
    ),
    (
        r"\b(?:what|which)(?: is| 's|'s| are)? (?:the )?(?:colou?rs?|side|half|place|weather|time of day|season|"
        r"setting|animal|kind|sort|type|part|objects?|things?)\b"
    ),
    (
        r"\bwhat(?:'s| is| are| does| do) .*\b(?:wear\w*|has on|have on|doing|holding|happening|going on|in "
        r"(?:the|this) \w+|there|look(?:s)? like|show|like in)\b"
    ),
    r"^(?:what|who|which|where|when)(?:'s| is| are| was| were| would| do| does)\b(?!.*\b(?:if you|about)\b)",
    (
        r"\bwhere (?:are we|is this|this is|that is|it is|we are|was|is the|are the|the)\b|\b(?:tell|say|name|"
        r"guess|recogni[sz]e|describe) (?:me )?(?:where|what|which|whether|if|how many|the (?:place|colour|"
        r"weather|side|setting|time))\b"
    ),
    (
        r"(?:(?:^|[,.;:!?] )(?:is|are|isn't|aren't|was)|\b(?:do you see|can you see|do i see|did you see|can "
        r"you (?:spot|find|make out|tell)|any sign of|any trace of|am i right|could that be|check (?:if|"
        r"whether)|see if you can (?:find|see|spot)|know (?:if|whether|what|where|how many|which)) (?:there|"
        r"that|a|an|any|you can|the|it|this|what|which|how|where))\b(?!.*\b(?:possible|way to|chance|space for|"
        r"room for|anything you can|look you|version)\b)"
    ),
    (
        r"\byes or no\b|\bthere's an? [\w -]+(?: in (?:it|there|the \w+))?,? (?:right|isn't there|no|correct)\b|"
        r"\bis (?:he|she|it) right\b|\bsays there(?:'s| is| are)\b"
    ),
    (
        r"^(?:the )?(?:setting|weather(?: there)?|time of day|season|place(?: in (?:this|the|my) \w+)?$|"
        r"location|day or night|left or right|side of|colours? of|number of|kind of|"
        r"whereabouts)\b(?!.*(?:\b(?:to|should|be)\b|->|:))"
    ),
    (
        r"\b(?:wearing|holding|doing) what\b|: (?:what|which|where|how)\b|\bwhat colou?r\b|\bwhich (?:side|half|"
        r"colour)\b|\bwhat (?:side|place)\b|\bcan't (?:quite )?(?:make out|tell|see|work out) (?:how|what|where|"
        r"which|if|whether)\b"
    ),
    r"^(?:please |can you |could you |now |just |so |also )*(?:count|name|identify|look for|search|find "
    r"(?:all|every|out)|check|say|list|decide|guess|take a guess|work out|read the|add up|go over|put a "
    r"number on|"
    r"add up|give me the (?:number|total|count)|determine|spot|recogni[sz]e|estimate|locate|see if there|tell)\b",
    (
        r"\bdescribe (?:what|the|this|how)\b|\bwhether (?:the|it|there)\b|\bwould you (?:say|describe|call)\b|"
        r"\bi wonder (?:if|whether|what|where|how many|which)\b|\b(?:day or night|indoors or outdoors|left or "
        r"right)\b|\bweather(?: is|'s)\b"
    ),
    r"^(?:is|are) (?:it|this|that|these|those)\b(?! possible)",
]
NOT_ASKED = (
    r"\bso (?:we|i|it|that|scale|make|add|put|could|please|cut|crop|turn|resize)\b|"
    r"\b(?:make (?!it into)|makes|change|paint|turn|remove|add (?!up)|put (?!a n)|replace|without|used to be|"
    r"all i need|possible to|way to|could be|instead|can go|how would (?:it|this|that|the [\w ]+) look|"
    r"look like (?:as|in|"
    r"with)|what would (?:it|this|the \w+) look)\b"
)


def vqa(heard: Heard) -> Draft | None:
    if not any(heard.says(pattern) for pattern in ASKED) or heard.says(NOT_ASKED):
        return None
    return Draft("vqa", {"question": heard.quote(asking(heard.text))})


def asking(text: str) -> str:
    """From the first sentence that asks on; what was told before is no part of the question."""
    told = re.split(r"(?<=[.!?])\s+", text)
    first = next((n for n, part in enumerate(told) if any(re.search(p, part, re.IGNORECASE) for p in ASKED)), 0)
    return " ".join(told[first:])
