"""The client: a request in, a response out, however slow, crowded or flaky the server is.

    client = Client(endpoint, kept, spent)
    response = await client.ask(request, stage="dialogues")

What was asked before is answered from what was kept. Otherwise the call waits for its place, is made, tried again
with growing pauses where the fault may pass, and kept the moment it has come.
"""

import asyncio
import base64
import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Literal
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI, DefaultAioHttpClient

from clients.batches import Batches
from clients.errors import CallFailed
from clients.kept import Kept
from clients.money import Spent
from clients.pace import Bucket, Window
from clients.requests import Finish, Message, Request, Response, Usage
from schemas.errors import Refused
from schemas.plan import Pace

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})
Pictures = Callable[[str], bytes]
Forms = Literal["schema", "json", "text"]
FORMS: tuple[Forms, ...] = ("schema", "json", "text")
PASSING = (408, 409, 425, 429)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
DISPENSABLE = ("max_tokens", "temperature", "top_p", "seed")  # some models take them by another name, or not at all
FAULTY_FOR_ALL = 5  # so many refusals as malformed, and not one answer, mean that every call is


class Endpoint(Pace):
    """Where a model is asked, and how hard."""

    base_url: str | None = None

    @property
    def warning(self) -> str | None:
        """What is unsafe about this address."""
        address = urlsplit(self.base_url or "https://")
        if address.scheme == "http" and address.hostname not in LOCAL_HOSTS:
            return f"{self.base_url} is not encrypted: prompts and the key travel in the clear"
        return None


class Client:
    def __init__(
        self, endpoint: Endpoint, kept: Kept, spent: Spent, pictures: Pictures | None = None, offline: bool = False
    ) -> None:
        self.endpoint, self.kept, self.spent, self.pictures, self.offline = endpoint, kept, spent, pictures, offline
        self.window = Window(endpoint.concurrency)
        self.calls = Bucket(endpoint.per_minute)
        self.tokens = Bucket(endpoint.tokens_per_minute)
        self.form: Forms = "schema"
        self.retries: Counter[str] = Counter()
        self.answered = self.malformed = 0
        self.rng = Random()  # pauses only: nothing that is kept hangs on it
        self.asking: dict[str, asyncio.Future[Response]] = {}
        self.left_out: set[str] = set()
        self.batches = Batches(self) if endpoint.batch and not offline else None
        self.open_client: AsyncOpenAI | None = None

    async def ask(self, request: Request, stage: str) -> Response:
        found = self.kept.get(request)
        if found is not None:
            self.spent.add_kept(stage, found.usage)
            return found
        if self.offline:
            raise Refused(f"offline, and a response of {request.model} for {stage!r} was not kept: {request.key[:12]}")
        key = request.key
        twin = self.asking.get(key)
        if twin is not None:
            return await asyncio.shield(twin)
        self.asking[key] = asyncio.get_running_loop().create_future()
        try:
            async with self.spent.room_for(request.at_most):
                asked = self.asked if self.batches is None else self.batches.ask
                response = await asked(request, stage)
        except BaseException as error:
            failed = self.asking.pop(key)
            failed.set_exception(error if isinstance(error, Exception) else CallFailed("cancelled", stage))
            failed.exception()  # seen, also where no twin waits for it
            raise
        self.asking.pop(key).set_result(response)
        return response

    async def asked(self, request: Request, stage: str) -> Response:
        """Tries until there is a response, the fault will not pass, or the tries are used up."""
        pause, asked_to_wait, reason = FIRST_PAUSE, 0.0, ""
        for number in range(self.endpoint.tries):
            if number:
                self.retries[reason] += 1
                await asyncio.sleep(max(asked_to_wait, pause * self.rng.uniform(0.5, 1.0)))
                pause, asked_to_wait = min(LONGEST_PAUSE, pause * 2), 0.0
            await self.calls.take()
            await self.tokens.take(request.at_most.total)
            async with self.window.place(again=number > 0):
                started, form = time.monotonic(), self.form
                try:
                    answer = await self.send(request, form)
                except openai.APIStatusError as error:
                    reason = self.judge(error.status_code, self.words_of(error), form)
                    asked_to_wait = retry_after(error)
                except (openai.APIError, ValueError, TimeoutError) as error:
                    reason = kind_of(error)
                    self.window.went_badly()
                else:
                    response = read(answer, time.monotonic() - started)
                    self.window.went_well(response.seconds)
                    self.tokens.give_back(request.at_most.total - response.usage.total)
                    self.keep(request, response, stage)
                    return response
        if not self.answered:
            raise Refused(f"{self.place} does not answer ({reason}, {self.endpoint.tries} tries): is it up?")
        raise CallFailed("server", f"{reason} after {self.endpoint.tries} tries")

    @property
    def place(self) -> str:
        return self.endpoint.base_url or "OpenAI"

    def keep(self, request: Request, response: Response, stage: str) -> None:
        self.answered += 1
        self.spent.add(stage, response.usage)
        self.kept.put(request, response, stage)

    def judge(self, status: int, words: str, form: Forms) -> str:
        """The reason why this may pass, or the end: of the call, or of all."""
        if status in PASSING or status >= 500:
            self.window.went_badly()
            return f"status {status}"
        if status in (401, 403, 404):
            raise Refused(f"{self.place} refuses every call ({status}): {words}")
        if form != "text" and speaks_of_forms(words):
            if self.form == form:
                self.form = FORMS[FORMS.index(form) + 1]
            return f"no {form} answers"
        if name := next((n for n in DISPENSABLE if f"'{n}'" in words), None):
            self.left_out.add(name)
            return f"no {name}"
        self.malformed += 1
        if not self.answered and self.malformed >= FAULTY_FOR_ALL:
            raise Refused(f"{self.place} takes no call ({status}): {words}")
        raise CallFailed("refused_by_server", f"{status}: {words}")

    def words_of(self, error: openai.APIStatusError) -> str:
        return self.safe(" ".join(str(error.message).split())[:300])

    def safe(self, words: str) -> str:
        """A server's words without our key, should it say it back."""
        key = os.environ.get(self.endpoint.key_variable, "")
        return words.replace(key, "***") if len(key) > 3 else words

    async def send(self, request: Request, form: Forms) -> Any:
        # not chat.completions.create, which takes as long again to check our fields and the answer against its types
        return await self.server().post("/chat/completions", cast_to=object, body=self.body(request, form))

    def body(self, request: Request, form: Forms) -> dict[str, Any]:
        """What goes over the wire, without what this server has been found not to take."""
        fields: dict[str, Any] = {
            "model": request.model,
            "messages": [self.wire(message) for message in request.messages],
            "temperature": request.temperature,
            "top_p": request.top_p,
            "max_tokens": request.max_tokens,
        }
        if request.seed is not None:
            fields["seed"] = request.seed
        if request.alternatives is not None:
            fields |= {"logprobs": True, "top_logprobs": request.alternatives}
        if request.form is not None and form == "schema":
            schema = {"name": "answer", "schema": request.form, "strict": True}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif request.form is not None and form == "json":
            fields["response_format"] = {"type": "json_object"}
        if "max_tokens" in self.left_out:
            fields["max_completion_tokens"] = request.max_tokens
        return {name: value for name, value in fields.items() if name not in self.left_out}

    def wire(self, message: Message) -> dict[str, Any]:
        if not message.pictures:
            return {"role": message.role, "content": message.text}
        if self.pictures is None:
            raise ValueError("a message has pictures and the client was given none")
        shown = [{"type": "image_url", "image_url": {"url": data_url(self.pictures(p))}} for p in message.pictures]
        return {"role": message.role, "content": [{"type": "text", "text": message.text}, *shown]}

    def server(self) -> AsyncOpenAI:
        if self.open_client is None:
            key = os.environ.get(self.endpoint.key_variable)
            local = urlsplit(self.endpoint.base_url or "").hostname in LOCAL_HOSTS
            if not key and not local:
                raise Refused(f"no key for {self.place}: set {self.endpoint.key_variable}")
            gc.freeze()  # what is imported stays: looking through it again stops all calls for 0.1 s
            self.open_client = AsyncOpenAI(
                api_key=key or "none",
                base_url=self.endpoint.base_url,
                timeout=self.endpoint.timeout,
                max_retries=0,
                http_client=DefaultAioHttpClient(),
            )
        return self.open_client

    async def close(self) -> None:
        if self.open_client is not None:
            await self.open_client.close()


def kind_of(error: Exception) -> str:
    """What went wrong on the way, in a word or two."""
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return "timeout"
    return "connection" if isinstance(error, openai.APIConnectionError) else "garbled answer"


def read(answer: Any, seconds: float) -> Response:
    """A chat completion as it came, of which some servers leave things out."""
    if not isinstance(answer, dict):
        raise Refused(f"what answers is no chat server: {str(answer)[:80]!r}")
    choice: dict[str, Any] = next(iter(answer.get("choices") or ()), {})
    message, usage = choice.get("message") or {}, answer.get("usage") or {}
    refusal = message.get("refusal")
    known: Mapping[str, Finish] = {"stop": "stop", "length": "length", "content_filter": "content_filter"}
    return Response(
        text=message.get("content") or "",
        finish="refusal" if refusal else known.get(str(choice.get("finish_reason")), "other"),
        refusal=refusal,
        usage=Usage(
            prompt=usage.get("prompt_tokens") or 0,
            completion=usage.get("completion_tokens") or 0,
            cached=(usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0,
        ),
        seconds=round(seconds, 3),
        alternatives=alternatives(choice),
        logprob=logprob(choice),
    )


def alternatives(choice: Mapping[str, Any]) -> tuple[tuple[str, float], ...] | None:
    """The first token's, where the server was asked for them and tells."""
    first: Mapping[str, Any] = next(iter((choice.get("logprobs") or {}).get("content") or ()), {})
    told = [(each.get("token"), each.get("logprob")) for each in first.get("top_logprobs") or ()]
    return tuple((str(token), float(chance)) for token, chance in told if chance is not None) or None


def logprob(choice: Mapping[str, Any]) -> float | None:
    """That of the whole answer, where the server was asked for its tokens' and tells them all."""
    told = [each.get("logprob") for each in (choice.get("logprobs") or {}).get("content") or ()]
    return sum(map(float, told)) if told and None not in told else None


def retry_after(error: openai.APIStatusError) -> float:
    said = error.response.headers.get("retry-after", "")
    try:
        return min(LONGEST_PAUSE, float(said))
    except ValueError:
        return 0.0


def speaks_of_forms(words: str) -> bool:
    return any(name in words.lower() for name in ("response_format", "json_schema", "json_object", "json mode"))


def data_url(picture: bytes) -> str:
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
