"""Dabs: a picture cut into strokes, tiles, facets or points, each of one colour.

A pattern depends on the size alone, so it is made once: for each pixel the number of its piece, and for each
piece the spot its colour is taken from. Painting is then two lookups.
"""

from functools import lru_cache
from math import cos, pi, sin
from random import Random
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generators.linework import thickened
from generators.palette import RGB
from schemas.identity import keyed

Numbers = np.ndarray[tuple[int, ...], np.dtype[Any]]


class Pattern(NamedTuple):
    """piece: the number of the piece per pixel, -1 for bare paper; spots: the pixel each piece takes after."""

    piece: Numbers
    spots: Numbers
    seams: Image.Image
    shine: Image.Image


def painted(
    image: Image.Image,
    pattern: Pattern,
    liveliness: float,
    *,
    relief: float = 0.0,
    lead: RGB | None = None,
    thick: bool = False,
    paper: RGB | None = None,
) -> Image.Image:
    """The picture in pieces; `liveliness` is how far each one's brightness strays."""
    pixels = np.asarray(image.filter(ImageFilter.BoxBlur(1))).reshape(-1, 3)
    rng = np.random.RandomState(7)
    stray = 1 + liveliness * (rng.random_sample((len(pattern.spots), 1)) - 0.5) * 2
    colours = np.clip(pixels[pattern.spots] * stray, 0, 255).astype(np.uint8)
    colours = np.vstack([colours, np.asarray([paper or (255, 255, 255)], np.uint8)])
    sheet = Image.fromarray(colours[pattern.piece])
    if relief:
        sheet = ImageChops.overlay(sheet, Image.merge("RGB", [relieved(pattern.shine, relief)] * 3))
    if lead is not None:
        sheet.paste(lead, (0, 0), thickened(pattern.seams) if thick else pattern.seams)
    return sheet


def relieved(shine: Image.Image, relief: float) -> Image.Image:
    return shine.point([round(128 + (v - 128) * relief) for v in range(256)])


def pattern_of(piece: Numbers, spots: list[tuple[float, float]], size: tuple[int, int]) -> Pattern:
    flat = [min(size[1] - 1, max(0, int(y))) * size[0] + min(size[0] - 1, max(0, int(x))) for x, y in spots]
    jumps = np.zeros(piece.shape, bool)
    jumps[1:] |= piece[1:] != piece[:-1]
    jumps[:, 1:] |= piece[:, 1:] != piece[:, :-1]
    seams = Image.fromarray((jumps * 255).astype(np.uint8), "L")
    slope = seams.filter(ImageFilter.GaussianBlur(1.2))
    shine = ImageChops.subtract(ImageChops.offset(slope, 1, 2), slope, 2.0, 128)
    return Pattern(piece, np.asarray(flat, np.intp), seams, shine)


def numbered(size: tuple[int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("I", size, -1)
    return sheet, ImageDraw.Draw(sheet)


@lru_cache(maxsize=4)
def dabs(size: tuple[int, int], reach: float, long: float, order: float, sparse: bool = False) -> Pattern:
    """Brush marks over one another: `long` times as long as wide, all alike in direction where order is 1."""
    rng, unit = keyed("dabs", str(reach), str(long)), size[1] / 512
    sheet, draw = numbered(size)
    step, spots = reach * unit * (1.25 if sparse else 0.95), []
    for x, y in jittered(size, step, rng):
        angle = order * (pi / 4 + 0.6 * sin(x / size[0] * 5) + 0.5 * cos(y / size[1] * 6)) + (1 - order) * rng.uniform(
            0, pi
        )
        spots.append((x, y))
        mark(draw, x, y, reach * unit * 0.6, long, angle, len(spots) - 1)
    piece = np.asarray(sheet, np.int32)
    if not sparse:
        piece = np.where(piece < 0, 0, piece)
    return pattern_of(piece, spots, size)


def mark(draw: ImageDraw.ImageDraw, x: float, y: float, half: float, long: float, angle: float, number: int) -> None:
    if long == 1.0:
        draw.ellipse((x - half, y - half, x + half, y + half), fill=number)
        return
    dx, dy = cos(angle) * half * long, sin(angle) * half * long
    px, py = -sin(angle) * half, cos(angle) * half
    tip = 0.72
    outline = [(x - dx, y - dy), (x - dx * tip + px, y - dy * tip + py), (x + dx * tip + px, y + dy * tip + py)]
    outline += [(x + dx, y + dy), (x + dx * tip - px, y + dy * tip - py), (x - dx * tip - px, y - dy * tip - py)]
    draw.polygon(outline, fill=number)


@lru_cache(maxsize=1)
def strokes(size: tuple[int, int]) -> Pattern:
    """Long strokes that swirl around a few centres, as in The Starry Night."""
    rng, unit = keyed("strokes"), size[1] / 512
    whirls = [(rng.random() * size[0], rng.random() * size[1] * 0.7, rng.choice((-1, 1))) for _ in range(6)]
    sheet, draw = numbered(size)
    spots = []
    for x, y in jittered(size, 4.4 * unit, rng):
        spots.append((x, y))
        line = [(x, y)]
        for _ in range(4):
            angle = swirl(line[-1], whirls, size)
            line.append((line[-1][0] + 4.2 * unit * cos(angle), line[-1][1] + 4.2 * unit * sin(angle)))
        draw.line(line, fill=len(spots) - 1, width=max(2, round(3.4 * unit)))
    piece = np.asarray(sheet, np.int32)
    return pattern_of(np.where(piece < 0, 0, piece), spots, size)


def swirl(spot: tuple[float, float], whirls: list[tuple[float, float, int]], size: tuple[int, int]) -> float:
    """The direction of the stroke: around the nearest centres, level far from them."""
    across, down = 0.6, 0.15
    for x, y, way in whirls:
        dx, dy = (spot[0] - x) / size[0], (spot[1] - y) / size[1]
        pull = 0.035 / (dx * dx + dy * dy + 0.012)
        across, down = across - way * dy * pull * 4, down + way * dx * pull * 4
    return float(np.arctan2(down, across))


@lru_cache(maxsize=3)
def cells(size: tuple[int, int], pitch: float, freedom: float) -> Pattern:
    """Tiles around a grid of seeds: square where there is no freedom, like broken glass where there is."""
    rng, step = keyed("cells", str(pitch), str(freedom)), pitch * size[1] / 512
    across, down = int(size[0] / step) + 3, int(size[1] / step) + 3
    xs = [[(i - 0.5 + freedom * (rng.random() - 0.5)) * step for i in range(across)] for _ in range(down)]
    ys = [[(j - 0.5 + freedom * (rng.random() - 0.5)) * step for _ in range(across)] for j in range(down)]
    seeds_x, seeds_y = np.asarray(xs), np.asarray(ys)
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    column, row = (x / step).astype(int) + 1, (y / step).astype(int) + 1
    best, piece = np.full(x.shape, np.inf), np.zeros(x.shape, np.int32)
    for dj in (-1, 0, 1):
        for di in (-1, 0, 1):
            j, i = np.clip(row + dj, 0, down - 1), np.clip(column + di, 0, across - 1)
            away = (seeds_x[j, i] - x) ** 2 + (seeds_y[j, i] - y) ** 2
            closer = away < best
            best, piece = np.where(closer, away, best), np.where(closer, j * across + i, piece).astype(np.int32)
    return pattern_of(piece, list(zip(seeds_x.ravel(), seeds_y.ravel(), strict=True)), size)


@lru_cache(maxsize=1)
def facets(size: tuple[int, int], pitch: float) -> Pattern:
    """Triangles between jittered grid points."""
    rng, step = keyed("facets", str(pitch)), pitch * size[1] / 512
    across, down = int(size[0] / step) + 3, int(size[1] / step) + 3
    at = {
        (i, j): ((i - 1 + rng.uniform(-0.32, 0.32)) * step, (j - 1 + rng.uniform(-0.32, 0.32)) * step)
        for j in range(down)
        for i in range(across)
    }
    sheet, draw = numbered(size)
    spots = []
    for j in range(down - 1):
        for i in range(across - 1):
            a, b, c, d = at[i, j], at[i + 1, j], at[i, j + 1], at[i + 1, j + 1]
            for corners in ((a, b, c), (b, c, d)) if (i + j) % 2 else ((a, b, d), (a, c, d)):
                spots.append((sum(p[0] for p in corners) / 3, sum(p[1] for p in corners) / 3))
                draw.polygon(corners, fill=len(spots) - 1)
    piece = np.asarray(sheet, np.int32)
    return pattern_of(np.where(piece < 0, 0, piece), spots, size)


def jittered(size: tuple[int, int], step: float, rng: Random) -> list[tuple[float, float]]:
    """Spots all over the sheet and a little beyond, in a shuffled order."""
    spots = [
        ((i + rng.random()) * step, (j + rng.random()) * step)
        for j in range(-1, int(size[1] / step) + 2)
        for i in range(-1, int(size[0] / step) + 2)
    ]
    rng.shuffle(spots)
    return spots
