"""Ours, as a build uses it: the client, the frontier, and every answer kept on disk."""

import asyncio
import sys
from pathlib import Path

from workload import Report, given, prompt, turns_of

from clients.client import Client, Endpoint
from clients.errors import CallFailed
from clients.frontier import AHEAD, frontier
from clients.kept import Kept
from clients.money import Spent
from clients.requests import Message, Request


async def main() -> None:
    work, url, folder = given()
    report = Report()
    endpoint = Endpoint(base_url=url, concurrency=work.in_flight, tries=work.tries)
    client = Client(endpoint, Kept(Path(folder) / "responses.sqlite"), Spent())

    async def row(number: int) -> str | None:
        messages: tuple[Message, ...] = ()
        answer = prompt(number)
        for step in range(turns_of(work, number)):
            messages += (Message(role="user", text=answer),)
            try:
                answer = (await client.ask(Request(model="mock", messages=messages, seed=step), "dialogues")).text
            except CallFailed:
                return None
            messages += (Message(role="assistant", text=answer),)
        return answer

    report.tell([answer async for answer in frontier(row, range(work.rows), ahead=AHEAD * work.in_flight)])
    await client.close()
    if client.retries:
        print(f"retries {dict(client.retries)}, window {client.window.size:.1f}", file=sys.stderr)


asyncio.run(main())
