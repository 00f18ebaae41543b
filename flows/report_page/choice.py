"""Which dialogues a page shows of a release too large to show: a fair sample that names its seed.

Every dialogue has a rank, the hash of the release's identity and its own id. A page takes the best-ranked
of each skill and of each phenomenon, then seat by seat the best-ranked of whichever split and length is
furthest from its share, so that a page cut short is still fair. Only text columns are read, and only
candidates are kept.
"""

import hashlib
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import Damaged
from schemas.manifest import Manifest
from schemas.outline import turn_class_of
from store.files import first_line, rows_of
from store.versions import EDITED

Stratum = tuple[str, str]
COLUMNS = ["id", *(f"turns.list.element.{name}" for name in ("user", "intent", "phenomena"))]


class Place(NamedTuple):
    """Where one dialogue stands in the release. `rank` comes first because places are sorted by it."""

    rank: str
    id: str
    stratum: Stratum
    skills: frozenset[str]
    phenomena: frozenset[str]
    shard: Path
    group: int
    row: int


class Survey(NamedTuple):
    """The whole release seen without pixels; `best` holds the best-ranked places of each stratum."""

    sizes: Counter[Stratum]
    best: dict[Stratum, list[Place]]
    by_skill: dict[str, Place]
    by_phenomenon: dict[str, Place]
    turns: dict[str, Counter[int]]
    words: dict[str, Counter[int]]


def survey(folder: Path, manifest: Manifest, most: int) -> Survey:
    found = Survey(Counter(), defaultdict(list), {}, {}, defaultdict(Counter), defaultdict(Counter))
    for file in manifest.files:
        if file.rows is not None:
            split = file.path.split("/")[0]
            for place, said in places(folder / file.path, split, manifest.identity):
                count(found, place, said, most)
    return found


def places(shard: Path, split: str, identity: str) -> Iterator[tuple[Place, list[str]]]:
    """Every dialogue of a shard with what its user says."""
    try:
        with pq.ParquetFile(shard) as file:
            for group in range(file.num_row_groups):
                for n, row in enumerate(rows_of(file.read_row_group(group, columns=COLUMNS))):
                    rank = hashlib.sha256(f"{identity} {row['id']}".encode()).hexdigest()
                    stratum = (split, turn_class_of(len(row["turns"])))
                    skills = frozenset(turn["intent"] for turn in row["turns"])
                    phenomena = frozenset(name for turn in row["turns"] for name in turn["phenomena"])
                    place = Place(rank, row["id"], stratum, skills, phenomena, shard, group, n)
                    yield place, [turn["user"] for turn in row["turns"]]
    except (pa.ArrowException, OSError, KeyError, TypeError) as error:
        raise Damaged(shard, f"cannot be read ({first_line(error)})", EDITED) from error


def count(found: Survey, place: Place, said: list[str], most: int) -> None:
    split = place.stratum[0]
    found.sizes[place.stratum] += 1
    found.turns[split][len(said)] += 1
    found.words[split].update(len(words.split()) for words in said)
    best = found.best[place.stratum]
    insort(best, place)
    del best[most:]
    for skill in place.skills:
        found.by_skill[skill] = min(place, found.by_skill.get(skill, place))
    for name in place.phenomena:
        found.by_phenomenon[name] = min(place, found.by_phenomenon.get(name, place))


def choose(found: Survey, most: int) -> list[Place]:
    """In order of precedence: a page that has room for fewer takes the first ones."""
    chosen = covering(found)[:most]
    seats = Counter(place.stratum for place in chosen)
    taken = {place.id for place in chosen}
    waiting = {stratum: iter([p for p in best if p.id not in taken]) for stratum, best in sorted(found.best.items())}
    while waiting and len(chosen) < most:
        stratum = max(waiting, key=lambda s: claim(found.sizes[s], seats[s]))
        place = next(waiting[stratum], None)
        if place is None:
            del waiting[stratum]
            continue
        seats[stratum] += 1
        chosen.append(place)
    return chosen


def covering(found: Survey) -> list[Place]:
    """Few dialogues that show every skill, then every phenomenon, between them."""
    chosen: list[Place] = []
    for skill, place in sorted(found.by_skill.items()):
        if not any(skill in other.skills for other in chosen):
            chosen.append(place)
    for name, place in sorted(found.by_phenomenon.items()):
        if not any(name in other.phenomena for other in chosen):
            chosen.append(place)
    return chosen


def claim(size: int, seats: int) -> tuple[bool, float]:
    """Webster's method: who has no seat comes first, then who is furthest from its share."""
    return seats == 0, size / (2 * seats + 1)
