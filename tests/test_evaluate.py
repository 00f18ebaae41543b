"""Measuring systems: every turn asked once, what was answered kept, tables with intervals; systems by name."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from evaluation.transfer import read as read_transfer
from schemas.errors import BadInput, Refused
from schemas.skill import Library
from train.evaluate import evaluate, main, predicted
from train.questions import TEST, TRANSFER, questions_of
from train.release import Release
from train.systems import Asking, resolved, system_of

ASKING = Asking(dtype="float32", longest=12)


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "scores.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_both_sets_are_measured_with_intervals_and_broken_down(release: Release, tmp_path: Path) -> None:
    told = evaluate(release, ["majority", "nearest"], tmp_path, [TEST, TRANSFER], None, ASKING)
    assert (tmp_path / "table.md").read_text() == told
    assert "## The test split of tiny-1.0.0" in told and "## The transfer set, 310 turns" in told
    assert "- nearest against majority: ISA +" in told
    rows = rows_of(tmp_path)
    assert {row["set"] for row in rows} == {TEST, TRANSFER}
    assert {row["facet"] for row in rows} == {"all", "skill", "turn", "phenomenon", "turns", "words"}
    (isa,) = [
        row
        for row in rows
        if (row["set"], row["system"], row["metric"], row["facet"]) == (TEST, "nearest", "isa", "all")
    ]
    assert float(isa["low"]) <= float(isa["value"]) <= float(isa["high"])
    assert int(isa["n"]) == sum(1 for _ in questions_of(release, TEST, None, False).asked)


def test_a_run_that_was_stopped_asks_only_what_is_left(release: Release, tmp_path: Path) -> None:
    questions = questions_of(release, TEST, 4, sees=False)
    asked: list[int] = []

    def system(some: Sequence[object]) -> object:
        asked.append(len(some))
        for n, each in enumerate(some):
            if len(asked) == 1 and n == 3:
                raise KeyboardInterrupt
            yield each.place, "{}"  # type: ignore[attr-defined]

    with pytest.raises(KeyboardInterrupt):
        predicted(system, "m", questions, tmp_path, {"run": "a"})  # type: ignore[arg-type]
    path = tmp_path / "m" / "test.jsonl"
    path.write_text(path.read_text()[:-5])  # the third line half written
    found = predicted(system, "m", questions, tmp_path, {"run": "a"})  # type: ignore[arg-type]
    assert asked == [len(questions.asked), len(questions.asked) - 2]
    assert {(one.dialogue_id, one.turn) for one in found} == {one.place for one in questions.asked}


def test_answers_of_another_run_never_mix(release: Release, tmp_path: Path) -> None:
    questions = questions_of(release, TEST, 1, sees=False)
    system = system_of("majority", release.library, release)
    predicted(system, "m", questions, tmp_path, {"run": "a"})
    with pytest.raises(Refused, match="holds answers of another run or to other questions"):
        predicted(system, "m", questions, tmp_path, {"run": "b"})


def test_a_run_and_its_base_answer_every_turn(release: Release, tuned: Path, tmp_path: Path) -> None:
    told = evaluate(release, ["base", str(tuned)], tmp_path, [TEST], 2, ASKING)
    assert f"| {tuned} |" in told and "| base |" in told
    for folder in tmp_path.glob("*/about.json"):
        about = json.loads(folder.read_text())
        assert about["constrained"] is False and len(about["test"]) == 64


def test_held_to_the_schema_more_answers_are_calls(release: Release, tuned: Path, tmp_path: Path) -> None:
    free = evaluate(release, [str(tuned)], tmp_path / "free", [TEST], 2, ASKING._replace(longest=300))
    held = evaluate(release, [str(tuned)], tmp_path / "held", [TEST], 2, ASKING._replace(longest=300, constrained=True))
    assert free != held
    shares = {
        name: next(
            float(row["value"])
            for row in rows_of(tmp_path / name)
            if (row["metric"], row["facet"]) == ("format", "all")
        )
        for name in ("free", "held")
    }
    assert shares["held"] == 1.0 > shares["free"]


def test_the_transfer_set_is_asked_without_pictures(release: Release) -> None:
    questions = questions_of(release, TRANSFER, None, sees=True)
    assert {one.pictures for one in questions.asked} == {None}
    assert len(questions.dialogues) == len(read_transfer())


def test_the_transfer_set_needs_our_own_skills(release: Release) -> None:
    fewer = release._replace(library=Library(skills=release.library.skills[1:]))
    with pytest.raises(Refused, match="the transfer set is for our own skills: t004, turn 2: no skill 'add_object'"):
        questions_of(fewer, TRANSFER, None, sees=False)


def test_pictures_come_in_the_order_in_which_a_talk_shows_them(release: Release) -> None:
    for one in questions_of(release, TEST, None, sees=True).asked:
        assert one.pictures is not None
        assert len(one.pictures()) == len(one.talk.pictures_seen)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["majorty"], "majorty: no system has that name (did you mean 'majority'?)"),
        (["base"], "base: stands for the base of the runs beside it, and they have 0; name the model"),
        (["zero-shot:"], "zero-shot:: say which model, like zero-shot:gpt-4o-mini"),
    ],
)
def test_names_that_are_no_system_are_said_so(names: list[str], message: str, release: Release) -> None:
    with pytest.raises(BadInput) as caught:
        for name in resolved(names):
            system_of(name, release.library, release)
    assert str(caught.value) == message


def test_a_run_on_other_skills_is_not_measured_here(release: Release, tuned: Path) -> None:
    fewer = Library(skills=release.library.skills[1:])
    with pytest.raises(Refused, match=r"was trained on tiny-1.0.0, whose skills are others"):
        system_of(str(tuned), fewer)


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, [str(tmp_path), "--models", "majority"])
    assert (told.exit_code, told.output.strip()) == (
        1,
        f"train: {tmp_path}: is not a release (it has no manifest.json)",
    )
