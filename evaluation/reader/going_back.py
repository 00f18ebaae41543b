"""Going back: the last change undone, or given up for something else.

undo            "go back one step"            -> chat, show: the picture before the last change
change of mind  "scrap that, crop it square"  -> the new call on the picture before the last change
"""

import re

from evaluation.reader.view import View

THE_LAST = (
    r"(?:that|it|this|(?:the|that|my) (?:last |latest )?(?:one|change|step|edit)|that one|this one|"
    r"what you (?:just )?did)"
)
GIVE_UP = (
    rf"(?:(?:undo|cancel|revert|discard|drop|scrap|ditch|forget|reverse)(?: about)? {THE_LAST}|"
    rf"(?:take|roll|put) {THE_LAST} back|(?:take|roll|put) back {THE_LAST})"
)
PREVIOUS = r"(?:the )?(?:previous|earlier|last) (?:version|one|picture|image|state)"
UNDO = re.compile(
    rf"^(?:(?:would|please|can|could|i|you|we|wait|no|have|get|it|jump|go|step)[ ,]+)*(?:{GIVE_UP}|"
    rf"{PREVIOUS}(?: back)?|(?:back )?(?:to )?"
    r"(?:as|how|the way) it was before|back (?:by )?(?:one|a) (?:step|version)|back to the version before (?:this|"
    r"that))(?: please)?$|"
    r"^(?:(?:no|wait|hm+|sorry|actually|can we|can you|could you|could we|let's|please|i want to|i'd like "
    r"to|is it too late to|now|then|once more|never mind|just)[ ,]*)*"
    r"(?:undo|(?:ctrl|cmd)[- +]?z|undo, undo|revert|(?:go |take me |take us |step )?back(?: (?:by )?one(?: step)?|"
    r" a step|"
    r" one| "
    r"to (?:how it was|what we had|before|the last one|where we were))?|"
    r"(?:take|roll|put) (?:that|it|this|the last (?:one|change|step)) back|one step back|previous "
    r"(?:version|one|picture|image|state)|(?:restore|bring back|show|return to|back to) (?:me )?(?:the "
    r")?(?:previous|last) (?:version|one|picture|image|state)|"
    r"forget (?:the last|that|it|about)(?: change| one)?|(?:i'd rather )?have it as it was(?: before)?|the "
    r"one before(?: please)?|as it was(?: before)?|scrap that|cancel that|discard that)"
    r"(?: that| it| this| the last (?:one|change|step|edit)| last change| again| (?:one|a) step| please| "
    r"once more| the change)*$",
    re.IGNORECASE,
)
BETTER_BEFORE = re.compile(
    (
        r"\b(?:liked? (?:it|that) (?:better|more) (?:before|without|the other way)|was better before(?!\?)|made "
        r"it worse|better (?:as it was|before)|back to what we had|prefer(?:red)? (?:it|the one) before|undo "
        r"(?:that|it|this|the last)$)"
    ),
    re.I,
)
SHOW = re.compile(
    (
        r"^(?:(?:prefer(?:red)?|bring|up|think|was|after|all|now|please|if|possible|version|interesting|better|"
        r"of|on|screen|and|now|then|please|show|see|let|me|us|can|could|i|you|we|may|go|back|to|want|bring|"
        r"again|once|more|one|time|let's|have|another|look|at|return|take|a|the|up|it|get|give|return|hmm|okay|"
        r"is|fine|as|was|just|like|would|i'd|view|open|display|that|here|better|liked|so)[ ,.]*)*$"
    ),
    re.I,
)

CHANGED_MIND = re.compile(
    r"^(?:(?:no(?![.])|wait|hm+|sorry|actually|stop|oh|well|not good|not great|please|okay|on second thou\w+)[ ,.!:]*)*"
    rf"(?:{GIVE_UP}|(?:that|this) was a mistake|(?:actually,? )?no(?=\.)|(?:i(?:'ve)? )?changed my mind|"
    r"scrap (?:that|it)|forget (?:that|it|about (?:that|it)|the last change)|undo (?:that|it|this|the "
    r"last (?:one|change|step))|take (?:that|it) back|(?:go )?back (?:one|a) step|without (?:the|that) last "
    r"(?:change|one|step)|"
    r"never ?mind(?: that one| that)?|cancel that|drop that|leave that|changed my mind|i've changed my mind|on second "
    r"thought|not that after all|revert that|ditch that|start over from before)"
    r"(?P<join>[,.;:!]+ ?(?:and |but |then |i'd rather |rather |instead )*| and (?:then )?(?:instead )?| "
    r"then | but | - |, )(?P<rest>\S.+)$",
    re.IGNORECASE | re.DOTALL,
)


def before_last_change(view: View) -> int | None:
    changed = view.last_change
    return changed.before if changed else None


def undone(text: str, view: View) -> int | None:
    """The picture that the user wants back, when that is all that is wanted."""
    if view.last_change is None or not (UNDO.match(text) or BETTER_BEFORE.search(text)):
        return None
    return on_screen_before(view)


def on_screen_before(view: View) -> int | None:
    """What stood on the screen before the latest picture came, whatever that was made from."""
    for n in range(len(view.past) - 1, -1, -1):
        if view.past[n].after is not None:
            return view.until(n).current
    return None


def only_shows(rest: str) -> bool:
    """Whether words around the mention of a picture ask for nothing but to see it."""
    return not rest or bool(SHOW.match(rest))


def changed_mind(text: str) -> str | None:
    found = CHANGED_MIND.match(text)
    return found["rest"] if found and len(found["rest"]) > 2 else None
