"""Phrasing: from a call to the wordings that say it, and from a wording to a sentence.

for c in candidates(bank, turn, facts, split): …      every construction that says what the call holds
fill("paint {object} {colour}", bank, facts, rng)    -> "paint the car light blue"
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple

from generators.bank_rules import UNSPOKEN
from generators.banks import ALTERNATIVES, LISTED, SLOT, Manner, choose, manners, shared, slots
from generators.catalogue import styles
from schemas.bank import Bank, Form, Group
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.outline import PlannedTurn, Slot
from schemas.prompt import Split
from schemas.skill import Value

CURTER_LATER = 12.0
ENOUGH = 12
MOST_READINGS = 64
# A prompt that can stand as the object of a sentence; others are lists of words.
NOUN_PHRASE = re.compile(
    r"(an?|the|two|three|four|five|six|several|some) "
    r"(?!.*\b(drawing|picture|photo|photograph|painting|sketch|mosaic|postcard|poster|panel|cutout|blueprint) of)",
    re.I,
)

Facts = Mapping[str, Value]


class Candidate(NamedTuple):
    group: Group
    form: Form
    slug: str
    text: str
    unsaid: tuple[str, ...]


def says(when: Facts, facts: Facts) -> bool:
    """Whether what a wording says by itself is so."""
    return all(str(facts.get(key)) == str(value) for key, value in when.items())


def known(turn: PlannedTurn) -> dict[str, Value]:
    """What the call and its outline say, and what follows from that for the words."""
    facts: dict[str, Value] = {**turn.call.parameters, **turn.given}
    if prompt := str(facts.get("prompt") or facts.get("idea") or ""):
        facts["phrase_kind"] = "noun" if NOUN_PHRASE.match(prompt) else "list"
        facts.setdefault("moment", "first")
    if style := styles().get(str(facts.get("style", "")).lower()):
        facts["as_style"] = style.phrase
    return facts


def facts_of(turn: PlannedTurn, rng: Random) -> dict[str, Value]:
    """All that the words may draw on; pictures and pronouns get the name they go by this time."""
    facts = known(turn)
    if picture := turn.given.get("picture"):
        facts["image"] = rng.choice(shared().image_names[picture])
    if pronoun := turn.given.get("pronoun"):
        facts[turn.given["pronoun_of"]] = rng.choice(shared().anaphora[pronoun])
    return facts


def candidates(bank: Bank, turn: PlannedTurn, facts: Facts, split: Split) -> Iterator[Candidate]:
    """Every construction that says what the call holds, no more and no less; some are for TEST alone."""
    to_say = {name for name in turn.call.parameters if name not in UNSPOKEN}
    pronouns = {turn.given.get("pronoun_of")}
    for group in bank.groups:
        if not says(group.when, facts):
            continue
        for form, slug, text in group.constructions():
            if split != "test" and bank.is_for_test(slug, text):
                continue
            needed = slots(text)
            names = {name for name, _ in needed}
            if not names <= facts.keys() or any(bare and name in pronouns for name, bare in needed):
                continue
            unsaid = sorted(to_say - names - group.when.keys() - implied(names))
            if all(name in bank.clauses for name in unsaid):
                yield Candidate(group, form, slug, text, tuple(unsaid))


def implied(names: set[str]) -> set[str]:
    """Parameters that other facts say: an angle is said by its degrees and turn, a style by its phrase."""
    return {said for fact, said in (("degrees", "angle"), ("as_style", "style")) if fact in names}


def pick(found: Sequence[Candidate], manner: Manner, later: bool, rng: Random) -> Candidate | None:
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
    brief = 12.0 if length <= 3 else 4.0 if length <= 5 else 1.0
    return (1 + len(candidate.group.when)) / (1 + 3 * len(candidate.unsaid)) * (brief if later else 1.0)


def dealt(found: Sequence[Candidate], slot: Slot, attempt: int, seed: int) -> tuple[Candidate, str] | None:
    """Where a call leaves nothing to fill in, each slot gets a wording of its own: no two draws alike while
    there are others. None where there is something to fill in."""
    if any(slots(c.text) or c.unsaid for c in found):
        return None
    key = (seed, slot.focus, slot.split, slot.phenomenon or "")
    hands = hands_of(tuple((c.slug, c.form, c.text) for c in found), key)
    hand = hands.get(slot.manner) or next(iter(hands.values()))
    slug, wording = hand[(slot.draw + attempt * 31) % len(hand)]
    return next(c for c in found if c.slug == slug), wording


@lru_cache(256)
def hands_of(
    found: tuple[tuple[str, Form, str], ...], key: tuple[int, str, str, str]
) -> Mapping[str, list[tuple[str, str]]]:
    """All readings of some constructions in keyed order, each dealt to a manner that likes its form. First comes
    one reading of every construction, then a second of those that have one, and so on."""
    rng = keyed("readings", *key)
    hands: dict[str, list[tuple[str, str]]] = {}
    columns = []
    for slug, form, text in found:
        column = [(slug, form, reading) for reading in readings(text)]
        rng.shuffle(column)
        columns.append(column[:MOST_READINGS])
    for depth in range(max(map(len, columns))):
        row = [column[depth] for column in columns if depth < len(column)]
        rng.shuffle(row)
        for slug, form, reading in row:
            weights = [manner.forms.get(form, 0.0) + 1e-6 for manner in manners().values()]
            hands.setdefault(rng.choices(list(manners()), weights)[0], []).append((slug, reading))
    return hands


@lru_cache(4096)
def readings(text: str) -> tuple[str, ...]:
    """Every sentence that a construction's alternatives and synonyms make; alternatives hold no brackets."""
    spot = ALTERNATIVES.search(text) or LISTED.search(text)
    if spot is None:
        return (" ".join(text.split()),)
    options = shared().words[spot[1]] if spot.re is LISTED else spot[1].split("|")
    made = [r for option in options for r in readings(text[: spot.start()] + option + text[spot.end() :])]
    return tuple(dict.fromkeys(made))


def fitting(bank: Bank, group: Group, facts: Facts) -> list[str]:
    """The replies of a group, or of the whole bank, whose slots these facts fill."""
    return [r for r in group.replies or bank.replies if {name for name, _ in slots(r)} <= facts.keys()]


def replies(bank: Bank, facts: Facts, group: Group | None = None) -> list[str]:
    """What the assistant can answer: from the group that was used, else from any that says what is so."""
    groups = [group] if group else [g for g in bank.groups if says(g.when, facts)]
    found = [reply for g in groups for reply in fitting(bank, g, facts)]
    if not found:
        raise Refused(f"generators/banks/{bank.skill}.yaml: no reply can be filled from {sorted(facts)}")
    return found


def fill(text: str, bank: Bank, facts: Facts, rng: Random) -> str:
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
