"""Routing by prompting, without training: any model behind an OpenAI-compatible server, told the cards and the rules.

    with closing(Model("gpt-4o-mini", Path("data/responses.sqlite"))) as model:
        system = prompted(release.library, model, shots(release, 30, seed=7))
        for place, text in system(asked): …

The cards stand in the prompt and the answer is a line of JSON, since every server takes that; `constrained` sends its
JSON Schema along for servers that hold a model to one. A model that `sees` is shown the pictures.
"""

import re
from collections.abc import Iterator, Sequence

from clients.requests import Message
from schemas.errors import Refused
from schemas.skill import Library
from schemas.talk import Talk
from train.asking import Asked, Place, System
from train.baselines.instructions import Shot, instructions
from train.baselines.model import Model
from train.conversation import messages
from train.shape import answer_schema

THOUGHT = re.compile(r"\A\s*(?:<think>)?.*</think>", re.DOTALL)
FENCED = re.compile(r"\A```\w*\s*\n(.*?)\n?\s*```\Z", re.DOTALL)


def prompted(
    library: Library, model: Model, shots: Sequence[Shot] = (), constrained: bool = False, sees: bool = False
) -> System:
    told = instructions(library, shots, sees)
    form = answer_schema(library) if constrained else None

    async def answer(asked: Asked) -> tuple[Place, str]:
        with model.showing(pictures_of(asked) if sees else ()) as names:
            said = conversation(asked.talk, told, names)
            text = await model.answer(said, form, f"{asked.dialogue_id}, turn {asked.turn}")
        return asked.place, bare(text)

    def system(asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        return model.each(answer, asked)

    return system


def pictures_of(asked: Asked) -> Sequence[bytes]:
    if asked.pictures is not None:
        return asked.pictures()
    if asked.talk.pictures_seen:
        raise Refused(f"{asked.dialogue_id}: nobody painted its pictures; ask a model that sees without showing them")
    return ()


def conversation(talk: Talk, told: str, pictures: Sequence[str] = ()) -> list[Message]:
    """The talk as a request says it, each of the pictures with the message that first has its mark."""
    named = dict(zip(talk.pictures_seen, pictures, strict=True)) if pictures else {}
    shows = (places for _, places in talk.messages)
    said = []
    for each in messages(talk, sees=False, system=told):
        fresh = [named.pop(place) for place in next(shows) if place in named] if each["role"] == "user" else []
        said.append(Message(role=each["role"], text=each["content"], pictures=tuple(fresh)))
    return said


def bare(text: str) -> str:
    """Without what servers and chat models put around an answer: thoughts, a code fence, blanks. Nothing in it is
    mended."""
    text = THOUGHT.sub("", text).strip()
    fence = FENCED.match(text)
    return fence[1].strip() if fence else text
