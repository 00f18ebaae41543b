"""Reading a plan: YAML, overrides, and complaints that name file, key and remedy."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from generators.banks import banks, manners
from generators.cards import read_library
from generators.checks import CHECKS
from generators.checks.own import own_checks
from generators.edits import CREATES, EDITS
from generators.outlines import obstacle
from generators.proposals.card import unspeakable
from generators.slots import Lot, apportion, focus_weights
from schemas.errors import BadInput, Refused, UserError, complaint, did_you_mean
from schemas.outline import TURN_CLASSES, TURNS_OF, Opening
from schemas.plan import Plan
from schemas.prompt import SPLITS, Split
from schemas.skill import Library, Skill
from store.files import read_text


def read_plan(path: Path, overrides: Sequence[str] = ()) -> Plan:
    """The plan of a file with `section.key=value` overrides, values read as YAML."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise BadInput(f"{path}: holds {type(content).__name__}, not a plan with name, seed, prompts and dialogues")
    for override in overrides:
        put(content, override)
    return plan_of(content, str(path))


def read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise BadInput(f"{path}{place}: is not YAML ({getattr(error, 'problem', None) or error})") from error


def put(content: dict[str, Any], override: str) -> None:
    key, sign, value = override.partition("=")
    if not sign or not key:
        raise BadInput(f"--set {override!r}: write it as section.key=value")
    *path, last = key.split(".")
    place = content
    for part in path:
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            raise BadInput(f"--set {override!r}: {part!r} is not a section of the plan")
        place = inner
    try:
        place[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise BadInput(f"--set {override!r}: {value!r} is not YAML") from error


def plan_of(content: dict[str, Any], source: str) -> Plan:
    try:
        plan = Plan.from_data(content)
    except (TypeError, ValueError) as error:
        raise BadInput(f"{source}: {complaint(error, Plan)}") from error
    try:
        check(plan)
    except UserError as error:
        raise type(error)(f"{source}: {error}") from error
    return plan


def library_of(plan: Plan) -> Library:
    return read_library(map(Path, plan.skills.cards), map(Path, plan.skills.banks))


def check(plan: Plan) -> None:
    """Refuse before anything is made what could never be made."""
    own_checks(plan.checks, tuple(CHECKS))
    library = library_of(plan)
    for skill, weight in plan.dialogues.mix.items():
        known("dialogues.mix", "skill", skill, library.ids)
        if weight > 0:
            check_skill(plan, library[skill])
    for manner in plan.dialogues.manners:
        known("dialogues.manners", "manner", manner, manners())
    for kind in plan.dialogues.talk:
        kinds = sorted({str(group.when["kind"]) for group in banks()["chat"].groups})
        known("dialogues.talk", "kind of talk", kind, kinds)
    check_decks(plan, library)
    for number, cell in enumerate(plan.dialogues.cells):
        known(f"dialogues.cells.{number}", "skill", cell.skill, library.ids)
        check_skill(plan, library[cell.skill])
        if reason := obstacle(cell, library):
            raise Refused(f"dialogues.cells.{number} ({cell}): {reason}")


def known(key: str, what: str, name: str, names: Iterable[str]) -> None:
    names = list(names)
    if name not in names:
        raise BadInput(f"{key}: no {what} {name!r}{did_you_mean(name, names)}")


def check_decks(plan: Plan, library: Library) -> None:
    """Whether there is something to deal to every kind of slot."""
    dialogues = plan.dialogues
    openings = {o for o in get_args(Opening) if dialogues.openings.get(o, 0) > 0}
    total = plan.prompts.count * dialogues.per_prompt
    classes = apportion({c: dialogues.turns.get(c, 0) for c in TURN_CLASSES}, total)
    for turn_class, count in classes.items():
        for opening in sorted(openings) if count else ():
            focus_weights(plan, library, Lot(turn_class, opening))
    longer = classes["short"] + classes["long"]
    if "requested" in openings and longer and not dialogues.mix.get("text_to_image"):
        raise Refused("dialogues.mix: dialogues that open with a request need text_to_image in the mix")
    wanted = dialogues.guided + dialogues.revision
    fitting = longer / total * dialogues.openings.get("requested", 0.0) / sum(dialogues.openings.values())
    if wanted > fitting:
        raise Refused(
            f"dialogues.guided, dialogues.revision: ask for {wanted:g} of the dialogues, and only {fitting:g} of them "
            "open with a request and have more than one turn"
        )


def check_skill(plan: Plan, card: Skill) -> None:
    """A skill of the user's own: whether the painter and the embedded author can do anything with it."""
    if card.draws and card.id not in CREATES.keys() | EDITS.keys():
        if card.type == "create":
            raise Refused(f"dialogues.mix: the painter does not know {card.id!r}, and a creating skill needs a picture")
        if plan.renderer.unpainted == "refuse":
            raise Refused(
                f"dialogues.mix: the painter does not know {card.id!r}; leave it out, "
                "or have its turns without pictures with renderer.unpainted: no_picture"
            )
    if card.id not in banks() and (name := unspeakable(card)):
        raise Refused(
            f"skills.cards: {card.id}: nothing can be said for its input {name!r}: give the input examples on the card"
        )


class Forecast(BaseModel):
    """What a plan will make, before it does."""

    prompts: dict[Split, int]
    dialogues: dict[Split, int]
    turns: tuple[int, int]
    exact: bool
    cells: dict[str, dict[Split, int]]


def forecast(plan: Plan) -> Forecast:
    prompts = apportion({split: plan.splits.get(split, 0) for split in SPLITS}, plan.prompts.count)
    dialogues = {split: count * plan.dialogues.per_prompt for split, count in prompts.items()}
    least = most = 0
    exact = True
    for count in dialogues.values():
        if not count:
            continue
        weights = {c: plan.dialogues.turns.get(c, 0) for c in TURN_CLASSES}
        classes = apportion(weights, count)
        least += sum(n * TURNS_OF[c][0] for c, n in classes.items())
        most += sum(n * TURNS_OF[c][1] for c, n in classes.items())
        exact &= all(
            n * sum(weights.values()) == w * count for n, w in zip(classes.values(), weights.values(), strict=True)
        )
    whole = sum(plan.splits.values())
    exact &= all(n * whole == plan.splits.get(s, 0) * plan.prompts.count for s, n in prompts.items())
    cells = {
        str(cell): apportion({s: plan.splits.get(s, 0) for s in SPLITS}, cell.count) for cell in plan.dialogues.cells
    }
    for cell in plan.dialogues.cells:
        for split, count in cells[str(cell)].items():
            dialogues[split] += count
        least, most = least + cell.count * cell.turns, most + cell.count * cell.turns
    return Forecast(prompts=prompts, dialogues=dialogues, turns=(least, most), exact=exact, cells=cells)
