"""Seed prompts: distinct, unlike one another, and naming only what can be painted."""

import re
from collections import Counter
from itertools import combinations

import pytest

from flows.plans import read_plan
from generators.prompts import asides, categories, cores, finished, finishes, parts_of, seed_prompts, seeds
from generators.scenes import compose, read
from schemas.errors import BadInput, Refused
from schemas.identity import keyed
from schemas.prompt import SPLITS, Prompt
from tests.conftest import ROOT, small_plan


@pytest.fixture(scope="module")
def prompts() -> list[Prompt]:
    return seed_prompts(read_plan(ROOT / "plans" / "drawnconvos.yaml"))


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold())) - {"a", "an", "the", "in", "on", "of", "and", "with", "at"}


def test_the_papers_prompts_are_five_hundred_over_many_categories(prompts: list[Prompt]) -> None:
    assert len(prompts) == len({p.id for p in prompts}) == 500
    counts = Counter(p.category for p in prompts)
    assert len(counts) >= 10 and max(counts.values()) - min(counts.values()) <= 1


def test_no_two_are_near_duplicates(prompts: list[Prompt]) -> None:
    sets = [(p.text, words(p.text)) for p in prompts]
    alike = [(a, b) for (a, x), (b, y) in combinations(sets, 2) if len(x & y) >= 0.8 * len(x | y)]
    assert alike == []


def test_some_are_terse_and_some_are_rich(prompts: list[Prompt]) -> None:
    lengths = sorted(len(p.text.split()) for p in prompts)
    assert lengths[50] <= 6 and lengths[450] >= 12
    assert Counter(p.text.split()[0] for p in prompts).most_common(1)[0][1] < 300


def test_every_prompt_has_its_parts(prompts: list[Prompt]) -> None:
    assert all(p.parts and p.parts == parts_of(read(p.text)) for p in prompts)
    assert sum("subject" in p.parts for p in prompts) == 500
    assert sum("style" in p.parts for p in prompts) > 100


@pytest.mark.parametrize("category", categories())
def test_every_core_can_be_painted_and_no_finish_changes_its_things(category: str) -> None:
    for core in cores()[category]:
        assert read(core).things, core
        assert core == core.strip() and not core.endswith((".", ",")), core
        compose(core, "k", (128, 128))
        for finish in finishes(core):
            text = finished(core, finish, keyed(core, finish))
            assert read(text).things == read(core).things, text


def test_a_finish_is_read_as_it_was_meant() -> None:
    for category in categories():
        for core in cores()[category][:10]:
            for finish in finishes(core):
                before, after = read(core), read(finished(core, finish, keyed(core)))
                assert ("{style}" in finish) == (after.style != before.style)
                assert ("{time}" in finish) <= (after.time != before.time)
                assert ("{light}" in finish) <= ((after.light, after.time) != (before.light, before.time))


def test_asides_are_kept_apart_from_seeds_and_by_split() -> None:
    of = {split: set(asides(split)) for split in SPLITS}
    assert all(len(found) >= 10 for found in of.values())
    assert not of["sft"] & of["test"] and not of["sft"] & of["rlhf"] and not of["rlhf"] & of["test"]
    assert not set().union(*of.values()) & {core for category in categories() for core in seeds(category)}


def test_more_prompts_than_cores_come_with_other_finishes() -> None:
    many = seed_prompts(small_plan(prompts={"count": 5000}))
    assert len({p.id for p in many}) == 5000


def test_asking_for_more_than_there_are_is_refused() -> None:
    with pytest.raises(Refused, match=r"the bank cannot tell 9,000 prompts of category 'music' apart"):
        seed_prompts(small_plan(prompts={"count": 9_000, "categories": ["music"]}))
    with pytest.raises(BadInput, match=r"no category 'animal' \(did you mean 'animals'\?\)"):
        seed_prompts(small_plan(prompts={"count": 3, "categories": ["animal"]}))
