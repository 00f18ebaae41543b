"""Decor: the shapes that settings are made of, each a function of the page, its numbers from art/places.yaml and
its place in the list (which keeps the chance of two alike shapes apart)."""

from collections.abc import Callable, Mapping
from math import pi, sin
from typing import TYPE_CHECKING, Any

from generators.decor_built import BUILT
from generators.decor_indoors import INDOORS
from generators.palette import mixed

if TYPE_CHECKING:
    from generators.settings import Page

Numbers = Mapping[str, Any]
Shape = Callable[["Page", Numbers, int], None]
FLOWERS = ("#f25f7a", "#ffd84a", "#ffffff", "#b57be0", "#ff9a3c")


def ridge(page: "Page", number: int, base: float, rise: float, step: float) -> list[tuple[float, float]]:
    """A gentle skyline from the left edge of the page to the right."""
    rng = page.rng("ridge", number)
    first, second = rng.uniform(0, 2 * pi), rng.uniform(0, 2 * pi)
    count = max(24, page.size[0] // 10)
    left, width = page.window[0], page.window[2] - page.window[0]
    line = []
    for n in range(count + 1):
        x = left + width * n / count
        wave = 0.6 * sin(2 * pi * x / step / 2 + first) + 0.4 * sin(2 * pi * x / step * 0.83 + second)
        line.append((page.x(x), page.y(base - rise * (0.5 + 0.5 * wave))))
    return line


def hills(page: "Page", n: Numbers, number: int) -> None:
    line = ridge(page, number, n["base"], n["rise"], n["step"])
    foot = page.y(n["base"] + 0.03)
    page.draw.polygon([(0, foot), *line, (page.size[0], foot)], fill=page.ink(n["colour"], 0.9))


def peaks(page: "Page", n: Numbers, number: int) -> None:
    for cell in page.cells(n["step"]):
        rng = page.rng("peak", number, cell)
        x, rise = (cell + rng.uniform(0.2, 0.8)) * n["step"], n["rise"] * rng.uniform(0.6, 1.0)
        half, top, base = n["step"] * rng.uniform(0.7, 0.95), n["base"] - rise, n["base"]
        page.draw.polygon(page.at((x - half, base), (x, top), (x + half, base)), fill=page.ink(n["colour"]))
        cap = [(x, top), (x + half * 0.30, top + rise * 0.30), (x + half * 0.13, top + rise * 0.25)]
        cap += [(x, top + rise * 0.36), (x - half * 0.14, top + rise * 0.24), (x - half * 0.32, top + rise * 0.32)]
        page.draw.polygon(page.at(*cap), fill=page.ink(n["cap"]))


def water(page: "Page", n: Numbers, number: int) -> None:
    far, near = (page.ink(colour) for colour in n["colours"])
    page.gradient(n["top"], n["bottom"], far, near, (n["top"], n["bottom"]))
    light = mixed(near, (255, 255, 255), 0.35)
    for cell in page.cells(0.11):
        rng = page.rng("ripple", number, cell)
        for _ in range(3):
            x, y = (cell + rng.random()) * 0.11, rng.uniform(n["top"] + 0.01, n["bottom"] - 0.015)
            reach = rng.uniform(0.015, 0.04)
            page.draw.line(page.at((x - reach, y), (x + reach, y)), fill=light, width=max(1, page.size[1] // 340))
    if n.get("foam"):
        shore = [(x, y + page.unit_y * 0.012) for x, y in ridge(page, number, n["bottom"] + 0.012, 0.022, 0.3)]
        page.draw.line(shore, fill=mixed(near, (255, 255, 255), 0.8), width=max(2, page.size[1] // 70), joint="curve")


def glyphs(page: "Page", n: Numbers, number: int) -> None:
    placed = []
    for cell in page.cells(n["every"]):
        rng = page.rng("glyph", number, cell)
        x, y = (cell + rng.uniform(0.15, 0.85)) * n["every"], rng.uniform(*n["y"])
        placed.append((y, x, rng.choice(n["glyphs"]), rng.uniform(*n["height"]), rng.random() < 0.5))
    for y, x, glyph, height, flip in sorted(placed):
        page.stamp(glyph, x, y, height, flip)


def scattered(page: "Page", n: Numbers, number: int, name: str) -> list[tuple[float, float, Any]]:
    """Spots between top and bottom, as many per world width as the shape says, smaller towards the back."""
    every, spots = 1 / n["number"], []
    for cell in page.cells(every):
        rng = page.rng(name, number, cell)
        spots.append(((cell + rng.random()) * every, n["top"] + (n["bottom"] - n["top"]) * rng.random() ** 0.8, rng))
    return sorted(spots, key=lambda spot: spot[1])


def specks(page: "Page", n: Numbers, number: int) -> None:
    for x, y, rng in scattered(page, n, number, "speck"):
        reach = 0.004 + 0.008 * rng.random()
        (left, top), (right, bottom) = page.at((x - reach, y - 0.002), (x + reach, y + 0.003))
        page.draw.ellipse((left, top, right, bottom), fill=page.ink(n["colour"], 0.8))


def tufts(page: "Page", n: Numbers, number: int) -> None:
    pen = max(1, page.size[1] // 260)
    for x, y, rng in scattered(page, n, number, "tuft"):
        reach = 0.010 + 0.016 * (y - n["top"]) / (n["bottom"] - n["top"])
        for lean in (-0.5, 0.0, 0.5 + rng.random() * 0.2):
            colour = page.ink(n["colour"], 0.7)
            page.draw.line(page.at((x, y), (x + lean * reach, y - reach)), fill=colour, width=pen)


def flowers(page: "Page", n: Numbers, number: int) -> None:
    if page.hour.season == "winter":
        return
    for x, y, rng in scattered(page, n, number, "flower"):
        (cx, cy), reach = page.at((x, y))[0], page.unit_y * (0.003 + 0.006 * (y - n["top"]) / (n["bottom"] - n["top"]))
        page.draw.ellipse((cx - reach, cy - reach, cx + reach, cy + reach), fill=page.ink(rng.choice(FLOWERS), 0.6))


def path(page: "Page", n: Numbers, number: int) -> None:
    x = page.rng("path", number).uniform(0.3, 0.7)
    low = n["bottom"] + 1.0
    spread = 0.03 + 0.24 * (low - n["top"]) / (n["bottom"] - n["top"])
    shape = page.at((x - 0.02, n["top"]), (x + 0.02, n["top"]), (x + spread, low), (x - spread, low))
    page.draw.polygon(shape, fill=page.ink(n["colour"], 0.5))


def furrows(page: "Page", n: Numbers, _number: int) -> None:
    colour, pen = page.ink(n["colour"], 0.8), max(1, page.size[1] // 170)
    for cell in range(-30, 31):
        top, low = (0.5 + cell * 0.05, n["top"]), (0.5 + cell * 0.22, n["bottom"] + 0.6)
        page.draw.line(page.at(top, low), fill=colour, width=pen)


def hedge(page: "Page", n: Numbers, number: int) -> None:
    colour, reach = page.ink(n["colour"], 0.6), 0.05
    for cell in page.cells(0.06):
        rng = page.rng("hedge", number, cell)
        x, top = (cell + rng.random()) * 0.06, n["top"] + rng.uniform(0, 0.04)
        (x0, y0), (x1, y1) = page.at((x - reach, top), (x + reach, n["base"]))
        shade = mixed(colour, (0, 0, 0), rng.uniform(0, 0.14))
        page.draw.rounded_rectangle((x0, y0, x1, y1), radius=(x1 - x0) / 2.2, fill=shade)


def weeds(page: "Page", n: Numbers, number: int) -> None:
    for cell in page.cells(n["every"]):
        rng = page.rng("weed", number, cell)
        x, tall, phase = (cell + rng.random()) * n["every"], rng.uniform(n["low"], n["high"]), rng.uniform(0, 6)
        line = [(x + 0.012 * sin(phase + t * 0.9), n["base"] - tall * t / 9) for t in range(10)]
        pen = max(2, round(page.unit_y * 0.016))
        page.draw.line(page.at(*line), fill=page.ink(rng.choice(n["colours"])), width=pen, joint="curve")


def vines(page: "Page", n: Numbers, number: int) -> None:
    for cell in page.cells(n["every"]):
        rng = page.rng("vine", number, cell)
        x, length, phase = (cell + rng.random()) * n["every"], rng.uniform(n["low"], n["high"]), rng.uniform(0, 6)
        line = [(x + 0.008 * sin(phase + t), length * t / 12 - 0.6 * (t == 0)) for t in range(13)]
        page.draw.line(page.at(*line), fill=page.ink(n["colour"]), width=max(2, round(page.unit_y * 0.008)))
        for leaf in line[2::2]:
            (cx, cy), reach = page.at(leaf)[0], page.unit_y * 0.012
            page.draw.ellipse((cx - reach, cy - reach / 2, cx + reach, cy + reach / 2), fill=page.ink("#4f9a3c"))


def rays(page: "Page", n: Numbers, number: int) -> None:
    """Light that falls in from above, a shade brighter than the water behind."""
    for cell in page.cells(1 / n["number"]):
        rng = page.rng("ray", number, cell)
        x, lean, wide = (cell + rng.random()) / n["number"], rng.uniform(-0.25, 0.1), rng.uniform(0.02, 0.05)
        for part in range(8):
            y0, y1 = 0.1 * part - 0.1, 0.1 * part
            colour = mixed(page.ink("#7fd3ea"), page.ink("#2f7fb5"), min(1.0, 0.1 + part / 9))
            left0, left1 = x + lean * y0, x + lean * y1
            spots = ((left0, y0), (left0 + wide, y0), (left1 + wide, y1), (left1, y1))
            page.draw.polygon(page.at(*spots), fill=mixed(colour, page.ink(n["colour"]), 0.10))


def bubbles(page: "Page", n: Numbers, number: int) -> None:
    for x, y, rng in scattered(page, {**n, "top": 0.02, "bottom": 0.85}, number, "bubble"):
        (cx, cy), reach = page.at((x, y))[0], page.unit_y * rng.uniform(0.004, 0.014)
        page.draw.ellipse((cx - reach, cy - reach, cx + reach, cy + reach), outline=page.ink(n["colour"]), width=2)


def stars(page: "Page", n: Numbers, number: int) -> None:
    for x, y, rng in scattered(page, n, number, "star"):
        (cx, cy), reach = page.at((x, y))[0], page.unit_y * rng.choice((0.0012, 0.0016, 0.0022, 0.0034))
        page.draw.ellipse(
            (cx - reach, cy - reach, cx + reach, cy + reach), fill=rng.choice(((255,) * 3, (255, 240, 200)))
        )


def nebula(page: "Page", n: Numbers, _number: int) -> None:
    sky = page.ink(page.hour.place.sky[0])
    for cell in page.cells(0.5):
        rng = page.rng("nebula", cell)
        x, y, colour = (cell + rng.random()) * 0.5, rng.uniform(0.1, 0.9), page.ink(rng.choice(n["colours"]))
        for ring in range(12, 0, -1):
            (cx, cy), reach = page.at((x, y))[0], page.unit_y * 0.024 * ring
            soft = mixed(colour, sky, 0.45 + 0.045 * ring)
            page.draw.ellipse((cx - reach * 1.5, cy - reach, cx + reach * 1.5, cy + reach), fill=soft)


def disc(page: "Page", n: Numbers, _number: int) -> None:
    (cx, cy), reach = page.at((n["x"], n["y"]))[0], page.unit_y * n["radius"]
    page.draw.ellipse((cx - reach, cy - reach, cx + reach, cy + reach), fill=page.ink(n["shade"]))
    inner = reach * 0.92
    page.draw.ellipse(
        (cx - reach * 0.98, cy - reach * 0.98, cx + inner * 0.8, cy + inner * 0.8), fill=page.ink(n["colour"])
    )
    if "land" in n:
        for dx, dy, wide, tall in ((-0.5, -0.4, 0.5, 0.35), (-0.1, 0.1, 0.45, 0.3), (-0.7, 0.25, 0.25, 0.2)):
            left, top = cx + dx * reach, cy + dy * reach
            page.draw.ellipse((left, top, left + wide * reach, top + tall * reach), fill=page.ink(n["land"]))


def craters(page: "Page", n: Numbers, number: int) -> None:
    for x, y, rng in scattered(page, n, number, "crater"):
        (cx, cy), reach = page.at((x, y))[0], page.unit_y * rng.uniform(0.012, 0.05) * (0.5 + y - n["top"])
        colour = page.ink(n["colour"])
        page.draw.ellipse((cx - reach * 2, cy - reach * 0.7, cx + reach * 2, cy + reach * 0.7), fill=colour)
        light = mixed(colour, (255, 255, 255), 0.22)
        page.draw.ellipse((cx - reach * 1.8, cy - reach * 0.4, cx + reach * 1.8, cy + reach * 0.75), fill=light)


def acacia(page: "Page", n: Numbers, _number: int) -> None:
    for cell in page.cells(n["every"]):
        rng = page.rng("acacia", cell)
        x, y, tall = (cell + rng.random()) * n["every"], n["y"], n["height"] * rng.uniform(0.7, 1.1)
        pen = max(2, round(page.unit_y * 0.010))
        page.draw.line(page.at((x, y), (x + 0.01, y - tall)), fill=page.ink("#6b4a26"), width=pen)
        (x0, y0), (x1, y1) = page.at((x - tall * 0.7, y - tall * 1.15), (x + tall * 0.75, y - tall * 0.75))
        page.draw.ellipse((x0, y0, x1, y1), fill=page.ink("#7d8a34", 0.7))


SHAPES: Mapping[str, Shape] = {
    "hills": hills, "peaks": peaks, "water": water, "glyphs": glyphs, "specks": specks, "tufts": tufts,
    "flowers": flowers, "path": path,
    "furrows": furrows, "hedge": hedge, "weeds": weeds, "vines": vines, "rays": rays, "bubbles": bubbles,
    "stars": stars, "nebula": nebula, "disc": disc, "craters": craters, "acacia": acacia,
    **BUILT, **INDOORS,
}  # fmt: skip
