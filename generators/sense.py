"""What nobody would ask for next: a thing thrown out that only just came, the same again on the same picture, an
answer that the user gave.
"""

from collections.abc import Collection, Sequence

from generators.proposals import Proposal
from generators.scenes import read
from schemas.answer import Call
from schemas.outline import PlannedTurn, Shot
from schemas.scene import Scene

COMES_IN = (("add_object", "object"), ("replace_object", "replacement"))
GOES_OUT = ("remove_object", "replace_object")
TAKING_AWAY = frozenset({*GOES_OUT, "transform"})


def undoes(turns: Sequence[PlannedTurn], creates: Collection[str], skill: str, proposal: Proposal) -> bool:
    """Whether this takes away what was only just put in, or brings back what was taken out."""
    calls = [turn.call for turn in turns]
    came = {str(call.parameters[name]) for call in calls for skill_id, name in COMES_IN if call.intent == skill_id}
    went = {str(call.parameters["object"]) for call in calls if call.intent in GOES_OUT}
    wanted, other = str(proposal.parameters.get("object", "")), str(proposal.parameters.get("replacement"))
    if skill == "remove_object" and calls and calls[-1].intent in creates:
        asked_for = read(str(calls[-1].parameters["prompt"])).nouns
        if len(asked_for) == 1 and asked_for == read(wanted).nouns:
            return True
    if skill in GOES_OUT:
        return wanted in came or other in went
    return skill == "add_object" and wanted in went


def was_done(shots: Sequence[Shot], call: Call, made: Scene) -> bool:
    """Whether this very call has made this very picture before."""
    done = [shot.call for shot in shots if shot.scene == made and shot.call.intent == call.intent]
    return any(earlier.apart_from_image == call.apart_from_image for earlier in done)


def takes_away_again(first: PlannedTurn, second: PlannedTurn) -> bool:
    """Whether the second throws out, or crops to, what the first was about."""
    about = {str(value) for value in first.call.parameters.values()}
    return second.call.intent in TAKING_AWAY and str(second.call.parameters.get("object")) in about


def is_known(turns: Sequence[PlannedTurn], question: Proposal) -> bool:
    """Whether the user has said the answer: nobody asks how many there are of what they put in."""
    if question.given["kind"] not in ("count", "presence"):
        return False
    said = " ; ".join(str(value) for turn in turns for value in turn.call.parameters.values())
    asked = " ; ".join(question.given.get(name, "") for name in ("thing", "things"))
    return bool(set(read(said).nouns) & set(read(asked).nouns))
