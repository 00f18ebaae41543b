"""Views: edits of the frame rather than the world: cutting, turning, resizing, widening, and words written on it."""

from collections.abc import Mapping

from generators import touches
from generators.frames import (
    LARGEST,
    SMALLEST,
    Box,
    box_seen,
    crop,
    flipped,
    rotated,
    visible,
    windowed,
    within_limits,
    world,
)
from generators.layout import Span
from generators.scenes import CannotDraw, find
from schemas.scene import Frame, Lettering, Scene, Touch
from schemas.skill import SIZE, Value

Parameters = Mapping[str, Value]

# Where a thing goes that shall stand in the front, at the back or in the sky: its band of y and its scale.
BANDS: Mapping[str, tuple[Span, float]] = {
    "foreground": ((0.92, 0.97), 1.25),
    "background": ((0.66, 0.72), 0.65),
    "sky": ((0.22, 0.40), 1.0),
}
COLUMNS: Mapping[str, Span] = {"left": (0.0, 0.36), "middle": (0.3, 0.7), "right": (0.64, 1.0)}
OUTPAINT: Mapping[str, Box] = {
    "left": (1, 0, 0, 0),
    "right": (0, 0, 1, 0),
    "top": (0, 1, 0, 0),
    "bottom": (0, 0, 0, 1),
    "sides": (1, 0, 1, 0),
    "all": (1, 1, 1, 1),
}
LETTERS: Mapping[str, tuple[float, float]] = {
    "top": (0.5, 0.09),
    "bottom": (0.5, 0.91),
    "middle": (0.5, 0.5),
    "top left": (0.26, 0.09),
    "top right": (0.74, 0.09),
    "bottom left": (0.26, 0.91),
    "bottom right": (0.74, 0.91),
}
LETTER_HEIGHT = 0.085


def size_of(words: str, area: int) -> tuple[int, int]:
    """Pixels of "1024x768", or of a ratio such as "16:9" at about the same area, in steps of eight."""
    match = SIZE.match(words)
    if match is None:
        raise CannotDraw("size_out_of_range", f"{words!r} is no size")
    width, height = int(match[1]), int(match[2])
    if ":" in words:
        unit = (area / (width * height)) ** 0.5
        width, height = (max(8, round(side * unit / 8) * 8) for side in (width, height))
    return checked(width, height)


def checked(width: float, height: float) -> tuple[int, int]:
    if not within_limits(width, height):
        raise CannotDraw(
            "size_out_of_range", f"{width:g}x{height:g} pixels are outside {SMALLEST} to {LARGEST} on a side"
        )
    return round(width), round(height)


def transform(before: Scene, given: Parameters, _key: str) -> Scene:
    operation = {"crop": cropped, "rotate": turned, "flip": mirrored, "resize": resized}[str(given["operation"])]
    return operation(before, given)


def cropped(before: Scene, given: Parameters) -> Scene:
    frame = before.frame
    part: Box = (0.1, 0.1, 0.9, 0.9)
    if "object" in given:
        part = around(before, str(given["object"]))
    if "size" in given:
        whole = part if "object" in given else (0.0, 0.0, 1.0, 1.0)
        part = in_ratio(whole, ratio_of(str(given["size"])), frame)
        part = part if "object" in given else toward_things(before, part)
    new = crop(frame, part)
    checked(new.width, new.height)
    return framed(before, new)


def toward_things(scene: Scene, part: Box) -> Box:
    """The part slid to where the things are, as anybody would who cuts a picture to a ratio."""
    boxes = [box_seen(thing, scene.frame) for thing in visible(scene)]
    if not boxes:
        return part
    x = (min(b[0] for b in boxes) + max(b[2] for b in boxes) - part[0] - part[2]) / 2
    y = (min(b[1] for b in boxes) + max(b[3] for b in boxes) - part[1] - part[3]) / 2
    dx, dy = min(max(x, -part[0]), 1 - part[2]), min(max(y, -part[1]), 1 - part[3])
    return part[0] + dx, part[1] + dy, part[2] + dx, part[3] + dy


def around(scene: Scene, words: str) -> Box:
    """A part of the picture that shows one thing with some air around it."""
    thing = find(scene, words)
    if thing is None:
        raise CannotDraw("no_such_thing", f"{words!r} is not one thing in the picture")
    left, top, right, bottom = box_seen(thing, scene.frame)
    air_x = max((right - left) * 0.28, (0.3 - (right - left)) / 2)
    air_y = max((bottom - top) * 0.28, (0.3 - (bottom - top)) / 2)
    return max(0, left - air_x), max(0, top - air_y), min(1, right + air_x), min(1, bottom + air_y)


def ratio_of(words: str) -> float:
    match = SIZE.match(words)
    if match is None:
        raise CannotDraw("size_out_of_range", f"{words!r} is no ratio")
    return int(match[1]) / int(match[2])


def in_ratio(part: Box, ratio: float, frame: Frame) -> Box:
    """The largest part of that ratio inside, around the middle of the given one."""
    left, top, right, bottom = part
    width, height = (right - left) * frame.width, (bottom - top) * frame.height
    keep_x, keep_y = min(1.0, height * ratio / width), min(1.0, width / ratio / height)
    x, y = (left + right) / 2, (top + bottom) / 2
    half_x, half_y = (right - left) * keep_x / 2, (bottom - top) * keep_y / 2
    return x - half_x, y - half_y, x + half_x, y + half_y


def turned(before: Scene, given: Parameters) -> Scene:
    """Rotated; a picture that hung askew and is brought level has that flaw no more."""
    angle = float(given.get("angle", 90))
    frame = rotated(before.frame, angle)
    if "tilt" in before.flaws and abs(frame.tilt) < 2:
        frame = frame.model_copy(update={"tilt": 0.0})
    flaws = tuple(flaw for flaw in before.flaws if flaw != "tilt" or frame.tilt == before.frame.tilt)
    return framed(before, frame).model_copy(update={"flaws": flaws})


def mirrored(before: Scene, given: Parameters) -> Scene:
    return framed(before, flipped(before.frame, str(given.get("axis", "horizontal"))))


def resized(before: Scene, given: Parameters) -> Scene:
    if "size" not in given:
        raise CannotDraw("no_size", "resize needs a size")
    width, height = size_of(str(given["size"]), before.frame.width * before.frame.height)
    return framed(before, before.frame.model_copy(update={"width": width, "height": height}))


def outpaint(before: Scene, given: Parameters, _key: str) -> Scene:
    frame, amount = before.frame, float(given.get("amount", 30)) / 100
    if before.backdrop is not None:
        raise CannotDraw("no_background", "without a background there is nothing to paint on")
    left, top, right, bottom = (side * amount for side in OUTPAINT[str(given["direction"])])
    width, height = checked(frame.width * (1 + left + right), frame.height * (1 + top + bottom))
    return framed(before, windowed(frame, (-left, -top, 1 + right, 1 + bottom), width, height))


def upscale(before: Scene, given: Parameters, _key: str) -> Scene:
    factor = float(given.get("factor", 2))
    width, height = checked(before.frame.width * factor, before.frame.height * factor)
    after = framed(before, before.frame.model_copy(update={"width": width, "height": height}))
    flaws = tuple(flaw for flaw in before.flaws if flaw != "small")
    update = {"flaws": flaws, "touches": (*before.touches, Touch(name="upscale", amount=factor))}
    return after.model_copy(update=update)


def add_text(before: Scene, given: Parameters, _key: str) -> Scene:
    frame, text = before.frame, " ".join(str(given["text"]).split())
    u, v = LETTERS[str(given.get("position", "bottom"))]
    colour = touches.colour_named(str(given["colour"])) if "colour" in given else "white"
    height = LETTER_HEIGHT * min(1.0, room(u) * frame.width / frame.height / (0.6 * LETTER_HEIGHT * max(len(text), 1)))
    taken = {(letters.x, letters.y) for letters in before.lettering}
    x, y = (round(n, 6) for n in world(frame, (u, v)))
    while (x, y) in taken:
        v += LETTER_HEIGHT * 1.3 * (1 if v < 0.5 else -1)
        x, y = (round(n, 6) for n in world(frame, (u, v)))
    line = Lettering(
        text=text,
        x=x,
        y=y,
        height=round(height * tall(frame), 6),
        colour=colour,
        mirror=frame.mirror,
        turns=frame.turns,
        layer=len(before.touches),
    )
    return before.model_copy(update={"lettering": (*before.lettering, line)})


def room(u: float) -> float:
    """The share of the picture's width that words around this place may fill."""
    return 2 * min(u, 1 - u) - 0.06


def tall(frame: Frame) -> float:
    """The height of the picture as it is seen, in units of the world's height."""
    upright = frame.bottom - frame.top
    return upright if frame.turns % 2 == 0 else (frame.right - frame.left) * frame.aspect


def columns_seen(frame: Frame, position: str) -> Span:
    """The span of world x that lies in a third of the picture as it is seen."""
    low, high = COLUMNS.get(position, (0.0, 1.0))
    xs = [world(frame, spot)[0] for spot in ((low, 0.0), (high, 1.0))]
    return min(xs), max(xs)


def band_seen(frame: Frame, band: Span | None) -> Span | None:
    """A band of y moved into view where the frame shows only a part of the world."""
    if frame.top <= 0.05 and frame.bottom >= 0.97:
        return band
    height = frame.bottom - frame.top
    low, high = band or (0.8, 0.95)
    low, high = max(low, frame.top + 0.6 * height), min(high, frame.bottom - 0.04 * height)
    return (low, high) if low < high else (frame.bottom - 0.15 * height, frame.bottom - 0.04 * height)


def framed(scene: Scene, frame: Frame) -> Scene:
    return scene.model_copy(update={"frame": frame})
