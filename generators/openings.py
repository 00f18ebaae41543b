"""Openings: how the first picture of a dialogue comes in, and which skills it leaves room for."""

from functools import lru_cache
from random import Random

from generators.catalogue import kinds, styles
from generators.controls import control
from generators.edits import apply
from generators.prompts import members
from generators.proposals.picture import RETOUCHABLE
from generators.scenes import compose, read
from schemas.answer import Call
from schemas.outline import Shot
from schemas.prompt import Prompt

Size = tuple[int, int]
TRIES_FOR_A_FAULT = 200


@lru_cache(4096)
def looks(text: str) -> tuple[bool, bool]:
    """Of a prompt's picture: whether its style leaves no colours, and whether anything in it can be recoloured."""
    reading = read(text)
    style = styles().get(reading.style or "")
    return bool(style and style.colourless), any(kinds()[noun].dyeable for noun in reading.nouns)


def suits(prompt: Prompt, skill: str) -> bool:
    """Whether a dialogue about this skill makes sense for the prompt's picture."""
    colourless, recolourable = looks(prompt.text)
    if skill == "recolor":
        return recolourable and not colourless
    return not (colourless and skill in ("relight", "anime"))


def requested_shot(prompt: Prompt, size: Size) -> Shot:
    """The prompt's picture as it comes when asked for: without faults."""
    call = Call(intent="text_to_image", parameters={"prompt": prompt.text})
    return Shot(call=call, scene=apply(call, None, prompt.id, size))


def own_shot(prompt: Prompt, size: Size, faulty: bool) -> Shot | None:
    """The prompt's picture as the user's own. It may have faults; where it must, other takes of it are tried."""
    call = Call(intent="text_to_image", parameters={"prompt": prompt.text})
    for n in range(TRIES_FOR_A_FAULT):
        scene = compose(prompt.text, prompt.id if n == 0 else f"{prompt.id}.{n}", size)
        if not faulty or set(scene.flaws) & set(RETOUCHABLE):
            return Shot(call=call, scene=scene)
    return None


def control_shots(skill: str, prompt: Prompt, size: Size, rng: Random) -> tuple[Shot, Shot]:
    """A scribble or a pose that the user brings, drawn from the very scene it becomes, and what it becomes."""
    text = prompt.text
    if skill == "pose_to_image" and not any(kinds()[noun].body == "puppet" for noun in read(text).nouns):
        person = rng.choice([kind for kind in members("people") if kind.body == "puppet"])
        text = f"{person.a_noun} {prompt.parts.get('setting', 'in a park')}"
    asked = Call(intent="text_to_image", parameters={"prompt": text})
    model = compose(text, prompt.id, size)
    drawn = control(model, "scribble" if skill == "scribble_to_image" else "pose")
    call = Call(intent=skill, parameters={"image": "image_1", "prompt": text})
    return Shot(call=asked, scene=drawn), Shot(call=call, source=0, scene=apply(call, drawn, prompt.id, size))
