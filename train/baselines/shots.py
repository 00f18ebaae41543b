"""Shots: turns of sft with their labels, one for each skill and then another, for a model to learn from as it reads.

    shots(release, count=30, seed=7) -> (Shot(talk=Talk(…), answer=Answer(…)), …)

The commonest skills come first where there is not room for all. The same count and seed give the same shots, and
fewer of them are the first of more.
"""

from collections import defaultdict
from itertools import islice, zip_longest

from schemas.identity import keyed
from schemas.talk import Talk
from train.baselines.instructions import Shot
from train.release import Release


def shots(release: Release, count: int, seed: int) -> tuple[Shot, ...]:
    by_skill: dict[str, list[Shot]] = defaultdict(list)
    for dialogue, _ in release.dialogues("sft"):
        for n, turn in enumerate(dialogue.turns):
            by_skill[turn.call.intent].append(Shot(Talk.of(dialogue.turns, n), turn.answer))
    commonest = sorted(by_skill, key=lambda skill: (-len(by_skill[skill]), skill))
    dealt = [keyed(seed, "shots", skill).sample(by_skill[skill], len(by_skill[skill])) for skill in commonest]
    rounds = (shot for round_of_shots in zip_longest(*dealt) for shot in round_of_shots if shot is not None)
    return tuple(islice(rounds, count))
