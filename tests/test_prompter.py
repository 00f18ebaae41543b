"""Seed prompts in a model's words, against a scripted server over real HTTP."""

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from flows.models import Model
from flows.plans import plan_of
from flows.progress import Silent
from flows.prompter import model_prompts
from flows.stages import prompts_part
from generators.prompts import categories, seed_prompts
from schemas.errors import Refused
from schemas.plan import Plan
from schemas.prompt import Prompt
from store.parts import Parts, read_records
from tests.conftest import small_plan
from tests.scripted import Asked, Script, reply, serving

COLOURS = ["red", "blue", "green", "yellow", "orange", "purple", "pink", "brown", "black", "white"]
PLACES = ["in a forest", "on a beach", "in a park", "in a kitchen", "on the moon", "in the desert"]


def answer(text: str, subject: list[str], **parts: str) -> dict[str, Any]:
    return {"prompt": text, "subject": subject, **dict.fromkeys(("setting", "lighting", "style", "mood"), ""), **parts}


def original(ask: Asked) -> dict[str, Any]:
    """A prompt that hangs on the task and its seed, so that a fresh attempt is another."""
    task = ask.body["messages"][1]["content"]
    (things,) = re.findall(r"as the subject: (.+)", task)
    noun, n = things.split(", ")[0], ask.body["seed"]
    one = f"a {COLOURS[n % 10]} umbrella, a {COLOURS[n // 10 % 10]} {noun}"
    place = PLACES[n // 100 % 6]
    return answer(f"{one} {place}, gloomy", one.split(", "), setting=place, mood="gloomy")


def plan_for(url: str, count: int = 16, **author: Any) -> Plan:
    fields = small_plan().model_dump(mode="json")
    fields["prompts"] = {"count": count}
    fields["author"] = {"kind": "openai", "model": "scripted", "base_url": url, "pace": {"tries": 2}, **author}
    return plan_of(fields, "plan")


def prompts(script: Script, tmp_path: Path, count: int = 16, **author: Any) -> tuple[list[Prompt], int]:
    with serving(script) as server:
        plan = plan_for(server.url, count, **author)
        with closing(Model(plan.author, plan.seed, tmp_path, Silent())) as model:
            return model_prompts(plan, model), len(server.asked)


def test_each_category_has_its_share_of_prompts_that_can_be_painted(tmp_path: Path) -> None:
    made, calls = prompts(lambda ask: reply(json.dumps(original(ask))), tmp_path, count=16)
    assert len(made) == 16 == len({prompt.id for prompt in made}) and calls >= 16
    counts = [sum(prompt.category == category for prompt in made) for category in categories()]
    assert max(counts) - min(counts) <= 1
    for prompt in made:
        assert prompt.author == "scripted" and prompt.parts["mood"] == "gloomy"
        assert prompt.parts["setting"] and "umbrella" in prompt.parts["subject"]


def test_who_asks_first_makes_no_difference(tmp_path: Path) -> None:
    one, _ = prompts(lambda ask: reply(json.dumps(original(ask))), tmp_path / "a", pace={"concurrency": 1})
    many, _ = prompts(lambda ask: reply(json.dumps(original(ask))), tmp_path / "b", pace={"concurrency": 16})
    assert one == many


FAULTS: dict[str, dict[str, Any]] = {
    "cannot be painted; choose from the list": answer("a carburettor on a beach", ["a carburettor"]),
    "does not stand in the prompt in these words": answer("a fox on a beach", ["two foxes"]),
    "names more than 6 things": answer("six foxes and five cows on a beach", ["six foxes", "five cows"]),
    "names nothing that can be painted": answer("pure joy", []),
    "reads as German": answer("ein Fuchs und das Haus mit dem Hund", []),
    "author: wrong_shape": {"prompt": "a fox on a beach", "subject": "fox"},
    "letters, between 3 and 300": answer("a", []),
}


@pytest.mark.parametrize("told", FAULTS)
def test_a_prompt_that_will_not_do_goes_back_with_the_reason(told: str, tmp_path: Path) -> None:
    def script(ask: Asked) -> web.Response:
        if len(ask.body["messages"]) > 2:
            problems.append(ask.body["messages"][-1]["content"])
            return reply(json.dumps(original(ask)))
        return reply(json.dumps(FAULTS[told]))

    problems: list[str] = []
    made, _ = prompts(script, tmp_path, count=4)
    assert len(made) == 4 and len(problems) >= 4 and all(told in problem for problem in problems)


def test_a_model_that_always_says_the_same_is_given_up_with_the_reason(tmp_path: Path) -> None:
    same = answer("a fox on a beach", ["a fox"])
    with serving(lambda _: reply(json.dumps(same))) as server:
        plan = plan_for(server.url, count=4).model_copy(update={"attempts": 2})
        told = r"3 of 4 prompts are still open after 2 attempts: much like another \(6\)"
        with closing(Model(plan.author, plan.seed, tmp_path, Silent())) as model, pytest.raises(Refused, match=told):
            model_prompts(plan, model)


def test_the_part_hangs_on_the_model_and_its_templates_and_not_on_the_bank(tmp_path: Path) -> None:
    with serving(lambda ask: reply(json.dumps(original(ask)))) as server:
        plan = plan_for(server.url, count=4)
        with closing(Model(plan.author, plan.seed, tmp_path, Silent())) as model:
            first = prompts_part(Parts(tmp_path / "parts"), plan, model)
            assert prompts_part(Parts(tmp_path / "parts"), plan, None) == first
    assert {prompt.author for prompt in read_records(first, Prompt)} == {"scripted"}
    warmer = plan_for("http://127.0.0.1:9/v1", count=4, temperature=0.3)
    cold = plan_for("http://127.0.0.1:9/v1", count=4, writes=["dialogues"])
    parts = Parts(tmp_path / "parts")
    gone = pytest.raises(Refused, match="does not answer")
    with closing(Model(warmer.author, warmer.seed, tmp_path, Silent())) as model, gone:
        prompts_part(parts, warmer, model)
    assert read_records(prompts_part(parts, cold, None), Prompt) == seed_prompts(cold)
