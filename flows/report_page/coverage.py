"""The numbers behind the page's table of cells: which skill shows which phenomenon in how many dialogues.

    Coverage(lengths=(1, 2, 3), phenomena=("plain", "correction"),
             rows=(Row("recolor", ((61, 20, 14, 27), (23, 0, 1, 22))), …), …)

A cell's numbers are for dialogues of any length, then of each of the lengths. Kinds of talk are phenomena that
no drawing skill can show, so their columns come last, as the rows of the skills that show them do.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import yaml

from flows.report_page.choice import Survey
from schemas.errors import Damaged
from schemas.manifest import Manifest
from schemas.plan import Cell
from schemas.skill import Library, SkillType
from store.files import first_line, read_text
from store.versions import EDITED

PLAIN = "plain"
TYPES: tuple[SkillType, ...] = get_args(SkillType)


class Row(NamedTuple):
    skill: str
    cells: tuple[tuple[int, ...], ...]


class Order(NamedTuple):
    """What the plan asked for by one cell, and what was made for it."""

    cell: Cell
    made: int


class Coverage(NamedTuple):
    """`dialogues` are those of any length, then of each."""

    lengths: tuple[int, ...]
    dialogues: tuple[int, ...]
    phenomena: tuple[str, ...]
    rows: tuple[Row, ...]
    orders: tuple[Order, ...]


def coverage(manifest: Manifest, found: Survey, library: Library, asked: Sequence[Cell]) -> Coverage:
    held = sum((Counter(counts.by_cell) for counts in manifest.splits.values()), Counter[str]())
    parted = {(skill, int(turns), name): n for key, n in held.items() for skill, turns, name in [key.split("/", 2)]}
    skills, phenomena = axes(parted, library)
    lengths = tuple(sorted({turns for _, turns, _ in parted}))
    rows = tuple(
        Row(skill, tuple(with_total([parted.get((skill, n, name), 0) for n in lengths]) for name in phenomena))
        for skill in skills
    )
    of_length = sum(found.turns.values(), Counter[int]())
    return Coverage(lengths, with_total([of_length[n] for n in lengths]), phenomena, rows, orders_of(manifest, asked))


def orders_of(manifest: Manifest, asked: Sequence[Cell]) -> tuple[Order, ...]:
    """A cell that the plan names twice is one, as its dialogues are counted."""
    made = sum((Counter(counts.of_cells) for counts in manifest.splits.values()), Counter[str]())
    orders: dict[str, Order] = {}
    for cell in asked:
        key = f"{cell.skill}/{cell.turns}/{cell.phenomenon or 'any'}"
        before = orders[key].cell.count if key in orders else 0
        orders[key] = Order(cell.model_copy(update={"count": before + cell.count}), made[key])
    return tuple(orders.values())


def with_total(numbers: Sequence[int]) -> tuple[int, ...]:
    return (sum(numbers), *numbers)


def axes(parted: dict[tuple[str, int, str], int], library: Library) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Skills by type, phenomena with kinds of talk last; then what there is most of first."""
    by_skill, by_phenomenon, drawn = Counter[str](), Counter[str](), set()
    for (skill, _, name), n in parted.items():
        by_skill[skill] += n
        by_phenomenon[name] += n
        drawn |= {name} if place_of(skill, library) < TYPES.index("talk") else set()
    skills = sorted(by_skill, key=lambda s: (place_of(s, library), -by_skill[s], s))
    phenomena = sorted(by_phenomenon, key=lambda p: (p != PLAIN, p not in drawn, -by_phenomenon[p], p))
    return tuple(skills), tuple(phenomena)


def place_of(skill: str, library: Library) -> int:
    card = library.get(skill)
    return TYPES.index(card.type) if card else len(TYPES)


def asked_cells(folder: Path) -> tuple[Cell, ...]:
    """The cells of the release's plan. The rest of it is not read: plans of old releases may hold other keys."""
    place = folder / "plan.yaml"
    try:
        cells = yaml.safe_load(read_text(place))["dialogues"].get("cells") or ()
        return tuple(Cell.from_data(cell) for cell in cells)
    except (yaml.YAMLError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise Damaged(place, f"is not a plan ({first_line(error)})", EDITED) from error
