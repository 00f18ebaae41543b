"""Likeness: when two calls ask for the same, and when a reply will not do, whatever the call.

same_call(adjust(image="image_2"), adjust(), context whose current picture is the second) -> True
bad_reply("Erledigt, das ist jetzt heller.", "It's brighter now.", context)             -> True
"""

import re
from collections import Counter

from schemas.annotation import Context
from schemas.answer import Call
from schemas.skill import Value

ARTICLE = re.compile(r"^(an?|the|some|my|your)\s+")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+")
# Little words that only other languages have, and those that hold English replies together.
OF_OTHERS = """
ich das der die und ist nicht bitte sehr wie wunsch auf dem den ein eine was möchtest habe jetzt gerne kann
le la les est une des pour avec dans que vous sur cette votre c'est l'image voilà voici
el los una con para por está aquí esta qué más sí es imagen
il lo gli di che nell'immagine l'immagine ecco fatto ho cosa
o os uma não você aqui foto imagem het een niet van voor met
"""
OF_ENGLISH = """
a about and are as at be but can did for from had has have here here's i i'd i'll i'm i've if in instead is it it's its
left let like look made make more my new no not now of off okay one only or out please right shall some sure tell that
that's the them then there there's these they this those to too up want well what where which with without would yes you
you're your
"""
FOREIGN, ENGLISH = frozenset(OF_OTHERS.split()), frozenset(OF_ENGLISH.split())
LONG_ENOUGH = 3
ECHOED = 0.6
FRAMES = frozenset({"you", "said", "want", "wanted", "asked", "user", "okay", "ok"})
STRANGE = 1 / 3
BROKEN = re.compile(
    r"<\||\|>|\[/?INST\]|�|â€|\\u[0-9a-f]{4}|###|([^\W\d]|[!?])\1{4,}|\b([^\W\d]+)\s+\2\b|\b(user|human|assistant):",
    re.IGNORECASE,
)


def same_call(call: Call, gold: Call, context: Context) -> bool:
    """Whether it does what the gold call does here: things go with or without article, and where the gold call names
    no picture, the one at hand may be named."""
    said, wanted = meant(call), meant(gold)
    if "image" not in wanted and context.current is not None and said.get("image") == f"image_{context.current + 1}":
        del said["image"]
    return call.intent == gold.intent and said == wanted


def meant(call: Call) -> dict[str, Value]:
    return {name: plain(value) for name, value in call.parameters.items()}


def plain(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return ARTICLE.sub("", " ".join(value.casefold().split()).rstrip(".!?"))


def bad_reply(reply: str, gold: str, context: Context) -> bool:
    """Whether it says nothing new, stumbles, or is in another language; another wording is as good as the gold one."""
    if reply == gold:
        return False
    lines = [line.text for line in context.lines]
    return (
        not reply.strip() or BROKEN.search(reply) is not None or echoes(reply, lines) or loops(reply) or foreign(reply)
    )


def echoes(reply: str, lines: list[str]) -> bool:
    """It repeats the user's last words, or word for word what the assistant said before."""
    said, found = set(words(lines[-1])), set(words(reply))
    new = found - FRAMES
    framed = len(new) >= LONG_ENOUGH or not found.isdisjoint(FRAMES)
    return reply in lines or (framed and bool(new) and new <= said and len(new) >= ECHOED * len(said - FRAMES))


def loops(reply: str) -> bool:
    """Four words running come a second time, or each word does."""
    found = words(reply)
    runs = [tuple(found[i : i + 4]) for i in range(len(found) - 3)]
    return len(set(runs)) < len(runs) or (len(found) >= 6 and min(Counter(found).values()) > 1)


def foreign(reply: str) -> bool:
    found = words(reply)
    letters = [c for c in reply if c.isalpha()]
    if sum(not c.isascii() for c in letters) > STRANGE * len(letters):
        return True
    return sum(word in FOREIGN for word in found) > sum(word in ENGLISH for word in found)


def words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in WORD.findall(text.casefold())]
