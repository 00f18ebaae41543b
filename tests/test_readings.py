"""Turns drawn for a person: the same release gives the same ones, each split its share; marks are counted or named."""

import csv
import io
import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.__main__ import main
from flows.readings import Place, drawn_places, filled, reading, spread, tally
from schemas.errors import BadInput, Damaged
from schemas.identity import keyed
from store.release import Outcome

READING = 'id,words,label_ok,sounds_human,note\np1-000-0/0,hi,yes,Y,\np1-001-0/1,"a\nb",no,1,wrong colour\np1-002-0/0,so,y,n,\n'


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def release_rows(folder: Path) -> dict[str, tuple[str, dict[str, object]]]:
    paths = sorted(folder.glob("*/*.parquet"))
    return {
        row["id"]: (path.parent.name, row)
        for path in paths
        for row in pq.read_table(path, columns=["id", "turns"]).to_pylist()
    }


def test_the_same_release_gives_the_same_draw(tiny: Outcome, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny.folder, tmp_path / "elsewhere"))
    text = reading(tiny.folder, 40)
    assert reading(copy, 40) == text
    assert text.splitlines()[0] == "id,dialogue,words,intent,parameters,reply,label_ok,sounds_human,note"


def test_each_split_has_its_share_and_no_dialogue_comes_twice(tiny: Outcome) -> None:
    stored = release_rows(tiny.folder)
    ids = [row["id"].split("/")[0] for row in rows_of(reading(tiny.folder, 50))]
    assert len(ids) == len(set(ids)) == 50
    drawn = Counter(stored[dialogue_id][0] for dialogue_id in ids)
    turns = Counter({split: sum(len(row["turns"]) for at, row in stored.values() if at == split) for split in drawn})  # type: ignore[arg-type]
    for split, count in drawn.items():
        assert abs(count - 50 * turns[split] / turns.total()) < 1


def test_a_row_holds_the_dialogue_up_to_the_turn_and_its_label(tiny: Outcome) -> None:
    stored = release_rows(tiny.folder)
    for row in rows_of(reading(tiny.folder, 60)):
        dialogue_id, _, n = row["id"].partition("/")
        turns = stored[dialogue_id][1]["turns"]
        assert isinstance(turns, list)
        turn = turns[int(n)]
        assert (row["words"], row["intent"], row["reply"]) == (turn["user"], turn["intent"], turn["reply"])
        assert json.loads(row["parameters"]) == json.loads(turn["parameters"])
        lines = row["dialogue"].splitlines()
        assert len(lines) == 2 * (int(n) + 1) and lines[0].startswith("U: ") and turn["user"] in lines[-2]
        assert ("[attached picture 1]" in lines[0]) == (turns[0]["attached"] == [0])
        shown = turn["image_after"]
        assert lines[-1] == f"A: {turn['reply']}" + ("" if shown is None else f" [shows picture {shown + 1}]")
        assert row["label_ok"] == row["sounds_human"] == row["note"] == ""


def test_one_split_alone(tiny: Outcome) -> None:
    stored = release_rows(tiny.folder)
    ids = {row["id"].split("/")[0] for row in rows_of(reading(tiny.folder, 5, ("test",)))}
    assert {stored[dialogue_id][0] for dialogue_id in ids} == {"test"}


def test_more_than_there_are_gives_all_of_them_once(tiny: Outcome) -> None:
    ids = [row["id"] for row in rows_of(reading(tiny.folder, 100_000))]
    assert len(ids) == len(set(ids)) == sum(len(row["turns"]) for _, row in release_rows(tiny.folder).values())  # type: ignore[arg-type]


def test_a_dialogue_comes_again_only_when_all_have_come() -> None:
    places = [Place(f"d{d}", n) for d in range(5) for n in range(4)]
    order = spread(places, keyed("test"))
    assert sorted(order) == sorted(places)
    for start in range(0, 20, 5):
        assert len({place.dialogue_id for place in order[start : start + 5]}) == 5
    assert drawn_places({"sft": places}, 7, keyed(1)) != drawn_places({"sft": places}, 7, keyed(2))


def test_damage_is_named(tiny: Outcome, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny.folder, tmp_path / "copy"))
    shard = next(copy.glob("test/*.parquet"))
    shard.write_bytes(shard.read_bytes()[:100])
    with pytest.raises(Damaged, match="cannot be read"):
        reading(copy, 3)


def test_a_reading_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(READING)
    assert tally(path).splitlines() == [
        f"{path}: of 3 turns, labels wrong 1, unlike a person 1",
        "  label wrong: p1-001-0/1 (wrong colour)",
        "  unlike a person: p1-002-0/0",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (READING.replace(",Y,", ",,"), "row 2 (p1-000-0/0): sounds_human is '', not yes or no"),
        (READING.replace(",no,", ",maybe,"), "row 3 (p1-001-0/1): label_ok is 'maybe', not yes or no"),
        (READING + "p1-003-0/0\n", "row 5 (p1-003-0/0): label_ok is '', not yes or no"),
        (READING + "p1-000-0/0,hi,yes,yes,\n", "p1-000-0/0 stands there more than once"),
        (READING.replace("label_ok", "label"), "has no column 'label_ok'"),
        (READING.splitlines()[0], "holds no turns"),
        ("", "has no column 'id'"),
    ],
)
def test_a_row_without_its_marks_is_named(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(text)
    with pytest.raises(BadInput) as refusal:
        filled(path)
    assert str(refusal.value).startswith(f"{path}: ") and message in str(refusal.value)


def test_the_command_writes_a_reading_and_counts_it(tiny: Outcome, tmp_path: Path) -> None:
    out = tmp_path / "reading.csv"
    run = CliRunner().invoke
    assert run(main, ["sample", str(tiny.folder), "--count", "4", "--out", str(out)]).exit_code == 0
    assert run(main, ["sample", str(tiny.folder), "--count", "4"]).output == out.read_text()
    rows = [row | {"label_ok": "yes", "sounds_human": "no"} for row in rows_of(out.read_text())]
    with out.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert run(main, ["sample", "--tally", str(out)]).output.startswith(
        f"{out}: of 4 turns, labels wrong 0, unlike a person 4"
    )


@pytest.mark.parametrize("words", [[], ["data", "--tally", "r.csv"]])
def test_the_command_wants_a_release_or_a_reading(words: list[str]) -> None:
    done = CliRunner().invoke(main, ["sample", *words])
    assert done.exit_code == 1 and "name a release to draw from, or a reading to count" in done.output


def test_at_least_one_turn(tiny: Outcome) -> None:
    with pytest.raises(BadInput, match="--count 0"):
        reading(tiny.folder, 0)
