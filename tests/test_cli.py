"""The commands as a user types them: in their own process, by exit code and by what they print."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store.release import Outcome
from tests.conftest import ROOT


def run(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "flows", *words], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_help_is_instant() -> None:
    seconds = []
    for _ in range(5):
        started = time.monotonic()
        subprocess.run([sys.executable, "-m", "flows", "--help"], cwd=ROOT, check=True, capture_output=True)
        seconds.append(time.monotonic() - started)
    assert min(seconds) < 0.5


@pytest.mark.parametrize(
    "command",
    [
        "build",
        "show",
        "verify",
        "diff",
        "sql",
        "sample",
        "spread",
        "skills list",
        "skills show",
        "skills check",
        "plan check",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0 and len(done.stdout.splitlines()) >= 5


WATCHED = """
import sys
from flows.__main__ import main
try:
    main({words!r}, standalone_mode=False)
except SystemExit as end:
    assert not end.code, end.code
loaded = {{name.split(".")[0] for name in sys.modules}} & {{"prefect", "torch"}}
assert not loaded, loaded
"""


@pytest.mark.parametrize(
    "words",
    [["--help"], ["skills", "list"], ["plan", "check", "plans/tiny.yaml"], ["build"], ["verify"], ["show"], ["sql"]],
)
def test_the_command_line_never_loads_prefect(words: list[str], tiny: Outcome, tiny_data: Path) -> None:
    if words == ["build"]:
        words = ["build", "plans/tiny.yaml", "--data", str(tiny_data)]
    elif words == ["sql"]:
        words = ["sql", "--data", str(tiny_data), "select 1"]
    elif words in (["verify"], ["show"]):
        words = [*words, str(tiny.folder)]
    done = subprocess.run([sys.executable, "-c", WATCHED.format(words=words)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_show_verify_and_sql_speak_of_a_release(tiny: Outcome, tiny_data: Path) -> None:
    shown = run("show", str(tiny.folder))
    assert shown.returncode == 0
    assert ["sft", "60"] in [line.split()[:2] for line in shown.stdout.splitlines()]
    for part in ("remove_object", "near-duplicate dialogues", "rejected and made anew"):
        assert part in shown.stdout
    assert "100 dialogues" in run("verify", str(tiny.folder)).stdout
    counted = run(
        "sql", "--data", str(tiny_data), "select split, count(*) as n from dialogues group by all order by n desc"
    )
    assert [line.split() for line in counted.stdout.splitlines()[2:]] == [["sft", "60"], ["rlhf", "30"], ["test", "10"]]
    assert "are the same release" in run("diff", str(tiny.folder), str(tiny.folder)).stdout


def test_verify_fails_with_named_rows(tiny: Outcome, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny.folder, tmp_path / "tiny-1.0.0"))
    (copy / "plan.yaml").write_text("name: other\n")
    done = run("verify", str(copy))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{copy}/plan.yaml: is not the file that was released",
        f"drawnconvos: {copy}: 1 finding",
    ]


def test_skills_are_listed_and_shown() -> None:
    listed = run("skills", "list").stdout
    assert len([line for line in listed.splitlines() if line[0].isalpha()]) == 22
    assert "colour*" in listed
    assert run("skills", "show", "recolor").stdout.startswith("id: recolor\n")
    assert '"name": "recolor"' in run("skills", "show", "recolor", "--tool").stdout


def test_plan_check_forecasts() -> None:
    done = run("plan", "check", "plans/drawnconvos.yaml")
    assert "500 prompts x 20 dialogues = 10,000" in done.stdout
    assert "6,000 dialogues" in done.stdout and "exactly as asked" in done.stdout


ERRORS = [
    (["build", "plans/none.yaml"], "plans/none.yaml: cannot be read: No such file or directory"),
    (["build", "plans/tiny.yaml", "--set", "seeed=1"], "plans/tiny.yaml: unknown key 'seeed' (did you mean 'seed'?)"),
    (["build", "plans/tiny.yaml", "--workers", "0"], "--workers 0: at least one is needed"),
    (
        ["build", "plans/tiny.yaml", "--data", "/proc/none"],
        "/proc/none: cannot be written to (No such file or directory)",
    ),
    (["show", "plans"], "plans: is not a release (it has no manifest.json)"),
    (["verify", "nowhere"], "nowhere: is not a release (it has no manifest.json)"),
    (["skills", "show", "recolour"], "no skill 'recolour' (did you mean 'recolor'?)"),
    (["skills", "check", "pyproject.toml"], "pyproject.toml: is not YAML"),
    (["sql", "select 1", "--data", "nowhere"], "nowhere: there is no such folder; build something there first"),
    (["plan", "check", "Makefile"], "Makefile"),
]


@pytest.mark.parametrize(("words", "message"), ERRORS)
def test_an_error_is_one_clear_line(words: list[str], message: str, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)] if words[0] == "build" and "--data" not in words else []
    done = run(*words, *data)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("drawnconvos: ") and message in line
