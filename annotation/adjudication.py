"""Adjudication: what stands when some people have judged one item.

    adjudicate(item, judgements, policy, library, salt="…")
    -> Outcome(item="5b0c…", stands=Preference(chosen=…, rejected=…, annotators=("annotator-1f3c", …)), why=None)
    -> Outcome(item="77ab…", stands=None, why="disagree")

Where people agree that neither answer will do, the corrected one is chosen. It wins over the better of the two: the
side that more people still preferred, else the one that can be read as an answer, else one by the item's key; and
never over a side whose call it repeats, while the other's differs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeVar

from annotation.likeness import same_call
from schemas.annotation import Annotation, Item, Judgement, PreferenceItem, Side, Verdict
from schemas.answer import Answer
from schemas.identity import canonical_json, digest
from schemas.preference import Preference, Sample
from schemas.skill import Library

Why = Literal[
    "too few", "skipped", "low confidence", "flagged", "disagree", "tie", "correction breaks the card", "check",
    "wants another opinion",
]  # fmt: skip
WANTS_ANOTHER: Why = "wants another opinion"
T = TypeVar("T", bound=str)
CORRECTED = "correction"
SURE = {"high": 1.0, "medium": 0.75, "low": 0.5, None: 0.75}
PERSONAL = "pii"


class Outcome(NamedTuple):
    """What stands: a preference, or for a review the answer, corrected or as it was; else why nothing does."""

    item: str
    stands: Preference | Answer | None = None
    why: Why | None = None
    corrected: bool = False


class Undecided(Exception):
    """Nothing stands, and why."""

    def __init__(self, why: Why):
        super().__init__(why)
        self.why: Why = why


def adjudicate(item: Item, judgements: Iterable[Judgement], policy: Annotation, library: Library, salt: str) -> Outcome:
    """People's names leave here as pseudonyms under `salt`; those of simulated annotators as they are."""
    given = latest(judgements)
    held_against(item, given)
    try:
        if isinstance(item, PreferenceItem) and item.check is not None:
            raise Undecided("check")
        usable = heeded(given, policy)
        verdict = decided(usable, policy)
        if isinstance(item, PreferenceItem):
            made = preferred(item, verdict, usable, policy, library, salt)
            return Outcome(item.key, made, corrected=made.corrected)
        answer = item.answer if verdict == "accept" else settled_correction(item, usable, policy, library)
        return Outcome(item.key, answer, corrected=verdict == "correct")
    except Undecided as nothing:
        return Outcome(item.key, why=nothing.why)


def latest(judgements: Iterable[Judgement]) -> list[Judgement]:
    """One of each annotator, the newest, in an order that hangs on names alone."""
    newest = {j.annotator: j for j in sorted(judgements, key=lambda j: j.updated)}
    return [newest[name] for name in sorted(newest)]


def held_against(item: Item, given: Sequence[Judgement]) -> None:
    for other in {j.item for j in given} - {item.key}:
        raise ValueError(f"a judgement of item {other} stands among those of {item.key}")
    kinds = {j.judge: j.annotator for j in given}
    if len(kinds) > 1:
        raise ValueError(
            f"item {item.key}: human ({kinds['human']}) and simulated ({kinds['simulated']}) judgements are never mixed"
        )


def asked_of(given: Sequence[Judgement], policy: Annotation) -> int:
    """How many were to judge an item like this."""
    return policy.simulated if given[0].judge == "simulated" else policy.overlap


def heeded(given: Sequence[Judgement], policy: Annotation) -> list[Judgement]:
    """The judgements that count; of all who were asked more than half must have come to a verdict that does."""
    looked = [j for j in given if j.status in ("ok", "skipped")]
    if not looked or len(looked) < asked_of(given, policy):
        raise Undecided("too few")
    flagged = [j for j in looked if j.flags]
    if any(PERSONAL in j.flags for j in flagged) or 2 * len(flagged) > len(looked):
        raise Undecided("flagged")
    with_verdict = [j for j in looked if j.status == "ok"]
    usable = [j for j in with_verdict if policy.low_confidence == "keep" or j.confidence != "low"]
    least = asked_of(given, policy) // 2 + 1
    if len(with_verdict) < least:
        raise Undecided("skipped")
    if len(usable) < least:
        raise Undecided("low confidence")
    return usable


def decided(usable: Sequence[Judgement], policy: Annotation) -> Verdict:
    verdict = agreed([j.verdict or "tie" for j in usable], usable, policy)
    if verdict == "tie":
        raise Undecided(WANTS_ANOTHER if policy.ties == "further" and may_ask(usable, policy) else "tie")
    return verdict


def agreed(said: Sequence[T], usable: Sequence[Judgement], policy: Annotation) -> T:
    """What more than half say; what all say where unanimity is asked for, or where another may still be asked."""
    most, count = Counter(sorted(said)).most_common(1)[0]
    if count == len(said):
        return most
    if policy.policy == "majority" and 2 * count > len(said):
        return most
    if policy.policy == "further" and 2 * count > len(said) and len(usable) > asked_of(usable, policy):
        return most
    raise Undecided(WANTS_ANOTHER if policy.policy == "further" and may_ask(usable, policy) else "disagree")


def may_ask(usable: Sequence[Judgement], policy: Annotation) -> bool:
    """Another person is asked until twice as many as planned have judged."""
    return len(usable) < 2 * asked_of(usable, policy) + 1


def settled_correction(item: Item, usable: Sequence[Judgement], policy: Annotation, library: Library) -> Answer:
    """The corrected call that people agree on, with one of the replies that were written for it."""
    written = [j.corrected for j in usable if j.corrected is not None]
    sound = [answer for answer in written if not answer.call.problems(library)]
    if not sound:
        raise Undecided("correction breaks the card")
    call = agreed([call_text(answer) for answer in sound], usable, policy)
    return min((a for a in sound if call_text(a) == call), key=lambda a: digest([item.key, a.text]))


def call_text(answer: Answer) -> str:
    return canonical_json(answer.call.model_dump(mode="json"))


def preferred(
    item: PreferenceItem,
    verdict: Verdict,
    usable: Sequence[Judgement],
    policy: Annotation,
    library: Library,
    salt: str,
) -> Preference:
    if verdict == "neither":
        answer = settled_correction(item, usable, policy, library)
        lost = rejected_side(item, answer, usable)
        won = Sample.of(answer.text, CORRECTED)
    else:
        lost = "b" if verdict == "a" else "a"
        won = side_of(item, "a" if verdict == "a" else "b")
    for_it = [j for j in usable if j.verdict == verdict]
    return Preference(
        turn=item.pair.turn,
        chosen=won,
        rejected=side_of(item, lost),
        corrected=verdict == "neither",
        judge=for_it[0].judge,
        annotators=tuple(sorted(named(j, salt) for j in usable)),
        reasons=tuple(reason for reason, _ in Counter(sorted(r for j in for_it for r in j.reasons)).most_common()),
        confidence=round(sum(SURE[j.confidence] for j in for_it) / len(usable), 3),
    )


def side_of(item: PreferenceItem, side: Side) -> Sample:
    return item.pair.a if side == "a" else item.pair.b


def rejected_side(item: PreferenceItem, answer: Answer, usable: Sequence[Judgement]) -> Side:
    """Which side a correction wins over; the first lines of this file say how it is chosen."""
    votes = Counter(j.verdict for j in usable)
    sides: tuple[Side, Side] = ("a", "b")

    def standing(side: Side) -> tuple[bool, int, bool, bool]:
        text, said = side_of(item, side).text, side_of(item, side).answer
        repeats = said is not None and same_call(said.call, answer.call, item.context)
        return (text != answer.text and not repeats, votes[side], said is not None, side == item.left)

    return max(sides, key=standing)


def named(judgement: Judgement, salt: str) -> str:
    return judgement.annotator if judgement.judge == "simulated" else pseudonym(judgement.annotator, salt)


def pseudonym(email: str, salt: str) -> str:
    """The same for the same person under the same salt; without the salt nobody can tell who it is."""
    return f"annotator-{digest([salt, email.strip().casefold()])[:8]}"
