"""Skill cards: the twenty-two that come with the project, and reading those that users bring."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from generators.bank_rules import held_against, read_bank
from schemas.errors import BadInput, complaint, did_you_mean
from schemas.skill import Library, Skill

CARDS = Path(__file__).parent / "skills"


@cache
def own_cards() -> tuple[Skill, ...]:
    return tuple(card for path in sorted(CARDS.glob("*.yaml")) for card in read_cards(path))


def read_library(extra: Iterable[Path] = (), phrases: Iterable[Path] = ()) -> Library:
    """Our cards and the user's, with the phrase banks that the user gives; a user's replaces ours of the same id."""
    cards = {card.id: card for card in own_cards()}
    for path in extra:
        cards.update((card.id, card) for card in read_cards(path))
    library = Library.of(cards.values())
    banks = {}
    for path in phrases:
        bank = read_bank(path)
        card = library.get(bank.skill)
        if card is None:
            raise BadInput(f"{path}: no skill {bank.skill!r}{did_you_mean(bank.skill, library.ids)}")
        held_against(path, bank, card)
        banks[card.id] = bank
    if not banks:
        return library
    return Library.of(card.model_copy(update={"phrases": banks.get(card.id)}) for card in library.skills)


def read_cards(path: Path) -> list[Skill]:
    """One YAML file holds one card, or a list of them."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: is not YAML: {one_line(error)}") from error
    entries = content if isinstance(content, list) else [content]
    cards = [read_card(path, place, entry) for place, entry in enumerate(entries)]
    ids = [card.id for card in cards]
    for card_id in ids:
        if ids.count(card_id) > 1:
            raise BadInput(f"{path}: skill {card_id!r} is defined {ids.count(card_id)} times")
    return cards


def read_card(path: Path, place: int, entry: Any) -> Skill:
    if not isinstance(entry, dict):
        raise BadInput(f"{path}: entry {place} is {entry!r}, not a card with id, name, type, description and inputs")
    try:
        return Skill.from_data(entry)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{path}: card {entry.get('id', place)!r}: {complaint(error, Skill)}") from error


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())
