"""Draws from a server that holds a run of ours, merged: vLLM, or anything else that speaks like OpenAI.

    python -m train.sft … --out runs/sft --merge        vllm serve runs/sft/merged --served-model-name sft
    python -m train.sample … --adapter runs/sft --served http://localhost:8000/v1 --served-model sft

The messages are those that the run was trained with; the server words them by the run's own chat template. Pictures are
not sent, only their marks. What comes for a (context, draw) hangs on its seed as far as the server heeds seeds; every
answer is kept, so a draw is never asked for twice. `logprob` is the sum over the tokens that the server tells, of which
some leave out the one that ends the answer; None where it tells none.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from clients.errors import CallFailed
from clients.requests import Message, Request
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.plan import Pace
from schemas.training import Sampling
from train.answering import Drawn
from train.asking import Asked, Place
from train.baselines.model import Model
from train.conversation import messages
from train.sample import SEEDS, Draw

STAGE = "sample"


def served_draw(url: str, model: str, settings: Sampling, kept: Path, pace: Pace | None = None) -> Draw:
    def draw(asked: Sequence[Asked], number: int) -> Iterator[tuple[Place, Drawn]]:
        with closing(Model(model, kept, url, pace)) as server:

            async def answer(one: Asked) -> tuple[Place, Drawn]:
                return one.place, await drawn(server, request_of(one, number, model, settings), one)

            yield from server.each(answer, asked)

    return draw


def request_of(asked: Asked, number: int, model: str, settings: Sampling) -> Request:
    told = messages(asked.talk, sees=False)
    return Request(
        model=model,
        messages=tuple(Message(role=each["role"], text=each["content"]) for each in told),
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_tokens=settings.longest,
        seed=keyed(settings.seed, "draw", asked.dialogue_id, asked.turn, number).randrange(SEEDS),
        alternatives=1,
    )


async def drawn(server: Model, request: Request, asked: Asked) -> Drawn:
    try:
        response = await server.client.ask(request, STAGE)
    except CallFailed as error:
        what = f"{server.client.place} gave no answer ({error.what})"
        raise Refused(f"{asked.dialogue_id}, turn {asked.turn}: {what}; run again, what was drawn is kept") from error
    logprob: Any = response.logprob  # None where the server tells none, which the samples say as such
    return Drawn(response.text, logprob, response.usage.completion)
