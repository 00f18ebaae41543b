"""A ComfyUI workflow as a skill: a card with the inputs that a user would speak of, and the workflow that runs it.

    Imported(card=Skill(id="text_to_image_sdxl", …, engine=ComfyEngine(…)), workflow={"3": {…}}, remarks=("…",))

Nothing is asked that the graph can tell. What is read out of it: prompts (prompts.py), pictures and masks
(pictures.py), numbers, sizes and seeds (settings.py), results (outputs.py), and what all of it is for (doings.py).
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from generators.importing.card_inputs import (
    Bound,
    leading,
    of_colour,
    of_maps,
    of_number,
    of_pictures,
    of_prompts,
    of_seeks,
    of_size,
    once_each,
)  # fmt: skip
from generators.importing.describing import SHOWN, Found, described
from generators.importing.doings import FINDS_MASK, Doing, changes, doing_of, doings
from generators.importing.graph import Graph, Workflow, graph_of
from generators.importing.naming import model_of, named
from generators.importing.node_table import Widgets, known_nodes
from generators.importing.outputs import outputs_of
from generators.importing.pictures import DRAWS_MAP, Given, map_drawn_by, masks_of, pictures_of, with_masks_apart
from generators.importing.prompts import prompts_of
from generators.importing.settings import colours_of, numbers_of, seeds_of, size_of
from generators.importing.spoken import maps_of, seeks_of
from generators.importing.subgraphs import drawn_nodes
from generators.importing.ui_form import NOTES, converted
from generators.importing.weights import weights_of
from schemas.engine import VALUE, ComfyEngine
from schemas.errors import BadInput, complaint
from schemas.skill import Skill


class Imported(NamedTuple):
    """A card, the workflow that goes into a file beside it if there is one, and what a person should know."""

    card: Skill
    workflow: Workflow | None
    remarks: tuple[str, ...]
    notes: str = ""


def workflow_text(workflow: Workflow) -> str:
    """The file that a workflow is kept in, whose hash stands on the card."""
    return json.dumps(workflow, indent=1, ensure_ascii=False) + "\n"


def card_of_workflow(content: Any, where: str, table: Widgets | None = None) -> Imported:
    """From a file in either form, or as it is sent to a server; refused with the reason where no skill comes of it."""
    graph = graph_in(content, where, table or known_nodes())
    outputs = outputs_of(graph, where)
    graph = graph.only(set[str]().union(*(graph.above(output) for output in outputs)))
    graph, places = with_masks_apart(graph, masks_of(graph))
    pictures = pictures_of(graph, outputs)
    prompts = prompts_of(graph, outputs)
    doing = doing_of(graph, pictures, prompts, bool(places))
    maps = maps_of(graph, outputs) if changes(pictures) else {}
    if maps:
        doing, outputs = doings()["maps"], tuple(maps.values())
    shows = shown_by(graph, doing, pictures)
    size = size_of(graph, pictures, doing.id == "instruct_edit")
    if doing.id == "put_before":
        pictures = with_background_apart(pictures, graph)
    if doing.id == "relight":  # a further picture there is what the light comes from
        pictures = (*pictures[:1], *(given._replace(role="background") for given in pictures[1:]))
    if doing.id == "face_to_image":
        pictures = leading("face", pictures)
    found = Found(
        graph, outputs, pictures, prompts, bool(places), tuple(maps), shows, model_of(graph), size is not None
    )
    bound = once_each([
        *of_pictures(pictures, places, bool(maps)),
        *of_prompts(prompts, doing),
        *of_seeks(seeks_of(graph)),
        *([of_maps(maps)] if maps else []),
        *(of_number(number) for number in (*numbers_of(graph, pictures), *weights_of(graph, pictures))),
        *([of_size(size)] if size else []),
        *(of_colour(name, place) for name, place in colours_of(graph)),
    ])  # fmt: skip
    return assembled(doing, found, bound, maps, where)._replace(notes=notes_in(content))


def notes_in(content: Any) -> str:
    """What people wrote beside the nodes."""
    entries = content.get("nodes") if isinstance(content, dict) else None
    told = [e.get("widgets_values") for e in entries or () if isinstance(e, dict) and e.get("type") in NOTES]
    return "\n".join(str(values[0]) for values in told if isinstance(values, list) and values)


def graph_in(content: Any, where: str, table: Widgets) -> Graph:
    if not isinstance(content, dict):
        raise BadInput(f"{where}: is no workflow")
    if isinstance(content.get("nodes"), list):
        return converted(drawn_nodes(content, where), table, where)
    sent = content.get("prompt")
    return graph_of(sent if isinstance(sent, dict) and "class_type" not in content else content, where)


def with_background_apart(pictures: tuple[Given, ...], graph: Graph) -> tuple[Given, ...]:
    """What is cut out first; what nothing is cut out of is the background."""
    cut = [any(FINDS_MASK.search(graph[node].kind) for node in graph.below(given.node)) for given in pictures]
    front = [given for given, is_cut in zip(pictures, cut, strict=True) if is_cut]
    return (*front, *(given._replace(role="background") for given in pictures if given not in front))


def shown_by(graph: Graph, doing: Doing, pictures: tuple[Given, ...]) -> str | None:
    """What a guide lends, or the map that is drawn."""
    guides = [given.shows for given in pictures if given.role == "guide"]
    if guides:
        return guides[0]
    drawn = [node.kind for node in graph.nodes.values() if DRAWS_MAP.search(node.kind)]
    return map_drawn_by(drawn) if doing.id == "draw_map" else None


def assembled(doing: Doing, found: Found, bound: list[Bound], maps: dict[str, str], where: str) -> Imported:
    graph = found.graph.only(set[str]().union(*(found.graph.above(output) for output in found.outputs)))
    shown = SHOWN[found.shows][0] if found.shows in SHOWN else "layout"
    skill_id, name = named(doing.name.format(Shown=shown.capitalize()), found.model)
    binds = {each.input.name: kept for each in bound if (kept := there(each.places, graph))}
    standing = {place: prompt.text.strip().rstrip(",") for prompt in found.prompts.negative for place in prompt.places}
    if standing:
        binds["avoid"] = tuple(standing)
    workflow = graph.workflow()
    edits = changes(found.pictures)
    try:
        engine = ComfyEngine(
            workflow=f"{skill_id}.workflow.json",
            sha256=sha256(workflow_text(workflow).encode()).hexdigest(),
            binds=binds,
            wording={place: f"{braced(text)}, {VALUE}" for place, text in standing.items() if text},
            seeds=seeds_of(graph),
            outputs=found.outputs,
            picks={"map": maps} if maps else {},
            models=tuple(dict.fromkeys(graph.files())),
        )
        card = Skill(
            id=skill_id,
            name=name,
            type="edit" if edits else "create",
            description=described(doing, found),
            inputs=tuple(each.input for each in bound if not (edits and each.input.name == "image")),
            engine=engine,
        )
    except ValueError as error:
        raise BadInput(f"{where}: no card comes of it: {complaint(error, Skill)}") from error
    return Imported(card, workflow, tuple(remarks(bool(found.prompts.positive), card, engine)))


def there(places: tuple[str, ...], graph: Graph) -> tuple[str, ...]:
    return tuple(place for place in places if place.partition(".")[0] in graph.nodes)


def braced(text: str) -> str:
    """A text of the workflow that happens to hold our mark loses it."""
    return text.replace(VALUE, "value")


def remarks(paints: bool, card: Skill, engine: ComfyEngine) -> Iterator[str]:
    """What a person should know who takes the card over."""
    if paints and "avoid" not in engine.binds:
        yield "no negative prompt is heeded here: what a user wants left out cannot be told to it"
    if paints and not engine.seeds:
        yield "no seed was found: the same call gives the same picture each time"
    if len(engine.outputs) > 1 and not engine.picks:
        yield f"{len(engine.outputs)} pictures come out of one call; the first of them is the call's"
    for field in card.inputs:
        if field.type == "image" and field.required:
            yield f"{field.name!r} has to be handed over: the embedded author cannot ask for this card"
            return
