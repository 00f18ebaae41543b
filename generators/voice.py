"""Voice: how one person types, whatever they ask for: greetings, please, capitals, punctuation, slips and typos."""

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from generators.banks import Manner, shared
from generators.walk import ANSWERS
from schemas.bank import Form
from schemas.outline import PlannedTurn

WORDS_ALONE = frozenset({"vqa", "chat"})
BACKDROPS = frozenset({"replace_background", "remove_background", "relight", "instruct_edit"})
HABIT, HANDED_OVER = 0.93, 0.4
THANKS = re.compile(r"(many )?(thank|thx|ty|tysm|cheers|ta$)")
COURTESY = re.compile(r"\bif\b|grateful")
# What is told after the question: "would candlelight work here? try".
AFTERTHOUGHT = re.compile(r"\? (?!(can|could|would|what|how|is|are|do|does|may|which|any|will|should)\b)[^?]*$", re.I)
VAGUELY = re.compile(r"something|know what")
EXACT = re.compile(r"[\d\"]")
PLEASE = re.compile(r"\b(please|pls|plz|pleee?ase)\b", re.IGNORECASE)
MAY_I_ASK = re.compile(r"(can|could|would|will|may|do you mind|would you mind|mind|is it possible|any chance)\b", re.I)
EVERYWHERE = frozenset({"picture", "image", "this", "that", "with", "have", "from", "here", "some"})
ATTACHED_WITH_THE_WORDS = ("scribble_to_image", "pose_to_image")
# Kinds of talk that are greeting or thanks themselves.
SOCIAL = frozenset({"greeting", "thanks", "praise", "smalltalk", "done"})
NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


def slipped(wording: str, manner: Manner, rng: Random) -> str:
    """The fixed words as this manner would have them: jargon, a learner's slips, a phone's short forms."""
    for usual, own in manner.slips:
        if rng.random() < manner.slip:
            wording = re.sub(rf"(?<![\w{{]){re.escape(usual)}(?![\w}}])", own, wording)
    return " ".join(wording.split())


def mistyped(wording: str, manner: Manner, rng: Random) -> str:
    """Now and then a slip of the finger in the fixed words; what fills a slot stays as it is."""
    spots = list(re.finditer(r"(?<![\w{.])[a-z]{4,}(?![\w}.])", wording))
    if not spots or rng.random() >= manner.typo:
        return wording
    spot = rng.choice(spots)
    return wording[: spot.start()] + typo(spot[0], rng) + wording[spot.end() :]


def typo(word: str, rng: Random) -> str:
    """A letter dropped, doubled, swapped with the next, or hit beside its key; never the first."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.choice(["dropped", "doubled", "swapped", "beside"])
    if kind == "dropped":
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[:at] + word[at] + word[at:]
    if kind == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(NEIGHBOURS[word[at]]) + word[at + 1 :]


class Person(NamedTuple):
    """Who types: a manner of speech, and what this person makes of it through the whole dialogue."""

    manner: Manner
    lower: bool
    marks: bool


def person_of(manner: Manner, rng: Random) -> Person:
    return Person(manner, rng.random() < manner.lower, rng.random() < manner.end_mark)


class Before(NamedTuple):
    """What a turn comes after: the one before it, and all that the user has said."""

    n: int = 0
    last: PlannedTurn | None = None
    said: str = ""


def voiced(request: str, form: Form, turn: PlannedTurn, before: Before, person: Person, rng: Random) -> str:
    """The request as this person types it: greeting, connective, please, capitals, punctuation."""
    manner = person.manner
    bare = turn.given.get("kind") in SOCIAL or turn.given.get("leans") in ANSWERS
    request = mark(request, form) if keeps(person.marks, rng) else request
    if not bare and rng.random() < manner.please and takes_please(request, form, turn):
        request = with_please(request, form, manner, rng)
    lead = "" if bare else leading(request, form, turn, before, manner, rng)
    text = f"{lead} {request}".strip()
    if not bare and rng.random() < manner.close:
        fitting = [c for c in manner.closers if may_close(c, request, form, turn, before)]
        if fitting:
            closer = rng.choice(fitting)
            text = f"{text} {closer}" if text.endswith(("?", ".", "!")) else f"{text}, {closer}"
    return lowered(text) if keeps(person.lower, rng) else sentence_starts(text)


def keeps(habit: bool, rng: Random) -> bool:
    """A habit is kept, but for a slip now and then."""
    return habit if rng.random() < HABIT else not habit


def takes_please(request: str, form: Form, turn: PlannedTurn) -> bool:
    """Please goes with what is asked to be done, not with what is asked about or told."""
    if PLEASE.search(request):
        return False
    if form == "question":
        return bool(MAY_I_ASK.match(request))
    return form == "imperative" or (form == "fragment" and turn.call.intent not in WORDS_ALONE)


def leading(request: str, form: Form, turn: PlannedTurn, before: Before, manner: Manner, rng: Random) -> str:
    """What comes in front of the request: the picture handed over, a greeting, a word about the last picture, or
    one that leads over. Never two of them."""
    name = manner.name
    if before.n == 0:
        handed_over = (
            turn.attached
            and turn.call.intent not in ATTACHED_WITH_THE_WORDS
            and turn.given.get("leans") in (None, "underspecified")
        )
        if handed_over and rng.random() < HANDED_OVER:
            return punctuated(one_of(shared().attached.get(name, ()), request, before, rng))
        return one_of(manner.openers, request, before, rng) if rng.random() < manner.open else ""
    if "leans" in turn.given or "picture" in turn.given:
        return ""
    if rng.random() < manner.react and approves(turn, before.last):
        return punctuated(one_of(shared().reactions.get(name, ()), request, before, rng))
    last = before.last
    follows = last is not None and last.image_after is not None and not about_the_same(turn, last)
    if follows and turn.call.intent not in WORDS_ALONE and form != "statement" and rng.random() < manner.switch:
        return one_of(shared().switch.get(name, ()), request, before, rng)
    return ""


def one_of(phrases: Sequence[str], request: str, before: Before, rng: Random) -> str:
    """One that was not said before and neither repeats nor outdoes the courtesy of what follows."""
    words = telling(request)
    fitting = [
        phrase for phrase in phrases
        if phrase not in before.said and not telling(phrase) & words
        and not (re.search(r"\bif\b", phrase) and PLEASE.search(request))
        and phrase.split()[-1].strip(",:") != request.split()[0].casefold()
        and not (phrase.endswith(":") and ":" in request)
    ]  # fmt: skip
    return rng.choice(fitting) if fitting else ""


def telling(text: str) -> set[str]:
    """The words of some length that say something."""
    return set(re.findall(r"[a-z]{4,}", text.casefold())) - EVERYWHERE


def punctuated(phrase: str) -> str:
    return phrase if not phrase or phrase[-1] in ".,:!?" else f"{phrase},"


def approves(turn: PlannedTurn, last: PlannedTurn | None) -> bool:
    """Whether a good word about the last picture fits: there is a new one, and this turn does not undo it."""
    if last is None or last.image_after is None or turn.given.get("kind") in ("undo", "back"):
        return False
    intents = {turn.call.intent, last.call.intent}
    return len(intents) == 2 and not intents <= BACKDROPS and not about_the_same(turn, last)


def about_the_same(turn: PlannedTurn, last: PlannedTurn) -> bool:
    named = {str(value) for value in last.call.parameters.values()}
    return bool(named & {str(value) for value in turn.call.parameters.values()})


def may_close(closer: str, request: str, form: Form, turn: PlannedTurn, before: Before) -> bool:
    if closer in before.said:
        return False
    if THANKS.match(closer):
        return True
    if turn.call.intent in WORDS_ALONE or "leans" in turn.given or form in ("statement", "fragment"):
        return False
    if COURTESY.search(closer):
        return not PLEASE.search(request)
    return not (VAGUELY.search(closer) and EXACT.search(request))


def mark(request: str, form: Form) -> str:
    if request.endswith(("?", ".", "!", "…", ")")):
        return request
    return f"{request}?" if form == "question" and not AFTERTHOUGHT.search(request) else f"{request}."


def with_please(request: str, form: Form, manner: Manner, rng: Random) -> str:
    word = rng.choice(manner.please_words)
    if request[-1] in "?.!":
        return f"{request[:-1]} {word}{request[-1]}"
    ahead = form in ("imperative", "question") and not request.startswith("I") and rng.random() < 0.35
    return f"{word} {request}" if ahead else f"{request} {word}"


def sentence_starts(text: str) -> str:
    return re.sub(r"(^|[.!?] )([a-z])", lambda m: m[1] + m[2].upper(), text)


def lowered(text: str) -> str:
    return text[0].lower() + text[1:] if not text.startswith(("I ", "I'")) else text


def sentence(text: str) -> str:
    return sentence_starts(text if text.endswith((".", "!", "?")) else f"{text}.")
