"""Parameters as lines that people read and edit, and back.

    {"object": "fox", "colour": "#204020", "image": "image_2"}

    object: fox
    colour: #204020
    image: image 2

Nobody who judges pictures should have to write JSON. Names, pictures, numbers with their unit and choices are read
kindly; JSON is read too, for who knows it. A value that a line cannot hold as it is (a line break, outer spaces, a
leading quotation mark) stands in JSON's quotation marks.
"""

import json
import math
import re
from collections.abc import Iterator

from schemas.skill import IMAGE, Input, Parameters, Skill, Value

PLAIN = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
NUMBER = re.compile(r"([+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*(.*)")
PICTURE = re.compile(r"(?:image|picture)?[\s_#]*([1-9]\d{0,3})", flags=re.IGNORECASE)


class Unreadable(ValueError):
    """What is wrong with a text of parameters, in words."""


def lines_of(parameters: Parameters, skill: Skill | None) -> str:
    """For the text field: what `parameters_in` reads back."""
    rows = [(name, value, skill.input(name) if skill else None) for name, value in ordered(parameters, skill)]
    return "\n".join(f"{plain_name(name)}: {line_value(value, known)}" for name, value, known in rows)


def ordered(parameters: Parameters, skill: Skill | None) -> list[tuple[str, Value]]:
    """In the order of the card; what the card does not know comes last, by name."""
    names = [known.name for known in skill.inputs] if skill else []
    return sorted(parameters.items(), key=lambda item: (names.index(item[0]) if item[0] in names else len(names), item))


def plain_name(name: str) -> str:
    """With spaces, where the name can be told from that again."""
    return name.replace("_", " ") if PLAIN.fullmatch(name) else name


def plain_value(value: Value, known: Input | None) -> str:
    named = IMAGE.match(str(value)) if known and known.type == "image" else None
    return f"image {named[1]}" if named else str(value)


def line_value(value: Value, known: Input | None) -> str:
    if isinstance(value, str) and (value != value.strip() or value.startswith('"') or re.search(r"[\r\n]", value)):
        return json.dumps(value, ensure_ascii=False)
    return plain_value(value, known)


def parameters_in(text: str, skill: Skill) -> dict[str, Value]:
    """The parameters that a text of lines, or of JSON, holds; Unreadable where it holds none."""
    if text.lstrip().startswith("{"):
        return json_in(text)
    found: dict[str, Value] = {}
    for name, said in entries(text):
        known = meant_input(name, skill)
        key = known.name if known else name
        if key in found:
            raise Unreadable(f"{key!r} stands there twice")
        if said:  # a value that was deleted is a parameter left out
            found[key] = value_in(said, known)
    return found


def json_in(text: str) -> dict[str, Value]:
    try:
        found = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON ({error})") from None
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Unreadable(f"{name!r} must be text or a number, not {json.dumps(value)[:40]}")
        if isinstance(value, float) and not math.isfinite(value):
            raise Unreadable(f"{name!r} is beyond all numbers")
    return dict(found)


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def entries(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of each line. A line without a colon goes on with the value before it."""
    name, said = "", ""
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        head, colon, rest = line.partition(":")
        if colon:
            if name:
                yield name, said
            name, said = head.strip(), rest.strip()
        elif name:
            said = f"{said} {line}".strip()
        else:
            raise Unreadable(f"{line[:60]!r} is no line like 'name: value'")
    if name:
        yield name, said


def meant_input(name: str, skill: Skill) -> Input | None:
    wanted = re.sub(r"[\s_-]+", "_", name).casefold()
    return skill.input(name) or next((known for known in skill.inputs if known.name == wanted), None)


def value_in(said: str, known: Input | None) -> Value:
    if said.startswith('"'):
        said = unquoted(said)
    if known is None:
        return said
    if known.type == "number":
        return number_in(said, known.unit)
    if known.type == "image" and (named := PICTURE.fullmatch(said)):
        return f"image_{named[1]}"
    if known.type == "choice" and said not in known.choices:
        return next((choice for choice in known.choices if choice.casefold() == said.casefold()), said)
    return said


def unquoted(said: str) -> str:
    try:
        value = json.loads(said)
    except ValueError:
        return said
    return value if isinstance(value, str) else said


def number_in(said: str, unit: str | None) -> Value:
    """The number, whose unit may follow it; what is none stays as it is, for the card to refuse."""
    match = NUMBER.fullmatch(said)
    if match is None or match[2].casefold() not in ("", "%", "x", (unit or "").casefold()):
        return said
    digits = match[1].replace(",", ".")
    try:
        return int(digits)
    except ValueError:
        number = float(digits) if len(digits) < 400 else math.inf
        return number if math.isfinite(number) else said
