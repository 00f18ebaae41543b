"""Releases in a model's words, against a scripted server over real HTTP."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from aiohttp import web

from flows.build import build, making_of
from flows.models import Model
from flows.plans import plan_of
from flows.progress import Silent
from flows.rounds import batches
from flows.scribe import Scribe
from flows.stages import Prepared, attempt, prepare_batch
from flows.verify import verify_release
from generators.grammar import speak
from generators.model_author import opening
from generators.prompts import seed_prompts
from generators.slots import split_prompts
from generators.tasks import TEMPLATES
from schemas.errors import BadInput, Refused
from schemas.plan import Plan
from schemas.row import dialogue_of
from store.parts import Parts
from store.streams import streamed
from tests.conftest import ROOT, small_plan
from tests.scripted import Asked, Script, failure, reply, serving
from tests.test_cli import run

KEY = "sk-secret-of-the-scribe"
Lines = Mapping[str, list[dict[str, str]]]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def plan_for(url: str, **author: Any) -> Plan:
    fields = small_plan().model_dump(mode="json")
    author["pace"] = {"tries": 3} | author.get("pace", {})
    fields["author"] = {"kind": "openai", "model": "scripted", "base_url": url, "writes": ["dialogues"], **author}
    return plan_of(fields, "plan")


@pytest.fixture(scope="session")
def lines() -> Lines:
    """What a perfect model answers: for each task the words that the grammar finds, over a few attempts."""
    plan = small_plan()
    library = making_of(plan).library
    by_split = split_prompts(plan, seed_prompts(plan))
    known: dict[str, list[dict[str, str]]] = {}
    for number in range(10):
        for batch in batches(plan, by_split, library, None, number):
            prompts = {prompt.id: prompt for prompt in batch.prompts}
            for slot in batch.slots:
                made = attempt(slot, number, prompts[slot.prompt_id], plan, library).outline
                if made is not None:
                    _, task = opening(made, library, TEMPLATES)
                    words = speak(made, number, library)
                    known[task.text] = [{"user": w.user, "reply": w.reply} for w in words]
    return known


def task_of(ask: Asked) -> str:
    return str(ask.body["messages"][1]["content"])


def perfect(lines: Lines) -> Script:
    return lambda ask: reply(json.dumps({"turns": lines[task_of(ask)]}))


def dialogues(folder: Path) -> Iterator[Any]:
    for _, row in streamed(
        folder,
        ["id", "prompt_id", "prompt", "category", "author", "renderer", "manner", "turns", "image_info", "preferences"],
    ):
        yield dialogue_of(row)


def test_a_release_in_a_models_words_has_the_shape_of_any_other(tmp_path: Path, lines: Lines) -> None:
    with serving(perfect(lines)) as server:
        outcome = build(plan_for(server.url), tmp_path, 2, Silent())
        assert verify_release(outcome.folder, 1)[0] == []
        assert (
            outcome.manifest.author == "scripted" and sum(c.dialogues for c in outcome.manifest.splits.values()) == 30
        )
        assert {d.author for d in dialogues(outcome.folder)} == {"scripted"}
        form = server.asked[0].body["response_format"]
        assert form["type"] == "json_schema" and form["json_schema"]["strict"] is True
        run = json.loads((outcome.folder / "run.json").read_text())
        assert run["author"]["stages"]["dialogues"]["calls"] == len(server.asked) >= 30
        assert run["author"]["stages"]["dialogues"]["tokens"]["prompt"] == 10 * len(server.asked)
        again = len(server.asked)
        assert not build(plan_for(server.url), tmp_path, 2, Silent()).new and len(server.asked) == again


def test_the_model_is_told_what_to_say_and_no_labels(lines: Lines, tmp_path: Path) -> None:
    with serving(perfect(lines)) as server:
        build(plan_for(server.url), tmp_path, 2, Silent())
    for ask in server.asked:
        text = ask.body["messages"][0]["content"] + task_of(ask)
        assert not any(word in text for word in ("remove_object", "text_to_image", '"intent"', "image_1"))


def test_a_run_is_replayed_offline_to_the_same_release(tmp_path: Path, lines: Lines) -> None:
    with serving(perfect(lines)) as server:
        plan = plan_for(server.url)
        first = build(plan, tmp_path / "first", 2, Silent())
    (tmp_path / "second").mkdir()
    (tmp_path / "first" / "responses.sqlite").rename(tmp_path / "second" / "responses.sqlite")
    second = build(plan, tmp_path / "second", 1, Silent(), offline=True)
    assert second.manifest == first.manifest
    with pytest.raises(Refused, match="offline, and a response of scripted"):
        build(plan, tmp_path / "third", 1, Silent(), offline=True)


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outlines and pictures of the small plan, made once; words hang on neither."""
    root = tmp_path_factory.mktemp("painted")
    prepare(small_plan(), root)
    return root


def prepare(plan: Plan, root: Path) -> list[Prepared]:
    library = making_of(plan).library
    by_split = split_prompts(plan, seed_prompts(plan))
    return [prepare_batch(Parts(root), plan, library, batch) for batch in batches(plan, by_split, library, None, 0)]


def written(plan: Plan, tmp_path: Path, painted: Path) -> tuple[Model, list[dict[str, Any]]]:
    """The first attempts of the small plan in a model's words, and what became of each."""
    shutil.copytree(painted, tmp_path / "parts", dirs_exist_ok=True)
    prepared = prepare(plan, tmp_path / "parts")
    with closing(Model(plan.author, plan.seed, tmp_path, Silent())) as model:
        Scribe(plan, making_of(plan).library, model).write(prepared, plan.dialogue_count)
    rows = [row for each in prepared for row in pq.read_table(each.source.dialogues).to_pylist()]
    return model, rows


def test_what_fails_a_check_goes_back_with_the_reason(tmp_path: Path, lines: Lines, painted: Path) -> None:
    """First a leaked label, then, told so, the right words."""

    def script(ask: Asked) -> web.Response:
        words = lines[task_of(ask)]
        if len(ask.body["messages"]) == 2:
            return reply(json.dumps({"turns": [{**words[0], "user": "call remove_object now"}, *words[1:]]}))
        assert ask.body["messages"][-1]["content"].startswith("That cannot stay: ")
        assert "remove_object now" in ask.body["messages"][-2]["content"]
        return reply(json.dumps({"turns": words}))

    with serving(script) as server:
        _, rows = written(plan_for(server.url), tmp_path, painted)
    assert {row["reason"] for row in rows} == {None}
    assert len(server.asked) == 2 * len(rows) and "remove_object now" not in str(rows)


BAD: dict[str, Callable[[], web.Response] | str] = {
    "author: refused": lambda: reply("", refusal="I cannot help with that"),
    "author: truncated": lambda: reply('{"turns": [{"user": "make', finish="length"),
    "author: empty": lambda: reply("  "),
    "author: not_json": lambda: reply("Sure! Here is a nice conversation."),
    "author: wrong_shape": lambda: reply('{"turns": [{"user": "hello"}]}'),
    "author: 0 turns instead of": lambda: reply('{"turns": []}'),
    "author: server: status 503": lambda: failure(503),
    "grounded": "hm",
    "speaks_plainly": 'please recolor with {"intent": 1}',
    "in_language": "Bitte mach das Bild heller und entferne den Hund, danke",
}


@pytest.mark.parametrize("reason", BAD)
def test_every_fault_of_a_model_has_its_reason(reason: str, tmp_path: Path, lines: Lines, painted: Path) -> None:
    """Some tasks always go wrong; those before and after are fine."""
    bad = BAD[reason]
    faulty: set[str] = set()

    def script(ask: Asked) -> web.Response:
        task = ask.body["messages"][1]["content"]
        words = lines[task]
        if 8 <= ask.number < 12:
            faulty.add(task)
        if task in faulty:
            if not isinstance(bad, str):
                return bad()
            said = {"speaks_plainly": "user", "grounded": "user", "in_language": "reply"}[reason]
            words = [{**line, said: f"{line[said]} {bad}" if reason == "speaks_plainly" else bad} for line in words]
        return reply(json.dumps({"turns": words}))

    with serving(script) as server:
        plan = plan_for(server.url, repairs=0, fresh=0, pace={"tries": 2, "concurrency": 4})
        _, rows = written(plan, tmp_path, painted)
    told = [row["reason"] for row in rows if row["reason"]]
    assert len(rows) == 30 and sum(why.startswith(reason) for why in told) >= 2, told


def test_a_budget_stops_the_writing_and_the_next_run_goes_on(tmp_path: Path, lines: Lines, painted: Path) -> None:
    table = tmp_path / "prices.yaml"
    table.write_text("scripted: {prompt: 0, completion: 200000}\n")  # a dollar a call, 3.20 at most
    pace = {"prices": str(table), "concurrency": 8}
    with serving(perfect(lines)) as server:
        with pytest.raises(Refused, match=r"the budget of 9\.20 USD has no room for another call"):
            written(plan_for(server.url, max_tokens=16, pace=pace | {"budget": 9.2}), tmp_path, painted)
        assert len(server.asked) == 7
        model, rows = written(plan_for(server.url, max_tokens=16, pace=pace), tmp_path, painted)
        tasks = [task_of(ask) for ask in server.asked]
    assert len(rows) == 30 and sorted(set(tasks)) == sorted(tasks)
    assert model.record()["stages"]["dialogues"]["kept"] == 7
    assert (model.record()["usd"], model.record()["usd_before"]) == (23.0, 7.0)


def test_pace_is_no_part_of_a_plans_identity(tmp_path: Path) -> None:
    one, other = plan_for("http://a/v1"), plan_for("http://a/v1", pace={"concurrency": 2, "budget": 1.0})
    assert one.fingerprint == other.fingerprint != plan_for("http://a/v1", temperature=0.5).fingerprint


def test_a_model_that_sees_is_shown_the_picture(tmp_path: Path, lines: Lines, painted: Path) -> None:
    def script(ask: Asked) -> web.Response:
        text, picture = ask.body["messages"][1]["content"]
        shown.append(picture["image_url"]["url"][:23])
        return reply(json.dumps({"turns": lines[text["text"]]}))

    shown: list[str] = []
    with serving(script) as server:
        written(plan_for(server.url, sees=True), tmp_path, painted)
    assert shown == ["data:image/jpeg;base64,"] * 30


def test_templates_can_be_ones_own(tmp_path: Path, painted: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    (own / "dialogue.md").write_text("Write well.\n---\n{{ turns | length }} of {{ prompt }}")
    with serving(lambda ask: failure(401, ask.body["messages"][0]["content"])) as server:
        with pytest.raises(Refused, match="Write well"):
            written(plan_for(server.url, templates=str(own)), tmp_path, painted)
        (own / "dialogue.md").write_text("{{ no_such_thing }}")
        with pytest.raises(BadInput, match=r"dialogue\.md: is no template that can be filled: 'no_such_thing'"):
            written(plan_for(server.url, templates=str(own)), tmp_path, painted)


def test_the_key_is_in_nothing_that_a_run_writes(tmp_path: Path, lines: Lines) -> None:
    with serving(perfect(lines)) as server:
        build(plan_for(server.url), tmp_path, 2, Silent())
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_killed_in_the_middle_of_writing_it_goes_on_without_asking_twice(tmp_path: Path, lines: Lines) -> None:
    async def slowly(ask: Asked) -> web.Response:
        await asyncio.sleep(0.1)
        return reply(json.dumps({"turns": lines[task_of(ask)]}))

    with serving(slowly) as server:
        plan = tmp_path / "plan.yaml"
        plan.write_text(yaml.safe_dump(plan_for(server.url, pace={"concurrency": 2}).model_dump(mode="json")))
        command = [sys.executable, "-m", "flows", "build", str(plan), "--data", str(tmp_path / "data"), "--quiet"]
        first = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        while len(server.asked) < 12:
            assert first.poll() is None
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.wait()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        tasks = [task_of(ask) for ask in server.asked]
    assert len(tasks) - len(set(tasks)) <= 2


def test_what_is_kept_is_listed_and_forgotten_on_request(tmp_path: Path, lines: Lines, painted: Path) -> None:
    assert run("kept", "list", "--data", str(tmp_path)).stderr.endswith("no model's responses are kept there\n")
    with serving(perfect(lines)) as server:
        written(plan_for(server.url), tmp_path, painted)
    (line,) = run("kept", "list", "--data", str(tmp_path)).stdout.splitlines()[1:]
    assert line.split()[:3] == ["scripted", "dialogues", "30"]
    assert "say which to forget" in run("kept", "prune", "--data", str(tmp_path)).stderr
    assert run("kept", "prune", "--data", str(tmp_path), "--model", "other").stdout == "0 responses forgotten\n"
    assert run("kept", "prune", "--data", str(tmp_path), "--all").stdout == "30 responses forgotten\n"
