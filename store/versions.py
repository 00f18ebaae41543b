"""Versions of a release: which is newest, what changed between two, what number the next one gets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
from pydantic import ValidationError

from schemas.errors import BadInput, Damaged
from schemas.manifest import Manifest, Version
from store.files import first_line, read_text, sha256_of

MANIFEST = "manifest.json"
EDITED = "the release was edited by hand: restore it, or delete the folder and build again"


def read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInput(f"{folder}: is not a release (it has no {MANIFEST})")
    try:
        manifest = Manifest.model_validate_json(read_text(path))
        Version.parse(manifest.version)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Damaged(path, f"{place or 'content'}: {first['msg']}", EDITED) from error
    if manifest.identified().identity != manifest.identity:
        raise Damaged(path, "its identity is not that of its content", EDITED)
    return manifest


def releases(folder: Path, name: str) -> list[Manifest]:
    """The releases of a plan name, newest last."""
    found = [read_manifest(path) for path in folder.glob(f"{name}-*") if (path / MANIFEST).is_file()]
    return sorted((m for m in found if m.name == name), key=lambda m: Version.parse(m.version))


def changed_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Every way in which the folder is not what its manifest lists."""
    listed = {file.path: file for file in manifest.files}
    root = folder.resolve()
    for path, file in sorted(listed.items()):
        place = folder / path
        if root not in place.resolve().parents:
            yield f"{path}: leads out of the release"
        elif not place.is_file():
            yield f"{path}: is missing"
        elif place.stat().st_size != file.bytes or sha256_of(place) != file.sha256:
            yield f"{path}: is not the file that was released"
    for place in sorted(p for p in folder.rglob("*") if p.is_file()):
        path = place.relative_to(folder).as_posix()
        if path not in listed and path not in (MANIFEST, "run.json"):
            yield f"{path}: does not belong to the release"


class Changes(NamedTuple):
    added: list[str]
    removed: list[str]
    reworded: list[str]
    relabelled: list[str]
    repainted: list[str]
    judged: list[str]
    moved: list[str]

    @property
    def part(self) -> str:
        """Which part of the version number these changes raise."""
        if self.removed or self.reworded or self.moved:
            return "major"
        return "minor" if self.added or self.relabelled or self.repainted or self.judged else "patch"


def compare(old: Path, new: Path) -> Changes:
    """What became of every dialogue between two releases."""
    with duckdb.connect(config={"memory_limit": "400MB"}) as db:
        try:
            for name, folder in (("old", old), ("new", new)):
                db.execute(f"create temp table {name}_rows as {ROW_HASHES}", {"files": shard_paths(folder)})
            rows = db.execute(COMPARE).fetchall()
        except duckdb.Error as error:
            raise Damaged(
                f"{old} or {new}", f"cannot be read ({first_line(error)})", "try `drawnconvos verify`"
            ) from error
    kinds: dict[str, list[str]] = {kind: [] for kind in Changes._fields}
    for dialogue_id, kind in rows:
        kinds[kind].append(dialogue_id)
    return Changes(**kinds)


def shard_paths(folder: Path) -> list[str]:
    return [str(folder / file.path) for file in read_manifest(folder).files if file.rows is not None]


ROW_HASHES = """
select id, split_part(parse_path(filename)[-2], '/', 1) as split,
       hash(list_transform(turns, lambda t: t."user")) as words,
       hash(list_transform(turns, lambda t: [t.intent, t.parameters, t.reply, t.label_source])) as labels,
       hash(list_transform(image_info, lambda i: i.sha256)) as pictures,
       hash(preferences) as preferences
from read_parquet($files, filename = true)
"""

COMPARE = """
select coalesce(o.id, n.id) as id, unnest(list_filter([
    case when o.id is null then 'added' end,
    case when n.id is null then 'removed' end,
    case when o.words != n.words then 'reworded' end,
    case when o.labels != n.labels then 'relabelled' end,
    case when o.pictures != n.pictures then 'repainted' end,
    case when o.preferences != n.preferences then 'judged' end,
    case when o.split != n.split then 'moved' end
], lambda kind: kind is not null)) as kind
from old_rows o full join new_rows n on o.id = n.id order by id, kind
"""


def next_version(folder: Path, name: str, new: Path) -> tuple[Version, str | None]:
    """The number of a release that is about to stand, and the folder name of its parent."""
    earlier = releases(folder, name)
    if not earlier:
        return Version(1, 0, 0), None
    parent = earlier[-1]
    part = compare(folder / parent.folder, new).part
    return Version.parse(parent.version).raised(part), parent.folder


def write_manifest(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
