"""Talk: questions about the picture, and everything that calls for words alone.

vqa("how many dogs are there") -> Draft("vqa", {"question": "how many dogs are there"})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import PICTURE

CRAFT = (
    r"(?:prompts?|pictures in general|crop(?:ping|s)?|upscal\w*|resolution|pixels?|poster|composi\w*|compose|recolou?r\w*|changing a colour|"
    r"backgrounds?|anime(?: \w+)?|styles?|undo|go(?:ing)? back|lighting|good light|light|features?|options?|tools?|formats?|transparen\w*|"
    r"removing|retouch\w*|editing|outpaint\w*|line art|subject in the middle|rule of thirds)"
)
HOW_TO = [
    r"^(?:so |and |but )*how (?:do|can|would|should|could) (?:i|you|we|one|people)\b(?!.*\b(?:describe|say|call)\b)",
    r"\bhow (?:does|do|is|are) (?:that|it|this|these|those|one|you|[\w-]+ing|the \w+|\w+ \w+)\b.*\b(?:work\w*|done|made|mean)\b",
    r"\b(?:explain|teach me|know how|learn|understand|wonder) (?:how|what|why|more|about|to|me)\b",
    r"^how to\b|\bhow to\b.*$",
    r"\b(?:[\w-]+ing|anime|undo)(?: \w+)?, how\b",
    r"\bhow .*\b(?:works?|that's done|it's done|is done)$",
    r"\bwhat (?:do|should|must|could) (?:i|we) (?:have to |need to )?(?:write|say|do|mention|type|tell|put)\b",
    rf"\b(?:tips?|advice|hints?|tricks?|list|guide|tutorial|basics) (?:for|on|about|of|to)\b|\b\w+ tips?$|\btell me (?:something |more )?about (?:good )?{CRAFT}",
    r"\b(?:what|which) (?:can|could|else can|all can|styles?|skills?|tools?|formats?|features?|do|are) you\b|\bwhat are (?:you|my|your)\b|\bwhich styles\b",
    r"\b(?:what's|what is) possible\b|\bwhat are my options\b|\bshow me around\b|\blist of features\b|\bare you able to\b|\bcan you (?:only|also)\b",
    r"\bis there (?:an?|some) (?:\w+ )?(?:button|tool|limit|shortcut|menu|way to (?:save|undo))\b|\bwhere(?:'s| is) the (?:\w+ )?(?:tool|button|menu)\b",
    rf"\bhow (?:much|many|big|large|high|far) {CRAFT}|\bhow many pixels\b|\bwhat (?:makes|is|belongs|goes|does|resolution)\b.*\b{CRAFT}\b|^what's an? (?:good|better|best)\b|\bwhat is (?:an?|good)\b",
    rf"\b(?:does|do|should|will|is|are) (?:the )?{CRAFT}\b.*\b(?:matter|important|be|better|enough)\b|^resolution for\b|\bi don't know (?:where|how|what) to\b",
    r"\bwhich (?:one|version) is better\b|\bbetter than the old\b|\bbetter (?:now|before)\b.*\bor\b|\bis it (?:hard|easy|difficult|possible) to (?:give|change|learn|make) an?\b|\bwhat you(?:'re)? (?:can|able|capable)\b|\bgo back to (?:earlier|older) versions\b|\bwhich (?:version|one|picture) do you (?:like|prefer)\b|\bdo you (?:like|prefer|think)\b(?!.*\b(?:could|can|would|it'd|looks? better)\b)",
    r"^should (?:the|my|i|we)\b|\b(?:is|was) a (?:mystery|riddle)\b|\bafraid of\b|\bmystery to me\b",
]
CHATTY = [
    r"^(?:who|what) are you\b|\bare you (?:a|an|human|real|there|ok|okay)\b|\bhow are you\b|\bnice to meet\b|\bi'm new here\b|\bjust wanted to say\b|\bsay hello\b|\bmy name is\b",
    r"\b(?:stock|taxes|tax|flight|taxi|friday|monday|dollar|euro|weather (?:tomorrow|today)|recipe|joke|poem|email|homework|translate|function|code|python|president|capital of|football match|news|horoscope|lottery|restaurant|hotel|song|pizza delivery|hungry|lunch|dinner|tired|coffee break|munich|headache|flu|bitcoin|essay|app|laptop|dpi|symptoms|train to|computer|machine)\b",
    r"\b(?:great|big|real) help\b|\bgood (?:job|work)\b|\bwell done\b|\ball good\b|\beverything (?:fine|ok|okay|good)\b|\bthat's (?:all|it)\b|\bsee you\b|^(?:good)?bye(?: bye)?$|\braining all day\b",
]


def how_to(heard: Heard) -> Draft | None:
    return Draft("chat", {}) if any(heard.says(pattern) for pattern in HOW_TO) else None


def small_talk(heard: Heard) -> Draft | None:
    short = len(heard.text.split()) < 10
    return Draft("chat", {}) if short and any(heard.says(pattern) for pattern in CHATTY) else None


ASKED = [
    r"\bhow many\b|\bnumber of\b|\bknow (?:what|where|how many|which)\b|\b(?:clothes|outfit) (?:on|of|does|did|has)\b|\bput a (?:number|name) (?:on|to)\b|\bneed the (?:number|colour) of\b|\bmore like (?:day|night)\b|^(?:morning|day), (?:noon|night)|\bcount (?:the|how|all)\b|\bhow (?:big|tall|old) (?:is|are)\b",
    r"\b(?:what|which)(?: is| 's|'s| are)? (?:the )?(?:colou?rs?|side|half|place|weather|time of day|season|setting|animal|kind|sort|type|part|objects?|things?)\b",
    r"\bwhat(?:'s| is| are| does| do) .*\b(?:wear\w*|has on|have on|doing|holding|happening|going on|in (?:the|this) \w+|there|look(?:s)? like|show|like in)\b",
    r"^(?:what|who|which|where|when)(?:'s| is| are| was| were| would| do| does)\b(?!.*\b(?:if you|about)\b)",
    r"\bwhere (?:are we|is this|this is|that is|it is|we are|was|is the|are the|the)\b|\b(?:tell|say|name|guess|recogni[sz]e|describe) (?:me )?(?:where|what|which|whether|if|how many|the (?:place|colour|weather|side|setting|time))\b",
    r"(?:(?:^|[,.;:!?] )(?:is|are|isn't|aren't|was)|\b(?:do you see|can you see|do i see|did you see|can you (?:spot|find|make out|tell)|any sign of|any trace of|am i right|could that be|check (?:if|whether)|see if you can (?:find|see|spot)|know (?:if|whether|what|where|how many|which)) (?:there|that|a|an|any|you can|the|it|this|what|which|how|where))\b(?!.*\b(?:possible|way to|chance|space for|room for|anything you can|look you|version)\b)",
    r"\byes or no\b|\bthere's an? [\w -]+(?: in (?:it|there|the \w+))?,? (?:right|isn't there|no|correct)\b|\bis (?:he|she|it) right\b|\bsays there(?:'s| is| are)\b",
    r"^(?:the )?(?:setting|weather(?: there)?|time of day|season|place(?: in (?:this|the|my) \w+)?$|location|day or night|left or right|side of|colours? of|number of|kind of|whereabouts)\b(?!.*(?:\b(?:to|should|be)\b|->|:))",
    r"\b(?:wearing|holding|doing) what\b|: (?:what|which|where|how)\b|\bwhat colou?r\b|\bwhich (?:side|half|colour)\b|\bwhat (?:side|place)\b|\bcan't (?:quite )?(?:make out|tell|see|work out) (?:how|what|where|which|if|whether)\b",
    r"^(?:please |can you |could you |now |just |so |also )*(?:count|name|identify|look for|search|find (?:all|every|out)|check|say|list|decide|guess|take a guess|work out|read the|add up|go over|put a number on|"
    r"give me the (?:number|total|count)|determine|spot|recogni[sz]e|estimate|locate|see if there|tell)\b",
    r"\bdescribe (?:what|the|this|how)\b|\bwhether (?:the|it|there)\b|\bwould you (?:say|describe|call)\b|\bi wonder (?:if|whether|what|where|how many|which)\b|\b(?:day or night|indoors or outdoors|left or right)\b|\bweather(?: is|'s)\b",
    r"^(?:is|are) (?:it|this|that|these|those)\b(?! possible)",
]
NOT_ASKED = r"\b(?:make|makes|change|paint|turn|remove|add|put|replace|without|used to be|possible to|way to|could be|instead|can go|how would (?:it|this|that|the [\w ]+) look|look like (?:as|in|with)|what would (?:it|this|the \w+) look)\b"


def vqa(heard: Heard) -> Draft | None:
    if not any(heard.says(pattern) for pattern in ASKED) or heard.says(NOT_ASKED):
        return None
    question = re.sub(rf"\s+(?:in (?:the|this|my) {PICTURE})$", r"\g<0>", heard.text)
    return Draft("vqa", {"question": heard.quote(question)})
