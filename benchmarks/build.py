"""What a build costs, stage by stage: time, memory of the whole process tree, growth, orchestration.

    python benchmarks/build.py                the paper's plan, from nothing to a verified release
    python benchmarks/build.py --growth dialogues --growth prompts     and ten times of these
    python benchmarks/build.py --flow --set prompts.count=100     plainly and under Prefect in turn, three times
    python benchmarks/build.py --growth prompts --set renderer.size=128    growth of all but the painting, sooner

Memory is PSS, sampled over the tree every half second: what processes share is counted once. Timings are
of one run on whatever else the machine is doing; compare columns, not days, and CPU where it was busy.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from flows.plans import read_plan

ROOT = Path(__file__).parent.parent
FLOW = """
import sys
from pathlib import Path
from flows.deploy import build_drawnconvos
build_drawnconvos(plan=sys.argv[1], data=sys.argv[2], overrides=sys.argv[3:])
"""
SERVER = "from prefect import flow\n@flow\ndef nothing() -> None: ...\nnothing()"


REPEATS = 3


class Run(NamedTuple):
    label: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    stages: dict[str, float]
    bytes: int
    dialogues: int


def tree_pss(root: psutil.Process) -> int:
    """Bytes of a process and all below it, but for a Prefect server."""
    total = 0
    for process in [root, *root.children(recursive=True)]:
        try:
            if any("prefect.server" in word for word in process.cmdline()):
                continue
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def cpu_of_children() -> float:
    """Of all that ended and was waited for, grandchildren too."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def watched(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak PSS in MiB of a command and its children."""
    started, before = time.monotonic(), cpu_of_children()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    peak, done = [0], threading.Event()

    def watch() -> None:
        root = psutil.Process(process.pid)
        while not done.wait(0.5):
            try:
                peak[0] = max(peak[0], tree_pss(root))
            except psutil.Error:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.monotonic() - started, cpu_of_children() - before, peak[0] / 2**20


def build(label: str, plan: Path, *overrides: str, flow: bool = False) -> Run:
    data = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        words = ["-m", "flows", "build", str(plan), "--data", str(data), "--quiet"]
        words += [word for override in overrides for word in ("--set", override)]
        command = [sys.executable, "-c", FLOW, str(plan), str(data), *overrides] if flow else [sys.executable, *words]
        seconds, cpu, peak = watched(command)
        (folder,) = (data / "releases").iterdir()
        stages = json.loads((folder / "run.json").read_text())["seconds"]
        manifest = json.loads((folder / "manifest.json").read_text())
        if not flow:
            verify, verify_cpu, verify_peak = watched([sys.executable, "-m", "flows", "verify", str(folder)])
            stages, seconds, cpu = {**stages, "verify": verify}, seconds + verify, cpu + verify_cpu
            peak = max(peak, verify_peak)
        size = sum(file["bytes"] for file in manifest["files"])
        return Run(label, seconds, cpu, peak, stages, size, sum(c["dialogues"] for c in manifest["splits"].values()))
    finally:
        shutil.rmtree(data)


def table(runs: list[Run]) -> str:
    stages = list(dict.fromkeys(stage for run in runs for stage in run.stages))
    rows = [["", *(run.label for run in runs)]]
    rows += [[stage, *(f"{run.stages.get(stage, 0):.1f} s" for run in runs)] for stage in stages]
    rows += [["whole", *(f"{run.seconds:.1f} s" for run in runs)]]
    rows += [["against the first", *(f"{run.seconds / runs[0].seconds:.2f} x" for run in runs)]]
    rows += [["CPU", *(f"{run.cpu_seconds:.0f} s" for run in runs)]]
    rows += [["CPU against the first", *(f"{run.cpu_seconds / runs[0].cpu_seconds:.2f} x" for run in runs)]]
    rows += [["peak PSS", *(f"{run.peak_mib:.0f} MiB" for run in runs)]]
    rows += [["dialogues", *(f"{run.dialogues:,}" for run in runs)]]
    rows += [["release", *(f"{run.bytes / 2**20:.0f} MiB" for run in runs)]]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", type=Path, default=ROOT / "plans" / "drawnconvos.yaml")
    parser.add_argument(
        "--growth", action="append", default=[], choices=["dialogues", "prompts"], help="and ten times of these"
    )
    parser.add_argument("--flow", action="store_true", help="the same plan as a Prefect flow")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="override the plan in every run"
    )
    options = parser.parse_args()
    if options.flow:
        orchestration(options.plan, options.set)
        return
    runs = [build("plan", options.plan, *options.set)]
    print(table(runs), flush=True)
    plan = read_plan(options.plan, options.set)
    ten = {
        "dialogues": f"dialogues.per_prompt={10 * plan.dialogues.per_prompt}",
        "prompts": f"prompts.count={10 * plan.prompts.count}",
    }
    for what in options.growth:
        runs.append(build(f"10x {what}", options.plan, *options.set, ten[what]))
        print(table(runs), flush=True)


def orchestration(plan: Path, overrides: list[str]) -> None:
    """What Prefect adds to the stages of a build; its server's start stands on a line of its own."""
    seconds: dict[str, list[float]] = {"plainly": [], "as a flow": []}
    for _ in range(REPEATS):
        for label, of in seconds.items():
            run = build(label, plan, *overrides, flow=label == "as a flow")
            of.append(sum(spent for stage, spent in run.stages.items() if stage != "verify"))
    plain, flow = (statistics.median(of) for of in seconds.values())
    ratios = sorted(f / p for p, f in zip(*seconds.values(), strict=True))
    print(f"\nstages of the build, median of {REPEATS}: plainly {plain:.1f} s, as a flow {flow:.1f} s")
    print(f"ratio pair by pair: {', '.join(f'{ratio:.3f}' for ratio in ratios)}")
    server, _, _ = watched([sys.executable, "-c", SERVER])
    print(f"a temporary Prefect server and an empty flow alone: {server:.1f} s")


if __name__ == "__main__":
    main()
