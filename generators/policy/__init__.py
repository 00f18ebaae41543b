"""The embedded policy that answers in pairs: the gold answer, perturbed as a weak model errs.

    pair_of(dialogue, 1, library, Errors(), seed=7)
    -> Pair(a=Sample(text='{"intent": "recolor", …}', source="policy-1:right"),
            b=Sample(text='{"intent": "adjust", …}', source="policy-1:confused_skill"))

Each side's error is drawn by the weights of Errors; one that cannot happen at this turn (there is no amount to be
missed) is drawn anew. `source` names it.
"""

from collections.abc import Callable, Mapping

from generators.policy import slips, spoilt
from generators.policy.confusions import confused
from generators.policy.contexts import context_of
from generators.policy.moment import Moment
from generators.policy.replies import reply_to, reworded
from schemas.annotation import Errors, Side
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue
from schemas.identity import keyed
from schemas.preference import Pair, Sample
from schemas.skill import Library

__all__ = ["POLICY", "check_pair", "context_of", "error_of", "known_better", "pair_of"]

POLICY = "policy-1"
RIGHT = "right"
TRIES = 6
AS_GOLD = 0.5
VAGUE = frozenset({"instruct_edit", "chat", "vqa"})

CALLS: dict[str, Callable[[Moment], Call | None]] = {
    "confused_skill": confused,
    "dropped_parameter": slips.dropped_parameter,
    "invented_parameter": slips.invented_parameter,
    "wrong_object": slips.wrong_object,
    "wrong_image": slips.wrong_image,
    "off_amount": slips.off_amount,
}
TEXTS: dict[str, Callable[[Moment], str | None]] = {
    "malformed": spoilt.malformed,
    "parroted": spoilt.parroted,
    "wrong_language": spoilt.wrong_language,
    "garbled": spoilt.garbled,
}
# What anyone sees at once: for pairs that watch annotators.
PLAINLY_WRONG = Errors(
    right=0, confused_skill=3, dropped_parameter=0, invented_parameter=0, wrong_object=2, wrong_image=0, off_amount=0,
    malformed=0, parroted=1, wrong_language=2, garbled=2,
)  # fmt: skip


def pair_of(dialogue: Dialogue, turn: int, library: Library, errors: Errors, seed: int) -> Pair | None:
    """Two different answers to the user's words of this turn; None where no two can be made."""
    a = side_of(dialogue, turn, library, errors, (seed, "a"), unlike=None)
    b = side_of(dialogue, turn, library, errors, (seed, "b"), unlike=a)
    if a is None or b is None:
        return None
    return Pair(dialogue_id=dialogue.id, turn=turn, a=a, b=b)


def check_pair(dialogue: Dialogue, turn: int, library: Library, seed: int) -> Pair | None:
    """The gold answer against a plainly wrong one, whichever side it stands on; known_better tells which."""
    right = Sample.of(dialogue.turns[turn].answer.text, f"{POLICY}:{RIGHT}")
    drawn = (side_of(dialogue, turn, library, PLAINLY_WRONG, (seed, f"check {k}"), right) for k in range(TRIES))
    wrong = next((sample for sample in drawn if sample and is_plain(sample)), None)
    if wrong is None:
        return None
    sides = [right, wrong]
    keyed(seed, "check", dialogue.id, turn).shuffle(sides)
    return Pair(dialogue_id=dialogue.id, turn=turn, a=sides[0], b=sides[1])


def is_plain(sample: Sample) -> bool:
    """Whether nobody could mean it: another skill is plainly wrong unless it takes any words for an instruction."""
    intent = sample.answer.call.intent if sample.answer else None
    return error_of(sample) != "confused_skill" or intent not in VAGUE


def known_better(pair: Pair) -> Side | None:
    """The side that is right where the other is not."""
    a, b = error_of(pair.a) == RIGHT, error_of(pair.b) == RIGHT
    return None if a == b else "a" if a else "b"


def error_of(sample: Sample) -> str:
    return sample.source.partition(":")[2]


def side_of(
    dialogue: Dialogue, turn: int, library: Library, errors: Errors, key: tuple[int, str], unlike: Sample | None
) -> Sample | None:
    """One answer, keyed by all that it hangs on."""
    seed, side = key
    rng = keyed(seed, POLICY, dialogue.id, turn, side)
    m = Moment(dialogue, turn, library, rng)
    weights = {name: weight for name, weight in errors.model_dump().items() if weight > 0}
    right = weights.pop(RIGHT, 0)
    if right and rng.random() * (right + sum(weights.values())) < right:
        return sample_of(RIGHT, m, unlike) or any_error(weights, m, unlike)
    return any_error(weights, m, unlike) or (sample_of(RIGHT, m, unlike) if right else None)


def any_error(weights: Mapping[str, float], m: Moment, unlike: Sample | None) -> Sample | None:
    """One that can happen here, so that what cannot makes no answer right."""
    left = dict(weights)
    while left:
        error = m.rng.choices(list(left), list(left.values()))[0]
        if made := sample_of(error, m, unlike):
            return made
        del left[error]
    return None


def sample_of(error: str, m: Moment, unlike: Sample | None) -> Sample | None:
    for _ in range(TRIES):
        text = written(error, m)
        made = None if text is None else Sample.of(text, f"{POLICY}:{error}")
        if made and (unlike is None or differs(made, unlike)):
            return made
    return None


def differs(sample: Sample, other: Sample) -> bool:
    """Two sides are no two wordings of one wrong call; of the right one they may be."""
    same_call = sample.answer and other.answer and sample.answer.call == other.answer.call
    errors = {error_of(sample), error_of(other)}
    return sample.text != other.text and not (same_call and errors <= CALLS.keys())


def written(error: str, m: Moment) -> str | None:
    """The answer's text with this error in it; never the gold answer but for `right`."""
    if error == RIGHT:
        return m.gold.text if m.rng.random() < AS_GOLD else Answer(call=m.gold.call, reply=reworded(m)).text
    if error in TEXTS:
        text = TEXTS[error](m)
        return None if text == m.gold.text else text
    call = CALLS[error](m)
    if call is None or call == m.gold.call:
        return None
    return Answer(call=call, reply=wrong_reply(error, call, m)).text


def wrong_reply(error: str, call: Call, m: Moment) -> str:
    """A model that leaves out or makes up a parameter says mostly what it would have said; else it speaks of what
    it did."""
    keeps = error in ("dropped_parameter", "invented_parameter", "wrong_image")
    if (keeps or not m.skill.draws) and call.intent == m.gold.call.intent and m.gold.reply:
        return m.gold.reply if m.rng.random() < AS_GOLD else reworded(m)
    return reply_to(call, m)
