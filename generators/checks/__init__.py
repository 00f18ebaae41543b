"""Checks: named reasons for which a dialogue is not let in. Each is one small function that answers
None, or what is wrong.

    grounded(dialogue, library) -> "turns.1: colour 'teal' was never said"

A reject is kept with "name: what is wrong" as its reason. A plan can name checks of the user's own (own.py);
they run after these.
"""

from collections.abc import Mapping
from pathlib import Path

from generators.checks.decency import decent
from generators.checks.labels import fits_card, grounded, resolvable
from generators.checks.language import in_language
from generators.checks.negatives import heeds_negatives
from generators.checks.own import Check
from generators.checks.speech import legible, of_sensible_length, speaks_plainly, unrepeated
from generators.checks.states import coherent
from schemas.dialogue import Dialogue
from schemas.skill import Library

FOLDER = Path(__file__).parent
NO_MORE: Mapping[str, Check] = {}
CHECKS: Mapping[str, Check] = {
    "fits_card": fits_card,
    "resolvable": resolvable,
    "coherent": coherent,
    "grounded": grounded,
    "heeds_negatives": heeds_negatives,
    "speaks_plainly": speaks_plainly,
    "of_sensible_length": of_sensible_length,
    "unrepeated": unrepeated,
    "legible": legible,
    "in_language": in_language,
    "decent": decent,
}


def first_failure(dialogue: Dialogue, library: Library, own: Mapping[str, Check] = NO_MORE) -> str | None:
    """The first reason to reject, ours before the user's `own`."""
    for checks in (CHECKS, own):
        for name, check in checks.items():
            if problem := check(dialogue, library):
                return f"{name}: {problem}"
    return None
