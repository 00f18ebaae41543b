"""Rounds: every open slot gets one attempt a round, the whole set is settled, and what fell leaves its slot open
for the next; so quotas come out exact, and with one worker or forty the same.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flows.progress import Progress
from flows.stages import (
    DIALOGUES_PER_BATCH,
    STAGES,
    Batch,
    Prepared,
    make_batch,
    prepare_batch,
    prompts_per_batch,
)  # fmt: skip
from flows.workers import Pool, pool
from generators.banks import manners
from generators.openings import suits
from generators.slots import allot, cell_slots
from schemas.errors import Refused
from schemas.outline import Slot
from schemas.plan import Plan
from schemas.prompt import SPLITS, Prompt, Split
from schemas.skill import Library
from store.parts import Parts, fingerprint
from store.settle import open_slots, rejects_by_reason, settle_round
from store.shards import Source

if TYPE_CHECKING:
    from flows.scribe import Scribe


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


def fill(
    parts: Parts, plan: Plan, library: Library, by_split: Mapping[Split, Sequence[Prompt]], workers: int,
    progress: Progress, clock: Clock, scribe: "Scribe | None",
) -> list[Round]:  # fmt: skip
    """Attempts, round by round, until no slot is open. Settling looks at the whole set; the painters, full of
    glyphs, have gone by then. The plan's cells are settled after everything before them stands, each in turn, so
    that adding one changes nothing about the rest."""

    def make(wanted: Iterable[Batch], total: int, stage: str) -> dict[str, Source]:
        sources: dict[str, Source] = {}

        def prepared(crew: Pool) -> Iterator[Prepared]:
            work = partial(make_batch if scribe is None else prepare_batch, parts, plan, library)
            for done in crew.each(work, wanted):
                sources[done.batch.name] = done.source
                yield done

        with clock.stage("dialogues"), pool(workers) as crew:
            if scribe is not None:
                scribe.write(prepared(crew), total)
                return sources
            progress.stage(stage, total)
            for done in prepared(crew):
                progress.advance(len(done.batch.slots), f"{done.pictures:,} pictures in {done.batch.name}")
        return sources

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
