"""Talk: questions about the picture, and everything that calls for words alone.

vqa("how many dogs are there") -> Draft("vqa", {"question": "how many dogs are there"})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import PICTURE

CRAFT = (
    r"(?:prompts?|pictures in general|crop(?:ping|s)?|upscal\w*|resolution|pixels?|poster|composi\w*|"
    r"compose|recolou?r\w*|changing a colour|"
    r"backgrounds?|anime(?: \w+)?|styles?|undo|go(?:ing)? back|lighting|good light|light|features?|options?|"
    r"tools?|formats?|transparen\w*|"
    r"removing|retouch\w*|editing|outpaint\w*|line art|subject in the middle|rule of thirds)"
)
HOW_TO = [
    r"^(?:so |and |but )*how (?:do|can|would|should|could) (?:i|you|we|one|people)\b(?!.*\b(?:describe|say|call)\b)",
    (
        r"\bhow (?:does|do|is|are) (?:that|it|this|these|those|one|you|[\w-]+ing|the \w+|\w+ "
        r"\w+)\b.*\b(?:work\w*|done|made|mean)\b"
    ),
    r"\b(?:explain|teach me|know how|learn|understand|wonder) (?:how|what|why|more|about|to|me)\b",
    r"^how to\b|\bhow to\b.*$",
    r"\b(?:[\w-]+ing|anime|undo)(?: \w+)?, how\b",
    r"\bhow .*\b(?:works?|that's done|it's done|is done)$",
    r"\bwhat (?:do|should|must|could) (?:i|we) (?:have to |need to )?(?:write|say|do|mention|type|tell|put)\b",
    (
        r"\b(?:tips?|advice|hints?|tricks?|list|guide|tutorial|basics) (?:for|on|about|of|to)\b|\b\w+ tips?$|"
        rf"\btell me (?:something |more )?about (?:good )?{CRAFT}"
    ),
    (
        r"\b(?:what|which) (?:can|could|else can|all can|styles?|skills?|tools?|formats?|features?|do|are) "
        r"you\b|\bwhat are (?:you|my|your)\b|\bwhich styles\b"
    ),
    (
        r"\b(?:what's|what is) possible\b|\bwhat are my options\b|\bshow me around\b|\blist of features\b|\bare "
        r"you able to\b|\bcan you (?:only|also)\b"
    ),
    (
        r"\bis there (?:an?|some) (?:\w+ )?(?:button|tool|limit|shortcut|menu|way to (?:save|undo))\b|"
        r"\bwhere(?:'s| is) the (?:\w+ )?(?:tool|button|menu)\b"
    ),
    (
        rf"\bhow (?:much|many|big|large|high|far) {CRAFT}|\bhow many pixels\b|\bwhat (?:makes|is|belongs|goes|"
        rf"does|resolution)\b.*\b{CRAFT}\b|^what's an? (?:good|better|best)\b|\bwhat is (?:an?|good)\b"
    ),
    (
        rf"\b(?:does|do|should|will|is|are) (?:the )?{CRAFT}\b.*\b(?:matter|important|be|better|enough)\b|"
        r"^resolution for\b|\bi don't know (?:where|how|what) to\b"
    ),
    (
        r"\bwhich (?:one|version) is better\b|\bbetter than the (?:old|other)\b|\bwhich of the two\b|\bdo "
        r"people usually\b|\bpixels enough\b|^are you\b|\bneed help with\b|\bbetter (?:now|before)\b.*\bor\b|"
        r"\bis it (?:hard|easy|difficult|possible) to (?:give|change|learn|make) an?\b|\bwhat you(?:'re)? "
        r"(?:can|able|capable)\b|\bgo back to (?:earlier|older) versions\b|\bwhich (?:version|one|picture) do "
        r"you (?:like|prefer)\b|\bdo you (?:like|prefer|think)\b(?!.*\b(?:could|can|would|it'd|looks? better)\b)"
    ),
    r"^should (?:the|my|i|we)\b|\b(?:is|was) a (?:mystery|riddle)\b|\bafraid of\b|\bmystery to me\b",
]
REQUEST = (
    r"^(?:make|add|remove|put|paint|turn|take|replace|swap|move|crop|delete|erase|give (?:the|it))\b|\b(?:the|"
    r"an?) (?:taxi|song|hotel|app|code|president|machine|computer|laptop|restaurant)\b(?! to| for)|\b(?:minus|"
    r"without|beside|next to) the\b"
)
CHATTY = [
    (
        r"^(?:who|what) are you\b|\bare you (?:a|an|human|real|there|ok|okay)\b|\bhow are you\b|\bnice to "
        r"meet\b|\bi'm new here\b|\bjust wanted to say\b|\bsay hello\b|\bmy name is\b"
    ),
    (
        r"\b(?:stock|taxes|tax|flight|taxi|friday|monday|dollar|euro|weather (?:tomorrow|today)|recipe|joke|"
        r"poem|email|homework|translate|function|code|python|president|capital of|football match|news|horoscope|"
        r"lottery|restaurant|hotel|song|pizza delivery|hungry|lunch|dinner|i'm (?:so )?tired|coffee break|"
        r"headache|flu|bitcoin|essay|app|laptop|dpi|symptoms|train to|you're a computer|a machine)\b"
    ),
    (
        r"\b(?:great|big|real) help\b|\bgood (?:job|work)\b|\bwell done\b|\ball good\b|\beverything (?:fine|ok|"
        r"okay|good)\b|\bthat's (?:all|it)\b|\bsee you\b|^(?:good)?bye(?: bye)?$|\braining all day\b"
    ),
]


def how_to(heard: Heard) -> Draft | None:
    return Draft("chat", {}) if any(heard.says(pattern) for pattern in HOW_TO) else None


def small_talk(heard: Heard) -> Draft | None:
    short = len(heard.text.split()) < 10 and not heard.says(REQUEST)
    return Draft("chat", {}) if short and any(heard.says(pattern) for pattern in CHATTY) else None


ASKED = [
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
    r"possible to|way to|could be|instead|can go|how would (?:it|this|that|the [\w ]+) look|look like (?:as|in|"
    r"with)|what would (?:it|this|the \w+) look)\b"
)


def vqa(heard: Heard) -> Draft | None:
    if not any(heard.says(pattern) for pattern in ASKED) or heard.says(NOT_ASKED):
        return None
    question = re.sub(rf"\s+(?:in (?:the|this|my) {PICTURE})$", r"\g<0>", heard.text)
    return Draft("vqa", {"question": heard.quote(question)})
