"""Frontier: all work of a run at once, as far as there is room for it; nobody waits for a batch to be full.

    async for done in frontier(work, jobs, ahead=256): …       results as they come

A job is drawn when there is room, so that no more of them are in memory than are being worked on.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def frontier(work: Callable[[A], Coroutine[Any, Any, B]], jobs: Iterable[A], ahead: int) -> AsyncIterator[B]:
    drawn = iter(jobs)
    running: set[asyncio.Task[B]] = set()
    done: asyncio.Queue[asyncio.Task[B]] = asyncio.Queue()

    def begin() -> None:
        for job in drawn:
            task = asyncio.get_running_loop().create_task(work(job))
            running.add(task)
            task.add_done_callback(done.put_nowait)
            if len(running) >= ahead:
                return

    begin()
    try:
        while running:
            task = await done.get()
            running.discard(task)
            begin()
            yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
