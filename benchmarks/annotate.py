"""What the sync with Label Studio costs beside the server's own work, on a server started for it.

    python benchmarks/annotate.py                         10,000 tasks of 20 kB: push, push again, pull
    python benchmarks/annotate.py --chunk 100 --chunk 500 --chunk 2000      and with how many in one request

The measure is one bare import of the same data in a single request, which looks at nothing.
Needs `make label-studio`. Timings are of one run on whatever else the machine is doing; compare columns.
"""

import argparse
import base64
import json
import random
import socket
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from annotation import sync
from annotation.local import serving
from annotation.studio import Project, Studio, connect, ensure_project
from schemas.identity import digest

CONFIG = """<View><Text name="words" value="$words"/><Image name="picture" value="$picture"/>
<Choices name="preference" toName="words"><Choice value="left"/><Choice value="right"/></Choices><!-- {} --></View>"""
LEFT = [{"from_name": "preference", "to_name": "words", "type": "choices", "value": {"choices": ["left"]}}]


def task_of(number: int, kilobytes: float) -> dict[str, Any]:
    pixels = base64.b64encode(random.Random(number).randbytes(int(kilobytes * 750))).decode()
    data = {"item_key": digest(number)[:40], "words": "make it blue", "picture": f"data:image/jpeg;base64,{pixels}"}
    return {"data": data}


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    outcome = act()
    return time.perf_counter() - start, outcome


def fresh(studio: Studio, name: str) -> Project:
    return ensure_project(studio, name, CONFIG.format(name), "", 2)


def bare(studio: Studio, project: Project, tasks: list[dict[str, Any]]) -> None:
    studio.ask("POST", f"api/projects/{project.id}/import", json.dumps(tasks).encode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--kilobytes", type=float, default=20)
    parser.add_argument("--chunk", type=int, action="append")
    asked = parser.parse_args()
    tasks = [task_of(number, asked.kilobytes) for number in range(asked.tasks)]
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        with serving(Path(folder), port) as (url, token):
            measure(connect(url, token, timeout=600), tasks, asked.chunk or [sync.CHUNK])


def measure(studio: Studio, tasks: list[dict[str, Any]], chunks: list[int]) -> None:
    alone = timed(lambda: bare(studio, fresh(studio, "bare"), tasks))[0]
    print(f"{len(tasks)} tasks, one bare import: {alone:.1f} s")
    for chunk in chunks:
        sync.CHUNK = chunk
        project = fresh(studio, f"pushed by {chunk}")
        first, pushed = timed(partial(sync.push, studio, project, tasks))
        assert pushed == sync.Pushed(sent=len(tasks), there=0), pushed
        second, pushed = timed(partial(sync.push, studio, project, tasks))
        assert pushed == sync.Pushed(sent=0, there=len(tasks)), pushed
        print(f"by {chunk}: push {first:.1f} s ({first / alone:.2f} of bare), again {second:.1f} s", flush=True)
    judged = [task | {"annotations": [{"result": LEFT}]} for task in tasks]
    project = fresh(studio, "judged")
    bare(studio, project, judged)
    pull, pulled = timed(lambda: sum(1 for _ in sync.pull(studio, project)))
    standing = timed(lambda: sync.progress_of(studio, project))[0]
    print(f"pull of {pulled} judgements: {pull:.1f} s; standing: {standing:.1f} s")


if __name__ == "__main__":
    main()
