"""Chat: words in, a call and a picture out; one turn at a time with any system that answers.

    turn, pixels = answered(Conversation(), "draw a fox", Model("reader", system, library), read)
    turn -> Said(user="draw a fox", text='{"intent": "text_to_image", …}', image_after=0, made=Picture(…), kept=True)

A call is held against its card and run by the embedded painter on the conversation's own pictures. What is no answer,
what does not fit, and what cannot be painted is told with its reason and is no part of what comes after: the model goes
on as if the words had not been said, so that its history holds good answers alone.
"""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image as Pixels

from flows.chatting.transcript import TRANSCRIPT, Brought, Conversation, Picture, Said, read_conversation
from generators.cards import read_library
from generators.controls import control
from generators.edits import CREATES, EDITS
from generators.painter import RENDERER, encode, paint
from generators.running import run
from schemas.answer import Answer, Call
from schemas.errors import BadInput, Refused
from schemas.image import Recipe
from schemas.scene import Medium, Scene
from schemas.skill import IMAGE, Library, Value
from schemas.talk import Talk

if TYPE_CHECKING:
    from train.asking import System

Read = Callable[[int], bytes]
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
SHOWN = 90


class Model(NamedTuple):
    """Who answers, by the name that the transcript gives; `seed` decides how pictures turn out."""

    name: str
    system: "System"
    library: Library
    seed: int = 0


class Outcome(NamedTuple):
    turn: Said
    pixels: bytes | None = None


def answered(so_far: Conversation, words: str, model: Model, read: Read) -> Outcome:
    """What comes of the user's words."""
    turn = Said(user=words, attached=so_far.waiting, source=model.name)
    turn = turn.model_copy(update={"text": text_from(so_far, turn, model, read)})
    answer = Answer.parse(turn.text)
    if answer is None:
        return refused(turn, f"the model answered with something that is no call: {clipped(turn.text)}")
    if problems := answer.call.problems(model.library):
        return refused(turn, f"the model's call does not fit its card: {'; '.join(problems)}")
    try:
        return carried_out(answer.call, turn, so_far, model)
    except Refused as error:
        return refused(turn, f"not done: {error}")


def text_from(so_far: Conversation, turn: Said, model: Model, read: Read) -> str:
    from train.asking import Asked

    talk = Talk.of([*so_far.turns, turn], len(so_far.turns))
    asked = Asked("chat", len(so_far.turns), talk, lambda: [read(place) for place in talk.pictures_seen])
    return next((text for _, text in model.system([asked])), "")


def refused(turn: Said, problem: str) -> Outcome:
    return Outcome(turn.model_copy(update={"problem": problem}))


def clipped(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:SHOWN]}…" if len(line) > SHOWN else line or "no words at all"


def carried_out(call: Call, turn: Said, so_far: Conversation, model: Model) -> Outcome:
    """The turn with the picture that it works on and the one that it shows."""
    skill = model.library[call.intent]
    for field in skill.inputs:
        if field.type == "image" and field.name in call.parameters:
            there(call.parameters[field.name], so_far)
    named = call.parameters.get("image")
    before = place_in(named) if named is not None else None if skill.type == "create" else so_far.current
    turn = turn.model_copy(update={"image_before": before, "kept": True})
    if not skill.draws:
        return Outcome(turn.model_copy(update={"image_after": place_in(call.parameters.get("show"))}))
    if call.intent not in CREATES.keys() | EDITS.keys():
        return Outcome(turn.model_copy(update={"problem": f"the embedded painter has no {call.intent}; no picture"}))
    scene = run(call, scene_of(before, so_far), model.library, seed_of(call, so_far, model.seed))
    return shown(scene, call, turn, so_far)


def there(value: Value, so_far: Conversation) -> None:
    place = place_in(value)
    if place is None or place >= len(so_far.pictures):
        names = f"image_1 to image_{len(so_far.pictures)}" if so_far.pictures else "no picture yet"
        raise Refused(f"there is no {value}, there is {names}")


def place_in(value: Value | None) -> int | None:
    match = IMAGE.match(str(value))
    return int(match[1]) - 1 if match else None


def scene_of(place: int | None, so_far: Conversation) -> Scene | None:
    if place is None:
        return None
    scene = so_far.pictures[place].scene
    if scene is None:
        raise Refused(
            f"image_{place + 1} comes from elsewhere, and the embedded painter can only edit its own pictures"
        )
    return scene


def seed_of(call: Call, so_far: Conversation, seed: int) -> str:
    """The same for all calls, so that a prompt that was changed a little gives a picture that is changed a little; who
    asks for the very same again wants to see another."""
    earlier = (Answer.parse(line.text) for line in so_far.lines if isinstance(line, Said))
    again = sum(answer is not None and answer.call == call for answer in earlier)
    return f"chat-{seed}-{again}" if again else f"chat-{seed}"


def shown(scene: Scene, call: Call, turn: Said, so_far: Conversation) -> Outcome:
    """A state that was there before is the same picture."""
    source = None if turn.image_before is None else so_far.pictures[turn.image_before].sha256
    pixels = encode(paint(scene))
    made = picture(pixels, so_far, scene, Recipe(renderer=RENDERER, seed=scene.key, call=call, source=source))
    after = so_far.place_of(made.sha256)
    if after == turn.image_before:
        raise Refused(f"{call.intent} changes nothing that shows")
    fresh = after == len(so_far.pictures)
    return Outcome(turn.model_copy(update={"image_after": after, "made": made if fresh else None}), pixels)


def picture(pixels: bytes, so_far: Conversation, scene: Scene | None = None, recipe: Recipe | None = None) -> Picture:
    """A picture by the name of its place."""
    sha256 = hashlib.sha256(pixels).hexdigest()
    place = so_far.place_of(sha256)
    if place < len(so_far.pictures):
        return so_far.pictures[place]
    return Picture(file=f"image_{place + 1}.{suffix_of(pixels)}", sha256=sha256, scene=scene, recipe=recipe)


def suffix_of(pixels: bytes) -> str:
    """By what the bytes are; ValueError where they are no picture that every model can be shown."""
    try:
        with Pixels.open(io.BytesIO(pixels)) as opened:
            opened.load()
            kind = opened.format or "nothing known"
    except (OSError, SyntaxError, ValueError, Pixels.DecompressionBombError) as error:
        raise ValueError("is no picture that can be read") from error
    if kind not in SUFFIXES:
        raise ValueError(f"is {kind}, not one of {', '.join(SUFFIXES)}")
    return SUFFIXES[kind]


def brought(path: Path, so_far: Conversation) -> tuple[Brought, bytes]:
    """A picture from a file, with its scene where it was painted in this conversation or in the one beside the file."""
    try:
        pixels = path.expanduser().read_bytes()
        found = picture(pixels, so_far)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error
    beside = path.expanduser().parent
    other = read_conversation(beside)[0] if (beside / TRANSCRIPT).is_file() else Conversation()
    for known in (*so_far.scenes(), *other.scenes()):
        if known.sha256 == found.sha256:
            found = found.model_copy(update={"scene": known.scene, "recipe": known.recipe})
    return Brought(picture=found), pixels


def painted(prompt: str, medium: Medium, so_far: Conversation, seed: int) -> tuple[Brought, bytes]:
    """A picture to begin with, painted from a prompt as if the user had brought it; or a sketch of one."""
    call = Call(intent="text_to_image", parameters={"prompt": prompt})
    scene = run(call, None, read_library(), f"chat-{seed}-brought-{len(so_far.lines)}")
    scene = scene if medium == "picture" else control(scene, medium)
    recipe = Recipe(renderer=RENDERER, seed=scene.key, call=call)
    pixels = encode(paint(scene))
    return Brought(picture=picture(pixels, so_far, scene, recipe)), pixels
