"""A simulated annotator: it knows the gold answer, compares calls first and replies second, and errs at a set rate.

    judge(item, gold, "simulated-1", 0.1, seed=7)
    -> Judgement(item="5b0c…", annotator="simulated-1", judge="simulated", verdict="a", reasons=("params",), …)

What it says is always named as simulated. It judges by what an answer says, never by where the answer came from.
"""

from typing import NamedTuple

from annotation.likeness import bad_reply, same_call
from schemas.annotation import (
    VERDICTS,
    Confidence,
    Context,
    Item,
    Judgement,
    PreferenceItem,
    Project,
    ReviewItem,
    Verdict,
)
from schemas.answer import Answer
from schemas.identity import keyed
from schemas.preference import Sample

ASKING = "chat"
SKIPS = 0.01
SECONDS = {"preferences": 24.0, "review": 15.0}
SPREAD = 0.5
CURT = ("Done.", "There you go.", "That's done.")
NATURALNESS = ((5, 4, 3), (6, 3, 1))
# How sure it says it is: where calls differ, where only replies do, and where it errs.
SURE: dict[str, tuple[int, int, int]] = {"call": (80, 18, 2), "reply": (45, 45, 10), "erred": (35, 45, 20)}
LEVELS: tuple[Confidence, ...] = ("high", "medium", "low")


class Worth(NamedTuple):
    """What an answer is worth beside the gold one; the greater the better."""

    call: bool
    reply: bool


def judge(item: Item, gold: Answer, annotator: str, error_rate: float, seed: int) -> Judgement:
    """At `error_rate` the verdict is drawn from all there are, the fair one included."""
    rng = keyed(seed, "simulated", annotator, item.key)
    project: Project = "preferences" if isinstance(item, PreferenceItem) else "review"
    seconds = round(SECONDS[project] * rng.lognormvariate(0, SPREAD), 1)
    if rng.random() < SKIPS:
        return Judgement(
            item=item.key, project=project, annotator=annotator, judge="simulated", status="skipped", seconds=seconds
        )
    fair = fair_verdict(item, gold)
    verdict = rng.choice(VERDICTS[project]) if rng.random() < error_rate else fair
    about = "erred" if verdict != fair else "call" if turns_on_calls(item, gold) else "reply"
    return Judgement(
        item=item.key,
        project=project,
        annotator=annotator,
        judge="simulated",
        verdict=verdict,
        reasons=reasons_for(item, gold, verdict),
        confidence=rng.choices(LEVELS, SURE[about])[0],
        naturalness=rng.choices(*NATURALNESS)[0] if project == "review" else None,
        corrected=correction(item, gold, verdict == fair) if verdict in ("neither", "correct") else None,
        seconds=seconds,
    )


def fair_verdict(item: Item, gold: Answer) -> Verdict:
    """What someone says who knows the gold answer and never errs."""
    if isinstance(item, ReviewItem):
        return "accept" if same_call(item.answer.call, gold.call, item.context) else "correct"
    a, b = (worth(sample, gold, item.context) for sample in (item.pair.a, item.pair.b))
    if not (a.call or b.call):
        return "neither"
    return "tie" if a == b else "a" if a > b else "b"


def worth(sample: Sample, gold: Answer, context: Context) -> Worth:
    answer = sample.answer
    if answer is None or not same_call(answer.call, gold.call, context):
        return Worth(False, False)
    return Worth(True, not bad_reply(answer.reply, gold.reply, context))


def turns_on_calls(item: Item, gold: Answer) -> bool:
    if isinstance(item, ReviewItem):
        return True
    a, b = (worth(sample, gold, item.context).call for sample in (item.pair.a, item.pair.b))
    return a != b or not a


def reasons_for(item: Item, gold: Answer, verdict: Verdict) -> tuple[str, ...]:
    """Why the better is better, or what is wrong with all there is; for a mistaken verdict what one would say."""
    context = item.context
    if isinstance(item, ReviewItem):
        return ()  # the review asks for none
    if verdict == "tie":
        return ()
    losers = {"a": (item.pair.b,), "b": (item.pair.a,)}.get(verdict, (item.pair.a, item.pair.b))
    found = {fault for sample in losers for fault in faults(sample.answer, gold, context)}
    return tuple(sorted(found)) or ("wording",)


def faults(answer: Answer | None, gold: Answer, context: Context) -> tuple[str, ...]:
    if answer is None:
        return ("complete",)
    if answer.call.intent != gold.call.intent:
        return ("asks",) if ASKING in (answer.call.intent, gold.call.intent) else ("intent",)
    if not same_call(answer.call, gold.call, context):
        moved = answer.call.parameters.get("image") != gold.call.parameters.get("image")
        return ("grounding",) if moved else ("params",)
    return ("wording",) if bad_reply(answer.reply, gold.reply, context) else ()


def correction(item: Item, gold: Answer, fair: bool) -> Answer:
    """The gold answer; who finds fault where there is none, or overlooks the right side, writes worse than that:
    the other side's call, or the right call with a curt reply. Never what was shown."""
    shown = [item.pair.a, item.pair.b] if isinstance(item, PreferenceItem) else []
    wrong = [s.answer.call for s in shown if s.answer and not same_call(s.answer.call, gold.call, item.context)]
    call = gold.call if fair or not wrong else wrong[0]
    taken = {item.answer.text} if isinstance(item, ReviewItem) else {sample.text for sample in shown}
    written = (Answer(call=call, reply=reply) for reply in (gold.reply, *CURT))
    return next(answer for answer in written if answer.text not in taken)


def simulated_names(count: int) -> tuple[str, ...]:
    return tuple(f"simulated-{n + 1}" for n in range(count))
