"""Scoring systems by the pictures their calls make: tables, resuming, models that see, encoders, bad input."""

import io
import json
from collections.abc import Callable, Sequence
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from aiohttp import web
from click.testing import CliRunner
from PIL import Image

from evaluation.metrics.colour_edges import NAME, colour_and_edges
from evaluation.spread import unit
from flows.items import dialogues
from flows.progress import Silent
from flows.scoring.command import score_command
from flows.scoring.how import How
from flows.scoring.judges import Look, by_first_token
from flows.scoring.score import score
from schemas.answer import Answer, Call
from schemas.errors import BadInput, Refused
from schemas.prediction import Prediction
from store.release import Outcome
from tests.scripted import Asked, reply, serving

Change = Callable[[int, Answer], str]


def gold(_: int, answer: Answer) -> str:
    return answer.text


def refuses(_: int, answer: Answer) -> str:
    return Answer(call=Call(intent="chat"), reply="No.").text


def blue(_: int, answer: Answer) -> str:
    """Right but for all colours, and for whatever talks."""
    parameters = {n: "blue" if n == "colour" else v for n, v in answer.call.parameters.items()}
    return Answer(call=Call(intent=answer.call.intent, parameters=parameters), reply="Blue.").text


def predict(path: Path, release: Path, change: Change, source: str) -> Path:
    lines = []
    for dialogue in dialogues(release, "test"):
        for n, turn in enumerate(dialogue.turns):
            text = change(len(lines), turn.answer)
            lines.append(Prediction(dialogue_id=dialogue.id, turn=n, source=source, text=text).to_json())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def marks(out: Path, system: str, metric: str) -> list[float]:
    rows = pq.read_table(out / "marks.parquet").to_pylist()
    return [row["value"] for row in rows if (row["system"], row["metric"]) == (system, metric)]


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_labels_are_on_top_and_who_refuses_all_has_nothing(tiny: Outcome, tmp_path: Path) -> None:
    given = [predict(tmp_path / "a.jsonl", tiny.folder, gold, "gold"),
             predict(tmp_path / "b.jsonl", tiny.folder, blue, "all blue"),
             predict(tmp_path / "c.jsonl", tiny.folder, refuses, "refuses")]  # fmt: skip
    told = score(tiny.folder, given, tmp_path / "out", How(), Silent())
    assert told == (tmp_path / "out" / "table.md").read_text(encoding="utf-8")
    assert told.index("| labels ") < told.index("| gold ") < told.index("| all-blue ") < told.index("| refuses ")
    for metric in ("scene", "strict"):
        assert set(marks(tmp_path / "out", "labels", metric)) == {1.0}
        assert marks(tmp_path / "out", "gold", metric) == marks(tmp_path / "out", "labels", metric)
    for metric in ("scene", "strict", "likeness", "iec"):
        assert set(marks(tmp_path / "out", "refuses", metric)) == {0.0}
    assert 0 < np.mean(marks(tmp_path / "out", "all-blue", "strict")) < 1
    rounds = len(marks(tmp_path / "out", "labels", "scene"))
    assert next(line for line in told.splitlines() if line.startswith("| draws_nothing")).split()[-2] == str(rounds)
    assert NAME in told and "CLIP similarity" not in told
    assert "## Systems compared" in told and "### IEC by phenomenon" in told


def test_pictures_of_labels_are_the_releases_own(tiny: Outcome, tmp_path: Path) -> None:
    score(tiny.folder, [], tmp_path, How(), Silent())
    own = {image.sha256 for dialogue in dialogues(tiny.folder, "test") for image in dialogue.images}
    rows = pq.read_table(tmp_path / "labels" / "pictures.parquet").to_pylist()
    assert rows and all(row["sha256"] in own and row["reason"] == "" for row in rows)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no JSON at all", "no_answer"),
        ('{"intent": "recolor", "parameters": {"object": 1e999, "colour": "red"}, "reply": "x"}', "unfit"),
        ('{"intent": "adjust", "parameters": {"property": "blur", "direction": "more", "amount": NaN}, "reply": "x"}', "unfit"),
        ('{"intent": "fly", "parameters": {}, "reply": "x"}', "unfit"),
        ('{"intent": "\\udfff", "parameters": {"\\ud800": "x"}, "reply": "x"}', "unfit"),
        ('{"intent": "add_text", "parameters": {"text": "\\ud800"}, "reply": "x"}', "unfit"),
        ('{"intent": "anime", "parameters": {"image": "image_99"}, "reply": "x"}', "no_such_picture"),
        ('{"intent": "anime", "parameters": {"image": "\\ud800"}, "reply": "x"}', "unfit"),
    ],
)  # fmt: skip
def test_whatever_a_model_says_is_a_row_with_a_reason(tiny: Outcome, tmp_path: Path, text: str, reason: str) -> None:
    given = predict(tmp_path / "p.jsonl", tiny.folder, lambda n, answer: text, "m")
    score(tiny.folder, [given], tmp_path / "out", How(limit=2), Silent())
    rows = pq.read_table(tmp_path / "out" / "m" / "pictures.parquet").to_pylist()
    assert rows and {(row["reason"], row["sha256"]) for row in rows} == {(reason, None)}
    assert all(row["told"] for row in rows) and set(marks(tmp_path / "out", "m", "iec")) == {0.0}


def test_a_system_that_is_there_is_not_painted_again(tiny: Outcome, tmp_path: Path) -> None:
    out, path = tmp_path / "out", tmp_path / "p.jsonl"
    given = [predict(path, tiny.folder, gold, "m")]
    score(tiny.folder, given, out, How(limit=4), Silent())
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*.parquet") if p.parent != out}
    score(tiny.folder, given, out, How(limit=4), Silent())
    assert before == {p: p.stat().st_mtime_ns for p in before}
    predict(path, tiny.folder, refuses, "m")
    score(tiny.folder, given, out, How(limit=4), Silent())
    changed = {str(p.relative_to(out)) for p, when in before.items() if p.stat().st_mtime_ns != when}
    assert changed == {"m/pictures.parquet", "m/vectors.parquet"}


class Stops(Silent):
    """Ctrl-C at the so manieth sign of progress."""

    def __init__(self, after: int) -> None:
        self.left = after

    def advance(self, done: int, note: str = "") -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_resuming_equals_never_having_stopped(tiny: Outcome, tmp_path: Path, after: int) -> None:
    given = [predict(tmp_path / "p.jsonl", tiny.folder, blue, "m")]
    score(tiny.folder, given, tmp_path / "whole", How(limit=4), Silent())
    with pytest.raises(KeyboardInterrupt):
        score(tiny.folder, given, tmp_path / "stopped", How(limit=4), Stops(after))
    assert not (tmp_path / "stopped" / "table.md").exists()
    score(tiny.folder, given, tmp_path / "stopped", How(limit=4), Silent())
    assert files(tmp_path / "stopped") == files(tmp_path / "whole")


def test_more_workers_leave_no_trace(tiny: Outcome, tmp_path: Path) -> None:
    score(tiny.folder, [], tmp_path / "one", How(split="sft"), Silent())
    score(tiny.folder, [], tmp_path / "two", How(split="sft", workers=2), Silent())
    assert files(tmp_path / "one") == files(tmp_path / "two")


def spoilt(lines: list[dict[str, Any]]) -> dict[str, tuple[list[Any], str]]:
    first = lines[0]
    name = first["dialogue_id"]
    return {
        "no line": ([], "holds no prediction"),
        "not JSON": (["{", *lines], "line 1: is not JSON"),
        "not an object": ([*lines, ["x"]], f"line {len(lines) + 1}: "),
        "a field missing": ([{k: v for k, v in first.items() if k != "text"}], "line 1: 'text' is missing"),
        "a field misspelt": ([first | {"txt": "x"}], "line 1: unknown key 'txt' (did you mean 'text'?)"),
        "a turn of no dialogue": ([first | {"dialogue_id": "p"}], "line 1: the split has no turn 0 of 'p'"),
        "a turn too many": ([first | {"turn": 99}], f"line 1: the split has no turn 99 of '{name}'"),
        "a turn below nought": ([first | {"turn": -1}], "line 1: turn: "),
        "a turn twice": ([*lines, first], f"line {len(lines) + 1}: a second prediction for turn 0 of '{name}'"),
        "a turn missing": (lines[1:], f"1 of {len(lines)} turns have no prediction, first turn 0 of '{name}'"),
        "two systems": ([*lines[1:], first | {"source": "b"}], "holds predictions of 'b', 'm': give each a file"),
        "the labels' name": ([x | {"source": "labels"} for x in lines], "the source 'labels' cannot name a system"),
        "a name of signs": ([x | {"source": "…"} for x in lines], "the source '…' cannot name a system"),
    }


@pytest.mark.parametrize("case", spoilt([{"dialogue_id": ""}]))
def test_bad_predictions_are_one_line_that_names_file_and_line(tiny: Outcome, tmp_path: Path, case: str) -> None:
    path = predict(tmp_path / "p.jsonl", tiny.folder, gold, "m")
    rows, words = spoilt([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])[case]
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows), encoding="utf-8")
    with pytest.raises(BadInput) as error:
        score(tiny.folder, [path], tmp_path / "out", How(), Silent())
    assert str(error.value).startswith(str(path)) and words in str(error.value) and "\n" not in str(error.value)


def test_one_system_twice_is_refused(tiny: Outcome, tmp_path: Path) -> None:
    given = [predict(tmp_path / name, tiny.folder, gold, "m") for name in ("a.jsonl", "b.jsonl")]
    with pytest.raises(BadInput, match=r"b\.jsonl: is of the system 'm', as .*a\.jsonl is: give each once"):
        score(tiny.folder, given, tmp_path / "out", How(), Silent())


def weighed(yes: float) -> web.Response:
    chances = [{"token": "Yes", "logprob": log(yes)}, {"token": "No", "logprob": log(1 - yes)}]
    choice = {"index": 0, "message": {"role": "assistant", "content": "Yes"}, "finish_reason": "length",
              "logprobs": {"content": [chances[0] | {"top_logprobs": chances}]}}  # fmt: skip
    return web.json_response({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 1}})


def test_a_model_that_sees_is_asked_about_each_picture_once(tiny: Outcome, tmp_path: Path) -> None:
    given = [predict(tmp_path / "a.jsonl", tiny.folder, refuses, "refuses")]
    out, data = tmp_path / "out", tmp_path / "data"
    with serving(lambda ask: weighed(0.8)) as server:
        how = How(limit=4, scorer="seer", base_url=server.url, data=data)
        told = score(tiny.folder, given, out, how, Silent())
        asked = [ask.body for ask in server.asked]
    assert marks(out, "labels", "model") == pytest.approx([0.8] * len(marks(out, "labels", "scene")))
    assert set(marks(out, "refuses", "model")) == {0.0} and "VQA (seer)" in told
    assert all(body["logprobs"] is True and body["top_logprobs"] == 20 and body["max_tokens"] == 1 for body in asked)
    assert asked[0]["messages"][0]["content"][0]["text"].startswith('Does this figure show "')
    assert asked[0]["messages"][0]["content"][1]["image_url"]["url"].startswith("data:image/")
    assert len({json.dumps(body) for body in asked}) == len(asked)
    score(tiny.folder, given, tmp_path / "again", how._replace(offline=True), Silent())
    assert files(tmp_path / "again") == files(out)


def test_an_author_model_describes_what_the_picture_should_show(tiny: Outcome, tmp_path: Path) -> None:
    def script(ask: Asked) -> web.Response:
        return reply("a fox, as told") if ask.body["model"] == "teller" else weighed(0.5)

    with serving(script) as server:
        how = How(limit=3, scorer="seer", author="teller", base_url=server.url, data=tmp_path / "data")
        told = score(tiny.folder, [], tmp_path / "out", how, Silent())
        questions = [ask.prompt for ask in server.asked if ask.body["model"] == "seer"]
    assert questions and all(question.startswith('Does this figure show "a fox, as told"?') for question in questions)
    assert "described by teller" in told


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (lambda ask: reply("Yes"), "tells no log-probabilities, so there is no P"),
        (
            lambda ask: web.json_response({"error": {"message": "no pictures"}}, status=400),
            "seer, vqa: refused_by_server: 400: .*no pictures; what it answered is kept, run it again",
        ),
    ],
)
def test_a_model_that_cannot_judge_is_one_clear_line(
    tiny: Outcome, tmp_path: Path, script: Callable[[Asked], web.Response], words: str
) -> None:
    with serving(script) as server:
        how = How(limit=1, scorer="seer", base_url=server.url, data=tmp_path / "data")
        with pytest.raises(Refused, match=words):
            score(tiny.folder, [], tmp_path / "out", how, Silent())


def test_a_judge_reads_the_first_token_in_any_spelling() -> None:
    def alternatives(picture: bytes, text: str) -> Sequence[tuple[str, float]]:
        assert text == 'Does this figure show "a fox"? Please answer yes or no.'
        return [(" yes", log(0.5)), ("Yes", log(0.25)), ("No", log(0.2))] if picture == b"fox" else [("no", log(0.9))]

    looks = [Look("1", b"fox", ("a fox",)), Look("2", b"dog", ("a fox",))]
    found = by_first_token(alternatives, Silent())(looks, 2)
    assert found == {("1", "a fox"): pytest.approx(0.75), ("2", "a fox"): pytest.approx(0.1)}


def test_a_clip_of_transformers_is_called_so(tiny: Outcome, tmp_path: Path) -> None:
    """One of random weights, so what it says means nothing; it is loaded and run as a real one is."""
    transformers = pytest.importorskip("transformers")
    sides = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.CLIPConfig(
        text_config={**sides, "vocab_size": 50}, vision_config={**sides, "image_size": 32, "patch_size": 16}, projection_dim=8
    )  # fmt: skip
    transformers.CLIPModel(config).save_pretrained(tmp_path / "clip")
    size = {"crop_size": {"height": 32, "width": 32}, "size": {"shortest_edge": 32}}
    transformers.CLIPImageProcessor(**size).save_pretrained(tmp_path / "clip")
    how = How(limit=4, encoder=str(tmp_path / "clip"))
    told = score(tiny.folder, [], tmp_path / "out", how, Silent())
    assert "CLIP similarity" in told and NAME not in told and marks(tmp_path / "out", "labels", "clip")


def test_an_encoder_that_is_not_there_is_one_clear_line(tiny: Outcome, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(BadInput, match="is no CLIP that can be loaded") as error:
        score(tiny.folder, [], tmp_path / "out", How(encoder=str(tmp_path / "nothing")), Silent())
    assert "\n" not in str(error.value)


def plain(colour: str, mode: str = "RGB", half: str | None = None) -> bytes:
    image = Image.new(mode, (96, 64), colour)
    if half:
        image.paste(Image.new(mode, (48, 64), half), (0, 0))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        (plain("red"), plain("red"), 1, 1),
        (plain("red"), plain("blue"), 0, 0),
        (plain("red", half="blue"), plain("red", half="blue"), 1, 1),
        (plain("red", half="blue"), plain("blue", half="red"), 0.3, 0.9),
        (plain("red", half="blue"), plain("red"), 0.1, 0.9),
        (plain("#ffffff00", "RGBA"), plain("white"), 1, 1),
    ],
)
def test_the_stand_in_sees_colours_and_edges(one: bytes, other: bytes, least: float, most: float) -> None:
    points = unit(colour_and_edges([one, other]))
    assert least - 1e-5 <= float(points[0] @ points[1]) <= most + 1e-5


def test_the_command_says_what_it_made_and_errors_in_one_line(tiny: Outcome, tmp_path: Path) -> None:
    words = [str(tiny.folder), "--out", str(tmp_path / "out"), "--limit", "3", "--workers", "1"]
    done = CliRunner().invoke(score_command, words)
    assert done.exit_code == 0, done.output
    assert "| labels | 3 " in done.output and "table.md has it all" in done.output and "Broken down" not in done.output
    done = CliRunner().invoke(score_command, [str(tmp_path), "--out", str(tmp_path / "out")])
    assert (
        done.exit_code == 1 and done.output == f"drawnconvos: {tmp_path}: is not a release (it has no manifest.json)\n"
    )
