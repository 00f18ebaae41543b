"""Weather in the air and light on everything: rain, snow and fog over the scene, and the kinds of light."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generators.catalogue import places
from generators.frames import Box
from generators.palette import RGB
from schemas.identity import keyed
from schemas.scene import Scene

Grid = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

VARIANTS = 8


class Glow(NamedTuple):
    """A kind of light: what it does to lit and unlit parts, the colour it adds, and where it comes from unasked."""

    lit: RGB
    unlit: RGB
    added: RGB
    source: str
    second: RGB | None = None


GLOWS: Mapping[str, Glow] = {
    "golden hour": Glow((255, 232, 170), (220, 160, 105), (95, 55, 0), "right"),
    "blue hour": Glow((150, 180, 255), (80, 105, 190), (0, 5, 40), "above"),
    "moonlight": Glow((150, 172, 220), (42, 54, 100), (22, 32, 60), "above"),
    "candlelight": Glow((255, 205, 130), (70, 34, 12), (60, 26, 0), "middle"),
    "neon": Glow((190, 170, 235), (85, 70, 150), (150, 0, 120), "left", (0, 120, 150)),
    "studio": Glow((255, 255, 255), (150, 150, 158), (40, 40, 40), "middle"),
    "dramatic": Glow((255, 248, 235), (38, 34, 44), (45, 38, 25), "left"),
    "soft": Glow((250, 248, 245), (232, 230, 232), (42, 40, 40), "above"),
}


# Light that belongs to an hour brings its sky along, where there is a sky.
HOUR_OF: Mapping[str, str] = {"golden hour": "sunset", "blue hour": "dusk", "moonlight": "night"}


def hour_of(scene: Scene) -> str:
    """The time of day that the picture is painted at."""
    return HOUR_OF.get(scene.light or "", scene.time) if not places()[scene.setting].sky else scene.time


def lit(image: Image.Image, scene: Scene) -> Image.Image:
    if scene.light is None:
        return image
    dimmed, added = glow(scene.light, scene.light_from, image.size)
    return ImageChops.screen(ImageChops.multiply(image, dimmed), added)


@lru_cache(maxsize=2)
def glow(name: str, direction: str | None, size: tuple[int, int]) -> tuple[Image.Image, Image.Image]:
    """What the picture is multiplied with, and what is then added to it."""
    light = GLOWS[name]
    near = falling(direction or light.source)[..., None]
    if direction is not None:
        near = np.clip(near * 1.25 - 0.1, 0, 1)
    unlit, full = np.asarray(light.unlit, float), np.asarray(light.lit, float)
    dimmed = unlit + (full - unlit) * near
    added = np.asarray(light.added, float) * near**1.5
    if light.second is not None:
        added = added + np.asarray(light.second, float) * (1 - near) ** 1.5
    return spread(dimmed, size), spread(added, size)


def falling(source: str) -> Grid:
    """How much light arrives, on a small grid: 1 near the source, 0 far from it."""
    y, x = np.mgrid[0:48, 0:48] / 47
    away = {
        "left": x,
        "right": 1 - x,
        "above": y,
        "behind": np.hypot((x - 0.5) * 1.5, (y - 0.38) * 1.5),
        "middle": np.hypot((x - 0.5) * 1.15, (y - 0.56) * 1.15),
    }[source]
    near: Grid = np.clip(1 - away, 0, 1)
    return near ** (1.7 if source == "behind" else 1.1)


def spread(grid: Grid, size: tuple[int, int]) -> Image.Image:
    small = Image.fromarray(np.clip(np.round(grid), 0, 255).astype(np.uint8), "RGB")
    return small.resize(size, Image.Resampling.BICUBIC)


def weathered(image: Image.Image, scene: Scene, window: Box) -> Image.Image:
    """What falls or hangs in the air, in front of everything."""
    if scene.weather in ("rain", "storm"):
        image = Image.blend(image, Image.new("RGB", image.size, (92, 108, 128)), 0.16)
        veil = streaks(scene.weather, variant(scene), image.size)
        image.paste((222, 232, 242), (0, 0), veil)
    if scene.weather == "storm":
        lightning(image, scene, window)
    if scene.weather == "snow":
        image.paste((255, 255, 255), (0, 0), flakes(variant(scene), image.size))
    if scene.weather == "fog":
        image.paste((224, 228, 231), (0, 0), fog(image.size))
    return image


def variant(scene: Scene) -> int:
    return keyed(scene.key, "weather").randrange(VARIANTS)


@lru_cache(maxsize=2)
def streaks(weather: str, number: int, size: tuple[int, int]) -> Image.Image:
    rng, veil = keyed("streaks", weather, number), Image.new("L", size, 0)
    draw, unit = ImageDraw.Draw(veil), size[1] / 512
    slant, count = (0.55, 420) if weather == "storm" else (0.22, 300)
    for _ in range(count):
        x, y, length = rng.uniform(-0.2, 1.1) * size[0], rng.uniform(-0.1, 1) * size[1], rng.uniform(12, 34) * unit
        line = (x, y, x - length * slant, y + length)
        draw.line(line, fill=rng.randint(90, 190), width=max(1, round(1.3 * unit)))
    return veil


@lru_cache(maxsize=2)
def flakes(number: int, size: tuple[int, int]) -> Image.Image:
    rng, veil = keyed("flakes", number), Image.new("L", size, 0)
    draw, unit = ImageDraw.Draw(veil), size[1] / 512
    for _ in range(330):
        x, y, reach = rng.random() * size[0], rng.random() * size[1], rng.choice((1.2, 1.7, 2.4, 3.6)) * unit
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=rng.randint(170, 250))
    return veil.filter(ImageFilter.GaussianBlur(0.5 * unit))


@lru_cache(maxsize=2)
def fog(size: tuple[int, int]) -> Image.Image:
    """Thick in the distance and in drifting bands, thin at the front."""
    y, x = np.mgrid[0:64, 0:64] / 63
    bands = 0.08 * np.sin(y * 21 + 2.2 * np.sin(x * 5)) + 0.05 * np.sin(x * 9 + y * 13)
    thick = 0.64 - 0.34 * np.clip((y - 0.45) / 0.55, 0, 1) + bands
    small = Image.fromarray(np.round(np.clip(thick, 0, 0.9) * 255).astype(np.uint8), "L")
    return small.resize(size, Image.Resampling.BICUBIC)


def lightning(image: Image.Image, scene: Scene, window: Box) -> None:
    rng = keyed(scene.key, "lightning")
    x, y, bolt = rng.uniform(0.15, 0.85), 0.0, []
    while y < 0.5:
        bolt.append((x, y))
        x, y = x + rng.uniform(-0.06, 0.06), y + rng.uniform(0.05, 0.09)
    unit_x, unit_y = image.width / (window[2] - window[0]), image.height / (window[3] - window[1])
    line = [((px - window[0]) * unit_x, (py - window[1]) * unit_y) for px, py in bolt]
    draw = ImageDraw.Draw(image)
    draw.line(line, fill=(214, 222, 255), width=max(3, round(unit_y * 0.014)), joint="curve")
    draw.line(line, fill=(255, 255, 240), width=max(1, round(unit_y * 0.006)), joint="curve")
