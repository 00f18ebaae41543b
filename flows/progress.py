"""Showing how a build goes: a live line in a terminal, plain lines elsewhere, nothing in tests."""

import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TextIO


class Progress(Protocol):
    """Told what is going on; a terminal and a Prefect run show it each in their way."""

    def stage(self, name: str, total: int) -> None: ...
    def advance(self, done: int, note: str = "") -> None: ...
    def say(self, text: str) -> None: ...
    def table(self, title: str, rows: Sequence[Mapping[str, str]]) -> None: ...


class Silent:
    def stage(self, name: str, total: int) -> None: ...
    def advance(self, done: int, note: str = "") -> None: ...
    def say(self, text: str) -> None: ...
    def table(self, title: str, rows: Sequence[Mapping[str, str]]) -> None: ...


class Lines:
    """Rewrites one line where there is a terminal; else prints one line a stage and one every ten seconds."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self.stream, self.live = stream, stream.isatty()
        self.name, self.total, self.done = "", 0, 0
        self.started = self.printed = time.monotonic()

    def stage(self, name: str, total: int) -> None:
        self.finish()
        self.name, self.total, self.done = name, total, 0
        self.started = self.printed = time.monotonic()
        self.show("")

    def advance(self, done: int, note: str = "") -> None:
        self.done += done
        if self.live or time.monotonic() - self.printed > 10:
            self.printed = time.monotonic()
            self.show(note)

    def say(self, text: str) -> None:
        self.clear()
        print(text, file=self.stream, flush=True)

    def table(self, title: str, rows: Sequence[Mapping[str, str]]) -> None:
        self.finish()
        cells = [list(rows[0]), *(list(row.values()) for row in rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        self.say("\n".join([title, *("  " + "  ".join(map(str.rjust, row, widths)) for row in cells)]))

    def show(self, note: str) -> None:
        seconds = time.monotonic() - self.started
        left = (
            f", {seconds / self.done * (self.total - self.done):.0f} s to go"
            if 0 < self.done < self.total and seconds > 2
            else ""
        )
        text = f"{self.name:<22} {self.done:>7,} of {self.total:,}{left}{f'  {note}' if note else ''}"
        if self.live:
            width = shutil.get_terminal_size().columns - 1  # a line that wraps could not be written over
            print(f"\r\033[K{text[:width]}", end="", file=self.stream, flush=True)
        elif self.done or self.total:
            print(text, file=self.stream, flush=True)

    def finish(self) -> None:
        if self.name:
            self.clear()
            print(
                f"{self.name:<22} {self.done:>7,} in {time.monotonic() - self.started:.1f} s",
                file=self.stream,
                flush=True,
            )
        self.name = ""

    def clear(self) -> None:
        if self.live:
            print("\r\033[K", end="", file=self.stream, flush=True)


@contextmanager
def lines() -> Iterator[Lines]:
    shown = Lines()
    try:
        yield shown
    finally:
        shown.finish()
