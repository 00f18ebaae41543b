"""Files are whole or absent; parts and rows read back as they were written, or say what is wrong."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from schemas.dialogue import Dialogue
from schemas.errors import Damaged, Refused
from schemas.identity import digest
from schemas.manifest import Manifest
from schemas.prompt import Prompt
from schemas.row import dialogue_of, row_of
from store.catalogue import ask
from store.files import UNFINISHED, read_table, sweep, whole, write_table
from store.parts import read_picture_index, read_pictures, read_records, write_pictures, write_records
from store.release import Outcome
from store.rows import arrow_schema
from store.shards import picture_problem
from tests.test_schemas import dialogues


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole(path) as unfinished:
        unfinished.write_text("ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(Refused, match=r"cannot be written: .*; nothing was left half-written"),
        whole(tmp_path / "file" / "part"),
    ):
        pass


def test_sweeping_takes_only_what_was_left_unfinished(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / f"{UNFINISHED}1-x.parquet").write_text("half")
    (tmp_path / "parts" / "x.parquet").write_text("whole")
    (tmp_path / f"{UNFINISHED}tiny" / "sft").mkdir(parents=True)
    sweep(tmp_path)
    assert os.listdir(tmp_path / "parts") == ["x.parquet"] and os.listdir(tmp_path) == ["parts"]


def test_records_read_back(tmp_path: Path) -> None:
    prompts = [Prompt.of(f'a fox number {n} ☂ "quoted"', "animals", {"subject": "a fox"}, "me") for n in range(5)]
    write_records(tmp_path / "p.parquet", {p.id: p for p in prompts})
    assert read_records(tmp_path / "p.parquet", Prompt) == prompts


def test_pictures_read_back(tmp_path: Path) -> None:
    write_pictures(tmp_path / "p.parquet", [("h1", "s1", b"\x00\x01"), ("h2", "s2", b"")])
    assert read_pictures(tmp_path / "p.parquet") == {"h1": b"\x00\x01", "h2": b""}
    assert read_picture_index(tmp_path / "p.parquet") == {"s1": "h1", "s2": "h2"}
    write_pictures(tmp_path / "none.parquet", [])
    assert read_pictures(tmp_path / "none.parquet") == {}


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "other"])
def test_damage_has_a_name(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "p.parquet"
    write_table(path, pa.table({"record": [f"row {n} " * 50 for n in range(2000)]}))
    data = bytearray(path.read_bytes())
    if damage == "truncated":
        data = data[: len(data) // 2]
    elif damage == "flipped":
        data[len(data) // 3] ^= 0xFF
    else:
        data = bytearray(b"" if damage == "emptied" else b"PK not parquet at all")
    path.write_bytes(data)
    with pytest.raises(Damaged) as refusal:
        read_table(path)
    assert str(refusal.value).startswith(f"{path}: is truncated or corrupted") and refusal.value.path == str(path)


def test_a_record_of_another_kind_is_damage(tmp_path: Path) -> None:
    write_records(tmp_path / "p.parquet", {"p": Prompt.of("a fox", "animals", {}, "me")})
    with pytest.raises(Damaged, match="a Manifest in it is not one"):
        read_records(tmp_path / "p.parquet", Manifest)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(dialogues())
def test_a_row_is_its_dialogue(dialogue: Dialogue) -> None:
    pixels = {image.sha256: image.sha256.encode() for image in dialogue.images}
    table = pa.Table.from_pylist([row_of(dialogue, pixels)], schema=arrow_schema())
    (row,) = table.to_pylist()
    assert dialogue_of(row) == dialogue
    assert [image["bytes"] for image in row["images"]] == [pixels[image.sha256] for image in dialogue.images]


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40])
def test_bytes_that_are_no_picture(data: bytes) -> None:
    assert (picture_problem(data) or "").startswith("cannot be decoded")


def test_the_catalogue_answers_before_there_is_anything(tmp_path: Path) -> None:
    assert "0" in ask(tmp_path, "select count(*) from rejects")


def test_a_manifest_from_before_a_field_was_added_keeps_its_identity(tiny: Outcome) -> None:
    fields = json.loads((tiny.folder / "manifest.json").read_text())
    del fields["unseen"], fields["judged"]
    for counts in fields["splits"].values():
        del counts["by_cell"], counts["of_cells"]
    content = {key: value for key, value in fields.items() if key not in ("identity", "version", "parent")}
    older = Manifest.from_data(fields | {"identity": digest(content)})
    assert older.identified() == older
    assert Manifest.from_data(fields).identified() != Manifest.from_data(fields)
