"""Releases: shards, card, cards of the skills, plan and manifest, in a folder that appears whole or not at all.

data/releases/drawnconvos-1.0.0/
    README.md  manifest.json  plan.yaml  skills.json  run.json
    sft/train-00000-of-00003.parquet  rlhf/…  test/test-00000-of-00001.parquet
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from schemas.errors import Damaged, Refused
from schemas.manifest import Counts, File, Leakage, Manifest, Unseen
from schemas.plan import Plan
from schemas.prompt import SPLITS, Split
from schemas.skill import Library
from store.card import card_of
from store.files import UNFINISHED, sha256_of
from store.settle import Likeness
from store.shards import ROWS_PER_SHARD, Tally
from store.versions import EDITED, changed_files, next_version, releases, write_manifest

SPLIT_NAME: Mapping[Split, str] = {"sft": "train", "rlhf": "train", "test": "test"}
ZERO = "0" * 64


class Making(NamedTuple):
    """Everything about a release that is not in its shards."""

    plan: Plan
    plan_text: str
    library: Library
    source: str
    author: str
    renderer: str
    made_with: dict[str, str]
    stages: dict[str, int]
    credits: str


class Outcome(NamedTuple):
    manifest: Manifest
    folder: Path
    new: bool


def shard_path(split: Split, number: int, of: int) -> str:
    return f"{split}/{SPLIT_NAME[split]}-{number:05d}-of-{of:05d}.parquet"


def batches_per_shard(plan: Plan, prompts_per_batch: int) -> int:
    return max(1, ROWS_PER_SHARD // (prompts_per_batch * plan.dialogues.per_prompt))


@contextmanager
def unfinished_release(root: Path, name: str) -> Iterator[Path]:
    """A folder to build a release in; what is left of it when the block ends is taken away."""
    folder = root / f"{UNFINISHED}{name}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        for split in SPLITS:
            (folder / split).mkdir(parents=True)
        yield folder
    except OSError as error:
        raise Refused(f"{root}: the release cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def same_release(root: Path, making: Making) -> Outcome | None:
    """The release that this plan already made with this code, if there is one and it is unharmed."""
    for manifest in reversed(releases(root, making.plan.name) if root.is_dir() else []):
        if manifest.judged is not None:
            continue
        same = (manifest.plan, manifest.source, manifest.made_with) == (
            making.plan.fingerprint,
            making.source,
            making.made_with,
        )
        if same and manifest.skills == making.library.fingerprint:
            folder = root / manifest.folder
            for change in changed_files(folder, manifest):
                raise Damaged(folder, change, EDITED)
            return Outcome(manifest, folder, new=False)
    return None


def finish(
    root: Path,
    folder: Path,
    making: Making,
    tallies: Mapping[Split, Sequence[Tally]],
    rejects: Mapping[str, int],
    likeness: Likeness,
) -> Outcome:
    """Make the folder a release: count, describe, number and rename it; or find that it already stands."""
    (folder / "plan.yaml").write_text(making.plan_text, encoding="utf-8")
    (folder / "skills.json").write_text(making.library.to_json() + "\n", encoding="utf-8")
    splits: dict[str, Counts] = {split: counts_of(tallies[split]) for split in SPLITS}
    manifest = Manifest(
        name=making.plan.name,
        version="0.0.0",
        identity=ZERO,
        plan=making.plan.fingerprint,
        source=making.source,
        skills=making.library.fingerprint,
        author=making.author,
        renderer=making.renderer,
        splits=splits,
        leakage=leakage_of(tallies, likeness),
        unseen=unseen_of(tallies),
        rejects=dict(sorted(rejects.items())),
        stages=making.stages,
        made_with=making.made_with,
        files=(),
    )
    (folder / "README.md").write_text(card_of(manifest, making.plan, making.library, making.credits), encoding="utf-8")
    rows = {shard_path(s, n, len(t)): tally.rows for s, t in tallies.items() for n, tally in enumerate(t)}
    manifest = manifest.model_copy(update={"files": tuple(files_of(folder, rows))}).identified()
    return stand(root, folder, manifest)


def stand(root: Path, folder: Path, manifest: Manifest) -> Outcome:
    """Number the folder and give it its name; or find that its identity stands already."""
    for standing in releases(root, manifest.name):
        if standing.identity == manifest.identity:
            return Outcome(standing, root / standing.folder, new=False)
    write_manifest(folder, manifest)
    version, parent = next_version(root, manifest.name, folder)
    manifest = manifest.model_copy(update={"version": str(version), "parent": parent})
    write_manifest(folder, manifest)
    sync(folder)
    folder.rename(root / manifest.folder)
    return Outcome(manifest, root / manifest.folder, new=True)


def files_of(folder: Path, rows: Mapping[str, int]) -> Iterable[File]:
    for place in sorted(p for p in folder.rglob("*") if p.is_file()):
        path = place.relative_to(folder).as_posix()
        yield File(path=path, sha256=sha256_of(place), bytes=place.stat().st_size, rows=rows.get(path))


def counts_of(tallies: Sequence[Tally]) -> Counts:
    total: dict[str, Counter[str]] = {}
    for tally in tallies:
        for name, counter in tally.counts.items():
            total.setdefault(name, Counter()).update(counter)
    turns = total.pop("turns", Counter()).total()
    return Counts(
        prompts=len(set().union(*(t.prompts for t in tallies))),
        images=len(set().union(*(t.images for t in tallies))),
        dialogues=sum(t.rows for t in tallies),
        turns=turns,
        **{
            name: dict(sorted(total.get(name, Counter()).items()))
            for name in Counts.model_fields
            if name.startswith(("by_", "of_"))
        },
    )


def leakage_of(tallies: Mapping[Split, Sequence[Tally]], likeness: Likeness) -> Leakage:
    """What stands in more than one split, counted from what was written and not from what was meant."""
    prompts: Counter[str] = Counter()
    images: Counter[str] = Counter()
    for of_split in tallies.values():
        prompts.update(set().union(*(t.prompts for t in of_split)))
        images.update(set().union(*(t.images for t in of_split)))
    return Leakage(
        prompts=sum(n > 1 for n in prompts.values()),
        images=sum(n > 1 for n in images.values()),
        near_duplicates=likeness.near_duplicates,
        recurring_short_dialogues=likeness.recurring_short,
    )


def unseen_of(tallies: Mapping[Split, Sequence[Tally]]) -> Unseen:
    """Counted from what was written: what TEST says that no training split does."""
    heard = {split: sum((t.counts["constructions"] for t in of), Counter[str]()) for split, of in tallies.items()}
    alone = {name: count for name, count in heard["test"].items() if name not in heard["sft"] + heard["rlhf"]}
    return Unseen(constructions=len(alone), turns=sum(alone.values()))


def sync(folder: Path) -> None:
    """Make the bytes lasting before the name is."""
    for place in folder.rglob("*"):
        if place.is_file():
            descriptor = os.open(place, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
