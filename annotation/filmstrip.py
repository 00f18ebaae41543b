"""The pictures of a talk, small enough to travel inside its task.

A task's data is copied into every list and export of the labelling server, so all pictures of one share a budget:
the one at hand is shown larger than the others, and where there are many, or they are busy, all become smaller.
"""

import base64
import io
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PIL import Image as Pillow

BUDGET = 30_000  # characters of all pictures of a task together
SIZES = ((320, 208, 74), (288, 176, 66), (240, 144, 58), (208, 112, 50), (160, 88, 40), (112, 64, 30), (64, 40, 20))


class Frame(NamedTuple):
    """One picture as it is shown: its longer side and its width to one of height. `full` is the size of the picture
    itself, which is all that shows of an upscaling."""

    number: int
    uri: str
    side: int
    ratio: float
    full: str
    transparent: bool
    current: bool


def frames(hashes: Sequence[str], current: int | None, pictures: Callable[[str], bytes]) -> list[Frame]:
    """The largest that the budget allows; the smallest there is where none does."""
    opened = [decoded(pictures(sha256)) for sha256 in hashes]
    found: list[Frame] = []
    for large, small, quality in SIZES:
        found = [
            framed(n + 1, picture, n == current, large if n == current else small, quality)
            for n, picture in enumerate(opened)
        ]
        if sum(len(frame.uri) for frame in found) <= BUDGET:
            break
    return found


class Opened(NamedTuple):
    picture: Pillow.Image
    full: str
    transparent: bool


def decoded(data: bytes) -> Opened:
    with Pillow.open(io.BytesIO(data)) as picture:
        full = f"{picture.width} × {picture.height}"
        transparent = picture.has_transparency_data
        large = picture.convert("RGBA" if transparent else "RGB")
    large.thumbnail((SIZES[0][0], SIZES[0][0]), Pillow.Resampling.LANCZOS)
    return Opened(large, full, transparent)


def framed(number: int, opened: Opened, current: bool, side: int, quality: int) -> Frame:
    small = opened.picture.copy()
    small.thumbnail((side, side), Pillow.Resampling.LANCZOS)
    packed = io.BytesIO()
    small.save(packed, "WEBP", quality=quality, method=4)
    uri = "data:image/webp;base64," + base64.b64encode(packed.getvalue()).decode()
    ratio = round(small.width / small.height, 4)
    return Frame(number, uri, max(small.size), ratio, opened.full, opened.transparent, current)
