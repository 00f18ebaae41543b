"""Thumbnails: a release's pictures small enough to travel inside one page."""

import base64
import io
from typing import NamedTuple

from PIL import Image as Pillow

LARGE = 256
SMALL = 112
QUALITY = {LARGE: 80, SMALL: 70}


class Thumbnail(NamedTuple):
    """`full` is the size of the picture itself: that is all that shows of an upscaling."""

    uri: str
    width: int
    height: int
    full: tuple[int, int]
    transparent: bool


def thumbnail(data: bytes, side: int) -> Thumbnail:
    """At most `side` pixels wide and high, never enlarged; OSError when it is no picture."""
    with Pillow.open(io.BytesIO(data)) as picture:
        full = picture.size
        # a JPEG is decoded at half its size where that is enough, which saves most of the time
        picture.draft(None, (side * 2, side * 2))
        transparent = picture.has_transparency_data
        small = picture.convert("RGBA" if transparent else "RGB")
    small.thumbnail((side, side), Pillow.Resampling.LANCZOS)
    packed = io.BytesIO()
    small.save(packed, "WEBP", quality=QUALITY[side], method=4)
    uri = "data:image/webp;base64," + base64.b64encode(packed.getvalue()).decode()
    return Thumbnail(uri, *small.size, full, transparent)
