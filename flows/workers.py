"""A pool of worker processes that does not outlive its master and never holds more than it works on."""

import ctypes
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import wait as wait_for
from typing import TypeVar

import pyarrow as pa

A = TypeVar("A")
B = TypeVar("B")
Spread = Callable[[Callable[[A], B], Iterable[A]], Iterator[B]]


class Pool:
    def __init__(self, executor: ProcessPoolExecutor, workers: int) -> None:
        self.executor, self.ahead = executor, 2 * workers

    def each(self, work: Callable[[A], B], jobs: Iterable[A]) -> Iterator[B]:
        """Results as they come, in no order; jobs are drawn only as workers get free."""
        drawn = iter(jobs)
        running: set[Future[B]] = {self.executor.submit(tidily, work, job) for job in islice(drawn, self.ahead)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                running |= {self.executor.submit(tidily, work, job) for job in islice(drawn, len(done))}
        finally:
            for future in running:
                future.cancel()


@contextmanager
def pool(workers: int) -> Iterator[Pool]:
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=start)
    try:
        yield Pool(executor, workers)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


LIBC = ctypes.CDLL(None)


def hand_back_memory() -> None:
    """A heap that one large picture made grow would stay so for the whole run."""
    if hasattr(LIBC, "malloc_trim"):
        LIBC.malloc_trim(0)


def tidily(work: Callable[[A], B], job: A) -> B:
    try:
        return work(job)
    finally:
        hand_back_memory()


M_MMAP_THRESHOLD, LARGE = -3, 8 * 2**20  # from glibc's malloc.h; buffers this large never join the heap


def start() -> None:
    """A worker leaves Ctrl-C to its master, and ends when the master is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(LIBC, "mallopt"):
        LIBC.mallopt(M_MMAP_THRESHOLD, LARGE)
    pa.set_memory_pool(pa.system_memory_pool())  # its own pool would keep what it once had
    master = multiprocessing.parent_process()
    if master is not None:
        sentinel = master.sentinel
        threading.Thread(target=lambda: (wait_for([sentinel]), os._exit(1)), daemon=True).start()
