"""Frontier: all work of a run at once, as far as there is room for it; nobody waits for a batch to be full.

    async for done in frontier(work, jobs, ahead=AHEAD * concurrency): …       results as they come

A job is drawn when there is room, so that no more of them are in memory than are being worked on. Jobs may take time
to come (an asynchronous iterable): what is there is worked on while the next is awaited.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")

AHEAD = 8  # jobs begun for each call under way: a job of several calls that begins late ends alone


async def frontier(
    work: Callable[[A], Coroutine[Any, Any, B]], jobs: Iterable[A] | AsyncIterable[A], ahead: int
) -> AsyncIterator[B]:
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[B]] = set()
    done: asyncio.Queue[asyncio.Task[Any]] = asyncio.Queue()
    room = asyncio.Semaphore(ahead)

    async def draw() -> None:
        async for job in drawn(jobs):
            await room.acquire()
            task = loop.create_task(work(job))
            running.add(task)
            task.add_done_callback(done.put_nowait)
            await asyncio.sleep(0)  # it sets off before the next is drawn: the first calls do not wait for all the rest

    drawing = loop.create_task(draw())
    drawing.add_done_callback(done.put_nowait)
    try:
        while running or not drawing.done():
            task = await done.get()
            if task is drawing:
                drawing.result()
                continue
            running.discard(task)
            room.release()
            yield task.result()
    finally:
        for task in (drawing, *running):
            task.cancel()
        await asyncio.gather(drawing, *running, return_exceptions=True)


async def drawn(jobs: Iterable[A] | AsyncIterable[A]) -> AsyncIterator[A]:
    if isinstance(jobs, AsyncIterable):
        async for job in jobs:
            yield job
    else:
        for job in jobs:
            yield job


async def from_thread(jobs: Iterable[A]) -> AsyncIterator[A]:
    """Jobs whose coming blocks, drawn in a thread."""
    waiting = iter(jobs)
    nothing = object()
    while (job := await asyncio.to_thread(next, waiting, nothing)) is not nothing:
        yield job  # type: ignore[misc]
