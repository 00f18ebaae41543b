"""A trained model's answers as pairs to judge: what `python -m train.sample` wrote, read at the seam of the embedded
policy.

    pairs_of(Path("runs/sft/samples.parquet"))  -> {"p3fa…": [Pair(dialogue_id="p3fa…", turn=1, a=…, b=…)]}
"""

from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from schemas.errors import BadInput
from schemas.preference import Pair, Sample
from store.files import first_line

COLUMNS = ("dialogue_id", "turn", "number", "text", "source")


def pairs_of(path: Path) -> dict[str, list[Pair]]:
    """The first answer to a context beside the second, the third beside the fourth, by dialogue."""
    try:
        rows = pq.read_table(path, columns=list(COLUMNS)).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path}: cannot be read as samples ({first_line(error)})") from error
    rows.sort(key=lambda row: (row["dialogue_id"], row["turn"], row["number"]))
    found: dict[str, list[Pair]] = defaultdict(list)
    for place, group in groupby(enumerate(rows), key=lambda each: (each[1]["dialogue_id"], each[1]["turn"])):
        drawn = list(group)
        for (number, a), (_, b) in zip(drawn[::2], drawn[1::2], strict=False):
            found[place[0]].append(pair_of(f"{path}: row {number}", a, b))
    if not found:
        raise BadInput(f"{path}: has no context with two answers")
    return found


def pair_of(place: str, a: dict[str, Any], b: dict[str, Any]) -> Pair:
    try:
        sides = (Sample.of(each["text"], each["source"]) for each in (a, b))
        return Pair(dialogue_id=a["dialogue_id"], turn=a["turn"], a=next(sides), b=next(sides))
    except ValidationError as error:
        raise BadInput(f"{place}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
