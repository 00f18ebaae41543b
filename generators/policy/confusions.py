"""Confused skills: the right call taken for that of a skill like it.

By hand for the shelf that comes with the project (errors.yaml). For a card of the user's own from the cards
themselves: what a description says a skill is not for, "Not for words or captions (add_text)", is what it is mistaken
for; and parameters go over as far as the other card takes them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from generators.policy.moment import Crossing, Moment, articled, tables
from schemas.answer import Call
from schemas.skill import Input, Library, Skill, Value

SLOT = re.compile(r"\{(?:(an?) )?(\w+)\}")
WHOLE = re.compile(r"\{(\w+)\}\Z")
AHEAD = ("underspecified", "compound")
AHEAD_WEIGHT = 3.0
AGAIN_WEIGHT = 1.0
GO_ALONG = ("image", "avoid")


def confused(m: Moment) -> Call | None:
    """A well-formed call of another skill than the right one."""
    found = [(call, weight) for call, weight in mistakes(m) if is_mistake(call, m)]
    if not found:
        return None
    calls, weights = zip(*found, strict=True)
    chosen: Call = m.rng.choices(calls, weights)[0]
    return chosen


def is_mistake(call: Call, m: Moment) -> bool:
    skill = m.library.get(call.intent)
    if skill is None or call.problems(m.library) or (skill.type == "edit" and m.current is None):
        return False
    return call.intent != m.gold.call.intent or call.apart_from_image != m.gold.call.apart_from_image


def mistakes(m: Moment) -> Iterator[tuple[Call, float]]:
    by_hand = tables().crossings.get(m.gold.call.intent, ())
    for crossing in by_hand:
        if applies(crossing, m) and (call := crossed(crossing, m)):
            yield call, crossing.weight
    if call := call_ahead(m):
        yield call, AHEAD_WEIGHT
    if m.skill.type == "talk" and m.before and m.library[m.before[-1].call.intent].draws:
        yield m.before[-1].call, AGAIN_WEIGHT
    named = {crossing.skill for crossing in by_hand}
    for other, weight in likenesses(m.library).get(m.gold.call.intent, {}).items():
        if other not in named and not (by_hand and other in tables().crossings):
            parameters = carried(m.library[other], m)
            if parameters is not None:
                yield Call(intent=other, parameters=parameters), weight


def applies(crossing: Crossing, m: Moment) -> bool:
    parameters, heard = m.gold.call.parameters, m.turn.user.casefold()
    if any(parameters.get(name) != value for name, value in crossing.when.items()):
        return False
    if crossing.heard and not any(word in heard for word in crossing.heard):
        return False
    return not crossing.talk or not set(crossing.talk).isdisjoint(m.turn.phenomena)


def crossed(crossing: Crossing, m: Moment) -> Call | None:
    parameters: dict[str, Value] = {}
    for name, template in crossing.parameters.items():
        value = filled(template, m)
        if value is None:
            return None
        parameters[name] = value
    return Call(intent=crossing.skill, parameters={**gone_along(m.library.get(crossing.skill), m), **parameters})


def gone_along(skill: Skill | None, m: Moment) -> dict[str, Value]:
    """The picture and what to avoid, where the other card takes them too."""
    given = m.gold.call.parameters
    if skill is None or m.skill.type != "edit":
        return {}
    return {name: given[name] for name in GO_ALONG if name in given and skill.input(name)}


def filled(template: Value, m: Moment) -> Value | None:
    facts = facts_at(m)
    if not isinstance(template, str):
        return template
    if whole := WHOLE.match(template):
        return facts.get(whole[1])
    names = {name for _, name in SLOT.findall(template)}
    if not names <= facts.keys():
        return None
    return SLOT.sub(lambda s: articled(str(facts[s[2]])) if s[1] else str(facts[s[2]]), template)


def facts_at(m: Moment) -> Mapping[str, Value]:
    facts: dict[str, Value] = {"words": m.words, "prompt": m.prompt}
    others = [thing for thing in m.things if thing not in m.gold.call.parameters.values()]
    if others:
        facts["thing"] = m.rng.choice(others)
    if m.current is not None:
        facts["image"] = f"image_{m.current + 1}"
    return {**facts, **m.gold.call.parameters}


def call_ahead(m: Moment) -> Call | None:
    """Where the user names two things to do, the second; where a value is missing, the call with a guessed one."""
    if set(AHEAD).isdisjoint(m.turn.phenomena) or m.n + 1 >= len(m.dialogue.turns):
        return None
    ahead = m.dialogue.turns[m.n + 1].call
    parameters = {k: v for k, v in ahead.apart_from_image.items() if "compound" in m.turn.phenomena or said(v, m)}
    skill = m.library.get(ahead.intent)
    for field in skill.inputs if skill else ():
        if field.required and field.name not in parameters and (value := guessed(field, m)) is not None:
            parameters[field.name] = value
    return Call(intent=ahead.intent, parameters=parameters)


def said(value: Value, m: Moment) -> bool:
    return str(value).casefold() in m.turn.user.casefold()


@lru_cache(16)
def likenesses(library: Library) -> Mapping[str, Mapping[str, float]]:
    """For each skill those it is mistaken for: named on its card, then those whose cards name it, then those of its
    type with inputs like its own."""
    found: dict[str, dict[str, float]] = {skill.id: {} for skill in library.skills}
    for skill in library.skills:
        for other in library.skills:
            if other.id != skill.id and re.search(rf"\b{other.id}\b", skill.description):
                found[skill.id][other.id] = 2.0
                found[other.id].setdefault(skill.id, 1.0)
    for skill in library.skills:
        if not found[skill.id]:
            types = {field.type for field in skill.inputs}
            alike = [o for o in library.skills if o.id != skill.id and o.type == skill.type]
            found[skill.id] = {o.id: 1.0 for o in alike if types & {field.type for field in o.inputs}}
    return found


def carried(other: Skill, m: Moment) -> dict[str, Value] | None:
    """The parameters that the other card takes over; None where one that it needs cannot even be guessed."""
    given = m.gold.call.parameters
    taken = {name: v for name, v in given.items() if (field := other.input(name)) and not field.problem(v)}
    for field in other.inputs:
        if not field.required or field.name in taken:
            continue
        own = [v for n, v in given.items() if (i := m.skill.input(n)) and i.type == field.type and not field.problem(v)]
        value = own[0] if own else guessed(field, m)
        if value is None:
            return None
        taken[field.name] = value
    return taken


def guessed(field: Input, m: Moment) -> Value | None:
    """A value for what was not said, as a model fills it in."""
    match field.type:
        case "thing":
            return m.rng.choice(m.things) if m.things else None
        case "text":
            return m.rng.choice(tables().guesses.get(field.name, (m.words,)))
        case "choice":
            heard = [choice for choice in field.choices if choice in m.turn.user.casefold()]
            return m.rng.choice(heard or field.choices)
        case "colour":
            return m.rng.choice(tables().colours)
        case "size":
            return m.rng.choice(tables().sizes)
        case "image":
            return None if m.current is None else f"image_{m.current + 1}"
        case "number":
            fitting = [a for a in tables().amounts.get(field.unit or "other", ()) if not field.problem(a)]
            return field.default or (m.rng.choice(fitting) if fitting else None)
