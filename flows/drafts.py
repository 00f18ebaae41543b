"""Drafts by a model, for people to review: phrase banks for a card, and cards from the pages of pipelines.

They are files like those that people write, so that what was drafted once serves offline ever after.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from clients.errors import CallFailed
from flows.models import Model
from generators.bank_rules import problems
from generators.cards import read_library
from generators.model_banks import Section, gathered, phrasing, sections
from generators.model_cards import Page, describing, pages
from generators.tasks import Unusable
from schemas.bank import Bank
from schemas.errors import BadInput, Refused, did_you_mean
from schemas.identity import Record
from schemas.skill import Skill

ROUNDS = 8


def drafted_bank(skill: str, cards: Sequence[Path], count: int, model: Model) -> Bank:
    """A bank of at least so many constructions for a skill; refused when the model cannot find them."""
    library = read_library(cards)
    card = library.get(skill)
    if card is None:
        raise BadInput(f"no skill {skill!r}{did_you_mean(skill, library.ids)}; a card of your own comes with --cards")
    found: dict[Section, list[str]] = {}
    rejects: Counter[str] = Counter()
    model.stage("phrases", count)

    async def work(section: Section) -> tuple[Section, list[str]]:
        try:
            return section, await model.pursue(
                phrasing(card, section, model.seed, model.folder), "banks", f"{skill}-{section.id}"
            )
        except (Unusable, CallFailed) as error:
            rejects[str(error)[:120]] += 1
            return section, []

    def put(result: tuple[Section, list[str]]) -> None:
        found[result[0]] = result[1]

    said = 0
    for number in range(ROUNDS):
        model.each(work, sections(card, number), put)
        bank = gathered(card, found)
        before, said = said, sum(1 for group in bank.groups for _ in group.constructions())
        model.advance(min(said, count) - min(before, count))
        if said >= count:
            break
    faults = list(problems(bank, card))
    if said < count or faults:
        why = "; ".join([*faults[:2], *(f"{reason} ({n})" for reason, n in rejects.most_common(2))])
        raise Refused(f"{model.author.model} found {said} constructions for {skill!r}, {count} were asked for: {why}")
    return bank


def drafted_cards(path: Path, shelf: Sequence[Path], model: Model) -> tuple[list[Skill], list[str]]:
    """A card for every page, each told of the shelf as it stands, and what became of the pages without one."""
    library = read_library(shelf)
    told = list(pages(path))
    cards: dict[int, Skill] = {}
    failed: dict[int, str] = {}
    model.stage("cards", len(told))

    async def work(entry: tuple[int, Page]) -> tuple[int, Skill | None]:
        number, page = entry
        try:
            task = describing(page, library, model.folder)
            return number, await model.pursue(task, "cards", f"card-{number}-{page.title}")
        except (Unusable, CallFailed) as error:
            failed[number] = f"{path}, line {number}: {page.title!r}: {error}"
            return number, None

    def put(result: tuple[int, Skill | None]) -> None:
        number, card = result
        if card is not None:
            cards[number] = card
        model.advance(1)

    model.each(work, told, put)
    for number, twin in doubled(cards):
        failed[number] = f"{path}, line {number}: the id {cards.pop(number).id!r} is also that of line {twin}"
    return [cards[number] for number in sorted(cards)], [failed[number] for number in sorted(failed)]


def doubled(cards: dict[int, Skill]) -> list[tuple[int, int]]:
    first: dict[str, int] = {}
    return [(n, first[cards[n].id]) for n in sorted(cards) if first.setdefault(cards[n].id, n) != n]


def as_yaml(records: Record | Sequence[Record], model: str, what: str) -> str:
    """A file to review; who drafted it stands in its first line."""
    content: Any = (
        records.model_dump(mode="json", exclude_defaults=True)
        if isinstance(records, Record)
        else [record.model_dump(mode="json", exclude_defaults=True) for record in records]
    )
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=118)
    return f"# {what} drafted by {model}: read it before you build with it.\n{text}"
