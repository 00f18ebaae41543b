"""VQA scores by a model that sees: it is shown a picture and asked whether that is what was wanted.

    looks = [Look("5b0c…", b"…", ("a fox in sunglasses",)), …]
    answers(looks) -> {("5b0c…", "a fox in sunglasses"): 0.93, …}       the probability of Yes

Two kinds of model answer: one behind an OpenAI-compatible server that tells log-probabilities, whose answers are kept,
and one that transformers runs here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from clients.errors import CallFailed
from clients.requests import Message, Request, Response
from evaluation.metrics.asking import integration, question, scene_description, yes_probability
from evaluation.metrics.colour_edges import opaque
from evaluation.metrics.rounds import Round
from flows.models import Model
from flows.progress import Progress
from flows.scoring.encoding import machinery, one_line
from flows.scoring.how import LOCAL
from schemas.errors import BadInput, Refused
from schemas.plan import Author

ALTERNATIVES = 20
STAGE_SEEN, STAGE_TOLD = "vqa", "descriptions"


class Look(NamedTuple):
    """One picture, and the descriptions that it may fit."""

    sha256: str
    picture: bytes
    descriptions: tuple[str, ...]


Chances = dict[tuple[str, str], float]
Judge = Callable[[Iterable[Look], int], Chances]


class Server(NamedTuple):
    """Where models are asked, and where their answers are kept."""

    base_url: str | None
    data: Path
    offline: bool
    progress: Progress

    def model(self, name: str) -> Model:
        return Model(
            Author(kind="openai", model=name, base_url=self.base_url), 0, self.data, self.progress, self.offline
        )


def asked_of(name: str, server: Server) -> Judge:
    """A model behind a server."""

    def judge(looks: Iterable[Look], total: int) -> Chances:
        found: Chances = {}
        with closing(server.model(name)) as model:

            async def look_at(look: Look) -> Chances:
                model.shown[look.sha256] = look.picture
                chances = {(look.sha256, d): await chance_of(model, name, look.sha256, d) for d in look.descriptions}
                del model.shown[look.sha256]
                return chances

            def done(chances: Chances) -> None:
                found.update(chances)
                model.advance(1)

            model.stage("pictures judged", total)
            model.each(look_at, looks, done)
        return found

    return judge


async def chance_of(model: Model, name: str, sha256: str, description: str) -> float:
    message = Message(role="user", text=question(description), pictures=(sha256,))
    request = Request(model=name, messages=(message,), temperature=0.0, max_tokens=1, alternatives=ALTERNATIVES)
    response = await answered(model, request, STAGE_SEEN)
    if response.alternatives is None:
        raise Refused(f"--scorer {name}: {model.client.place} tells no log-probabilities, so there is no P(Yes)")
    return yes_probability(response.alternatives)


async def answered(model: Model, request: Request, stage: str) -> Response:
    """A score with a hole in it would be none, so one call that cannot be made ends the run."""
    try:
        return await model.client.ask(request, stage)
    except CallFailed as error:
        raise Refused(f"{request.model}, {stage}: {error}; what it answered is kept, run it again") from error


def run_here(name: str, progress: Progress) -> Judge:
    """A model that transformers loads from a folder or a repository."""
    torch, transformers = machinery(f"--scorer {LOCAL}{name}")
    try:
        model = transformers.AutoModelForImageTextToText.from_pretrained(name).eval()
        processor = transformers.AutoProcessor.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise BadInput(f"--scorer {LOCAL}{name}: no such model can be loaded ({one_line(error)})") from error

    def alternatives(picture: bytes, text: str) -> list[tuple[str, float]]:
        content = [{"type": "image"}, {"type": "text", "text": text}]
        asked = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        given = processor(text=asked, images=[opaque(picture)], return_tensors="pt")
        with torch.inference_mode():
            last = torch.log_softmax(model(**given).logits[0, -1].float(), dim=-1)
        best = torch.topk(last, min(ALTERNATIVES, last.shape[-1]))
        return [(processor.decode([int(i)]), float(v)) for v, i in zip(best.values, best.indices, strict=True)]

    return by_first_token(alternatives, progress)


def by_first_token(alternatives: Callable[[bytes, str], Iterable[tuple[str, float]]], progress: Progress) -> Judge:
    """A judge from what a model would say first about a picture."""

    def judge(looks: Iterable[Look], total: int) -> Chances:
        progress.stage("pictures judged", total)
        found: Chances = {}
        for look in looks:
            for d in look.descriptions:
                found[look.sha256, d] = yes_probability(alternatives(look.picture, question(d)))
            progress.advance(1)
        return found

    return judge


def judge_named(name: str, server: Server) -> Judge:
    if name.startswith(LOCAL):
        return run_here(name.removeprefix(LOCAL), server.progress)
    return asked_of(name, server)


def descriptions(rounds: Sequence[Round], author: str | None, server: Server) -> Mapping[tuple[str, int], str]:
    """What each round's picture should show, in words: F of eq. 5."""
    if author is None:
        return {(r.dialogue_id, r.turn): scene_description(r) for r in rounds}
    found: dict[tuple[str, int], str] = {}
    with closing(server.model(author)) as model:

        async def describe(asked: Round) -> tuple[tuple[str, int], str]:
            message = Message(role="user", text=integration(asked.said))
            request = Request(model=author, messages=(message,), temperature=0.0, max_tokens=300)
            response = await answered(model, request, STAGE_TOLD)
            if not response.text.strip():
                raise Refused(f"--author {author}: described nothing for {asked.dialogue_id}, turn {asked.turn}")
            return (asked.dialogue_id, asked.turn), " ".join(response.text.split())

        def done(described: tuple[tuple[str, int], str]) -> None:
            found.update([described])
            model.advance(1)

        model.stage("pictures described", len(rounds))
        model.each(describe, rounds, done)
    return found
