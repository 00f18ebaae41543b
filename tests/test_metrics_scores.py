"""Means, intervals, break-downs and comparisons: against hand work, against theory, and in seconds."""

from math import sqrt
from time import perf_counter

import pytest

from evaluation.metrics.comparison import compare, exact_p
from evaluation.metrics.human import Rating, human_marks
from evaluation.metrics.scores import Mark, Score, by_dialogue, facets_of, score, table, whole_dialogues
from schemas.errors import BadInput, Refused
from schemas.identity import keyed
from tests.test_metrics_text import DARK, TEAL, talk


def marks_of(*values: tuple[float, ...]) -> list[Mark]:
    """One tuple for each dialogue."""
    return [Mark(f"d{i:04}", n, value) for i, own in enumerate(values) for n, value in enumerate(own)]


def test_a_score_is_the_mean_over_turns_with_its_counts() -> None:
    """Three of four turns in two dialogues; a draw of two dialogues has 2/2 and 1/2, or one of them twice."""
    found = score(marks_of((1, 1), (1, 0)))
    assert found == Score(value=0.75, n=4, dialogues=2, low=0.5, high=1.0)


def test_weights_count() -> None:
    found = score([Mark("d", 0, 1.0, 1.0), Mark("d", 1, 0.0, 3.0)])
    assert found is not None and found.value == 0.25


def test_nothing_to_measure_is_no_score() -> None:
    assert score([]) is None
    assert table({"isa": []}, {}) == []


def test_one_for_all_turns_of_a_dialogue_and_means_by_dialogue() -> None:
    found = marks_of((1, 1, 1), (1, 0))
    assert [m.value for m in whole_dialogues(found)] == [1, 0]
    assert [m.value for m in by_dialogue(found)] == [1, 0.5]


def test_the_interval_is_the_one_of_theory_where_dialogues_have_one_turn() -> None:
    """Of 1,000 independent turns 80 % are right: 0.8 ± 1.96 · sqrt(0.8 · 0.2 / 1000) = 0.8 ± 0.0248."""
    found = score(marks_of(*[(1,)] * 800, *[(0,)] * 200), resamples=4000)
    half = 1.96 * sqrt(0.8 * 0.2 / 1000)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.8 - half, 0.8 + half), abs=0.002)


def test_turns_that_fail_together_make_the_interval_wider() -> None:
    """250 dialogues of four like turns know no more than 250 turns."""
    alone = score(marks_of(*[(1,)] * 200, *[(0,)] * 50), resamples=2000)
    together = score(marks_of(*[(1, 1, 1, 1)] * 200, *[(0, 0, 0, 0)] * 50), resamples=2000)
    assert alone is not None and together is not None
    assert together.n == 4 * alone.n
    assert (together.low, together.high) == (alone.low, alone.high)


def test_a_score_depends_on_the_seed_and_not_on_the_order() -> None:
    found = marks_of(*[(1, 0, 1)] * 30, *[(0, 1)] * 30)
    assert score(found) == score(found[::-1])
    assert score(found, seed=1) != score(found, seed=2)


def test_the_break_down_by_hand() -> None:
    """a: recolor right, adjust wrong; b: recolor right."""
    dialogues = [talk(TEAL, DARK, name="a"), talk(TEAL, name="b")]
    isa = [Mark("a", 0, 1.0), Mark("a", 1, 0.0), Mark("b", 0, 1.0)]
    rows = table({"isa": isa, "isa_dialogue": whole_dialogues(isa)}, facets_of(dialogues))
    assert [(r.metric, r.facet, r.group, round(r.score.value, 2), r.score.n) for r in rows] == [
        ("isa", "all", "all", 0.67, 3),
        ("isa", "skill", "adjust", 0.0, 1),
        ("isa", "skill", "recolor", 1.0, 2),
        ("isa", "turn", "1", 1.0, 2),
        ("isa", "turn", "2", 0.0, 1),
        ("isa", "phenomenon", "none", 0.67, 3),
        ("isa", "turns", "1", 1.0, 1),
        ("isa", "turns", "2", 0.5, 2),
        ("isa_dialogue", "all", "all", 0.5, 2),
        ("isa_dialogue", "turns", "1", 1.0, 1),
        ("isa_dialogue", "turns", "2", 0.0, 1),
    ]
    assert rows[0].score == score(isa)


def test_a_turn_counts_for_each_of_its_phenomena_and_for_facets_of_ones_own() -> None:
    isa = [Mark("a", 0, 1.0), Mark("a", 1, 0.0)]
    facet = {("a", 0): ("anaphora", "negative"), ("a", 1): ("negative",)}
    rows = table({"isa": isa}, {"phenomenon": facet})
    assert [(r.group, r.score.value) for r in rows[1:]] == [("anaphora", 1.0), ("negative", 0.5)]


def test_the_whole_table_of_a_test_split_takes_seconds() -> None:
    rng = keyed("marks")
    found = {
        f"m{k}": [Mark(f"d{i}", n, float(rng.random() < 0.8)) for i in range(1000) for n in range(2 + i % 2)]
        for k in range(12)
    }
    groups = {f"f{k}": {m.place: (str(rng.randrange(20)),) for m in found["m0"]} for k in range(3)}
    start = perf_counter()
    rows = table(found, groups)
    assert len(rows) == 12 * 61 and sum(row.score.n for row in rows[:1]) == 2500
    assert perf_counter() - start < 20


@pytest.mark.parametrize(
    ("up", "down", "p"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (6, 0, 2 / 64),
        (1, 8, 2 * (1 + 9) / 512),
        (8, 2, 2 * (1 + 10 + 45) / 1024),
        (900, 900, 1.0),
    ],
)
def test_mcnemars_exact_test_by_hand(up: int, down: int, p: float) -> None:
    assert exact_p(up, down) == pytest.approx(p)
    assert exact_p(up, down) == exact_p(down, up)


def test_two_systems_on_the_same_turns() -> None:
    """Two turns got better, one worse, one stayed: +1/4. Coins of three: p = 2 · (1 + 3) / 8 = 1."""
    before, after = marks_of((0, 0), (1, 1)), marks_of((1, 1), (0, 1))
    found = compare(before, after)
    assert found is not None
    assert (found.difference, found.n, found.up, found.down, found.p) == (0.25, 4, 2, 1, 1.0)
    assert (found.low, found.high) == (-0.5, 1.0)


def test_a_paired_interval_is_narrower_than_what_two_scores_say() -> None:
    """A system that is right wherever the other is, and on ten of 200 turns more."""
    before = marks_of(*[(1,)] * 100, *[(0,)] * 100)
    after = marks_of(*[(1,)] * 110, *[(0,)] * 90)
    found, first, second = compare(before, after), score(before), score(after)
    assert found is not None and first is not None and second is not None
    assert first.high > second.low
    assert found.difference == pytest.approx(0.05)
    assert 0 < found.low < 0.05 < found.high < 0.1
    assert found.p == 2 / 2**10


def test_a_system_differs_in_nothing_from_itself() -> None:
    found = compare(marks_of((1, 0), (1,)), marks_of((1, 0), (1,)))
    assert found is not None and found[:3] == (0, 0, 0) and found.p == 1
    assert compare([], []) is None


def test_other_turns_are_no_comparison() -> None:
    with pytest.raises(Refused, match="different turns"):
        compare(marks_of((1, 0)), marks_of((1,)))
    with pytest.raises(Refused, match="weigh differently"):
        compare([Mark("d", 0, 1.0, 1.0)], [Mark("d", 0, 1.0, 2.0)])


def test_human_score_is_two_criteria_of_equal_weight_from_nought_to_one() -> None:
    """d1: (1 + 0.75)/2 and (0.5 + 0.75)/2, so 0.75; d2: 0."""
    given = [Rating("d1", "anna", 5, 4), Rating("d1", "ben", 3, 4), Rating("d2", "anna", 1, 1)]
    found = human_marks(given)
    assert [m.value for m in found["human_score"]] == [0.75, 0.0]
    assert [m.value for m in found["understanding"]] == [0.75, 0.0]
    assert [m.value for m in found["consistency"]] == [0.75, 0.0]
    with pytest.raises(BadInput, match="a rating of 6"):
        human_marks([Rating("d1", "anna", 6, 1)])
