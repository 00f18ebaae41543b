"""Layout: where a thing finds room in a scene, how large it is there, and where it goes when the place changes."""

from random import Random

from generators.catalogue import Kind, Place, kinds
from generators.frames import Box, box
from schemas.scene import Frame, Thing

Span = tuple[float, float]
TRIES = 60
CROWDED = 0.16
WIDEST = 0.5


def depth(y: float, place: Place) -> float:
    """How much nearer things look further down the picture."""
    horizon = min(place.horizon, 0.6)
    return 0.72 + 0.5 * max(0.0, (y - horizon) / (1 - horizon))


def rows(kind: Kind, place: Place, main: bool) -> Span:
    """The band of y in which the thing's foot may stand."""
    if place.float:
        return (0.45, 0.90)
    if place.swim and kind.stands != "ground":
        return (0.38, 0.80)
    if kind.stands == "sky" and not place.indoors:
        return (0.24, 0.42)
    if kind.stands == "water" and place.water:
        return (place.water[0], place.water[1])
    front = (max(place.water[1] + 0.10 if place.water else 0.0, 0.80), 0.95)
    if kind.size >= 0.37 and kind.group in ("buildings", "plants"):
        return (front[0] - 0.08, front[0])
    return front if main else (front[0] - 0.08, front[1] - 0.06)


def height_at(kind: Kind, y: float, place: Place, scale: float = 1.0) -> float:
    flat = kind.stands == "sky" or place.float or place.swim
    return round(min(0.62, kind.size * scale * (1.0 if flat else depth(y, place))), 4)


def settle(
    kind: Kind,
    place: Place,
    others: list[Thing],
    frame: Frame,
    rng: Random,
    *,
    columns: Span = (0.0, 1.0),
    band: Span | None = None,
    main: bool = True,
    scale: float = 1.0,
) -> tuple[float, float, float]:
    """x, y and height of a thing where it hides as little as possible; it shrinks a little when it is crowded."""
    low, high = band or rows(kind, place, main)
    best, least = (0.5, high, height_at(kind, high, place, scale)), 9.0
    for attempt in range(TRIES):
        y = round(rng.uniform(low, high), 4)
        height = height_at(kind, y, place, scale * (1 - 0.45 * attempt / TRIES))
        height = round(min(height, WIDEST * height / width_of(kind, height, frame)), 4)
        half = width_of(kind, height, frame) / 2
        left, right = columns[0] + half + 0.015, columns[1] - half - 0.015
        x = round(rng.uniform(left, right) if left < right else (columns[0] + columns[1]) / 2, 4)
        y = max(y, round(height + 0.015, 4))
        crowding = overlap(probe(kind, x, y, height), others, frame)
        if crowding < least:
            best, least = (x, y, height), crowding
        if crowding == 0 or (attempt > TRIES // 2 and crowding < CROWDED):
            break
    return best


def width_of(kind: Kind, height: float, frame: Frame) -> float:
    edges = box(probe(kind, 0, 0, height), frame)
    return edges[2] - edges[0]


def probe(kind: Kind, x: float, y: float, height: float) -> Thing:
    return Thing(id=0, noun=kind.noun, x=x, y=y, height=height)


def overlap(thing: Thing, others: list[Thing], frame: Frame) -> float:
    """The largest share of the smaller of two boxes that lies under the other."""
    return max((shared(box(thing, frame), box(other, frame)) for other in others), default=0.0)


def shared(a: Box, b: Box) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return max(width, 0) * max(height, 0) / smaller


def regrounded(thing: Thing, old: Place, new: Place) -> Thing:
    """The thing where it can stand in the new place: a boat finds the water, what swam comes down to the ground."""
    kind = kinds()[thing.noun]
    before, after = rows(kind, old, True), rows(kind, new, True)
    if after[0] - 0.08 <= thing.y <= after[1] + 0.03:
        return thing
    share = min(max((thing.y - before[0]) / max(before[1] - before[0], 0.01), 0), 1)
    y = after[0] + share * (after[1] - after[0])
    return thing.model_copy(update={"y": round(max(y, thing.height + 0.015), 4)})
