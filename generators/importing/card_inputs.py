"""The inputs of an imported card, each with the places in the workflow that its value is put in.

Bound(Input(name="prompt", type="text", required=True, …), ("6.text", "14.text"))
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from generators.importing.describing import SHOWN
from generators.importing.doings import Doing, doings
from generators.importing.pictures import Given, Role
from generators.importing.prompts import Prompt, Prompts
from generators.importing.settings import Number, Size
from generators.importing.spoken import Seek
from schemas.skill import ON_IMAGE, Input

MOST_TEXTS = 9
SHORT = 90  # letters of a workflow's own prompt that is still something a person would say
ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
PICTURES: dict[Role, str] = {
    "content": "A further picture that goes into the result.",
    "background": "The picture that is seen behind it, on its own.",
    "guide": "The picture that lends its {shown}.",
    "face": "A picture of the person's face.",
    "reference": "An example of what the new picture is like.",
}
ROLE_NAMES: dict[Role, str] = {
    "content": "image", "background": "background", "guide": "guide_image", "face": "face_image", "reference": "image",
}  # fmt: skip


class Bound(NamedTuple):
    input: Input
    places: tuple[str, ...]


def of_pictures(pictures: tuple[Given, ...], masks: Iterable[tuple[str, str]], one: bool) -> Iterator[Bound]:
    """The first is `image`, as on all cards; a file that is read twice is one picture, and with `one` all are one."""
    taken: list[str] = []
    groups: dict[object, list[Given]] = {}
    for given in pictures:
        groups.setdefault(None if one else (given.role, given.file or given.node), []).append(given)
    for group in groups.values():
        first = group[0]
        places = tuple(f"{given.node}.{given.input}" for given in group)
        if not taken and first.role in ("content", "background"):
            taken.append("image")
            yield Bound(ON_IMAGE, places)
            continue
        name = unused(picture_name(first, not taken), taken)
        taken.append(name)
        shown = SHOWN[first.shows][0] if first.shows in SHOWN else "layout"
        words = PICTURES[first.role].format(shown=shown)
        yield Bound(Input(name=name, type="image", required=True, description=words), places)
    if where := tuple(f"{node}.{name}" for node, name in masks):
        words = "A black and white picture; where it is white the other one is painted anew."
        yield Bound(Input(name="mask", type="image", required=True, description=words), where)


def picture_name(given: Given, first: bool) -> str:
    if first:
        return "image"
    shown = SHOWN[given.shows][0] if given.shows in SHOWN else None
    return f"{shown}_image" if shown else ROLE_NAMES[given.role]


def unused(name: str, taken: list[str]) -> str:
    return next(n for n in (name, *(f"{word}_{name}" for word in ORDINALS)) if n not in taken)


def leading(role: Role, pictures: tuple[Given, ...]) -> tuple[Given, ...]:
    """The pictures with those of a role before all others."""
    return tuple(sorted(pictures, key=lambda given: given.role != role))


def of_prompts(prompts: Prompts, doing: Doing) -> Iterator[Bound]:
    whole = [prompt for prompt in prompts.positive if prompt.region is None or prompt.region.name is None]
    parts = [prompt for prompt in prompts.positive if prompt.region and prompt.region.name]
    words = doing.asks or "What the picture shows, in the user's words."
    taken: list[str] = []
    for prompt in whole[:MOST_TEXTS]:
        name = unused(doing.prompt, taken)
        told = words if not taken else "A further idea, which is mixed with the first."
        taken.append(name)
        needed = doing.needs_prompt or len(taken) > 1
        yield Bound(text_input(name, needed, told, prompt, doing), prompt.places)
    for prompt in parts[:MOST_TEXTS]:
        place = prompt.region.name if prompt.region else None
        name = unused(f"{place}_{'object' if prompt.boxed else 'part'}", taken)
        taken.append(name)
        told = f"What is seen in the {str(place).replace('_', ' ')} of the picture."
        yield Bound(text_input(name, not whole and len(taken) == 1, told, prompt, doing), prompt.places)


def further(prompts: Prompts) -> str:
    return (
        "Words for a further step or a second idea that is mixed in; what the workflow has stays when it is left out."
    )


def text_input(name: str, required: bool, words: str, prompt: Prompt, doing: Doing) -> Input:
    own = " ".join(prompt.text.split()).strip(" ,.")
    said = own if 3 <= len(own) <= SHORT and not set("()<>:{}|\\") & set(own) else None
    examples = tuple(
        dict.fromkeys([*([said] if said else []), *(doing.examples or doings()["text_to_image"].examples)])
    )[:3]
    return Input(name=name, type="text", required=required, description=words, examples=examples)


def of_seeks(seeks: Iterable[Seek]) -> Iterator[Bound]:
    for seek in seeks:
        examples = ("Happy birthday", "Grand opening on Sunday", "For sale") if seek.type == "text" else ()
        yield Bound(
            Input(name=seek.name, type=seek.type, required=True, description=seek.description, examples=examples),
            (seek.place,),
        )


def of_maps(maps: dict[str, str]) -> Bound:
    return Bound(
        Input(name="map", type="choice", required=True, choices=tuple(maps), description="Which map is drawn."), ()
    )


def of_number(number: Number) -> Bound:
    low, high, default = (whole(n) for n in (number.minimum, number.maximum, number.default))
    fields = {"minimum": float(low), "maximum": float(high), "unit": number.unit}
    description = number.description
    made = Input(name=number.name, type="number", description=description, default=default, **fields)  # type: ignore[arg-type]
    return Bound(made, number.places)


def whole(number: float) -> int | float:
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def of_size(size: Size) -> Bound:
    words = "Aspect ratio such as 16:9, or size in pixels such as 1024x768. Only when the user names one."
    return Bound(Input(name="size", type="size", description=words), size.places)


def of_colour(name: str, place: str) -> Bound:
    words = f"The {name.replace('_', ' ')}, as a name such as dark green, or as #rrggbb."
    return Bound(Input(name=name, type="colour", description=words), (place,))


def once_each(bound: Iterable[Bound]) -> list[Bound]:
    """Inputs of one name are one input where they are alike, and are numbered where they are not."""
    found: dict[str, Bound] = {}
    for each in bound:
        name = each.input.name
        known = found.get(name)
        if known is not None and known.input == each.input:
            found[name] = Bound(known.input, tuple(dict.fromkeys([*known.places, *each.places])))
            continue
        if known is not None:
            name = unused(name, list(found))
        found[name] = Bound(each.input.model_copy(update={"name": name}), each.places)
    return list(found.values())
