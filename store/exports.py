"""Exports: rows of a release in the shape that another tool or paper reads.

InstructPE (DiffChat): one row for each time a picture was drawn again from a changed prompt:

    {"id": "p3fa19c2b7d-004-0/1", "split": "sft", "source_prompt": "a fox on a beach",
     "instruction": "draw it again at dusk", "target_prompt": "a fox on a beach, at dusk"}
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from store.streams import streamed

Line = dict[str, Any]


def instruct_pe(folder: Path) -> Iterator[Line]:
    for split, row in streamed(folder, ["id", "turns", "image_info.list.element.recipe"]):
        for n, turn in enumerate(row["turns"]):
            if "revision" not in turn["phenomena"]:
                continue
            recipe = json.loads(row["image_info"][turn["image_before"]]["recipe"])
            yield {
                "id": f"{row['id']}/{n}",
                "split": split,
                "source_prompt": recipe["call"]["parameters"]["prompt"],
                "instruction": turn["user"],
                "target_prompt": json.loads(turn["parameters"])["prompt"],
            }


FORMATS: Mapping[str, Callable[[Path], Iterator[Line]]] = {"instruct-pe": instruct_pe}


def export_lines(folder: Path, shape: str) -> Iterator[str]:
    return (json.dumps(line, ensure_ascii=False) for line in FORMATS[shape](folder))
