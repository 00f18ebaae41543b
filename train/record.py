"""The record of a run, run.json beside what it made: from what, how, at what cost, and how the loss went.

{"method": "sft", "base": {"name": "packaged", "fingerprint": "9c1f…"}, "release": {"name": "drawnconvos-1.0.0",
 "identity": "1f4e…", "skills": "77ab…"}, "settings": {"epochs": 1, …}, "rows": 6000, "tokens": 1210957, …}
"""

from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field, ValidationError

from schemas.errors import BadInput, Damaged
from schemas.identity import Record, digest
from schemas.manifest import Manifest
from schemas.training import Dpo, Sft

RUN, CURVE = "run.json", "curve.png"
AGAIN = "train it again"


class Base(Record):
    """A base model as a run remembers it."""

    name: str
    revision: str | None = None
    fingerprint: str


class Source(Record):
    """The release that was learnt from."""

    name: str
    identity: str
    skills: str

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        return cls(name=manifest.folder, identity=manifest.identity, skills=manifest.skills)


class Step(Record):
    """What was logged at a step; no loss where something else was looked at."""

    step: int
    loss: float | None
    rate: float | None
    values: dict[str, float] = Field(default_factory=dict)


class Run(Record):
    method: Literal["sft", "dpo"]
    base: Base
    adapter: str | None = Field(default=None, description="The fingerprint of the adapter that it began with.")
    release: Source
    settings: Sft | Dpo
    device: str
    dtype: str
    versions: dict[str, str]
    rows: int
    tokens: int
    taught: int
    finished: bool = False
    seconds: float = 0.0
    tokens_per_second: float = 0.0
    batch_in_memory: int = 0
    steps: tuple[Step, ...] = ()
    kept: int | None = Field(default=None, description="The step whose adapter was kept, where a guard chose.")
    stopped: str | None = Field(default=None, description="Why it ended before its last step.")

    @property
    def last_loss(self) -> float | None:
        return next((step.loss for step in reversed(self.steps) if step.loss is not None), None)

    @property
    def fingerprint(self) -> str:
        """Of what was trained and how, whatever it took, so that its answers can be told from another run's."""
        return digest(self.model_copy(update={"seconds": 0.0, "tokens_per_second": 0.0, "batch_in_memory": 0}))


def read_run(folder: Path) -> Run:
    path = folder / RUN
    if not path.is_file():
        raise BadInput(f"{folder}: is no run (it has no {RUN})")
    try:
        return Run.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise Damaged(path, f"cannot be read ({str(error).splitlines()[0]})", AGAIN) from error


def write_run(folder: Path, run: Run) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{RUN}.unfinished"
    unfinished.write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
    unfinished.replace(folder / RUN)


class Line(NamedTuple):
    """One curve of a plot, by its name in the record; a share goes from nought to one."""

    name: str
    title: str
    color: str
    share: bool


LINES = (
    Line("loss", "loss", "#1f6f78", False),
    Line("rewards/accuracies", "pairs told apart", "#c0562f", True),
    Line("guard", "held-out calls that are whole", "#c0562f", True),
)


def draw_curve(folder: Path, run: Run) -> None:
    """The loss, and beside it whatever else tells how it went."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    shown = [line for line in LINES if any(value(step, line.name) is not None for step in run.steps)]
    if not shown:
        return
    figure = Figure(figsize=(4.6 * len(shown), 3.2), layout="constrained")
    for n, line in enumerate(shown, 1):
        axes = figure.add_subplot(1, len(shown), n)
        points = [(step.step, value(step, line.name)) for step in run.steps if value(step, line.name) is not None]
        axes.plot(*zip(*points, strict=True), color=line.color, linewidth=1.4, marker="o" if len(points) < 12 else "")
        axes.set_title(line.title, loc="left", fontsize=10)
        axes.set_xlabel("step")
        axes.grid(alpha=0.25)
        axes.set_ylim(0, 1.03 if line.share else 1.08 * max(y for _, y in points))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / CURVE, dpi=130)


def value(step: Step, name: str) -> Any:
    return step.loss if name == "loss" else step.values.get(name)
