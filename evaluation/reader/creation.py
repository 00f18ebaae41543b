"""New pictures, from words alone.

text_to_image("draw me a fox in the snow, make it 16:9")
    -> Draft("text_to_image", {"prompt": "a fox in the snow", "size": "16:9"})
"""

import re

from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import ARTICLE, DETERMINER
from evaluation.reader.spared import unwanted
from evaluation.reader.things import size_in
from schemas.skill import Value

BARE_PICTURE = (
    r"(?:(?:an?|one|some|another|the|this|new|next|nice|good|pretty|beautiful|lovely|great|simple|quick|"
    r"completely|totally|whole|different|fresh|separate|second|little|nice) )*"
    r"(?:visual|rendering|picture|image|photo|drawing|painting|illustration|scene|artwork)"
)
PAINT = (
    r"(?:draw|paint|generate|create|design|visuali[sz]e|imagine|render|sketch|make|do|produce|whip up|come "
    r"up with|illustrate|picture|depict|compose|"
    r"show|give|get|see|have|try|start with|build|conjure up|want|need|put|look for|go for|begin with|dream "
    r"up|cook up|prepare)"
)
ASK_FRAME = (
    r"(?:(?:can|could|would|will|may|might|do|shall) (?:you|we|i)(?: please| maybe| perhaps| just| also| "
    r"possibly| kindly)*(?: think you (?:can|could))?|"
    r"(?:i'd|i would|we'd|i|we) (?:like|love|want|need|wish|prefer)(?: it| you)?(?: to)?|i was (?:thinking "
    r"of|hoping for|hoping to)|i'm (?:thinking of|picturing|imagining|looking for)|"
    r"i look for|(?:let's|let us|let me)|is it possible to|is there a way to|any chance of|how about|what "
    r"about|what would you make of|what do you make of|"
    r"have you got it in you to|all i want(?: to see)? is|it should show|it shows|surprise me with(?: your "
    r"take on)?|start over(?: and)?|fresh canvas|today i feel like|something like|maybe|perhaps|please|"
    r"i (?:imagined|pictured|thought of|dreamt of)|try to|you could|just|another one|now)"
)
LEADS = re.compile(
    rf"^(?:(?:{ASK_FRAME})\b[ ,:]*|{PAINT}(?:ing)?\b (?:it |this |that )?(?:(?:me|us|up|out) )?(?!to\b)|"
    rf"{BARE_PICTURE} (?:of|with|showing|that shows|which shows|for [\w ]+? showing|about|where)\b ?|"
    rf"{BARE_PICTURE}(?:,| like this,?) (?=\w)|(?:me|us) )+",
    re.IGNORECASE,
)
COLON = re.compile(r"^(?P<lead>[^:\d«]{3,160}?[a-z]): (?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
STORY = re.compile(
    (
        r"^.*?\b(?:would be|will be|know is|we begin with|begin with|thought of|imagined|picturing|i feel like|"
        r"feel like|keeps? (?:asking|begging) for|dreamt of|(?:it is|it's|this is|head is|like to see(?: "
        r"there)? is|shows?|showing|want is|see is|maybe|fancy,|need (?:is|a picture of)|begins with|starts "
        rf"with)) (?P<rest>(?:{BARE_PICTURE} of )?\S.+)$"
    ),
    re.IGNORECASE | re.DOTALL,
)
TALK_BEHIND = re.compile(
    r"[,.;!?]+ (?:(?:can|could|would|will|may|might) (?:you|we|i)\b[^,:]*\b(?:that|it|this)\b[^,:]*|"
    r"(?:what|how) (?:would|might|could|does|will) (?:that|it|this)\b[^,:]*|"
    r"(?:i'd|i would|i|we'd|we) [^,:]*\b(?:that|it|this)\b[^,:]*|"
    r"(?:that|it|this)(?:'d|'s| would| will| is)\b[^,:]*|(?:so )?help me out)$",
    re.IGNORECASE,
)
AFTERTHOUGHT = re.compile(
    (
        r"[,.;]? (?:for (?:me|us)|if (?:you can|possible)|please|and make it (?:nice|pretty)|paint it properly|"
        r"done properly|thanks|right|will you|can you)$"
    ),
    re.I,
)
SIZE_TAIL = re.compile(
    r"(?:[,.;]|\s+-)?\s*(?:(?:please )?(?:make|have|want|need|do|get) it |(?:in|at|as|with|size|format|"
    r"ratio|aspect ratio|of|,|and|it should be|it has to be|about)[ :]+)*(?:(?:an?|the) )?"
    r"(?:(?:aspect )?(?:ratio|format|size|resolution)(?: of)? )?(?:\d{2,5} ?(?:x|by) ?\d{2,5}|"
    r"\b\d{1,2}:\d{1,2}|square|widescreen)(?: (?:pixels?|px|format|ratio|aspect ratio|size|please|picture|"
    r"image))*\s*$",
    re.IGNORECASE,
)


def text_to_image(heard: Heard) -> Draft:
    said: dict[str, Value] = {}
    text, avoid = heard.text, None
    for _ in range(2):
        size = size_in(text, heard.guideline)
        tail = SIZE_TAIL.search(text)
        if size and tail and tail.start() > 0:
            said["size"], text = size, text[: tail.start()].strip(" ,.;")
        spared = unwanted(text)
        if spared.what:
            avoid, text = spared.what, spared.rest
    if avoid:
        said["avoid"] = avoid
    prompt = described(text)
    return Draft("text_to_image", {"prompt": prompt, **said} if prompt else said)


def described(text: str) -> str:
    """The description alone, without the asking."""
    text = (
        re.sub(r"^(.*?[.!?]) (?=it(?:'s| is)\b)", "", text, flags=re.IGNORECASE | re.DOTALL)
        if re.search(r"[.!?] it(?:'s| is)\b", text, re.I)
        else text
    )
    if colon := COLON.match(text):
        return described(colon["rest"])
    text = TALK_BEHIND.sub("", text)
    if wish := re.match(
        r"^(?:i|we)\b[^,]*\b(?:something|hang)\b[^,]*, (?:like |maybe |perhaps |say )?(?P<rest>.+)$",
        text,
        re.IGNORECASE,
    ):
        return described(wish["rest"])
    if (
        not LEADS.match(text)
        and (story := STORY.match(text))
        and not re.match(rf"(?:{ARTICLE}|{DETERMINER}) \w+ (?:with|in|on|next)", text, re.I)
    ):
        text = story["rest"]
    elif not LEADS.match(text) and (
        told := re.match(
            r"^(?:we|i|my|our|this|for|nothing|not|it)\b[^,]*(?:, (?:and |so |then )?)(?P<rest>.+)$", text, re.I
        )
    ):
        text = told["rest"]
    while True:
        shorter = AFTERTHOUGHT.sub("", LEADS.sub("", text, count=1)).strip(" ,.;:!?")
        if story := re.match(
            (
                r"^(?:and |so )*(?:i )?(?:thought of|imagined|am picturing|it is|it's|maybe|what i want(?: to "
                r"see)? is) (?P<rest>.+)$"
            ),
            shorter,
            re.I,
        ):
            shorter = story["rest"]
        if shorter == text or not shorter:
            return text
        text = shorter


NEW_PICTURE = (
    r"\b(?:(?:new|next|another|different|fresh|separate|second|other|whole other) (?:picture|image|idea|one|scene|"
    r"drawing|painting|photo|prompt)\b(?! of the background)|"
    r"something (?:completely|totally|entirely|quite)? ?(?:different|new)|^(?:\w+ )?something else(?: now)?[:,]|"
    r"from scratch|(?:blank|empty|clean|"
    r"new) (?:canvas|sheet|page)|(?:prompt|"
    r"concept|scene|idea):|"
    r"picture this|(?:generate|create|design|visuali[sz]e|imagine|"
    r"illustrate|come up with|whip up|produce|dream up|draw|"
    r"paint|sketch|render|do|make|build) (?:me|us|an? (?:\w+ )?(?:picture|image|photo|drawing|painting|"
    rf"illustration|poster))\b|{BARE_PICTURE} (?:of|that shows|showing|with) an?\b)"
)
REFERS = (
    r"^light|\b(?:same|(?:more|less|\d+%) (?:all|at|in|on|to)|(?:draw|paint|sketch) in an?|(?:light|mood) (?:was|"
    r"would)|put .* behind$|in the distance|further back|overhead|from "
    r"(?:above|behind)|in there|in here|too|canvas|same (?:picture|scene|image)|it|this|that(?! shows)|them|"
    rf"these|those|instead|everything|edges?|backdrop|subject|percent|{DETERMINER} (?:picture|image|photo|scene|"
    r"one|light|style(?! of)|colours?))\b|%"
)
AROUND = (
    r"(?:park|beach|sea|seaside|seashore|forest|desert|ocean|moon|sky|rain|snow|snowy|savannah|savanna|city|"
    r"garden|field|fog|mountains?|countryside|"
    r"drizzle|jungle|kitchen|harbour|backyard|meadow|woods|river|lake|lakeside|street|village|air|sun|"
    r"distance|water|lunar|rainforest|farm|evening|"
    r"morning|night|background|wind|dark|middle|style|manner|shape)"
)


def wants_new(heard: Heard) -> bool:
    """Whether a picture that does not exist yet is asked for, while there is one."""
    if heard.says(
        r"^(?:and |so )*(?:picture this|fresh canvas|begin again with|"
        r"start again with|(?:new )?(?:prompt|concept|scene|idea)\b ?:)"
    ):
        return True
    if heard.says(
        r"\b(?:an?|one) (?:\w+ )?(?:picture|image|photo|drawing|painting|illustration) (?:of (?!this|it\b|the )|"
        r"that shows|showing)"
    ):
        return True
    if points_at_picture(heard) or heard.says(r"\bsame (?:scene|picture|image)\b"):
        return False
    if heard.says(r"\bsomething (?:\w+ )?(?:different|new|else) (?:in|for|instead|where|there|behind)\b"):
        return False
    if heard.says(NEW_PICTURE):
        return not heard.says(
            rf"\b(?:a|one) different (?:picture|one) (?:for|as)|{DETERMINER} (?!{AROUND})\w+ (?:on|in|at) "
            r"(?:it|there)\b"
        )
    made = heard.find(
        r"\b(?:generate|create|design|visuali[sz]e|imagine|illustrate|come up with|whip up|produce|dream up|"
        r"draw|paint|render|show me)\b(?P<rest>.*)$"
    )
    return bool(made) and several(made["rest"], 5, 1) if made else False


def points_at_picture(heard: Heard) -> bool:
    """Whether the picture or a thing in it is pointed at."""
    named_new = heard.says(
        r"\b(?:next|new|another|different|other|separate) (?:picture|image|one|idea|"
        r"scene|prompt)|something (?:\w+ )?(?:different|new)|^(?:\w+ )?something else(?: now)?[:,]"
    )
    return not named_new and (heard.says(REFERS) or heard.says(rf"\b{DETERMINER} (?!{AROUND}\b)\w+"))


def describes_a_scene(heard: Heard) -> bool:
    """Several things and a place or a manner, all at once: more than a change would need."""
    same = heard.says(r"\bsame (?:scene|picture|image|thing)\b")
    return not same and not points_at_picture(heard) and several(LEADS.sub("", heard.text), 7, 2)


def several(words: str, least: int, links: int) -> bool:
    joined = re.findall(
        r"\b(?:with|beside|next to|near|between|around|above|under|behind|and|in|at|on|as|of)\b|,", words
    )
    return len(words.split()) >= least and len(joined) >= links
