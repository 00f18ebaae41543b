"""A chat server that does as it is told, over real HTTP: slow, crowded, failing, refusing or lying.

with serving(lambda ask: reply("hello")) as server:
    …  server.url, server.asked
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Route = tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]
Script = Callable[["Asked"], Awaitable[web.StreamResponse] | web.StreamResponse]


@dataclass
class Asked:
    """One request as it came, and the how manieth it is."""

    number: int
    body: dict[str, Any]
    headers: dict[str, str]
    http: web.Request

    @property
    def prompt(self) -> str:
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else content[0]["text"]


@dataclass
class Server:
    url: str
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    at_once: int = 0


def reply(
    text: str, finish: str = "stop", refusal: str | None = None, tokens: tuple[int, int] = (10, 5)
) -> web.Response:
    message = {"role": "assistant", "content": None if refusal else text, "refusal": refusal}
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    body = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
        "usage": usage,
    }
    return web.json_response(body)


def failure(status: int, words: str = "no", headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"message": words, "type": "error"}}, status=status, headers=headers)


@contextmanager
def serving(script: Script, routes: Sequence[Route] = ()) -> Iterator[Server]:
    """The server in a thread and an event loop of its own; `routes` are (method, path, handler) beside the chat."""
    loop = asyncio.new_event_loop()
    server = Server("")
    ready, done = threading.Event(), asyncio.Event()

    async def handle(http: web.Request) -> web.StreamResponse:
        asked = Asked(len(server.asked), json.loads(await http.read()), dict(http.headers), http)
        server.asked.append(asked)
        server.at_once += 1
        server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            answer = script(asked)
            return await answer if isinstance(answer, Awaitable) else answer
        finally:
            server.at_once -= 1

    async def run() -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", handle)
        for route in routes:
            app.router.add_route(*route)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        server.url = f"http://127.0.0.1:{port}/v1"
        ready.set()
        await done.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()
