"""The commands of a loop, as a user could type them one after the other.

    sft(loop, release, Path("runs/small"))
    -> ["python", "-m", "train.sft", "data/releases/tiny-1.0.0", "--model", "packaged", "--limit", "2400",
        "--out", "runs/small/sft"]

Training runs as these very commands, each in a process of its own: a model leaves memory with the process that held
it, and what the results page shows is what was run. Options stand there only where they are not what the command takes
by itself.
"""

from collections.abc import Sequence
from pathlib import Path

from schemas.identity import Record
from schemas.loop import Loop

PYTHON = ["python", "-m"]
SFT, DPO, ALONE, SAMPLES, EVALUATE, SCORE = "sft", "dpo", "dpo-alone", "samples", "evaluate", "score"
BASE = "base"
PAIRS = ["--project", "preferences"]  # labels of test were there before their words: nothing is learnt from them


def build(plan: Path, data: Path) -> list[str]:
    return ["drawnconvos", "build", str(plan), "--data", str(data)]


def sft(loop: Loop, release: Path, out: Path) -> list[str]:
    told = options(loop.sft, but=("model",))
    return [*PYTHON, "train.sft", str(release), "--model", loop.model, *told, "--out", str(out / SFT)]


def sample(loop: Loop, release: Path, out: Path) -> list[str]:
    places = ["--adapter", str(out / SFT), "--out", str(out / SAMPLES)]
    return [*PYTHON, "train.sample", str(release), *options(loop.sampling), *places]


def simulate(release: Path, samples: Path) -> list[str]:
    return ["drawnconvos", "annotate", "simulate", str(release), *PAIRS, "--samples", str(samples)]


def push(release: Path, samples: Path) -> list[str]:
    return ["drawnconvos", "annotate", "push", str(release), *PAIRS, "--samples", str(samples)]


def pull(release: Path) -> list[str]:
    return ["drawnconvos", "annotate", "pull", str(release), *PAIRS]


def judged(release: Path, judge: str) -> list[str]:
    return ["drawnconvos", "release", str(release), "--with-annotations", "--judge", judge]


def dpo(loop: Loop, release: Path, out: Path) -> list[str]:
    begin = ["--adapter", str(out / SFT)]
    return [*PYTHON, "train.dpo", str(release), *begin, *options(loop.dpo), "--out", str(out / DPO)]


def dpo_alone(loop: Loop, release: Path, out: Path) -> list[str]:
    begin = ["--model", loop.model]
    return [*PYTHON, "train.dpo", str(release), *begin, *options(loop.dpo), "--out", str(out / ALONE)]


def evaluate(loop: Loop, release: Path, out: Path) -> list[str]:
    asking = loop.evaluate
    told = options(asking, but=("sets", "systems"))
    places = ["--models", ",".join(systems(loop, out)), "--sets", ",".join(asking.sets), "--out", str(out / EVALUATE)]
    return [*PYTHON, "train.evaluate", str(release), *told, *places]


def systems(loop: Loop, out: Path) -> list[str]:
    """In the order of Table 2: the bare model, either method alone, both; then whatever else."""
    trained = [str(out / name) for name in ((ALONE,) if loop.dpo_alone else ()) + (SFT, DPO)]
    named = loop.evaluate.systems
    return [*(name for name in named if name == BASE), *trained, *(name for name in named if name != BASE)]


def score(loop: Loop, release: Path, predictions: Sequence[Path], out: Path) -> list[str]:
    limit = ["--limit", str(loop.scored)] if loop.scored else []
    told = options(loop.score, but=("limit",))
    files = list(map(str, predictions))
    return ["drawnconvos", "score", str(release), *files, *limit, *told, "--out", str(out / SCORE)]


def options(record: Record, but: Sequence[str] = ()) -> list[str]:
    """What a record says beside its defaults, as options of the command that takes it."""
    told: list[str] = []
    for name, field in type(record).model_fields.items():
        value = getattr(record, name)
        if name not in but and value != field.get_default():
            flag = f"--{name.replace('_', '-')}"
            told += [flag] if value is True else [flag, str(value)]
    return told
