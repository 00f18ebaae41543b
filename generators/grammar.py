"""The embedded author: an outline put into words from the phrase banks.

It is given the calls and never decides a label. What it returns for a turn:

    Spoken(user="ok now get rid of the bench pls", reply="The bench is gone.",
           core="get rid of the bench", construction="remove_object/get-rid")
"""

import re
from random import Random

from generators.banks import bank_of, choose, leaning, manners, shared
from generators.exchanges import Moment, Spoken, closing_words, speak_hanging
from generators.phrasing import Candidate, candidates, dealt, facts_of, fill, joined, pick, replies
from generators.voice import Before, mark, mistyped, person_of, sentence, slipped, voiced
from schemas.bank import Bank, Form
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.outline import Outline, PlannedTurn
from schemas.skill import Library

__all__ = ["AUTHOR", "Spoken", "speak"]

AUTHOR = "grammar-2"
# Changes of something inside a picture: "in the second one, …" fits them and no others.
INSIDE = frozenset({"add_object", "recolor", "remove_object", "replace_object"})
OF_A_PICTURE = re.compile(r"\b(picture|image|pic|photo|shot|this)\b")
WITHIN = re.compile(r"\bin \{image\}")


def speak(outline: Outline, seed: int, library: Library) -> list[Spoken]:
    """The words of every turn. One person speaks one way through a dialogue."""
    spoken: list[Spoken] = []
    plain = [n for n, turn in enumerate(outline.turns) if turn.call.intent == outline.slot.focus and not hangs(turn)]
    person = person_of(manners()[outline.slot.manner], keyed(seed, "person", outline.id))
    for n, turn in enumerate(outline.turns):
        rng = keyed(seed, "words", outline.id, n)
        before = Before(
            n, outline.turns[n - 1] if n else None, "\n".join(earlier.user.casefold() for earlier in spoken)
        )
        bank = bank_of(library[turn.call.intent])
        moment = Moment(turn, before, bank, person, outline.slot.split, facts_of(turn, rng), library, rng)
        used = {earlier.construction for earlier in spoken}
        if hangs(turn):
            spoken.append(speak_hanging(moment))
        else:
            spoken.append(speak_turn(moment, outline, seed, used, deals=plain[:1] == [n]))
    return spoken


def hangs(turn: PlannedTurn) -> bool:
    """Whether the words make sense with another turn only, or are in a form of their own."""
    return turn.given.get("leans", "change_of_mind") != "change_of_mind" or "compound" in turn.phenomena


def speak_turn(m: Moment, outline: Outline, seed: int, used: set[str], deals: bool) -> Spoken:
    found = suitable(list(candidates(m.bank, m.turn, m.facts, m.split)), m)
    dealing = dealt(found, outline.slot, outline.attempt, seed) if deals and found else None
    if dealing is not None:
        candidate, wording = dealing
    else:
        picked = pick(fresh(found, m.bank, used), m.manner, m.later, m.rng)
        if picked is None:
            raise Refused(f"generators/banks/{m.bank.skill}.yaml: no construction says {dict(m.turn.call.parameters)}")
        candidate, wording = picked, with_clauses(picked, m.bank, m.rng)
    wording = tied(wording, candidate.form, m.turn, m.rng)
    request = fill(mistyped(slipped(wording, m.manner, m.rng), m.manner, m.rng), m.bank, m.facts, m.rng)
    form: Form = "question" if m.bank.skill == "vqa" and candidate.form == "fragment" else candidate.form
    core = mark(request, form)
    user = voiced(request, form, m.turn, m.before, m.person, m.rng)
    plain = {**m.facts, **m.turn.given}  # the assistant calls a thing by its name
    reply = sentence(fill(m.rng.choice(replies(m.bank, plain, candidate.group)), m.bank, plain, m.rng))
    return Spoken(user, reply + closing_words(m), core, f"{m.bank.skill}/{candidate.slug}")


def with_clauses(candidate: Candidate, bank: Bank, rng: Random) -> str:
    wording = choose(candidate.text, rng)
    for clause in candidate.unsaid:
        wording += joined(choose(rng.choice(bank.clauses[clause]), rng))
    return wording


def suitable(found: list[Candidate], m: Moment) -> list[Candidate]:
    """Who changes their mind, commands; a question sounds like a command where the outline says so, and only there."""
    if m.turn.given.get("leans") == "change_of_mind":
        return [c for c in found if c.form == "imperative"] or found
    if m.bank.skill == "vqa":
        return [c for c in found if (c.form == "imperative") == ("phrased" in m.turn.given)] or found
    return found


def fresh(found: list[Candidate], bank: Bank, used: set[str]) -> list[Candidate]:
    """Nobody puts two requests alike while there are other ways to say it."""
    return [c for c in found if f"{bank.skill}/{c.slug}" not in used] or found


def tied(wording: str, form: Form, turn: PlannedTurn, rng: Random) -> str:
    """The request with its tie to an earlier picture and with what it wants left alone."""
    if turn.given.get("leans") == "change_of_mind":
        wording = choose(rng.choice(leaning().change_of_mind), rng).replace("{request}", wording)
    elif "picture" in turn.given and turn.call.intent != "chat":
        frames = shared().image_frames[form]
        if turn.call.intent not in INSIDE or OF_A_PICTURE.search(wording):
            frames = tuple(frame for frame in frames if not WITHIN.search(frame))
        if ":" in wording:
            frames = tuple(frame for frame in frames if ":" not in frame)
        wording = choose(rng.choice(frames), rng).replace("{request}", wording)
    if "avoid" in turn.call.parameters:
        clause = rng.choice(shared().avoid["create" if turn.image_before is None else "edit"])
        wording += joined(choose(clause, rng))
    return wording
