"""Talk: how-to, advice, opinions, the assistant itself and the world outside; everything that calls for words alone.

how_to("how large should a poster be")  -> Draft("chat", {})
"""

from evaluation.reader.heard import Draft, Heard

CRAFT = (
    r"(?:prompts?|pictures in general|crop(?:ping|s)?|upscal\w*|resolution|pixels?|poster|composi\w*|"
    r"compose|recolou?r\w*|changing a colour|"
    r"backgrounds?|anime(?: \w+)?|styles?|undo|go(?:ing)? back|lighting|good light|light|features?|options?|"
    r"tools?|formats?|transparen\w*|"
    r"removing|retouch\w*|editing|outpaint\w*|line art|subject in the middle|rule of thirds)"
)
DOING = (
    r"(?:upscaling|retouching|cropping|recolou?ring|outpainting|relighting|cutting out|editing|extending|enlarging|"
    r"sharpening)"
)
SOME_PICTURE = (
    r"(?:an? (?:\w+ )?(?:picture|photo|image|prompt|edit|crop|cutout|print|blog|shop|poster|colour)|"
    r"(?<!the )(?<!these )(?<!my )(?<!of )(?:pictures|photos|images|prompts|edits|portraits|printing))"
)
JUDGED = (
    r"(?:a problem|better|hard|easy|difficult|worth it|important|bad|good|allowed|normal|necessary|useful|enough|"
    r"dangerous)"
)
ADVICE = [
    (
        r"^(?:so )?(?:how|where|when|why|which|what)(?: \w+){0,2} (?:should|must|do|can|would|could) (?:i|one|"
        r"people|shops?|you)\b"
        r"(?!.*\b(?:see|spot|describe|say|call|make out|find|recogni[sz]e|tell|count)\b)"
    ),
    (
        r"\b(?:know|sure|idea|ask|wonder(?:ing)?|tell me|understand|explain)\b.*\b(?:how|what|which|where|whether|if|"
        r"when|why)\b"
        r".*\b(?:should|ought|needs?|enough|to (?:use|write|pick|choose|start)|you|one can)\b(?!.*\b(?:see|spot|"
        r"caption)\b)"
    ),
    r"^(?:how|where|what|which|when)\b(?!.*\blook like\b).*\bshould\b",
    rf"^(?:so )?(?:how|what(?! about| if)|which|when|why(?! not)|who|is|are|do(?! both| it| the)|does|will|"
    rf"can {SOME_PICTURE})\b(?! there\b)(?!.*\b(?:possible|look like)\b).*\b{SOME_PICTURE}\b",
    rf"\b{DOING}\b.*\b(?:{JUDGED}|worth|sense|means?|what|real|is|does)\b|\b(?:does|what|why|when) .*\b(?:{DOING}|"
    rf"to upscale)\b",
    (
        r"\bdifference between\b|\bthe (?:trick|secret|point|idea|rule)s? (?:with|behind|of)\b|\bwhat (?:does|"
        r"do) [\w ]+ mean\b|"
        r"^what(?:'s| is| are) (?:an? )?(?!it\b|that\b|this\b|there\b|here\b|happening\b)[\w-]+(?: exactly| anyway)?$|"
        r"\bwhat (?:an? [\w-]+|the [\w-]+ of [\w-]+|[\w-]+ing|[\w-]+ art) (?:is|are|means?)$|^(?:please )?explain\b"
    ),
    rf"^(?:is|are) (?!there\b|the\b|these\b|those\b|any\b|he\b|she\b|an?\b)[\w ]+ {JUDGED}$|\b(?:saved|stored|"
    rf"overwritten)$",
    (
        r"\b(?:which|what) (?:one )?would you\b(?! (?:say|call|guess))|^this (?:one|version) or\b|\bor the (?:one|"
        r"version) before\b|"
        r"\bbetter than the one\b|^(?:isn't|aren't|wasn't) (?:that|this|it) (?!an?\b|the\b)\w+$"
    ),
    r",? (?:and|but) how$|\bno idea how$|^what (?:if i|happens)\b|\bhow do i\b",
    (
        r"^(?:i'm|i am) (?:a bit |so |not |no |always |quite )*(?:scared|afraid|worried|new|bad|lost|unsure|"
        r"confused|stuck|clueless|"
        r"tired|bored)\b(?! of th)|^i(?:'ve| have)? (?:never (?:know|knew|tried|done|did|used|understood|swapped)|"
        r"no|got no|don't quite|hardly|still don't)\b(?! want)|\bclosed book\b"
    ),
    (
        r"\b(?:what|which) (?:kinds?|sorts?|types?) of [\w ]+ (?:can|do) you\b|\b(?:which|"
        r"what) \w+ do you (?:understand|know|support|"
        r"offer|speak)\b|\bhow you are\b|\bhow old are you\b|^do i (?!see|find|spot)|^say (?:hi|hello|something)\b|"
        r"\b(?:undo|save) (?:command|button)\b|"
        r"\bhow many things\b"
    ),
]
HOW_TO = [
    r"^(?:so |and |but )*how (?:do|can|would|should|could) (?:i|you|we|one|people)\b(?!.*\b(?:describe|say|"
    r"call)\b)",
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
        r"you (?:like|prefer)\b|(?<!what )\bdo you (?:like|prefer|think)\b(?!.*\b(?:could|can|would|it'd|"
        r"looks? better|room|"
        r"space|there|what)\b)(?!$)"
    ),
    r"^should (?:the|my|i|we)\b|\b(?:is|was) a (?:mystery|riddle)\b|\bafraid of\b|\bmystery to me\b",
]
REQUEST = (
    r"^(?:make|add|remove|put|paint|turn|take|replace|swap|move|crop|delete|erase|give (?:the|it))\b|\b(?:the|"
    r"an?) (?:taxi|song|hotel|app|code|president|machine|computer|laptop|restaurant)\b(?! to| for)|\b(?:minus|"
    r"without|beside|next to) the\b"
)
WORLD = (
    r"\bmy (?:knee|back|head|tooth|teeth|stomach|throat|foot|doctor|landlord|boss|taxes|bank)\b|"
    r"\b(?:rash|mole|sore throat|hangover|fever|cough|pills?|medicine|vitamins?|hostel|visa|lift to|week in|trip to|"
    r"reports?|invoices?|cover letter|spreadsheet|formula|program|pages on|meeting|contract|budget|appointment)\b|"
    r"\b(?:what time|when) (?:does|do|is|will|did)\b.*\b(?:start|begin|open|close|end|leave|arrive|play)s?\b|"
    r"\bhow long (?:does|do|will|is)\b|\bweather\b.*\b(?:going to be|(?:on|this) \w+day|weekend)\b"
)
CHATTY = [
    WORLD,
    (
        r"^(?:who|what) are you\b|\bare you (?:a|an|human|real|there|ok|okay)\b|\bhow are you\b|\bnice to "
        r"meet\b|\bi'm new here\b|\bjust wanted to say\b|\bsay hello\b|\bmy name is\b"
    ),
    (
        r"\b(?:stock|taxes|tax|flight|taxi|friday|monday|dollar|euro|weather (?:tomorrow|today)|recipe|joke|"
        r"poem|email|homework|translate(?! .*\binto )|function|code|python|president|capital of|football match|news|"
        r"horoscope|"
        r"lottery|restaurant|hotel|song|pizza delivery|hungry|lunch|dinner|i'm (?:so )?tired|coffee break|"
        r"headache|flu|bitcoin|essay|app|laptop|dpi|symptoms|train to|you're a computer|a machine)\b"
    ),
    (
        r"\b(?:great|big|real) help\b|\bgood (?:job|work)\b|\bwell done\b|\ball good\b|\beverything (?:fine|ok|"
        r"okay|good)\b|\bthat's (?:all|it)\b|\bsee you\b|^(?:good)?bye(?: bye)?$|\braining all day\b"
    ),
]


def how_to(heard: Heard) -> Draft | None:
    if heard.says(
        r"\b(?:this|following): \w|^why (?:not|don't you)\b|\bif you (?:could|can|would|make|move|put|turn)\b"
    ):
        return None
    return Draft("chat", {}) if any(heard.says(pattern) for pattern in (*HOW_TO, *ADVICE)) else None


def small_talk(heard: Heard) -> Draft | None:
    short = len(heard.text.split()) < 10 and not heard.says(REQUEST)
    return Draft("chat", {}) if short and any(heard.says(pattern) for pattern in CHATTY) else None
