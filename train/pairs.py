"""Judged pairs of a release as rows: one context with the answer that was preferred and the one that was not.

    prepare_pairs(release, settings, wording, Path("runs/dpo/rows"))
    -> rows.arrow: {"id": "p3fa…/1", "input_ids": […], "labels": […], "rejected_ids": […], "rejected_labels": […], …}

Both answers are learnt from alone, like those of SFT; the context before them is the same.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from schemas.dialogue import Dialogue
from schemas.errors import BadInput
from schemas.identity import spread
from schemas.preference import Preference
from schemas.talk import Talk
from train.release import Pictures, Release
from train.rows import PICTURES, ROW, ROWS, Album, ArrowFile, Prepared, Taught, refuse_long, taught_rows
from train.wording import Lesson, Wording

NUMBERS = pa.list_(pa.int32())
PAIR = ROW.append(pa.field("rejected_ids", NUMBERS)).append(pa.field("rejected_labels", NUMBERS))
AT_A_TIME = 200


class Judged(NamedTuple):
    """A preference with the dialogue it stands in."""

    dialogue: Dialogue
    pictures: Pictures
    preference: Preference

    @property
    def name(self) -> str:
        return f"{self.dialogue.id}/{self.preference.turn}"


def judged(release: Release, limit: int | None, sees: bool) -> list[Judged]:
    """The preferences of a release, or so many of them spread over it."""
    found = [
        Judged(dialogue, pictures, preference)
        for dialogue, pictures in release.dialogues("rlhf", sees)
        for preference in dialogue.preferences
    ]
    if not found:
        raise BadInput(
            f"{release.folder}: nobody judged its answer pairs; see `drawnconvos annotate` and "
            f"`drawnconvos release --with-annotations`"
        )
    places = spread(len(found), limit)
    return [each for place, each in enumerate(found) if place in places]


def prepare_pairs(pairs: Iterable[Judged], wording: Wording, folder: Path, longest: int, max_pixels: int) -> Prepared:
    folder.mkdir(parents=True, exist_ok=True)
    album = Album(folder / PICTURES, max_pixels) if wording.sees else None
    told = list(pairs)
    chosen = rows_of(told, wording, album, "chosen")
    rejected = rows_of(told, wording, album, "rejected")
    if album:
        album.close()
    refuse_long([*chosen, *rejected], longest, album is not None)
    with ArrowFile(folder / ROWS, PAIR) as file:
        for begin in range(0, len(told), AT_A_TIME):
            file.write_batch(batch_of(chosen[begin : begin + AT_A_TIME], rejected[begin : begin + AT_A_TIME]))
    both = [*chosen, *rejected]
    tokens, taught = sum(len(row.ids) for row in both), sum(row.taught for row in both)
    return Prepared(folder / ROWS, folder / PICTURES if album else None, len(told), tokens, taught)


def rows_of(pairs: list[Judged], wording: Wording, album: Album | None, side: str) -> list[Taught]:
    lessons = [lesson(each, wording, side) for each in pairs]
    return list(taught_rows([(each.name, *seen(each, wording, album)) for each in pairs], lessons, wording))


def seen(pair: Judged, wording: Wording, album: Album | None) -> tuple[list[int], list[int]]:
    if album is None:
        return [], []
    shown = Talk.of(pair.dialogue.turns, pair.preference.turn).pictures_seen
    return album.add(pair.dialogue, pair.pictures, shown, wording)


def lesson(pair: Judged, wording: Wording, side: str) -> Lesson:
    prompt = wording.prompt(Talk.of(pair.dialogue.turns, pair.preference.turn))
    answer = pair.preference.chosen if side == "chosen" else pair.preference.rejected
    text = prompt + answer.text + wording.end
    return Lesson(text, ((len(prompt), len(text)),))


def batch_of(chosen: list[Taught], rejected: list[Taught]) -> pa.RecordBatch:
    return pa.record_batch(
        [
            [row.id for row in chosen],
            [row.ids for row in chosen],
            [row.labels for row in chosen],
            [max(len(a.ids), len(b.ids)) for a, b in zip(chosen, rejected, strict=True)],
            pa.array([row.pictures for row in chosen], NUMBERS),
            [row.ids for row in rejected],
            [row.labels for row in rejected],
        ],
        schema=PAIR,
    )


def both_sides(rows: Iterable[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The chosen side of each pair, then the rejected side of each."""
    found = list(rows)
    yield from found
    yield from (row | {"input_ids": row["rejected_ids"], "labels": row["rejected_labels"]} for row in found)
