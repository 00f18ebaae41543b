"""What stands when several people judged one item, and why nothing does."""

from typing import Any

import pytest

from annotation.adjudication import Outcome, Why, adjudicate, pseudonym
from generators.cards import read_library
from schemas.annotation import Annotation, Context, Item, Judgement, Line, PreferenceItem, ReviewItem, Side
from schemas.answer import Answer, Call
from schemas.preference import Pair, Preference, Sample

LIBRARY = read_library()
THREE = Annotation(overlap=3)
TWO = Annotation(overlap=2)
SALT = "s"
CONTEXT = Context(dialogue_id="d", turn=0, lines=(Line(who="user", text="the fox in blue"),))


def answer(intent: str, reply: str = "Done.", **parameters: Any) -> Answer:
    return Answer(call=Call(intent=intent, parameters=parameters), reply=reply)


BLUE = answer("recolor", reply="Blue now.", object="fox", colour="blue")
RED = answer("recolor", reply="Red now.", object="fox", colour="red")
ADJUST = answer("adjust", property="warmth", direction="less")
BROKEN = answer("recolor", object="fox")


def pair_item(a: str = RED.text, b: str = ADJUST.text, check: Side | None = None) -> PreferenceItem:
    pair = Pair(dialogue_id="d", turn=0, a=Sample.of(a, "x:1"), b=Sample.of(b, "x:2"))
    return PreferenceItem(context=CONTEXT, pair=pair, check=check)


ITEM = pair_item()
REVIEW = ReviewItem(context=CONTEXT, answer=RED)


def judged(*said: Any, item: Item = ITEM, **more: Any) -> list[Judgement]:
    """One judgement of each: a verdict, a corrected answer, or None for one that was skipped."""
    review = isinstance(item, ReviewItem)
    return [one(item, f"p{n}@x.org", said_, review, **more) for n, said_ in enumerate(said)]


def one(item: Item, who: str, said: Any, review: bool = False, **more: Any) -> Judgement:
    fields: dict[str, Any] = {"item": item.key, "annotator": who, "project": "review" if review else "preferences"}
    if said is None:
        return Judgement(**fields, status="skipped", **more)
    if isinstance(said, Answer):
        return Judgement(**fields, verdict="correct" if review else "neither", corrected=said, **more)
    return Judgement(**fields, verdict=said, **more)


def settle(given: list[Judgement], policy: Annotation = THREE, item: Item = ITEM) -> Outcome:
    return adjudicate(item, given, policy, LIBRARY, SALT)


def preference(outcome: Outcome) -> Preference:
    assert isinstance(outcome.stands, Preference), outcome.why
    return outcome.stands


@pytest.mark.parametrize(("said", "chosen"), [("aaa", "a"), ("aab", "a"), ("bab", "b")])
def test_a_majority_decides(said: str, chosen: str) -> None:
    found = preference(settle(judged(*said)))
    assert found.chosen == (ITEM.pair.a if chosen == "a" else ITEM.pair.b)
    assert found.rejected == (ITEM.pair.b if chosen == "a" else ITEM.pair.a)
    assert (found.corrected, found.judge, found.turn) == (False, "human", 0)
    assert found.annotators == tuple(sorted(pseudonym(f"p{n}@x.org", SALT) for n in range(3)))


@pytest.mark.parametrize(
    ("said", "policy", "why"),
    [
        (["a", "a"], THREE, "too few"),
        ([], THREE, "too few"),
        (["a", None, None], THREE, "skipped"),
        ([None, "a"], TWO, "skipped"),
        (["a", "b"], TWO, "disagree"),
        (["a", "b", "tie"], THREE, "disagree"),
        (["tie", "tie", "a"], THREE, "tie"),
        (["a", "a", "b"], Annotation(overlap=3, policy="unanimous"), "disagree"),
        (["a", "a", "b"], Annotation(overlap=3, policy="further"), "wants another opinion"),
        (["a", "b"], Annotation(overlap=2, policy="further"), "wants another opinion"),
        (["tie", "tie"], Annotation(overlap=2, ties="further"), "wants another opinion"),
        (["tie"] * 5, Annotation(overlap=2, ties="further"), "tie"),
        (["a", "b", "tie", "a", "b"], Annotation(overlap=2, policy="further"), "disagree"),
        ([BLUE, ADJUST, BLUE], Annotation(overlap=3, policy="unanimous"), "disagree"),
        ([BROKEN, BROKEN, "a"], THREE, "correction breaks the card"),
    ],
)
def test_why_nothing_stands(said: list[Any], policy: Annotation, why: Why) -> None:
    assert settle(judged(*said), policy) == Outcome(ITEM.key, None, why)


def test_another_opinion_settles_what_two_saw_differently() -> None:
    policy = Annotation(overlap=2, policy="further")
    assert preference(settle(judged("a", "b", "a"), policy)).chosen == ITEM.pair.a
    assert preference(settle(judged("a", "a"), policy)).chosen == ITEM.pair.a


def test_who_skips_does_not_stand_in_the_way_of_most_others() -> None:
    assert preference(settle(judged("a", None, "a"))).chosen == ITEM.pair.a


def test_guesses_count_unless_the_plan_drops_them() -> None:
    given = [*judged("a"), one(ITEM, "q", "a", confidence="low"), one(ITEM, "r", "b", confidence="low")]
    assert preference(settle(given)).chosen == ITEM.pair.a
    assert settle(given, Annotation(overlap=3, low_confidence="drop")).why == "low confidence"


@pytest.mark.parametrize(
    ("flags", "flagged"), [((("pii",),), True), ((("unclear",), ("bad_image",)), True), ((("unclear",),), False)]
)
def test_what_most_find_at_fault_or_anyone_finds_personal_is_set_aside(flags: Any, flagged: bool) -> None:
    given = judged(*"aaa")
    given = [j.model_copy(update={"flags": flags[n] if n < len(flags) else ()}) for n, j in enumerate(given)]
    assert (settle(given).why == "flagged") == flagged


def test_a_correction_wins_over_the_better_of_the_two() -> None:
    found = preference(settle(judged(BLUE, BLUE, "b")))
    assert found.chosen == Sample.of(BLUE.text, "correction")
    assert (found.rejected, found.corrected) == (ITEM.pair.b, True)


def test_a_correction_wins_over_what_can_be_read_before_what_cannot() -> None:
    for a, b in ((RED.text, "{"), ("{", RED.text)):
        item = pair_item(a, b)
        found = preference(settle(judged(BLUE, BLUE, BLUE, item=item), item=item))
        assert found.rejected.text == RED.text


def test_a_correction_never_wins_over_its_own_call() -> None:
    item = pair_item(answer("recolor", reply="Bleu!", object="the fox", colour="blue").text, "{")
    found = preference(settle(judged(BLUE, BLUE, "a", item=item), item=item))
    assert found.rejected == item.pair.b


def test_people_who_correct_must_agree_on_the_call_not_on_the_words() -> None:
    other_words = answer("recolor", reply="Here it is in blue.", object="fox", colour="blue")
    found = preference(settle(judged(BLUE, other_words, RED)))
    assert found.chosen.answer is not None and found.chosen.answer.call == BLUE.call
    assert found.chosen.text in (BLUE.text, other_words.text)
    assert settle(judged(BLUE, RED), TWO).why == "disagree"


def test_a_correction_that_breaks_the_card_is_not_counted() -> None:
    assert preference(settle(judged(BROKEN, BLUE, BLUE))).chosen.text == BLUE.text


def test_reasons_and_confidence_are_those_of_the_winners() -> None:
    given = [
        one(ITEM, "p", "a", reasons=("params",), confidence="high"),
        one(ITEM, "q", "a", reasons=("intent", "params"), confidence="low"),
        one(ITEM, "r", "b", reasons=("wording",), confidence="high"),
    ]
    found = preference(settle(given))
    assert (found.reasons, found.confidence) == (("params", "intent"), 0.5)


def test_a_label_that_is_accepted_stands_and_one_that_is_corrected_is_replaced() -> None:
    assert settle(judged("accept", "accept", RED, item=REVIEW), item=REVIEW) == Outcome(REVIEW.key, RED)
    assert settle(judged("accept", BLUE, BLUE, item=REVIEW), item=REVIEW) == Outcome(REVIEW.key, BLUE, corrected=True)
    assert settle(judged(BROKEN, BROKEN, item=REVIEW), TWO, REVIEW).why == "correction breaks the card"


def test_a_check_makes_no_preference() -> None:
    item = pair_item(check="a")
    assert settle(judged(*"aaa", item=item), item=item).why == "check"


def test_people_and_simulated_annotators_are_never_mixed() -> None:
    given = [*judged("a", "a"), one(ITEM, "simulated-1", "a", judge="simulated")]
    with pytest.raises(ValueError, match=r"human \(p\d@x.org\) and simulated \(simulated-1\)"):
        settle(given)


def test_simulated_annotators_keep_their_names_and_their_number() -> None:
    given = [one(ITEM, f"simulated-{n}", "a", judge="simulated") for n in range(3)]
    found = preference(settle(given, Annotation(overlap=9, simulated=3)))
    assert (found.judge, found.annotators) == ("simulated", ("simulated-0", "simulated-1", "simulated-2"))


def test_a_judgement_of_another_item_is_refused() -> None:
    with pytest.raises(ValueError, match="stands among those of"):
        settle(judged(*"aaa", item=pair_item("{", "}")))


def test_only_the_newest_judgement_of_a_person_counts() -> None:
    changed = [one(ITEM, "p0@x.org", "b", updated="2026-02-02"), one(ITEM, "p0@x.org", "a", updated="2026-01-01")]
    assert settle([*changed, *judged("a")[1:]], Annotation(overlap=1)).stands == preference(
        settle([changed[0]], Annotation(overlap=1))
    )


def test_invalid_and_empty_judgements_are_no_opinions() -> None:
    fields: dict[str, Any] = {"item": ITEM.key, "project": "preferences"}
    unusable = [
        Judgement(**fields, annotator="q", status="invalid", why="no verdict"),
        Judgement(**fields, annotator="r", status="empty"),
    ]
    assert settle([*judged("a", "a"), *unusable]).why == "too few"
    assert preference(settle([*judged("a", "a"), *unusable], TWO)).chosen == ITEM.pair.a


def test_the_order_of_judgements_does_not_matter() -> None:
    given = judged(BLUE, RED, BLUE)
    assert settle(given) == settle(given[::-1])


def test_a_pseudonym_is_one_person_under_one_salt() -> None:
    assert pseudonym("Anna@x.org ", "s") == pseudonym("anna@x.org", "s")
    assert len({pseudonym("anna@x.org", "s"), pseudonym("anna@x.org", "t"), pseudonym("ben@x.org", "s")}) == 3
    assert "anna" not in pseudonym("anna@x.org", "s") and pseudonym("anna@x.org", "s").startswith("annotator-")
