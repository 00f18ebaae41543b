"""What a stage makes of a sample is pinned to the stage's version: other output under the same version is red.

When a change is meant, raise the stage's number in flows/stages.py and put here what this prints:

    python -m tests.test_stages
"""

import tempfile
from pathlib import Path

import pytest

from flows.build import build
from flows.progress import Silent
from flows.stages import STAGES
from schemas.identity import digest
from store.files import read_table, rows_of
from tests.conftest import small_plan

PINS = {
    "prompts": (1, "31e61f06bf09"),
    "outlines": (2, "f728484981ba"),
    "pictures": (1, "fd9af114cad8"),
    "dialogues": (2, "dde6cfbca0cd"),
    "settled": (1, "c801d3f59413"),
    "release": (2, "1bd9c4832841"),
}


def sample(data: Path) -> dict[str, str]:
    """A hash of what each stage makes of the small plan; names of parts are left out, they hang on versions."""
    outcome = build(small_plan(), data, 2, Silent())
    found = {}
    for stage in ("prompts", "outlines", "pictures", "dialogues", "settled"):
        paths = sorted((data / "parts" / stage).glob("*.parquet"), key=lambda p: (p.stem.rsplit("-", 1)[0], p.stem))
        rows = sorted(str(sorted(row.items())) for path in paths for row in rows_of(read_table(path)))
        found[stage] = digest(rows)[:12]
    found["release"] = digest([[file.path, file.sha256] for file in outcome.manifest.files if file.rows])[:12]
    return found


@pytest.fixture(scope="module")
def hashes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return sample(tmp_path_factory.mktemp("sample"))


@pytest.mark.parametrize("stage", list(STAGES))
def test_output_changes_only_with_the_version(stage: str, hashes: dict[str, str]) -> None:
    version, pinned = PINS[stage]
    assert STAGES[stage] == version, "the version was raised: pin its output anew"
    assert hashes[stage] == pinned, f"stage {stage!r} makes something else: raise its version in flows/stages.py"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = sample(Path(folder))
    print("PINS = " + repr({stage: (STAGES[stage], made[stage]) for stage in STAGES}))
