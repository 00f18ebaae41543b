"""Rules: what an outline wants of the words that no check can know, because a dialogue does not hold its outline.

    broken(outline, words, library, folder)
    -> ['turns.1.reply: must give the answer "two"', 'turns.2.user: must say which picture is meant, the first one']

They keep true what a dialogue says of itself: its answers about pictures, its phenomena, what its replies ask and
offer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from generators.briefs import bare, brief, doing_phrases, exact_values, hints
from generators.checks.lexicon import Lexicon, lexicon_of
from generators.checks.said import COUNTED, words_of
from generators.exchanges import Spoken
from generators.model_examples import examples
from generators.personas import persona
from generators.tasks import TEMPLATES
from schemas.outline import Outline, PlannedTurn
from schemas.skill import Library

Told = Mapping[str, Any]
OF_THE_TASK = re.compile(
    r"\bthe (user|assistant)\b|\b(wants|keep|reply|user|turn \d) ?:|that cannot stay|\bhas (done|drawn) (this|it)\b|"
    r"says (?:what is different|a word)|^a new picture:|nothing to do with pictures|\bother wishes\b|"
    r"\bmust (?:say|ask|name|give|put)\b",
    re.IGNORECASE,
)
UNWILLING = re.compile(r"\b(sorry|cannot|can't|unable to|don't have the ability)\b", re.IGNORECASE)
SHOWN = re.compile(r'"(?:user|reply)":\s*"([^"{…]+)"')
NOT_YET = re.compile(r"\bI(?:['’]ll| will| am going to)\b|\bworking on it\b", re.IGNORECASE)
NO = frozenset({"no", "not", "none", "nothing", "isn", "aren", "don", "doesn", "nope", "without"})
YES = frozenset({"yes", "yep", "yeah", "is", "are", "indeed", "has", "sure", "certainly", "there"})
ASKING_KINDS = frozenset({"howto", "advice", "capability"})
ASKS_BACK = frozenset({"underspecified", "guided_start", "guided_answer"})
LEAST = 4  # letters of a word that tells
COPIED = 5  # words in a row


def broken(outline: Outline, spoken: Sequence[Spoken], library: Library, folder: Path) -> list[str]:
    """What the words fail to say, each with its place and what to do about it."""
    told = hints(folder)
    who = persona(outline.id, folder)
    shown = [text for example in examples(outline, folder) for text in (example.user, example.reply)]
    shown += in_guidelines(folder)
    return [
        f"turns.{n}.{problem}"
        for n, (turn, words, asked) in enumerate(
            zip(outline.turns, spoken, brief(outline, library, folder), strict=True)
        )
        for problem in (
            *of_person(words.user, who),
            *of_examples(words, shown, outline),
            *of_user(turn, words.user, asked.wants, library, told),
            *of_reply(turn, words, asked.second, library, told),
        )
    ]


def of_person(said: str, who: str) -> Iterator[str]:
    """Who types is not announced."""
    if runs(bare(who), 3) & runs(said, 3):
        yield "user: must not announce who they are"


def of_examples(words: Spoken, shown: Sequence[str], outline: Outline) -> Iterator[str]:
    """What was shown for the tone is not said again."""
    known = {run for text in shown for run in [*runs(text, COPIED), *runs(text, max(3, len(text.split())))]}
    known -= runs(outline.prompt.text, COPIED)
    for side, said in (("user", words.user), ("reply", words.reply)):
        if known & {*runs(said, COPIED), *runs(said, max(3, len(said.split())))}:
            yield f"{side}: repeats an example instead of finding words of its own"


@cache
def in_guidelines(folder: Path) -> list[str]:
    """What the guidelines themselves show as an answer."""
    own = folder / "dialogue.md"
    return SHOWN.findall((own if own.is_file() else TEMPLATES / "dialogue.md").read_text())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return set(zip(*(words[n:] for n in range(length)), strict=False))


def of_user(turn: PlannedTurn, said: str, doing: str, library: Library, told: Told) -> Iterator[str]:
    given, heard = turn.given, words_of(said)
    if found := OF_THE_TASK.search(said):
        yield f"user: {found[0]!r} is not something this person would type, write the message itself"
    if "pronoun" in given:
        name = bare(given.get(given["pronoun_of"], str(turn.call.parameters[given["pronoun_of"]])))
        if words_of(name) <= heard:
            yield f'user: must not name "{name}" again, only call it "it", "him", "her" or "them"'
    if "picture" in given and not says_any(told["pictures"].get(given["picture"], (given["picture"],)), said):
        yield f"user: must say which picture is meant, the {given['picture']} one"
    if "change_of_mind" in turn.phenomena and not says_any(told["takes_back"], said):
        yield 'user: must first take back the last change, as with "scrap that" or "never mind, …"'
    for name in ("idea", "phrase"):
        if given.get(name) and given.get("leans", "").startswith("guided") and not words_of(given[name]) <= heard:
            yield f'user: must say "{given[name]}"'
    if given.get("leans", "change_of_mind") == "change_of_mind" and says_nothing(turn, said, library, told):
        yield f"user: must say what is to be done: {doing}"
    if turn.call.intent == "vqa" or given.get("kind") in ASKING_KINDS:
        yield from of_question(turn, said, told)
    if given.get("kind") == "undo" and not says_any(told["takes_back"], said):
        yield "user: must ask for the last change to be undone"


def says_nothing(turn: PlannedTurn, said: str, library: Library, told: Told) -> bool:
    """Whether no word tells which change it is, where the values do not: a thing alone is not yet "take it away"."""
    skill = library[turn.call.intent]
    if skill.id in told["tells"]:
        return not says_any(told["tells"][skill.id], said)
    values = exact_values(turn, library)
    named = set[str]().union(*(words_of(value) for value in values.values()))
    things = [skill.input(name) for name in values]
    return bool(things) and all(f and f.type == "thing" for f in things) and words_of(said) <= named | {"please", "pls"}


def of_question(turn: PlannedTurn, said: str, told: Told) -> Iterator[str]:
    """A question asks, and names what it is about."""
    about = bare(turn.given.get("thing") or turn.given.get("things", ""))
    if about and words_of(said).isdisjoint(forms_of(about)):
        yield f'user: must ask about "{about}"'
    if "phrased" in turn.given and said.rstrip().endswith("?"):
        yield "user: must put it as an order, not as a question"
    if "?" not in said and not says_any(told["asking"], said):
        yield "user: must ask, not tell"


def forms_of(name: str) -> set[str]:
    """The words of a thing's name, and each as one of many and many of one."""
    words = {word for word in words_of(name) if len(word) > 2} - {"left", "right", "middle", "the"}
    return words | {f"{word}s" for word in words} | {re.sub(r"(es|s)$", "", word) for word in words}


def of_reply(turn: PlannedTurn, words: Spoken, second: str, library: Library, told: Told) -> Iterator[str]:
    said, heard, leans = words.reply, words_of(words.reply), turn.given.get("leans", "")
    if found := OF_THE_TASK.search(said):
        yield f"reply: {found[0]!r} does not belong there, the assistant speaks of itself as I"
    if said.casefold() == words.user.casefold():
        yield "reply: says again what the user said"
    if (turn.image_after is not None or library[turn.call.intent].draws) and (found := UNWILLING.search(said)):
        yield f"reply: {found[0]!r} will not do, since it was done: say what is different now"
    if turn.image_after is not None and "compound" not in turn.phenomena and (found := NOT_YET.search(said)):
        yield f"reply: {found[0]!r} will not do, since it was done: say so"
    if turn.call.intent == "vqa" and not gives(turn.given["answer"], heard):
        yield f'reply: must give the answer "{turn.given["answer"]}"'
    if leans in ASKS_BACK and "?" not in said and not says_any(told["asking"], said):
        yield "reply: must ask its question, with a question mark"
    if turn.ahead is not None and second:
        yield from of_second(turn, words, second, library)


def of_second(turn: PlannedTurn, words: Spoken, second: str, library: Library) -> Iterator[str]:
    """What the next turn takes up or says yes to was named by the reply, and asked for if it is half of a request."""
    assert turn.ahead is not None
    sides = [("reply", words.reply), *([("user", words.user)] if "compound" in turn.phenomena else [])]
    for side, said in sides:
        values = exact_values(turn.ahead, library).values()
        missing = [value for value in values if not words_of(value) <= words_of(said)]
        ways = " ".join([second, *doing_phrases(turn.ahead)])
        if missing or not (values or telling(ways) & telling(said)):
            named = f', with "{missing[0]}"' if missing else ""
            yield f"{side}: must also name this{named}: {second}"


def telling(text: str) -> set[str]:
    return {word[: LEAST + 1] for word in words_of(text) if len(word) >= LEAST}


def gives(answer: str, heard: set[str]) -> bool:
    if answer in ("yes", "no"):
        return not heard.isdisjoint(YES if answer == "yes" else NO) and (answer == "no" or heard.isdisjoint(NO))
    number = COUNTED.get(answer)
    return words_of(answer) <= heard or (
        number is not None and (str(number) in heard or (not number and heard & NO != set()))
    )


def says_any(ways: Sequence[str], said: str) -> bool:
    """Whether one of the ways is said, be it with a slip of the finger."""
    lexicon = lexicon_from(tuple(ways))
    return bool(lexicon.said_in(said) or lexicon.said_in(lexicon.mended(said)))


@cache
def lexicon_from(ways: tuple[str, ...]) -> Lexicon[bool]:
    return lexicon_of((way, True) for way in ways)
