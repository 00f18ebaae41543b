"""A revised prompt differs from the old in one thing that the painter can read."""

from random import Random

import pytest

from generators.revisions import CHANGES, MAY_TOUCH, changes_only, revised
from generators.words import read

TEXTS = [
    "a fox and a red balloon on a beach, at sunset, in watercolour",
    "a cat next to an armchair in a living room",
    "two dogs with a football in a park, in the rain",
]


@pytest.mark.parametrize("kind", CHANGES)
def test_each_kind_of_change_touches_nothing_else(kind: str) -> None:
    made = [change for text in TEXTS for change in CHANGES[kind](text) if changes_only(text, change)]
    assert made, kind
    for change in made:
        assert change.kind == kind and change.new in change.text
        assert "  " not in change.text and not change.text.endswith(",")


def test_a_change_of_colour_dyes_the_thing_it_names() -> None:
    changes = [c for c in CHANGES["colour"](TEXTS[1]) if "armchair" in c.old and c.new == "green"]
    assert [c.text for c in changes] == ["a cat next to a green armchair in a living room"]
    assert {m.noun: m.colour for m in read(changes[0].text).things} == {"cat": None, "armchair": "green"}


def test_the_article_goes_with_the_colour() -> None:
    texts = [c.text for c in CHANGES["colour"](TEXTS[1]) if c.new == "orange" and "armchair" in c.old]
    assert texts == ["a cat next to an orange armchair in a living room"]


def test_one_more_stands_right_behind_the_thing_it_joins() -> None:
    texts = [c.text for c in CHANGES["added"](TEXTS[1]) if c.new == "a dog"]
    assert texts == ["a cat and a dog next to an armchair in a living room"]


def test_a_style_already_told_in_front_is_left_alone() -> None:
    assert list(CHANGES["style"]("watercolour of a fox")) == []
    assert {c.text for c in CHANGES["style"]("a fox, as pixel art") if c.new == "in watercolour"} == {
        "a fox, in watercolour"
    }


def test_nothing_is_revised_where_nothing_can_be_told_apart() -> None:
    assert set(MAY_TOUCH) == set(CHANGES)
    assert all(revised(text, Random(n)) for text in TEXTS for n in range(30))
    one = revised(TEXTS[0], Random(1))
    assert one == revised(TEXTS[0], Random(1))
