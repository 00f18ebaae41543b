"""The check of state: turn for turn, pictures and labels tell one story.

coherent(dialogue, library) -> "turns.1: object 'bench' is still in picture 2"
"""

from generators.edits import CREATES, EDITS
from generators.scenes import find, find_worn
from schemas.dialogue import Dialogue, Turn
from schemas.scene import Scene
from schemas.skill import IMAGE, Library, Skill, Value


def coherent(dialogue: Dialogue, library: Library) -> str | None:
    """Each turn works on the picture it means, and the picture it shows is what its call makes of that one."""
    shown: set[int] = set()
    current: int | None = None
    for n, turn in enumerate(dialogue.turns):
        skill = library[turn.call.intent]
        if turn.attached:
            current = turn.attached[0] if len(turn.attached) == 1 else None
            shown.update(turn.attached)
        problem = (
            works_elsewhere(turn, skill, current)
            or shows_otherwise(turn, skill)
            or made_otherwise(dialogue, turn, skill, shown)
            or not_in_scene(dialogue, turn, skill)
            or still_there(dialogue, turn)
        )
        if problem:
            return f"turns.{n}: {problem}"
        if turn.image_after is not None:
            current = turn.image_after
            shown.add(current)
    return None


def index_of(value: Value | None) -> int | None:
    match = IMAGE.match(str(value))
    return int(match[1]) - 1 if match else None


def works_elsewhere(turn: Turn, skill: Skill, current: int | None) -> str | None:
    """`image` names the picture that is worked on; without it that is the current one."""
    before, named = turn.image_before, turn.call.parameters.get("image")
    if named is not None:
        return None if index_of(named) == before else f"image is {named}, but it works on picture {before}"
    if skill.type in ("edit", "ask") and current is not None and before != current:
        return f"works on picture {before}, but the current one is picture {current} and the label names no other"
    return None


def shows_otherwise(turn: Turn, skill: Skill) -> str | None:
    """Drawing shows another picture, and talk shows what it says it does."""
    after = turn.image_after
    if not skill.draws:
        show = turn.call.parameters.get("show")
        return None if after == index_of(show) else f"show is {show}, but the turn shows picture {after}"
    if after is None:
        known = skill.id in CREATES.keys() | EDITS.keys()  # a skill of the user's own may go without picture
        return f"{skill.id} made no picture" if known else None
    return f"{skill.id} changed nothing" if after == turn.image_before else None


def made_otherwise(dialogue: Dialogue, turn: Turn, skill: Skill, shown: set[int]) -> str | None:
    """The recipe of a new picture is this turn's call on this turn's picture; a picture that recurs keeps the
    recipe it was first made by."""
    if turn.image_after is None or turn.image_after in shown:
        return None
    recipe = dialogue.images[turn.image_after].recipe
    made, wanted = recipe.call, turn.call
    if (made.intent, made.apart_from_image) != (wanted.intent, wanted.apart_from_image):
        return f"picture {turn.image_after} was made by {recipe.call.intent} {recipe.call.parameters_json}"
    if skill.type == "create" and skill.input("image") is None:  # also where it draws a picture again
        return None if recipe.source is None else f"{skill.id} makes a new picture, not one from another"
    before = None if turn.image_before is None else dialogue.images[turn.image_before].sha256
    if recipe.source != before:
        return f"picture {turn.image_after} was not made from picture {turn.image_before}"
    return None


def not_in_scene(dialogue: Dialogue, turn: Turn, skill: Skill) -> str | None:
    """What an input of type `thing` holds is one thing of the picture, where the picture's scene is known."""
    before = scene_of(dialogue, turn.image_before)
    if before is None:
        return None
    for name, value in turn.call.parameters.items():
        field = skill.input(name)
        if field and field.type == "thing" and not find(before, str(value)) and not find_worn(before, str(value)):
            return f"{name} {value!r} is not one thing in picture {turn.image_before}"
    return None


def still_there(dialogue: Dialogue, turn: Turn) -> str | None:
    before, after = scene_of(dialogue, turn.image_before), scene_of(dialogue, turn.image_after)
    if turn.call.intent != "remove_object" or before is None or after is None:
        return None
    words = str(turn.call.parameters["object"])
    thing, worn = find(before, words), find_worn(before, words)
    left = {t.id: t for t in after.things}
    if thing is not None:
        remains = thing.id in left
    else:
        remains = worn is not None and worn[0].id in left and worn[1] in left[worn[0].id].wears
    return f"object {words!r} is still in picture {turn.image_after}" if remains else None


def scene_of(dialogue: Dialogue, index: int | None) -> Scene | None:
    return None if index is None else dialogue.images[index].scene
