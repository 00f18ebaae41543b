"""Seed prompts: from the bank of hand-written ones, or from a file of the user's own.

    Prompt(id="p1f0c2a9e4d", category="animals", text="a fox and a rabbit in a forest, at dusk, in watercolour",
           parts={"subject": "fox, rabbit", "setting": "in a forest", "lighting": "at dusk", …})

The bank (art/seeds.yaml) holds cores by category; most get a finish, a time or a style that the core leaves
open. Three cores in four are seeds; the fourth is kept for the new pictures that people ask for in the middle
of a dialogue, some for each split, so that no split hears another's prompts.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pydantic import ValidationError

from generators.banks import read_yaml
from generators.catalogue import ART, Kind, Place, kinds, lights, places, styles, times, weathers
from generators.jsonl import numbered_rows
from generators.scenes import CannotDraw, compose, read
from generators.slots import apportion, deck
from generators.words import Mention, Reading
from schemas.errors import BadInput, Refused, complaint, did_you_mean
from schemas.identity import keyed
from schemas.plan import Plan
from schemas.prompt import Dimension, Prompt, Split

AUTHOR = "prompts-1"
TRIES = 24
UNLIKE = 0.7
ASIDE = 4
SHARES: Mapping[Split, float] = {"sft": 6, "rlhf": 3, "test": 1}


@cache
def bank() -> Any:
    return read_yaml(ART / "prompts.yaml")


@cache
def cores() -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = read_yaml(ART / "seeds.yaml")
    return found


def categories() -> tuple[str, ...]:
    return tuple(cores())


@cache
def members(group: str) -> tuple[Kind, ...]:
    return tuple(kind for kind in kinds().values() if kind.group == group)


@cache
def seeds(category: str) -> tuple[str, ...]:
    return tuple(core for n, core in enumerate(cores()[category]) if n % ASIDE)


@cache
def asides(split: Split) -> tuple[str, ...]:
    """The cores for new pictures in the middle of a dialogue, dealt to the splits."""
    every = [core for category in categories() for core in cores()[category][::ASIDE]]
    owners = deck(SHARES, len(every), "asides")
    return tuple(core for core, owner in zip(every, owners, strict=True) if owner == split)


def aside(split: Split, rng: Random) -> str:
    core = rng.choice(asides(split))
    return finished(core, rng.choice(finishes(core)), rng)


def categories_of(plan: Plan) -> tuple[str, ...]:
    """Those that the plan names, or all."""
    for name in plan.prompts.categories:
        if name not in categories():
            raise BadInput(f"prompts.categories: no category {name!r}{did_you_mean(name, categories())}")
    return plan.prompts.categories or categories()


def seed_prompts(plan: Plan) -> list[Prompt]:
    """As many distinct prompts as the plan asks for, its categories alike."""
    shares = dict.fromkeys(categories_of(plan), 1.0)
    prompts = [
        prompt
        for category, count in apportion(shares, plan.prompts.count).items()
        for prompt in prompts_of(category, count, plan.seed)
    ]
    keyed(plan.seed, "order").shuffle(prompts)
    return prompts


def prompts_of(category: str, count: int, seed: int) -> Iterator[Prompt]:
    """Every core once, then again with other finishes: first where that makes another picture in words too,
    and only when no such core is left, wherever the text differs at all."""
    order = list(seeds(category))
    keyed(seed, "cores", category).shuffle(order)
    made: dict[str, list[str]] = {core: [] for core in order}
    taken: set[str] = set()
    again, unlike = 0, True
    while True:
        before = len(taken)
        for core in order:
            found = (t for t in texts(core, again, seed) if Prompt.id_of(t) not in taken)
            text = next((t for t in found if not unlike or all(differ(t, other) for other in made[core])), None)
            if text is None:
                continue
            if len(taken) == count:
                return
            made[core].append(text)
            taken.add(Prompt.id_of(text))
            yield Prompt.of(text, category, parts_of(read(text)), AUTHOR)
        if len(taken) == before and not unlike:
            raise Refused(f"prompts.count: the bank cannot tell {count:,} prompts of category {category!r} apart "
                          f"(it stopped at {before:,}); ask for fewer or give your own with prompts.file")  # fmt: skip
        unlike = unlike and len(taken) > before
        again += 1


def differ(a: str, b: str) -> bool:
    words = [set(text.replace(",", " ").split()) for text in (a, b)]
    return len(words[0] & words[1]) < UNLIKE * len(words[0] | words[1])


def texts(core: str, again: int, seed: int) -> Iterator[str]:
    for attempt in range(TRIES):
        rng = keyed(seed, "finish", core, again, attempt)
        yield finished(core, rng.choices(*weighted(core, again))[0], rng)


def weighted(core: str, again: int) -> tuple[list[str], list[float]]:
    """The finishes a core can take, with their weights; a core used again never comes bare."""
    fitting = finishes(core)
    weights = [0 if again and finish == "" and len(fitting) > 1 else bank()["finishes"][finish] for finish in fitting]
    return fitting, weights


def finishes(core: str) -> list[str]:
    """What a core leaves open: a style, a time or light, a weather that its place has."""
    reading = read(core)
    place = places().get(reading.place or "")
    outdoors = place is not None and len(place.times) > 1
    open_to = {
        "style": reading.style is None,
        "time": outdoors and reading.time is None and reading.light is None,
        "light": reading.light is None and reading.time is None,
        "weather": outdoors and reading.weather is None and len(place.weathers if place else ()) > 1,
    }
    return [
        finish
        for finish in bank()["finishes"]
        if all(may or f"{{{slot}}}" not in finish for slot, may in open_to.items())
    ]


def finished(core: str, finish: str, rng: Random) -> str:
    reading = read(core)
    place = places().get(reading.place or "")
    coloured = any(mention.colour for mention in reading.things)
    fitting = [style.phrase for style in styles().values() if not (coloured and style.colourless)]
    phrases = {"style": rng.choice(fitting), "light": rng.choice(lights_of(place))}
    if place is not None:
        untold = ("day", "night") if "rainbow" in reading.nouns else ("day",)
        phrases["time"] = times()[rng.choice([t for t in place.times if t not in untold] or place.times)].phrase
        telling = [name for name in place.weathers if name != "clear"] or list(place.weathers)
        phrases["weather"] = weathers()[rng.choice(telling)].phrase
    return core + finish.format(**phrases)


def lights_of(place: Place | None) -> list[str]:
    found: Mapping[str, list[str]] = bank()["lights"]
    if place is None:
        return found["anywhere"]
    return found["anywhere"] + found["indoors" if place.indoors else "outdoors"]


def parts_of(reading: Reading) -> dict[Dimension, str]:
    """What a prompt is made of, as the painter reads it."""
    moments = [
        times()[reading.time].phrase if reading.time else "",
        weathers()[reading.weather].phrase if reading.weather else "",
        f"in {reading.light} light" if reading.light in lights() else "",
    ]
    parts: dict[Dimension, str] = {
        "subject": ", ".join(map(named, reading.things)),
        "setting": places()[reading.place].phrase if reading.place else "",
        "lighting": ", ".join(filter(None, moments)),
        "style": styles()[reading.style].phrase if reading.style else "",
    }
    return {dimension: phrase for dimension, phrase in parts.items() if phrase}


def named(mention: Mention) -> str:
    kind = kinds()[mention.noun]
    noun = kind.noun if mention.count == 1 else f"{mention.count} {kind.plural}"
    colour = f"{mention.colour} " if mention.colour else ""
    return f"{colour}{noun}" + (f" with {' and '.join(mention.wears)}" if mention.wears else "")


def read_prompts(path: Path, count: int) -> list[Prompt]:
    """The user's own prompts: JSONL with `text` and `category`, and `parts` where they are known."""
    prompts: dict[str, Prompt] = {}
    for number, prompt in rows(path):
        if prompt.id in prompts:
            raise BadInput(f"{path}, line {number}: the prompt {prompt.text!r} stands there twice")
        try:
            compose(prompt.text, prompt.id, (512, 512))
        except CannotDraw as error:
            raise BadInput(f"{path}, line {number}: {prompt.text!r} cannot be painted: {error}") from error
        prompts[prompt.id] = prompt
    if len(prompts) < count:
        raise BadInput(
            f"{path}: holds {len(prompts)} prompts, the plan asks for {count}: lower prompts.count or add some"
        )
    return list(prompts.values())[:count]


def rows(path: Path) -> Iterator[tuple[int, Prompt]]:
    for number, fields in numbered_rows(path):
        if not isinstance(fields, dict) or not {"text", "category"} <= fields.keys() <= {"text", "category", "parts"}:
            raise BadInput(f"{path}, line {number}: a row has text, category and perhaps parts, nothing else")
        text, category = fields["text"], fields["category"]
        if not isinstance(text, str) or not isinstance(category, str):
            raise BadInput(f"{path}, line {number}: text and category must be text")
        try:
            yield number, Prompt.from_data({"id": Prompt.id_of(text), "author": path.name, **fields})
        except ValidationError as error:
            raise BadInput(f"{path}, line {number}: {complaint(error, Prompt)}") from error
