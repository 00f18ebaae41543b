"""Replies of the embedded policy: another good wording of a reply, and the reply that goes with a wrong call."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from generators.banks import SLOT, bank_of
from generators.phrasing import fill, known, readings, replies
from generators.policy.moment import Moment, articled, tables, the
from generators.voice import sentence
from schemas.answer import Call
from schemas.bank import Bank
from schemas.errors import Refused
from schemas.outline import PlannedTurn
from schemas.skill import Skill, Value

SENTENCE = re.compile(r"(?<=[.!?]) ")


class Wording(NamedTuple):
    """A reply of a bank, how it is recognised, and those that say the same."""

    pattern: re.Pattern[str]
    alike: tuple[str, ...]


def reworded(m: Moment) -> str:
    """The gold reply in other words; what it names beyond its call, an offer or the rest of a request, is kept."""
    parts = SENTENCE.split(m.gold.reply)
    for k in range(len(parts), 0, -1):
        head, tail = " ".join(parts[:k]), parts[k:]
        if others := said_otherwise(head, m):
            return " ".join([m.rng.choice(others), *tail])
    opener = next((o for o in tables().openers if m.gold.reply.startswith(o)), None)
    if opener:
        return m.gold.reply.removeprefix(opener).strip() or m.gold.reply
    return f"{m.rng.choice(tables().openers)} {m.gold.reply}"


def said_otherwise(text: str, m: Moment) -> list[str]:
    bank = bank_of(m.skill)
    for wording in wordings(m.skill):
        if found := wording.pattern.fullmatch(text):
            facts: Mapping[str, Value] = found.groupdict()
            others = [r for r in wording.alike if {name for name, _ in SLOT.findall(r)} <= facts.keys()]
            made = [sentence(fill(other, bank, facts, m.rng)) for other in others]
            return [other for other in made if other != text]
    return []


@lru_cache(256)
def wordings(card: Skill) -> tuple[Wording, ...]:
    """The most telling first: those with the most fixed text."""
    found = sorted(every_wording(bank_of(card)), key=lambda each: -len(each[0]))
    return tuple(Wording(as_pattern(text), alike) for text, alike in found)


def every_wording(bank: Bank) -> Iterator[tuple[str, tuple[str, ...]]]:
    lists = [group.replies for group in bank.groups if group.replies] + [bank.replies]
    for alike in lists:
        for reply in alike:
            for reading in readings(reply):
                yield reading, alike


def as_pattern(text: str) -> re.Pattern[str]:
    """What a filled reply looks like; a sentence start may have become a capital."""
    seen: set[str] = set()
    made = ""
    at = 0
    for slot in SLOT.finditer(text):
        made += re.escape(text[at : slot.start()])
        made += f"(?P={slot[1]})" if slot[1] in seen else f"(?P<{slot[1]}>.+?)"
        seen.add(slot[1])
        at = slot.end()
    return re.compile(f"{made}{re.escape(text[at:])}[.!?]?", re.IGNORECASE)


def reply_to(call: Call, m: Moment) -> str:
    """What a model says that takes this call for the right one."""
    skill = m.library.get(call.intent)
    if skill is None:
        return m.rng.choice(tables().done)
    if skill.type == "talk":
        return m.rng.choice(tables().asks)
    if skill.type == "ask":
        return answer_about(m)
    bank, facts = bank_of(skill), facts_for(call, m)
    try:
        return sentence(fill(m.rng.choice(replies(bank, facts)), bank, facts, m.rng))
    except (Refused, KeyError):
        return m.rng.choice(tables().done)


def answer_about(m: Moment) -> str:
    """A guess at what the picture shows."""
    thing = m.rng.choice(m.things) if m.things else "picture"
    said = m.rng.choice(tables().answers)
    return said.replace("{prompt}", m.prompt).replace("{a thing}", articled(thing))


def facts_for(call: Call, m: Moment) -> dict[str, Value]:
    """The parameters as a sentence has them: things with their article, a turn by its degrees."""
    facts = known(PlannedTurn(call=call))
    skill = m.library[call.intent]
    for name, value in call.parameters.items():
        field = skill.input(name)
        if field is not None and field.type == "thing":
            facts[name] = the(str(value))
        elif name in ("object", "replacement", "background"):
            facts[name] = articled(str(value))
    if isinstance(angle := call.parameters.get("angle"), int | float):
        facts |= {"turn": "clockwise" if angle > 0 else "counterclockwise", "degrees": f"{abs(angle):g}"}
    return facts
