"""Linework: the outlines of a picture, as masks that line art and several styles draw with."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from generators.palette import rgb_of

HEAVY = {"fine": 0, "medium": 1, "bold": 3}


def line_art(image: Image.Image, line: str, colour: str) -> Image.Image:
    """Lines of one colour on white paper."""
    ink = edges(image, 1.0)
    for _ in range(HEAVY[line]):
        ink = thickened(ink)
    paper = Image.new("RGB", image.size, (255, 255, 255))
    paper.paste(rgb_of(colour), (0, 0), ink)
    return paper


def edges(image: Image.Image, strength: float, threshold: int = 26) -> Image.Image:
    """Where the brightness jumps, and what is black already: 255 on a line, 0 off it."""
    unit = image.height / 512
    smooth = image.convert("L").filter(ImageFilter.BoxBlur(0.8 * unit))
    # Its own edge continued, or sky and ground would meet where the filters wrap around.
    wide = Image.fromarray(np.pad(np.asarray(smooth), 2, mode="edge"))
    jump = ImageChops.subtract(thickened(wide), thinned(wide)).crop((2, 2, 2 + image.width, 2 + image.height))
    table = [min(255, max(0, round((v - threshold) * 7 * strength))) for v in range(256)]
    return jump.point(table)


def thickened(mask: Image.Image) -> Image.Image:
    """Light grows by one pixel to every side: a maximum filter, ten times as fast as Pillow's."""
    wide = ImageChops.lighter(mask, ImageChops.lighter(ImageChops.offset(mask, 1, 0), ImageChops.offset(mask, -1, 0)))
    return ImageChops.lighter(wide, ImageChops.lighter(ImageChops.offset(wide, 0, 1), ImageChops.offset(wide, 0, -1)))


def thinned(mask: Image.Image) -> Image.Image:
    return ImageChops.invert(thickened(ImageChops.invert(mask)))


@lru_cache(maxsize=2)
def grain(seed: int, size: tuple[int, int], coarse: int = 1) -> Image.Image:
    """Even noise around the middle grey. RandomState, because its stream is frozen for good; few levels where it
    is fine, because a PNG of grain is slow to write and large."""
    width, height = max(2, size[0] // coarse), max(2, size[1] // coarse)
    levels = 6 if coarse <= 2 else 256
    noise = np.random.RandomState(seed).randint(0, levels, (height, width)) * 255 // (levels - 1)
    smooth = Image.Resampling.NEAREST if coarse <= 2 else Image.Resampling.BICUBIC
    return Image.fromarray(noise.astype(np.uint8), "L").resize(size, smooth)


@lru_cache(maxsize=2)
def drift(
    seed: int, size: tuple[int, int], coarse: int, reach: float
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int32]]":
    """Flat pixel numbers a smooth random step away, for np.take: wobbly edges without a loop."""
    shifts = []
    for axis in (0, 1):
        field = np.asarray(grain(seed + axis, size, coarse), np.float32) / 127.5 - 1
        shifts.append(np.round(field * reach).astype(np.int32))
    rows = np.clip(np.arange(size[1])[:, None] + shifts[0], 0, size[1] - 1)
    columns = np.clip(np.arange(size[0])[None, :] + shifts[1], 0, size[0] - 1)
    return rows * size[0] + columns


def wobbled(image: Image.Image, seed: int, coarse: int, reach: float) -> Image.Image:
    pixels = np.asarray(image)
    flat = pixels.reshape(-1, pixels.shape[2]) if pixels.ndim == 3 else pixels.reshape(-1)
    return Image.fromarray(np.take(flat, drift(seed, image.size, coarse, reach), axis=0))
