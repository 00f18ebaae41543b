"""Rows of a release as they stand in its shards, some at a time and only the columns that are asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import Damaged
from schemas.prompt import SPLITS, Split
from store.files import first_line
from store.versions import shard_paths

ROWS_AT_A_TIME = 1000


def streamed(folder: Path, columns: Sequence[str], splits: Sequence[Split] = SPLITS) -> Iterator[tuple[Split, Any]]:
    """Each row of these splits with the split it stands in."""
    shards = shard_paths(folder)
    for split in splits:
        for path in (path for path in shards if Path(path).parent.name == split):
            yield from ((split, row) for row in rows_in(path, columns))


def rows_in(path: str, columns: Sequence[str]) -> Iterator[Any]:
    try:
        with pq.ParquetFile(path) as file:
            for group in file.iter_batches(ROWS_AT_A_TIME, columns=list(columns)):
                yield from group.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise Damaged(path, f"cannot be read ({first_line(error)})", "try `drawnconvos verify`") from error
