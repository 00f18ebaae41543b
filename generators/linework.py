"""Linework: the outlines of a picture, as masks that line art and several styles draw with."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from generators.palette import rgb_of

HEAVY = {"fine": 0, "medium": 1, "bold": 2}


def line_art(image: Image.Image, line: str, colour: str) -> Image.Image:
    """Lines of one colour on white paper."""
    ink = edges(image, 1.0)
    for _ in range(HEAVY[line]):
        ink = ink.filter(ImageFilter.MaxFilter(3))
    if line == "bold":
        ink = ink.filter(ImageFilter.MaxFilter(3))
    paper = Image.new("RGB", image.size, (255, 255, 255))
    paper.paste(rgb_of(colour), (0, 0), ink)
    return paper


def edges(image: Image.Image, strength: float, threshold: int = 26) -> Image.Image:
    """Where the brightness jumps, and what is black already: 255 on a line, 0 off it."""
    unit = image.height / 512
    smooth = image.convert("L").filter(ImageFilter.GaussianBlur(0.9 * unit))
    wide = smooth.filter(ImageFilter.MaxFilter(3))
    thin = smooth.filter(ImageFilter.MinFilter(3))
    jump = ImageChops.subtract(wide, thin)
    table = [min(255, max(0, round((v - threshold) * 7 * strength))) for v in range(256)]
    return jump.point(table)


@lru_cache(maxsize=8)
def grain(seed: int, size: tuple[int, int], coarse: int = 1) -> Image.Image:
    """Even noise around the middle grey. RandomState, because its stream is frozen for good."""
    width, height = max(2, size[0] // coarse), max(2, size[1] // coarse)
    noise = np.random.RandomState(seed).randint(0, 256, (height, width)).astype(np.uint8)
    return Image.fromarray(noise, "L").resize(size, Image.Resampling.BICUBIC)


@lru_cache(maxsize=8)
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
