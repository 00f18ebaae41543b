"""Stages of a loop, each done once: what it was made from is written down before it begins, and that it is done after.

    runs/sft/stage.json: {"name": "sft", "inputs": {"release": "5b0c…", "model": "packaged", "settings": {…}},
                          "commands": ["python -m train.sft …"], "seconds": 58.4, "made": "runs/sft/adapter"}

A stage that stands with the same inputs is not done again. With other inputs it is refused, so that nothing is ever
half of one and half of another; stages that only look at what there is are done again.
"""

import fcntl
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from flows.build import Step
from flows.progress import Lines, Progress
from schemas.errors import Damaged, Refused
from schemas.identity import Record
from store.files import read_text, write_text

STAGE = "stage.json"
PATIENCE = 30  # seconds for a command to write down where it is
# line by line, without bars and without what libraries say to those who write with them
PLAIN = {"PYTHONUNBUFFERED": "1", "TQDM_DISABLE": "1", "PYTHONWARNINGS": "ignore::FutureWarning"}


class Stage(Record):
    name: str
    inputs: dict[str, Any]
    commands: tuple[str, ...]
    seconds: float = Field(default=0.0, description="What it took so far; what a kill cut off is not in it.")
    made: str | None = Field(default=None, description="What came of it; nothing yet where it is not done.")


class Stages:
    """Those of one folder, in the order in which they were come to."""

    def __init__(self, out: Path, progress: Progress, step: Step, lock: int) -> None:
        self.out, self.progress, self.step, self.lock = out, progress, step, lock
        self.done: list[Stage] = []

    def once(
        self, name: str, inputs: dict[str, Any], commands: Sequence[Sequence[str]], work: Callable[[], Path],
        looks: bool = False,
    ) -> Path:  # fmt: skip
        """What came of the stage, which is done unless it stands. One that `looks` changes nothing and may be done
        again with other settings."""
        path = self.out / name / STAGE
        standing = read_stage(path)
        other = list(differing(standing.inputs, inputs)) if standing else []
        same = standing is not None and not other
        if standing and not same and not looks:
            raise Refused(
                f"{path.parent}: was made otherwise ({', '.join(other)}); give another "
                f"--out, or delete that folder and those of the stages after it"
            )
        if standing and same and standing.made and Path(standing.made).exists():
            self.progress.say(f"{name}: stands as it was made, in {told(standing.seconds)}")
            self.done.append(standing)
            return Path(standing.made)
        spent = standing.seconds if standing and same else 0.0
        stage = Stage(name=name, inputs=inputs, commands=tuple(map(shlex.join, commands)), seconds=spent)
        write_text(path, stage.model_dump_json(indent=1) + "\n")
        for command in stage.commands:
            self.progress.say(f"{name}: {command}")
        begun = time.monotonic()
        made: Path | None = None
        try:
            made = self.step(name, work)
        finally:
            took = round(spent + time.monotonic() - begun, 1)
            stage = stage.model_copy(update={"seconds": took, "made": None if made is None else str(made)})
            write_text(path, stage.model_dump_json(indent=1) + "\n")
        if isinstance(self.progress, Lines):
            self.progress.finish()
        self.progress.say(f"{name}: done, in {told(took)}")
        self.done.append(stage)
        return made

    def run(self, words: Sequence[str]) -> None:
        """A command in a process of its own, its lines among ours. It holds our lock too: where we are killed and it
        is not, nobody begins beside it."""
        last = ""
        command = [sys.executable, *words[1:]]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env=os.environ | PLAIN, pass_fds=(self.lock,),
        ) as process:  # fmt: skip
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    if line.strip():
                        last = line.rstrip()
                        self.progress.say(f"  {last}")
            except BaseException:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                raise
        if process.returncode == 130:
            raise KeyboardInterrupt
        if process.returncode:
            what = last.removeprefix("train: ") or f"ended with {process.returncode}"
            raise Refused(f"{words[2]}: {what}")


def read_stage(path: Path) -> Stage | None:
    if not path.is_file():
        return None
    try:
        return Stage.model_validate_json(read_text(path))
    except ValidationError as error:
        raise Damaged(path, "is no account of a stage", "delete it and run again") from error


def differing(before: dict[str, Any], now: dict[str, Any], place: str = "") -> Iterator[str]:
    """What is other than it was; a key that came later and says nothing is not."""
    for name in sorted(before.keys() | now.keys()):
        was, is_now = before.get(name), now.get(name)
        if isinstance(was, dict) and isinstance(is_now, dict):
            yield from differing(was, is_now, f"{place}{name}.")
        elif was != is_now:
            yield f"{place}{name} was {was!r:.40}, is {is_now!r:.40}"


def told(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@contextmanager
def one_at_a_time(out: Path, progress: Progress) -> Iterator[int]:
    """The lock of a loop's folder, as a file that commands can inherit; a second loop waits and says so."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out / ".lock", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise Refused(f"{out}: cannot be written to ({error.strerror or error}); give another --out") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say(f"another run is at work in {out}; waiting until it is done")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)
