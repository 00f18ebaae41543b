"""The whole path: the same release however it was built, whatever happened on the way."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import datasets
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from flows.build import build
from flows.progress import Silent
from flows.verify import verify_release
from schemas.errors import Damaged, Refused
from schemas.plan import Plan
from store.release import Outcome
from store.versions import compare, read_manifest
from tests.conftest import ROOT, small_plan

PLAN = ROOT / "plans" / "tiny.yaml"


def hashes(folder: Path) -> dict[str, str]:
    return {file.path: file.sha256 for file in read_manifest(folder).files}


def test_a_release_is_what_the_plan_asked_for(tiny: Outcome) -> None:
    counts = tiny.manifest.splits
    assert {split: c.dialogues for split, c in counts.items()} == {"sft": 60, "rlhf": 30, "test": 10}
    for c in counts.values():
        assert c.by_turn_class == {
            "single": c.dialogues * 3 // 10,
            "short": c.dialogues * 6 // 10,
            "long": c.dialogues // 10,
        }
    library = json.loads((tiny.folder / "skills.json").read_text())
    assert {skill for c in counts.values() for skill in c.by_skill} == {card["id"] for card in library["skills"]}
    assert tiny.manifest.leakage.prompts == tiny.manifest.leakage.images == tiny.manifest.leakage.near_duplicates == 0


def test_the_catalogue_stands_beside_the_release(tiny: Outcome, tiny_data: Path) -> None:
    with duckdb.connect(str(tiny_data / "drawnconvos.duckdb"), read_only=True) as db:
        assert db.execute("select release, dialogues from releases").fetchall() == [("tiny-1.0.0", 100)]
        assert db.execute("select count(*) from turns where intent = 'vqa'").fetchone() != (0,)
        assert db.execute("select count(*) from parts").fetchone() == (100,)


def test_a_release_verifies(tiny: Outcome) -> None:
    findings, rows, pictures = verify_release(tiny.folder, 2)
    assert findings == []
    assert (rows, pictures) == (100, sum(c.images for c in tiny.manifest.splits.values()))


@pytest.mark.parametrize(("config", "split"), [("sft", "train"), ("rlhf", "train"), ("test", "test")])
def test_a_release_opens_in_datasets_as_it_is(tiny: Outcome, tmp_path: Path, config: str, split: str) -> None:
    loaded = datasets.load_dataset(str(tiny.folder), config, cache_dir=str(tmp_path))
    assert list(loaded) == [split]
    row = loaded[split][0]
    shown = list(row["images"])
    assert all(isinstance(image, Image.Image) and image.size[0] >= 64 for image in shown)
    assert len(shown) == len(row["image_info"]) and row["preferences"] == []
    assert isinstance(json.loads(row["turns"][0]["parameters"]), dict)


def test_rows_are_grouped_by_prompt_in_row_groups_of_a_hundred(tiny: Outcome) -> None:
    with pq.ParquetFile(tiny.folder / "sft" / "train-00000-of-00001.parquet") as file:
        prompts = file.read(["prompt_id"])["prompt_id"].to_pylist()
        assert file.metadata.row_group(0).num_rows == min(100, len(prompts))
    assert len([1 for a, b in pairwise(prompts) if a != b]) == len(set(prompts)) - 1


def test_the_same_plan_again_changes_nothing(tiny: Outcome, tiny_data: Path) -> None:
    from flows.plans import read_plan

    before = {path: path.stat().st_mtime_ns for path in tiny.folder.rglob("*")}
    again = build(read_plan(PLAN), tiny_data, 1, Silent())
    assert not again.new and again.folder == tiny.folder
    assert {path: path.stat().st_mtime_ns for path in tiny.folder.rglob("*")} == before


def test_one_worker_or_three_make_the_same_bytes(tmp_path: Path) -> None:
    one = build(small_plan(), tmp_path / "one", 1, Silent())
    three = build(small_plan(), tmp_path / "three", 3, Silent())
    assert one.manifest == three.manifest
    assert (one.folder / "manifest.json").read_bytes() == (three.folder / "manifest.json").read_bytes()


def test_killed_again_and_again_it_comes_to_the_same(tiny: Outcome, tmp_path: Path) -> None:
    """SIGKILL to the whole process group at moments from start to finish."""
    data = tmp_path / "data"
    command = [sys.executable, "-m", "flows", "build", str(PLAN), "--data", str(data), "--quiet", "--workers", "2"]
    kills = 0
    for wait in (1.2, 2.0, 2.6, 3.2, 4.0, 5.0):
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
    finished = {path: path.stat().st_mtime_ns for path in (data / "parts").rglob("[!.]*.parquet")}
    assert kills and finished
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert (data / "releases" / "tiny-1.0.0" / "manifest.json").read_bytes() == (
        tiny.folder / "manifest.json"
    ).read_bytes()
    assert {path: path.stat().st_mtime_ns for path in finished} == finished, "a finished part was made again"
    assert not list(data.rglob(".unfinished*"))


def test_interrupted_it_says_so_and_goes_on(tmp_path: Path) -> None:
    """Of a plan that takes a while, so that a busy machine cannot be done before the signal comes; and of a process
    that hears it, which one begun from a script's background would not."""
    data = tmp_path / "data"
    longer = ["--set", "renderer.size=512", "--set", "prompts.count=60"]
    command = [sys.executable, "-m", "flows", "build", str(PLAN), "--data", str(data), *longer]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True, preexec_fn=heard
    )
    deadline = time.monotonic() + 60
    while not list(data.rglob("outlines/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; what is finished is kept" in errors and "Traceback" not in errors
    assert not list((data / "releases").glob("tiny-*")) if (data / "releases").exists() else True


def test_a_second_build_waits_and_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flows", "build", str(PLAN), "--data", str(tmp_path / "data")]
    first, second = (
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    )
    outputs = [process.communicate(timeout=120) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0]
    together = "".join(out + err for out, err in outputs)
    assert together.count("another build is at work") == 1 and together.count("nothing changed") == 1


@pytest.fixture
def copy(tiny: Outcome, tiny_data: Path, tmp_path: Path) -> Path:
    """A data folder with a release and its parts, to be harmed."""
    return Path(shutil.copytree(tiny_data, tmp_path / "data"))


@pytest.mark.parametrize("stage", ["prompts", "outlines", "pictures", "dialogues", "settled"])
def test_a_damaged_part_is_made_again(tiny: Outcome, copy: Path, stage: str) -> None:
    from flows.plans import read_plan

    part = sorted((copy / "parts" / stage).glob("*.parquet"))[0]
    part.write_bytes(part.read_bytes()[:-20])
    shutil.rmtree(copy / "releases")
    said: list[str] = []
    listener = Silent()
    listener.say = said.append  # type: ignore[method-assign]
    outcome = build(read_plan(PLAN), copy, 2, listener)
    assert outcome.manifest == tiny.manifest
    if stage != "outlines":  # an outline part is read only while its pictures or words are still wanting
        assert said == [f"{part}: is truncated or corrupted ({said[0].split('(', 1)[1]}"]


def drop_row(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)


def edit_rows(change: Callable[[dict[str, object]], None]) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        table = pq.read_table(path)
        rows = table.to_pylist()
        change(rows[0])
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)

    return edit


def other_picture(row: dict[str, object]) -> None:
    buffer = BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "PNG")
    row["images"][0]["bytes"] = buffer.getvalue()  # type: ignore[index]


def other_label(row: dict[str, object]) -> None:
    row["turns"][0]["intent"] = "paint"  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (drop_row, "is not the file that was released"),
        (edit_rows(other_picture), "is not the file that was released"),
        (Path.unlink, "is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:100]), "is not the file that was released"),
        (lambda path: (path.parent / "more.txt").write_text("x"), "does not belong to the release"),
    ],
)
def test_a_release_edited_by_hand_is_found_out(copy: Path, change: Callable[[Path], None], finding: str) -> None:
    folder = copy / "releases" / "tiny-1.0.0"
    change(folder / "test" / "test-00000-of-00001.parquet")
    findings, _, _ = verify_release(folder, 1)
    assert [f.problem for f in findings] == [finding]
    with pytest.raises(Damaged, match=finding):
        build(Plan.from_data(__import__("yaml").safe_load(PLAN.read_text())), copy, 1, Silent())


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (drop_row, "splits.test.dialogues says 10, the rows say 9"),
        (edit_rows(other_picture), "images.0: the picture is not the one that image_info names"),
        (edit_rows(other_label), "turns.0: no skill 'paint'"),
        (edit_rows(lambda row: row.update(prompt_id="p0")), "prompt_id: 'p0' is not the prompt of"),
        (edit_rows(lambda row: row["turns"][0].update(image_before=9)), "turn 0 points at picture 9"),  # type: ignore[index]
        (edit_rows(lambda row: row["turns"][0].update(parameters="{")), "is not a dialogue"),  # type: ignore[index]
        (
            lambda path: pq.write_table(pq.read_table(path).drop_columns(["category"]), path),
            "its columns are not those of the row contract",
        ),
    ],
)
def test_even_with_a_forged_manifest_the_rows_are_held_against_each_other(
    copy: Path, change: Callable[[Path], None], finding: str
) -> None:
    from store.files import sha256_of
    from store.versions import write_manifest

    folder = copy / "releases" / "tiny-1.0.0"
    path = folder / "test" / "test-00000-of-00001.parquet"
    change(path)
    manifest = read_manifest(folder)
    files = tuple(
        file.model_copy(update={"sha256": sha256_of(path), "bytes": path.stat().st_size})
        if file.path.startswith("test/")
        else file
        for file in manifest.files
    )
    write_manifest(folder, manifest.model_copy(update={"files": files}).identified())
    findings, _, _ = verify_release(folder, 1)
    assert any(finding in str(f) for f in findings), findings


def test_a_manifest_edited_by_hand_is_refused(copy: Path) -> None:
    path = copy / "releases" / "tiny-1.0.0" / "manifest.json"
    path.write_text(path.read_text().replace('"dialogues": 60', '"dialogues": 61'))
    with pytest.raises(Damaged, match="its identity is not that of its content"):
        verify_release(path.parent, 1)
    path.write_text(path.read_text().replace("test/test-00000", "../../test/test-00000"))
    with pytest.raises(Damaged, match=r"files\.\d+\.path"):
        verify_release(path.parent, 1)


def test_other_dialogues_make_a_major_version(copy: Path) -> None:
    from flows.plans import read_plan

    outcome = build(read_plan(PLAN, ["seed=8"]), copy, 2, Silent())
    assert (outcome.manifest.folder, outcome.manifest.parent) == ("tiny-2.0.0", "tiny-1.0.0")
    changes = compare(copy / "releases" / "tiny-1.0.0", outcome.folder)
    assert len(changes.added) == len(changes.removed) == 100 and changes.part == "major"
    back = build(read_plan(PLAN), copy, 2, Silent())
    assert not back.new and back.manifest.folder == "tiny-1.0.0"


def test_another_title_is_a_patch(copy: Path) -> None:
    from flows.plans import read_plan

    outcome = build(read_plan(PLAN, ["title=Another title"]), copy, 2, Silent())
    assert outcome.manifest.folder == "tiny-1.0.1"
    assert not any(compare(copy / "releases" / "tiny-1.0.0", outcome.folder))


def test_what_cannot_be_filled_is_refused_with_the_reason(tmp_path: Path) -> None:
    mix = {"text_to_image": 1, "retouch": 0, "remove_background": 1}
    turns = {"single": 1}
    plan = small_plan(dialogues={"per_prompt": 60, "turns": turns, "mix": mix, "openings": {"attached": 1}},
                      near_duplicates={"similarity": 0.05, "min_words": 1}, attempts=2)  # fmt: skip
    with pytest.raises(Refused, match=r"slots are still open after 2 attempts: near_duplicate \(\d+\); raise attempts"):
        build(plan, tmp_path, 2, Silent())
    assert not list((tmp_path / "releases").glob("*")) if (tmp_path / "releases").exists() else True


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder")
    with pytest.raises(Refused, match="cannot be written to"):
        build(small_plan(), tmp_path / "data", 1, Silent())


def test_a_full_disk_is_named_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """A limit on file size stands in for the disk: writing fails in the middle of a part."""
    data = tmp_path / "data"
    command = [sys.executable, "-m", "flows", "build", str(PLAN), "--data", str(data), "--quiet"]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    done = subprocess.run(command, cwd=ROOT, preexec_fn=limit, capture_output=True, text=True)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"drawnconvos: {data}/parts/pictures/") and "nothing was left half-written" in line
    assert not list(data.rglob(".unfinished*"))
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
