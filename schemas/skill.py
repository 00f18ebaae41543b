"""Skill: one drawing pipeline as the router sees it, and the library that holds them all.

    id: upscale
    name: Upscale
    type: edit
    description: Enlarges the picture and restores fine detail. Not for ...
    inputs:
      - {name: factor, type: number, minimum: 2, maximum: 4, default: 2, unit: times, description: ...}

A card is data, so that users bring their own shelf. Two inputs need not be written out: every skill
that draws takes `avoid` (what must not appear or change), every edit takes `image` (which earlier
picture to work on). The library completes cards with them when it is made.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from schemas.bank import Bank
from schemas.engine import Engine
from schemas.errors import did_you_mean
from schemas.identity import Record, digest

InputType = Literal["text", "thing", "choice", "number", "colour", "size", "image"]
SkillType = Literal["create", "edit", "ask", "talk"]
Value = str | int | float
Parameters = Mapping[str, Value]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
IMAGE = re.compile(r"image_([1-9]\d{0,3})\Z")
OWN = ("phrases", "engine")  # what only some cards have
SIZE = re.compile(r"([1-9]\d{0,4})\s?[x:]\s?([1-9]\d{0,4})\Z")


class Input(Record):
    name: Identifier
    type: InputType
    required: bool = False
    description: str = Field(min_length=10)
    default: Value | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    examples: tuple[str, ...] = Field(default=(), description="What people say here; for cards without a phrase bank.")

    @model_validator(mode="after")
    def consistent(self) -> Self:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(f"input {self.name!r}: 'choices' goes with type 'choice' and only with it")
        if len(set(self.choices)) != len(self.choices):
            raise ValueError(f"input {self.name!r}: the same choice stands twice in {list(self.choices)}")
        if self.type != "number" and (self.minimum, self.maximum, self.unit) != (None, None, None):
            raise ValueError(f"input {self.name!r}: minimum, maximum and unit are for type 'number'")
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError(f"input {self.name!r}: minimum {self.minimum} is not below maximum {self.maximum}")
        if self.required and self.default is not None:
            raise ValueError(f"input {self.name!r}: a required input has no default")
        if self.default is not None and (problem := self.problem(self.default)):
            raise ValueError(f"default of {problem}")
        return self

    def problem(self, value: object) -> str | None:
        """What is wrong with a value for this input, or None."""
        if self.type == "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                return f"{self.name!r} must be a number, not {value!r}"
            if self.minimum is not None and value < self.minimum:
                return f"{self.name!r} is {value}, below {self.minimum:g}"
            if self.maximum is not None and value > self.maximum:
                return f"{self.name!r} is {value}, above {self.maximum:g}"
            return None
        if not isinstance(value, str) or not value.strip():
            return f"{self.name!r} must be text, not {value!r}"
        if self.type == "choice" and value not in self.choices:
            return f"{self.name!r} is {value!r}, not one of {', '.join(self.choices)}"
        if self.type == "image" and not IMAGE.match(value):
            return f"{self.name!r} is {value!r}, not an image like 'image_2'"
        if self.type == "size" and not SIZE.match(value):
            return f"{self.name!r} is {value!r}, neither a ratio like '16:9' nor a size like '1024x768'"
        return None

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "number" if self.type == "number" else "string"}
        schema["description"] = f"{self.description} Unit: {self.unit}." if self.unit else self.description
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.type == "image":
            schema["pattern"] = "^image_[1-9][0-9]*$"
        for key, value in (("minimum", self.minimum), ("maximum", self.maximum), ("default", self.default)):
            if value is not None:
                schema[key] = value
        return schema


AVOID = Input(
    name="avoid",
    type="text",
    description="What must not appear or must be left as it is, in the user's words, parted by commas.",
)
ON_IMAGE = Input(
    name="image",
    type="image",
    description="An earlier picture to work on, by its number. Leave out for the current one.",
)


class Skill(Record):
    id: Identifier
    name: str = Field(min_length=2)
    type: SkillType
    description: str = Field(min_length=40)
    inputs: tuple[Input, ...] = ()
    phrases: Bank | None = Field(default=None, description="The constructions in which it is asked for.")
    engine: Engine | None = Field(default=None, description="What runs its calls, where the embedded painter does not.")

    def __hash__(self) -> int:
        return hash((self.id, self.description))

    @model_serializer(mode="wrap")
    def without_what_is_not_there(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A card that brings no phrases and no engine keeps the fingerprint that it had before there were any."""
        fields: dict[str, Any] = handler(self)
        return {name: value for name, value in fields.items() if name not in OWN or value is not None}

    @model_validator(mode="after")
    def names_differ(self) -> Self:
        names = [i.name for i in self.inputs]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"input {name!r} is defined {names.count(name)} times")
        return self

    @property
    def draws(self) -> bool:
        return self.type in ("create", "edit")

    def completed(self) -> Self:
        """With the inputs that every skill of this type takes."""
        implied = ([ON_IMAGE] if self.type == "edit" else []) + ([AVOID] if self.draws else [])
        names = {i.name for i in self.inputs}
        missing = tuple(i for i in implied if i.name not in names)
        return self.model_copy(update={"inputs": self.inputs + missing})

    def input(self, name: str) -> Input | None:
        return next((i for i in self.inputs if i.name == name), None)

    def problems(self, parameters: Parameters) -> list[str]:
        """Every reason why these parameters do not fit the card; empty when they do."""
        found = []
        for name, value in parameters.items():
            known = self.input(name)
            if known is None:
                found.append(f"{self.id} has no input {name!r}{did_you_mean(name, [i.name for i in self.inputs])}")
            elif problem := known.problem(value):
                found.append(f"{self.id}: {problem}")
        for i in self.inputs:
            if i.required and i.name not in parameters:
                found.append(f"{self.id} needs {i.name!r}")
        return found

    def json_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {i.name: i.json_schema() for i in self.inputs},
            "required": [i.name for i in self.inputs if i.required],
            "additionalProperties": False,
        }

    def openai_tool(self) -> dict[str, Any]:
        function = {"name": self.id, "description": self.description, "parameters": self.json_schema()}
        return {"type": "function", "function": function}


class Library(Record):
    """All cards of a shelf, each id once, completed."""

    skills: tuple[Skill, ...]

    @classmethod
    def of(cls, skills: Iterable[Skill]) -> Self:
        return cls(skills=tuple(s.completed() for s in skills))

    @model_validator(mode="after")
    def ids_differ(self) -> Self:
        ids = [s.id for s in self.skills]
        for skill_id in ids:
            if ids.count(skill_id) > 1:
                raise ValueError(f"skill {skill_id!r} is defined {ids.count(skill_id)} times")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(s.id for s in self.skills)

    def get(self, skill_id: str) -> Skill | None:
        return next((s for s in self.skills if s.id == skill_id), None)

    def __getitem__(self, skill_id: str) -> Skill:
        found = self.get(skill_id)
        if found is None:
            raise KeyError(f"no skill {skill_id!r}{did_you_mean(skill_id, self.ids)}")
        return found

    @property
    def fingerprint(self) -> str:
        return digest(self)
