"""Flaws: what is wrong with a photo before anybody retouches it. Tilt and small size are the frame's affair."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import cos, sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from schemas.identity import keyed
from schemas.scene import Scene

VARIANTS = 6


def apply(scene: Scene, image: Image.Image) -> Image.Image:
    for flaw in scene.flaws:
        if flaw in FLAWS:
            image = FLAWS[flaw](image, keyed(scene.key, flaw).randrange(VARIANTS))
    return image


def over(image: Image.Image, veil: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    image = image.copy()
    image.paste(colour, (0, 0), veil)
    return image


def dust(image: Image.Image, number: int) -> Image.Image:
    bright, dark = dust_veils(number, image.size)
    return over(over(image, bright, (250, 248, 240)), dark, (40, 34, 28))


@lru_cache(maxsize=2)
def dust_veils(number: int, size: tuple[int, int]) -> tuple[Image.Image, Image.Image]:
    rng, unit = keyed("dust", number), size[1] / 512
    veils = Image.new("L", size, 0), Image.new("L", size, 0)
    for n in range(190):
        draw = ImageDraw.Draw(veils[n % 3 == 0])
        x, y, reach = rng.random() * size[0], rng.random() * size[1], rng.choice((1.2, 1.8, 2.6, 3.8)) * unit
        draw.ellipse((x - reach, y - reach, x + reach * rng.uniform(0.6, 1.4), y + reach), fill=rng.randint(150, 235))
    for n in range(16):
        hair(ImageDraw.Draw(veils[n % 3 == 0]), rng.random() * size[0], rng.random() * size[1], rng.uniform(0, 6), unit)
    return veils[0].filter(ImageFilter.GaussianBlur(0.5 * unit)), veils[1].filter(ImageFilter.GaussianBlur(0.5 * unit))


def hair(draw: ImageDraw.ImageDraw, x: float, y: float, angle: float, unit: float) -> None:
    line = []
    for _ in range(9):
        line.append((x, y))
        x, y, angle = x + 4 * unit * cos(angle), y + 4 * unit * sin(angle), angle + 0.28
    draw.line(line, fill=210, width=max(1, round(unit)))


def scratches(image: Image.Image, number: int) -> Image.Image:
    return over(image, scratch_veil(number, image.size), (252, 250, 244))


@lru_cache(maxsize=2)
def scratch_veil(number: int, size: tuple[int, int]) -> Image.Image:
    rng, unit, veil = keyed("scratches", number), size[1] / 512, Image.new("L", size, 0)
    draw = ImageDraw.Draw(veil)
    for _ in range(13):
        x, y, lean, length = (
            rng.random() * size[0],
            rng.uniform(-0.2, 0.6) * size[1],
            rng.uniform(-0.5, 0.5),
            rng.random(),
        )
        low = y + (0.25 + 0.7 * length) * size[1]
        bend = x + lean * (low - y) / 2 + rng.uniform(-6, 6) * unit
        draw.line(
            [(x, y), (bend, (y + low) / 2), (x + lean * (low - y), low)],
            fill=rng.randint(150, 240),
            width=max(1, round(rng.choice((1, 1, 2)) * unit)),
        )
    return veil


def noise(image: Image.Image, number: int) -> Image.Image:
    return Image.fromarray(
        np.clip(np.asarray(image, np.int16) + noise_field(number, image.size), 0, 255).astype(np.uint8)
    )


@lru_cache(maxsize=4)
def noise_field(number: int, size: tuple[int, int]) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    """Coloured grain in a few levels; RandomState because its stream is frozen for good."""
    source = np.random.RandomState(keyed("noise", number).getrandbits(32))
    return (source.randint(-2, 3, (size[1], size[0], 3)) * 27).astype(np.int16)


def blemishes(image: Image.Image, number: int) -> Image.Image:
    rng, unit = keyed("blemishes", number), image.height / 512
    veil = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(veil)
    for _ in range(11):
        x, y, reach = (
            rng.uniform(0.06, 0.94) * image.width,
            rng.uniform(0.06, 0.94) * image.height,
            rng.uniform(9, 21) * unit,
        )
        draw.ellipse((x - reach, y - reach * 0.8, x + reach, y + reach * 0.8), fill=175)
        draw.ellipse((x - reach * 0.7, y - reach * 0.5, x + reach * 0.7, y + reach * 0.5), fill=105)
    return over(image, veil.filter(ImageFilter.GaussianBlur(2.2 * unit)), (122, 82, 44))


def watermark(image: Image.Image, _number: int) -> Image.Image:
    return over(image, watermark_veil(image.size), (255, 255, 255))


@lru_cache(maxsize=2)
def watermark_veil(size: tuple[int, int]) -> Image.Image:
    """SAMPLE, slanted, over and over."""
    reach = max(size)
    veil, font = Image.new("L", (reach * 3 // 2, reach * 3 // 2), 0), ImageFont.load_default(reach / 13)
    draw = ImageDraw.Draw(veil)
    for row in range(9):
        for column in range(5):
            draw.text((column * reach / 3 + (row % 2) * reach / 6, row * reach / 5.6), "SAMPLE", font=font, fill=120)
    slanted = veil.rotate(28, Image.Resampling.BILINEAR)
    left, top = (slanted.width - size[0]) // 2, (slanted.height - size[1]) // 2
    return slanted.crop((left, top, left + size[0], top + size[1]))


def underexposure(image: Image.Image, _number: int) -> Image.Image:
    return image.point([round(255 * 0.42 * (v / 255) ** 1.25) for v in range(256)] * 3)


FLAWS: Mapping[str, Callable[[Image.Image, int], Image.Image]] = {
    "dust": dust,
    "scratches": scratches,
    "noise": noise,
    "blemishes": blemishes,
    "watermark": watermark,
    "underexposure": underexposure,
}
