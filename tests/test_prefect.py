"""The build under a real Prefect server, work pool and worker: the deployment's lines as the README has them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from flows.build import build
from flows.plans import read_plan
from flows.progress import Silent
from tests.conftest import ROOT
from tests.scripted import serving
from tests.test_scribe import Lines, lines, perfect, plan_for  # noqa: F401

pytestmark = pytest.mark.server
BIN = Path(sys.executable).parent


def project(folder: Path) -> Path:
    """The project as Prefect sees it, with the default plan cut down to the tiny one."""
    folder.mkdir()
    for name in ("annotation", "clients", "flows", "generators", "schemas", "store"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("prefect.toml", "prefect.yaml"):
        shutil.copy(ROOT / name, folder)
    (folder / "plans").mkdir()
    for name in ("tiny.yaml", "drawnconvos.yaml"):
        shutil.copy(ROOT / "plans" / "tiny.yaml", folder / "plans" / name)
    return folder


class Server:
    def __init__(self, folder: Path) -> None:
        self.project = project(folder / "project")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.api = f"http://127.0.0.1:{self.port}/api"
        self.env = os.environ | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PWD": str(self.project),
        }
        self.processes: list[subprocess.Popen[bytes]] = []
        self.log = (folder / "server.log").open("wb")

    def start(self, *words: str) -> None:
        self.processes.append(
            subprocess.Popen(["prefect", *words], cwd=self.project, env=self.env, stdout=self.log, stderr=self.log)
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["prefect", *words], cwd=self.project, env=self.env, capture_output=True, text=True, timeout=300
        )

    def wait_until_done(self, run_id: str) -> str:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            state = httpx.get(f"{self.api}/flow_runs/{run_id}", timeout=30).json()["state"]["type"]
            if state in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                return str(state)
            time.sleep(0.5)
        raise AssertionError("the flow run did not end")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = httpx.post(f"{self.api}{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def wait_for(self, url: str) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if httpx.get(url, timeout=2).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"nothing at {url}; see {self.log.name}")

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self.log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("prefect"))
    try:
        made.start("server", "start", "--no-ui", "--port", str(made.port))
        made.wait_for(f"{made.api}/health")
        made.start("worker", "start", "-p", "cpu")
        made.wait_for(f"{made.api}/work_pools/cpu")
        deployed = made.run("--no-prompt", "deploy", "--all")
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        yield made
    finally:
        made.stop()


def test_a_deployment_makes_the_release_that_the_command_makes(server: Server, tmp_path: Path) -> None:
    done = server.run(
        "deployment", "run", "build-drawnconvos/local", "--watch", "-p", "plan=plans/tiny.yaml", "-p", f"data={tmp_path / 'flow'}"
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    plain = build(read_plan(ROOT / "plans" / "tiny.yaml"), tmp_path / "plain", 2, Silent())
    flow_manifest = tmp_path / "flow" / "releases" / "tiny-1.0.0" / "manifest.json"
    assert flow_manifest.read_bytes() == (plain.folder / "manifest.json").read_bytes()
    kinds = {artifact["type"] for artifact in server.post("/artifacts/filter", {})}
    assert {"table", "progress", "image"} <= kinds
    tasks = {run["name"].rsplit("-", 1)[0] for run in server.post("/task_runs/filter", {})}
    assert {"prompts", "dialogues", "release", "verify"} <= tasks


def test_what_a_model_was_asked_and_cost_is_an_artifact_of_the_run(
    server: Server,
    tmp_path: Path,
    lines: Lines,  # noqa: F811
) -> None:
    table = tmp_path / "prices.yaml"
    table.write_text("scripted: {prompt: 1000, completion: 0}\n")
    with serving(perfect(lines)) as chat:
        plan = server.project / "plans" / "model.yaml"
        plan.write_text(yaml.safe_dump(plan_for(chat.url, pace={"prices": str(table)}).model_dump(mode="json")))
        done = server.run("deployment", "run", "build-drawnconvos/local", "--watch", "-p", "plan=plans/model.yaml",
                          "-p", f"data={tmp_path / 'data'}")  # fmt: skip
        calls = len(chat.asked)
    assert done.returncode == 0, done.stdout + done.stderr
    tables = [a for a in server.post("/artifacts/filter", {}) if a["description"] == "asked of scripted"]
    (rows,) = [json.loads(table["data"]) for table in tables]
    assert rows[0]["stage"] == "dialogues" and rows[0]["calls"] == str(calls)
    assert rows[0]["USD"] == f"{calls * 0.01:.4f}"
    (run,) = server.post("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC", "limit": 1})
    logs = server.post("/logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}, "limit": 200})
    assert any("words by scripted: 30 of 30 (" in log["message"] and "USD" in log["message"] for log in logs)


def test_the_bare_name_stands_for_the_local_deployment(server: Server) -> None:
    """The very line of the README, from the project's folder, until its release stands."""
    done = server.run("deployment", "run", "build-drawnconvos")
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = server.post("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC", "limit": 1})
    deployment = httpx.get(f"{server.api}/deployments/{run['deployment_id']}", timeout=30).json()
    assert deployment["name"] == "local" and run["parameters"]["plan"] == "plans/drawnconvos.yaml"
    assert server.wait_until_done(run["id"]) == "COMPLETED"
    assert (server.project / "data" / "releases" / "tiny-1.0.0" / "manifest.json").is_file()


def test_judging_runs_under_prefect_and_cuts_a_release_when_enough_is_judged(server: Server) -> None:
    """After the tiny release of the test before; the embedded judge stands in for people."""
    release = "data/releases/tiny-1.0.0"
    line = (
        "deployment",
        "run",
        "annotate-drawnconvos/pull",
        "--watch",
        "-p",
        f"release={release}",
        "-p",
        "step=simulate",
    )
    some = server.run(*line, "-p", "limit=5", "-p", "release_when=1.0")
    assert some.returncode == 0, some.stdout + some.stderr
    assert (server.project / "data" / "releases" / "tiny-1.1.0" / "manifest.json").is_file()
    names = {run["name"].rsplit("-", 1)[0] for run in server.post("/task_runs/filter", {})}
    assert {"simulate preferences", "simulate review"} <= names


def test_a_plan_that_is_wrong_fails_the_run_without_retries(server: Server) -> None:
    done = server.run("deployment", "run", "build-drawnconvos/local", "--watch", "-p", 'overrides=["seeed=1"]')
    assert done.returncode != 0
    (run,) = server.post("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC", "limit": 1})
    assert run["state"]["type"] == "FAILED" and "unknown key 'seeed' (did you mean 'seed'?)" in run["state"]["message"]


def test_wrong_parameters_are_refused_before_anything_runs(server: Server) -> None:
    done = server.run("deployment", "run", "build-drawnconvos/local", "-p", "workers=-1")
    assert done.returncode != 0 and "less than the minimum of 0" in done.stdout + done.stderr
    done = server.run("deployment", "run", "build-drawnconvos/local", "-p", "paln=x")
    assert done.returncode != 0


def test_outside_the_project_the_bare_name_is_unknown(server: Server, tmp_path: Path) -> None:
    done = subprocess.run(
        ["prefect", "deployment", "run", "build-drawnconvos"],
        cwd=tmp_path,
        env=server.env,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
