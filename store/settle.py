"""Settling: which of the dialogues that passed their own checks may stand side by side.

The one stage that looks at the whole set. It runs in rounds over signatures that the parts already
hold: what an earlier round accepted stays; new ones are judged in order (slot, attempt, prompt), and
one falls when something that stands before it is a near-duplicate, or shows the same picture in another
split. DuckDB finds the pairs, within a memory limit and spilling to disk; only they come into Python.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from schemas.errors import Damaged
from schemas.plan import NearDuplicates
from store.files import first_line, read_table, write_table

SETTLED = pa.schema([("id", pa.string()), ("prompt_id", pa.string()), ("slot", pa.int32()), ("reason", pa.string())])

CANDIDATES = """
create temp table candidate as
select id, prompt_id, split, slot, attempt, user_words, shingles, bands, images, {standing} as standing
from read_parquet($paths) where {where}
"""

STANDING = "select id from candidate where standing and id in (select unnest($ids))"
FAILED = "select id, prompt_id, slot, reason from read_parquet($paths) where reason is not null order by id"

DUPLICATES = """
with band as (select id, split, standing, unnest(bands) as band from candidate where user_words >= $min_words),
pair as (
    select distinct a.id as a, b.id as b
    from band a join band b on a.band = b.band and a.id < b.id where not (a.standing and b.standing)
)
select x.id as a, y.id as b from pair
join candidate x on x.id = pair.a join candidate y on y.id = pair.b
where len(list_intersect(x.shingles, y.shingles))
      >= $similarity * (len(x.shingles) + len(y.shingles) - len(list_intersect(x.shingles, y.shingles)))
"""

SHARED_PICTURES = """
with shown as (select id, split, standing, unnest(images) as image from candidate)
select distinct a.id, b.id from shown a join shown b on a.image = b.image and a.split < b.split
where not (a.standing and b.standing)
"""


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory database that spills to the machine's scratch folder instead of growing."""
    return duckdb.connect(config={"memory_limit": "300MB", "temp_directory": tempfile.gettempdir(), "threads": "2"})


def settle_round(
    path: Path, new: Sequence[Path], settled: Sequence[Path], earlier: Sequence[Path], rule: NearDuplicates
) -> None:
    """Judge the dialogues in `new` against each other and against what `settled` let stand from `earlier`."""
    with connect() as db:
        try:
            load(db, new, settled, earlier)
            duplicates = db.execute(DUPLICATES, {"min_words": rule.min_words, "similarity": rule.similarity}).fetchall()
            shared = db.execute(SHARED_PICTURES).fetchall()
            order = "select id, prompt_id, slot from candidate where not standing order by slot, attempt, prompt_id"
            judged = db.execute(order).fetchall()
            near = sorted({dialogue_id for pair in (*duplicates, *shared) for dialogue_id in pair})
            standing = {row[0] for row in db.execute(STANDING, {"ids": near}).fetchall()}
            failed = db.execute(FAILED, {"paths": list(map(str, new))}).fetchall()
        except duckdb.Error as error:
            for part in (*new, *earlier, *settled):
                read_table(part)  # names the damaged one
            raise Damaged(path.parent, first_line(error)) from error
    reasons = {"near_duplicate": neighbours(duplicates), "picture_in_other_split": neighbours(shared)}
    rows = [dict(zip(SETTLED.names, row, strict=True)) for row in failed]
    for dialogue_id, prompt_id, slot in judged:
        reason = next((why for why, near in reasons.items() if near.get(dialogue_id, set()) & standing), None)
        if reason is None:
            standing.add(dialogue_id)
        rows.append({"id": dialogue_id, "prompt_id": prompt_id, "slot": slot, "reason": reason})
    write_table(path, pa.Table.from_pylist(rows, schema=SETTLED))


def load(db: duckdb.DuckDBPyConnection, new: Sequence[Path], settled: Sequence[Path], earlier: Sequence[Path]) -> None:
    db.execute(CANDIDATES.format(standing="false", where="reason is null"), {"paths": list(map(str, new))})
    if earlier:
        stands = "id in (select id from read_parquet($settled) where reason is null)"
        insert = "insert into candidate " + CANDIDATES.format(standing="true", where=stands).split(" as\n", 1)[1]
        db.execute(insert, {"paths": list(map(str, earlier)), "settled": list(map(str, settled))})


def neighbours(pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    return near


RECURRING_SHORT = """
with short as (
    select user_text, count(distinct split) as splits, count(*) as n
    from read_parquet($paths) where user_words < $min_words
    and id in (select id from read_parquet($settled) where reason is null) group by user_text
)
select coalesce(sum(n), 0)::int from short where splits > 1
"""

ACROSS_SPLITS = """
select count(*)::int from ({duplicates}) pair
join candidate a on a.id = pair.a join candidate b on b.id = pair.b where a.split != b.split
"""


class Likeness(NamedTuple):
    """What the finished set still holds of likeness between splits."""

    near_duplicates: int
    recurring_short: int


def likeness_across_splits(paths: Sequence[Path], settled: Sequence[Path], rule: NearDuplicates) -> Likeness:
    """Counted over what stands, not taken from what settling meant to do."""
    places = {"paths": list(map(str, paths)), "settled": list(map(str, settled))}
    stands = "id in (select id from read_parquet($settled) where reason is null)"
    with connect() as db:
        db.execute(CANDIDATES.format(standing="false", where=stands), places)
        query = ACROSS_SPLITS.format(duplicates=DUPLICATES)
        near = db.execute(query, {"min_words": rule.min_words, "similarity": rule.similarity}).fetchone()
        short = db.execute(RECURRING_SHORT, {**places, "min_words": rule.min_words}).fetchone()
    assert near and short
    return Likeness(near[0], short[0])


def open_slots(path: Path) -> set[tuple[str, int]]:
    """The slots that a round left open, as (prompt id, number)."""
    table = read_table(path, ["prompt_id", "slot", "reason"])
    rows = zip(table["prompt_id"].to_pylist(), table["slot"].to_pylist(), table["reason"].to_pylist(), strict=True)
    return {(prompt_id, slot) for prompt_id, slot, reason in rows if reason is not None}


def rejects_by_reason(settled: Sequence[Path]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for path in settled:
        for reason in read_table(path, ["reason"])["reason"].to_pylist():
            if reason is not None:
                counts[reason.partition(":")[0]] += 1
    return dict(sorted(counts.items()))
