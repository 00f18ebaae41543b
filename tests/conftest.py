"""What several test files build once: the tiny plan and a release of it."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.build import build
from flows.plans import plan_of, read_plan
from flows.progress import Silent
from schemas.plan import Plan
from store.release import Outcome

if TYPE_CHECKING:
    from train.release import Release

ROOT = Path(__file__).parent.parent


def small_plan(**changes: object) -> Plan:
    """Six prompts, five dialogues each: seconds to build."""
    mix = {"text_to_image": 2, "remove_object": 3, "add_object": 3, "recolor": 2, "adjust": 2, "vqa": 2, "chat": 1}
    fields: dict[str, object] = {
        "name": "small",
        "seed": 3,
        "prompts": {"count": 6},
        "dialogues": {"per_prompt": 5, "turns": {"single": 2, "short": 2, "long": 1}, "mix": mix},
        "splits": {"sft": 3, "rlhf": 2, "test": 1},
        "renderer": {"kind": "painter", "size": 128},
    }
    return plan_of(fields | changes, "small plan")


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tiny") / "data"


@pytest.fixture(scope="session")
def tiny(tiny_data: Path) -> Outcome:
    """plans/tiny.yaml, built once for all who read it. Do not write into it."""
    return build(read_plan(ROOT / "plans" / "tiny.yaml"), tiny_data, 2, Silent())


@pytest.fixture(scope="session")
def release(tiny: Outcome) -> "Release":
    """The tiny release as training reads it."""
    from train.release import Release

    return Release.read(tiny.folder)


@pytest.fixture(scope="session")
def base(release: "Release", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that has learnt what JSON is; an adapter on random weights learns nothing."""
    from schemas.training import Sft
    from tests.tiny_models import LESSONS, tiny_text_model
    from train.sft import sft

    folder = tmp_path_factory.mktemp("models")
    tiny_text_model(folder / "random", release)
    sft(release, Sft(model=str(folder / "random"), **LESSONS), folder / "run")
    return folder / "run" / "adapter"


@pytest.fixture(scope="session")
def tuned(release: "Release", base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short SFT run on it."""
    from schemas.training import Sft
    from tests.tiny_models import QUICK
    from train.sft import sft

    out = tmp_path_factory.mktemp("runs") / "sft"
    sft(release, Sft(model=str(base), **QUICK), out)
    return out


@pytest.fixture(scope="session")
def judged(tiny: Outcome, tmp_path_factory: pytest.TempPathFactory) -> "Release":
    """The tiny release with simulated judgements."""
    from flows.judging import release_judged, simulate
    from train.release import Release

    folder = tmp_path_factory.mktemp("judged") / "releases" / tiny.folder.name
    shutil.copytree(tiny.folder, folder)
    simulate(folder, "preferences", None, Silent())
    return Release.read(release_judged(folder, "simulated").folder)
