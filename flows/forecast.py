"""The forecast: a small sample of a plan's words is written for real, and the rest is reckoned from it.

What the sample asked is kept, so that the build does not pay for it again.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NamedTuple

from clients.errors import CallFailed
from clients.requests import Response
from flows.models import Model
from flows.plans import library_of
from flows.progress import Progress
from flows.prompter import STAGE as PROMPTS
from flows.prompter import places
from flows.rounds import batches
from flows.scribe import STAGE as DIALOGUES
from flows.stages import Judge, attempt, painted, prompts_by_model, words_by_model
from generators.model_author import writing
from generators.model_prompts import PromptSlot, prompting
from generators.prompts import read_prompts, seed_prompts
from generators.slots import split_prompts
from generators.tasks import Task, Unusable
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.outline import Outline
from schemas.plan import Plan
from schemas.skill import Library

SURE = 1.96  # standard errors on either side
REASONS = 3


class Work(NamedTuple):
    """One record of the sample: its task, and the pictures that go along."""

    record: str
    task: Task[Any]
    pictures: tuple[str, ...] = ()


class Sample(NamedTuple):
    """What a stage's records took, record by record, and how many there are of them in the plan."""

    stage: str
    heard: Mapping[str, list[Response]]
    rejects: Counter[str]
    of: int

    @property
    def passed(self) -> int:
        return len(self.heard) - self.rejects.total()


def forecast_text(plan: Plan, data: Path, count: int, progress: Progress, offline: bool = False) -> str:
    """Calls, tokens, dollars and hours of a plan, reckoned from so many prompts and dialogues."""
    if plan.author.kind != "openai":
        raise Refused("author.kind: the embedded author costs nothing; a forecast is for a model")
    library = library_of(plan)
    with closing(Model(plan.author, plan.seed, data, progress, offline)) as model:
        samples = []
        if prompts_by_model(plan):
            wanted = places(plan)
            samples.append(sampled(PROMPTS, prompt_work(plan, model, count), len(wanted), model))
        if words_by_model(plan):
            work = dialogue_work(plan, library, model, count)
            samples.append(sampled(DIALOGUES, work, plan.dialogue_count, model))
        return "\n".join(lines(plan, model, samples))


def prompt_work(plan: Plan, model: Model, count: int) -> Iterator[Work]:
    wanted = [PromptSlot(*place, 0) for place in places(plan)]
    for slot in keyed(plan.seed, "forecast").sample(wanted, min(count, len(wanted))):
        yield Work(slot.id, prompting(slot, plan.seed, plan.author.model, model.folder))


def dialogue_work(plan: Plan, library: Library, model: Model, count: int) -> Iterator[Work]:
    for outline in islice(outlines(plan, library), count):
        index: dict[str, str] = {}
        for sha256, key, picture in painted({shot.scene.digest: shot.scene for shot in outline.shots if shot.scene}):
            index[key] = sha256
            model.shown[sha256] = picture
        first = outline.shots[0].scene if outline.shots and plan.author.sees else None
        judge = Judge(plan, library, index)
        shown = (index[first.digest],) if first else ()
        yield Work(outline.id, writing(outline, library, judge, model.folder), shown)


def outlines(plan: Plan, library: Library) -> Iterator[Outline]:
    """First attempts from all over the plan. The bank's prompts stand in for those that a model has yet to write."""
    own = plan.prompts.file
    prompts = read_prompts(Path(own), plan.prompts.count) if own else seed_prompts(plan)
    prompt_of = {prompt.id: prompt for prompt in prompts}
    every = [slot for b in batches(plan, split_prompts(plan, prompts), library, None, 0) for slot in b.slots]
    keyed(plan.seed, "forecast").shuffle(every)
    for slot in every:
        if (outline := attempt(slot, 0, prompt_of[slot.prompt_id], plan, library).outline) is not None:
            yield outline


def sampled(stage: str, wanted: Iterable[Work], of: int, model: Model) -> Sample:
    heard: dict[str, list[Response]] = defaultdict(list)
    rejects: Counter[str] = Counter()
    work = list(wanted)
    model.heard = lambda record, response: heard[record].append(response)
    model.stage(f"sample of {stage}", len(work))

    async def written(each: Work) -> None:
        try:
            await model.pursue(each.task, stage, each.record, each.pictures)
        except (Unusable, CallFailed) as error:
            heard[each.record] += []
            rejects[str(error).partition(":")[0]] += 1

    model.each(written, work, lambda _: model.advance(1))
    return Sample(stage, heard, rejects, of)


def lines(plan: Plan, model: Model, samples: list[Sample]) -> Iterator[str]:
    price, pace = model.spent.price, plan.author.pace
    yield f"plan {plan.name!r} by {plan.author.model}, reckoned from a sample:"
    hours = dollars = spread = 0.0
    for sample in samples:
        if not sample.passed:
            why = ", ".join(f"{reason} ({count})" for reason, count in sample.rejects.most_common(REASONS))
            raise Refused(f"not one of {len(sample.heard)} {sample.stage} of the sample passed: {why}")
        again = len(sample.heard) / sample.passed
        scale = sample.of * again
        calls = scaled(sample, lambda r: 1.0, scale)
        into = scaled(sample, lambda r: float(r.usage.prompt), scale)
        out = scaled(sample, lambda r: float(r.usage.completion), scale)
        seconds = scaled(sample, lambda r: r.seconds, scale)[0] / pace.concurrency
        seconds = max([seconds, *limited(calls[0], into[0] + out[0], pace.per_minute, pace.tokens_per_minute)])
        hours += seconds / 3600
        rejects = "".join(f", {count} {reason}" for reason, count in sample.rejects.most_common(REASONS))
        yield f"  {sample.stage:<10} {sample.passed} of {len(sample.heard)} passed{rejects}"
        yield f"    {sample.of:,} wanted: calls {told(calls)}, tokens in {told(into)}, out {told(out)}"
        if price:
            cost = scaled(sample, lambda r: price.of(r.usage), scale)
            dollars, spread = dollars + cost[0], sqrt(spread**2 + cost[1] ** 2)
    money = f"{dollars:,.2f} ± {spread:,.2f} USD" if price else "no price is known for it (author.pace.prices)"
    time = "within a day for each round" if pace.batch else f"{hours:,.1f} h with {pace.concurrency} calls at a time"
    yield f"  in all     {money}; {time}"
    yield f"  the sample itself: {model.cost()}; it is kept for the build"


def scaled(sample: Sample, of: Callable[[Response], float], scale: float) -> tuple[float, float]:
    """The plan's total of something that responses have, and how far it may be off."""
    each = [sum(map(of, responses)) for responses in sample.heard.values()]
    error = stdev(each) / sqrt(len(each)) if len(each) > 1 else each[0]
    return mean(each) * scale, SURE * error * scale


def told(amount: tuple[float, float]) -> str:
    return f"{rounded(amount[0])} ± {rounded(amount[1])}"


def rounded(number: float) -> str:
    """Three digits that count: 12,300,000."""
    digits = max(0, len(str(int(number))) - 3)
    return f"{round(number / 10**digits) * 10**digits:,}"


def limited(calls: float, tokens: float, per_minute: float | None, tokens_per_minute: float | None) -> list[float]:
    """Seconds that the limits alone ask for."""
    pairs = ((calls, per_minute), (tokens, tokens_per_minute))
    return [60 * amount / limit for amount, limit in pairs if limit]
