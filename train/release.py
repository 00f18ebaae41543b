"""A release on disk as training reads it: its manifest, its cards, and its dialogues split by split.

    release = Release.read(Path("data/releases/drawnconvos-1.0.0"))
    for dialogue, pictures in release.dialogues("sft"): …       pictures() -> the bytes of dialogue.images

Rows stream from the shards some at a time; pictures are read only where they are wanted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from schemas.dialogue import Dialogue
from schemas.errors import BadInput, Damaged
from schemas.identity import spread
from schemas.manifest import Manifest, Version
from schemas.prompt import Split
from schemas.row import WITHOUT_PIXELS, dialogue_of, without_scenes
from schemas.skill import Library

MANIFEST, SKILLS = "manifest.json", "skills.json"
GROUPS_AT_HAND = 4
AGAIN = "fetch the release again, or build it again"

Pictures = Callable[[], list[bytes]]


class Release(NamedTuple):
    folder: Path
    manifest: Manifest
    library: Library

    @classmethod
    def read(cls, folder: Path) -> Self:
        if not (folder / MANIFEST).is_file():
            raise BadInput(f"{folder}: is not a release (it has no {MANIFEST})")
        try:
            manifest = Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
            library = Library.model_validate_json((folder / SKILLS).read_text(encoding="utf-8"))
        except (OSError, ValidationError) as error:
            raise Damaged(folder, f"cannot be read ({str(error).splitlines()[0]})", AGAIN) from error
        if library.fingerprint != manifest.skills:
            raise Damaged(folder / SKILLS, "is not the skill library that the manifest names", AGAIN)
        return cls(folder, manifest, library)

    @property
    def name(self) -> str:
        return self.manifest.folder

    def rows(self, split: Split) -> int:
        return self.manifest.splits[split].dialogues

    def some(self, split: Split, limit: int | None, sees: bool = False) -> Iterator[tuple[Dialogue, Pictures]]:
        """So many dialogues, spread evenly over the split, so that a few of them still hold most prompts."""
        places = spread(self.rows(split), limit)
        return (each for place, each in enumerate(self.dialogues(split, sees)) if place in places)

    def dialogues(self, split: Split, sees: bool = False) -> Iterator[tuple[Dialogue, Pictures]]:
        """Each dialogue, with a way to its pictures where they are wanted; scenes are left out."""
        for path in self.shards(split):
            with reading(path), pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group, columns=list(WITHOUT_PIXELS)).to_pylist()
                    for place, row in enumerate(rows):
                        dialogue = dialogue_of(without_scenes(row))
                        yield dialogue, partial(pictures_of, dialogue.id, path, group, place) if sees else nothing

    def shards(self, split: Split) -> list[Path]:
        listed = [self.folder / file.path for file in self.manifest.files if file.path.startswith(f"{split}/")]
        for path in listed:
            if not path.is_file():
                raise Damaged(path, "is missing", AGAIN)
        if not listed:
            raise BadInput(f"{self.folder}: has no {split}")
        return listed


def nothing() -> list[bytes]:
    return []


def pictures_of(dialogue_id: str, path: Path, group: int, place: int) -> list[bytes]:
    found = pictures_in(path, group)[place]
    for number, picture in enumerate(found, 1):
        if not picture:
            raise BadInput(f"{dialogue_id}: image_{number} is missing; try `drawnconvos verify`")
    return [picture for picture in found if picture]


@lru_cache(maxsize=GROUPS_AT_HAND)
def pictures_in(path: Path, group: int) -> list[list[bytes | None]]:
    """The pictures of a row group, row by row. They are read when they are looked at, and few groups are held at a
    time, so that a split's pictures never lie in memory together."""
    with reading(path), pq.ParquetFile(path) as file:
        column = file.read_row_group(group, columns=["images"]).column("images").to_pylist()
    return [[image["bytes"] if image else None for image in images] for images in column]


@contextmanager
def reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise Damaged(path, f"cannot be read ({str(error).splitlines()[0]})", AGAIN) from error


def newest(folder: Path = Path("data/releases")) -> Path:
    """The release that a bare command takes: the one with the highest version of those built last."""
    found = [path for path in folder.glob("*-*.*.*") if (path / MANIFEST).is_file()]
    if not found:
        raise BadInput(f"{folder}: has no release; build one with `drawnconvos build plans/tiny.yaml`")
    plans = {
        path.name.rpartition("-")[0]: path.stat().st_mtime for path in sorted(found, key=lambda p: p.stat().st_mtime)
    }
    last = max(plans, key=plans.__getitem__)
    return max(
        (p for p in found if p.name.rpartition("-")[0] == last), key=lambda p: Version.parse(p.name.rpartition("-")[2])
    )
