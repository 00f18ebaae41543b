"""A phrase bank by a language model: for each form some tasks, each with another person in mind, gathered into one
bank that keeps the rules of every bank.

    bank = gathered(card, {Section("question", 0): ["could {object} glitter", …], …})
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from generators.bank_rules import ARTICLE, UNSPOKEN, notation, problems_of
from generators.banks import banks, slots
from generators.checks.decency import foul
from generators.checks.language import other_language
from generators.personas import persona
from generators.tasks import Task, Unusable, opening
from schemas.bank import FORMS, Bank, Form
from schemas.identity import keyed
from schemas.skill import Input, Skill

ENTRIES, EXAMPLES, LONGEST = 12, 4, 200
SLUG_WORDS = 4
KINDS: Mapping[str, str] = {
    "imperative": "orders: they tell the assistant what to do",
    "question": 'questions that ask for it ("could you …", "how about …", "what would … look like")',
    "wish": 'wishes: "I\'d like", "we need", "my boss wants", "it would be nice"',
    "fragment": "fragments without a verb, two to six words, as typed on a phone",
    "statement": "statements that only hint at it: what is wrong with the picture, or what it is for",
    "replies": "answers of the assistant after it has done so, one short friendly sentence each, with a full stop",
    "clauses": 'half sentences that could follow a request and say {{{name}}} (", in {{{name}}}", "with {{{name}}}")',
}
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {"entries": {"type": "array", "items": {"type": "string"}, "minItems": 3}},
    "required": ["entries"],
    "additionalProperties": False,
}
NEVER_SAID = re.compile(r"\bplease\b|[\U0001f300-\U0001faff]", re.I)


class Section(NamedTuple):
    """One task: constructions of a form, replies, or clauses for one input."""

    kind: str
    number: int
    input: str = ""

    @property
    def id(self) -> str:
        return f"bank-{self.kind}-{self.input}-{self.number}"


def sections(card: Skill, number: int) -> Iterator[Section]:
    """The tasks of a round; replies and clauses are asked for in the first."""
    yield from (Section(form, number) for form in FORMS)
    if number == 0:
        yield Section("replies", 0)
        yield from (Section("clauses", 0, field.name) for field in spoken(card) if not field.required)


def spoken(card: Skill) -> list[Input]:
    return [field for field in card.inputs if field.name not in UNSPOKEN]


def phrasing(card: Skill, section: Section, seed: int, folder: Path) -> Task[list[str]]:
    record = f"{card.id}-{section.id}"
    rng = keyed(seed, record)
    fields = {
        "name": card.name,
        "description": card.description,
        "slots": list(slot_lines(card, section)),
        "count": ENTRIES,
        "kind": KINDS[section.kind].format(name=section.input),
        "persona": persona(record, folder),
        "examples": examples(section, card, rng),
    }
    return Task(opening("bank.md", folder, **fields), FORM, lambda answer: entries_in(answer, card, section))


def slot_lines(card: Skill, section: Section) -> Iterator[str]:
    for field in spoken(card):
        if section.kind == "clauses" and field.name != section.input:
            continue
        always = (field.required and section.kind in FORMS) or field.name == section.input
        values = f" ({', '.join(field.choices)})" if field.choices else ""
        yield f"{{{field.name}}}{', always' if always else ''}: {field.description}{values}"


def examples(section: Section, card: Skill, rng: Random) -> list[str]:
    """How ours say such things for another skill, so that the notation is plain."""
    if section.kind not in FORMS:
        return []
    ours = banks()["recolor" if card.id != "recolor" else "remove_object"]
    texts = [t for group in ours.groups for form, _, t in group.constructions() if form == section.kind]
    return rng.sample(plain := [text for text in texts if not re.search(r"[\[\]<>]", text)], min(EXAMPLES, len(plain)))


def entries_in(fields: dict[str, Any], card: Skill, section: Section) -> list[str]:
    """The entries that keep the rules; Unusable with what is wrong when fewer than half do."""
    entries = fields.get("entries")
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries) or not entries:
        raise Unusable("author: wrong_shape")
    good: list[str] = []
    wrong: list[str] = []
    for entry in entries:
        text = tidied(entry, section)
        if problem := next(faults(text, card, section), None):
            wrong.append(problem)
        elif text not in good:
            good.append(text)
    if 2 * len(good) < len(entries):
        raise Unusable(f"bank: {'; '.join(wrong[:4]) or 'all alike'}")
    return good


def tidied(entry: str, section: Section) -> str:
    """Spaces, and the mark at the end that the manner sets, are no reason to ask again."""
    text = " ".join(entry.split())
    if section.kind in FORMS:
        text = text.rstrip(".!? ")
        first = text.split(" ")[0] if text else ""
        return text if first in ("I", "I'd", "I'm", "I've", "I'll") else text[:1].lower() + text[1:]
    return text


def faults(text: str, card: Skill, section: Section) -> Iterator[str]:
    names = {field.name for field in card.inputs}
    if section.kind in FORMS:
        form: Form = section.kind
        yield from problems_of(text, form, card, names, frozenset())
    else:
        yield from notation(text, names)
    if section.kind == "clauses" and (section.input, False) not in slots(text):
        yield f"{text!r} leaves out {{{section.input}}}"
    if not 2 <= len(text) <= LONGEST:
        yield f"{text!r:.40} has {len(text)} letters"
    if "[" in text or "<" in text:
        yield f"{text!r} has brackets"
    for article, name in ARTICLE.findall(text):
        field = card.input(name)
        if field is not None and field.type == "thing":
            yield f"{text!r} has {article!r} before {{{name}}}, which comes with its article"
    if NEVER_SAID.search(text):
        yield f"{text!r} has a please or an emoji; the manner adds them"
    if card.id in text and "_" in card.id:
        yield f"{text!r} names the skill"
    if problem := other_language(re.sub(r"\{\w+\}", "", text).casefold()):
        yield f"{text!r} {problem}"
    if found := foul(text):
        yield f"{text!r} has {found[0]}"


def gathered(card: Skill, found: Mapping[Section, Sequence[str]]) -> Bank:
    """One bank of all entries, each once, with slugs that say what they are."""
    forms: dict[str, dict[str, str]] = {form: {} for form in FORMS}
    taken: set[str] = set()
    said: set[str] = set()
    for section in sorted(found):
        if section.kind not in FORMS:
            continue
        for text in found[section]:
            key = re.sub(r"\W+", " ", text.casefold()).strip()
            if key not in said:
                said.add(key)
                forms[section.kind][slug(text, taken)] = text
    clauses = {s.input: list(found[s]) for s in sorted(found) if s.kind == "clauses" and found[s]}
    replies = [text for s in sorted(found) if s.kind == "replies" for text in found[s]]
    groups = [{form: texts for form, texts in forms.items() if texts}]
    return Bank.from_data({"skill": card.id, "groups": groups, "clauses": clauses, "replies": replies})


def slug(text: str, taken: set[str]) -> str:
    words: Iterable[str] = re.findall(r"[a-z]+", text.casefold().replace("'", ""))
    stem = "-".join([*words][:SLUG_WORDS]) or "entry"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    taken.add(name)
    return name
