"""Exports hold what the release holds, in the shape they promise."""

import json
from pathlib import Path

from store.exports import export_lines
from store.release import Outcome
from tests.test_cli import run


def test_instruct_pe_rows_are_the_prompts_before_and_after(tiny: Outcome) -> None:
    rows = [json.loads(line) for line in export_lines(tiny.folder, "instruct-pe")]
    assert len(rows) >= 5
    assert {tuple(row) for row in rows} == {("id", "split", "source_prompt", "instruction", "target_prompt")}
    for row in rows:
        assert row["source_prompt"] != row["target_prompt"]
        new = set(row["target_prompt"].replace(",", "").split()) - set(row["source_prompt"].replace(",", "").split())
        said = row["instruction"].casefold()
        assert all(word.casefold() in said for word in new - {"a", "an", "and"}), row


def test_an_export_goes_to_the_terminal_or_whole_into_a_file(tiny: Outcome, tmp_path: Path) -> None:
    shown = run("export", str(tiny.folder), "--format", "instruct-pe")
    assert shown.returncode == 0
    written = run("export", str(tiny.folder), "--format", "instruct-pe", "--out", str(tmp_path / "rows.jsonl"))
    assert written.stderr == f"{tmp_path}/rows.jsonl: {len(shown.stdout.splitlines())} rows\n"
    assert (tmp_path / "rows.jsonl").read_text() == shown.stdout
