"""Judged pairs of a release as rows: one context with the answer that was preferred and the one that was not, and
beside it an anchor, a turn of sft with its label.

    prepare_pairs(judged(release, None, sees=False), anchors(release, 799, seed=0), wording, Path("runs/dpo/rows"), …)
    -> rows.arrow: {"id": "p3fa…/1", "input_ids": […], "labels": […], "rejected_ids": […], "anchor_ids": […], …}

Answers are learnt from alone, like those of SFT. What people differ on are hard turns, and hard turns have things in
common that most turns do not: a picture that has to be named, say. A policy that learns from nothing else names
pictures everywhere; the anchors remind it of the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from schemas.dialogue import Dialogue
from schemas.errors import BadInput
from schemas.identity import keyed, spread
from schemas.preference import Preference, Sample
from schemas.row import Row
from schemas.talk import Talk
from train.release import Pictures, Release
from train.rows import PICTURES, ROW, ROWS, Album, ArrowFile, Prepared, Taught, refuse_long, taught_rows
from train.wording import Lesson, Wording

NUMBERS = pa.list_(pa.int32())
SIDES = ("rejected_ids", "rejected_labels", "anchor_ids", "anchor_labels", "anchor_pictures")
PAIR = pa.schema([*ROW, *(pa.field(name, NUMBERS) for name in SIDES)])
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


def anchors(release: Release, count: int, seed: int, sees: bool = False) -> list[Judged]:
    """Turns of sft, one of each of so many dialogues spread over it, as pairs whose chosen answer is the label."""
    found = []
    for dialogue, pictures in release.some("sft", count, sees):
        turn = keyed(seed, "anchor", dialogue.id).randrange(len(dialogue.turns))
        label = Sample.of(dialogue.turns[turn].answer.text, "label")
        never = Preference(turn=turn, chosen=label, rejected=Sample.of("", "label"), judge="simulated")
        found.append(Judged(dialogue, pictures, never))
    return [found[n % len(found)] for n in range(count)]


def prepare_pairs(
    pairs: Sequence[Judged], beside: Sequence[Judged], wording: Wording, folder: Path, longest: int, max_pixels: int
) -> Prepared:
    """The rows of the pairs, each with an anchor from `beside`."""
    folder.mkdir(parents=True, exist_ok=True)
    album = Album(folder / PICTURES, max_pixels) if wording.sees else None
    chosen = rows_of(pairs, wording, album, "chosen")
    rejected = rows_of(pairs, wording, album, "rejected")
    anchored = rows_of(beside, wording, album, "chosen")
    if album:
        album.close()
    every = [*chosen, *rejected, *anchored]
    refuse_long(every, longest, album is not None)
    with ArrowFile(folder / ROWS, PAIR) as file:
        for begin in range(0, len(pairs), AT_A_TIME):
            some = slice(begin, begin + AT_A_TIME)
            file.write_batch(batch_of(chosen[some], rejected[some], anchored[some]))
    tokens, taught = sum(len(row.ids) for row in every), sum(row.taught for row in every)
    return Prepared(folder / ROWS, folder / PICTURES if album else None, len(pairs), tokens, taught)


def rows_of(pairs: Sequence[Judged], wording: Wording, album: Album | None, side: str) -> list[Taught]:
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


def batch_of(chosen: list[Taught], rejected: list[Taught], anchored: list[Taught]) -> pa.RecordBatch:
    three = list(zip(chosen, rejected, anchored, strict=True))
    return pa.record_batch(
        [
            [row.id for row in chosen],
            [row.ids for row in chosen],
            [row.labels for row in chosen],
            [max(len(row.ids) for row in each) for each in three],
            pa.array([row.pictures for row in chosen], NUMBERS),
            [row.ids for row in rejected],
            [row.labels for row in rejected],
            [row.ids for row in anchored],
            [row.labels for row in anchored],
            pa.array([row.pictures for row in anchored], NUMBERS),
        ],
        schema=PAIR,
    )


def sides(rows: Iterable[Row], with_anchors: bool) -> Iterator[Row]:
    """The chosen side of each pair, then the rejected side of each, then the anchors where they are wanted."""
    found = list(rows)
    yield from found
    yield from (row | {"input_ids": row["rejected_ids"], "labels": row["rejected_labels"]} for row in found)
    if with_anchors:
        for row in found:
            anchor = {"labels": row["anchor_labels"], "pictures": row["anchor_pictures"]}
            yield row | {"input_ids": row["anchor_ids"], **anchor}
