"""Frames: from the world to the picture that is seen and back, and what cropping, turning and widening do.

crop(frame, (0.25, 0.0, 0.75, 1.0))   the middle half of the picture as it is seen, mirrored and turned or not
"""

from generators.glyphs import aspect
from schemas.scene import Frame, Scene, Thing

Box = tuple[float, float, float, float]
Spot = tuple[float, float]

LARGEST, SMALLEST = 2048, 64


def box(thing: Thing, frame: Frame) -> Box:
    """The thing's edges in world units."""
    half = thing.height * aspect(thing.noun, thing.pose) / frame.aspect / 2
    return thing.x - half, thing.y - thing.height, thing.x + half, thing.y


def seen(frame: Frame, spot: Spot) -> Spot:
    """Where a spot of the world lies in the picture, in fractions of it; tilt is left out."""
    u = (spot[0] - frame.left) / (frame.right - frame.left)
    v = (spot[1] - frame.top) / (frame.bottom - frame.top)
    u = 1 - u if frame.mirror else u
    for _ in range(frame.turns % 4):
        u, v = 1 - v, u
    return u, v


def world(frame: Frame, spot: Spot) -> Spot:
    """The spot of the world that is seen at a place of the picture: the inverse of seen."""
    u, v = spot
    for _ in range(frame.turns % 4):
        u, v = v, 1 - u
    u = 1 - u if frame.mirror else u
    return frame.left + u * (frame.right - frame.left), frame.top + v * (frame.bottom - frame.top)


def spanned(a: Spot, b: Spot) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])


def box_seen(thing: Thing, frame: Frame) -> Box:
    left, top, right, bottom = box(thing, frame)
    return spanned(seen(frame, (left, top)), seen(frame, (right, bottom)))


def share_inside(thing: Thing, frame: Frame) -> float:
    left, top, right, bottom = box(thing, frame)
    width = min(right, frame.right) - max(left, frame.left)
    height = min(bottom, frame.bottom) - max(top, frame.top)
    return max(width, 0) * max(height, 0) / ((right - left) * (bottom - top))


def visible(scene: Scene) -> tuple[Thing, ...]:
    """The things of which at least half is in the picture."""
    return tuple(thing for thing in scene.things if share_inside(thing, scene.frame) >= 0.5)


def windowed(frame: Frame, part: Box, width: int, height: int) -> Frame:
    """The frame around a part of the picture as it is seen; beyond 0 and 1 it shows more of the world."""
    left, top, right, bottom = spanned(world(frame, part[:2]), world(frame, part[2:]))
    edges = {"left": round(left, 6), "top": round(top, 6), "right": round(right, 6), "bottom": round(bottom, 6)}
    return frame.model_copy(update={**edges, "width": width, "height": height})


def crop(frame: Frame, part: Box) -> Frame:
    width, height = part[2] - part[0], part[3] - part[1]
    return windowed(frame, part, max(1, round(frame.width * width)), max(1, round(frame.height * height)))


def flipped(frame: Frame, axis: str) -> Frame:
    turns = -frame.turns % 4 if axis == "horizontal" else (2 - frame.turns) % 4
    return frame.model_copy(update={"mirror": not frame.mirror, "turns": turns, "tilt": -frame.tilt})


def rotated(frame: Frame, angle: float) -> Frame:
    """Turned clockwise: by whole quarters, and the rest as a tilt."""
    total = frame.tilt + angle
    quarters = round(total / 90)
    tilt = round(total - 90 * quarters, 3)
    size = (frame.height, frame.width) if quarters % 2 else (frame.width, frame.height)
    update = {"turns": (frame.turns + quarters) % 4, "tilt": tilt, "width": size[0], "height": size[1]}
    return frame.model_copy(update=update)


def within_limits(width: float, height: float) -> bool:
    return SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST
