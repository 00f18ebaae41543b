"""Shards: the Parquet files of a release, rows grouped by prompt, pictures embedded.

Neighbouring rows show the same prompt's pictures, so a dictionary over each row group of a hundred
stores a picture once however many dialogues show it: the page limit is raised to let it.
"""

import io
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image as Pillow

from schemas.dialogue import Dialogue
from schemas.errors import Damaged
from schemas.row import row_of
from store.files import read_table, rows_of, whole
from store.parts import parse, read_pictures
from store.rows import arrow_schema

ROWS_PER_GROUP = 100
ROWS_PER_SHARD = 2_000


class Source(NamedTuple):
    """One batch in one round: its dialogues and the pictures they show."""

    dialogues: Path
    pictures: Path


class Tally(NamedTuple):
    """What a shard holds, counted while it was written; tallies of shards add up to those of a split."""

    rows: int
    prompts: set[str]
    images: set[str]
    counts: dict[str, Counter[str]]


COUNTED = (
    "turns", "by_turn_class", "by_skill", "by_opening", "by_manner", "by_category", "by_phenomenon", "by_cell",
    "of_cells", "constructions",
)  # fmt: skip


def write_shard(path: Path, batches: Sequence[Sequence[Source]], settled: Sequence[Path]) -> Tally:
    """Every dialogue of these batches that was let stand, in the order of prompt and slot."""
    tally = Tally(0, set(), set(), {name: Counter() for name in COUNTED})
    standing = {
        row["id"] for part in settled for row in rows_of(read_table(part, ["id", "reason"])) if row["reason"] is None
    }
    rows = (row for sources in batches for row in batch_rows(sources, standing, tally))
    written = 0
    with whole(path) as unfinished, open_writer(unfinished) as writer:
        while group := list(islice(rows, ROWS_PER_GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=arrow_schema()))
            written += len(group)
    return tally._replace(rows=written)


def open_writer(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        arrow_schema(),
        compression="zstd",
        dictionary_pagesize_limit=64 * 2**20,
        write_page_checksum=True,
        write_batch_size=ROWS_PER_GROUP,
    )


def batch_rows(sources: Sequence[Source], standing: set[str], tally: Tally) -> list[dict[str, Any]]:
    found = []
    for source in sources:
        columns = [
            "id",
            "prompt_id",
            "slot",
            "turn_class",
            "opening",
            "manner",
            "record",
            "focus",
            "turns",
            "phenomenon",
        ]
        entries = [entry for entry in rows_of(read_table(source.dialogues, columns)) if entry["id"] in standing]
        if not entries:
            continue
        pictures = read_pictures(source.pictures)
        for entry in entries:
            dialogue = parse(source.dialogues, Dialogue, entry["record"])
            count(tally, dialogue, entry)
            missing = [image.sha256 for image in dialogue.images if image.sha256 not in pictures]
            if missing:
                raise Damaged(source.dialogues, f"names picture {missing[0]}, which its batch did not paint")
            found.append((entry["prompt_id"], entry["slot"], row_of(dialogue, pictures)))
    found.sort(key=lambda each: each[:2])
    return [row for *_, row in found]


def count(tally: Tally, dialogue: Dialogue, entry: dict[str, Any]) -> None:
    tally.prompts.add(dialogue.prompt_id)
    tally.images.update(image.sha256 for image in dialogue.images)
    counts = tally.counts
    counts["turns"]["turns"] += len(dialogue.turns)
    for name in ("turn_class", "opening", "manner"):
        counts[f"by_{name}"][entry[name]] += 1
    counts["by_category"][dialogue.category] += 1
    counts["by_skill"].update(turn.call.intent for turn in dialogue.turns)
    counts["by_phenomenon"].update(name for turn in dialogue.turns for name in turn.phenomena)
    counts["constructions"].update(turn.construction for turn in dialogue.turns if turn.construction)
    counts["by_cell"].update(cells_of(dialogue))
    if entry["turns"] is not None:
        counts["of_cells"][f"{entry['focus']}/{entry['turns']}/{entry['phenomenon'] or 'any'}"] += 1


def cells_of(dialogue: Dialogue) -> set[str]:
    """Skill, number of turns and phenomenon: the cells of which the dialogue holds a turn."""
    length = len(dialogue.turns)
    return {f"{t.call.intent}/{length}/{name}" for t in dialogue.turns for name in t.phenomena or ("plain",)}


def picture_problem(data: bytes) -> str | None:
    """Why these bytes are not a picture, or None."""
    try:
        with Pillow.open(io.BytesIO(data)) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        return f"cannot be decoded ({error})"
    return None
