"""Instructions: the changes that instruct_edit understands, read from the user's own sentence.

"make the fox bigger"   "move the dog to the left"   "let it snow"   "make it winter"   "make it night"
"""

import re
from collections.abc import Callable, Mapping

from generators.catalogue import places
from generators.frames import box, seen, world
from generators.scenes import CannotDraw, find, read
from schemas.scene import Scene, Thing
from schemas.skill import Value

Parameters = Mapping[str, Value]

SIZES = (
    (r"\b(twice|double|much (bigger|larger)|huge|giant|enormous)\b", 1.8),
    (r"\b(half|much smaller|tiny)\b", 0.5),
    (r"\b(bigger|larger|taller|enlarge|grow|increase)\b", 1.4),
    (r"\b(smaller|shorter|shrink|littler|reduce)\b", 0.68),
)
MOVES = (
    (r"\b(further|farther|back|away|behind|into the background)\b", (0.0, -0.09, 0.75)),
    (r"\b(closer|nearer|forward|to the front|into the foreground)\b", (0.0, 0.07, 1.3)),
    (r"\bleft\b", (-0.24, 0.0, 1.0)),
    (r"\bright\b", (0.24, 0.0, 1.0)),
    (r"\b(up|higher)\b", (0.0, -0.14, 1.0)),
    (r"\b(down|lower)\b", (0.0, 0.10, 1.0)),
)
SEASONS = (
    (r"\b(winter|wintry|snow-covered|covered in snow|covered with snow)\b", "winter"),
    (r"\b(autumn|autumnal|fall)\b", "autumn"),
    (r"\b(summer|spring)\b", "summer"),
)
CLEARING = re.compile(
    r"\b(clear up|clear the sky|(stop|remove|no more) (the )?(rain\w*|snow\w*|fog|storm|clouds))\b", re.I
)
TURNING = re.compile(r"\b(turn around|face the other way|look the other way|turn the other way)\b", re.I)


def instruct_edit(before: Scene, given: Parameters, _key: str) -> Scene:
    text = str(given["instruction"])
    for change in (cleared, seasoned, resized, moved, weathered):
        after = change(before, text.lower())
        if after is not None:
            return after
    raise CannotDraw("unclear_instruction", f"{text!r} asks for nothing the painter can carry out")


def cleared(scene: Scene, text: str) -> Scene | None:
    return outdoors(scene).model_copy(update={"weather": "clear"}) if CLEARING.search(text) else None


def seasoned(scene: Scene, text: str) -> Scene | None:
    season = next((name for pattern, name in SEASONS if re.search(pattern, text)), None)
    if season is None:
        return None
    return outdoors(scene).model_copy(update={"season": None if season == "summer" else season})


def weathered(scene: Scene, text: str) -> Scene | None:
    reading = read(text)
    if reading.weather is None and reading.time is None:
        return None
    if reading.weather is not None:
        outdoors(scene)
    place = places()[scene.setting]
    if scene.backdrop is not None or (reading.time is not None and reading.time not in place.times):
        raise CannotDraw("no_sky", f"{place.phrase} the {reading.time or reading.weather} would not show")
    update = {"weather": reading.weather or scene.weather, "time": reading.time or scene.time}
    return scene.model_copy(update=update)


def outdoors(scene: Scene) -> Scene:
    place = places()[scene.setting]
    if scene.backdrop is not None or len(place.weathers) < 2:
        raise CannotDraw("no_sky", f"{place.phrase} there is no weather to change")
    return scene


def resized(scene: Scene, text: str) -> Scene | None:
    factor = next((factor for pattern, factor in SIZES if re.search(pattern, text)), None)
    if factor is None:
        return None
    return replaced(scene, subject(scene, text), lambda thing: scaled(thing, factor))


def moved(scene: Scene, text: str) -> Scene | None:
    if TURNING.search(text):
        return replaced(scene, subject(scene, text), lambda t: t.model_copy(update={"flip": not t.flip}))
    found = next((way for pattern, way in MOVES if re.search(pattern, text)), None)
    if found is None or not read(text).things:
        return None
    across, down, factor = found
    thing = subject(scene, text)
    return replaced(scene, thing, lambda t: nudged(scene, scaled(t, factor), across, down))


def subject(scene: Scene, text: str) -> Thing:
    """The thing that the sentence is about; a side in it says where to go, unless the name needs it."""
    plain = re.sub(r"\b(to|towards?|on|at|in)?\s*(the )?(left|right|middle)( side)?\b", "", text)
    thing = find(scene, plain) or find(scene, text)
    if thing is None:
        raise CannotDraw("no_such_thing", f"{text!r} names no one thing of the picture")
    return thing


def scaled(thing: Thing, factor: float) -> Thing:
    """Larger or smaller from the foot, as far as the picture's edge allows."""
    height = round(min(thing.height * factor, max(thing.y - 0.01, thing.height), 0.9), 4)
    return thing.model_copy(update={"height": max(height, 0.03)})


def nudged(scene: Scene, thing: Thing, across: float, down: float) -> Thing:
    """Moved as the picture is seen, and kept inside it."""
    u, v = seen(scene.frame, (thing.x, thing.y))
    x, y = world(scene.frame, (u + across, v + down))
    left, _, right, _ = box(thing, scene.frame)
    half, frame = (right - left) / 2, scene.frame
    x = min(max(x, frame.left + half), max(frame.right - half, frame.left + half))
    y = min(max(y, frame.top + thing.height), max(frame.bottom - 0.02, thing.y))
    return thing.model_copy(update={"x": round(x, 4), "y": round(y, 4)})


def replaced(scene: Scene, thing: Thing, change: Callable[[Thing], Thing]) -> Scene:
    new = change(thing)
    return scene.model_copy(update={"things": tuple(new if t.id == thing.id else t for t in scene.things)})
