"""What every contender is asked to do, and how long that takes at best. Standard library only: peers run it too.

    Work("two stages", rows=1000, turns=2, in_flight=64, seconds=0.1, tailed=True)

A call is known by the words 'row 17 step 2' in its last message, whatever else a contender wraps around them, so
that each meets the same latency, the same tail and the same refusals. The answer to a step is the prompt of the next:
who has not waited for it cannot ask.
"""

import hashlib
import heapq
import json
import resource
import sys
import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

MOST_TURNS = 6
TAIL, LONGEST = 1.5, 15.0  # of a Pareto distribution: its exponent; times the least where it is cut
FILLER = " ".join(["the quick brown fox jumps over the lazy dog"] * 20)


class Work(NamedTuple):
    name: str
    rows: int
    turns: int  # calls of a row, one needing the answer of the other; 0: from one to six
    in_flight: int
    seconds: float  # of every call, or the least where they are tailed
    tailed: bool = False
    stray: float = 0.0  # share of calls refused without a reason
    per_second: float = 0.0  # a token bucket that holds as many as a second brings; 0: none
    retry_after: float = 0.0  # what refusals say; 0: nothing
    kill: bool = False  # after most of the calls, and begin again
    tries: int = 6


class Given(NamedTuple):
    """What a contender's process is started with."""

    work: Work
    url: str
    folder: str  # empty, but for what the same work left there when it was killed

    def to_json(self) -> str:
        return json.dumps([self.work, self.url, self.folder])


def given() -> Given:
    work, url, folder = json.loads(sys.argv[1])
    return Given(Work(*work), url, folder)


def share(*key: object) -> float:
    """Between nought and one, the same everywhere."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=6).digest()) / 2**48


def turns_of(work: Work, row: int) -> int:
    return work.turns or 1 + int(share("turns", row) * MOST_TURNS)


def calls_of(work: Work) -> int:
    return sum(turns_of(work, row) for row in range(work.rows))


def seconds_of(work: Work, row: int, step: int) -> float:
    if not work.tailed:
        return work.seconds
    return work.seconds * min(LONGEST, (1 - share("seconds", row, step)) ** (-1 / TAIL))


def prompt(row: int, step: int = 1) -> str:
    return f"row {row} step {step} {FILLER}"


def ideal(work: Work) -> float:
    """Seconds that a client without any cost of its own takes: a free place goes to the call that has been ready
    for longest, or to rows already begun, whichever ends sooner."""
    floor = 0.0
    if work.per_second:
        floor = max(0.0, calls_of(work) - work.per_second) / work.per_second + work.seconds
    return max(floor, min(schedule(work, in_turn=True), schedule(work, in_turn=False)))


def schedule(work: Work, in_turn: bool) -> float:
    ready = deque((row, 1) for row in range(work.rows))
    running: list[tuple[float, int, int]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < work.in_flight:
            row, step = ready.popleft()
            heapq.heappush(running, (now + seconds_of(work, row, step), row, step))
        now, row, step = heapq.heappop(running)
        if step < turns_of(work, row):
            (ready.append if in_turn else ready.appendleft)((row, step + 1))
    return now


def cpu_spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Report:
    """Made when everything is imported and the work begins; what came of it is the process's last line."""

    def __init__(self) -> None:
        self.begun, self.cpu_before = time.monotonic(), cpu_spent()

    def tell(self, answers: Iterable[str | None]) -> None:
        """The last answer of each row: one that did not get so far delivered nothing."""
        delivered = sum(bool(answer) and "step" in str(answer) for answer in answers)
        told = {
            "delivered": delivered,
            "cpu_before": self.cpu_before,
            "cpu_within": cpu_spent() - self.cpu_before,
            "seconds": time.monotonic() - self.begun,
        }
        print("\n" + json.dumps(told), flush=True)
