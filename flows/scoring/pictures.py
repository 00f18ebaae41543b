"""The pictures of a system on disk: painted once, read by whoever measures them.

    pictures.parquet   {"dialogue_id": "p3fa…-004-0", "turn": 1, "intent": "recolor", "parameters": "{…}",
                        "image": b"…", "sha256": "5b0c…", "scene": "{…}", "reason": "", "told": ""}

A file that is there and was made of the same is taken as it is; its metadata say what of. A picture that the release
already has of the same state is not painted again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from flows.progress import Progress
from flows.scoring.executing import EXECUTING, Tried, execute
from flows.stages import art
from flows.workers import hand_back_memory, pool
from generators.painter import RENDERER, encode, paint
from schemas.answer import Answer, Call
from schemas.errors import Damaged
from schemas.identity import canonical_json, digest
from schemas.image import Image, Recipe
from schemas.prompt import Split
from schemas.row import dialogue_of
from schemas.scene import Scene
from schemas.skill import Library
from store.files import first_line, read_table, whole
from store.versions import shard_paths

SCHEMA = pa.schema(
    [("dialogue_id", pa.string()), ("turn", pa.int32()), ("intent", pa.string()), ("parameters", pa.string()),
     ("image", pa.binary()), ("sha256", pa.string()), ("scene", pa.string()), ("reason", pa.string()),
     ("told", pa.string())]
)  # fmt: skip
MADE_OF = b"made_of"
AT_A_TIME = 25  # dialogues with their pictures in memory
COLUMNS = (
    "id", "prompt_id", "prompt", "category", "author", "renderer", "manner", "turns", "images", "image_info",
)  # fmt: skip

Texts = Mapping[str, Sequence[str]]  # what a system said turn by turn, by dialogue
Row = dict[str, Any]


class Scored(NamedTuple):
    """What is scored: so many dialogues of one split of a release, and what they were made with."""

    release: Path
    identity: str
    split: Split
    ids: tuple[str, ...]
    library: Library
    size: int


class Job(NamedTuple):
    place: int
    rows: list[Row]
    texts: list[Sequence[str]]


def pictures_part(path: Path, asked: Scored, texts: Texts, workers: int, progress: Progress) -> str:
    """Paint what a system's calls make, unless that is there; what it was made of."""
    mark = digest(
        [EXECUTING, RENDERER, art(), asked.identity, asked.split, asked.size, asked.library.fingerprint,
         [[name, list(texts[name])] for name in asked.ids]]
    )  # fmt: skip
    if made_of(path) == mark:
        return mark
    progress.stage(f"{path.parent.name} painted", len(asked.ids))
    schema = SCHEMA.with_metadata({MADE_OF: mark.encode()})
    with whole(path) as unfinished, pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        for rows, dialogues in in_order(partial(painted, asked.library, asked.size), jobs(asked, texts), workers):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            progress.advance(dialogues)
    return mark


def made_of(path: Path) -> str | None:
    """What a part says it was made of; None where there is none, or one that cannot be read."""
    try:
        return (pq.read_schema(path).metadata or {}).get(MADE_OF, b"").decode() or None
    except (OSError, pa.ArrowException):
        return None


def jobs(asked: Scored, texts: Texts) -> Iterator[Job]:
    left = set(asked.ids)
    for place, rows in enumerate(rows_with_pictures(asked.release, asked.split)):
        chosen = [row for row in rows if row["id"] in left]
        if chosen:
            yield Job(place, chosen, [texts[row["id"]] for row in chosen])
        left -= {row["id"] for row in chosen}
        if not left:
            return


def rows_with_pictures(release: Path, split: Split) -> Iterator[list[Row]]:
    """The rows of a split, few at a time, since pictures are large."""
    for path in shard_paths(release):
        if Path(path).parent.name != split:
            continue
        try:
            with pq.ParquetFile(path) as file:
                for group in file.iter_batches(AT_A_TIME, columns=list(COLUMNS)):
                    yield [row | {"preferences": []} for row in group.to_pylist()]
        except (pa.ArrowException, OSError) as error:
            raise Damaged(path, f"cannot be read ({first_line(error)})", "try `drawnconvos verify`") from error


def in_order(work: Any, waiting: Iterable[Job], workers: int) -> Iterator[tuple[list[Row], int]]:
    """Results in the order of the jobs, so that a part's bytes do not hang on who was done first."""
    if workers <= 1:
        for job in waiting:
            yield work(job)[1:]
        return
    early: dict[int, tuple[list[Row], int]] = {}
    order: list[int] = []

    def noted() -> Iterator[Job]:
        for job in waiting:
            order.append(job.place)
            yield job

    with pool(workers) as crew:
        for place, rows, dialogues in crew.each(work, noted()):
            early[place] = (rows, dialogues)
            while order and order[0] in early:
                yield early.pop(order.pop(0))


def painted(library: Library, size: int, job: Job) -> tuple[int, list[Row], int]:
    """A few dialogues' calls run, and painted what they make."""
    found: list[Row] = []
    states: dict[str, bytes] = {}
    for row, texts in zip(job.rows, job.texts, strict=True):
        dialogue = dialogue_of(row)
        for image, picture in zip(dialogue.images, row["images"], strict=True):
            if image.scene is not None and image.recipe.renderer == RENDERER:
                states.setdefault(image.scene.digest, picture["bytes"])
        answers = [Answer.parse(text) for text in texts]
        found += [row_of(tried, states) for tried in execute(dialogue, answers, library, (size, size))]
    hand_back_memory()
    return job.place, found, len(job.rows)


def row_of(tried: Tried, states: dict[str, bytes]) -> Row:
    intent, parameters = writable(tried.call) if tried.call else (None, None)
    scene = tried.scene
    row: Row = {
        "dialogue_id": tried.dialogue_id,
        "turn": tried.turn,
        "intent": intent,
        "parameters": parameters,
        "reason": tried.reason,
        "told": tried.told,
    }
    if scene is None:
        return row
    if scene.digest not in states:
        states[scene.digest] = encode(paint(scene))
    picture = states[scene.digest]
    return row | {"image": picture, "sha256": hashlib.sha256(picture).hexdigest(), "scene": scene.to_json()}


def writable(call: Call) -> tuple[str, str]:
    """Skill and parameters as a file can hold them: a model may write half a character, or NaN, for which JSON has
    no word."""
    values = {n: str(v) if isinstance(v, float) and not isfinite(v) else v for n, v in call.parameters.items()}
    return encodable(call.intent), encodable(canonical_json(values))


def encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


class Shown(NamedTuple):
    """A system's pictures without their bytes, and why there is none where there is none."""

    pictures: dict[tuple[str, int], Image]
    reasons: dict[tuple[str, int], str]


def read_shown(path: Path) -> Shown:
    shown = Shown({}, {})
    for row in read_table(path, [name for name in SCHEMA.names if name not in ("image", "told")]).to_pylist():
        place = (row["dialogue_id"], row["turn"])
        if row["scene"] is None:
            shown.reasons[place] = row["reason"]
            continue
        call = Call(intent=row["intent"], parameters=json.loads(row["parameters"]))
        scene = Scene.model_validate_json(row["scene"])
        recipe = Recipe(renderer=RENDERER, seed=scene.key, call=call)
        shown.pictures[place] = Image(sha256=row["sha256"], recipe=recipe, scene=scene)
    return shown


def bytes_in(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each picture of a part once, with its hash."""
    seen: set[str] = set()
    with pq.ParquetFile(path) as file:
        for group in file.iter_batches(200, columns=["sha256", "image"]):
            for row in group.to_pylist():
                if row["sha256"] is not None and row["sha256"] not in seen:
                    seen.add(row["sha256"])
                    yield row["sha256"], row["image"]
