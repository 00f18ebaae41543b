"""Edits: what each drawing skill does to a scene.

    apply(Call(intent="recolor", parameters={"object": "car", "colour": "blue"}), before, key, (512, 512)) -> Scene

Every function here takes a scene and the call's parameters and returns the scene after it. What cannot be
done raises CannotDraw before anything is painted.
"""

import re
from collections.abc import Callable, Mapping

from generators import touches, views
from generators.catalogue import Kind, kinds, places
from generators.controls import control, pose_to_image, scribble_to_image
from generators.frames import visible
from generators.instructions import instruct_edit
from generators.layout import regrounded, settle
from generators.scenes import CannotDraw, colour_of, compose, find, find_worn, own_colour, read
from generators.views import columns_seen, size_of
from generators.words import Mention, worn_parts, worn_text
from schemas.answer import Call
from schemas.identity import keyed
from schemas.scene import Scene, Thing, Touch
from schemas.skill import Value

__all__ = ["CREATES", "EDITS", "apply", "control"]

Parameters = Mapping[str, Value]
Edit = Callable[[Scene, Parameters, str], Scene]
Create = Callable[[Parameters, Scene | None, str, tuple[int, int]], Scene]


def apply(call: Call, before: Scene | None, key: str, size: tuple[int, int]) -> Scene:
    """The scene after a call. `key` decides all that the call leaves open; `size` is a new picture's."""
    if call.intent in CREATES:
        return CREATES[call.intent](call.parameters, before, key, size)
    if call.intent not in EDITS:
        raise CannotDraw("no_such_skill", f"the painter knows no skill {call.intent!r}")
    if before is None:
        raise CannotDraw("no_picture", f"{call.intent} needs a picture to work on")
    if before.medium != "picture":
        raise CannotDraw("control_picture", f"{call.intent} works on pictures, not on a {before.medium}")
    after = spared(before, EDITS[call.intent](before, call.parameters, key), str(call.parameters.get("avoid", "")))
    if after == before:
        raise CannotDraw("no_change", f"{call.intent} with {dict(call.parameters)!r} would leave the picture as it is")
    return after


def spared(before: Scene, after: Scene, avoid: str) -> Scene:
    """What the user wants left alone stays as it was, and what must not appear does not."""
    nouns = {mention.noun for mention in read(avoid).things}
    old = {thing.id: thing for thing in before.things}
    for thing in after.things:
        if thing.noun in nouns and thing.id not in old:
            raise CannotDraw("avoided", f"{thing.noun} must not appear, as {avoid!r} says")
    kept = tuple(old[t.id] if t.id in old and old[t.id].noun in nouns else t for t in after.things)
    return after.model_copy(update={"things": kept})


def text_to_image(given: Parameters, _before: Scene | None, key: str, size: tuple[int, int]) -> Scene:
    avoid = tuple(mention.noun for mention in read(str(given.get("avoid", ""))).things)
    wanted = size_of(str(given["size"]), size[0] * size[1]) if "size" in given else size
    return compose(str(given["prompt"]), key, wanted, avoid=avoid, clean=True)


def add_object(before: Scene, given: Parameters, key: str) -> Scene:
    mention = mentioned(str(given["object"]))
    target = wanted(before, str(given["target"])) if "target" in given else None
    if kinds()[mention.noun].worn is not None and "position" not in given:
        wearer = target or only_wearer(before, kinds()[mention.noun])
        if wearer is not None:
            return put_on(before, wearer, mention)
    for n in range(mention.count):
        before = with_new(before, mention, target, str(given.get("position", "")), f"{key}-{n}")
    return before


def only_wearer(scene: Scene, kind: Kind) -> Thing | None:
    """The largest thing in view that can wear this."""
    able = [thing for thing in visible(scene) if can_wear(thing, kind)]
    return max(able, key=lambda thing: (thing.height, -thing.id), default=None)


def can_wear(thing: Thing, kind: Kind) -> bool:
    return kind.worn in kinds()[thing.noun].slots


def put_on(scene: Scene, wearer: Thing, mention: Mention) -> Scene:
    if not can_wear(wearer, kinds()[mention.noun]):
        raise CannotDraw("cannot_wear", f"a {wearer.noun} cannot wear {kinds()[mention.noun].a_noun}")
    slot = kinds()[mention.noun].worn
    kept = [w for w in wearer.wears if kinds()[worn_parts(w)[0]].worn != slot]
    item = worn_text(mention.noun, own_colour(mention.noun, mention.colour))
    return changed(scene, wearer, wears=wearer.wears if item in wearer.wears else (*kept, item))


def with_new(scene: Scene, mention: Mention, target: Thing | None, position: str, key: str) -> Scene:
    kind, place, frame = kinds()[mention.noun], places()[scene.setting], scene.frame
    rng = keyed(scene.key, key, "add", mention.noun)
    columns, band, scale = columns_seen(frame, position), None, 1.0
    if target is not None:
        columns = (max(columns[0], target.x - 0.45), min(columns[1], target.x + 0.45))
        band = None if kind.stands == "sky" else (target.y - 0.02, target.y + 0.03)
    elif position in views.BANDS:
        band, scale = views.BANDS[position]
    x, y, height = settle(
        kind, place, list(scene.things), frame, rng, columns=columns, band=views.band_seen(frame, band), scale=scale
    )
    height = min(height, round((frame.bottom - frame.top) * 0.7, 4))
    number = max((thing.id for thing in scene.things), default=0) + 1
    colour = own_colour(kind.noun, mention.colour)
    thing = Thing(id=number, noun=kind.noun, x=x, y=y, height=height, colour=colour, wears=mention.wears)
    return scene.model_copy(update={"things": (*scene.things, thing)})


def remove_object(before: Scene, given: Parameters, _key: str) -> Scene:
    words = str(given["object"])
    thing = find(before, words)
    if thing is None and (worn := find_worn(before, words)):
        return changed(before, worn[0], wears=tuple(w for w in worn[0].wears if w != worn[1]))
    thing = thing or wanted(before, words)
    if not kinds()[thing.noun].removable:
        raise CannotDraw("not_removable", f"the {thing.noun} cannot be taken out")
    return before.model_copy(update={"things": tuple(t for t in before.things if t.id != thing.id)})


def replace_object(before: Scene, given: Parameters, _key: str) -> Scene:
    mention, words = mentioned(str(given["replacement"])), str(given["object"])
    thing = find(before, words)
    if thing is None and (worn := find_worn(before, words)):
        bare = changed(before, worn[0], wears=tuple(w for w in worn[0].wears if w != worn[1]))
        return put_on(bare, next(t for t in bare.things if t.id == worn[0].id), mention)
    thing = thing or wanted(before, words)
    scale = min(max(thing.height / kinds()[thing.noun].size, 0.8), 1.6)
    height = round(min(kinds()[mention.noun].size * scale, 0.62, thing.y - 0.015), 4)
    colour = own_colour(mention.noun, mention.colour)
    return changed(before, thing, noun=mention.noun, height=height, colour=colour, wears=mention.wears, pose=None)


def recolor(before: Scene, given: Parameters, _key: str) -> Scene:
    words, colour = str(given["object"]), touches.colour_named(str(given["colour"]))
    thing = find(before, words)
    worn = None if thing else find_worn(before, words)
    noun = worn_parts(worn[1])[0] if worn else (thing or wanted(before, words)).noun
    if not kinds()[noun].recolourable:
        raise CannotDraw("cannot_recolour", f"the {noun} is painted in one way only")
    touches.check_colours_show(before, "recolor")
    if worn:
        dyed = worn_text(noun, own_colour(noun, colour))
        return changed(before, worn[0], wears=tuple(dyed if w == worn[1] else w for w in worn[0].wears))
    thing = thing or wanted(before, words)
    return before if colour_of(thing) == colour else changed(before, thing, colour=own_colour(noun, colour))


def replace_background(before: Scene, given: Parameters, _key: str) -> Scene:
    text = str(given["background"])
    reading = read(text)
    name = reading.place or next((n for n in places() if re.search(rf"\b{n}\b", text.lower())), None)
    if name is None:
        return other_backdrop(before, text)
    old, new = places()[before.setting], places()[name]
    time = reading.time or (before.time if before.time in new.times else new.times[0])
    weather = reading.weather or (before.weather if before.weather in new.weathers else "clear")
    things = before.things if old == new else tuple(regrounded(thing, old, new) for thing in before.things)
    update = {"setting": new.name, "time": time, "weather": weather, "things": things, "backdrop": None}
    return before.model_copy(update={**update, "season": None})


def other_backdrop(before: Scene, text: str) -> Scene:
    """A background that is no place: another sky, or one plain colour."""
    reading = read(text)
    if reading.time or reading.weather:
        update = {"time": reading.time or before.time, "weather": reading.weather or before.weather, "backdrop": None}
        return before.model_copy(update=update)
    if reading.colour is None:
        raise CannotDraw("no_such_background", f"{text!r} names no place, weather, time or colour that can be painted")
    return before.model_copy(update={"backdrop": reading.colour})


def remove_background(before: Scene, given: Parameters, _key: str) -> Scene:
    things = (wanted(before, str(given["object"])),) if "object" in given else before.things
    if not things:
        raise CannotDraw("nothing_left", "there is nothing in the foreground that could stay")
    return before.model_copy(update={"backdrop": "none", "things": things})


def mentioned(words: str) -> Mention:
    found = read(words).things
    if not found:
        raise CannotDraw("no_such_object", f"{words!r} names nothing that can be painted")
    return found[0]


def wanted(scene: Scene, words: str) -> Thing:
    thing = find(scene, words)
    if thing is None:
        seen = ", ".join(t.noun for t in visible(scene)) or "nothing"
        raise CannotDraw("no_such_thing", f"{words!r} is not one thing in the picture, which shows {seen}")
    return thing


def changed(scene: Scene, thing: Thing, **update: object) -> Scene:
    new = thing.model_copy(update=update)
    return scene.model_copy(update={"things": tuple(new if t.id == thing.id else t for t in scene.things)})


def touched(touch: Callable[[Scene, Parameters], Touch]) -> Edit:
    return lambda before, given, _key: touches.with_touch(before, touch(before, given))


CREATES: Mapping[str, Create] = {
    "text_to_image": text_to_image,
    "scribble_to_image": scribble_to_image,
    "pose_to_image": pose_to_image,
}

EDITS: Mapping[str, Edit] = {
    "add_object": add_object,
    "remove_object": remove_object,
    "replace_object": replace_object,
    "recolor": recolor,
    "replace_background": replace_background,
    "remove_background": remove_background,
    "instruct_edit": instruct_edit,
    "add_text": views.add_text,
    "transform": views.transform,
    "outpaint": views.outpaint,
    "upscale": views.upscale,
    "relight": touches.relight,
    "retouch": touches.retouch,
    "adjust": touched(touches.adjust),
    "stylize": touched(touches.stylize),
    "anime": touched(touches.anime),
    "line_art": touched(touches.line_art),
}
