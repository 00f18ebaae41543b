"""The measures say what they claim, on texts whose answer is known."""

import pytest
from click.testing import CliRunner

from evaluation.realism import edits, is_elliptical, is_question, measure, percentile, repeated, self_bleu, typo_finder
from flows.__main__ import main
from store.release import Outcome

PLAIN = [
    ["Can you remove the dog?", "now make it brighter please"],
    ["remove the dog", "bigger"],
    ["Draw a fox.", "thanks"],
]


def values(dialogues: list[list[str]]) -> dict[str, float]:
    return {finding.name: finding.value for finding in measure(dialogues)}


def test_shares_are_counted() -> None:
    found = values(PLAIN)
    assert found["start in lower case, %"] == pytest.approx(100 * 4 / 6)
    assert found["no end punctuation, %"] == pytest.approx(100 * 4 / 6)
    assert found["questions among first turns, %"] == pytest.approx(100 / 3)
    assert found["say please, %"] == pytest.approx(100 / 6)
    assert found["later turns short or elliptical, %"] == 100
    assert found["first turns that another has, %"] == 0


def test_a_target_is_met_or_missed() -> None:
    met = {finding.name: finding.met for finding in measure(PLAIN)}
    assert met["start in lower case, %"] is True
    assert met["words per turn, 99th percentile"] is False
    assert met["self-BLEU, %"] is None


@pytest.mark.parametrize(
    ("text", "question"),
    [("Can you crop it", True), ("crop it?", True), ("crop it", False), ("how many dogs", True), ("", False)],
)
def test_questions(text: str, question: bool) -> None:
    assert is_question(text) is question


@pytest.mark.parametrize(
    ("text", "elliptical"),
    [("same for the sky please now", True), ("bigger", True), ("make the whole dog a bit bigger", False)],
)
def test_ellipsis(text: str, elliptical: bool) -> None:
    assert is_elliptical(text) is elliptical


def test_a_typo_is_a_rare_word_beside_a_common_one() -> None:
    texts = ["change the background"] * 20 + ["change the bakground", "change the playground"]
    finds = typo_finder(texts)
    assert finds("change the bakground") and not finds("change the background") and not finds("change the playground")
    assert {"dog", "dogs", "odg"} & edits("dogs") == {"dog", "dogs"}


def test_repeats_do_not_see_case_and_punctuation() -> None:
    assert repeated(["Remove it!", "remove it", "add a hat", "crop"]) == 50


def test_self_bleu_tells_alike_from_unlike() -> None:
    alike = [f"please remove the dog from the picture number {n}" for n in range(30)]
    unlike = [" ".join(f"w{n}x{m}" for m in range(8)) for n in range(30)]
    assert self_bleu(alike) > 60 > 5 > self_bleu(unlike)


def test_percentiles() -> None:
    assert [percentile(list(range(101)), at) for at in (0.1, 0.5, 0.99)] == [10, 50, 99]
    assert percentile([], 0.5) == 0


def test_the_command_prints_a_column_for_each_release(tiny: Outcome) -> None:
    done = CliRunner().invoke(main, ["realism", str(tiny.folder), str(tiny.folder)])
    assert done.exit_code == 0
    (line,) = [line for line in done.output.splitlines() if line.startswith("words per turn, median")]
    assert line.split()[4:7] == ["6", "to", "12"] and line.split()[7] == line.split()[8]
