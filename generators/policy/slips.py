"""Slips: the right skill with one parameter wrong. Each takes a moment and gives the wrong call, or None where there is
nothing to get wrong in this way.

    off_amount(m)   adjust(amount=15) -> adjust(amount=20)
    wrong_object(m) recolor(object="robot on the left") -> recolor(object="robot on the right")
"""

import re
from collections.abc import Iterator

from generators.policy.confusions import guessed
from generators.policy.moment import Moment, articled, tables
from schemas.answer import Call
from schemas.skill import Input, Value

OPPOSITE = {"left": "right", "right": "left", "middle": "left", "front": "back", "top": "bottom"}
# The end of a value that gets lost: where or when a place is, what stands after a comma, who wears what.
DETAIL = re.compile(r"(,| (in|on|at|with|by|under|near|next to|beside|during)) (?!.*, )[^,]+$")
SHADE = re.compile(r"^(dark|light|pale|bright|deep|mint|sky|navy) (?=\w)")
FREE = ("text", "thing", "colour")
KEPT_WHOLE = ("question", "text")
STRAY = 0.1
NEAR = 3


def dropped_parameter(m: Moment) -> Call | None:
    """One parameter left out, or what a value says beside the main thing; the call mostly stays well-formed."""
    whole, lossy, broken = list[Call](), list[Call](), list[Call]()
    for name, value in m.gold.call.parameters.items():
        field = m.skill.input(name)
        if field is None or value == field.default:
            continue
        (broken if field.required else whole).append(without(m.gold.call, name))
        if shorter := without_detail(value, field):
            lossy.append(changed(m.gold.call, name, shorter))
    sound = whole * 3 + lossy * 2
    if sound and (not broken or m.rng.random() > STRAY):
        return m.rng.choice(sound)
    return m.rng.choice(broken) if broken and len(m.gold.call.parameters) > 1 else None


def without_detail(value: Value, field: Input) -> str | None:
    if field.type not in FREE or field.name in KEPT_WHOLE or not isinstance(value, str):
        return None
    shorter = (SHADE if field.type == "colour" else DETAIL).sub("", value).strip()
    return shorter if shorter and shorter != value else None


def invented_parameter(m: Moment) -> Call | None:
    """A plausible value that nobody said: an input left open is filled, a prompt gets flourishes; now and then a
    parameter comes in that no card has."""
    call = m.gold.call
    if m.skill.draws and m.rng.random() < STRAY:
        strays = {k: v for k, v in tables().strays.items() if m.skill.input(k) is None}
        name = m.rng.choice(sorted(strays))
        return changed(call, name, strays[name])
    made = [changed(call, field.name, value) for field in open_inputs(m) for value in inventions(field, m)]
    prompt = call.parameters.get("prompt")
    if isinstance(prompt, str):
        made += [changed(call, "prompt", f"{prompt}, {flourish}") for flourish in tables().flourishes]
    return m.rng.choice(made) if made else None


def open_inputs(m: Moment) -> list[Input]:
    """Inputs that the right call leaves open; a picture is no invention but a wrong one."""
    return [field for field in m.skill.inputs if field.name not in m.gold.call.parameters and field.type != "image"]


def inventions(field: Input, m: Moment) -> Iterator[Value]:
    """Up to three, none of them said by the user."""
    heard = m.turn.user.casefold()
    if field.name in tables().invented:
        pool: list[Value] = [*tables().invented[field.name]]
    elif field.type == "number":
        pool = [a for a in tables().amounts.get(field.unit or "other", ()) if not field.problem(a)]
        pool += [field.default] * 3 if field.default is not None else []
    elif field.type == "choice":
        pool = [*field.choices]
    elif field.type == "text":
        pool = []
    else:
        pool = [value for value in [guessed(field, m)] if value is not None]
    free = [value for value in pool if str(value).casefold() not in heard]
    yield from m.rng.sample(free, min(3, len(free)))


def wrong_object(m: Moment) -> Call | None:
    """Another thing of the talk or the picture, the other one of two alike, or two things the wrong way round."""
    call, made = m.gold.call, list[Call]()
    for name, value in call.parameters.items():
        field = m.skill.input(name)
        if field is None or not isinstance(value, str) or name in ("avoid", "text"):
            continue
        if field.type == "thing":
            made += [changed(call, name, other) for other in taken_for(value, m)]
        elif field.type == "text" and name != "style":
            made += [changed(call, name, other) for other in renamed(value, m)]
    made += turned_round(call)
    return m.rng.choice(made) if made else None


def taken_for(value: str, m: Moment) -> Iterator[str]:
    """Other things than this one, not merely this one by another name; the other one of two alike comes most."""
    for word, other in OPPOSITE.items():
        if re.search(rf"\bon the {word}\b", value):
            yield from [re.sub(rf"\b{word}\b", other, value)] * 2
    present = set(m.gold.call.parameters.values())
    for thing in m.things:
        if thing not in present and thing not in value and value not in thing:
            yield thing


def renamed(value: str, m: Moment) -> Iterator[str]:
    """The text with a thing in it exchanged for another thing that it does not name."""
    things = list(dict.fromkeys(re.split(r" (?:on|in) the ", thing)[0] for thing in m.things))
    named = [thing for thing in things if re.search(rf"\b{re.escape(thing)}\b", value)]
    others = [thing for thing in things if thing not in value and not any(n in thing or thing in n for n in named)]
    for thing in named:
        spot = re.compile(rf"\b(?P<article>an? )?{re.escape(thing)}\b")
        for other in others:
            found = spot.search(value)
            yield spot.sub(articled(other) if found and found["article"] else other, value, count=1)


def turned_round(call: Call) -> list[Call]:
    """What goes for what comes, what is put on for what wears it."""
    pairs = (("object", "replacement"), ("object", "target"))
    p = call.parameters
    return [
        call.model_copy(update={"parameters": {**p, one: p[two], two: p[one]}})
        for one, two in pairs
        if one in p and two in p and p[one] != p[two]
    ]


def wrong_image(m: Moment) -> Call | None:
    """Another picture than the one that is meant; one that was shown."""
    named = m.gold.call.parameters.get("image")
    place = named or m.gold.call.parameters.get("show")
    name = "show" if "show" in m.gold.call.parameters else "image"
    if m.skill.input(name) is None or (name == "show" and not place):
        return None
    meant = place or (None if m.current is None else f"image_{m.current + 1}")
    others = [f"image_{n + 1}" for n in m.shown if f"image_{n + 1}" != meant]
    return changed(m.gold.call, name, m.rng.choice(others)) if others else None


def off_amount(m: Moment) -> Call | None:
    """A number or a size missed by a little, the other way round, or an order too large."""
    made = []
    for name, value in m.gold.call.parameters.items():
        field = m.skill.input(name)
        if field is not None and field.type in ("number", "size"):
            made += [changed(m.gold.call, name, other) for other in misses(value, field) if not field.problem(other)]
    return m.rng.choice(made) if made else None


def misses(value: Value, field: Input) -> Iterator[Value]:
    if isinstance(value, str):
        sides = re.split(r"\s?[x:]\s?", value)
        turned = (":" if ":" in value else "x").join(reversed(sides))
        yield from [turned] * (3 if turned != value else 0)
        yield from (size for size in tables().sizes if size != value and (":" in size) == (":" in value))
        return
    known = sorted(tables().amounts.get(field.unit or "other", ()), key=lambda other: abs(other - value))
    yield from [other for other in known if other != value][:NEAR]
    if field.minimum is not None and field.minimum < 0:
        yield from [-value] * NEAR
    for other in (value * 2, value / 2, value * 10):
        if other != value and other == int(other):
            yield int(other)


def without(call: Call, name: str) -> Call:
    return call.model_copy(update={"parameters": {k: v for k, v in call.parameters.items() if k != name}})


def changed(call: Call, name: str, value: Value) -> Call:
    return call.model_copy(update={"parameters": {**call.parameters, name: value}})
