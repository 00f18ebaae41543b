"""Rows that a trainer takes, made once, before training: tokens, which of them count, and the pictures in their places.

    rows = prepare(release.dialogues("sft"), wording, Path("runs/sft/rows"), longest=4096, max_pixels=512 * 512)
    -> rows.arrow: {"id": "p3fa…", "input_ids": [1, 96, …], "labels": [-100, …, 504, 2], "length": 187, "pictures": []}

Rows stream to an Arrow file and are mapped into memory from there, so preparing takes no more memory for a million
dialogues than for a thousand. A row that is too long is refused with its id. Pictures are made small once and lie in a
file beside; a row names them by their number there.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from schemas.dialogue import Dialogue
from schemas.errors import BadInput, Refused
from schemas.talk import Talk
from train.pictures import made_small
from train.release import Pictures
from train.wording import Lesson, Wording

AT_A_TIME = 500
WITH_PICTURES = 32  # dialogues whose pictures are held at once
IGNORED = -100
NAMED = 5
ROWS, PICTURES = "rows.arrow", "pictures.arrow"
ROW = pa.schema(
    [
        ("id", pa.string()),
        ("input_ids", pa.list_(pa.int32())),
        ("labels", pa.list_(pa.int32())),
        ("length", pa.int32()),
        ("pictures", pa.list_(pa.int32())),
    ]
)
PICTURE = pa.schema([("sha256", pa.string()), ("bytes", pa.large_binary())])


class Taught(NamedTuple):
    """One text in tokens."""

    id: str
    ids: list[int]
    labels: list[int]
    pictures: list[int]

    @property
    def taught(self) -> int:
        return sum(label != IGNORED for label in self.labels)


class Prepared(NamedTuple):
    rows: Path
    pictures: Path | None
    lines: int
    tokens: int
    taught: int


def prepare(
    dialogues: Iterable[tuple[Dialogue, Pictures]], wording: Wording, folder: Path, longest: int, max_pixels: int
) -> Prepared:
    folder.mkdir(parents=True, exist_ok=True)
    album = Album(folder / PICTURES, max_pixels) if wording.sees else None
    too_long: list[Taught] = []
    count = tokens = taught = 0
    with ArrowFile(folder / ROWS, ROW) as file:
        for some in in_batches(dialogues, WITH_PICTURES if album else AT_A_TIME):
            rows = list(rows_of(some, wording, album))
            too_long += [row._replace(labels=[]) for row in rows if len(row.ids) > longest]
            count += len(rows)
            tokens += sum(len(row.ids) for row in rows)
            taught += sum(row.taught for row in rows)
            file.write_batch(batch_of(rows))
    if album:
        album.close()
    refuse_long(too_long, longest, album is not None)
    if not count:
        raise BadInput("there is no dialogue to learn from")
    return Prepared(folder / ROWS, folder / PICTURES if album else None, count, tokens, taught)


def refuse_long(rows: Sequence[Taught], longest: int, sees: bool) -> None:
    long = [f"{row.id} ({len(row.ids):,})" for row in rows if len(row.ids) > longest]
    if long:
        named = ", ".join(long[:NAMED]) + (", …" if len(long) > NAMED else "")
        remedy = "raise --longest" + (" or lower --max-pixels" if sees else "")
        raise Refused(f"{len(long)} rows have more than {longest:,} tokens and are never cut: {named}; {remedy}")


def rows_of(some: list[tuple[Dialogue, Pictures]], wording: Wording, album: "Album | None") -> Iterator[Taught]:
    lessons: list[Lesson] = []
    told: list[tuple[str, list[int], list[int]]] = []
    for dialogue, pictures in some:
        seen = Talk.of(dialogue.turns, len(dialogue.turns) - 1).pictures_seen
        numbers, expands = album.add(dialogue, pictures, seen, wording) if album else ([], [])
        for lesson in wording.lessons(dialogue.turns):
            lessons.append(lesson)
            told.append((dialogue.id, numbers, expands))
    return taught_rows(told, lessons, wording)


def taught_rows(
    told: Sequence[tuple[str, list[int], list[int]]], lessons: Sequence[Lesson], wording: Wording
) -> Iterator[Taught]:
    """Each lesson in tokens; `told` has its name, the numbers of its pictures, and how many tokens each of them is."""
    encoded = wording.tokenizer(
        [lesson.text for lesson in lessons], add_special_tokens=False, return_offsets_mapping=True
    )
    image = getattr(wording.processor, "image_token_id", None) if wording.sees else None
    for lesson, (name, numbers, expands), ids, offsets in zip(
        lessons, told, encoded["input_ids"], encoded["offset_mapping"], strict=True
    ):
        labels = labels_of(name, lesson, ids, offsets)
        if image is not None:
            if ids.count(image) > len(numbers):
                refuse_mark(name, wording.processor.image_token)
            numbers = numbers[: ids.count(image)]
            ids, labels = expanded(ids, labels, image, expands)
        yield Taught(name, ids, labels, numbers)


def labels_of(name: str, lesson: Lesson, ids: list[int], offsets: list[tuple[int, int]]) -> list[int]:
    labels = [IGNORED] * len(ids)
    spans = iter(lesson.spans)
    begin, end = next(spans)
    for place, (start, stop) in enumerate(offsets):
        while start >= end and (span := next(spans, None)):
            begin, end = span
        if start >= begin and stop <= end:
            labels[place] = ids[place]
        elif start < begin < stop or start < end < stop:
            raise Refused(f"{name}: the model's tokens run across the edge of an answer; its template cannot be used")
    return labels


def expanded(ids: list[int], labels: list[int], image: int, expands: list[int]) -> tuple[list[int], list[int]]:
    """Each picture's place taken by as many tokens as the model makes of it; none of them is learnt."""
    sizes = iter(expands)
    wide: list[int] = []
    marked: list[int] = []
    for token, label in zip(ids, labels, strict=True):
        many = next(sizes) if token == image else 1
        wide += [token] * many
        marked += [label] * many
    return wide, marked


def refuse_mark(name: str, mark: str) -> None:
    raise Refused(f"{name}: its words hold {mark!r}, which is the model's own mark for a picture")


class Album:
    """The pictures of all rows, each once, made as small as the model should see them."""

    def __init__(self, path: Path, max_pixels: int) -> None:
        self.max_pixels = max_pixels
        self.file = ArrowFile(path, PICTURE)
        self.numbers: dict[str, int] = {}
        self.expands: list[int] = []

    def add(
        self, dialogue: Dialogue, pictures: Pictures, seen: tuple[int, ...], wording: Wording
    ) -> tuple[list[int], list[int]]:
        """The numbers of a dialogue's pictures, and how many tokens each is."""
        shas = {place: dialogue.images[place].sha256 for place in seen}
        fresh = [place for place in seen if shas[place] not in self.numbers]
        data = pictures() if fresh else []
        if fresh and not self.numbers:
            self.check(dialogue, data, wording)
        for place in fresh:
            self.keep(f"{dialogue.id}: image_{place + 1}", shas[place], data[place], wording)
        numbers = [self.numbers[shas[place]] for place in seen]
        return numbers, [self.expands[number] for number in numbers]

    def check(self, dialogue: Dialogue, data: list[bytes], wording: Wording) -> None:
        """The first dialogue with pictures tells whether the model takes them as they are laid out here."""
        from train.vision import check_layout

        talk = Talk.of(dialogue.turns, len(dialogue.turns) - 1)
        names = {place: f"{dialogue.id}: image_{place + 1}" for place in talk.pictures_seen}
        small = [made_small(name, data[place], self.max_pixels)[0] for place, name in names.items()]
        check_layout(dialogue.id, wording, talk, small)

    def keep(self, name: str, sha: str, data: bytes, wording: Wording) -> None:
        from train.vision import places_taken

        if sha in self.numbers:
            return
        small, size = made_small(name, data, self.max_pixels)
        self.numbers[sha] = len(self.expands)
        self.expands.append(places_taken(name, wording.processor, size))
        self.file.writer.write_batch(pa.record_batch([[sha], pa.array([small], pa.large_binary())], schema=PICTURE))

    def close(self) -> None:
        self.file.__exit__(None, None, None)


class ArrowFile:
    """An Arrow file that appears whole or not at all."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.unfinished = path, path.with_suffix(".unfinished")
        self.writer = pa.ipc.new_stream(self.unfinished, schema)

    def __enter__(self) -> pa.RecordBatchStreamWriter:
        return self.writer

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.writer.close()
        if error is None:
            self.unfinished.replace(self.path)
        else:
            self.unfinished.unlink()


def batch_of(rows: list[Taught]) -> pa.RecordBatch:
    return pa.record_batch(
        [
            [row.id for row in rows],
            [row.ids for row in rows],
            [row.labels for row in rows],
            [len(row.ids) for row in rows],
            pa.array([row.pictures for row in rows], pa.list_(pa.int32())),
        ],
        schema=ROW,
    )


def in_batches(dialogues: Iterable[tuple[Dialogue, Pictures]], many: int) -> Iterator[list[tuple[Dialogue, Pictures]]]:
    source = iter(dialogues)
    while some := list(islice(source, many)):
        yield some
