"""The chosen dialogues, read from their files a few rows at a time, with thumbnails in place of pixels."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import UnidentifiedImageError
from pydantic import ValidationError

from flows.report_page.choice import Place
from flows.report_page.thumbnails import LARGE, SMALL, Thumbnail, thumbnail
from schemas.dialogue import Dialogue, Turn
from schemas.errors import Damaged
from schemas.row import Row, dialogue_of
from store.files import first_line
from store.versions import EDITED

ROWS_AT_ONCE = 10


class ShownTurn(NamedTuple):
    """A turn with the picture it brings in, shown large, or one that was seen before, shown small."""

    turn: Turn
    number: int
    new: int | None
    again: int | None


class Shown(NamedTuple):
    dialogue: Dialogue
    split: str
    turns: tuple[ShownTurn, ...]
    large: tuple[Thumbnail, ...]
    small: dict[int, Thumbnail]


def read(chosen: Sequence[Place]) -> Iterator[Shown]:
    """In the order of the files, so that each part of a file is read once."""
    order = attrgetter("shard", "group", "row")
    for (shard, group), places in groupby(sorted(chosen, key=order), key=attrgetter("shard", "group")):
        wanted = {place.row: place for place in places}
        try:
            with pq.ParquetFile(shard, page_checksum_verification=True) as file:
                for n, row in rows_at(file, group, wanted):
                    yield shown_of(row, wanted[n])
        except (pa.ArrowException, OSError) as error:
            raise Damaged(shard, f"cannot be read ({first_line(error)})", EDITED) from error


def rows_at(file: pq.ParquetFile, group: int, wanted: dict[int, Place]) -> Iterator[tuple[int, Row]]:
    start = 0
    for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, row_groups=[group]):
        for n in range(start, start + batch.num_rows):
            if n in wanted:
                yield n, batch.slice(n - start, 1).to_pylist()[0]
        start += batch.num_rows


def shown_of(row: Row, place: Place) -> Shown:
    try:
        dialogue = dialogue_of(row)
        turns = tuple(shown_turns(dialogue))
        pictures = [image["bytes"] for image in row["images"]]
        large = tuple(thumbnail(picture, LARGE) for picture in pictures)
        pointed = {i for shown in turns for i in (shown.turn.image_before, shown.again) if i is not None}
        small = {i: thumbnail(pictures[i], SMALL) for i in sorted(pointed)}
    except (ValidationError, LookupError, TypeError, json.JSONDecodeError, UnidentifiedImageError) as error:
        raise Damaged(place.shard, f"row {place.id!r} is not a dialogue ({first_line(error)})", EDITED) from error
    return Shown(dialogue, place.stratum[0], turns, large, small)


def shown_turns(dialogue: Dialogue) -> Iterator[ShownTurn]:
    seen: set[int] = set()
    for number, turn in enumerate(dialogue.turns, 1):
        seen.update(turn.attached)
        after = turn.image_after
        yield ShownTurn(turn, number, None if after in seen else after, after if after in seen else None)
        seen.update(() if after is None else (after,))
