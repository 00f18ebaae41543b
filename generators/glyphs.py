"""Glyphs: the art of one thing as pixels, at any height, recoloured, with a body where the art is only a head.

    sprite("fox", 120, "blue", flip=True)  -> an RGBA image 120 pixels tall, cut to what is painted

Recolouring works on the vector art: fills near the main colour move to the new one and keep their
shading; black outlines stay.
"""

import io
import re
from functools import cache, lru_cache
from typing import Any

import numpy as np
from PIL import Image

from generators.catalogue import Anchor, Kind, Point, Pose, kinds, needed, openmoji_svg, poses
from generators.palette import RGB, hex_of, recoloured, rgb_of

MASTER = 288
FILL = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
SKIN = "#fcea2b"

# Where things are worn on the art of a bust or of a face, in the 72 units of its own sheet: x, y, width.
BUST = {"eyes": (36, 32, 25), "head": (36, 15, 27), "neck": (36, 51, 22), "ears": (36, 30, 34), "back": (52, 62, 34)}
FACE = {"eyes": (36, 37, 40), "head": (36, 13, 36), "neck": (36, 66, 30), "ears": (36, 34, 60), "back": (62, 84, 40)}


@cache
def svg_renderer() -> Any:
    return needed("resvg_py", "resvg-py==0.5.0")


def svg_image(svg: str, height: int) -> Image.Image:
    data = svg_renderer().svg_to_bytes(svg_string=svg, height=height, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(data)))


@lru_cache(maxsize=128)
def sprite(
    noun: str, height: int, colour: str | None = None, flip: bool = False, pose: str | None = None
) -> Image.Image:
    master = drawn(noun, colour, pose)
    width = max(1, round(master.width * height / master.height))
    image = master.resize((width, max(1, height)), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else image


@lru_cache(maxsize=96)
def drawn(noun: str, colour: str | None, pose: str | None) -> Image.Image:
    """The thing's art in its master size, cut to its painted box."""
    svg = svg_of(figure(noun, pose), pose)
    if colour is not None:
        svg = dyed(svg, rgb_of(colour))
    return rastered(svg)


def figure(noun: str, pose: str | None) -> Kind:
    """The kind whose art is drawn: people whose art cannot be bent are drawn as somebody's body in a pose."""
    kind = kinds()[noun]
    return kinds()["woman"] if pose is not None and kind.body is None else kind


@lru_cache(maxsize=64)
def raw(glyph: str) -> Image.Image:
    """A glyph by its code, for settings that are not things."""
    return rastered(openmoji_svg(glyph).read_text(encoding="utf-8"))


def rastered(svg: str, height: int = MASTER) -> Image.Image:
    image = svg_image(svg, height)
    whole = image.convert("RGBA")
    return whole.crop(whole.getbbox() or (0, 0, 1, 1))


@lru_cache(maxsize=1024)
def aspect(noun: str, pose: str | None = None) -> float:
    """Width over height of a thing's art."""
    image = drawn(noun, None, pose)
    return image.width / image.height


def svg_of(kind: Kind, pose: str | None = None) -> str:
    art = openmoji_svg(kind.glyph).read_text(encoding="utf-8")
    for fill in kind.without:
        art = re.sub(fill, "none", art, flags=re.IGNORECASE)
    if kind.body is None:
        return art
    inner = art[art.index(">", art.index("<svg")) + 1 : art.rindex("</svg>")]
    if kind.body == "sitting":
        return sitting(inner, kind.dress[0], kind.dress[1])
    return puppet(inner, kind, poses()[pose or "standing"])


def sitting(head: str, fur: str, belly: str) -> str:
    line = 'stroke="#000000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 88">'
        f'<path d="M50 76 C66 78 68 62 60 54 C58 64 54 66 46 66 Z" fill="{fur}" {line}/>'
        f'<path d="M36 38 C22 42 16 60 18 76 C19 84 53 84 54 76 C56 60 50 42 36 38 Z" fill="{fur}" {line}/>'
        f'<ellipse cx="36" cy="62" rx="9" ry="14" fill="{belly}"/>'
        f'<path d="M25 62 L25 79 C25 84 35 84 35 79 L35 66" fill="{fur}" {line}/>'
        f'<path d="M47 62 L47 79 C47 84 37 84 37 79 L37 66" fill="{fur}" {line}/>'
        f'<g transform="translate(10.1 -2) scale(.72)">{head}</g></svg>'
    )


def puppet(bust: str, kind: Kind, pose: Pose) -> str:
    """A bust on a body whose limbs follow the pose."""
    shirt, trousers, hands = (*kind.dress, SKIN)[:3]
    parts = [leg for knee, foot in pairs(pose.legs) for leg in limb(pose.hip, knee, foot, trousers, "#3f3f3f")]
    parts += [skirt(pose, trousers)] if kind.gown else []
    parts += limb(pose.chest, midway(pose.chest, pose.hip), pose.hip, shirt, None, 23)
    for side, (elbow, hand) in zip((-1, 1), pairs(pose.arms), strict=True):
        parts += limb(shoulder(pose, side), elbow, hand, shirt, hands)
    x, y = pose.chest
    turn = f"rotate({pose.lean} {x} {y}) translate({x - 36} {y - 59})"
    body = "".join(parts)
    sheet = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -12 140 150">'
    return f'{sheet}{body}<g transform="{turn}">{bust}</g></svg>'


def limb(start: Point, middle: Point, end: Point, colour: str, tip: str | None, width: float = 10) -> list[str]:
    path = f'd="M{start[0]} {start[1]} L{middle[0]} {middle[1]} L{end[0]} {end[1]}" fill="none"'
    joined = 'stroke-linecap="round" stroke-linejoin="round"'
    lines = [
        f'<path {path} stroke="#000000" stroke-width="{width + 4}" {joined}/>',
        f'<path {path} stroke="{colour}" stroke-width="{width}" {joined}/>',
    ]
    if tip is not None:
        lines.append(f'<circle cx="{end[0]}" cy="{end[1]}" r="6.5" fill="{tip}" stroke="#000000" stroke-width="2"/>')
    return lines


def skirt(pose: Pose, colour: str) -> str:
    """Cloth from the hip to above the feet, where the feet are below the hip and not flung wide."""
    (left, _), (right, low) = sorted((pose.legs[1], pose.legs[3]))
    if abs(pose.lean) > 90 or low < pose.hip[1] + 28 or right - left > 44:
        return ""
    x, y = pose.hip
    hem = low - 8
    shape = f"M{x - 12} {y - 6} L{x + 12} {y - 6} L{right + 12} {hem} Q{x} {hem + 7} {left - 12} {hem} Z"
    return f'<path d="{shape}" fill="{colour}" stroke="#000000" stroke-width="2" stroke-linejoin="round"/>'


def shoulder(pose: Pose, side: int) -> Point:
    turned = -1 if abs(pose.lean) > 90 else 1
    return pose.chest[0] + side * 12, pose.chest[1] + 3 * turned


def midway(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def pairs(points: tuple[Point, ...]) -> list[tuple[Point, Point]]:
    return list(zip(points[::2], points[1::2], strict=True))


def dyed(svg: str, target: RGB) -> str:
    main = main_fill(svg)
    return FILL.sub(lambda found: hex_of(recoloured(rgb_of(found[0]), main, target)), svg)


@lru_cache(maxsize=512)
def main_fill(svg: str) -> RGB:
    """The fill that covers most of the art, outlines aside."""
    pixels = np.asarray(rastered(svg, 64)).reshape(-1, 4)
    solid = pixels[(pixels[:, 3] == 255) & (pixels[:, :3].max(axis=1) > 30)][:, :3]
    shades, counts = np.unique(solid, axis=0, return_counts=True)
    best = shades[int(counts.argmax())]
    return int(best[0]), int(best[1]), int(best[2])


@lru_cache(maxsize=2048)
def anchor(noun: str, slot: str, pose: str | None = None) -> Anchor | None:
    """Where a thing wears something, in fractions of its painted box."""
    kind = figure(noun, pose)
    if kind.body is None:
        return kind.anchors.get(slot)
    sheet = {"puppet": BUST, "sitting": FACE}[kind.body]
    if slot not in sheet:
        return None
    return on_body(kind, sheet[slot], pose)


def on_body(kind: Kind, place: tuple[float, float, float], pose: str | None) -> Anchor:
    """A place on the head's own sheet, carried over to the painted box of head and body."""
    x, y, width = place
    if kind.body == "sitting":
        sheet, (x, y, width) = (0.0, 0.0, 72.0, 88.0), (10.1 + x * 0.72, -2 + y * 0.72, width * 0.72)
    else:
        sheet, (x, y) = (-10.0, -12.0, 140.0, 150.0), turned(poses()[pose or "standing"], x, y)
    left, top, right, bottom = painted_box(kind.noun, pose, sheet)
    return Anchor((x - left) / (right - left), (y - top) / (bottom - top), width / (right - left))


def turned(pose: Pose, x: float, y: float) -> Point:
    angle = np.deg2rad(pose.lean)
    dx, dy = x - 36, y - 59
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return pose.chest[0] + dx * cos - dy * sin, pose.chest[1] + dx * sin + dy * cos


@lru_cache(maxsize=512)
def painted_box(noun: str, pose: str | None, sheet: tuple[float, float, float, float]) -> tuple[float, ...]:
    """The edges of what is painted, in the units of the sheet it is drawn on."""
    svg = svg_of(figure(noun, pose), pose)
    whole = svg_image(svg, MASTER)
    left, top, right, bottom = whole.convert("RGBA").getbbox() or (0, 0, *whole.size)
    unit = sheet[3] / whole.height
    return sheet[0] + left * unit, sheet[1] + top * unit, sheet[0] + right * unit, sheet[1] + bottom * unit
