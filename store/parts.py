"""Parts: the result of one stage over one batch, in one Parquet file whose name says what it depends on.

    parts/outlines/sft-00003-9f2c41d07be8a613.parquet
    parts/pictures/sft-00003-….parquet      the pictures of that batch, packed, by content hash
    parts/dialogues/sft-00003-….parquet     accepted and rejected dialogues alike, with the reason
    parts/settled/round-2-….parquet         which dialogues stand after the whole set was compared

A part that exists is done. That is the whole resume mechanism.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from schemas.errors import Damaged
from schemas.identity import Record, digest
from store.files import read_table, whole, write_table

R = TypeVar("R", bound=Record)

RECORDS = pa.schema([("id", pa.string()), ("record", pa.string())])
PICTURES = pa.schema([("sha256", pa.string()), ("scene", pa.string()), ("bytes", pa.large_binary())])
# Pictures are packed already, and each is another.
AS_PICTURES: dict[str, Any] = {"compression": "none", "use_dictionary": False, "write_page_checksum": True}
PICTURES_PER_GROUP = 64
CANDIDATES = pa.schema(
    [
        ("id", pa.string()),
        ("prompt_id", pa.string()),
        ("split", pa.string()),
        ("slot", pa.int32()),
        ("attempt", pa.int32()),
        ("turn_class", pa.string()),
        ("opening", pa.string()),
        ("manner", pa.string()),
        ("focus", pa.string()),
        ("turns", pa.int32()),  # of the plan's cell, where the slot belongs to one
        ("phenomenon", pa.string()),
        ("reason", pa.string()),  # null: passed every check
        ("user_words", pa.int32()),
        ("user_text", pa.string()),
        ("shingles", pa.list_(pa.uint64())),
        ("bands", pa.list_(pa.uint64())),
        ("images", pa.list_(pa.string())),
        ("record", pa.string()),
    ]
)


def fingerprint(stage: str, version: int, *depends_on: Any) -> str:
    return digest([stage, version, *depends_on])[:16]


class Parts(NamedTuple):
    root: Path

    def path(self, stage: str, batch: str, mark: str) -> Path:
        return self.root / stage / f"{batch}-{mark}.parquet"


def write_records(path: Path, records: Mapping[str, Record]) -> None:
    columns = {"id": list(records), "record": [record.model_dump_json() for record in records.values()]}
    write_table(path, pa.table(columns, schema=RECORDS))


def read_records(path: Path, kind: type[R]) -> list[R]:
    return [parse(path, kind, text) for text in read_table(path, ["record"])["record"].to_pylist()]


def parse(path: Path, kind: type[R], text: str) -> R:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"])
        raise Damaged(path, f"a {kind.__name__} in it is not one ({reason})") from error


def write_pictures(path: Path, pictures: Iterable[tuple[str, str, bytes]]) -> None:
    """Pictures as they come, never more than a row group of them in memory."""
    drawn = iter(pictures)
    with whole(path) as unfinished, pq.ParquetWriter(unfinished, PICTURES, **AS_PICTURES) as writer:
        while rows := list(islice(drawn, PICTURES_PER_GROUP)):
            columns = dict(zip(PICTURES.names, map(list, zip(*rows, strict=True)), strict=True))
            writer.write_table(pa.table(columns, schema=PICTURES))


def read_picture_index(path: Path) -> dict[str, str]:
    """From the digest of a scene to the hash of its picture."""
    table = read_table(path, ["sha256", "scene"])
    return dict(zip(table["scene"].to_pylist(), table["sha256"].to_pylist(), strict=True))


def read_pictures(path: Path) -> dict[str, bytes]:
    table = read_table(path, ["sha256", "bytes"])
    return dict(zip(table["sha256"].to_pylist(), table["bytes"].to_pylist(), strict=True))


def write_candidates(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    write_table(path, pa.Table.from_pylist(list(rows), schema=CANDIDATES))
