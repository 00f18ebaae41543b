"""Decor of rooms and piers: boards, tiles, windows and what hangs on walls."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from generators.palette import mixed

if TYPE_CHECKING:
    from generators.settings import Page

Numbers = Mapping[str, Any]
SKY_OUTSIDE = {"night": ("#0f1a40", "#27396e"), "day": ("#7cc4f0", "#d8f0fb")}


def planks(page: "Page", n: Numbers, _number: int) -> None:
    page.draw.rectangle((0, page.y(n["top"]), page.size[0], page.y(9)), fill=page.ink(n["colour"], 0.3))
    line, y, tall = page.ink(n["line"], 0.3), n["top"], 0.028
    pen = max(1, page.size[1] // 400)
    while y < page.window[3]:
        page.draw.line(page.at((page.window[0], y), (page.window[2], y)), fill=line, width=pen)
        for cell in page.cells(0.42):
            x = (cell + page.rng("plank", cell, round(y * 1000)).random()) * 0.42
            page.draw.line(page.at((x, y), (x, y + tall)), fill=line, width=pen)
        y, tall = y + tall, tall * 1.22


def skirting(page: "Page", n: Numbers, _number: int) -> None:
    page.draw.rectangle((0, page.y(n["y"] - 0.025), page.size[0], page.y(n["y"])), fill=page.ink(n["colour"]))


def window(page: "Page", n: Numbers, _number: int) -> None:
    """A window in the wall, with the hour outside."""
    left, top = n["x"] - n["width"] / 2, n["y"] - n["height"] / 2
    right, bottom = n["x"] + n["width"] / 2, n["y"] + n["height"] / 2
    (x0, y0), (x1, y1) = page.at((left, top), (right, bottom))
    outside = SKY_OUTSIDE["night" if page.hour.time == "night" else "day"]
    page.draw.rectangle((x0, y0, x1, y1), fill=outside[0])
    page.draw.rectangle((x0, (y0 + y1) / 2, x1, y1), fill=outside[1])
    frame, pen = page.ink("#fdf8ee"), max(3, round(page.unit_y * 0.014))
    page.draw.rectangle((x0, y0, x1, y1), outline=frame, width=pen)
    page.draw.line(((x0 + x1) / 2, y0, (x0 + x1) / 2, y1), fill=frame, width=pen)
    page.draw.line((x0, (y0 + y1) / 2, x1, (y0 + y1) / 2), fill=frame, width=pen)


def painting(page: "Page", n: Numbers, _number: int) -> None:
    left, top = n["x"] - n["width"] / 2, n["y"] - n["height"] / 2
    (x0, y0), (x1, y1) = page.at((left, top), (left + n["width"], top + n["height"]))
    page.draw.rectangle((x0, y0, x1, y1), fill=page.ink("#a8d5e8"))
    page.draw.polygon([(x0, y1), ((x0 + x1) / 2.05, (y0 + y1) / 2), (x1, y1)], fill=page.ink("#7a9a5f"))
    page.draw.rectangle((x0, y0, x1, y1), outline=page.ink("#7a5230"), width=max(3, round(page.unit_y * 0.012)))


def rug(page: "Page", n: Numbers, _number: int) -> None:
    for grown, colour in ((0.0, n["rim"]), (0.02, n["colour"])):
        (x0, y0), (x1, y1) = page.at(
            (0.16 + grown, n["y"] - 0.09 + grown * 0.6), (0.84 - grown, n["y"] + 0.09 - grown * 0.6)
        )
        page.draw.ellipse((x0, y0, x1, y1), fill=page.ink(colour))


def tiles(page: "Page", n: Numbers, _number: int) -> None:
    first, second = (page.ink(colour) for colour in n["colours"])
    y, tall, row = n["top"], 0.034, 0
    while y < page.window[3]:
        wide = tall * 2.1
        for cell in page.cells(wide):
            (x0, y0), (x1, y1) = page.at((0.5 + cell * wide, y), (0.5 + (cell + 1) * wide, y + tall))
            page.draw.rectangle((x0, y0, x1, y1), fill=first if (cell + row) % 2 else second)
        y, tall, row = y + tall, tall * 1.25, row + 1


def shelf(page: "Page", n: Numbers, _number: int) -> None:
    left, right = n["x"] - n["width"] / 2, n["x"] + n["width"] / 2
    (x0, y0), (x1, y1) = page.at((left, n["y"]), (right, n["y"] + 0.018))
    page.draw.rectangle((x0, y0, x1, y1), fill=page.ink(n["colour"]))
    for place in range(6):
        rng = page.rng("jar", place)
        x, tall = left + (place + 0.5) * n["width"] / 6, rng.uniform(0.04, 0.075)
        (x0, y0), (x1, y1) = page.at((x - 0.02, n["y"] - tall), (x + 0.02, n["y"]))
        colour = page.ink(rng.choice(("#d9796a", "#e8c56a", "#7fa8c9", "#9bbf7a", "#efe6d6")))
        page.draw.rounded_rectangle((x0, y0, x1, y1), radius=(x1 - x0) / 5, fill=colour)


def counter(page: "Page", n: Numbers, _number: int) -> None:
    front, board = page.ink(n["colour"]), page.ink(n["board"])
    page.draw.rectangle((0, page.y(n["top"] + 0.02), page.size[0], page.y(n["bottom"])), fill=front)
    page.draw.rectangle((0, page.y(n["top"]), page.size[0], page.y(n["top"] + 0.025)), fill=board)
    for cell in page.cells(0.2):
        (x0, y0), (x1, y1) = page.at((cell * 0.2 + 0.012, n["top"] + 0.045), (cell * 0.2 + 0.188, n["bottom"] - 0.015))
        page.draw.rectangle((x0, y0, x1, y1), outline=mixed(front, (0, 0, 0), 0.25), width=max(1, page.size[1] // 300))


INDOORS: Mapping[str, Callable[["Page", Numbers, int], None]] = {
    "planks": planks, "skirting": skirting, "window": window, "painting": painting, "rug": rug, "tiles": tiles,
    "shelf": shelf, "counter": counter,
}  # fmt: skip
