"""Running: one call, whoever made it, on the scene at hand.

    run(Call(intent="recolor", parameters={"object": "car", "colour": "blue"}), before, library, seed="p1f0c2a9e4d")
    -> Scene(…, things=(Thing(noun="car", colour="blue", …),))

Labels were drawn by the same edits, so a label that is run again gives its picture again. A call of a model may hold
anything: what its card does not allow, what its picture has no room for, what nobody can paint. Each of these is a
CannotDraw with a reason, never another error.

A prompt may be any text. Things, places, hours, weathers, lights and styles that the catalogue names are painted, all
other words say nothing; a prompt that names neither a thing nor a place but an hour, a weather, a light or a style
("a stormy night in watercolour") becomes an empty place that has it.
"""

import re
from math import isfinite

from generators.catalogue import Place, places
from generators.edits import apply
from generators.scenes import CannotDraw, read
from generators.words import Reading
from schemas.answer import Call
from schemas.identity import keyed
from schemas.scene import Scene
from schemas.skill import Library

Size = tuple[int, int]
SIZE: Size = (512, 512)  # the painter's where a plan says nothing
LONGEST = 1000  # a longer text would be read for minutes, and no user writes one
HALVES = re.compile("[\ud800-\udfff]")  # JSON can name them, and no file can hold them


def run(call: Call, before: Scene | None, library: Library, seed: str, size: Size = SIZE) -> Scene:
    """The scene after a call. `seed` decides all that the call leaves open; `size` is a new picture's."""
    for problem in problems(call, library):
        raise CannotDraw("unfit", problem)
    if not library[call.intent].draws:
        raise CannotDraw("draws_nothing", f"{call.intent} draws nothing")
    return apply(paintable(call, seed), before, seed, size)


def problems(call: Call, library: Library) -> list[str]:
    """Why a card does not allow the call, or no painter could read it."""
    found = call.problems(library)
    for name, value in call.parameters.items():
        if isinstance(value, str) and len(value) > LONGEST:
            found.append(f"{call.intent}: {name!r} has {len(value):,} letters, more than {LONGEST:,}")
        elif isinstance(value, str) and HALVES.search(value):
            found.append(f"{call.intent}: {name!r} is {value!r}, which holds half a character")
        elif not isinstance(value, str) and not isfinite(value):
            found.append(f"{call.intent}: {name!r} is {value!r}, not a number that can be used")
    return found


def paintable(call: Call, seed: str) -> Call:
    """A prompt without a thing or a place gets a place that has what it does name."""
    prompt = str(call.parameters.get("prompt", ""))
    reading = read(prompt)
    if reading.things or reading.place or not (reading.time or reading.weather or reading.light or reading.style):
        return call
    fitting = sorted(name for name, place in places().items() if has(place, reading))
    if call.intent != "text_to_image" or not fitting:
        return call
    phrase = places()[keyed(seed, "place", prompt).choice(fitting)].phrase
    return call.model_copy(update={"parameters": {**call.parameters, "prompt": f"{prompt}, {phrase}"}})


def has(place: Place, reading: Reading) -> bool:
    outdoors = not place.indoors or not (reading.time or reading.weather)
    return (
        outdoors
        and (reading.time is None or reading.time in place.times)
        and (reading.weather is None or reading.weather in place.weathers)
    )
