"""The numbers behind the page's plots: bars parted by split, from the manifest and from every row's words."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

from flows.report_page.choice import Survey
from schemas.manifest import Manifest
from schemas.prompt import SPLITS

Shape = Literal["rows", "columns"]
LONGEST = 30


class Bar(NamedTuple):
    label: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Chart(NamedTuple):
    """`of` is what a share is a share of; `filter` names the control that a bar's label sets."""

    title: str
    unit: str
    shape: Shape
    of: int
    bars: tuple[Bar, ...]
    filter: str | None = None

    @property
    def highest(self) -> int:
        return max((bar.total for bar in self.bars), default=0) or 1


MIXES = (
    ("by_skill", "Skills", "turns", "skill"),
    ("by_phenomenon", "Phenomena", "turns", "phenomenon"),
    ("by_category", "Categories", "dialogues", None),
    ("by_manner", "Manners of speech", "dialogues", None),
    ("by_opening", "Openings", "dialogues", None),
)


def charts(manifest: Manifest, found: Survey) -> list[Chart]:
    made = [mix_chart(manifest, *mix) for mix in MIXES]
    turns = histogram("Turns per dialogue", "dialogues", found.turns)._replace(filter="turns")
    words = histogram("Words per user turn", "turns", found.words)
    skills, phenomena, categories, manners, openings = made
    return [skills, openings, turns, words, phenomena, categories, manners]


def mix_chart(manifest: Manifest, name: str, title: str, unit: str, filter: str | None) -> Chart:
    mixes: dict[str, dict[str, int]] = {split: getattr(manifest.splits[split], name) for split in SPLITS}
    total = sum((Counter(mix) for mix in mixes.values()), Counter())
    bars = tuple(Bar(key, {s: mixes[s].get(key, 0) for s in SPLITS}) for key, _ in total.most_common())
    of = sum(getattr(counts, unit) for counts in manifest.splits.values())
    return Chart(title, unit, "rows", of, bars, filter)


def histogram(title: str, unit: str, counted: Mapping[str, Counter[int]]) -> Chart:
    """A column for each number; those past the longest shown stand together in the last one."""
    numbers = sorted({n for counter in counted.values() for n in counter})
    last = min(max(numbers, default=0), LONGEST)
    tail = any(n > last for n in numbers)
    bars = []
    for n in range(1, last + 1):
        ends_here = [n] if n < last else [m for m in numbers if m >= last]
        counts: dict[str, int] = {
            split: sum(counted[split][m] for m in ends_here) for split in SPLITS if split in counted
        }
        bars.append(Bar(f"{n}+" if tail and n == last else str(n), counts))
    return Chart(title, unit, "columns", sum(bar.total for bar in bars), tuple(bars))
