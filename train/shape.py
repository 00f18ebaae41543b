"""The shape of an answer as one JSON Schema, for servers and decoders that let a model write nothing else.

    answer_schema(library)
    -> {"anyOf": [{"type": "object",
                   "properties": {"intent": {"const": "recolor"},
                                  "parameters": {"type": "object", "properties": {"avoid": {"type": "string"}, …},
                                                 "required": ["object", "colour"], "additionalProperties": False},
                                  "reply": {"type": "string", "minLength": 1}},
                   "required": ["intent", "parameters", "reply"], "additionalProperties": False}, …]}

Decoders write keys in the order in which a schema lists them, so they stand here as in the canonical text: intent,
parameters by name, reply.
"""

from typing import Any

from schemas.skill import Library, Skill

Schema = dict[str, Any]
SAID = frozenset({"description", "default"})  # what a model is told of an input and nothing is held to


def answer_schema(library: Library) -> Schema:
    return {"anyOf": [call_schema(skill) for skill in library.skills]}


def call_schema(skill: Skill) -> Schema:
    properties = {
        "intent": {"const": skill.id},
        "parameters": parameters_schema(skill),
        "reply": {"type": "string", "minLength": 1},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def parameters_schema(skill: Skill) -> Schema:
    schema = skill.json_schema()
    held = {name: {k: v for k, v in each.items() if k not in SAID} for name, each in schema["properties"].items()}
    return schema | {"properties": dict(sorted(held.items()))}
