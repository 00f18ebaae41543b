"""Seed prompts: from the bank of what can be painted, or from a file of the user's own.

Prompt(id="p1f0c2a9e4d", category="animals", text="a fox and a rabbit in a forest at dusk, in watercolour",
       parts={"subject": "a fox and a rabbit", "setting": "in a forest", "lighting": "at dusk", …})
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from pydantic import ValidationError

from generators.catalogue import ART, Kind, Place, colours, groups, kinds, places, styles, times, weathers
from generators.scenes import CannotDraw, compose
from generators.slots import deck
from schemas.errors import BadInput, Refused, complaint, did_you_mean
from schemas.identity import keyed
from schemas.plan import Plan
from schemas.prompt import Dimension, Prompt

AUTHOR = "prompts-1"
TRIES = 60
NOT_SUBJECTS = ("wearables", "wearable", "sky")


@cache
def bank() -> Any:
    return yaml.safe_load((ART / "prompts.yaml").read_text(encoding="utf-8"))


@cache
def categories() -> tuple[str, ...]:
    return tuple(group for group in groups() if group not in NOT_SUBJECTS and len(members(group)) >= 3)


@cache
def members(group: str) -> tuple[Kind, ...]:
    return tuple(k for k in kinds().values() if k.group == group and k.worn is None and k.places)


def seed_prompts(plan: Plan) -> list[Prompt]:
    """As many distinct prompts as the plan asks for, its categories alike."""
    for name in plan.prompts.categories:
        if name not in categories():
            raise BadInput(f"prompts.categories: no category {name!r}{did_you_mean(name, categories())}")
    wanted = deck(
        dict.fromkeys(plan.prompts.categories or categories(), 1.0), plan.prompts.count, plan.seed, "categories"
    )
    taken: set[str] = set()
    subjects: set[tuple[str, ...]] = set()
    return [draw_prompt(plan, n, category, taken, subjects) for n, category in enumerate(wanted)]


def draw_prompt(plan: Plan, n: int, category: str, taken: set[str], subjects: set[tuple[str, ...]]) -> Prompt:
    """A prompt not drawn before; no two of the same things in the same place and style while there are others."""
    for attempt in range(TRIES):
        prompt, subject = write_prompt(category, keyed(plan.seed, "prompt", n, attempt))
        if prompt.id in taken or (subject in subjects and attempt < TRIES // 2):
            continue
        taken.add(prompt.id)
        subjects.add(subject)
        return prompt
    raise Refused(f"prompts.count: {plan.prompts.count} is more than the bank can tell apart in category {category!r} "
                  f"(stopped at {n}); ask for fewer or give your own with prompts.file")  # fmt: skip


def write_prompt(category: str, rng: Random) -> tuple[Prompt, tuple[str, ...]]:
    kind = rng.choice(members(category))
    place = places()[rng.choice(kind.places)]
    subject, nouns = subject_of(kind, place, rng)
    phrases = {
        "subject": subject,
        "place": place.phrase,
        "place_name": place.name,
        "time": times()[rng.choice([t for t in place.times if t != "day"] or place.times)].phrase,
        "weather": weathers()[rng.choice([w for w in place.weathers if w != "clear"] or place.weathers)].phrase,
        "light": rng.choice(bank()["lights"]),
        "style": rng.choice(list(styles().values())).phrase,
    }
    fitting = [
        p
        for p in bank()["patterns"]
        if (len(place.weathers) > 1 or "{weather}" not in p) and not (place.indoors and "{time}" in p)
    ]
    pattern = rng.choice(fitting)
    text = pattern.format(**phrases)
    named: dict[str, Dimension] = {
        "subject": "subject",
        "place": "setting",
        "style": "style",
        "light": "lighting",
        "time": "lighting",
    }
    parts: dict[Dimension, str] = {}
    for slot, dimension in named.items():
        if f"{{{slot}}}" in pattern:
            parts.setdefault(dimension, phrases[slot])
    style = phrases["style"] if "{style}" in pattern else ""
    return Prompt.of(text, category, parts, AUTHOR), (*sorted(nouns), place.name, style)


def subject_of(kind: Kind, place: Place, rng: Random) -> tuple[str, list[str]]:
    others = [k for k in kinds().values() if place.name in k.places and k.noun != kind.noun and not k.worn]
    other = rng.choice(others) if others else None
    shades = [name for name in colours() if name != kind.colour and " " not in name]
    colour = rng.choice(shades)
    wear = kind.can_wear
    fitting = [
        entry
        for entry in bank()["subjects"]
        if ("{worn}" not in entry["text"] or wear)
        and ("{other}" not in entry["text"] or other)
        and ("{colour}" not in entry["text"] or (kind.recolourable and kind.group not in ("people", "animals")))
        and ("{several}" not in entry["text"] or kind.article is None)
    ]
    chosen = rng.choices(fitting, [entry["weight"] for entry in fitting])[0]["text"]
    text = chosen.format(
        one=kind.a_noun,
        noun=kind.noun,
        colour=("an " if colour[0] in "aeio" else "a ") + colour,
        several=f"{rng.choice(['two', 'three'])} {kind.plural}",
        other=other.a_noun if other else "",
        worn=kinds()[rng.choice(wear)].a_noun if wear else "",
    )
    return text, [kind.noun, other.noun] if other and "{other}" in chosen else [kind.noun]


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
    try:
        lines: Sequence[str] = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            if not isinstance(fields, dict) or not {"text", "category"} <= fields.keys() <= {
                "text",
                "category",
                "parts",
            }:
                raise BadInput(f"{path}, line {number}: a row has text, category and perhaps parts, nothing else")
            text, category = fields["text"], fields["category"]
            if not isinstance(text, str) or not isinstance(category, str):
                raise BadInput(f"{path}, line {number}: text and category must be text")
            content = {"id": Prompt.id_of(text), "author": path.name, **fields}
            yield number, Prompt.from_data(content)
        except json.JSONDecodeError as error:
            raise BadInput(f"{path}, line {number}: is not JSON ({error.msg} at column {error.colno})") from error
        except ValidationError as error:
            raise BadInput(f"{path}, line {number}: {complaint(error, Prompt)}") from error
