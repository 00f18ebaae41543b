"""Scenes: from a prompt to what its picture shows, and naming things in it.

    compose("a fox on a beach at sunset", key="p1f0c2a9e4d", size=(512, 512)) -> Scene
    find(scene, "the fox") -> Thing        describe(scene, thing) -> "fox"

All geometry hangs on the key, so the same prompt gives the same picture on every machine.
"""

import re
from random import Random

from generators import catalogue
from generators.catalogue import Place, kinds, places
from generators.frames import LARGEST, SMALLEST, box_seen, visible, within_limits
from generators.layout import settle, width_of
from generators.words import Mention, Reading, read, tokens, worn_parts
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.scene import Frame, Scene, Thing, Touch

__all__ = ["CannotDraw", "compose", "describe", "find", "find_worn", "read", "visible"]

FLAWS = ("dust", "scratches", "noise", "blemishes", "watermark", "tilt", "underexposure", "small")
FLAWED = 0.45
MOST_THINGS = 6
SIDES = (("left", r"\b(left|leftmost)\b"), ("right", r"\b(right|rightmost)\b"), ("middle", r"\b(middle|cent(er|re))\b"))
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


class CannotDraw(Refused):
    """A call that cannot be painted; `reason` is a word that programs can test."""

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


def compose(
    text: str, key: str, size: tuple[int, int], avoid: tuple[str, ...] = (), alone: bool = False, clean: bool = False
) -> Scene:
    """The scene of a prompt. `avoid` holds nouns that must not stand around uncalled; `alone` wants none at all,
    `clean` wants a picture without a flaw, as a machine makes it where a photo might have one."""
    if not within_limits(*size):
        raise CannotDraw("size_out_of_range", f"size {size[0]}x{size[1]} is outside {SMALLEST} to {LARGEST} pixels")
    reading = read(text)
    if not reading.things and reading.place is None:
        raise CannotDraw("nothing_paintable", f"{text!r} names nothing that can be painted: name a thing or a place")
    rng = keyed(key, "compose")
    place = place_for(reading, rng)
    frame = Frame(width=size[0], height=size[1], aspect=round(size[0] / size[1], 6))
    time = reading.time if reading.time in place.times else rng_time(place, rng)
    scene = Scene(
        key=key,
        setting=place.name,
        time=time or "day",
        weather=reading.weather if reading.weather in place.weathers else rng_weather(place, rng),
        light=reading.light,
        frame=frame,
        things=populate(reading, place, frame, rng, place.extras if alone else avoid),
        touches=(Touch(name=f"style:{reading.style}", amount=100),) if reading.style else (),
    )
    return scene if clean else flawed(scene, keyed(key, "flaw"))


def place_for(reading: Reading, rng: Random) -> Place:
    if reading.place:
        return places()[reading.place]
    shared = [set(kinds()[m.noun].places) for m in reading.things if kinds()[m.noun].places]
    common = set.intersection(*shared) if shared else set()
    options = common or set(kinds()[reading.things[0].noun].places) or {"meadow"}
    return places()[rng.choice(sorted(options))]


def rng_time(place: Place, rng: Random) -> str:
    weights = {"day": 6, "sunset": 2, "dawn": 1, "dusk": 1, "night": 2}
    return rng.choices(place.times, [weights[time] for time in place.times])[0]


def rng_weather(place: Place, rng: Random) -> str:
    return rng.choice(place.weathers) if rng.random() < 0.3 else "clear"


def populate(reading: Reading, place: Place, frame: Frame, rng: Random, avoid: tuple[str, ...]) -> tuple[Thing, ...]:
    wanted = [m for m in reading.things for _ in range(m.count)][:MOST_THINGS]
    scale = {0: 1.0, 1: 1.45, 2: 1.2, 3: 1.05}.get(len(wanted), 0.9)
    wide = sum(width_of(kinds()[m.noun], kinds()[m.noun].size * scale, frame) for m in wanted)
    scale *= max(0.5, min(1.0, 1.05 / max(wide, 0.01)))  # side by side they shall fit
    things: list[Thing] = []
    for mention in sorted(wanted, key=lambda m: -kinds()[m.noun].size):
        share = 0.8 if mention != wanted[0] and kinds()[mention.noun].group in ("plants", "buildings") else 1.0
        things.append(put(mention, len(things) + 1, place, things, frame, rng, scale * share, True, reading.pose))
    if len(wanted) <= 1:
        for noun in uncalled(reading, place, rng, avoid):
            things.append(put(Mention(noun), len(things) + 1, place, things, frame, rng, 0.9, False))
    return tuple(things)


def put(
    mention: Mention,
    number: int,
    place: Place,
    others: list[Thing],
    frame: Frame,
    rng: Random,
    scale: float,
    main: bool,
    pose: str | None = None,
) -> Thing:
    kind = kinds()[mention.noun]
    columns = (0.1, 0.9) if main and not others else (0.0, 1.0)
    x, y, height = settle(kind, place, others, frame, rng, main=main, scale=scale, columns=columns)
    return Thing(
        id=number,
        noun=kind.noun,
        x=x,
        y=y,
        height=height,
        flip=rng.random() < 0.5,
        colour=own_colour(kind.noun, mention.colour),
        wears=mention.wears,
        pose=pose if kind.body == "puppet" else None,
    )


def own_colour(noun: str, colour: str | None) -> str | None:
    """The colour as a scene keeps it: nothing where it is the natural one or the art cannot be dyed."""
    kind = kinds()[noun]
    return colour if kind.recolourable and colour != kind.colour else None


def uncalled(reading: Reading, place: Place, rng: Random, avoid: tuple[str, ...]) -> list[str]:
    """One or two things that fit the place, so that there is something to take away or to change."""
    surroundings = {glyph for shape in place.decor for glyph in shape.get("glyphs", ())}
    open_to = [n for n in place.extras if n not in (*avoid, *reading.nouns) and kinds()[n].glyph not in surroundings]
    number = rng.choice((1, 2, 2)) + (not reading.things)
    return rng.sample(open_to, min(number, len(open_to)))


def flawed(scene: Scene, rng: Random) -> Scene:
    if rng.random() >= FLAWED:
        return scene
    flaw = rng.choice(FLAWS)
    frame = scene.frame
    if flaw == "tilt":
        frame = frame.model_copy(update={"tilt": rng.choice((-1, 1)) * float(rng.randint(4, 9))})
    if flaw == "small":
        if min(frame.width, frame.height) < 2 * SMALLEST:
            return scene
        frame = frame.model_copy(update={"width": frame.width // 2, "height": frame.height // 2})
    return scene.model_copy(update={"flaws": (flaw,), "frame": frame})


def find(scene: Scene, words: str) -> Thing | None:
    """The one visible thing that the words name, or None where there is none or more than one."""
    named = [token.name for token in tokens(words) if token.role == "thing"]
    if not named:
        return None
    same = [thing for thing in visible(scene) if thing.noun == named[0]]
    colour = read(words).things[0].colour
    if colour and not on_side_word(words) and len(same) > 1:
        same = [thing for thing in same if colour_of(thing) == colour]
    elif colour and same and not any(colour_of(thing) == colour for thing in same):
        same = [thing for thing in same if colour_of(thing) is None]
    return same[0] if len(same) == 1 else by_position(scene, same, words)


def by_position(scene: Scene, same: list[Thing], words: str) -> Thing | None:
    ordered = sorted(same, key=lambda thing: across(scene, thing))
    for number, ordinal in enumerate(ORDINALS):
        if re.search(rf"\b{ordinal}\b", words) and number < len(ordered):
            return ordered[number]
    side = on_side_word(words)
    if len(ordered) < 2 or side is None or (side == "middle" and len(ordered) % 2 == 0):
        return None
    return ordered[{"left": 0, "right": -1, "middle": len(ordered) // 2}[side]]


def on_side_word(words: str) -> str | None:
    return next((side for side, pattern in SIDES if re.search(pattern, words, re.I)), None)


def across(scene: Scene, thing: Thing) -> tuple[float, float, int]:
    """Where it is seen from left to right; ties go by height and age, so that the order is total."""
    left, top, right, _ = box_seen(thing, scene.frame)
    return round((left + right) / 2, 4), round(top, 4), thing.id


def describe(scene: Scene, thing: Thing) -> str:
    """The shortest name that means this thing and no other."""
    same = [other for other in visible(scene) if other.noun == thing.noun]
    if len(same) <= 1:
        return thing.noun
    colour = colour_of(thing)
    if colour in catalogue.colours() and sum(colour_of(other) == colour for other in same) == 1:
        return f"{colour} {thing.noun}"
    return by_place(scene, thing)


def by_place(scene: Scene, thing: Thing) -> str:
    """The thing named by where it is among its like."""
    same = [other for other in visible(scene) if other.noun == thing.noun]
    ordered = sorted(same, key=lambda other: across(scene, other))
    place = next(n for n, other in enumerate(ordered) if other.id == thing.id)
    if place in (0, len(ordered) - 1):
        return f"{thing.noun} on the {'left' if place == 0 else 'right'}"
    if len(ordered) == 3:
        return f"{thing.noun} in the middle"
    return f"{ORDINALS[place]} {thing.noun} from the left"


def colour_of(thing: Thing) -> str | None:
    return thing.colour or catalogue.kinds()[thing.noun].colour


def find_worn(scene: Scene, words: str) -> tuple[Thing, str] | None:
    """The one thing that wears what the words name, and the worn item as the scene has it."""
    named = [token.name for token in tokens(words) if token.role == "thing"]
    worn = [(t, w) for t in visible(scene) for w in t.wears if named and worn_parts(w)[0] == named[0]]
    if len(worn) > 1 and len(named) > 1:
        worn = [(t, w) for t, w in worn if t.noun == named[1]]
    return worn[0] if len(worn) == 1 else None
