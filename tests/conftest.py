"""What several test files build once: the tiny plan and a release of it."""

from pathlib import Path

import pytest

from flows.build import build
from flows.plans import plan_of, read_plan
from flows.progress import Silent
from schemas.plan import Plan
from store.release import Outcome

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
