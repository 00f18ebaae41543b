"""Reading a loop: YAML, overrides, and complaints that name file, key and remedy; its plan with it.

loop, plan = read_loop(Path("plans/small.yaml"), ["sft.limit=600"])
"""

from collections.abc import Sequence
from pathlib import Path

from flows.plans import put, read_plan, read_yaml
from schemas.errors import BadInput, complaint
from schemas.loop import Loop
from schemas.plan import Plan


def read_loop(path: Path, overrides: Sequence[str] = ()) -> tuple[Loop, Plan]:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise BadInput(f"{path}: holds {type(content).__name__}, not a loop with plan, model, sft, judge and dpo")
    if "plan" not in content and "prompts" in content:
        raise BadInput(f"{path}: is a plan; a loop names one, as plan: {path.name}")
    for override in overrides:
        put(content, override)
    try:
        loop = Loop.from_data(content)
    except (TypeError, ValueError) as error:
        raise BadInput(f"{path}: {complaint(error, Loop)}") from error
    return loop, read_plan(plan_of(path, loop))


def plan_of(path: Path, loop: Loop) -> Path:
    return path.parent / loop.plan
