"""How well the client keeps a model busy, beside bare loops and beside peers: one mock server, one run, in turn.

    python benchmarks/authors.py                      ours and the bare loops, five repeats
    python benchmarks/authors.py --peers              and DataDesigner, curator and distilabel, installed when missing
    python benchmarks/authors.py --quick              a minute's look
    python benchmarks/authors.py --only stray --only bucket --with drawnconvos

Every contender is a process of its own and meets the same latencies, which hang on the request. Repeats interleave:
all contenders do a work before any does it again, each time beginning with another. Spans are by the server's clock,
from the first request seen to the last answer sent; 'of ideal' is what list scheduling of the known latencies over
the places takes, in per cent of the span. CPU is of the whole process tree from the first call on. Every figure is a
median, with least and most behind it; those against another contender are taken within each repeat.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from build import cpu_of_children, tree_pss

HERE = Path(__file__).parent / "peers"
sys.path.insert(0, str(HERE))

from workload import Given, Work, calls_of, ideal  # noqa: E402

WORKS = (
    Work("one stage, 64", rows=2000, turns=1, in_flight=64, seconds=0.2),
    Work("one stage, 256", rows=5000, turns=1, in_flight=256, seconds=0.5),
    Work("two stages, 64", rows=1500, turns=2, in_flight=64, seconds=0.1, tailed=True),
    Work("two stages, 256", rows=4000, turns=2, in_flight=256, seconds=0.2, tailed=True),
    Work("one to six turns, 64", rows=600, turns=0, in_flight=64, seconds=0.1, tailed=True),
    Work("bucket of 150 a second", rows=1200, turns=1, in_flight=64, seconds=0.2, per_second=150),
    Work("bucket, told to wait 1 s", rows=1200, turns=1, in_flight=64, seconds=0.2, per_second=150, retry_after=1),
    Work("stray refusals, 3 %", rows=2000, turns=1, in_flight=64, seconds=0.2, stray=0.03),
    Work("stray, told to wait 1 s", rows=2000, turns=1, in_flight=64, seconds=0.2, stray=0.03, retry_after=1),
    Work("killed at 60 %", rows=2000, turns=1, in_flight=64, seconds=0.2, kill=True),
)
WITHOUT_STRAY = "one stage, 64"  # what work with stray refusals is held against
KILLED_AT = 0.6
HUNG = 300  # seconds
OURS_FOUND = {"PYTHONPATH": str(HERE.parent.parent)}


class Contender(NamedTuple):
    name: str
    script: str
    needs: tuple[str, ...] = ()  # to install in an environment of its own; none: ours
    words: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        return self.script.removeprefix("with_").removesuffix(".py")


BARE, OPENAI, OURS = "bare aiohttp", "bare AsyncOpenAI", "drawnconvos"
CONTENDERS = (
    Contender(BARE, "with_aiohttp.py"),
    Contender(OPENAI, "with_openai.py"),
    Contender(OURS, "with_drawnconvos.py"),
)
PEERS = (
    Contender("DataDesigner", "with_datadesigner.py", ("data-designer==0.9.6",)),
    Contender("DataDesigner, tuned", "with_datadesigner.py", ("data-designer==0.9.6",), ("tuned",)),
    Contender("curator", "with_curator.py", ("bespokelabs-curator==0.1.31",)),
    Contender("distilabel", "with_distilabel.py", ("distilabel[openai]==1.5.3", "requests")),
)


class Run(NamedTuple):
    """One contender doing one work once."""

    contender: str
    work: str
    repeat: int
    end: str  # "" where it came to its end, else how it did not
    delivered: int
    calls: int
    refused: int
    repeated: int
    most_under_way: int
    span: float
    ideal: float
    cpu: float
    peak_mib: float
    server_cpu: float

    @property
    def of_ideal(self) -> float:
        return 100 * self.ideal / self.span if self.span else 0.0

    @property
    def cpu_per_thousand(self) -> float:
        return 1000 * self.cpu / max(1, self.calls)


class Server:
    """The mock, in a process of its own."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def begin(self, work: Work) -> None:
        urllib.request.urlopen(self.url + "/script", json.dumps(work).encode(), timeout=30).close()

    def counts(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + "/counts", timeout=30) as answer:
            return dict(json.load(answer))


@contextmanager
def serving() -> Iterator[Server]:
    process = subprocess.Popen([sys.executable, str(HERE / "mock_server.py")], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Server(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait()


def python_of(contender: Contender, environments: Path) -> str:
    """The interpreter of a contender, in an environment made for it where it needs one."""
    if not contender.needs:
        return sys.executable
    folder = environments / contender.folder
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        print(f"installing {', '.join(contender.needs)} in {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *contender.needs], check=True)
        done.touch()
    return str(python)


class Watched:
    """A process and all it starts, in a session of its own so that all of it can be ended."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.log, self.peak = log, 0
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command, env=os.environ | OURS_FOUND, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.done = threading.Event()
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()

    def watch(self) -> None:
        while not self.done.wait(0.5):
            try:
                self.peak = max(self.peak, tree_pss(psutil.Process(self.process.pid)))
            except psutil.Error:
                return

    def wait(self, until: Callable[[], bool] = lambda: False, limit: float = HUNG) -> str:
        """How it ended: by itself, badly, or killed, because of the limit or of what was waited for."""
        begun, end = time.monotonic(), "hung"
        while time.monotonic() - begun < limit:
            try:
                code = self.process.wait(timeout=0.05)
                end = {0: "", os.EX_UNAVAILABLE: "not run"}.get(code, f"ended with {code}")
                break
            except subprocess.TimeoutExpired:
                if until():
                    end = "killed"
                    break
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.done.set()
        self.watcher.join()
        return end

    def told(self) -> dict[str, Any]:
        """Its last line that is a report."""
        for line in reversed(self.log.read_text(errors="replace").splitlines()):
            if line.startswith("{") and "delivered" in line:
                return dict(json.loads(line))
        return {"delivered": 0, "cpu_before": 0.0}


def run(contender: Contender, work: Work, repeat: int, server: Server, python: str, logs: Path) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="authors-"))
    log = logs / f"{contender.name}-{work.name}-{repeat}.log".replace(" ", "_").replace("%", "percent")
    log.unlink(missing_ok=True)
    given = Given(work, server.url + "/v1", str(folder))
    command = [python, str(HERE / contender.script), given.to_json(), *contender.words]
    server.begin(work)
    try:
        if work.kill:
            enough = KILLED_AT * calls_of(work)
            Watched(command, log).wait(lambda: server.counts()["answered"] >= enough)
        before = cpu_of_children()
        watched = Watched(command, log)
        end = watched.wait(limit=HUNG)
        told, counts = watched.told(), server.counts()
        return Run(
            contender.name, work.name, repeat, end, told["delivered"], counts["calls"], counts["refused"],
            counts["repeated"], counts["most_under_way"], counts["span"], ideal(work),
            cpu_of_children() - before - told["cpu_before"], watched.peak / 2**20, counts["server_cpu"],
        )  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def spread(values: list[float], form: str = ".2f") -> str:
    if not values:
        return "-"
    middle, least, most = (f"{pick(values):{form}}" for pick in (statistics.median, min, max))
    return middle if least == most else f"{middle} ({least}..{most})"


def against(mine: list[Run], theirs: list[Run], figure: Callable[[Run], float]) -> list[float]:
    """The ratio to another contender, or work, repeat by repeat."""
    other = {each.repeat: figure(each) for each in theirs}
    return [figure(each) / other[each.repeat] for each in mine if other.get(each.repeat)]


def line(name: str, work: Work, runs: list[Run]) -> dict[str, str]:
    """All that is known of one contender at one work, by column."""
    all_of = [each for each in runs if (each.contender, each.work) == (name, work.name)]
    mine = [each for each in all_of if not each.end]
    failed = ", ".join(sorted({each.end for each in all_of if each.end}))
    known = {"": name, "ends": f"{len(mine)} of {len(all_of)}{failed and ': ' + failed}"}
    if not mine:
        return known
    known |= {
        "rows": spread([each.delivered for each in mine], ".0f"),
        "calls": spread([each.calls for each in mine], ".0f"),
        "refused": spread([each.refused for each in mine], ".0f"),
        "at once": spread([each.most_under_way for each in mine], ".0f"),
        "peak MiB": spread([each.peak_mib for each in mine], ".0f"),
    }
    if work.kill:  # its span has two starts in it, and its CPU is that of the second run alone
        return known | {"repeated": spread([each.repeated for each in mine], ".0f")}
    openai = [each for each in runs if (each.contender, each.work) == (OPENAI, work.name)]
    calm = [each for each in runs if (each.contender, each.work) == (name, WITHOUT_STRAY)]
    known |= {
        "span s": spread([each.span for each in mine]),
        "of ideal %": spread([each.of_ideal for each in mine], ".1f"),
        "CPU s / 1,000": spread([each.cpu_per_thousand for each in mine]),
        "x AsyncOpenAI": spread(against(mine, openai, lambda each: each.cpu_per_thousand)),
    }
    return known | ({"x no refusals": spread(against(mine, calm, lambda each: each.span))} if work.stray else {})


def table(work: Work, runs: list[Run]) -> str:
    lines = [line(name, work, runs) for name in dict.fromkeys(each.contender for each in runs)]
    columns = list(dict.fromkeys(column for line in lines for column in line))
    rows = [columns, *([line.get(column, "") for column in columns] for line in lines)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(columns))]
    text = [
        "| " + " | ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    busiest = max((each.server_cpu / each.span for each in runs if each.work == work.name and each.span), default=0)
    title = (
        f"{work.name}: {work.rows:,} rows, {calls_of(work):,} calls of {work.seconds:g} s{' and more' * work.tailed}, "
        f"{work.in_flight} in flight, ideal {ideal(work):.2f} s; the server was busy {100 * busiest:.0f} % at most"
    )
    return "\n".join([f"\n{title}\n", *text])


def smaller(work: Work) -> Work:
    return work._replace(rows=max(2 * work.in_flight, work.rows // 4))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a quarter of the rows, once")
    parser.add_argument("--peers", action="store_true", help="peers too, each in an environment of its own")
    parser.add_argument(
        "--envs", type=Path, default=Path(tempfile.gettempdir()) / "drawnconvos-peers", help="where those are"
    )
    parser.add_argument("--only", action="append", default=[], metavar="WORK", help="works whose name has this in it")
    parser.add_argument("--with", dest="named", action="append", default=[], metavar="NAME", help="contenders likewise")
    parser.add_argument("--out", type=Path, help="every run as a line of JSON, added to this file")
    parser.add_argument("--logs", type=Path, help="where what contenders print is left")
    return parser.parse_args()


def chosen(names: list[str], name: str) -> bool:
    return not names or any(each.lower() in name.lower() for each in names)


def main() -> None:
    options = arguments()
    works = [smaller(work) if options.quick else work for work in WORKS if chosen(options.only, work.name)]
    contenders = [c for c in CONTENDERS + PEERS * options.peers if chosen(options.named, c.name)]
    pythons = {contender.name: python_of(contender, options.envs) for contender in contenders}
    logs = options.logs or Path(tempfile.mkdtemp(prefix="authors-logs-"))
    logs.mkdir(parents=True, exist_ok=True)
    runs: list[Run] = []
    with serving() as server:
        for repeat in range(1 if options.quick else options.repeats):
            for work in works:
                turn = repeat % len(contenders)
                for contender in contenders[turn:] + contenders[:turn]:
                    one = run(contender, work, repeat, server, pythons[contender.name], logs)
                    runs.append(one)
                    print(f"{repeat} {work.name:25} {contender.name:20} {one.span:7.2f} s {one.end}", file=sys.stderr)
                    if options.out:
                        with options.out.open("a", encoding="utf-8") as out:
                            out.write(json.dumps(one._asdict()) + "\n")
    order = {contender.name: number for number, contender in enumerate(contenders)}
    runs.sort(key=lambda each: (order[each.contender], each.repeat))
    print("\n".join(table(work, runs) for work in works))
    print(f"\nwhat contenders printed is in {logs}", file=sys.stderr)


if __name__ == "__main__":
    main()
