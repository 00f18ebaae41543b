"""Turns that come in pairs: a request that leaves a value out and the answer to the question back; an offer and
its yes or no; two requests in one breath.

One turn, one call: of two requests the first is the label, the reply names the second, and the next turn takes
it up. A question back is chat; what was asked for comes with the answer.
"""

from generators.doings import doings
from generators.edits import EDITS
from generators.exchange_bank import Underspecified, exchanges
from generators.moves import other_skill, take_turn
from generators.proposals import Proposal
from generators.scenes import visible
from generators.sense import takes_away_again
from generators.walk import Walk
from schemas.answer import Call
from schemas.outline import PlannedTurn

TRIES = 8
ACCEPTED = 0.65
PLAINLY = {"earlier_image": 0.0, "negative": 0.0, "anaphora": 0.0}
# How a proposal's facts name the object where a question back may be which one.
AMONG = " on the "


def pair_up(walk: Walk) -> bool:
    """Perhaps two turns that belong together; the focus may be either."""
    n = len(walk.turns)
    if walk.current is None or n + 2 > walk.length:
        return False
    rates, roll = walk.rates, walk.rng.random()
    first = walk.focus if walk.focus_at == n else other_skill(walk)
    second = walk.focus if walk.focus_at == n + 1 else other_skill(walk)
    about = walk.focus if walk.focus_at in (n, n + 1) else other_skill(walk)
    if roll < rates.compound:
        return two_in_one(walk, first, second)
    if roll < rates.compound + rates.underspecified:
        return ask_back(walk, about)
    if roll < rates.compound + rates.underspecified + rates.offer:
        declined = walk.focus_at != n + 1 and walk.rng.random() >= ACCEPTED
        return offered(walk, first, second, declined)
    return False


def two_in_one(walk: Walk, first: str, second: str) -> bool:
    """ "remove the dog and brighten it": the first call now, the second when the next turn takes it up."""
    before = walk.state()
    if not edits_in_a_row(walk, first, second):
        walk.restore(before)
        return False
    rest = walk.turns[-1]
    walk.amend(-2, phenomena="compound", ahead=rest)
    walk.amend(-1, phenomena="takes_up", given={"leans": "takes_up"}, reason="the rest of the request before")
    return True


def offered(walk: Walk, first: str, second: str, declined: bool) -> bool:
    """The reply to the first offers the second; the next turn says yes or no."""
    before = walk.state()
    if not edits_in_a_row(walk, first, second):
        walk.restore(before)
        return False
    offer = walk.turns[-1]
    if not declined:
        walk.amend(-2, phenomena="offer", ahead=offer)
        walk.amend(-1, phenomena="yes_no", given={"leans": "yes"}, reason="the offer of the turn before")
        return True
    walk.restore(before)
    with walk.rated(**PLAINLY):
        if not take_turn_as(walk, first):
            walk.restore(before)
            return False
    walk.amend(-1, phenomena="offer", ahead=offer)
    walk.add_turn(
        Call(intent="chat"), Proposal({}, {"kind": "declined", "leans": "no"}), after=None, phenomena=["yes_no"]
    )
    return True


def edits_in_a_row(walk: Walk, first: str, second: str) -> bool:
    """Two changes of the current picture, one on the other, the second sayable in a verb phrase."""
    if first == second or not {first, second} <= EDITS.keys():
        return False
    with walk.rated(**PLAINLY):
        if not take_turn_as(walk, first):
            return False
        walk.spoken_of = None
        if not take_turn_as(walk, second):
            return False
    return bool(doings(walk.turns[-1])) and not takes_away_again(*walk.turns[-2:])


def ask_back(walk: Walk, skill: str) -> bool:
    """A request that leaves out what its skill needs; the assistant asks, and a word or two answer."""
    before = walk.state()
    with walk.rated(**PLAINLY):
        for _ in range(TRIES):
            if skill in EDITS and take_turn(walk, skill):
                asked = unanswered(walk, walk.turns[-1])
                if asked is not None:
                    put_before(walk, asked)
                    return True
            walk.restore(before)
    return False


def unanswered(walk: Walk, turn: PlannedTurn) -> dict[str, str] | None:
    """What the words of the asking turn need: the value left out, or the two things that could be meant."""
    name = str(turn.call.parameters.get("object", ""))
    scene = walk.shots[turn.image_before].scene if turn.image_before is not None else None
    if scene is not None and AMONG in name and "why" not in turn.given:
        noun = name.partition(AMONG)[0]
        if sum(thing.noun == noun for thing in visible(scene)) == 2:
            return {"missing": "which", "noun": noun, "where": name.removeprefix(f"{noun} ")}
    fitting = [entry for entry in exchanges().underspecified if lacks_only_this(entry, turn)]
    return {"missing": walk.rng.choice(fitting).missing} if fitting else None


def lacks_only_this(entry: Underspecified, turn: PlannedTurn) -> bool:
    """Whether the entry's words say all of the call but the one value."""
    parameters = turn.call.parameters
    if entry.skill != turn.call.intent or any(parameters.get(k) != v for k, v in entry.when.items()):
        return False
    said = {"object"} if any("{object}" in text for text in entry.said) else set()
    return parameters.keys() == {entry.missing} | said | entry.when.keys()


def put_before(walk: Walk, asked: dict[str, str]) -> None:
    """The request that leaves the value out, before the turn that answers for it."""
    answer = walk.turns.pop()
    reason = f"{asked['missing']} is not said, so the assistant asks"
    given = {**answer.given, **asked, "kind": "asks_back", "leans": "underspecified"}
    asking = PlannedTurn(
        call=Call(intent="chat"),
        attached=answer.attached,
        image_before=answer.image_before,
        phenomena=("underspecified",),
        given=given,
        ahead=answer,
        reason=reason,
    )
    kept = tuple(name for name in answer.phenomena if name != "intent_switch")
    walk.turns += [asking, answer.model_copy(update={"attached": (), "phenomena": kept})]
    walk.amend(-1, phenomena="short_answer", given={**asked, "leans": "short_answer"})


def take_turn_as(walk: Walk, skill: str) -> bool:
    return any(take_turn(walk, skill) for _ in range(TRIES))
