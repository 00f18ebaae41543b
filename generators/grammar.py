"""The embedded author: an outline put into words from the phrase banks.

It is given the calls and never decides a label. What it returns for a turn:

    Spoken(user="ok now get rid of the bench pls", reply="The bench is gone.",
           core="get rid of the bench", construction="remove_object/get-rid")
"""

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import NamedTuple

from generators.banks import SLOT, Bank, Form, Group, Manner, bank_of, choose, manners, shared, slots
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.outline import Outline, PlannedTurn
from schemas.skill import Library, Value

AUTHOR = "grammar-1"
ATTACHED_WITH_THE_WORDS = ("scribble_to_image", "pose_to_image")
UNSPOKEN = frozenset({"avoid", "image", "show", "question"})  # voiced by frames and clauses of their own


class Spoken(NamedTuple):
    user: str
    reply: str
    core: str  # the request itself, without greeting and thanks: what a question's parameter quotes
    construction: str


class Candidate(NamedTuple):
    group: Group
    form: Form
    slug: str
    text: str
    unsaid: tuple[str, ...]


def speak(outline: Outline, seed: int, library: Library) -> list[Spoken]:
    """The words of every turn. One person speaks one way through a dialogue."""
    manner = manners()[outline.slot.manner]
    spoken: list[Spoken] = []
    for n, turn in enumerate(outline.turns):
        rng = keyed(seed, "words", outline.id, n)
        used = {earlier.construction for earlier in spoken}
        spoken.append(speak_turn(turn, n, bank_of(library[turn.call.intent]), manner, used, rng))
    return spoken


def speak_turn(turn: PlannedTurn, n: int, bank: Bank, manner: Manner, used: set[str], rng: Random) -> Spoken:
    facts = facts_of(turn, rng)
    candidate = pick(list(candidates(bank, turn, facts)), manner, bank.skill, used, rng)
    if candidate is None:
        raise Refused(f"generators/banks/{bank.skill}.yaml: no construction says {dict(turn.call.parameters)}")
    wording = choose(candidate.text, rng)
    for clause in candidate.unsaid:
        wording += joined(choose(rng.choice(bank.clauses[clause]), rng))
    wording = tied(wording, candidate.form, turn, rng)
    request = fill(slipped(wording, manner, rng), bank, facts, rng)
    form = candidate.form if bank.skill != "vqa" or candidate.form != "fragment" else "question"
    core = mark(request, form)
    user = voiced(request, form, turn, n, manner, rng)
    reply = fill(rng.choice(replies(bank, candidate.group, facts)), bank, facts, rng)
    return Spoken(user, sentence(reply), core, f"{bank.skill}/{candidate.slug}")


def facts_of(turn: PlannedTurn, rng: Random) -> dict[str, Value]:
    """All that the words may draw on; pictures and pronouns get the name they go by this time."""
    facts: dict[str, Value] = {**turn.call.parameters, **turn.given}
    if picture := turn.given.get("picture"):
        facts["image"] = rng.choice(shared().image_names[picture])
    if pronoun := turn.given.get("pronoun"):
        facts["object"] = rng.choice(shared().anaphora[pronoun])
    return facts


def candidates(bank: Bank, turn: PlannedTurn, facts: Mapping[str, Value]) -> Iterator[Candidate]:
    """Every construction that says what the call holds, no more and no less."""
    parameters = turn.call.parameters
    to_say = {name for name in parameters if name not in UNSPOKEN}
    pronouns = {"object"} if "pronoun" in turn.given else set()
    for group in bank.groups:
        if any(str(facts.get(key)) != str(value) for key, value in group.when.items()):
            continue
        for form, slug, text in group.constructions():
            needed = slots(text)
            names = {name for name, _ in needed}
            if not names <= facts.keys() or any(bare and name in pronouns for name, bare in needed):
                continue
            unsaid = sorted(to_say - names - group.when.keys() - implied(group, names))
            if all(name in bank.clauses for name in unsaid):
                yield Candidate(group, form, slug, text, tuple(unsaid))


def implied(group: Group, names: set[str]) -> set[str]:
    """Parameters that other facts say: an angle is said by its degrees and turn."""
    return {"angle"} if "degrees" in names or "angle" in group.when else set()


def pick(found: list[Candidate], manner: Manner, skill: str, used: set[str], rng: Random) -> Candidate | None:
    """A form as this manner prefers, then a construction of it; the more specific wording twice as readily."""
    found = [c for c in found if f"{skill}/{c.slug}" not in used] or found
    if not found:
        return None
    forms = sorted({c.form for c in found})
    form = rng.choices(forms, [manner.forms.get(f, 0.01) for f in forms])[0]
    of_form = [c for c in found if c.form == form]
    return rng.choices(of_form, [(1 + len(c.group.when)) / (1 + 3 * len(c.unsaid)) for c in of_form])[0]


def replies(bank: Bank, group: Group, facts: Mapping[str, Value]) -> list[str]:
    fitting = [r for r in group.replies or bank.replies if {name for name, _ in slots(r)} <= facts.keys()]
    if not fitting:
        raise Refused(f"generators/banks/{bank.skill}.yaml: no reply can be filled from {sorted(facts)}")
    return fitting


def fill(text: str, bank: Bank, facts: Mapping[str, Value], rng: Random) -> str:
    def value(match: re.Match[str]) -> str:
        name, bare = match[1], match[2]
        plain = facts[name]
        phrases = () if bare else bank.values.get(name, {}).get(str(plain), ())
        if phrases:
            return fill(rng.choice(phrases), bank, facts, rng)
        if bare and isinstance(plain, str):
            plain = re.sub(r"^(an?|the|some) ", "", plain)
        return f"{plain:g}" if isinstance(plain, int | float) else plain

    return SLOT.sub(value, choose(text, rng))


def slipped(wording: str, manner: Manner, rng: Random) -> str:
    """The fixed words as this manner would have them: jargon, a learner's slips, a phone's short forms."""
    for usual, own in manner.slips:
        if rng.random() < manner.slip:
            wording = re.sub(rf"(?<![\w{{]){re.escape(usual)}(?![\w}}])", own, wording)
    return " ".join(wording.split())


def joined(clause: str) -> str:
    return clause if clause.startswith((",", ";", ".", " ")) else f" {clause}"


def tied(wording: str, form: Form, turn: PlannedTurn, rng: Random) -> str:
    """The request with its tie to an earlier picture and with what it wants left alone."""
    if "picture" in turn.given and turn.call.intent != "chat":
        wording = choose(rng.choice(shared().image_frames[form]), rng).replace("{request}", wording)
    if "avoid" in turn.call.parameters:
        clause = rng.choice(shared().avoid["create" if turn.image_before is None else "edit"])
        wording += joined(choose(clause, rng).replace("{avoid}", turn.given["avoid"]))
    return wording


def voiced(request: str, form: Form, turn: PlannedTurn, n: int, manner: Manner, rng: Random) -> str:
    """The request as this person types it: greeting, connective, please, capitals, punctuation."""
    request = mark(request, form) if rng.random() < manner.end_mark else request
    asks_nothing = turn.call.intent == "chat"
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
    elif n > 0 and not asks_nothing:
        if shared().reactions.get(manner.name) and rng.random() < manner.react:
            before.append(rng.choice(shared().reactions[manner.name]))
        elif shared().switch.get(manner.name) and form != "statement" and rng.random() < manner.switch:
            before.append(rng.choice(shared().switch[manner.name]))
    text = " ".join([*before, request])
    if manner.closers and not asks_nothing and rng.random() < manner.close:
        closer = rng.choice(manner.closers)
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
