"""Draws from a server that holds a run, on the tiny release against a scripted server over real HTTP."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from aiohttp import web
from click.testing import CliRunner

from schemas.answer import Answer, Call
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.plan import Pace
from schemas.training import Sampling, Sft
from store.release import Outcome
from tests.scripted import Asked as Request
from tests.scripted import failure, reply, serving
from train.asking import Asked
from train.conversation import messages
from train.record import Base, Run, Source, write_run
from train.release import Release
from train.sample import SEEDS, contexts_of, sample
from train.sample import main as sample_command
from train.served import served_draw

SETTINGS = Sampling(limit=12, temperature=0.8, top_p=0.9, longest=77, seed=5)
HASTY = Pace(tries=1, timeout=5.0, concurrency=1)


@pytest.fixture(scope="module")
def release(tiny: Outcome) -> Release:
    return Release.read(tiny.folder)


@pytest.fixture(scope="module")
def contexts(release: Release) -> list[Asked]:
    return list(contexts_of(release, SETTINGS, sees=False))


def answer(ask: Request) -> str:
    """Another one for each seed, as a model at work gives them."""
    reply = f"Draw {ask.body['seed'] % 97}."
    return Answer(call=Call(intent="chat", parameters={}), reply=reply).text


def telling(text: str, logprobs: Sequence[float | None]) -> web.Response:
    body = json.loads(reply(text, tokens=(10, len(logprobs))).text or "")
    told = [{"token": "x", "logprob": one, "top_logprobs": [{"token": "x", "logprob": one}]} for one in logprobs]
    body["choices"][0]["logprobs"] = {"content": told}
    return web.json_response(body)


def test_a_run_is_asked_with_the_words_it_was_trained_with_and_a_seed_of_its_own(
    contexts: list[Asked], tmp_path: Path
) -> None:
    with serving(lambda ask: reply(answer(ask))) as server:
        draw = served_draw(server.url, "sft", SETTINGS, tmp_path / "kept.sqlite")
        found = [dict(draw(contexts, number)) for number in (0, 1)]
    assert [each.keys() for each in found] == [{each.place for each in contexts}] * 2
    asked = {(json.dumps(each.body["messages"]), each.body["seed"]): each.body for each in server.asked}
    for one in contexts:
        for number in (0, 1):
            seed = keyed(SETTINGS.seed, "draw", one.dialogue_id, one.turn, number).randrange(SEEDS)
            body = asked[json.dumps(messages(one.talk, sees=False)), seed]
            assert (body["model"], body["temperature"], body["top_p"], body["max_tokens"]) == ("sft", 0.8, 0.9, 77)
            assert body["logprobs"] is True and "response_format" not in body
            assert f"Draw {seed % 97}." in found[number][one.place].text


@pytest.mark.parametrize(
    ("script", "logprob", "tokens"),
    [
        (lambda ask: telling(answer(ask), [-0.5, -0.25, -1.0]), -1.75, 3),
        (lambda ask: telling(answer(ask), [-0.5, None]), None, 2),
        (lambda ask: reply(answer(ask)), None, 5),
    ],
    ids=["told", "told in part", "not told"],
)
def test_the_log_probability_is_that_of_all_tokens_or_nothing(
    script: Callable[[Request], web.Response], logprob: float | None, tokens: int, contexts: list[Asked], tmp_path: Path
) -> None:
    with serving(script) as server:
        ((_, drawn),) = served_draw(server.url, "sft", SETTINGS, tmp_path / "kept.sqlite")(contexts[:1], 0)
    assert (drawn.logprob, drawn.tokens) == (logprob, tokens)


def test_sampling_goes_on_where_the_server_left_it_and_asks_nothing_twice(release: Release, tmp_path: Path) -> None:
    def flaky(ask: Request) -> web.Response:
        return failure(500) if ask.number == 7 else telling(answer(ask), [-0.5])

    def drawn(url: str, out: Path) -> Path:
        draw = served_draw(url, "sft", SETTINGS, out / "responses.sqlite", HASTY)
        return sample(release, SETTINGS, "sft@1", draw, out, sees=False).path

    with serving(flaky) as server:
        with pytest.raises(
            Refused, match=r"turn \d+: http://.* gave no answer \(status 500 after 1 tries\); run again"
        ):
            drawn(server.url, tmp_path / "stopped")
        before = len(server.asked)
        path = drawn(server.url, tmp_path / "stopped")
        seeds = [each.body["seed"] for each in server.asked]
        again = len(seeds) - len(set(seeds))
        assert before < len(seeds) and 1 <= again <= 2  # the one that failed, and one that was under way
        asked = len(server.asked)
        assert drawn(server.url, tmp_path / "stopped") == path and len(server.asked) == asked
        never_stopped = drawn(server.url, tmp_path / "whole")
    assert pq.read_table(path).equals(pq.read_table(never_stopped))
    assert {row["logprob"] for row in pq.read_table(path).to_pylist()} == {-0.5}


def test_the_command_asks_the_server_by_the_name_it_has_there(release: Release, tmp_path: Path) -> None:
    base = Base(name="packaged", fingerprint="0" * 64)
    run = Run(method="sft", base=base, release=Source.of(release.manifest), settings=Sft(), device="a CPU",
              dtype="float32", versions={}, rows=1, tokens=1, taught=1, finished=True)  # fmt: skip
    write_run(tmp_path / "sft", run)
    words = [str(release.folder), "--adapter", str(tmp_path / "sft"), "--limit", "4", "--served-model", "mine"]
    with serving(lambda ask: reply(answer(ask))) as server:
        done = CliRunner().invoke(sample_command, [*words, "--served", server.url])
    assert done.exit_code == 0, done.output
    assert "8 answers to 4 contexts" in done.output
    assert {each.body["model"] for each in server.asked} == {"mine"}
    rows = pq.read_table(tmp_path / "sft" / "samples.parquet").to_pylist()
    assert {row["source"] for row in rows} == {f"sft@{run.fingerprint[:8]}"}
    assert {row["logprob"] for row in rows} == {None}
