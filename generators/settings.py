"""Settings: the surroundings of a scene, from the sky to the ground with all that stands there uncalled.

Everything is placed in world units and by cells that hang on the scene's key, so a wider frame shows more of
the same place and a narrower one less.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import floor
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from generators import catalogue
from generators.catalogue import Place
from generators.decor import SHAPES
from generators.frames import Box
from generators.glyphs import raw
from generators.palette import RGB, mixed, rgb_of
from schemas.identity import keyed

WHITE: RGB = (255, 255, 255)
GREY_SKY: Mapping[str, tuple[str, float]] = {
    "cloudy": ("#a9b4bf", 0.75),
    "rain": ("#7d8a99", 0.85),
    "snow": ("#c4ccd6", 0.75),
    "fog": ("#cdd2d6", 0.8),
    "storm": ("#3f4757", 0.9),
}
CLOUDS = {"clear": 0.22, "cloudy": 1.0, "rain": 0.9, "storm": 1.0, "snow": 0.5, "fog": 0.0}
AUTUMN: RGB = (196, 120, 44)
SNOW: RGB = (244, 248, 252)
FINE = 1200


@dataclass(frozen=True)
class Hour:
    """All that decides how a place looks besides its geometry."""

    setting: str
    time: str
    weather: str
    season: str | None
    key: str

    @property
    def place(self) -> Place:
        return catalogue.places()[self.setting]


class Page:
    """A sheet to draw a part of the world on, in world units."""

    def __init__(self, hour: Hour, window: Box, size: tuple[int, int]):
        self.hour, self.window, self.size = hour, window, size
        self.image = Image.new("RGB", size, WHITE)
        self.draw = ImageDraw.Draw(self.image)
        self.unit_x = size[0] / (window[2] - window[0])
        self.unit_y = size[1] / (window[3] - window[1])
        self.tint = rgb_of(catalogue.times()[hour.time].tint)
        if hour.place.indoors and hour.time == "night":
            self.tint = (205, 178, 150)
        elif hour.place.sky:
            self.tint = (150, 165, 200) if hour.time == "night" and hour.place.swim else WHITE

    def x(self, x: float) -> float:
        return (x - self.window[0]) * self.unit_x

    def y(self, y: float) -> float:
        return (y - self.window[1]) * self.unit_y

    def at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(self.x(x), self.y(y)) for x, y in points]

    def rng(self, *key: str | int) -> Random:
        return keyed(self.hour.key, self.hour.place.name, *key)

    def ink(self, colour: str, seasonal: float = 0.0) -> RGB:
        """A colour in the light of the hour; `seasonal` is how far autumn and winter may change it."""
        return lit(self.in_season(rgb_of(colour), seasonal), self.tint)

    def in_season(self, rgb: RGB, share: float) -> RGB:
        if self.hour.season == "winter":
            return mixed(rgb, SNOW, 0.85 * share)
        if self.hour.season == "autumn":
            return mixed(rgb, AUTUMN, 0.6 * share)
        return mixed(rgb, SNOW, 0.6 * share) if self.hour.weather == "snow" else rgb

    def cells(self, step: float, margin: int = 2) -> Iterator[int]:
        """The numbers of the columns, `step` wide, that can be seen."""
        return iter(range(floor(self.window[0] / step) - margin, floor(self.window[2] / step) + margin + 1))

    def stamp(self, glyph: str, x: float, y: float, height: float, flip: bool = False) -> None:
        """A glyph with its foot at (x, y)."""
        haze = mixed(sky_colours(self.hour)[1], WHITE, 0.1)
        image = decor_glyph(glyph, max(2, round(height * self.unit_y)), self.tint, self.greenery(glyph), haze, flip)
        spot = (round(self.x(x) - image.width / 2), round(self.y(y)) - image.height)
        if -image.width < spot[0] < self.size[0]:
            self.image.paste(image, spot, image)

    def greenery(self, glyph: str) -> RGB | None:
        """What the season mixes into a plant."""
        if glyph not in ("1F332", "1F333", "1F334", "1F337", "1F33C", "1F339", "1F33B"):
            return None
        if self.hour.season == "winter":
            return SNOW
        return AUTUMN if self.hour.season == "autumn" and glyph == "1F333" else None

    def gradient(self, top: float, bottom: float, first: RGB, second: RGB, clip: tuple[float, float]) -> None:
        """Vertical colours between two heights, painted only inside `clip`."""
        rows = np.arange(self.size[1], dtype=np.float32) / self.unit_y + self.window[1]
        share = np.clip((rows - top) / max(bottom - top, 1e-6), 0, 1)[:, None]
        colours = np.asarray(first, np.float32) * (1 - share) + np.asarray(second, np.float32) * share
        strip = Image.fromarray(np.round(colours).astype(np.uint8)[:, None, :])
        low, high = max(0, round(self.y(clip[0]))), min(self.size[1], round(self.y(clip[1])))
        if low < high:
            self.image.paste(strip.crop((0, low, 1, high)).resize((self.size[0], high - low)), (0, low))


def lit(rgb: RGB, tint: RGB) -> RGB:
    red, green, blue = (round(c * t / 255) for c, t in zip(rgb, tint, strict=True))
    return red, green, blue


@lru_cache(maxsize=160)
def decor_glyph(glyph: str, height: int, tint: RGB, season: RGB | None, haze: RGB, flip: bool) -> Image.Image:
    """A glyph that stands in the distance: paler than the things in front of it."""
    master = raw(glyph)
    image = master.resize((max(1, round(master.width * height / master.height)), height), reducing_gap=2.0)
    if season is not None:
        image = dusted(image, season, 0.6)
    image = dusted(tinted(image, tint), haze, 0.24)
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else image


def dusted(image: Image.Image, colour: RGB, share: float) -> Image.Image:
    covered = Image.blend(image.convert("RGB"), Image.new("RGB", image.size, colour), share)
    covered.putalpha(image.getchannel("A"))
    return covered


def tinted(image: Image.Image, tint: RGB) -> Image.Image:
    """A picture in coloured light; its transparency stays."""
    return image if tint == WHITE else ImageChops.multiply(image, Image.new(image.mode, image.size, (*tint, 255)))


@lru_cache(maxsize=6)
def background(hour: Hour, window: Box, width: int, height: int) -> Image.Image:
    """The surroundings as an RGB picture. It is shared: copy before painting on it."""
    fine = 2 if max(width, height) <= FINE // 2 * 1.3 else 1
    page = Page(hour, window, (width * fine, height * fine))
    paint_sky(page)
    paint_ground(page)
    for number, shape in enumerate(hour.place.decor):
        SHAPES[shape["draw"]](page, shape, number)
    return page.image.reduce(fine) if fine > 1 else page.image


def paint_sky(page: Page) -> None:
    place, hour = page.hour.place, page.hour
    if place.sky:
        top, bottom = (lit(rgb_of(colour), page.tint) for colour in place.sky)
        page.gradient(0.0, min(place.horizon, 1.0), top, bottom, (-9, 9))
        return
    top, bottom = sky_colours(hour)
    page.gradient(0.0, place.horizon, top, bottom, (-9, 9))
    if catalogue.times()[hour.time].stars and hour.weather == "clear":
        SHAPES["stars"](page, {"top": -1.0, "bottom": place.horizon, "number": 70}, 90)
    paint_orb(page)
    paint_clouds(page)


def sky_colours(hour: Hour) -> tuple[RGB, RGB]:
    time = catalogue.times()[hour.time]
    first, second = rgb_of(time.sky[0]), rgb_of(time.sky[1])
    if hour.weather in GREY_SKY:
        grey, share = GREY_SKY[hour.weather]
        dull = lit(rgb_of(grey), rgb_of(time.tint))
        first, second = mixed(first, dull, share), mixed(second, mixed(dull, WHITE, 0.15), share)
    return first, second


def paint_orb(page: Page) -> None:
    hour, time = page.hour, catalogue.times()[page.hour.time]
    if time.orb is None or hour.weather != "clear":
        return
    rng = page.rng("orb")
    low = {"sunset": 0.78, "dawn": 0.7}.get(hour.time, 0.30)
    x, y = rng.uniform(0.12, 0.88), low * hour.place.horizon * rng.uniform(0.85, 1.05)
    radius = 0.055 if hour.time in ("day", "night") else 0.075
    sky, glow = sky_colours(hour)[1], rgb_of(time.orb)
    for ring in (2.6, 2.0, 1.5):
        disc(page, x, y, radius * ring, mixed(sky_at(page, y), glow, 0.55 / ring))
    disc(page, x, y, radius, glow)
    if hour.time == "night":
        disc(page, x + radius * 0.45, y - radius * 0.2, radius * 0.85, mixed(sky, sky_at(page, y), 0.8))


def sky_at(page: Page, y: float) -> RGB:
    first, second = sky_colours(page.hour)
    return mixed(first, second, min(max(y / page.hour.place.horizon, 0), 1))


def disc(page: Page, x: float, y: float, radius: float, colour: RGB) -> None:
    reach = radius * page.unit_y
    cx, cy = page.x(x), page.y(y)
    page.draw.ellipse((cx - reach, cy - reach, cx + reach, cy + reach), fill=colour)


def paint_clouds(page: Page) -> None:
    hour = page.hour
    chance = CLOUDS[hour.weather]
    base = WHITE if hour.weather == "clear" else rgb_of("#d5dae0" if hour.weather == "cloudy" else "#8b95a3")
    shade = lit(base, rgb_of(catalogue.times()[hour.time].tint))
    for cell in page.cells(0.27):
        rng = page.rng("cloud", cell)
        x, y, size = (cell + rng.random()) * 0.27, rng.uniform(0.05, 0.24), rng.uniform(0.035, 0.06)
        if rng.random() < chance:
            colour = mixed(shade, sky_at(page, y), 0.25)
            for dx, dy, part in ((-1.3, 0.25, 0.7), (-0.5, -0.25, 1.0), (0.5, -0.1, 0.9), (1.3, 0.3, 0.65)):
                disc(page, x + dx * size, y + dy * size, size * part, colour)


def paint_ground(page: Page) -> None:
    place = page.hour.place
    plain = 0.0 if place.indoors or place.sky else 1.0
    far, near = (page.ink(colour, plain) for colour in place.ground)
    page.gradient(place.horizon, 1.0, far, near, (place.horizon, 9))
