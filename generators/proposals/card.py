"""Requests for a skill that only its card describes: a user's own, which nobody wrote a proposer for."""

from random import Random

from generators.catalogue import colours
from generators.proposals.view import Proposal, Proposer, View, thing_of
from schemas.skill import Input, Skill, Value

OPTIONAL = 0.3
SIZES = ("1:1", "16:9", "4:3", "1024x1024", "800x600")


def proposer_of(card: Skill) -> Proposer:
    def propose(view: View, rng: Random) -> Proposal | None:
        parameters: dict[str, Value] = {}
        given: dict[str, str] = {}
        for field in card.inputs:
            if field.name in ("avoid", "image") or not (field.required or rng.random() < OPTIONAL):
                continue
            value = value_of(field, view, rng)
            if value is None:
                if field.required:
                    return None
                continue
            parameters[field.name] = value
            if field.type == "thing":
                given[field.name] = f"the {value}"
        return Proposal(parameters, given)

    return propose


def value_of(field: Input, view: View, rng: Random) -> Value | None:
    if field.type == "thing":
        return thing_of(view, rng)
    if field.type == "choice":
        return rng.choice(field.choices)
    if field.type == "colour":
        return rng.choice(list(colours()))
    if field.type == "size":
        return rng.choice(SIZES)
    if field.type == "number":
        return number_in(field, rng)
    return rng.choice(field.examples) if field.examples else None


def number_in(field: Input, rng: Random) -> Value:
    """A number a person would say: one of ten even steps through the range, whole where steps are wide."""
    least = field.minimum if field.minimum is not None else 1.0
    most = field.maximum if field.maximum is not None else least + 9
    value = least + (most - least) * rng.randint(0, 10) / 10
    return round(value) if most - least >= 5 else round(value, 1)


def unspeakable(card: Skill) -> str | None:
    """The required input for which nothing could be said, if there is one."""
    for field in card.inputs:
        if field.required and (field.type == "image" or (field.type == "text" and not field.examples)):
            return field.name
    return None
