"""Decor that somebody built: houses, roads, barns, fences and walls."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from generators.palette import RGB, mixed

if TYPE_CHECKING:
    from generators.settings import Page

Numbers = Mapping[str, Any]


def buildings(page: "Page", n: Numbers, number: int) -> None:
    for cell in page.cells(n["step"]):
        rng = page.rng("building", number, cell)
        left = cell * n["step"] + rng.uniform(0, 0.02)
        right, top = left + n["step"] * rng.uniform(0.78, 0.98), n["base"] - rng.uniform(n["low"], n["high"])
        (x0, y0), (x1, y1) = page.at((left, top), (right, n["base"]))
        page.draw.rectangle((x0, y0, x1, y1), fill=page.ink(rng.choice(n["colours"])))
        windows(page, (left, top, right, n["base"]), rng)


def windows(page: "Page", wall: tuple[float, float, float, float], rng: Any) -> None:
    left, top, right, base = wall
    across, pane = 3, (right - left) / 7
    dark = page.hour.time in ("night", "dusk")
    for row in range(int((base - top) / (pane * 2))):
        for column in range(across):
            colour = (255, 221, 120) if dark and rng.random() < 0.55 else page.ink("#e6f1f7" if not dark else "#5d6b86")
            x, y = left + pane * (1 + 2 * column), top + pane * (0.8 + 2 * row)
            (x0, y0), (x1, y1) = page.at((x, y), (x + pane, y + pane * 1.2))
            page.draw.rectangle((x0, y0, x1, y1), fill=colour)


def road(page: "Page", n: Numbers, _number: int) -> None:
    left, right = page.window[0], page.window[2]
    band(page, n["top"], n["bottom"], page.ink(n["colour"], 0.35))
    for y in (n["top"], n["bottom"]):
        band(page, y - 0.008, y + 0.006, page.ink(n["kerb"], 0.4))
    middle = (n["top"] + n["bottom"]) / 2
    for cell in page.cells(0.16):
        if left - 0.2 < cell * 0.16 < right:
            (x0, y0), (x1, y1) = page.at((cell * 0.16, middle - 0.006), (cell * 0.16 + 0.09, middle + 0.006))
            page.draw.rectangle((x0, y0, x1, y1), fill=page.ink(n["line"]))


def band(page: "Page", top: float, bottom: float, colour: RGB) -> None:
    page.draw.rectangle((0, page.y(top), page.size[0], page.y(bottom)), fill=colour)


def barn(page: "Page", n: Numbers, _number: int) -> None:
    x, y, height = page.rng("barn").choice((0.18, 0.8)), n["y"], n["height"]
    half, eave = height * 0.55, y - height * 0.55
    wall, roof, trim = page.ink("#b8392f"), page.ink("#6b3a2e", 0.7), page.ink("#f4ead9")
    page.draw.polygon(page.at((x - half, y), (x - half, eave), (x + half, eave), (x + half, y)), fill=wall)
    gable = ((x - half * 1.12, eave), (x - half * 0.7, y - height * 0.88), (x, y - height))
    right = tuple((2 * x - px, py) for px, py in reversed(gable[:2]))
    page.draw.polygon(page.at(*gable, *right), fill=roof)
    door = page.at((x - half * 0.35, y - height * 0.42), (x + half * 0.35, y))
    page.draw.rectangle((*door[0], *door[1]), fill=mixed(wall, (0, 0, 0), 0.25), outline=trim, width=4)
    page.draw.line((*door[0], *door[1]), fill=trim, width=4)


def fence(page: "Page", n: Numbers, _number: int) -> None:
    colour, y, height = page.ink(n["colour"], 0.4), n["y"], n["height"]
    for rail in (0.3, 0.65):
        band(page, y - height * (rail + 0.12), y - height * rail, colour)
    for cell in page.cells(0.09):
        (x0, y0), (x1, y1) = page.at((cell * 0.09, y - height), (cell * 0.09 + 0.016, y))
        page.draw.rectangle((x0, y0, x1, y1), fill=colour)


def battlement(page: "Page", n: Numbers, _number: int) -> None:
    wall, line = page.ink(n["colour"], 0.15), page.ink(n["line"], 0.15)
    band(page, n["top"] + 0.05, n["base"], wall)
    for cell in page.cells(0.09):
        (x0, y0), (x1, y1) = page.at((cell * 0.09, n["top"]), (cell * 0.09 + 0.055, n["top"] + 0.06))
        page.draw.rectangle((x0, y0, x1, y1), fill=wall)
    bricks(page, n["top"] + 0.07, n["base"], 0.045, 0.11, line)
    for x in (-0.9, 0.08, 0.92, 1.9):
        tower(page, x, n, wall, line)


def tower(page: "Page", x: float, n: Numbers, wall: RGB, line: RGB) -> None:
    (x0, y0), (x1, y1) = page.at((x - 0.09, n["top"] - 0.12), (x + 0.09, n["base"]))
    page.draw.rectangle((x0, y0, x1, y1), fill=mixed(wall, (255, 255, 255), 0.08), outline=line, width=2)
    roof = page.at((x - 0.12, n["top"] - 0.12), (x, n["top"] - 0.27), (x + 0.12, n["top"] - 0.12))
    page.draw.polygon(roof, fill=page.ink("#5a6f9a", 0.8))
    (x0, y0), (x1, y1) = page.at((x - 0.02, n["top"] + 0.02), (x + 0.02, n["top"] + 0.10))
    page.draw.rounded_rectangle((x0, y0, x1, y1), radius=(x1 - x0) / 2, fill=page.ink("#3d3a36"))


def bricks(page: "Page", top: float, base: float, tall: float, wide: float, colour: RGB) -> None:
    pen = max(1, page.size[1] // 500)
    for row in range(int((base - top) / tall) + 1):
        y = top + row * tall
        page.draw.line(page.at((page.window[0], y), (page.window[2], y)), fill=colour, width=pen)
        for cell in page.cells(wide):
            x = (cell + 0.5 * (row % 2)) * wide
            page.draw.line(page.at((x, y), (x, min(y + tall, base))), fill=colour, width=pen)


def cobbles(page: "Page", n: Numbers, _number: int) -> None:
    colour, y, tall = page.ink(n["colour"], 0.8), n["top"], 0.018
    while y < page.window[3]:
        bricks(page, y, y + tall * 0.99, tall, tall * 3.2, colour)
        y, tall = y + tall, min(tall * 1.28, 0.06)


BUILT: Mapping[str, Callable[["Page", Numbers, int], None]] = {
    "buildings": buildings, "road": road, "barn": barn, "fence": fence, "battlement": battlement, "cobbles": cobbles,
}  # fmt: skip
