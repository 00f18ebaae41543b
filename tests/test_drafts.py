"""Phrase banks and cards that a model drafts, against a scripted server over real HTTP."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from flows.build import build
from flows.plans import plan_of
from flows.progress import Silent
from generators.cards import read_cards
from schemas.row import dialogue_of
from tests.conftest import small_plan
from tests.scripted import Asked, reply, serving
from tests.test_cli import run
from tests.test_own_skills import GLITTER

CARD = GLITTER | {"inputs": GLITTER["inputs"][:3]}  # type: ignore[index]
WORDS = [
    "scatter",
    "strew",
    "sprinkle",
    "dust",
    "shower",
    "powder",
    "bathe",
    "drench",
    "cover",
    "coat",
    "line",
    "trim",
    "edge",
    "dot",
    "fleck",
    "speckle",
    "sparkle",
    "dress",
    "deck",
    "adorn",
]


def bank_writer(ask: Asked) -> web.Response:
    """Twelve entries that keep the rules, other ones for each task."""
    system, task = (message["content"] for message in ask.body["messages"][:2])
    assert "glitter" not in system and "Strews glitter" in task
    wanted = re.search(r"Write 12 ([a-z]+)", task)
    assert wanted
    kind, salt = wanted[1], ask.body["seed"] % 9973
    if kind == "half":
        (name,) = re.findall(r"\{(\w+)\}, always", task)
        entries = [f"with {word} {{{name}}}" for word in WORDS[:12]]
    elif kind == "answers":
        entries = [f"{word.capitalize()}ed {{object}} for you." for word in WORDS[:12]]
    else:
        entries = [f"{kind} {salt} {word} {{object}} with sparkles" for word in WORDS[:12]]
    return reply(json.dumps({"entries": entries}))


def cards_file(tmp_path: Path) -> Path:
    path = tmp_path / "cards.yaml"
    path.write_text(yaml.safe_dump(CARD))
    return path


def phrase(tmp_path: Path, url: str, *more: str) -> Any:
    out = tmp_path / "glitter.yaml"
    return run("skills", "phrase", "glitter", "--cards", str(cards_file(tmp_path)), "--model", "scripted", "--base-url",
               url, "--data", str(tmp_path / "data"), "--out", str(out), *more)  # fmt: skip


def test_a_skill_of_ones_own_speaks_from_a_drafted_bank(tmp_path: Path) -> None:
    with serving(bank_writer) as server:
        done = phrase(tmp_path, server.url)
    assert done.returncode == 0, done.stderr
    assert "glitter.yaml: 60 constructions, 12 replies; 8 calls, 0 from what was kept" in done.stdout
    text = (tmp_path / "glitter.yaml").read_text()
    assert text.startswith("# Phrases drafted by scripted: read it before you build with it.\nskill: glitter\n")
    fields = small_plan().model_dump(mode="json")
    fields["skills"] = {"cards": [str(tmp_path / "cards.yaml")], "banks": [str(tmp_path / "glitter.yaml")]}
    fields["dialogues"]["mix"] = {"text_to_image": 1, "glitter": 3, "vqa": 1}
    fields["renderer"]["unpainted"] = "no_picture"
    outcome = build(plan_of(fields, "plan"), tmp_path / "data", 2, Silent())
    import pyarrow.parquet as pq

    rows = [row for path in sorted(outcome.folder.glob("*/*.parquet")) for row in pq.read_table(path).to_pylist()]
    turns = [turn for row in rows for turn in dialogue_of(row).turns if turn.call.intent == "glitter"]
    assert len(turns) >= 10 and all((turn.construction or "").startswith("glitter/") for turn in turns)
    assert any("sparkles" in turn.user for turn in turns)


def test_drafting_again_asks_nothing_again(tmp_path: Path) -> None:
    with serving(bank_writer) as server:
        phrase(tmp_path, server.url)
        first, asked = (tmp_path / "glitter.yaml").read_text(), len(server.asked)
        again = phrase(tmp_path, server.url)
    assert len(server.asked) == asked and "0 calls, 8 from what was kept" in again.stdout
    assert (tmp_path / "glitter.yaml").read_text() == first
    assert phrase(tmp_path, "http://127.0.0.1:9/v1", "--offline").returncode == 0


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("make it glitter", "leaves out {object}"),
        ("cover the {object} in glitter", "has 'the' before {object}"),
        ("please cover {object}", "has a please"),
        ("cover {object} in {colour}", "has a slot {colour}"),
        ("[cover|coat] {object}", "has brackets"),
        ("bitte streue das auf {object} und mach es", "reads as German"),
    ],
)
def test_what_breaks_a_rule_goes_back_with_it(entry: str, told: str, tmp_path: Path) -> None:
    def script(ask: Asked) -> web.Response:
        if len(ask.body["messages"]) > 2:
            problems.append(ask.body["messages"][-1]["content"])
            return bank_writer(ask)
        task = ask.body["messages"][1]["content"]
        if "Write 12 orders" in task:
            return reply(json.dumps({"entries": [f"{entry} {word}" for word in WORDS[:12]]}))
        return bank_writer(ask)

    problems: list[str] = []
    with serving(script) as server:
        done = phrase(tmp_path, server.url)
    assert done.returncode == 0, done.stderr
    assert problems and all(told in problem for problem in problems)
    assert entry not in (tmp_path / "glitter.yaml").read_text()


def test_a_model_that_cannot_leaves_no_file(tmp_path: Path) -> None:
    with serving(lambda _: reply("I have no idea.")) as server:
        done = phrase(tmp_path, server.url)
    assert done.returncode == 1 and not (tmp_path / "glitter.yaml").exists()
    assert "scripted found 0 constructions for 'glitter', 60 were asked for" in done.stderr
    assert "author: not_json" in done.stderr


def describe(tmp_path: Path, url: str, rows: list[object]) -> Any:
    pages = tmp_path / "pages.jsonl"
    pages.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return run("skills", "describe", str(pages), "--model", "scripted", "--base-url", url,
               "--data", str(tmp_path / "data"), "--out", str(tmp_path / "made.yaml"))  # fmt: skip


RAIN = {
    "id": "add_rain", "name": "Add rain", "type": "edit",
    "description": "Lets it rain in the picture. Not for other changes of light (relight).",
    "inputs": [{"name": "strength", "type": "choice", "required": False, "description": "How hard it rains.",
                "choices": ["drizzle", "downpour"], "minimum": None, "maximum": None, "unit": None, "examples": []}],
}  # fmt: skip


def test_a_page_becomes_a_card(tmp_path: Path) -> None:
    def script(ask: Asked) -> web.Response:
        task = ask.body["messages"][1]["content"]
        assert "Title: RainMaker v2" in task and "- relight: " in task
        taken = {**RAIN, "id": "relight"} if len(ask.body["messages"]) == 2 else RAIN
        return reply(json.dumps(taken))

    with serving(script) as server:
        done = describe(tmp_path, server.url, [{"title": "RainMaker v2", "text": "The best rain on the market!"}])
    assert done.returncode == 0, done.stderr
    assert "made.yaml: 1 of 1 pages have a card; 2 calls" in done.stdout
    (card,) = read_cards(tmp_path / "made.yaml")
    assert card.id == "add_rain" and card.inputs[0].choices == ("drizzle", "downpour")
    assert run("skills", "check", str(tmp_path / "made.yaml")).returncode == 0


def test_pages_without_a_card_are_named_and_the_others_kept(tmp_path: Path) -> None:
    def script(ask: Asked) -> web.Response:
        return reply(json.dumps(RAIN if "Rain" in ask.body["messages"][1]["content"] else {**RAIN, "description": "x"}))

    rows: list[object] = [{"title": "Rain", "text": "rain"}, {"title": "Fog", "text": "fog"}]
    with serving(script) as server:
        done = describe(tmp_path, server.url, rows)
    assert done.returncode == 1 and "made.yaml: 1 of 2 pages have a card" in done.stdout
    assert "pages.jsonl, line 2: 'Fog': card: description" in done.stderr


@pytest.mark.parametrize("row", [{"title": "Rain"}, {"title": " ", "text": "x"}, ["Rain"], {"title": 1, "text": "x"}])
def test_a_page_that_is_none_is_named_by_its_line(row: object, tmp_path: Path) -> None:
    done = describe(tmp_path, "http://127.0.0.1:9/v1", [{"title": "Rain", "text": "rain"}, row])
    assert done.returncode == 1 and "line 2: a page has title and text, nothing else" in done.stderr
