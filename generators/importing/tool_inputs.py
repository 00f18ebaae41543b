"""One property of a tool's JSON Schema as an input of a card.

input_of("strength", {"type": "number", "minimum": 0, "maximum": 1}, False, schema) -> (Input(…), [])
"""

import re
from typing import Any

from generators.importing.file_names import slug
from schemas.skill import Input, InputType, Value

PICTURE = re.compile(
    r"(image|picture|photo|mask|img)(_?(url|uri|path|file|data|base64|b64|id|input))?s?$", re.IGNORECASE
)
OF_PICTURE = re.compile(
    r"(path|url|uri|base64|data|id|file)\b.{0,20}\b(image|picture|photo|mask)|"
    r"\b(image|picture|photo|mask)\b.{0,12}\b(path|url|uri|base64|file|data)",
    re.IGNORECASE,
)
COLOUR = re.compile(r"colou?r|tint|hue_name", re.IGNORECASE)
COLOURED = re.compile(r"colou?rs? (in|as|code)|hex(adecimal)? colou?r|#rrggbb", re.IGNORECASE)
SIZE = re.compile(r"^(size|resolution|aspect_?ratio|dimensions|image_size)$", re.IGNORECASE)
THING = re.compile(r"^(object|thing|target|subject|item|element|object_name|target_object|what)$", re.IGNORECASE)
INSTRUCTED = ("a bench under a tree", "two cats on a sofa", "warm evening light")
KINDS = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean"}


class Unholdable(ValueError):
    """What no card can hold, and why."""


def is_picture(name: str, spec: dict[str, Any]) -> bool:
    described = str(spec.get("description") or "")
    if spec.get("type") not in (None, "string") or spec.get("enum"):
        return False
    media = str(spec.get("contentMediaType") or "").startswith("image/")
    return media or PICTURE.search(name) is not None or OF_PICTURE.search(described) is not None


def input_of(name: str, spec: dict[str, Any], required: bool, schema: dict[str, Any]) -> tuple[Input, list[str]]:
    """The input, and what of the property it does not hold."""
    spec = resolved(spec, schema)
    told: list[str] = []
    kind, choices = type_of(name, spec)
    fields: dict[str, Any] = {"name": slug(name)[:48], "type": kind, "choices": choices}
    description = " ".join(str(spec.get("description") or spec.get("title") or "").split())
    fields["description"] = description if len(description) >= 10 else f"The {name.replace('_', ' ')} of the call."
    if kind == "number":
        for key, bound in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            value = spec.get(key, spec.get(bound))
            if isinstance(value, int | float) and not isinstance(value, bool):
                fields[key] = float(value)
            if bound in spec:
                told.append(f"{name!r}: {spec[bound]} itself is not allowed there, which a card cannot say")
    if kind == "text":
        examples = [e for e in spec.get("examples") or () if isinstance(e, str)]
        fields["examples"] = tuple(examples[:3]) or INSTRUCTED
    default = spoken(spec.get("default"))
    made = Input(required=required and default is None, **fields)
    if default is not None:
        if made.problem(default) is None:
            made = made.model_copy(update={"default": default})
        else:
            told.append(f"{name!r}: its default {default!r} is left out: {made.problem(default)}")
    if "pattern" in spec:
        told.append(f"{name!r}: the pattern {spec['pattern']!r} is not held")
    return made, told


def resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Behind a reference, and without the null of what may be left out."""
    for _ in range(8):
        if isinstance(spec.get("$ref"), str):
            found: Any = schema
            for part in spec["$ref"].removeprefix("#/").split("/"):
                found = found.get(part) if isinstance(found, dict) else None
            if not isinstance(found, dict):
                raise Unholdable(f"{spec['$ref']!r} is not in the schema")
            spec = {**found, **{key: value for key, value in spec.items() if key != "$ref"}}
            continue
        ways = [w for key in ("anyOf", "oneOf") for w in spec.get(key) or () if w != {"type": "null"}]
        if len(ways) != 1 or not isinstance(ways[0], dict):
            break
        spec = {**{key: value for key, value in spec.items() if key not in ("anyOf", "oneOf")}, **ways[0]}
    return spec


def type_of(name: str, spec: dict[str, Any]) -> tuple[InputType, tuple[str, ...]]:
    types = spec.get("type")
    listed = [kind for kind in (types if isinstance(types, list) else [types]) if kind != "null"]
    options = spec.get("enum") if isinstance(spec.get("enum"), list) else [spec["const"]] if "const" in spec else None
    if options is not None:
        said = tuple(dict.fromkeys(str(spoken(option)) for option in options if option not in (None, "")))
        if not said:
            raise Unholdable("it has no choices")
        return "choice", said
    if len(listed) != 1 or listed[0] not in (*KINDS, None):
        kinds = " or ".join(str(kind) for kind in listed) or "of several kinds"
        raise Unholdable(f"its type is {kinds}, and a card holds texts, choices and numbers")
    kind = KINDS.get(str(listed[0]), "string")
    if kind == "boolean":
        return "choice", ("yes", "no")
    if kind == "number":
        return "number", ()
    if is_picture(name, spec):
        return "image", ()
    for type_name, pattern in (("size", SIZE), ("colour", COLOUR), ("thing", THING)):
        if pattern.search(name) or (type_name == "colour" and COLOURED.search(str(spec.get("description")))):
            return type_name, ()  # type: ignore[return-value]  # the names of our types
    return "text", ()


def spoken(value: Any) -> Value | None:
    """A JSON value as a card has it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str | int | float) and value != "" else None
