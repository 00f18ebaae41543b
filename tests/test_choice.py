"""Which items people see: the most doubtful first, every skill, known ones among them, and always the same."""

from collections import Counter

import pytest

from annotation.choice import chosen, disagreement
from schemas.annotation import Context, Item, Line, ReviewItem
from schemas.answer import Answer, Call


def item(n: int, skill: str) -> ReviewItem:
    context = Context(dialogue_id="d", turn=0, lines=(Line(who="user", text=f"{skill} {n}"),))
    return ReviewItem(context=context, answer=Answer(call=Call(intent=skill), reply="Done."))


def skill_of(given: Item) -> str:
    assert isinstance(given, ReviewItem)
    return given.answer.call.intent


COMMON, RARE = [item(n, "recolor") for n in range(90)], [item(n, "upscale") for n in range(6)]
ITEMS = [*COMMON, *RARE]
CHECKS = [item(n, "check") for n in range(20)]


def test_a_rare_stratum_is_not_crowded_out() -> None:
    found = Counter(skill_of(i) for i in chosen(ITEMS, 20, skill_of, seed=1))
    assert found == {"recolor": 14, "upscale": 6}


def test_the_choice_hangs_on_the_seed_and_not_on_the_order_of_the_items() -> None:
    first = chosen(ITEMS, 20, skill_of, seed=1)
    assert chosen([*ITEMS[::-1], *ITEMS], 20, skill_of, seed=1) == first
    assert chosen(ITEMS, 20, skill_of, seed=2) != first


def test_a_larger_limit_adds_and_takes_nothing_away() -> None:
    few, many = ({i.key for i in chosen(ITEMS, limit, skill_of, seed=1)} for limit in (10, 40))
    assert few < many


def test_the_most_doubtful_come_first_and_what_has_no_score_after() -> None:
    scores = {i.key: n / 100 for n, i in enumerate(COMMON[:30])}
    found = chosen(ITEMS, 10, skill_of, 1, score=lambda i: scores.get(i.key))
    assert {i.key for i in found} == {i.key for i in COMMON[20:30]}
    assert len(chosen(ITEMS, 50, skill_of, 1, score=lambda i: scores.get(i.key))) == 50


@pytest.mark.parametrize(("limit", "share", "expected"), [(100, 0.03, 3), (50, 0.1, 5), (10, 0.0, 0), (96, 1.0, 20)])
def test_checks_are_mixed_in_by_their_share(limit: int, share: float, expected: int) -> None:
    found = chosen(ITEMS, limit, skill_of, 1, checks=CHECKS, share=share)
    assert sum(skill_of(i) == "check" for i in found) == expected
    assert len(found) == min(limit, len(ITEMS) + expected)


def test_checks_stand_among_the_others() -> None:
    places = [
        n for n, i in enumerate(chosen(ITEMS, 80, skill_of, 1, checks=CHECKS, share=0.25)) if skill_of(i) == "check"
    ]
    assert len(places) == 20 and min(places) < 20 and max(places) > 60


def test_an_item_comes_once() -> None:
    found = chosen([*ITEMS, *CHECKS], 116, skill_of, 1, checks=CHECKS, share=0.1)
    assert len({i.key for i in found}) == len(found)


def test_disagreement_is_the_share_of_pairs_that_differ() -> None:
    a, b, c = COMMON[:3]
    score = disagreement({a.key: ["a", "a", "b"], b.key: ["a"]})
    assert score(a) == pytest.approx(2 / 3)
    assert (score(b), score(c)) == (None, None)
