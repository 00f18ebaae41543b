"""Dialogues: an outline, its pictures and an author's words brought together."""

from collections.abc import Mapping, Sequence

from generators.grammar import Spoken
from generators.proposals.talk import AS_SAID
from schemas.answer import Call
from schemas.dialogue import Dialogue, Turn
from schemas.image import Image, Recipe
from schemas.outline import Outline, PlannedTurn

Pictures = Mapping[str, str]


def scene_key(outline: Outline, index: int) -> str:
    """What names a picture before it is painted: its scene's digest."""
    scene = outline.shots[index].scene
    if scene is None:
        raise ValueError(f"{outline.id}: picture {index} has no scene")
    return scene.digest


def assemble(outline: Outline, spoken: Sequence[Spoken], pictures: Pictures, author: str, renderer: str) -> Dialogue:
    """`pictures` leads from the digest of a scene to the hash of its picture."""
    hashes = [pictures[scene_key(outline, n)] for n in range(len(outline.shots))]
    images = []
    for shot, sha256 in zip(outline.shots, hashes, strict=True):
        source = hashes[shot.source] if shot.source is not None else None
        seed = shot.scene.key if shot.scene else outline.id
        recipe = Recipe(renderer=renderer, seed=seed, call=shot.call, source=source)
        images.append(Image(sha256=sha256, recipe=recipe, scene=shot.scene))
    return Dialogue(
        id=outline.id,
        prompt_id=outline.prompt.id,
        prompt=outline.prompt.text,
        category=outline.prompt.category,
        author=author,
        renderer=renderer,
        manner=outline.slot.manner,
        turns=tuple(turn_of(planned, words) for planned, words in zip(outline.turns, spoken, strict=True)),
        images=tuple(images),
    )


def turn_of(planned: PlannedTurn, words: Spoken) -> Turn:
    said = {name: words.core if value == AS_SAID else value for name, value in planned.call.parameters.items()}
    return Turn(
        user=words.user,
        attached=planned.attached,
        call=Call(intent=planned.call.intent, parameters=said),
        reply=words.reply,
        image_before=planned.image_before,
        image_after=planned.image_after,
        phenomena=planned.phenomena,
        dimension=planned.dimension,
        phrase=planned.phrase,
        construction=words.construction,
    )
