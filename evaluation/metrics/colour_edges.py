"""Colour and edge likeness: the stand-in for an image encoder where no weights are at hand. It is not CLIP.

    colour_and_edges([b"…", b"…"]) -> two vectors; the cosine of two pictures is 1 where they look alike

Half of a vector says which colours stand in each quarter of the picture, half which way its edges run in each
sixteenth. So it falls when much of a picture changes, and hardly notices what a picture means: a fox that becomes a dog
of the same colour and size is nearly the same to it. Shares stand as their roots, so that one large plain area does not
drown all else.
"""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation.spread import Vectors

NAME = "colour and edge likeness, not CLIP"
SIDE, QUARTERS, CELLS, SHADES, WAYS = 64, 2, 4, 4, 8

Pixels = NDArray[np.float32]


def colour_and_edges(pictures: Sequence[bytes]) -> Vectors:
    if not pictures:
        return np.zeros((0, QUARTERS**2 * SHADES**3 + CELLS**2 * WAYS), dtype=np.float32)
    return np.stack([vector(pixels(picture)) for picture in pictures])


def opaque(picture: bytes) -> Image.Image:
    """What is transparent is white."""
    with Image.open(io.BytesIO(picture)) as image:
        return image.convert("RGB") if image.mode == "RGB" else on_white(image.convert("RGBA"))


def pixels(picture: bytes) -> Pixels:
    """Small and square."""
    return np.asarray(opaque(picture).resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)


def on_white(image: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


def vector(seen: Pixels) -> NDArray[np.float32]:
    found = np.concatenate([rooted(colours(seen)), rooted(edges(seen))])
    return found.astype(np.float32)


def rooted(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of length one; a picture of one plain colour has no edges, which is nothing in common with any."""
    total = counts.sum()
    found: NDArray[np.float64] = np.sqrt(counts / total) if total > 0 else counts
    return found


def colours(seen: Pixels) -> NDArray[np.float64]:
    """How many pixels of each quarter have each of 64 colours."""
    red, green, blue = (np.minimum(seen[..., n] // (256 // SHADES), SHADES - 1).astype(np.int64) for n in range(3))
    shade = (red * SHADES + green) * SHADES + blue
    return counted(shade, SHADES**3, QUARTERS, np.ones(shade.shape))


def edges(seen: Pixels) -> NDArray[np.float64]:
    """How strong the edges of each sixteenth are in each of eight directions."""
    grey = seen @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    down, across = np.gradient(grey.astype(np.float64))
    way = np.floor(np.arctan2(down, across) % np.pi / np.pi * WAYS).astype(np.int64) % WAYS
    return counted(way, WAYS, CELLS, np.hypot(down, across))


def counted(kind: NDArray[np.int64], kinds: int, cells: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = np.indices(kind.shape) * cells // SIDE
    places = (rows * cells + columns) * kinds + kind
    return np.bincount(places.ravel(), weights.ravel(), minlength=cells**2 * kinds).astype(np.float64)
