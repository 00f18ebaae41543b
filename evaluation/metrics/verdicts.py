"""Verdicts: one turn's text against its label, and the marks of Table 2 that follow from it.

    marks(verdicts(dialogues, predictions, library))
    -> {"isa": [Mark("p3fa…", 0, 1.0), …], "parameter_accuracy": […], …}

A text that is no answer is wrong, never an error. A prediction that is missing is an error, since nobody could tell a
model that was not asked from one that failed.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from evaluation.agreement import parts, plain
from evaluation.metrics.scores import Mark, whole_dialogues
from evaluation.metrics.structure import fault_of
from evaluation.metrics.values import WORDS, at_hand, differing, meant, named, same, terms
from schemas.answer import Call
from schemas.dialogue import Dialogue
from schemas.errors import BadInput
from schemas.prediction import Prediction
from schemas.skill import AVOID, Library, Skill

KEY_TERMS, CONDITIONS, NEGATIVES = 0.4, 0.3, 0.3
FORMAT, CLEAN = 0.6, 0.4
NOTHING = Call(intent="")


class Verdict(NamedTuple):
    """`said` is None where the text is no answer. The three parts of parameter accuracy are None where a turn has
    nothing of the kind."""

    dialogue_id: str
    turn: int
    label: Call
    said: Call | None
    differing: tuple[str, ...]
    problems: tuple[str, ...]
    key_terms: float | None
    conditions: float | None
    negatives: float | None
    fault: str | None

    @property
    def intent(self) -> bool:
        return self.said is not None and self.said.intent == self.label.intent

    @property
    def exact(self) -> bool:
        return self.intent and not self.differing

    @property
    def parameter_accuracy(self) -> float:
        """Where there is nothing of a kind to get right, it is right if the skill is."""
        if self.said is None:
            return 0.0
        found = [float(self.intent) if v is None else v for v in (self.key_terms, self.conditions, self.negatives)]
        return KEY_TERMS * found[0] + CONDITIONS * found[1] + NEGATIVES * found[2]

    @property
    def structural_conformity(self) -> float:
        return FORMAT * (self.said is not None) + CLEAN * (self.fault is None)


def verdicts(dialogues: Sequence[Dialogue], predictions: Iterable[Prediction], library: Library) -> list[Verdict]:
    told = by_place(predictions)
    places = {(d.id, n) for d in dialogues for n in range(len(d.turns))}
    if missing := sorted(places - told.keys()):
        raise BadInput(
            f"{len(missing)} of {len(places)} turns have no prediction, first {missing[0]}: predict them all"
        )
    if unknown := sorted(told.keys() - places):
        raise BadInput(f"{len(unknown)} predictions are for turns that are not there, first {unknown[0]}")
    return [verdict(d, n, told[d.id, n], library) for d in dialogues for n in range(len(d.turns))]


def by_place(predictions: Iterable[Prediction]) -> dict[tuple[str, int], Prediction]:
    told: dict[tuple[str, int], Prediction] = {}
    for prediction in predictions:
        place = (prediction.dialogue_id, prediction.turn)
        if place in told:
            raise BadInput(f"two predictions for turn {place}: give those of one model, each once")
        told[place] = prediction
    return told


def verdict(dialogue: Dialogue, n: int, prediction: Prediction, library: Library) -> Verdict:
    label, answer = dialogue.turns[n].call, prediction.answer
    card, picture = library[label.intent], at_hand(dialogue, n)
    said = answer.call if answer else NOTHING
    alike = said.intent == label.intent
    return Verdict(
        dialogue_id=dialogue.id,
        turn=n,
        label=label,
        said=answer.call if answer else None,
        differing=tuple(differing(label, said, card, picture)) if alike else (),
        problems=tuple(said.problems(library)) if answer else ("no answer",),
        key_terms=key_terms(label, said, card),
        conditions=conditions(label, said, card, library.get(said.intent), picture),
        negatives=negatives(label, said),
        fault=fault_of(prediction.text, answer),
    )


def key_terms(label: Call, said: Call, card: Skill) -> float | None:
    """The share of the label's meaningful words that stand in the parameter of the same name, whatever the skill."""
    wanted = named(label.parameters, card, WORDS)
    if not wanted:
        return None
    shares = []
    for name, value in wanted.items():
        words = terms(value)
        shares.append(len(words & set(plain(said.parameters.get(name, "")))) / len(words) if words else 1.0)
    return sum(shares) / len(shares)


def conditions(label: Call, said: Call, card: Skill, other: Skill | None, picture: int | None) -> float | None:
    """The share of agreeing choices, numbers, sizes, colours and pictures; words where the label has none disagree.
    Another skill's conditions are not the label's, so they agree in nothing."""
    mine, theirs = meant(label, card, picture), meant(said, other or card, picture)
    words = {*named(mine, card, WORDS), AVOID.name}
    if said.intent != label.intent:
        return 0.0 if (mine.keys() | theirs.keys()) - words else None
    names = (mine.keys() | theirs.keys()) - words
    if not names:
        return None
    return sum(same(card.input(name), mine.get(name), theirs.get(name)) for name in names) / len(names)


def negatives(label: Call, said: Call) -> float | None:
    """What both avoid over what either does; nought when the call asks for what it should avoid."""
    wanted, found = (parts(str(call.parameters.get(AVOID.name, ""))) for call in (label, said))
    if not wanted and not found:
        return None
    mine, theirs = positive_words(label), positive_words(said)
    if any(set(part) <= theirs and not set(part) <= mine for part in wanted):
        return 0.0
    return len(wanted & found) / len(wanted | found)


def positive_words(call: Call) -> set[str]:
    return {word for name, value in call.parameters.items() if name != AVOID.name for word in plain(value)}


def marks(found: Sequence[Verdict]) -> dict[str, list[Mark]]:
    """Everything that is measured of texts, by name."""
    right = [mark(v, v.intent) for v in found]
    exact = [mark(v, v.exact) for v in found]
    return {
        "isa": right,
        "isa_dialogue": whole_dialogues(right),
        "exact_call": exact,
        "exact_dialogue": whole_dialogues(exact),
        "parameter_accuracy": [mark(v, v.parameter_accuracy) for v in found],
        "key_terms": [mark(v, v.key_terms) for v in found if v.key_terms is not None],
        "conditions": [mark(v, v.conditions) for v in found if v.conditions is not None],
        "negatives": [mark(v, v.negatives) for v in found if v.negatives is not None],
        "structural_conformity": [mark(v, v.structural_conformity) for v in found],
        "format": [mark(v, v.said is not None) for v in found],
        "clean": [mark(v, v.fault is None) for v in found],
        "fits_card": [mark(v, not v.problems) for v in found],
    }


def mark(verdict: Verdict, value: float) -> Mark:
    return Mark(verdict.dialogue_id, verdict.turn, float(value))
