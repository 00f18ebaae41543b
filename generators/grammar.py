"""The embedded author: an outline put into words from the phrase banks.

It is given the calls and never decides a label. What it returns for a turn:

    Spoken(user="ok now get rid of the bench pls", reply="The bench is gone.",
           core="get rid of the bench", construction="remove_object/get-rid")
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import NamedTuple

from generators.banks import SLOT, Bank, Form, Group, Manner, bank_of, banks, choose, leaning, manners, shared, slots
from generators.voice import mark, mistyped, sentence, slipped, voiced
from schemas.answer import Call
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.outline import Outline, PlannedTurn
from schemas.skill import Library, Value

AUTHOR = "grammar-1"
CURTER_LATER = 9.0
ENOUGH = 12
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
    if turn.given.get("leans") in ("correction", "ellipsis"):
        return speak_leaning(turn, n, bank, manner, facts, rng)
    if turn.given.get("leans") == "vague":
        return speak_vaguely(turn, n, bank, manner, facts, rng)
    candidate = pick(
        fresh(list(candidates(bank, turn, facts)), bank, used, turn.given.get("leans") is not None), manner, n > 0, rng
    )
    if candidate is None:
        raise Refused(f"generators/banks/{bank.skill}.yaml: no construction says {dict(turn.call.parameters)}")
    wording = choose(candidate.text, rng)
    for clause in candidate.unsaid:
        wording += joined(choose(rng.choice(bank.clauses[clause]), rng))
    wording = tied(wording, candidate.form, turn, rng)
    request = fill(mistyped(slipped(wording, manner, rng), manner, rng), bank, facts, rng)
    form = candidate.form if bank.skill != "vqa" or candidate.form != "fragment" else "question"
    core = mark(request, form)
    user = voiced(request, form, turn, n, manner, rng)
    plain = {**facts, **turn.given}  # the assistant calls a thing by its name
    reply = fill(rng.choice(replies(bank, candidate.group, plain)), bank, plain, rng)
    return Spoken(user, sentence(reply), core, f"{bank.skill}/{candidate.slug}")


def speak_leaning(
    turn: PlannedTurn, n: int, bank: Bank, manner: Manner, facts: Mapping[str, Value], rng: Random
) -> Spoken:
    """Half a sentence that only makes sense after the turn before."""
    how, changed = turn.given["leans"], turn.given["changed"]
    wordings = leaning().correction[changed] if how == "correction" else leaning().ellipsis
    which = rng.randrange(len(wordings))
    request = fill(mistyped(slipped(wordings[which], manner, rng), manner, rng), bank, facts, rng)
    answers = [r for group in bank.groups if says(group, facts) for r in fitting(bank, group, facts)]
    reply = fill(rng.choice(answers), bank, facts, rng)
    user = voiced(request, "fragment", turn, n, manner, rng)
    return Spoken(user, sentence(reply), request, f"{how}/{changed}-{which}")


def speak_vaguely(
    turn: PlannedTurn, n: int, bank: Bank, manner: Manner, facts: Mapping[str, Value], rng: Random
) -> Spoken:
    """The guideline's clause in the constructions of any instruction; the reply is that of the skill it means."""
    asking = banks()["instruct_edit"]
    wish = PlannedTurn(call=Call(intent=asking.skill, parameters={"instruction": turn.given["instruction"]}))
    candidate = pick(list(candidates(asking, wish, {"instruction": turn.given["instruction"]})), manner, n > 0, rng)
    assert candidate is not None
    wording = mistyped(slipped(choose(candidate.text, rng), manner, rng), manner, rng)
    request = fill(wording, asking, facts, rng)
    answers = [r for group in bank.groups if says(group, facts) for r in fitting(bank, group, facts)]
    user = voiced(request, candidate.form, turn, n, manner, rng)
    return Spoken(user, sentence(fill(rng.choice(answers), bank, facts, rng)), request, f"vague/{candidate.slug}")


def says(group: Group, facts: Mapping[str, Value]) -> bool:
    """Whether what the group's wording says by itself is so."""
    return all(str(facts.get(key)) == str(value) for key, value in group.when.items())


def facts_of(turn: PlannedTurn, rng: Random) -> dict[str, Value]:
    """All that the words may draw on; pictures and pronouns get the name they go by this time."""
    facts: dict[str, Value] = {**turn.call.parameters, **turn.given}
    if picture := turn.given.get("picture"):
        facts["image"] = rng.choice(shared().image_names[picture])
    if pronoun := turn.given.get("pronoun"):
        facts[turn.given["pronoun_of"]] = rng.choice(shared().anaphora[pronoun])
    return facts


def candidates(bank: Bank, turn: PlannedTurn, facts: Mapping[str, Value]) -> Iterator[Candidate]:
    """Every construction that says what the call holds, no more and no less."""
    parameters = turn.call.parameters
    to_say = {name for name in parameters if name not in UNSPOKEN}
    pronouns = {turn.given.get("pronoun_of")}
    for group in bank.groups:
        if not says(group, facts):
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


def fresh(found: list[Candidate], bank: Bank, used: set[str], after_all: bool) -> list[Candidate]:
    """Nobody puts two requests alike while there are other ways to say it; who changes their mind, commands."""
    if after_all:
        found = [c for c in found if c.form == "imperative"] or found
    return [c for c in found if f"{bank.skill}/{c.slug}" not in used] or found


def pick(found: list[Candidate], manner: Manner, later: bool, rng: Random) -> Candidate | None:
    """A form as this manner prefers, then a construction of it."""
    if not found:
        return None
    choice = Counter(c.form for c in found)
    forms = sorted(choice)
    form = rng.choices(forms, [inclination(f, choice[f], manner, later) for f in forms])[0]
    of_form = [c for c in found if c.form == form]
    return rng.choices(of_form, [readiness(c, later) for c in of_form])[0]


def inclination(form: Form, choice: int, manner: Manner, later: bool) -> float:
    """How readily this manner takes to a form: less where the bank offers little of it, and in
    mid-conversation more to half sentences."""
    curt = CURTER_LATER if later and form == "fragment" else 1.0
    return manner.forms.get(form, 0.01) * min(1.0, choice / ENOUGH) * curt


def readiness(candidate: Candidate, later: bool) -> float:
    """Specific wording comes more readily, clauses tacked on less; in mid-conversation people are brief."""
    length = len(candidate.text.split()) + 3 * len(candidate.unsaid)
    brief = 9.0 if length <= 3 else 3.0 if length <= 5 else 1.0
    return (1 + len(candidate.group.when)) / (1 + 3 * len(candidate.unsaid)) * (brief if later else 1.0)


def fitting(bank: Bank, group: Group, facts: Mapping[str, Value]) -> list[str]:
    """The replies of a group, or of the whole bank, whose slots these facts fill."""
    return [r for r in group.replies or bank.replies if {name for name, _ in slots(r)} <= facts.keys()]


def replies(bank: Bank, group: Group, facts: Mapping[str, Value]) -> list[str]:
    found = fitting(bank, group, facts)
    if not found:
        raise Refused(f"generators/banks/{bank.skill}.yaml: no reply can be filled from {sorted(facts)}")
    return found


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


def joined(clause: str) -> str:
    return clause if clause.startswith((",", ";", ".", " ")) else f" {clause}"


def tied(wording: str, form: Form, turn: PlannedTurn, rng: Random) -> str:
    """The request with its tie to an earlier picture and with what it wants left alone."""
    if turn.given.get("leans") == "change_of_mind":
        wording = choose(rng.choice(leaning().change_of_mind), rng).replace("{request}", wording)
    elif "picture" in turn.given and turn.call.intent != "chat":
        wording = choose(rng.choice(shared().image_frames[form]), rng).replace("{request}", wording)
    if "avoid" in turn.call.parameters:
        clause = rng.choice(shared().avoid["create" if turn.image_before is None else "edit"])
        wording += joined(choose(clause, rng).replace("{avoid}", turn.given["avoid"]))
    return wording
