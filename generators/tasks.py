"""Tasks for a language model: what is asked, how the answer is read, and the repair when it will not do.

    done = await pursue(Task(opening, form, accept), ask, repairs=2, fresh=1, folder=TEMPLATES)

`ask` sends messages and gives back what the model said; what sends them, keeps them and pays for them is not known
here. An answer that will not do goes back with the reason; when that does not help, the task is put afresh, and at
last given up for a named reason.
"""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import jinja2

from schemas.errors import BadInput

TEMPLATES = Path(__file__).parent / "templates"
PARTED = "\n---\n"
OBJECT = re.compile(r"\{.*\}", re.DOTALL)
REFUSED = ("refusal", "content_filter")

T = TypeVar("T")


class Said(NamedTuple):
    """One message of the exchange with the model."""

    role: str
    text: str


class Told(NamedTuple):
    """What the model answered, and how it ended."""

    text: str
    finish: str


class Unusable(Exception):
    """What came will not do; the message is the reason, its name first."""


class Task(NamedTuple, Generic[T]):
    """The first messages, the JSON Schema of the answer, and what makes something of it or says why not."""

    opening: Sequence[Said]
    form: dict[str, Any]
    accept: Callable[[dict[str, Any]], T]


# Messages, the schema of the answer, and the how manieth call for this task it is.
Ask = Callable[[Sequence[Said], dict[str, Any], int], Awaitable[Told]]


async def pursue(task: Task[T], ask: Ask, repairs: int, fresh: int, folder: Path) -> T:
    """What the task is for; Unusable with the last reason when nothing came that will do."""
    number, reason = 0, ""
    for _ in range(1 + fresh):
        said = list(task.opening)
        for _ in range(1 + repairs):
            told = await ask(said, task.form, number)
            number += 1
            try:
                return task.accept(fields_of(told))
            except Unusable as error:
                reason = str(error)
            if told.finish in REFUSED:
                break
            said += [Said("assistant", told.text or "{}"), Said("user", render("repair.md", folder, problem=reason))]
    raise Unusable(reason)


def fields_of(told: Told) -> dict[str, Any]:
    """The JSON object that was asked for; Unusable with a named reason where there is none."""
    if told.finish in REFUSED:
        raise Unusable("author: refused")
    if not told.text.strip():
        raise Unusable("author: empty")
    fields = object_in(told.text)
    if fields is None:
        raise Unusable("author: truncated" if told.finish == "length" else "author: not_json")
    return fields


def object_in(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, or holds between other words."""
    for candidate in (text, *OBJECT.findall(text)):
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None


def opening(template: str, folder: Path, /, **fields: Any) -> list[Said]:
    """A filled template as messages: a line `---` parts what the system is told from the task."""
    system, _, task = render(template, folder, **fields).partition(PARTED)
    return [Said("system", system.strip()), Said("user", task.strip())]


def render(template: str, folder: Path, /, **fields: Any) -> str:
    try:
        return environment(folder).get_template(template).render(**fields)
    except jinja2.TemplateError as error:
        raise BadInput(f"{folder / template}: is no template that can be filled: {error}") from error


@cache
def environment(folder: Path) -> jinja2.Environment:
    loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), jinja2.FileSystemLoader(TEMPLATES)])
    return jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
