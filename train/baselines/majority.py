"""The commonest call, whatever is said: what any other system has to be better than.

    majority(release)(asked) -> (("p3fa19c2b7d-004-0", 1), '{"intent": "text_to_image", "parameters": {…}, …}'), …

Counted in sft: the commonest skill, with the parameters that it has most often.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from schemas.answer import Answer, Call
from train.asking import Asked, Place, System
from train.release import Release

REPLY = "Here you go, have a look."


def majority(release: Release) -> System:
    text = Answer(call=commonest(release), reply=REPLY).text

    def system(asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        return ((each.place, text) for each in asked)

    return system


def commonest(release: Release) -> Call:
    """Of equals the one that comes first in the release."""
    calls = [turn.call for dialogue, _ in release.dialogues("sft") for turn in dialogue.turns]
    (intent, _), *_ = Counter(call.intent for call in calls).most_common(1)
    alike = {call.parameters_json: call for call in calls if call.intent == intent}
    (parameters, _), *_ = Counter(c.parameters_json for c in calls if c.intent == intent).most_common(1)
    return alike[parameters]
