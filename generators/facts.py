"""Facts: what is certainly to be seen in a painted picture, as answers to questions.

    facts(scene) -> (Fact("count", {"things": "dogs"}, "two"), Fact("colour", {"thing": "the balloon"}, "red"), ...)

A fact that the frame, a style or the light puts in doubt is left out rather than guessed.
"""

from collections.abc import Iterator
from typing import NamedTuple

from generators.catalogue import kinds, places
from generators.frames import Box, box, box_seen, seen, share_inside, visible
from generators.scenes import by_place, colour_of, describe
from generators.touches import colourless
from generators.words import worn_parts
from schemas.identity import keyed
from schemas.scene import Scene, Thing

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TIMES = {"day": "daytime", "sunset": "sunset", "night": "night"}
WEATHERS = {"clear": "clear", "cloudy": "cloudy", "rain": "rainy", "snow": "snowy", "fog": "foggy", "storm": "stormy"}
FAITHFUL_LIGHTS = (None, "soft", "studio", "golden hour")
BACKGROUND_GROUPS = ("plants", "buildings", "sky")
ABSENT_ASKED = 3
MOST_HIDDEN = 0.45


class Fact(NamedTuple):
    kind: str
    given: dict[str, str]
    answer: str


def facts(scene: Scene) -> tuple[Fact, ...]:
    if scene.medium != "picture":
        return ()
    found = (counts, presence, colours_seen, wearing, sides, surroundings, words_written)
    return tuple(fact for claims in found for fact in claims(scene))


def counts(scene: Scene) -> Iterator[Fact]:
    for noun in dict.fromkeys(thing.noun for thing in visible(scene)):
        kind = kinds()[noun]
        alike = [thing for thing in scene.things if is_a(thing, noun) and share_inside(thing, scene.frame) > 0]
        doubtful = any(share_inside(t, scene.frame) < 0.75 or hidden(scene, t) for t in alike)
        if kind.plural != noun and not doubtful and not in_decor(scene, noun) and len(alike) < len(NUMBERS):
            yield Fact("count", {"things": kind.plural}, NUMBERS[len(alike)])


def plain(scene: Scene) -> tuple[Thing, ...]:
    """The things in view that nothing in front of them hides for the most part."""
    return tuple(thing for thing in visible(scene) if not hidden(scene, thing))


def hidden(scene: Scene, thing: Thing) -> bool:
    front = [t for t in scene.things if (t.y, t.id) > (thing.y, thing.id)]
    edges = box(thing, scene.frame)
    area = (edges[2] - edges[0]) * (edges[3] - edges[1])
    return sum(common(edges, box(other, scene.frame)) for other in front) > MOST_HIDDEN * area


def common(a: Box, b: Box) -> float:
    return max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)


def is_a(thing: Thing, noun: str) -> bool:
    return noun in (thing.noun, *kinds()[thing.noun].also)


def in_decor(scene: Scene, noun: str) -> bool:
    """Whether the surroundings may hold such things uncounted."""
    return scene.backdrop is None and kinds()[noun].group in BACKGROUND_GROUPS


def presence(scene: Scene) -> Iterator[Fact]:
    for noun in dict.fromkeys(thing.noun for thing in plain(scene)):
        yield Fact("presence", {"thing": kinds()[noun].a_noun}, "yes")
    for noun in absent(scene):
        yield Fact("presence", {"thing": kinds()[noun].a_noun}, "no")


def absent(scene: Scene) -> list[str]:
    """Some things that would fit but are not there; none akin to a thing that is."""
    groups = {kinds()[thing.noun].group for thing in scene.things} | set(BACKGROUND_GROUPS) | {"objects", "wearables"}
    if "people" in groups or "fantasy" in groups:
        groups |= {"people", "fantasy"}
    fitting = [k.noun for k in kinds().values() if scene.setting in k.places and k.group not in groups]
    return keyed(scene.key, "absent").sample(fitting, min(ABSENT_ASKED, len(fitting)))


def colours_seen(scene: Scene) -> Iterator[Fact]:
    if colourless(scene) or not colours_true(scene):
        return
    for thing in plain(scene):
        colour = colour_of(thing)
        if colour is not None and not colour.startswith("#"):
            alone = sum(other.noun == thing.noun for other in visible(scene)) == 1
            yield Fact("colour", {"thing": f"the {thing.noun if alone else by_place(scene, thing)}"}, colour)


def colours_true(scene: Scene) -> bool:
    """Whether light, hour and dials leave colours what they are."""
    dialled = any(t.name in ("warmth", "saturation", "brightness") and abs(t.amount) > 40 for t in scene.touches)
    styled = any(t.name.startswith("style:") for t in scene.touches)
    dark = scene.backdrop is None and scene.time in ("night", "dusk") and not places()[scene.setting].sky
    return not (dialled or styled or dark or "underexposure" in scene.flaws) and scene.light in FAITHFUL_LIGHTS


def wearing(scene: Scene) -> Iterator[Fact]:
    for thing in plain(scene):
        if thing.wears and share_inside(thing, scene.frame) > 0.95:
            worn = [with_article(*worn_parts(w)) for w in thing.wears]
            yield Fact("wearing", {"thing": f"the {describe(scene, thing)}"}, listed(worn))


def with_article(noun: str, colour: str | None) -> str:
    if colour is None:
        return kinds()[noun].a_noun
    article = "" if kinds()[noun].article == "" else "an " if colour[0] in "aeio" else "a "
    return f"{article}{colour} {noun}"


def listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def sides(scene: Scene) -> Iterator[Fact]:
    for thing in visible(scene):
        left, _, right, _ = box_seen(thing, scene.frame)
        middle, name = (left + right) / 2, describe(scene, thing)
        if (right < 0.55 or middle < 0.36) and "left" not in name and "right" not in name:
            yield Fact("side", {"thing": f"the {name}"}, "left")
        elif (left > 0.45 or middle > 0.64) and "left" not in name and "right" not in name:
            yield Fact("side", {"thing": f"the {name}"}, "right")


def surroundings(scene: Scene) -> Iterator[Fact]:
    frame, place = scene.frame, places()[scene.setting]
    wide = (frame.right - frame.left) * (frame.bottom - frame.top) >= 0.6 and frame.top < 0.15
    if scene.backdrop is not None or colourless(scene) or not wide:
        return
    yield Fact("place", {}, place.phrase.split(" ", 1)[1])
    natural = scene.light is None and "underexposure" not in scene.flaws and not place.sky
    if natural and scene.time in TIMES and scene.weather in ("clear", "cloudy", "snow"):
        yield Fact("time", {}, TIMES[scene.time])
    if natural and len(place.weathers) > 1:
        yield Fact("weather", {}, WEATHERS[scene.weather])


def words_written(scene: Scene) -> Iterator[Fact]:
    for line in scene.lettering:
        u, v = seen(scene.frame, (line.x, line.y))
        upright = (line.mirror, line.turns) == (scene.frame.mirror, scene.frame.turns)
        if upright and len(scene.lettering) == 1 and 0.2 < u < 0.8 and 0.05 < v < 0.95:
            yield Fact("text", {}, line.text)
