"""A call's arguments put into a workflow, and the workflow held against what a server has. No network here.

filled(engine, workflow, {"prompt": "a fox", "image": "drawnconvos/3fa8….png", "size": "16:9"}, seed=7) -> workflow
"""

import copy
import math
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import ImageColor

from schemas.engine import VALUE, ComfyEngine, place_of
from schemas.errors import Refused, did_you_mean
from schemas.skill import SIZE, Value

Workflow = dict[str, dict[str, Any]]
STEP = 16  # what the sides of a picture are multiples of, for every model alike
UNHEARD = ("avoid",)  # every card takes it, not every workflow heeds it


def filled(engine: ComfyEngine, workflow: Workflow, arguments: Mapping[str, Value], seed: int) -> Workflow:
    """A workflow for this call; what is not given keeps the workflow's own value."""
    made = copy.deepcopy(wanted(engine, workflow, arguments))
    for name, value in arguments.items():
        if name in engine.picks or (name in UNHEARD and name not in engine.binds):
            continue
        if name not in engine.binds:
            raise Refused(f"{engine.workflow}: nothing in it takes {name!r}")
        places = [place_of(place) for place in engine.binds[name] if place_of(place)[0] in made]
        sides = sides_in(value, [made[node]["inputs"].get(field) for node, field in places])
        for number, (node, field) in enumerate(places):
            given = sides[number % 2] if sides else value
            wording = engine.wording.get(f"{node}.{field}")
            made[node]["inputs"][field] = fitted(given, made[node]["inputs"].get(field), wording)
    for name, places_of_it in engine.binds.items():
        if name not in arguments and any(reads_file(made, place) for place in places_of_it):
            raise Refused(f"{engine.workflow}: {name!r} has to be a picture, and none was handed over")
    for place in engine.seeds:
        node, field = place_of(place)
        if node in made:
            made[node]["inputs"][field] = seed
    return made


def wanted(engine: ComfyEngine, workflow: Workflow, arguments: Mapping[str, Value]) -> Workflow:
    """The part of the workflow that the wanted result hangs on."""
    waiting, kept = list(outputs_for(engine, arguments)), set[str]()
    while waiting:
        node = waiting.pop()
        if node not in workflow:
            raise Refused(f"{engine.workflow}: has no node {node!r}; it is not the workflow that the card was made for")
        if node not in kept:
            kept.add(node)
            waiting += [str(v[0]) for v in workflow[node]["inputs"].values() if isinstance(v, list) and len(v) == 2]
    return {key: entry for key, entry in workflow.items() if key in kept}


def outputs_for(engine: ComfyEngine, arguments: Mapping[str, Value]) -> tuple[str, ...]:
    for name, meant in engine.picks.items():
        value = arguments.get(name)
        if value is not None:
            if str(value) not in meant:
                raise Refused(f"{engine.workflow}: {name!r} is {value!r}, not one of {', '.join(meant)}")
            return (meant[str(value)],)
    return engine.outputs


def sides_in(value: Value, standing: list[Any]) -> tuple[int, int] | None:
    """Width and height of a size; a ratio keeps the number of pixels that stand in the workflow."""
    size = SIZE.match(value) if isinstance(value, str) else None
    if size is None or len(standing) < 2 or not all(isinstance(n, int | float) for n in standing[:2]):
        return None
    across, down = float(size[1]), float(size[2])
    if ":" in str(value):
        larger = math.sqrt(standing[0] * standing[1] / (across * down))
        across, down = across * larger, down * larger
    return stepped(across), stepped(down)


def stepped(side: float) -> int:
    return max(STEP, round(side / STEP) * STEP)


def fitted(value: Value, standing: Any, wording: str | None) -> Value:
    """As the place wants it: in its wording, a colour as a code, a whole number whole."""
    if wording is not None:
        return wording.replace(VALUE, str(value))
    if isinstance(standing, str) and standing.startswith("#") and isinstance(value, str):
        return hex_of(value)
    if isinstance(standing, int) and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def hex_of(colour: str) -> str:
    try:
        return "#{:02x}{:02x}{:02x}".format(*ImageColor.getrgb(colour.replace(" ", ""))[:3])
    except ValueError as error:
        raise Refused(f"{colour!r} is no colour that the workflow can be told; give it as #rrggbb") from error


def reads_file(workflow: Workflow, place: str) -> bool:
    node, _ = place_of(place)
    return node in workflow and "load" in str(workflow[node]["class_type"]).casefold()


def lacking(engine: ComfyEngine, workflow: Workflow, has: Mapping[str, Any]) -> Iterator[str]:
    """What the server, by its /object_info, would have to have and has not: nodes, and files that nodes load."""
    for key, entry in workflow.items():
        kind = entry["class_type"]
        if kind not in has:
            yield f"the node {kind!r} (node {key}); install the pack that it comes from"
            continue
        specs = has[kind].get("input") or {}
        known = {**(specs.get("required") or {}), **(specs.get("optional") or {})}
        for name, value in entry["inputs"].items():
            choices = choices_in(known.get(name))
            if isinstance(value, str) and value in engine.models and choices is not None and value not in choices:
                near = did_you_mean(value, choices)
                yield f"the file {value!r}{near}, which {name!r} of node {key} ({kind}) loads"


def choices_in(spec: Any) -> list[str] | None:
    """The files to choose from, as older and newer servers list them."""
    match spec:
        case [[*choices], *_]:
            return [str(choice) for choice in choices]
        case ["COMBO", {"options": [*choices]}]:
            return [str(choice) for choice in choices]
    return None
