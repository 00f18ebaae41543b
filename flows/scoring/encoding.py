"""Pictures as vectors, for multi-turn CLIP similarity: a CLIP that is handed in, or the stand-in without weights.

encoder = encoder_named("openai/clip-vit-large-patch14")     a repository or a folder of transformers
vectors_part(Path("scored/irpem-sft/vectors.parquet"), mark, pictures, total, encoder, progress) -> {"5b0c…": vector}
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.metrics.colour_edges import NAME, colour_and_edges, opaque
from evaluation.metrics.pictures import Encode
from evaluation.spread import Vectors
from flows.progress import Progress
from flows.scoring.pictures import MADE_OF, made_of, rows_with_pictures
from schemas.errors import BadInput, Refused
from schemas.identity import digest
from schemas.image import Image
from schemas.prompt import Split
from store.files import read_table, sha256_of, whole

AT_ONCE = 32
SCHEMA = pa.schema([("sha256", pa.string()), ("vector", pa.list_(pa.float32()))])

Pictures = Iterable[tuple[str, bytes]]


class Encoder(NamedTuple):
    """`metric` is clip for a CLIP, and never for what is none; `identity` changes with what it makes of a picture."""

    name: str
    metric: str
    identity: str
    encode: Callable[[Sequence[bytes]], Vectors]


STAND_IN = Encoder(NAME, "likeness", "colours and edges 1", colour_and_edges)


def encoder_named(name: str | None) -> Encoder:
    return STAND_IN if name is None else Encoder(name, "clip", identity_of(name), clip(name))


def identity_of(name: str) -> str:
    """A repository's name; of a folder, whose weights may be trained on, what it holds."""
    files = sorted(path for path in Path(name).glob("*") if path.is_file())
    return digest([[path.name, sha256_of(path)] for path in files]) if files else name


def clip(name: str) -> Callable[[Sequence[bytes]], Vectors]:
    """The picture half of a CLIP; its weights come from a folder or, where the network is there, a repository."""
    torch, transformers = machinery(f"--encoder {name}")
    try:
        model = transformers.CLIPModel.from_pretrained(name).eval()
        processor = transformers.AutoImageProcessor.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise BadInput(f"--encoder {name}: is no CLIP that can be loaded ({one_line(error)})") from error

    def encode(pictures: Sequence[bytes]) -> Vectors:
        seen = processor(images=[opaque(picture) for picture in pictures], return_tensors="pt")
        with torch.inference_mode():
            found = model.get_image_features(pixel_values=seen["pixel_values"])
        vectors: Vectors = getattr(found, "pooler_output", found).float().numpy()
        return vectors

    return encode


def machinery(option: str) -> tuple[Any, Any]:
    """torch and transformers, which take seconds to import and are not everybody's."""
    try:
        return import_module("torch"), import_module("transformers")
    except ImportError as error:
        raise Refused(f"{option}: needs torch and transformers: pip install 'drawnconvos[train]'") from error


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def vectors_part(
    path: Path, mark: str, pictures: Callable[[], Pictures], total: int, encoder: Encoder, progress: Progress
) -> dict[str, Any]:
    """The vectors of pictures that were made of `mark`; encoded unless they are there."""
    mark = digest([mark, encoder.identity])
    if made_of(path) != mark:
        progress.stage(f"{path.parent.name} encoded", total)
        schema = SCHEMA.with_metadata({MADE_OF: mark.encode()})
        with whole(path) as unfinished, pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            for some in batches(pictures()):
                vectors = encoder.encode([picture for _, picture in some])
                columns = [[sha for sha, _ in some], [vector.tolist() for vector in vectors]]
                writer.write_table(pa.table(columns, schema=schema))
                progress.advance(len(some))
    table = read_table(path)
    vectors = table["vector"].to_pylist()
    return dict(zip(table["sha256"].to_pylist(), map(np.float32, vectors), strict=True))


def batches(pictures: Pictures) -> Iterator[list[tuple[str, bytes]]]:
    waiting = iter(pictures)
    while some := list(islice(waiting, AT_ONCE)):
        yield some


def brought(release: Path, split: Split, wanted: Mapping[str, Image]) -> Iterator[tuple[str, bytes]]:
    """Pictures of the release itself, by their hash, each once: those that users brought."""
    left = set(wanted)
    for rows in rows_with_pictures(release, split):
        for row in rows:
            for info, picture in zip(row["image_info"], row["images"], strict=True):
                if info["sha256"] in left:
                    left.discard(info["sha256"])
                    yield info["sha256"], picture["bytes"]


def looked_up(vectors: Mapping[str, Any]) -> Encode:
    return lambda images: np.stack([vectors[image.sha256] for image in images])
