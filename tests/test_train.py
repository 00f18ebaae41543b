"""Training: what is learnt, that it is the same when stopped, and what is refused; on a model made on the spot."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

from schemas.errors import BadInput, Damaged, Refused
from schemas.talk import Talk
from schemas.training import Dpo, Sft
from store.release import Outcome
from tests.tiny_models import CHATML, QUICK, tiny_text_model
from train import dpo as preferring
from train.dpo import dpo
from train.learning import collated, trained, vocabulary
from train.models import load, with_adapter
from train.record import read_run
from train.release import Release
from train.rows import IGNORED, prepare
from train.sft import main as sft_command
from train.sft import sft
from train.wording import Wording


def wording_of(base: Path) -> Wording:
    return load(str(base), "float32").wording


def rows_in(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.ipc.open_stream(path).read_all().to_pylist()
    return found


# what is learnt


def test_the_answers_and_what_ends_them_are_learnt_and_nothing_else(
    release: Release, base: Path, tmp_path: Path
) -> None:
    wording = wording_of(base)
    prepared = prepare(release.dialogues("sft"), wording, tmp_path, 2048, 1)
    dialogues = {dialogue.id: dialogue for dialogue, _ in release.dialogues("sft")}
    rows = rows_in(prepared.rows)
    assert len(rows) == release.rows("sft") == prepared.lines
    for row in rows:
        learnt = wording.tokenizer.decode([label for label in row["labels"] if label != IGNORED])
        assert learnt == "".join(turn.answer.text + "<|im_end|>" for turn in dialogues[row["id"]].turns)
        assert all(label in (IGNORED, token) for label, token in zip(row["labels"], row["input_ids"], strict=True))


def test_a_row_reads_as_the_prompt_at_that_turn_did(release: Release, base: Path) -> None:
    wording = wording_of(base)
    for dialogue, _ in release.dialogues("sft"):
        (lesson,) = wording.lessons(dialogue.turns)
        for n, (start, _) in enumerate(lesson.spans):
            assert lesson.text[:start] == wording.prompt(Talk.of(dialogue.turns, n))


def test_where_old_answers_are_worded_otherwise_each_turn_is_a_text_of_its_own(release: Release, base: Path) -> None:
    wording = wording_of(base)
    thinks = CHATML.replace("{% if add", "{% if messages[-1]['role'] == 'user' %}{{ '' }}{% endif %}{% if add").replace(
        "+ m['content'] +",
        "+ (('<think>' if m['role'] == 'assistant' and loop.index > messages|length - 2 else '') + m['content']) +",
    )
    wording.processor.chat_template = thinks
    dialogue = next(dialogue for dialogue, _ in release.dialogues("sft") if len(dialogue.turns) > 2)
    lessons = wording.lessons(dialogue.turns)
    assert [len(lesson.spans) for lesson in lessons] == [1] * len(dialogue.turns)
    for n, lesson in enumerate(lessons):
        ((start, end),) = lesson.spans
        assert lesson.text[start:end] == dialogue.turns[n].answer.text + wording.end


def test_a_template_without_a_place_for_the_system_gets_it_in_the_first_message(release: Release, base: Path) -> None:
    loaded = load(str(base), "float32")
    loaded.wording.processor.chat_template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + CHATML
    )
    wording = Wording(loaded.wording.processor, sees=False)
    dialogue, _ = next(iter(release.dialogues("sft")))
    assert not wording.takes_system
    assert wording.prompt(Talk.of(dialogue.turns, 0)).startswith("<|im_start|>user\nYou are the ears")


def test_rows_that_are_too_long_are_refused_with_their_ids(release: Release, base: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        prepare(release.dialogues("sft"), wording_of(base), tmp_path, 150, 1)
    assert "have more than 150 tokens and are never cut: p" in str(caught.value)
    assert str(caught.value).endswith("…; raise --longest")
    assert not (tmp_path / "rows.unfinished").exists()


def test_the_loss_is_that_of_the_whole_vocabulary_everywhere(release: Release, base: Path, tmp_path: Path) -> None:
    loaded = load(str(base), "float32")
    rows = rows_in(prepare(release.dialogues("sft"), loaded.wording, tmp_path, 2048, 1).rows)[:3]
    batch = collated(rows, loaded.wording.tokenizer.pad_token_id)
    with torch.no_grad():
        logits, learnt = vocabulary(loaded.model, batch)
        ours = torch.nn.functional.cross_entropy(logits, learnt)
        theirs = loaded.model(**batch).loss
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-5)


# the run


def adapter_of(run: Path) -> dict[str, torch.Tensor]:
    return load_file(run / "adapter" / "adapter_model.safetensors")


def same(a: Path, b: Path) -> bool:
    one, other = adapter_of(a), adapter_of(b)
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_the_same_seed_makes_the_same_adapter_and_another_another(
    release: Release, base: Path, tuned: Path, tmp_path: Path
) -> None:
    sft(release, Sft(model=str(base), **QUICK), tmp_path / "again")
    sft(release, Sft(model=str(base), seed=1, **QUICK), tmp_path / "other")
    assert same(tuned, tmp_path / "again")
    assert not same(tuned, tmp_path / "other")


def test_a_killed_run_goes_on_to_the_same_adapter(tiny: Outcome, base: Path, tuned: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    options = [x for name, value in QUICK.items() for x in (f"--{name.replace('_', '-')}", str(value))]
    command = [sys.executable, "-m", "train.sft", str(tiny.folder), "--model", str(base), "--out", str(out), *options]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not (out / "checkpoints" / "checkpoint-2" / "trainer_state.json").is_file() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not read_run(out).finished
    sft(Release.read(tiny.folder), Sft(model=str(base), **QUICK), out)
    assert same(tuned, out)
    assert [step.step for step in read_run(out).steps] == [1, 2, 3, 4, 5, 6]


def test_a_run_keeps_what_it_came_from_and_what_it_cost(release: Release, base: Path, tuned: Path) -> None:
    run = read_run(tuned)
    assert (run.method, run.rows, run.finished) == ("sft", 12, True)
    assert run.release.identity == release.manifest.identity
    assert run.base.fingerprint == load(str(base), "bfloat16").base.fingerprint
    assert run.tokens > run.taught > 0 and run.tokens_per_second > 0
    assert run.steps[-1].loss is not None and run.steps[-1].loss < run.steps[0].loss  # type: ignore[operator]
    assert (tuned / "curve.png").stat().st_size > 5000
    assert not (tuned / "checkpoints").exists()


def test_a_merged_run_answers_as_base_and_adapter_do(tuned: Path, tiny: Outcome, base: Path) -> None:
    options = [x for name, value in QUICK.items() for x in (f"--{name.replace('_', '-')}", str(value))]
    told = CliRunner().invoke(
        sft_command, [str(tiny.folder), "--model", str(base), "--out", str(tuned), *options, "--merge"]
    )
    assert told.exit_code == 0, told.output
    ids = torch.arange(20)[None] + 5
    apart, _ = with_adapter(tuned, "float32", trainable=False)
    with torch.no_grad():
        assert torch.allclose(load(str(tuned / "merged"), "float32").model(ids).logits, apart(ids).logits, atol=1e-4)


def test_another_run_is_never_written_over(release: Release, base: Path, tuned: Path) -> None:
    with pytest.raises(Refused, match=r"holds another run .*give another --out"):
        sft(release, Sft(model=str(base), **QUICK | {"epochs": 3}), tuned)


def test_memory_that_runs_out_halves_the_rows_at_once(tmp_path: Path) -> None:
    tried: list[int] = []

    class Heavy:
        def __init__(self, at_once: int) -> None:
            self.at_once = at_once

        def train(self, resume_from_checkpoint: object) -> None:
            tried.append(self.at_once)
            if self.at_once > 2:
                raise torch.OutOfMemoryError("CUDA out of memory")

    assert trained(tmp_path, 16, Heavy)[1] == 2
    assert tried == [16, 8, 4, 2]


def test_memory_that_never_suffices_says_what_to_do(tmp_path: Path) -> None:
    class Heavier:
        def train(self, resume_from_checkpoint: object) -> None:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    with pytest.raises(Refused, match="one row at a time: take a smaller --model"):
        trained(tmp_path, 4, lambda at_once: Heavier())


def test_fewer_rows_at_once_make_the_same_step(release: Release, base: Path, tmp_path: Path) -> None:
    """Halving must not change what is learnt: the loss is divided by what the whole step learns."""
    from train.learning import arguments

    settings = Sft(model=str(base), **QUICK)
    for at_once in (4, 1):
        asked = arguments(settings, tmp_path, 1e-3, 0.1, 1, at_once)
        assert asked["per_device_train_batch_size"] * asked["gradient_accumulation_steps"] == 4


def poison(base: Path, folder: Path) -> Path:
    """The model with one weight that is no number."""
    shutil.copytree(base, folder)
    weights = load_file(folder / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "owner"], "owner: is neither a folder, a run, 'packaged' nor a repository like owner/name"),
        (
            ["--model", "{poisoned}", "--limit", "8", "--log-every", "1"],
            "the loss is nan at step 1: lower --learning-rate (it is 0.001)",
        ),
        (["--model", "{empty}"], "is no model that can be loaded"),
    ],
    ids=["no such model", "diverges", "no model"],
)
def test_what_is_wrong_is_said_in_one_line(
    options: list[str], message: str, tiny: Outcome, base: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    poisoned = poison(base, tmp_path / "poisoned") if "{poisoned}" in options else None
    filled = [option.format(poisoned=poisoned, empty=tmp_path / "empty") for option in options]
    told = CliRunner().invoke(sft_command, [str(tiny.folder), "--out", str(tmp_path / "out"), *filled])
    assert told.exit_code == 1
    assert message in told.output.strip().splitlines()[-1]
    assert "Traceback" not in told.output


# releases as training reads them


def test_a_release_without_a_shard_is_named(tiny: Outcome, tmp_path: Path) -> None:
    copy = tmp_path / "r"
    shutil.copytree(tiny.folder, copy)
    next((copy / "sft").glob("*.parquet")).unlink()
    with pytest.raises(Damaged, match=r"parquet: is missing"):
        list(Release.read(copy).dialogues("sft"))


def test_skills_that_are_not_the_manifests_are_refused(tiny: Outcome, tmp_path: Path) -> None:
    copy = tmp_path / "r"
    shutil.copytree(tiny.folder, copy)
    skills = json.loads((copy / "skills.json").read_text())
    skills["skills"][0]["description"] += " And more."
    (copy / "skills.json").write_text(json.dumps(skills))
    with pytest.raises(Damaged, match="is not the skill library that the manifest names"):
        Release.read(copy)


def test_some_dialogues_are_spread_over_the_split(release: Release) -> None:
    every = [dialogue.id for dialogue, _ in release.dialogues("sft")]
    some = [dialogue.id for dialogue, _ in release.some("sft", 6)]
    assert len(some) == 6
    assert [every.index(name) for name in some] == [9, 19, 29, 39, 49, 59]


# preferences

PREFERRING = {"dtype": "float32", "limit": 14, "batch": 4, "guard": 4, "save_every": 2, "log_every": 1}


@pytest.fixture(scope="session")
def preferred(judged: Release, tuned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "dpo"
    dpo(judged, Dpo(**PREFERRING), str(tuned), out)
    return out


def test_the_reference_is_the_sft_adapter_itself(preferred: Path) -> None:
    run = read_run(preferred)
    first = next(step for step in run.steps if "rewards/margins" in step.values)
    assert first.values["rewards/margins"] == pytest.approx(0, abs=1e-4)
    assert run.steps[-1].values["rewards/margins"] > first.values["rewards/margins"]


def test_dpo_remembers_the_adapter_that_it_began_with(preferred: Path, tuned: Path) -> None:
    assert read_run(preferred).adapter == read_run(tuned).fingerprint
    assert not same(preferred, tuned)


def test_preferring_twice_makes_the_same_adapter(judged: Release, tuned: Path, preferred: Path, tmp_path: Path) -> None:
    dpo(judged, Dpo(**PREFERRING), str(tuned), tmp_path / "again")
    assert same(preferred, tmp_path / "again")


def test_dpo_may_begin_from_a_bare_model(judged: Release, base: Path, tmp_path: Path) -> None:
    run = dpo(judged, Dpo(**PREFERRING | {"guard": 0}), str(base), tmp_path / "alone")
    assert run.adapter is None and run.finished


def test_held_out_turns_are_of_prompts_that_are_not_learnt_from(judged: Release) -> None:
    pairs = preferring.judged(judged, None, sees=False)
    kept, apart = preferring.split(judged, pairs, 4, 0, sees=False)
    prompts = {dialogue.id: dialogue.prompt_id for dialogue, _ in judged.dialogues("rlhf")}
    assert len(apart) == 4
    assert not {prompts[asked.dialogue_id] for asked, _ in apart} & {each.dialogue.prompt_id for each in kept}


def test_anchors_are_turns_of_sft_with_their_labels(judged: Release, base: Path, tmp_path: Path) -> None:
    wording = wording_of(base)
    pairs = preferring.judged(judged, 6, sees=False)
    beside = preferring.anchors(judged, 6, 0)
    rows = rows_in(preferring.prepare_pairs(pairs, beside, wording, tmp_path, 2048, 1).rows)
    labels = {turn.answer.text for dialogue, _ in judged.dialogues("sft") for turn in dialogue.turns}
    for row, pair in zip(rows, pairs, strict=True):
        learnt = {
            name: wording.tokenizer.decode([label for label in row[name] if label != IGNORED])
            for name in ("labels", "rejected_labels", "anchor_labels")
        }
        assert learnt["labels"] == pair.preference.chosen.text + wording.end
        assert learnt["rejected_labels"] == pair.preference.rejected.text + wording.end
        assert learnt["anchor_labels"].removesuffix(wording.end) in labels


def test_what_is_kept_is_the_best_that_the_guard_saw(judged: Release, tuned: Path, tmp_path: Path) -> None:
    """A rate that ruins it, on a model whose answers are right now and then by its luck alone: whatever the looks were,
    the adapter of the best one stays, and the run stops where they fell too far."""
    ruin = {"learning_rate": 0.5, "guard_drop": 0.0, "sft_weight": 0.0, "anchor_weight": 0.0, "guard": 6, "epochs": 2}
    run = dpo(judged, Dpo(**PREFERRING | ruin), str(tuned), tmp_path / "dpo")
    looks = {step.step: step.values["guard"] for step in run.steps if "guard" in step.values}
    assert run.kept == max(looks, key=lambda step: (looks[step], step))
    fell = any(looks[step] < looks[0] for step in looks)
    assert (run.stopped is not None) == fell
    assert same(tuned, tmp_path / "dpo") == (run.kept == 0)


def test_a_release_that_nobody_judged_is_refused(release: Release, tuned: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nobody judged its answer pairs; see `drawnconvos annotate`"):
        dpo(release, Dpo(**PREFERRING), str(tuned), tmp_path / "dpo")


def test_an_adapter_is_never_put_on_another_base(tuned: Path, tmp_path: Path, release: Release) -> None:
    run = read_run(tuned)
    other = tiny_text_model(tmp_path / "other", release)
    copy = tmp_path / "copy"
    shutil.copytree(tuned, copy)
    text = (copy / "run.json").read_text().replace(run.base.name, str(other))
    (copy / "run.json").write_text(text)
    with pytest.raises(Refused, match="its adapter was trained on another base"):
        load(str(copy))


def test_an_unfinished_run_is_not_asked(tuned: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tuned, copy)
    (copy / "run.json").write_text((copy / "run.json").read_text().replace('"finished": true', '"finished": false'))
    with pytest.raises(BadInput, match=r"its training is not finished; the same `python -m train.sft` goes on"):
        load(str(copy))
