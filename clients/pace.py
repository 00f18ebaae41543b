"""Pace: how many calls may be under way, and how many a minute.

It begins at the cap that the user allows. A stray refusal delays the one call that got it; only where refusals come
in numbers does the window shrink, once a round trip, and grow again with success. A refusal comes back at once, and
its place would go to the next call to be refused: of a crowded server's, each keeps its place for a round trip.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SHRINK, LEAST, GROW = 0.7, 1, 1.0  # GROW: by so many a round trip
CROWDED = 0.08  # of the latest outcomes
REMEMBERED = 50


class Window:
    """A semaphore whose size follows the server."""

    def __init__(self, cap: int) -> None:
        self.cap, self.size, self.under_way = cap, float(cap), 0
        self.waiting: deque[asyncio.Future[None]] = deque()
        self.outcomes: deque[bool] = deque(maxlen=REMEMBERED)
        self.shrunk_at = 0.0
        self.turned_away = False  # the call that is about to leave, by a crowded server
        self.trip = 0.1  # seconds, a running mean

    @asynccontextmanager
    async def place(self, again: bool = False) -> AsyncIterator[None]:
        """Who asks again has waited already and goes first, lest a run end with the pauses of its last refusals."""
        if self.under_way >= int(self.size) or self.waiting:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self.waiting.appendleft if again else self.waiting.append)(future)
            try:
                await future
            except asyncio.CancelledError:
                if future.done() and not future.cancelled():
                    self.leave()
                raise
        else:
            self.under_way += 1
        try:
            yield
        finally:
            if self.turned_away:
                self.turned_away = False
                asyncio.get_running_loop().call_later(self.trip, self.leave)
            else:
                self.leave()

    def leave(self) -> None:
        self.under_way -= 1
        self.admit()

    def admit(self) -> None:
        while self.waiting and self.under_way < int(self.size):
            future = self.waiting.popleft()
            if not future.done():
                self.under_way += 1
                future.set_result(None)

    def went_well(self, seconds: float) -> None:
        self.outcomes.append(True)
        self.trip += (seconds - self.trip) / 8
        self.size = min(self.cap, self.size + GROW / self.size)
        self.admit()

    def went_badly(self) -> None:
        """The server is over its capacity, or says so."""
        self.outcomes.append(False)
        bad = self.outcomes.count(False)
        if bad <= CROWDED * REMEMBERED or bad <= CROWDED * len(self.outcomes):
            return
        self.turned_away, now = True, time.monotonic()
        if now - self.shrunk_at > self.trip:
            self.size, self.shrunk_at = max(LEAST, self.size * SHRINK), now


class Bucket:
    """So many a minute, evenly: a call takes what it needs and waits until it is there."""

    def __init__(self, per_minute: float | None) -> None:
        self.rate = None if per_minute is None else per_minute / 60
        self.free_at = 0.0

    async def take(self, amount: float = 1.0) -> None:
        if self.rate is None:
            return
        now = time.monotonic()
        begin = max(now, self.free_at)
        self.free_at = begin + amount / self.rate
        if begin > now:
            await asyncio.sleep(begin - now)

    def give_back(self, amount: float) -> None:
        """What was taken and not needed after all."""
        if self.rate is not None and amount > 0:
            self.free_at -= amount / self.rate
