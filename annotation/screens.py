"""The two screens of Label Studio: which of two answers is better, and whether a label of TEST stands.

    config_of("preferences", library)        the labelling config, in which the library's skills can be chosen
    instructions_of("preferences", library)  the guidelines, which Label Studio shows before the first task
    task_data(item, library, pictures)       {"item_key": "5b0c…", "talk": "<div …", "options": [{"value": "left", …

A screen never says where an answer came from, which one is thought right, or which task is a check: what stands left
is decided by the item's key, so that a task alone tells it.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from annotation.corrections import lines_of, ordered, plain_name, plain_value
from annotation.filmstrip import frames
from schemas.annotation import Item, PreferenceItem, Project, Side
from schemas.answer import Answer
from schemas.skill import Library, Skill

HERE = Path(__file__).parent

# What is kept, what the screen calls it, and its key. The keys lie under the left hand; 1 to 4 are the verdicts.
Choice = tuple[str, str, str]
REASONS: tuple[Choice, ...] = (
    ("intent", "The skill", "q"),
    ("params", "The parameters", "w"),
    ("grounding", "The picture or thing meant", "e"),
    ("wording", "The reply", "r"),
    ("asks", "Asking back, or not", "t"),
    ("complete", "Broken or incomplete", "y"),
)
NATURALNESS: tuple[Choice, ...] = (
    ("1", "1 nobody talks like this", "q"),
    ("2", "2", "w"),
    ("3", "3 could be", "e"),
    ("4", "4", "r"),
    ("5", "5 just like a person", "t"),
)
CONFIDENCES: tuple[Choice, ...] = (("high", "Sure", "a"), ("medium", "Fairly sure", "s"), ("low", "Guessing", "d"))
FLAGS: tuple[Choice, ...] = (
    ("unclear", "Unclear conversation", "z"),
    ("bad_image", "Bad picture", "x"),
    ("pii", "Personal data", "c"),
    ("offensive", "Offensive", "v"),
)
SHOWN_AS: dict[Side, str] = {"a": "A", "b": "B"}


def config_of(project: Project, library: Library) -> str:
    return page(
        f"{project}.xml",
        style=Markup((HERE / "screen.css").read_text(encoding="utf-8")),
        skills=by_name(library),
        reasons=REASONS,
        naturalness=NATURALNESS,
        confidences=CONFIDENCES,
        flags=FLAGS,
    )


def instructions_of(project: Project, library: Library) -> str:
    style = Markup((HERE / "guide.css").read_text(encoding="utf-8"))
    skills = [(skill, name, in_names(skill.description, library)) for skill, name in by_name(library)]
    return page(f"{project}.html", skills=skills, style=style)


def by_name(library: Library) -> list[tuple[Skill, str]]:
    named = [(skill, name_of(skill, library)) for skill in library.skills]
    return sorted(named, key=lambda one: one[1].casefold())


def in_names(description: str, library: Library) -> str:
    """Cards send the reader to other cards by id: (add_text). Annotators know skills by name."""
    ids = {skill.id: f"({skill.name})" for skill in library.skills}
    return re.sub(r"\(([a-z][a-z0-9_]*)\)", lambda found: ids.get(found[1], found[0]), description)


def name_of(skill: Skill, library: Library) -> str:
    """Its human name; with the id where another skill has the same one."""
    alone = sum(other.name.casefold() == skill.name.casefold() for other in library.skills) == 1
    return skill.name if alone else f"{skill.name} ({skill.id})"


def task_data(item: Item, library: Library, pictures: Callable[[str], bytes]) -> dict[str, Any]:
    """Everything that one task's screen needs, and what its annotations are read with."""
    context = item.context
    strip = frames(context.pictures, context.current, pictures)
    talk = joined(page("talk.html", context=context, frames=strip, sizes={frame.full for frame in strip}))
    data: dict[str, Any] = {"item_key": item.key, "talk": talk, "pictures": len(context.pictures)}
    if not isinstance(item, PreferenceItem):
        label = card(item.answer.text, item.answer, library)
        return data | {"label": label, "answers": [item.answer.text]} | copied(item.answer, "", library)
    sides = {"a": item.pair.a, "b": item.pair.b}
    shown = [sides[item.left], sides["b" if item.left == "a" else "a"]]
    cards = [card(side.text, side.answer, library, name) for side, name in zip(shown, "AB", strict=True)]
    options = [
        {"value": "left", "html": cards[0], "hotkey": "1"},
        {"value": "right", "html": cards[1], "hotkey": "2"},
        {"value": "tie", "html": wide("Equally good", "I would take either."), "hotkey": "3"},
        {"value": "neither", "html": wide("Neither", "I write a better one."), "hotkey": "4"},
    ]
    answer, name = next(((s.answer, name) for s, name in zip(shown, "AB", strict=True) if s.answer), (None, ""))
    return data | {"options": options, "answers": [side.text for side in shown]} | copied(answer, name, library)


def copied(answer: Answer | None, name: str, library: Library) -> dict[str, str]:
    """What the correction starts with."""
    if answer is None:
        return {"parameters": "", "reply": "", "starts": "Parameters, one on each line", "takes": ""}
    skill = library.get(answer.call.intent)
    starts = f"Parameters, one on each line{f' (copied from {name})' if name else ''}"
    parameters = lines_of(answer.call.parameters, skill)
    return {"parameters": parameters, "reply": answer.reply, "starts": starts, "takes": takes(skill) if skill else ""}


def takes(skill: Skill) -> str:
    """Its parameters in a line, as a reminder for who keeps the skill."""
    names = [f"{plain_name(known.name)}{' (needed)' if known.required else ''}" for known in skill.inputs]
    return f"{skill.name} takes {', '.join(names)}." if names else f"{skill.name} takes no parameters."


def card(text: str, answer: Answer | None, library: Library, side: str = "") -> str:
    skill = library.get(answer.call.intent) if answer else None
    parameters = ordered(answer.call.parameters, skill) if answer else []
    rows = [(plain_name(n), plain_value(value, skill.input(n) if skill else None)) for n, value in parameters]
    return joined(page("card.html", side=side, text=text, answer=answer, skill=skill, rows=rows))


def wide(title: str, words: str) -> str:
    return f'<div class="dc-wide"><b>{escape(title)}</b> <span>{escape(words)}</span></div>'


def page(template: str, **values: object) -> str:
    return templates().get_template(template).render(**values)


@cache
def templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"gist": gist, "inert": inert, "plain": plain_name}
    return environment


def gist(skill: Skill) -> str:
    """What it does, without what it is not for."""
    return re.split(r"(?<=[.!?])\s+Not ", " ".join(skill.description.split()))[0]


def inert(text: str) -> str:
    """As an attribute of the config holds it: without what XML cannot hold, and without `$name`, which the screen
    would fill in from the task."""
    return re.sub(r"\$(?=\w)", "$\u2060", re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text))


def joined(html: str) -> str:
    """Without the templates' own line breaks, which some tags of the screen would show."""
    return re.sub(r"(?<=>)\n+", "", html).strip()


def known(table: tuple[Choice, ...]) -> Mapping[str, str]:
    return {code: words for code, words, _ in table}
