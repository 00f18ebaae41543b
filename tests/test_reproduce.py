"""The whole loop in small, as a user runs it: killed, gone on with, run again; and loops that are refused."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
import torch
import yaml
from click.testing import CliRunner, Result
from safetensors.torch import load_file

from annotation.simulated import judge
from annotation.verdicts import result_of
from flows.build import build, plainly
from flows.items import offered
from flows.progress import Silent
from flows.reproducing import commands as commands
from flows.reproducing.command import reproduce_command
from flows.reproducing.loop import read_loop
from flows.reproducing.reproduce import by_people
from flows.reproducing.stages import Stages
from schemas.errors import BadInput, Refused
from schemas.loop import Evaluating, Loop, Scoring
from schemas.training import Dpo, Sampling, Sft
from store.versions import read_manifest
from tests.conftest import ROOT, small_plan
from tests.fake_studio import TOKEN, fake
from tests.tiny_models import tiny_text_model
from train.commands import given
from train.dpo import main as dpo_command
from train.release import Release
from train.sample import main as sample_command
from train.sft import main as sft_command
from train.sft import sft

LESSONS = {"whole": True, "epochs": 90, "learning_rate": 4e-3, "batch": 8, "dtype": "float32", "save_every": 1000}
LOOP: dict[str, Any] = {
    "plan": "small.yaml",
    "sft": {"epochs": 2, "batch": 4, "save_every": 2, "log_every": 1, "dtype": "float32"},
    "sampling": {"tries": 6},
    "dpo": {"epochs": 1, "batch": 2, "guard": 0, "log_every": 1, "dtype": "float32"},
    "evaluate": {"limit": 2, "sets": ["test"], "systems": ["majority"], "dtype": "float32"},
}


class Done(NamedTuple):
    """A loop that was killed once on its way and came to its end."""

    loop: Path
    out: Path


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """More threads than one only wait for each other on models so tiny, here as in the commands of a loop."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The loop's file beside its plan, about a model that has learnt what an answer looks like."""
    folder = tmp_path_factory.mktemp("loop")
    plan = small_plan()
    (folder / "small.yaml").write_text(yaml.safe_dump(plan.settled, allow_unicode=True))
    release = Release.read(build(plan, folder / "before", 1, Silent()).folder)
    tiny_text_model(folder / "random", release, vocabulary=900)
    sft(release, Sft(model=str(folder / "random"), **LESSONS), folder / "base")
    path = folder / "loop.yaml"
    path.write_text(yaml.safe_dump(LOOP | {"model": str(folder / "base" / "adapter")}))
    return path


@pytest.fixture(scope="module")
def done(loop: Path) -> Done:
    out = loop.parent / "run"
    killed_when(out, loop, "step 4 of ")
    result = run(loop, out)
    assert result.exit_code == 0, result.output
    return Done(loop, out)


def run(loop: Path, out: Path, *words: str) -> Result:
    return CliRunner().invoke(reproduce_command, [str(loop), "--out", str(out), "--workers", "1", *words])


def killed_when(out: Path, loop: Path, words: str) -> None:
    """The command from its beginning until it says these words."""
    code = "from flows.reproducing.command import reproduce_command as c; c()"
    command = [sys.executable, "-c", code, str(loop), "--out", str(out), "--workers", "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if words in line:
                os.kill(process.pid, signal.SIGKILL)
                return
        raise AssertionError(f"it never said {words!r}: {''.join(said)}")


def files(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


# the way there


def test_a_loop_ends_with_both_tables_the_curves_and_the_commands(done: Done) -> None:
    page = (done.out / "results.md").read_text()
    answers, _, rest = page.partition("## Pictures (Tables 1 and 3)")
    pictures, _, rest = rest.partition("## How it was learnt")
    trained = [str(done.out / name) for name in ("dpo-alone", "sft", "dpo")]
    assert [line.split(" | ")[0] for line in answers.splitlines() if " | " in line][1:] == [
        f"| {name}" for name in [*trained, "majority"]
    ]
    assert re.findall(r"^\| (labels|majority|\S+-run-\S+) +\| 2 ", pictures, flags=re.MULTILINE) == [
        "labels", *(name.replace("/", "-").strip("-") for name in trained), "majority",
    ]  # fmt: skip
    shown = re.findall(r"!\[\S+\]\((\S+)\)", rest)
    assert shown == ["sft/curve.png", "dpo-alone/curve.png", "dpo/curve.png"]
    assert all((done.out / path).read_bytes().startswith(b"\x89PNG") for path in shown)
    assert "simulated annotators, not people," in answers
    typed = [line.split()[:4] for line in rest.split("```")[1].strip().splitlines()]
    assert [" ".join(words[2:3] if words[0] == "python" else words[1:2]) for words in typed] == [
        "build", "train.sft", "train.sample", "annotate", "release", "train.dpo", "train.dpo", "train.evaluate", "score",
    ]  # fmt: skip


def test_the_judged_release_holds_what_was_preferred_among_the_models_own_answers(done: Done) -> None:
    manifest = read_manifest(done.out / "data" / "releases" / "small-1.1.0")
    assert manifest.judged is not None and manifest.judged.judge == "simulated" and manifest.judged.preferences > 0
    texts = {row["text"] for row in pq.read_table(done.out / "samples" / "samples.parquet").to_pylist()}
    release = Release.read(done.out / "data" / "releases" / "small-1.1.0")
    preferred = [p for dialogue, _ in release.dialogues("rlhf") for p in dialogue.preferences]
    assert {p.rejected.text for p in preferred} <= texts


def test_a_kill_in_the_midst_of_training_leaves_no_trace(done: Done, tmp_path: Path) -> None:
    settings, _ = read_loop(done.loop)
    release = Release.read(done.out / "data" / "releases" / "small-1.0.0")
    sft(release, settings.sft.model_copy(update={"model": settings.model}), tmp_path / "sft")
    whole, resumed = (
        load_file(f / "adapter" / "adapter_model.safetensors") for f in (tmp_path / "sft", done.out / "sft")
    )
    assert whole.keys() == resumed.keys() and all((whole[name] == resumed[name]).all() for name in whole)


def test_what_is_done_is_not_done_again(done: Done) -> None:
    page, before = (done.out / "results.md").read_text(), files(done.out)
    again = run(done.loop, done.out)
    assert again.exit_code == 0, again.output
    after = files(done.out)
    assert {path for path in after if after[path] != before.get(path)} == {done.out / "results.md"}
    assert (done.out / "results.md").read_text() == page


def test_a_run_that_was_killed_between_two_stages_goes_on_from_there(done: Done) -> None:
    tables = [done.out / name / "table.md" for name in ("evaluate", "score")]
    before = [path.read_text() for path in tables]
    for path in tables:
        shutil.rmtree(path.parent)
    standing = files(done.out)
    again = run(done.loop, done.out)
    assert again.exit_code == 0, again.output
    assert [path.read_text() for path in tables] == before
    changed = {path for path, when in files(done.out).items() if when != standing.get(path)}
    assert {path.relative_to(done.out).parts[0] for path in changed} == {"evaluate", "score", "results.md"}


@pytest.mark.parametrize(
    ("override", "folder", "why"),
    [
        ("sft.epochs=3", "sft", "settings.epochs was 2.0, is 3.0"),
        ("sampling.temperature=0.5", "samples", "settings.temperature was 1.0, is 0.5"),
        ("judge=label-studio", "judge", "judge was 'simulated', is 'label-studio'"),
        ("dpo.beta=0.3", "dpo", "settings.beta was 0.1, is 0.3"),
    ],
)
def test_other_settings_never_mix_with_what_stands(done: Done, override: str, folder: str, why: str) -> None:
    before = files(done.out)
    result = run(done.loop, done.out, "--set", override)
    assert result.exit_code == 1 and files(done.out) == before
    assert result.stderr.splitlines()[-1] == (
        f"drawnconvos: {done.out / folder}: was made otherwise ({why}); give another --out, or delete that folder and "
        f"those of the stages after it"
    )


def test_people_are_waited_for_and_then_it_goes_on(done: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = tmp_path / "releases" / "small-1.0.0"
    shutil.copytree(done.out / "data" / "releases" / "small-1.0.0", release)
    samples = done.out / "samples" / "samples.parquet"
    with fake() as (url, books):
        monkeypatch.setenv("LABEL_STUDIO_URL", url)
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", TOKEN)
        with pytest.raises(Refused) as waits:
            by_people(release, samples, 1.0, Silent())
        assert str(waits.value) == (
            f"small-1.0.0: 0% of its answer pairs have an outcome and 100% are asked for; they wait to be judged at "
            f"{url}, after which the same command goes on from here"
        )
        found = offered(release, "preferences", samples)
        assert {task["data"]["item_key"] for task in books.tasks.values()} >= found.items.keys()
        for number, task in list(books.tasks.items()):
            key = task["data"]["item_key"]
            item = found.items.get(key) or found.checks[key]
            said = judge(item, found.golds[key], "anna", 0.0, 7)
            for person in (1, 2)[: max(1, found.policy.overlap)]:
                books.judge(number, {"result": result_of(said, task["data"], found.library), "completed_by": person})
        manifest = read_manifest(by_people(release, samples, 1.0, Silent()))
    assert manifest.folder == "small-1.1.0" and manifest.judged is not None and manifest.judged.judge == "human"


def test_a_stage_that_a_kill_cut_off_is_begun_again_and_a_failure_is_one_line(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        stages = Stages(tmp_path, Silent(), plainly, lock.fileno())

        def cut_off() -> Path:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            stages.once("sft", {"seed": 1}, [["train"]], cut_off)
        assert json.loads((tmp_path / "sft" / "stage.json").read_text())["made"] is None
        assert stages.once("sft", {"seed": 1}, [["train"]], lambda: tmp_path) == tmp_path
        assert stages.once("sft", {"seed": 1}, [["train"]], cut_off) == tmp_path
        with pytest.raises(Refused) as failed:
            stages.run(["python", "-m", "train.sft", "nowhere", "--model", "packaged"])
    assert str(failed.value) == "train.sft: nowhere: is not a release (it has no manifest.json)"


# loops


def test_the_commands_say_all_that_the_loop_says() -> None:
    said = {
        "plan": "p.yaml",
        "model": "m",
        "sft": {"recipe": "paper", "limit": 40, "dtype": "bfloat16"},
        "sampling": {"temperature": 0.7, "answers": 4},
        "dpo": {"recipe": "paper", "beta": 0.2},
    }
    loop = Loop.from_data(said)
    assert (loop.sft.epochs, loop.sft.learning_rate, loop.dpo.sft_weight, loop.dpo.epochs) == (50, 1e-5, 0.0, 50)
    for command, words, settings in (
        (sft_command, commands.sft(loop, Path("r"), Path("out")), loop.sft.model_copy(update={"model": "m"})),
        (sample_command, commands.sample(loop, Path("r"), Path("out")), loop.sampling),
        (dpo_command, commands.dpo(loop, Path("r"), Path("out")), loop.dpo),
    ):
        fields = type(settings).model_fields.keys()
        options = command.make_context("", words[3:]).params
        assert type(settings)(**{k: v for k, v in given(options).items() if k in fields}) == settings


BAD_LOOPS: list[tuple[dict[str, Any], str]] = [
    ({"plan": None}, "plan: Input should be a valid string"),
    ({"plans": "small.yaml"}, "unknown key 'plans' (did you mean 'plan'?)"),
    ({"sft": {"epoch": 2}}, "unknown key 'sft.epoch' (did you mean 'epochs'?)"),
    ({"sft": {"epochs": 0}}, "sft.epochs: Input should be greater than 0 (found 0)"),
    ({"sft": {"limit": "many"}}, "sft.limit: Input should be a valid integer (found 'many')"),
    ({"sft": {"model": "packaged"}}, "sft.model: the loop's `model` stands for all stages"),
    ({"sft": {"whole": True}}, "sft.whole: DPO goes on from an adapter, so that is what SFT has to make here"),
    ({"dpo": {"recipe": "theirs"}}, "dpo.recipe: 'theirs' is not one of 'ours', 'paper'"),
    ({"judge": "gpt-4"}, "judge: Input should be 'simulated' or 'label-studio' (found 'gpt-4')"),
    ({"enough": 0}, "enough: Input should be greater than 0 (found 0)"),
    ({"evaluate": {"sets": ["train"]}}, "evaluate.sets.0: Input should be 'test' or 'transfer' (found 'train')"),
    ({"evaluate": {"sets": ["transfer"]}}, "evaluate: sets leave out test, whose pictures are what is scored"),
    ({"evaluate": {"limit": 100}, "score": {"limit": 30}}, "score.limit: 30 dialogues cannot be spread over the 100 of evaluate.limit"),
    ({"score": {"clip": "x"}}, "unknown key 'score.clip'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD_LOOPS)
def test_a_wrong_loop_is_refused_with_its_key(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(LOOP | change))
    with pytest.raises(BadInput) as refusal:
        read_loop(path)
    assert str(refusal.value).startswith(f"{path}: {message}") and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("plan: [", "mine.yaml, line 1: is not YAML"),
        ("- a", "mine.yaml: holds list, not a loop with plan, model, sft, judge and dpo"),
        ("", "mine.yaml: holds NoneType, not a loop"),
        ("model: packaged", "mine.yaml: 'plan' is missing"),
        ("plan: none.yaml", "none.yaml: cannot be read: No such file or directory"),
        ((ROOT / "plans" / "tiny.yaml").read_text(), "mine.yaml: is a plan; a loop names one, as plan: mine.yaml"),
    ],
)
def test_a_file_that_is_no_loop(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(BadInput) as refusal:
        read_loop(tmp_path / "mine.yaml")
    assert message in str(refusal.value)


@pytest.mark.parametrize("name", ["paper", "small"])
def test_our_loops_can_be_read(name: str) -> None:
    loop, plan = read_loop(ROOT / "plans" / f"{name}.yaml", ["sft.limit=7"])
    assert plan.name == "drawnconvos" and loop.sft.limit == 7


def test_the_docs_name_every_key_of_a_loop() -> None:
    table = (ROOT / "docs" / "plans.md").read_text().partition("## Loops")[2]
    named = {key for line in table.splitlines() for key in re.findall(r"`([a-z_.]+)`", line.split(" | ")[0])}
    sections = {"sft": Sft, "sampling": Sampling, "dpo": Dpo, "evaluate": Evaluating, "score": Scoring}
    keys = {f"{name}.{key}" for name, record in sections.items() for key in record.model_fields}
    keys |= {"sft.recipe", "dpo.recipe", *(Loop.model_fields.keys() - sections.keys())}
    assert keys - named == {"sft.model", "sft.whole"}, "a loop has neither"
