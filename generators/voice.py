"""Voice: how one person types, whatever they ask for: greetings, please, capitals, punctuation, slips and typos."""

import re
from random import Random

from generators.banks import Form, Manner, choose, shared
from generators.walk import ANSWERS
from schemas.outline import PlannedTurn

WORDS_ALONE = frozenset({"vqa", "chat"})  # a question is closed with thanks at most
THANKS = re.compile(r"(many )?(thank|thx|ty|cheers|ta$|lol|haha)")
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


def voiced(request: str, form: Form, turn: PlannedTurn, n: int, manner: Manner, rng: Random) -> str:
    """The request as this person types it: greeting, connective, please, capitals, punctuation."""
    request = mark(request, form) if rng.random() < manner.end_mark else request
    asks_nothing = turn.given.get("kind") in SOCIAL or turn.given.get("leans") in ANSWERS
    if not asks_nothing and rng.random() < manner.please and form in ("imperative", "question", "fragment"):
        request = with_please(request, manner, rng)
    before: list[str] = []
    if (
        turn.attached
        and turn.call.intent not in ATTACHED_WITH_THE_WORDS
        and shared().attached.get(manner.name)
        and rng.random() < 0.4
    ):
        before.append(choose(rng.choice(shared().attached[manner.name]), rng))
    elif n == 0 and manner.openers and not asks_nothing and rng.random() < manner.open:
        before.append(rng.choice(manner.openers))
    elif n > 0 and not asks_nothing and "leans" not in turn.given:
        if shared().reactions.get(manner.name) and rng.random() < manner.react:
            before.append(rng.choice(shared().reactions[manner.name]))
        elif shared().switch.get(manner.name) and form != "statement" and rng.random() < manner.switch:
            before.append(rng.choice(shared().switch[manner.name]))
    text = " ".join([*before, request])
    closers = [c for c in manner.closers if turn.call.intent not in WORDS_ALONE or THANKS.match(c)]
    if closers and not asks_nothing and rng.random() < manner.close:
        closer = rng.choice(closers)
        text = f"{text} {closer}" if text.endswith(("?", ".", "!")) else f"{text}, {closer}"
    return lowered(text) if rng.random() < manner.lower else sentence_starts(text)


def mark(request: str, form: Form) -> str:
    if request.endswith(("?", ".", "!", "…", ")")):
        return request
    return f"{request}?" if form == "question" else f"{request}."


def with_please(request: str, manner: Manner, rng: Random) -> str:
    word = rng.choice(manner.please_words)
    if request[-1] in "?.!":
        return f"{request[:-1]} {word}{request[-1]}"
    return f"{word} {request}" if rng.random() < 0.35 and not request.startswith("I") else f"{request} {word}"


def sentence_starts(text: str) -> str:
    return re.sub(r"(^|[.!?] )([a-z])", lambda m: m[1] + m[2].upper(), text)


def lowered(text: str) -> str:
    return text[0].lower() + text[1:] if not text.startswith(("I ", "I'")) else text


def sentence(text: str) -> str:
    return sentence_starts(text if text.endswith((".", "!", "?")) else f"{text}.")
