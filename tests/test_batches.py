"""The batch service, against a scripted provider over real HTTP: files, batches, and what goes wrong with them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from clients.client import Client, Endpoint
from clients.errors import CallFailed
from clients.kept import Kept
from clients.money import Price, Spent
from clients.requests import Message, Request, Response
from schemas.errors import Refused
from tests.conftest import ROOT
from tests.scripted import Server, failure, serving

Line = dict[str, Any]
Answer = Callable[[Line], Line | None]


def good(line: Line) -> Line | None:
    words = line["body"]["messages"][-1]["content"].upper()
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    choice = {"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return {"status_code": 200, "body": body}


def bad(status: int, words: str) -> Line:
    return {"status_code": status, "body": {"error": {"message": words}}}


class Provider:
    """Keeps files and batches; a batch is over at the so manieth look."""

    def __init__(self, answer: Answer = good, looks: int = 2, status: str = "completed") -> None:
        self.answer, self.looks, self.status = answer, looks, status
        self.files: dict[str, str] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, int] = {}
        self.deleted: list[str] = []
        self.break_off_after_create = False

    async def upload(self, http: web.Request) -> web.Response:
        form = await http.post()
        name = f"file-{len(self.files)}"
        assert form["purpose"] == "batch"
        self.files[name] = form["file"].file.read().decode()  # type: ignore[union-attr]
        return web.json_response({"id": name, "object": "file", "bytes": 1, "created_at": 1, "filename": "x",
                                  "purpose": "batch", "status": "processed"})  # fmt: skip

    async def create(self, http: web.Request) -> web.StreamResponse:
        asked = await http.json()
        name = f"batch-{len(self.batches)}"
        self.batches[name] = {"id": name, "object": "batch", "endpoint": asked["endpoint"], "created_at": 1,
                              "completion_window": "24h", "input_file_id": asked["input_file_id"],
                              "status": "validating", "metadata": asked["metadata"]}  # fmt: skip
        if self.break_off_after_create:
            assert http.transport is not None
            http.transport.close()
        return web.json_response(self.batches[name])

    async def look(self, http: web.Request) -> web.Response:
        batch = self.batches[http.match_info["name"]]
        self.seen[batch["id"]] = self.seen.get(batch["id"], 0) + 1
        if self.seen[batch["id"]] >= self.looks and batch["status"] == "validating":
            self.finish(batch)
        return web.json_response(batch)

    def finish(self, batch: dict[str, Any]) -> None:
        batch["status"] = self.status
        if self.status == "failed":
            batch["errors"] = {"object": "list", "data": [{"code": "x", "message": "the file is too odd", "line": 1}]}
            return
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        answers = [(line["custom_id"], self.answer(line)) for line in lines]
        rows = [{"id": "r", "custom_id": key, "response": answer} for key, answer in answers if answer is not None]
        out = f"file-{len(self.files)}"
        self.files[out] = "".join(f"{json.dumps(row)}\n" for row in rows[::-1])
        batch["output_file_id"] = out

    async def every(self, http: web.Request) -> web.Response:
        data = list(self.batches.values())
        return web.json_response({"object": "list", "data": data, "has_more": False})

    async def read(self, http: web.Request) -> web.Response:
        return web.Response(text=self.files[http.match_info["name"]])

    async def delete(self, http: web.Request) -> web.Response:
        self.deleted.append(http.match_info["name"])
        return web.json_response({"id": http.match_info["name"], "object": "file", "deleted": True})

    def handed_in(self) -> list[list[str]]:
        """The words of each request, batch by batch."""
        texts = [self.files[batch["input_file_id"]] for batch in self.batches.values()]
        lines = [[json.loads(line) for line in text.splitlines()] for text in texts]
        return [sorted(line["body"]["messages"][-1]["content"] for line in batch) for batch in lines]


@contextmanager
def at(provider: Provider) -> Iterator[Server]:
    routes = (
        ("POST", "/v1/files", provider.upload), ("GET", "/v1/files/{name}/content", provider.read),
        ("DELETE", "/v1/files/{name}", provider.delete), ("POST", "/v1/batches", provider.create),
        ("GET", "/v1/batches/{name}", provider.look), ("GET", "/v1/batches", provider.every),
    )  # fmt: skip
    with serving(lambda _: failure(500, "a single call"), routes) as server:
        yield server


def requests(words: Iterable[str]) -> list[Request]:
    return [Request(model="m", messages=(Message(role="user", text=word),)) for word in words]


def run(server: Server, words: Iterable[str], path: Path, spent: Spent | None = None, **endpoint: Any) -> list[Any]:
    async def main() -> list[Any]:
        told = Endpoint(base_url=server.url, batch=True, batch_poll=0.05, **{"tries": 3, **endpoint})
        client = Client(told, Kept(path / "kept.sqlite"), spent or Spent())
        try:
            return await asyncio.gather(*(client.ask(r, "test") for r in requests(words)), return_exceptions=True)
        finally:
            await client.close()

    return asyncio.run(asyncio.wait_for(main(), 30))


def texts(outcomes: Iterable[Any]) -> list[str]:
    return [outcome.text if isinstance(outcome, Response) else str(outcome) for outcome in outcomes]


WORDS = [f"word {n}" for n in range(40)]


def test_what_is_asked_together_goes_in_one_file_and_is_kept(tmp_path: Path) -> None:
    provider, spent = Provider(), Spent(Price(prompt=1e5, completion=0).by_batch)
    with at(provider) as server:
        assert texts(run(server, WORDS, tmp_path, spent)) == [word.upper() for word in WORDS]
        assert provider.handed_in() == [sorted(WORDS)]
        assert spent.usd == 20.0  # 40 calls of ten tokens at half a dollar
        assert provider.deleted == ["file-0"]
        assert texts(run(server, WORDS, tmp_path)) == [word.upper() for word in WORDS]
        assert len(provider.batches) == 1


def test_what_failed_or_expired_goes_into_the_next(tmp_path: Path) -> None:
    def answer(line: Line) -> Line | None:
        number = int(line["body"]["messages"][-1]["content"].split()[1])
        first = len(provider.batches) == 1
        if first and number % 4 == 1:
            return bad(429, "too many")
        return None if first and number % 4 == 2 else good(line)

    provider = Provider(answer, status="expired")
    with at(provider) as server:
        assert texts(run(server, WORDS, tmp_path)) == [word.upper() for word in WORDS]
    assert [len(batch) for batch in provider.handed_in()] == [40, 20]


def test_a_row_at_fault_fails_alone(tmp_path: Path) -> None:
    provider = Provider(lambda line: bad(400, "too long") if "7" in str(line["body"]["messages"]) else good(line))
    with at(provider) as server:
        outcomes = run(server, WORDS, tmp_path)
    failed = [o for o in outcomes if isinstance(o, CallFailed)]
    assert len(failed) == 4 and {str(o) for o in failed} == {"refused_by_server: 400: too long"}
    assert len(provider.batches) == 1


def test_tries_have_an_end(tmp_path: Path) -> None:
    provider = Provider(lambda line: None if "7" in str(line["body"]["messages"]) else good(line))
    with at(provider) as server:
        outcomes = run(server, WORDS, tmp_path, tries=2)
    assert {str(o) for o in outcomes if isinstance(o, Exception)} == {"server: batch completed after 2 batches"}
    assert [len(batch) for batch in provider.handed_in()] == [40, 4]


def test_a_batch_that_is_not_taken_stops_the_run_with_the_providers_words(tmp_path: Path) -> None:
    with at(Provider(status="failed")) as server:
        outcomes = run(server, WORDS[:3], tmp_path)
    assert all(isinstance(o, Refused) for o in outcomes) and "takes no batch: the file is too odd" in str(outcomes[0])
    with serving(lambda _: failure(500)) as server:
        outcomes = run(server, WORDS[:3], tmp_path)
    assert "takes no batch" in str(outcomes[0])


def test_a_form_that_the_provider_does_not_take_is_left_out_of_the_next(tmp_path: Path) -> None:
    def answer(line: Line) -> Line | None:
        forms.append(line["body"].get("response_format", {}).get("type", "none"))
        return bad(400, "response_format is not supported") if forms[-1] == "json_schema" else good(line)

    async def main(url: str) -> list[Any]:
        client = Client(Endpoint(base_url=url, batch=True, batch_poll=0.05), Kept(tmp_path / "kept.sqlite"), Spent())
        asked = [r.model_copy(update={"form": {"type": "object"}}) for r in requests(WORDS[:3])]
        try:
            return await asyncio.gather(*(client.ask(r, "test") for r in asked))
        finally:
            await client.close()

    forms: list[str] = []
    with at(Provider(answer)) as server:
        assert texts(asyncio.run(main(server.url))) == ["WORD 0", "WORD 1", "WORD 2"]
    assert forms == ["json_schema"] * 3 + ["json_object"] * 3


ASK = """
import asyncio, sys
from pathlib import Path
from tests.scripted import Server
from tests.test_batches import WORDS, run, texts
print(texts(run(Server(sys.argv[1]), WORDS, Path(sys.argv[2])))[:2], flush=True)
"""


def test_a_batch_handed_in_before_a_kill_is_collected_and_not_asked_again(tmp_path: Path) -> None:
    provider = Provider(looks=10_000)
    with at(provider) as server:
        first = subprocess.Popen([sys.executable, "-c", ASK, server.url, str(tmp_path)], cwd=ROOT)
        while not provider.seen:
            assert first.poll() is None
            time.sleep(0.02)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        provider.looks = 1
        assert texts(run(server, [*WORDS, "one more"], tmp_path)) == [w.upper() for w in [*WORDS, "one more"]]
    assert provider.handed_in() == [sorted(WORDS), ["one more"]]


def test_a_batch_whose_number_never_came_back_is_found_by_its_mark(tmp_path: Path) -> None:
    """The provider began it, and the line broke before it could say so."""
    provider = Provider()
    provider.break_off_after_create = True
    with at(provider) as server:
        assert texts(run(server, WORDS, tmp_path)) == [word.upper() for word in WORDS]
    assert len(provider.batches) == 1


def test_a_budget_lets_in_only_what_it_can_pay(tmp_path: Path) -> None:
    price = Price(prompt=0.0, completion=200_000.0, batch=1.0)  # a dollar a call
    asked = [r.model_copy(update={"max_tokens": 5}) for r in requests(WORDS)]

    async def main(url: str) -> list[Any]:
        client = Client(Endpoint(base_url=url, batch=True, batch_poll=0.05), Kept(tmp_path / "kept.sqlite"), spent)
        try:
            return await asyncio.gather(*(client.ask(r, "test") for r in asked), return_exceptions=True)
        finally:
            await client.close()

    spent = Spent(price, budget=12.0)
    with at(Provider()) as server:
        outcomes = asyncio.run(main(server.url))
    assert sum(isinstance(o, Response) for o in outcomes) == 12
    assert all("has no room for another call" in str(o) for o in outcomes if isinstance(o, Exception))


@pytest.mark.parametrize("refused", ["max_tokens", "temperature"])
def test_what_a_model_takes_by_another_name_is_found_out_once(refused: str, tmp_path: Path) -> None:
    def answer(line: Line) -> Line | None:
        if refused in line["body"]:
            return bad(400, f"Unsupported parameter: '{refused}' is not supported with this model.")
        assert refused != "max_tokens" or line["body"]["max_completion_tokens"] == 1024
        return good(line)

    provider = Provider(answer)
    with at(provider) as server:
        assert texts(run(server, WORDS[:4], tmp_path)) == [word.upper() for word in WORDS[:4]]
    assert len(provider.batches) == 2
