"""Checks of the user's own: named in the plan, run in the workers, part of what a release depends on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.plans import plan_of
from generators.cards import read_library
from generators.checks import CHECKS, first_failure
from generators.checks.own import own_checks, own_sources
from schemas.errors import Refused, UserError
from store.files import read_table
from store.settle import rejects_by_reason
from store.versions import read_manifest
from tests.conftest import small_plan
from tests.test_checks import GOOD

LIBRARY = read_library()
QUIET = """
def no_wells(dialogue, library):
    for n, turn in enumerate(dialogue.turns):
        if "well" in turn.reply.casefold():
            return f"turns.{n}: {turn.reply!r}"

def one_argument(dialogue): ...
def breaks(dialogue, library): return 1 / 0
def says_yes(dialogue, library): return True
def grounded(dialogue, library): ...
NUMBER = 3
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder of the user's, with checks in it; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for module in ("mychecks", "broken", "needy"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr("generators.checks.own.READ_AS", {})
    (tmp_path / "mychecks.py").write_text(QUIET)
    (tmp_path / "broken.py").write_text("x = 1\ny = x.z\n")
    (tmp_path / "needy.py").write_text("import no_such_package\n")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_wells", "checks: 'no_wells': write it as module:function, as in mychecks:no_shouting"),
        ("mycheks:no_wells", "there is no module 'mycheks' in {folder} or installed (did you mean 'mychecks'?)"),
        ("my.checks:no_wells", "there is no module 'my.checks' in {folder}"),
        ("mychecks:no_welss", "mychecks.py has no function 'no_welss' (did you mean 'no_wells'?)"),
        ("mychecks:NUMBER", "mychecks.py has no function 'NUMBER'"),
        (
            "mychecks:one_argument",
            "cannot be called as one_argument(dialogue, library) (too many positional arguments)",
        ),
        ("mychecks:grounded", "a check called 'grounded' is one of ours; reasons would be mixed up, rename it"),
        ("broken:check", "cannot be imported: broken.py, line 2: AttributeError: 'int' object has no attribute 'z'"),
        ("needy:check", "cannot be imported: needy.py, line 1: ModuleNotFoundError: No module named 'no_such_package'"),
        ("math:hypot", "module 'math' has no Python file, so a change in it would go unseen"),
    ],
)
def test_a_check_that_cannot_be_used_is_named_when_the_plan_is_read(name: str, message: str, folder: Path) -> None:
    fields = small_plan().model_dump(mode="json") | {"checks": [name]}
    with pytest.raises(UserError) as refusal:
        plan_of(fields, "mine.yaml")
    assert str(refusal.value).startswith("mine.yaml: checks: ") and "\n" not in str(refusal.value)
    assert message.format(folder=folder) in str(refusal.value)


def test_a_name_stands_once() -> None:
    with pytest.raises(UserError, match="a check called 'no_wells' is named twice"):
        own_checks(["mychecks:no_wells", "mychecks:no_wells"])


def test_a_check_runs_after_ours_by_its_own_name() -> None:
    own = own_checks(["mychecks:no_wells"], tuple(CHECKS))
    assert first_failure(GOOD, LIBRARY, own) is None
    turns = (GOOD.turns[0].model_copy(update={"reply": "Well, it is gone."}), GOOD.turns[1])
    assert (
        first_failure(GOOD.model_copy(update={"turns": turns}), LIBRARY, own)
        == "no_wells: turns.0: 'Well, it is gone.'"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("breaks", r"mychecks:breaks failed on dialogue p-0: mychecks.py, line 8: ZeroDivisionError: division by zero"),
        ("says_yes", r"mychecks:says_yes answered True on dialogue p-0, not None or what is wrong"),
    ],
)
def test_a_check_that_fails_is_named_with_the_dialogue(name: str, message: str) -> None:
    with pytest.raises(Refused, match=message):
        first_failure(GOOD, LIBRARY, own_checks([f"mychecks:{name}"]))


def test_a_changed_file_is_read_again_and_has_another_hash(folder: Path) -> None:
    names = ["mychecks:no_wells"]
    before = own_sources(names)
    (folder / "mychecks.py").write_text("def no_wells(dialogue, library):\n    return 'never'\n")
    assert own_sources(names) != before
    assert first_failure(GOOD, LIBRARY, own_checks(names)) == "no_wells: never"


def drawnconvos(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "drawnconvos"), *words]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def built(folder: Path) -> Path:
    done = drawnconvos(folder, "build", "plan.yaml", "--data", "data", "--workers", "2", "--quiet")
    assert done.returncode == 0, done.stderr
    return sorted((folder / "data" / "releases").iterdir(), key=lambda path: path.stat().st_mtime)[-1]


def parts(folder: Path, stage: str) -> set[str]:
    return {path.name for path in (folder / "data" / "parts" / stage).glob("*.parquet")}


def test_a_build_runs_the_check_in_its_workers_and_a_changed_check_redoes_what_it_judged(folder: Path) -> None:
    plan = small_plan().model_dump(mode="json") | {"checks": ["mychecks:no_thanks"]}
    (folder / "plan.yaml").write_text(yaml.safe_dump(plan))
    (folder / "mychecks.py").write_text(
        "def no_thanks(dialogue, library):\n"
        "    if dialogue.id.endswith('-0') and 'e' in dialogue.turns[0].user: return 'turns.0: first try'\n"
    )
    first = read_manifest(built(folder))
    settled = sorted((folder / "data" / "parts" / "settled").glob("*.parquet"))
    assert rejects_by_reason(settled)["no_thanks"] == first.rejects["no_thanks"] > 0
    reasons = [r for p in settled for r in read_table(p, ["reason"])["reason"].to_pylist() if r]
    assert "no_thanks: turns.0: first try" in reasons
    outlines, dialogues = parts(folder, "outlines"), parts(folder, "dialogues")

    (folder / "mychecks.py").write_text("def no_thanks(dialogue, library):\n    return None\n")
    second = read_manifest(built(folder))
    assert "no_thanks" not in second.rejects
    assert (second.source, second.identity) != (first.source, first.identity) and second.plan == first.plan
    judged_anew = parts(folder, "dialogues") - dialogues
    assert {name[:9] for name in judged_anew} == {name[:9] for name in dialogues}
    assert len(parts(folder, "outlines") - outlines) < len(judged_anew)


def test_the_build_stops_at_a_check_that_raises(folder: Path) -> None:
    plan = small_plan().model_dump(mode="json") | {"checks": ["mychecks:breaks"]}
    (folder / "plan.yaml").write_text(yaml.safe_dump(plan))
    done = drawnconvos(folder, "build", "plan.yaml", "--data", "data", "--workers", "2", "--quiet")
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert line.startswith("drawnconvos: checks: mychecks:breaks failed on dialogue p")
    assert line.endswith("mychecks.py, line 8: ZeroDivisionError: division by zero")
