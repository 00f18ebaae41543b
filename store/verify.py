"""Verify: read a release as a stranger would and hold every row against manifest, schema, cards and pictures."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from schemas.dialogue import Dialogue
from schemas.errors import Damaged
from schemas.manifest import Manifest
from schemas.outline import turn_class_of
from schemas.prompt import SPLITS
from schemas.row import dialogue_of
from schemas.skill import Library
from store.files import first_line, read_text
from store.rows import arrow_schema
from store.shards import picture_problem
from store.versions import EDITED, changed_files


class Finding(NamedTuple):
    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


class Seen(NamedTuple):
    """What a shard was found to hold."""

    findings: list[Finding]
    ids: set[str]
    prompts: set[str]
    images: set[str]
    skills: Counter[str]
    turn_classes: Counter[str]
    turns: int


def read_skills(folder: Path) -> Library:
    path = folder / "skills.json"
    try:
        return Library.model_validate_json(read_text(path))
    except ValidationError as error:
        raise Damaged(path, str(error.errors()[0]["msg"]), EDITED) from error


def check_files(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    for change in changed_files(folder, manifest):
        yield Finding(str(folder / change.split(":")[0]), change.split(": ", 1)[1])


def shards_of(manifest: Manifest) -> dict[str, str]:
    """From a shard's path to its split."""
    return {file.path: file.path.split("/")[0] for file in manifest.files if file.rows is not None}


def check_shard(path: Path, library: Library) -> Seen:
    seen = Seen([], set(), set(), set(), Counter(), Counter(), 0)
    turns = 0
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if not keeps_the_contract(file.schema_arrow):
                seen.findings.append(Finding(str(path), "its columns are not those of the row contract"))
                return seen
            for group in range(file.num_row_groups):
                for row in file.read_row_group(group).to_pylist():
                    turns += check_row(f"{path}: row {row.get('id')!r}", row, library, seen)
    except (pa.ArrowException, OSError) as error:
        seen.findings.append(Finding(str(path), f"cannot be read ({first_line(error)})"))
    return seen._replace(turns=turns)


def keeps_the_contract(schema: pa.Schema) -> bool:
    """The columns in their types, and the metadata by which `datasets` decodes pictures."""
    wanted = arrow_schema()
    return (
        bool(schema.equals(wanted)) and (schema.metadata or {}).get(b"huggingface") == wanted.metadata[b"huggingface"]
    )


def check_row(place: str, row: dict[str, Any], library: Library, seen: Seen) -> int:
    problems = list(row_problems(row, library, seen.images))
    seen.findings.extend(Finding(place, problem) for problem in problems)
    if row["id"] in seen.ids:
        seen.findings.append(Finding(place, "the id stands twice"))
    seen.ids.add(row["id"])
    seen.prompts.add(row["prompt_id"])
    seen.skills.update(turn["intent"] for turn in row["turns"])
    seen.turn_classes[turn_class_of(len(row["turns"]))] += 1
    return len(row["turns"])


def row_problems(row: dict[str, Any], library: Library, known: set[str]) -> Iterator[str]:
    """`known` holds the pictures that were already decoded; each is decoded once."""
    if len(row["images"]) != len(row["image_info"]):
        yield f"images: {len(row['images'])} pictures and {len(row['image_info'])} entries in image_info"
        return
    for n, (image, info) in enumerate(zip(row["images"], row["image_info"], strict=True)):
        if hashlib.sha256(image["bytes"]).hexdigest() != info["sha256"]:
            yield f"images.{n}: the picture is not the one that image_info names"
        elif info["sha256"] not in known:
            if problem := picture_problem(image["bytes"]):
                yield f"images.{n}: {problem}"
            known.add(info["sha256"])
    try:
        dialogue = dialogue_of(row)
    except ValidationError as error:
        first = error.errors()[0]
        yield f"{'.'.join(map(str, first['loc'])) or 'row'}: {first['msg'].removeprefix('Value error, ')}"
        return
    except (json.JSONDecodeError, TypeError, AttributeError) as error:
        yield f"is not a dialogue ({first_line(error)})"
        return
    yield from label_problems(dialogue, library)


def label_problems(dialogue: Dialogue, library: Library) -> Iterator[str]:
    shown: set[int] = set()
    for n, turn in enumerate(dialogue.turns):
        for problem in turn.call.problems(library):
            yield f"turns.{n}: {problem}"
        shown.update(turn.attached)
        if turn.image_before is not None and turn.image_before not in shown:
            yield f"turns.{n}.image_before: picture {turn.image_before} has not been shown yet"
        if turn.image_after is not None:
            shown.add(turn.image_after)
    for index in sorted(set(range(len(dialogue.images))) - shown):
        yield f"images.{index}: no turn shows it"
    if not dialogue.id.startswith(f"{dialogue.prompt_id}-"):
        yield f"prompt_id: {dialogue.prompt_id!r} is not the prompt of {dialogue.id!r}"


def check_whole(folder: Path, manifest: Manifest, seen: dict[str, Seen]) -> Iterator[Finding]:
    """Counts against the manifest, and what two splits share."""
    by_split = {split: [seen[path] for path, of in shards_of(manifest).items() if of == split] for split in SPLITS}
    place = str(folder / "manifest.json")
    for split, parts in by_split.items():
        counts = manifest.splits[split]
        found = {
            "dialogues": sum(len(s.ids) for s in parts),
            "turns": sum(s.turns for s in parts),
            "prompts": len(set().union(*(s.prompts for s in parts))),
            "images": len(set().union(*(s.images for s in parts))),
            "by_skill": dict(sum((s.skills for s in parts), Counter())),
            "by_turn_class": dict(sum((s.turn_classes for s in parts), Counter())),
        }
        for name, value in found.items():
            if value != getattr(counts, name):
                yield Finding(place, f"splits.{split}.{name} says {getattr(counts, name)}, the rows say {value}")
    for kind in ("ids", "prompts", "images"):
        owner: dict[str, str] = {}
        for split, parts in by_split.items():
            for key in sorted(set().union(*(getattr(s, kind) for s in parts))):
                if owner.setdefault(key, split) != split:
                    yield Finding(str(folder), f"{kind[:-1]} {key} stands in {owner[key]} and in {split}")
