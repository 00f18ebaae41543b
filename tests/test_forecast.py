"""What a plan will cost, reckoned from a sample that a scripted server answers."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from flows.build import build
from flows.forecast import forecast_text
from flows.progress import Silent
from schemas.errors import Refused
from tests.conftest import small_plan
from tests.scripted import Asked, failure, reply, serving
from tests.test_scribe import Lines, key, lines, perfect, plan_for, task_of  # noqa: F401


def prices(tmp_path: Path, entry: str) -> dict[str, Any]:
    path = tmp_path / "prices.yaml"
    path.write_text(f"scripted: {entry}\n")
    return {"prices": str(path), "concurrency": 4}


def test_the_sample_tells_the_whole_and_is_not_paid_for_again(tmp_path: Path, lines: Lines) -> None:  # noqa: F811
    pace = prices(tmp_path, "{prompt: 100000, completion: 100000}")  # 15 tokens, 1.50 USD a call
    with serving(perfect(lines)) as server:
        plan = plan_for(server.url, pace=pace)
        text = forecast_text(plan, tmp_path / "data", 10, Silent())
        assert len(server.asked) == 10
        assert "10 of 10 passed" in text
        assert "30 wanted: calls 30 ± 0, tokens in 300 ± 0, out 150 ± 0" in text
        assert "45.00 ± 0.00 USD; 0.0 h with 4 calls at a time" in text
        assert "10 calls, 0 from what was kept, 15.0000 USD; it is kept for the build" in text
        assert (
            forecast_text(plan, tmp_path / "data", 10, Silent(), offline=True).splitlines()[:4] == text.splitlines()[:4]
        )
        build(plan, tmp_path / "data", 2, Silent())
        tasks = [task_of(ask) for ask in server.asked]
    assert len(tasks) == len(set(tasks))


def test_repairs_and_rejects_are_reckoned_in(tmp_path: Path, lines: Lines) -> None:  # noqa: F811
    """Each second task needs two calls, and each third never comes good: what the build then takes is told."""

    def script(ask: Asked) -> web.Response:
        task = task_of(ask)
        known = sorted(lines).index(task)
        if known % 3 == 0 or (known % 2 == 0 and len(ask.body["messages"]) == 2):
            return reply('{"turns": []}')
        return reply(json.dumps({"turns": lines[task]}))

    with serving(script) as server:
        plan = plan_for(server.url, repairs=1, fresh=0)
        text = forecast_text(plan, tmp_path / "one", 24, Silent())
        sampled = len(server.asked)
        build(plan, tmp_path / "two", 2, Silent())
        real = len(server.asked) - sampled
    found = re.search(r"calls (\d+) ± (\d+)", text)
    assert found and "author" in text and "no price is known" in text
    assert abs(int(found[1]) - real) <= max(15, 2 * int(found[2])), text


def test_limits_by_the_minute_tell_how_long_it_takes(tmp_path: Path, lines: Lines) -> None:  # noqa: F811
    with serving(perfect(lines)) as server:
        plan = plan_for(server.url, pace={"per_minute": 6_000.0, "tokens_per_minute": 100_000.0})
        slow = plan.model_copy(
            update={
                "author": plan.author.model_copy(
                    update={"pace": plan.author.pace.model_copy(update={"per_minute": 5.0})}
                )
            }
        )
        assert "0.0 h" in forecast_text(plan, tmp_path, 4, Silent())
        assert "0.1 h" in forecast_text(slow, tmp_path, 4, Silent(), offline=True)


def test_a_sample_of_which_nothing_passes_tells_why(tmp_path: Path) -> None:
    with serving(lambda _: reply("no")) as server:
        plan = plan_for(server.url, repairs=0, fresh=0)
        with pytest.raises(Refused, match=r"not one of 5 dialogues of the sample passed: author \(5\)"):
            forecast_text(plan, tmp_path, 5, Silent())
    with serving(lambda _: failure(401, "who are you")) as server, pytest.raises(Refused, match="who are you"):
        forecast_text(plan_for(server.url), tmp_path, 5, Silent())


def test_the_embedded_author_needs_none(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the embedded author costs nothing"):
        forecast_text(small_plan(), tmp_path, 5, Silent())
