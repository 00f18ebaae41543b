"""What a phrase bank must keep to, held against its card; and reading the banks that users bring.

read_bank(Path("banks/glitter.yaml"), card)   -> Bank, or BadInput that names file, construction and rule
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from generators.banks import ALTERNATIVES, LISTED, read_yaml, shared, slots
from schemas.bank import Bank, Form
from schemas.errors import BadInput, complaint, did_you_mean
from schemas.skill import Skill

UNSPOKEN = frozenset({"avoid", "image", "show", "question"})  # voiced by frames and clauses of their own
BRACKETS = re.compile(r"[\[\]{}<|]|(?<!-)>")
ARTICLE = re.compile(r"\b(the|an?|this|that|these|those|my|your)\s+\{(\w+)\}", re.I)
LEAST_CONSTRUCTIONS = 5


def problems(bank: Bank, card: Skill, given: Iterable[str] = ()) -> Iterator[str]:
    """Every rule that a bank breaks; `given` are facts that an outline has beside the card's inputs."""
    names = {i.name for i in card.inputs} | set(given)
    slugs: Counter[str] = Counter()
    for group in bank.groups:
        for name, value in group.when.items():
            known = card.input(name)
            if name not in names:
                yield f"when: the card has no input {name!r}{did_you_mean(name, names)}"
            elif known is not None and (problem := known.problem(value)):
                yield f"when: {problem}"
        texts: Counter[str] = Counter()
        for form, slug, text in group.constructions():
            slugs[slug] += 1
            texts[text] += 1
            for problem in problems_of(text, form, card, names, frozenset(group.when)):
                yield f"{slug}: {problem}"
        yield from (f"{text!r} stands there twice" for text, count in texts.items() if count > 1)
    yield from (f"{slug}: the slug is used twice" for slug, count in slugs.items() if count > 1)
    if slugs.total() < LEAST_CONSTRUCTIONS:
        yield f"{slugs.total()} constructions are too few; at least {LEAST_CONSTRUCTIONS}"
    for reply in (*bank.replies, *(reply for group in bank.groups for reply in group.replies)):
        yield from (f"reply {reply!r}: {problem}" for problem in notation(reply, names))
    yield from problems_of_clauses(bank, card, names)


def problems_of_clauses(bank: Bank, card: Skill, names: set[str]) -> Iterator[str]:
    if not any(group.replies for group in bank.groups) and not bank.replies:
        yield "no replies"
    for name, clauses in bank.clauses.items():
        if card.input(name) is None:
            yield f"clauses: the card has no input {name!r}{did_you_mean(name, names)}"
        for clause in clauses:
            yield from (f"clause {clause!r}: {problem}" for problem in notation(clause, names))
    for name, phrases in bank.values.items():
        known = card.input(name)
        if known is None:
            yield f"values: the card has no input {name!r}{did_you_mean(name, names)}"
            continue
        for value in phrases:
            if problem := known.problem(number(value) if known.type == "number" else value):
                yield f"values: {problem}"


def problems_of(text: str, form: Form, card: Skill, names: set[str], told: frozenset[str]) -> Iterator[str]:
    """What is wrong with one construction."""
    yield from notation(text, names)
    said = {name for name, _ in slots(text)} | ({"style"} if "{as_style}" in text else set())
    required = {i.name for i in card.inputs if i.required} - UNSPOKEN
    for name in sorted(required - said - told):
        yield f"{text!r} leaves out {{{name}}}"
    if text.endswith((".", "!")):
        yield f"{text!r} ends with a mark; the manner sets it"
    if text != " ".join(text.split()):
        yield f"{text!r} has spaces to spare"


def notation(text: str, names: set[str]) -> Iterator[str]:
    for name in sorted({name for name, _ in slots(text)} - names):
        yield f"{text!r} has a slot {{{name}}}, and the card no such input{did_you_mean(name, names)}"
    plain = LISTED.sub(lambda m: "" if m[1] in shared().words else m[0], re.sub(r"\{[a-z_]+(\.bare)?\}", "", text))
    if BRACKETS.search(ALTERNATIVES.sub("", plain)):
        yield f"{text!r} has brackets that do not close, or a <list> that shared.yaml does not have"


def number(value: str) -> Any:
    try:
        return float(value)
    except ValueError:
        return value


def read_bank(path: Path) -> Bank:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise BadInput(f"{path}: is no phrase bank with skill, groups and replies")
    try:
        return Bank.from_data(content)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{path}: {complaint(error, Bank)}") from error


def held_against(path: Path, bank: Bank, card: Skill) -> None:
    if found := list(problems(bank, card)):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise BadInput(f"{path}: {found[0]}{more}")
