"""Agreement is what the textbook says it is, and finds the error rates that annotators were given."""

from typing import Any

import pytest

from annotation.agreement import Agreement, Level, Ratings, agreement, alpha, raw_agreement, table
from annotation.simulated import judge, simulated_names
from schemas.annotation import Context, Judgement, Line, PreferenceItem, Side, Verdict
from schemas.answer import Answer, Call
from schemas.identity import digest
from schemas.preference import Pair, Sample


def units(*rows: str) -> dict[object, list[int]]:
    """One row for each annotator, one column for each item; a dot where there is no rating."""
    columns = zip(*(row.split() for row in rows), strict=True)
    return {n: [int(value) for value in column if value != "."] for n, column in enumerate(columns)}


# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: section C's data, four observers and twelve units.
FOUR = units(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
# The example of three coders and fifteen units in most handbooks and encyclopedias.
THREE = units(
    ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "1 . 2 1 3 3 4 3 . . . . . . .",
    ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
)


@pytest.mark.parametrize(
    ("data", "level", "published"),
    [
        (FOUR, "nominal", 0.743),
        (FOUR, "ordinal", 0.815),
        (FOUR, "interval", 0.849),
        (THREE, "nominal", 0.691),
        (THREE, "interval", 0.811),
    ],
)
def test_alpha_of_the_textbooks_data(data: Any, level: Level, published: float) -> None:
    assert alpha(data, level) == pytest.approx(published, abs=0.0005)


def test_alpha_of_four_items_by_hand() -> None:
    """Two annotators, ratings aa ab bb bb. Eight values: three a, five b. Observed 2 of 8 pairs differ; by chance
    2·3·5 of 8·7 = 30/56. So 1 - (2/8)/(30/56) = 1 - 112/240 = 8/15."""
    data: Ratings = {1: ["a", "a"], 2: ["a", "b"], 3: ["b", "b"], 4: ["b", "b"]}
    assert alpha(data) == pytest.approx(8 / 15)
    assert raw_agreement(data) == 3 / 4


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({1: ["a", "a"], 2: ["b", "b"]}, 1.0),
        ({1: ["a", "b"], 2: ["a", "b"]}, -0.5),
        ({1: ["a", "a"], 2: ["a", "a"]}, None),
        ({1: ["a"], 2: ["b"]}, None),
        ({}, None),
    ],
)
def test_alpha_at_its_ends(data: Any, expected: float | None) -> None:
    assert alpha(data) == (None if expected is None else pytest.approx(expected))


def test_an_item_that_one_person_judged_changes_nothing() -> None:
    assert alpha({**THREE, "alone": [2]}) == alpha(THREE)


GOLD = Answer(call=Call(intent="anime"), reply="Here's the anime version.")


def item(n: int, better: Side) -> PreferenceItem:
    """One where the better side is plain."""
    context = Context(dialogue_id="d", turn=0, lines=(Line(who="user", text=f"{n}: as anime please"),))
    right, wrong = Sample.of(GOLD.text, "x"), Sample.of(GOLD.text[:-9], "x")
    a, b = (right, wrong) if better == "a" else (wrong, right)
    return PreferenceItem(context=context, pair=Pair(dialogue_id="d", turn=0, a=a, b=b), check=better)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.6])
def test_annotators_of_known_error_rates_agree_as_those_imply(rate: float) -> None:
    """Of k = 4 verdicts one is fair; an annotator says it with p = 1 - e + e/4 and each other with q = e/4. So two
    differ on an item with 1 - (p² + 3q²). Half the items are fair at a, half at b: over all, a and b are each said with
    (p + q)/2, tie and neither each with q, and two unrelated verdicts differ with 1 - 2((p + q)/2)² - 2q²."""
    items = [item(n, "a" if n % 2 else "b") for n in range(1500)]
    found = [judge(each, GOLD, name, rate, 11) for each in items for name in simulated_names(3)]
    p, q = 1 - rate + rate / 4, rate / 4
    observed = 1 - (p**2 + 3 * q**2)
    by_chance = 1 - 2 * ((p + q) / 2) ** 2 - 2 * q**2
    result = agreement(found, {each.key: each.check for each in items if each.check})
    question = next(q for q in result.questions if q.name == "verdict")
    assert question.alpha == pytest.approx(1 - observed / by_chance, abs=0.03)
    assert question.raw == pytest.approx(1 - observed, abs=0.03)
    for annotator in result.annotators:
        assert annotator.passed / annotator.checks == pytest.approx(p, abs=0.03)
        assert annotator.alike == pytest.approx(1 - observed, abs=0.04)
        assert annotator.checks == annotator.judged == 1500 - annotator.skipped


def judgement(key: int, who: str, verdict: Verdict | None = None, **more: Any) -> Judgement:
    corrected = Answer(call=Call(intent=more.pop("skill")), reply="Done.") if "skill" in more else None
    fields = {"project": "preferences", "status": "ok" if verdict else "skipped", "seconds": 10.0}
    return Judgement(
        item=digest(key)[:40],
        annotator=who,
        verdict=verdict,
        corrected=corrected,
        **{**fields, **more},
    )


SMALL = [
    judgement(1, "anna", "a", seconds=10.0),
    judgement(1, "ben", "a", seconds=40.0),
    judgement(2, "anna", "neither", skill="anime", seconds=20.0),
    judgement(2, "ben", "neither", skill="stylize", seconds=60.0),
    judgement(3, "anna", "b", seconds=90.0),
    judgement(3, "ben", seconds=2.0),
    judgement(4, "ben", status="invalid", why="no verdict", seconds=None),
    judgement(5, "anna", "accept", project="review", naturalness=4),
    judgement(5, "ben", "accept", project="review", naturalness=5),
    judgement(1, "simulated-1", "b", judge="simulated"),
]


def found() -> Agreement:
    return agreement(SMALL, {digest(1)[:40]: "a", digest(3)[:40]: "a"})


def test_questions_are_counted_apart_by_project_and_judge() -> None:
    counted = {(q.project, q.judge, q.name): (q.items, q.ratings, q.raw) for q in found().questions}
    assert counted == {
        ("preferences", "human", "verdict"): (3, 5, 1.0),
        ("preferences", "human", "corrected skill"): (1, 2, 0.0),
        ("preferences", "simulated", "verdict"): (1, 1, None),
        ("review", "human", "verdict"): (1, 2, 1.0),
        ("review", "human", "naturalness"): (1, 2, 0.0),
    }


def test_annotators_are_told_how_they_compare() -> None:
    anna, ben, simulated = found().annotators
    assert (anna.name, anna.judged, anna.skipped, anna.alike, anna.checks, anna.passed, anna.seconds) == (
        "anna", 4, 0, 1.0, 2, 1, 15.0,
    )  # fmt: skip
    assert (ben.name, ben.judged, ben.skipped, ben.unusable, ben.checks, ben.passed) == ("ben", 3, 1, 1, 1, 1)
    assert (simulated.alike, simulated.passed) == (None, 0), "people and simulated annotators are not compared"


def test_the_table_has_a_line_for_each() -> None:
    lines = table(found()).splitlines()
    assert lines[0].split() == ["project", "judge", "question", "items", "ratings", "raw", "alpha"]
    assert "preferences  human      verdict          3      5        100.0 %  1.000" in lines
    assert [line.split()[0] for line in lines[-3:]] == ["anna", "ben", "simulated-1"]
    assert not any(line.endswith(" ") for line in lines)


def test_the_order_of_judgements_does_not_matter() -> None:
    assert agreement(reversed(SMALL), {}) == agreement(SMALL, {})
