"""A chat server that takes its time: latency by the request, refusals at will, every call counted.

    python mock_server.py          prints its port and serves until it is ended

POST /script takes a Work and begins to count anew; GET /counts tells. HTTP is read by hand, since a server framework
would need more of a small machine than the clients that are measured.
"""

import asyncio
import json
import re
import time
from collections import Counter
from typing import Any, NamedTuple

from workload import FILLER, Work, seconds_of, share

NAMED = re.compile(rb"row (\d+) step (\d+)")
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
NO_CALL = Work("none", rows=0, turns=1, in_flight=1, seconds=0.0)


class Call(NamedTuple):
    row: int
    step: int


class Book:
    """What was asked since the script began."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.let_in: Counter[Call] = Counter()
        self.tried: Counter[Call] = Counter()
        self.answered = self.refused = self.probes = self.under_way = self.most_under_way = 0
        self.first = self.last = 0.0
        self.tokens, self.filled_at = work.per_second, time.monotonic()
        self.cpu_before = time.process_time()

    def refuses(self, call: Call) -> bool:
        """As the bucket stands, or by a dice that is thrown anew for each try."""
        if self.work.per_second:
            now = time.monotonic()
            grown = self.tokens + (now - self.filled_at) * self.work.per_second
            self.tokens, self.filled_at = min(self.work.per_second, grown), now
            if self.tokens < 1:
                return True
            self.tokens -= 1
        return share("stray", *call, self.tried[call]) < self.work.stray

    def counts(self) -> dict[str, Any]:
        return {
            "calls": self.tried.total(),
            "refused": self.refused,
            "answered": self.answered,
            "repeated": self.let_in.total() - len(self.let_in),
            "probes": self.probes,
            "most_under_way": self.most_under_way,
            "span": self.last - self.first,
            "server_cpu": time.process_time() - self.cpu_before,
        }


book = Book(NO_CALL)


def http(status: int, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def answer(text: str) -> bytes:
    message = {"role": "assistant", "content": text, "refusal": None}
    usage = {"prompt_tokens": 230, "completion_tokens": 220, "total_tokens": 450}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    head = {"id": "x", "object": "chat.completion", "created": 1, "model": "mock"}
    return http(200, json.dumps({**head, "choices": [choice], "usage": usage}).encode())


class Line(asyncio.Protocol):
    """One connection of a client."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.unread = transport, b""

    def data_received(self, data: bytes) -> None:
        self.unread += data
        while (end := self.unread.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.unread, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.unread) < whole:
                return
            head, body, self.unread = self.unread[:end], self.unread[end + 4 : whole], self.unread[whole:]
            self.take(head.split(b" ", 2)[1], body)

    def take(self, path: bytes, body: bytes) -> None:
        global book
        if path == b"/script":
            book = Book(Work(*json.loads(body)))
            self.transport.write(http(200, b"{}"))
        elif path == b"/counts":
            self.transport.write(http(200, json.dumps(book.counts()).encode()))
        elif path.endswith(b"/chat/completions"):
            self.chat(body)
        else:
            self.transport.write(http(200, b'{"object": "list", "data": [{"id": "mock", "object": "model"}]}'))

    def chat(self, body: bytes) -> None:
        named = NAMED.findall(body)
        if not named:
            book.probes += 1
            self.transport.write(answer("hello"))
            return
        call = Call(int(named[-1][0]), int(named[-1][1]))
        book.first = book.first or time.monotonic()
        refused = book.refuses(call)
        book.tried[call] += 1
        if refused:
            book.refused += 1
            said = f"Retry-After: {book.work.retry_after:g}\r\n" if book.work.retry_after else ""
            self.transport.write(http(429, b'{"error": {"message": "too many", "type": "rate_limit"}}', said))
            return
        book.let_in[call] += 1
        book.under_way += 1
        book.most_under_way = max(book.most_under_way, book.under_way)
        seconds = seconds_of(book.work, *call)
        asyncio.get_running_loop().call_later(seconds, self.reply, book, call)

    def reply(self, to: Book, call: Call) -> None:
        to.under_way -= 1
        if self.transport.is_closing():
            return
        self.transport.write(answer(f"row {call.row} step {call.step + 1} {FILLER}"))
        to.answered += 1
        to.last = time.monotonic()


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Line, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
