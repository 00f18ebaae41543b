"""The measures of spread on points whose answer is known, and text sets read or named."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from evaluation.sentences import sentence_model
from evaluation.spread import Vectors, drawn, spread
from flows.__main__ import main
from flows.spread import set_of_file, spreads
from schemas.errors import BadInput
from schemas.identity import keyed
from store.release import Outcome


def axes(texts: Sequence[str]) -> Vectors:
    """Each text is the axis that its first letter names, of any length."""
    points = np.zeros((len(texts), 8), dtype=np.float32)
    for row, text in enumerate(texts):
        points[row, "abcdefgh".index(text[0])] = 3
    return points


def test_texts_that_mean_the_same_do_not_spread() -> None:
    found = spread(["a"] * 20, axes, 20)
    assert (found.texts, found.words, found.distinct) == (20, 1, 5)
    assert found.pairwise == pytest.approx(0) and found.nearest == pytest.approx(0) and found.vendi == pytest.approx(1)
    assert found.dimensions == 0


def test_texts_that_are_all_unlike_count_each() -> None:
    found = spread(list("abcdefgh"), axes, 8)
    assert found.pairwise == pytest.approx(1) and found.nearest == pytest.approx(1)
    assert found.vendi == pytest.approx(8) and found.dimensions == pytest.approx(7)


def test_pairs_are_near_though_the_whole_is_far() -> None:
    found = spread([letter * n for letter in "abcd" for n in (1, 2)], axes, 8)
    assert found.nearest == pytest.approx(0) and found.pairwise == pytest.approx(1 - 4 * 2 / (8 * 7))
    assert found.vendi == pytest.approx(4)


def test_the_draw_hangs_on_the_texts_alone() -> None:
    texts = [f"text {n}" for n in range(100)]
    mixed = keyed("mixed").sample(texts, 100)
    assert drawn(texts, 10) == drawn(mixed, 10) and len(set(drawn(texts, 10))) == 10
    assert sorted(drawn(texts, 500)) == sorted(texts)


def test_a_text_without_a_known_word_is_unlike_everything() -> None:
    found = spread(["a", "b"], lambda texts: np.zeros((2, 3), dtype=np.float32), 2)
    assert found.pairwise == 1 and found.nearest == 1


def test_the_sentence_model_knows_like_from_unlike() -> None:
    points = sentence_model()(["a fox in the snow", "a fox on ice", "income tax law"])
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    assert points[0] @ points[1] > 0.4 > 0.2 > points[0] @ points[2]


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("p.txt", "a fox\n\na  red car\n", ""),
        ("p.tsv", 'Prompt\tNote\na fox\tsays "hm\na red car\t\n', ":Prompt"),
        ("p.csv", 'id,Prompt\n1,a fox\n2,"a red\ncar"\n', ":Prompt"),
        ("p.jsonl", '{"Prompt": "a fox"}\n\n{"Prompt": "a red car", "n": 3}\n', ":Prompt"),
    ],
)
def test_text_sets_are_read(name: str, text: str, field: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert set_of_file(f"{tmp_path / name}{field}") == (name, ["a fox", "a red car"])


@pytest.mark.parametrize(
    ("named", "text", "message"),
    [
        (
            "p.tsv:Promt",
            "Prompt\tNote\nx\ty\n",
            "p.tsv: has no field 'Promt' (did you mean 'Prompt'?); it has 'Prompt', 'Note'",
        ),
        ("p.tsv", "Prompt\tNote\nx\ty\n", "p.tsv: say which field holds the texts, as in p.tsv:Prompt"),
        ("p.jsonl:prompt", '{"prompt": "x"}\n{"text": "x"}\n', "p.jsonl, line 2: has no field 'prompt'; it has 'text'"),
        ("p.jsonl:prompt", '{"prompt": 3}\n', "p.jsonl, line 1: field 'prompt' holds 3, not text"),
        ("p.jsonl:prompt", "{nonsense\n", "p.jsonl, line 1: is not JSON"),
        ("p.txt:prompt", "x\n", "p.txt: one text to a line has no field 'prompt'"),
        ("none.txt", None, "none.txt: cannot be read: No such file or directory"),
    ],
)
def test_a_text_set_that_cannot_be_read_is_named(named: str, text: str | None, message: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / named.partition(":")[0]).write_text(text)
    with pytest.raises(BadInput) as refusal:
        set_of_file(str(tmp_path / named))
    assert message in str(refusal.value) and "\n" not in str(refusal.value)


def test_sets_are_drawn_to_the_size_of_the_smallest(tiny: Outcome, tmp_path: Path) -> None:
    words = tmp_path / "words.jsonl"
    words.write_text(
        "".join(
            json.dumps({"text": f"{colour} {noun}"}) + "\n"
            for colour in ("red", "blue", "old")
            for noun in ("fox", "car", "hat", "sky", "cup")
            for _ in range(4)
        )
    )
    done = CliRunner().invoke(main, ["spread", str(tiny.folder), "--against", f"{words}:text"])
    assert done.exit_code == 0, done.output
    head, first, other, left_out = done.output.splitlines()
    assert head.split() == ["texts", "words", "distinct", "%", "pairwise", "nearest", "vendi", "dimensions"]
    assert first.startswith("tiny-1.0.0, first turns") and first.split()[3] == other.split()[1] == "60"
    assert other.split()[0] == "words.jsonl" and other.split()[3] == "25.0"
    assert left_out == "tiny-1.0.0, prompts: left out, 10 texts say nothing"
    assert done.output == CliRunner().invoke(main, ["spread", str(tiny.folder), "--against", f"{words}:text"]).output


def test_too_few_texts_are_refused(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("a fox\n" * 60)
    with pytest.raises(BadInput, match=r"no set of 50 texts, and fewer say nothing: --count 20"):
        spreads([], [str(tmp_path / "p.txt")], 20)
    (tmp_path / "p.txt").write_text("a fox\n")
    with pytest.raises(BadInput, match=r"fewer say nothing: p.txt: left out, 1 texts say nothing"):
        spreads([], [str(tmp_path / "p.txt")], 1000)
    assert "name a release, or a text set" in CliRunner().invoke(main, ["spread"]).output
