"""Guides: a new picture after an attached sketch or pose.

guided("turn my doodle into a castle by a lake")
    -> Draft("scribble_to_image", {"image": "image_1", "prompt": "a castle by a lake"})
"""

import re

from evaluation.reader.creation import ASK_FRAME, LEADS, PAINT, TALK_BEHIND, described
from evaluation.reader.heard import Draft, Heard
from evaluation.reader.lexicon import ARTICLE, DETERMINER
from evaluation.reader.spared import unwanted
from schemas.skill import Value

SKETCH = (
    r"\b(?:scribbl\w*|doodle\w*|sketch\w*|rough (?:lines|layout|drawing)|bad drawing|drew|(?:the|my) lines are mine|"
    r"it's (?:meant|supposed) to be|my (?:\w+ "
    r")?(?:drawing|lines)|drew the outlines|napkin|(?:same|this|keep that) layout)\b"
)
POSE = (
    r"\b(?:limbs?|this shape|stick drawing|pos(?:e|ed|es|ing)|skeleton|stick (?:figure|man|"
    r"person|woman)|stickman|arms and legs|these bones|posture|stance|mannequin)\b"
)
MEDIUM = (
    r"(?:scribble|doodle|sketch|drawing|layout|lines|pose|skeleton|stick (?:figure|man|person)|stickman|bones|"
    r"arms and legs|outlines|posture)"
)

GUIDED = [
    r"^[^:]*[a-z]: (?P<p>(?!it'?s\b).+)$",
    r"(?:^|[,.?!] )it'?s (?:meant to be |supposed to be )?(?P<p>(?!only|just|for|meant for|a scribble|a sketch).+)$",
    r"\b(?:and|then|now|just) (?:please )?(?:paint|make it|draw|turn my \w+ into) (?P<p>.+?)(?: in it)?$",
    (
        r"\b(?:see it as|should show|meant to be|supposed to be|should be|it should be|make it|turn my \w+ "
        r"into) (?P<p>.+)$"
    ),
    r"(?:->|: )\s*(?P<p>.+)$",
    rf"^(?:{ASK_FRAME}\b ?|{PAINT} )+(?P<p>.+?) (?:out of|from) (?:this|my|the) (?:doodle|scribble|sketch|drawing)$",
    (
        rf"\b(?:see|have|want|like|need|get|paint|draw|make|build|create|about|of|to get) (?P<p>(?:{ARTICLE} "
        r")?(?!make it)[^:]+?),? (?:in (?:this|the|that) pose|in the pose of|posed like|with the arms and legs|"
        r"in the same pose|on top of|based on|following|from (?:this|my|the) (?:doodle|scribble|sketch|skeleton|"
        r"stick))"
    ),
    rf"^(?P<p>{ARTICLE} [^:]+?),? (?:in (?:this|the|that) pose|in the pose of|posed like|with the arms and legs)",
    r"(?:->|: )\s*(?P<p>.+)$",
    (
        r"\b(?:paint|make it|make|draw|show(?:ing)?|see is|want is|need is|rest is|supposed to be|meant to be|"
        r"turn(?:ed)? (?:it|my \w+|this \w+|the \w+) into|turned into|become|becomes?|meant to be|same layout "
        r"as \w+ \w+,|look as|works? for|look like on|pose look like on|should be|should show|see it as|see "
        r"this as) (?P<p>.+)$"
    ),
    rf"\b(?:{MEDIUM}) (?:of|for|as|into|on|to life:?) (?P<p>.+)$",
    r"\blayout for (?P<p>.+)$",
    r"\b(?:i need|want|it's|it is|of) (?P<p>(?:an?|the|two|three|one) .+)$",
    r"\b(?:it's|it is|for|of|as|need|is) (?P<p>.+)$",
    r", (?P<p>.+)$",
]


def guided(heard: Heard) -> Draft | None:
    """A picture after an attached sketch or pose."""
    if not heard.view.attached or not heard.says(f"{SKETCH}|{POSE}"):
        return None
    if not heard.says(POSE) and not re.search(
        SKETCH, re.sub(r"\b(?:pencil|charcoal|ink|chalk) (?:sketch|drawing)", "", heard.text), re.I
    ):
        return None
    intent = "pose_to_image" if heard.says(POSE) else "scribble_to_image"
    text = re.sub(
        r"[,.;]? (?:paint it properly|done properly|properly|will you|please|right)$", "", heard.text, flags=re.I
    )
    said: dict[str, Value] = {"image": f"image_{heard.view.attached[-1] + 1}"}
    spared = unwanted(text)
    if spared.what and "," in text:
        said["avoid"], text = spared.what, spared.rest
    prompt = guided_prompt(text)
    if not prompt and not heard.says(rf"\b(?:{DETERMINER}|an?) (?:\w+ )?{MEDIUM}\b"):
        return None
    return Draft(intent, {**said, "prompt": prompt} if prompt else said)


PROMPT_ASIDE = [
    (
        rf"^[^,.?!]*\b(?:{MEDIUM}|{POSE[2:-2]}|drew)\w*(?: (?!for\b|of\b|into\b|as\b|work\b|an?\b|"
        r"were\b)\w+){0,2}[,.?!] (?P<p>(?!(?:and|so|but|could|what|can|now|paint|to be|it's|its|it is|please|"
        r"keep|turn|make|the picture|the figure|done|that|i|do|as)\b).+)$"
    ),
    (
        r"^(?P<p>[^:]+?),? (?:in (?:exactly )?(?:this|that|the same|my) (?:\w+ )?pose|in the pose of|standing "
        r"like|with the limbs|into this shape|holding the pose|posed (?:like|as)|out of (?:this|my)|= (?:the "
        r")?(?:content|subject)).*$"
    ),
    r"\b(?:this|that|the same) (?:\w+ )?pose,? (?:but )?with (?P<p>.+)$",
    r"\b(?:meant for|were|i'd need|can you do|could you do|do|doing|bend) (?P<p>.+?)(?: like that)?$",
]


FRAMED = re.compile(
    r"^(?:and |so )?(?:(?:it|the (?:figure|picture|frame|image)) (?:should|will|would|is to) (?:be|show|end "
    r"up as|become) |but with |(?:use |paint )?(?:it|this) (?:as|for) |.*\bit becomes |.*\bmeant to be |bend |"
    r"(?:would you )?mind doing |it's |its |"
    r"an? (?:proper|finished|real) (?:picture|image) of |could (?:it|this) be |.*, (?:it's |its )?(?:meant for|for) )",
    re.IGNORECASE,
)
FRAMED_BEHIND = re.compile(
    (
        r"(?: to take up this pose| from (?:my|this) (?:\w+ )?(?:sketch|scribble|lines|doodle|drawing)| after it|"
        r",? (?:in |with )?(?:the )?same pose.*| "
        r"in it| out of (?:this|my) \w+)$"
    ),
    re.IGNORECASE,
)


def guided_prompt(text: str) -> str | None:
    """The description in words about a sketch or a pose: the first clause of the right shape that is about neither."""
    head = TALK_BEHIND.sub("", text)
    if head != text and not re.search(f"{SKETCH}|{POSE}", head, re.IGNORECASE):
        return described(head)
    for pattern in (*GUIDED[:5], *PROMPT_ASIDE, *GUIDED[5:]):
        for found in re.finditer(pattern, text, re.IGNORECASE | re.DOTALL):
            prompt = FRAMED_BEHIND.sub("", FRAMED.sub("", found["p"].strip(" ,.;:!?")))
            prompt = TALK_BEHIND.sub("", re.sub(r",? (?:to be painted|could you (?:make|pose) that.*)$", "", prompt))
            prompt = LEADS.sub("", prompt) if pattern in PROMPT_ASIDE else prompt
            about_medium = re.match(
                rf"^(?:{DETERMINER} (?:\w+ )?|an? (?:rough |quick )?)?{MEDIUM}\b(?!,)", prompt, re.IGNORECASE
            )
            if prompt and not about_medium and len(prompt.split()) > 1:
                return prompt
    return None
