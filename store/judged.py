"""A judged release: the same dialogues with preferences in rlhf and reviewed labels in test, as a version of its own.

    with unfinished_release(root, name) as folder:
        outcome = judge_release(root, parent, folder, {"p3fa…-004-0": Change(preferences=(…,))}, judged, card)

Rows that nobody judged stay as they were, byte for byte; so do the shards of sft.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.answer import Answer
from schemas.dialogue import LabelSource
from schemas.errors import Damaged
from schemas.manifest import Counts, Judged, Manifest
from schemas.preference import Preference
from schemas.row import preference_row
from store.files import first_line, whole
from store.release import Outcome, files_of, stand
from store.rows import arrow_schema
from store.shards import ROWS_PER_GROUP, open_writer
from store.versions import read_manifest


class Change(NamedTuple):
    """What judgements make of one dialogue: preferences, and turns whose label was vouched for or corrected."""

    preferences: tuple[Preference, ...] = ()
    turns: Mapping[int, Answer] = {}


def judge_release(
    root: Path, parent: Path, folder: Path, changes: Mapping[str, Change], judged: Judged,
    card: Callable[[Manifest], str],
) -> Outcome:  # fmt: skip
    """Write the changed shards, and give the folder the next number."""
    manifest = read_manifest(parent)
    splits = dict(manifest.splits)
    for file in manifest.files:
        split = file.path.split("/")[0]
        if file.rows is None or split == "sft":
            shutil.copy2(parent / file.path, folder / file.path)
        else:
            moved = rewrite(parent / file.path, folder / file.path, changes, judged.judge)
            splits[split] = recounted(splits[split], moved)
    manifest = manifest.model_copy(update={"judged": judged, "splits": splits, "parent": None})
    (folder / "README.md").write_text(card(manifest), encoding="utf-8")
    rows = {file.path: file.rows for file in manifest.files if file.rows is not None}
    manifest = manifest.model_copy(update={"files": tuple(files_of(folder, rows))}).identified()
    return stand(root, folder, manifest)


def rewrite(old: Path, new: Path, changes: Mapping[str, Change], judge: LabelSource) -> Counter[str]:
    """A shard with its changed rows; how many turns each skill has gained or lost."""
    moved: Counter[str] = Counter()
    try:
        with pq.ParquetFile(old) as file, whole(new) as unfinished, open_writer(unfinished) as writer:
            for group in file.iter_batches(ROWS_PER_GROUP):
                rows = [changed(row, changes.get(row["id"]), judge, moved) for row in group.to_pylist()]
                writer.write_table(pa.Table.from_pylist(rows, schema=arrow_schema()))
    except pa.ArrowException as error:
        raise Damaged(old, f"cannot be read ({first_line(error)})", "try `drawnconvos verify`") from error
    return moved


def changed(row: dict[str, Any], change: Change | None, judge: LabelSource, moved: Counter[str]) -> dict[str, Any]:
    if change is None:
        return row
    if change.preferences:
        row["preferences"] = [preference_row(preference) for preference in change.preferences]
    for place, answer in change.turns.items():
        turn = row["turns"][place]
        moved[turn["intent"]] -= 1
        moved[answer.call.intent] += 1
        label = {"intent": answer.call.intent, "parameters": answer.call.parameters_json, "reply": answer.reply}
        turn.update(label, label_source=judge)
    return row


def recounted(counts: Counts, moved: Counter[str]) -> Counts:
    by_skill = Counter(counts.by_skill)
    by_skill.update(moved)
    return counts.model_copy(update={"by_skill": {name: n for name, n in sorted(by_skill.items()) if n}})
