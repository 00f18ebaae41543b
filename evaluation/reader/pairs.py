"""Pairs: two requests in one turn, and the yes that takes up the second.

parts("remove the dog and make it brighter", read) -> ("remove the dog", "make it brighter")
"""

import re

from evaluation.reader.heard import Draft, Reader

AGREEING = (
    r"(?:yes|yeah|yep|sure|okay|ok|please|of course|absolutely|definitely|indeed|certainly|go (?:on|ahead|for it)|"
    r"go|do|"
    r"sounds?|why not|alright|perfect|great|good|nice|lovely|fine|cool|right|gladly|by all means|i'd (?:like|"
    r"love) (?:that|it)|"
    r"that would be \w+|that'd be \w+|proceed|continue|carry on|show me|surprise me|worth a try|makes sense|love it|"
    r"let's|"
    r"happy with (?:that|it)|as i asked|i (?:wanted|meant) both|i think (?:that|it) helps|(?:if )?it's no trouble|"
    r"if you like|"
    r"mm+h|mhm|hm|"
    r"thanks|thank you|idea|try)"
)
THE_REST = (
    r"(?:the|that|it|this|so|too|also|as well|and|on|now|then|with|all|oh|well|both|other|next|second|third|missing|"
    r"remaining|"
    r"half|part|thing|things|bit|one|step|wish|request|rest|number|two|what's left|left|one try)"
)
YES = re.compile(rf"^(?!.*\bon the (?:left|right)\b)(?:(?:{AGREEING}|{THE_REST})(?![\w'])[ ,.!]*)+$", re.IGNORECASE)
AND_THEN = re.compile(
    r"(?:,? (?:and|then|and then|and also|and after that|after that|and please|and when (?:that's|it's) done|"
    r"and in the same go|oh and|next|and next|plus|, then)|[;.]| 2[).:]|, "
    r"(?=(?:also|then|make|add|remove|crop|turn|paint|put|sharpen|write)\b))\s+(?:(?:also|then|please|could "
    r"you|can you|would you|you|i'd like|we need|i also want|just|while you're at it|next)[ ,]+)*"
    r"(?=(?:make|add|remove|delete|erase|crop|turn|paint|put|sharpen|brighten|darken|write|rotate|flip|"
    r"mirror|resize|upscale|replace|swap|change|recolou?r|give|take|extend|blur|get rid|convert|warm|cool|"
    r"light|lighten|soften|set|move|bring|raise|lower|increase|reduce|boost|clean|fix|retouch|cut|draw|have|"
    r"lose|wipe|drop|exchange|edit|expand|outline|trace|dress|trade|tip|spin|restyle|redo|remake|repaint|desaturate|"
    r"double|triple|enlarge|scale|shift|"
    r"substitute|dim|work|isolate|fill|push|light up|use an?|stick|place|"
    r"the \w+ (?:in|out|gone)|brighter|darker|in \w+ style)\b)",
    re.IGNORECASE,
)


def parts(text: str, read: Reader) -> tuple[str, str] | None:
    """The two requests that stand in one turn, if each of them is one by itself."""
    for found in AND_THEN.finditer(text):
        first, second = re.sub(r"^1[).:] ?", "", text[: found.start()]).strip(" ,.;"), text[found.end() :].strip(" ,.;")
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
