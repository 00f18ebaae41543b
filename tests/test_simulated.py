"""A simulated annotator prefers what a person who knows the answer would, and errs as often as it is told to."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from annotation.likeness import bad_reply, same_call
from annotation.simulated import judge, simulated_names
from annotation.verdicts import judgement_of, result_of
from generators.cards import read_library
from schemas.annotation import Context, Judgement, Line, PreferenceItem, ReviewItem, Side
from schemas.answer import Answer, Call
from schemas.identity import digest
from schemas.preference import Pair, Sample

LIBRARY = read_library()
TALK = Context(
    dialogue_id="d",
    turn=1,
    lines=(
        Line(who="user", text="draw a fox with a scarf", pictures=()),
        Line(who="assistant", text="Here's a fox with a scarf.", pictures=(0,)),
        Line(who="user", text="please make the scarf blue now", pictures=()),
    ),
    pictures=(digest(0),),
    current=0,
)


def answer(intent: str, reply: str = "The scarf is blue now.", **parameters: Any) -> Answer:
    return Answer(call=Call(intent=intent, parameters=parameters), reply=reply)


GOLD = answer("recolor", object="scarf", colour="blue")
OTHER_WORDS = answer("recolor", reply="There, blue for the scarf.", object="scarf", colour="blue")
RED = answer("recolor", reply="The scarf is red.", object="scarf", colour="red")
ADJUST = answer("adjust", property="saturation", direction="more", reply="More colour.")
FOREIGN = answer("recolor", reply="好的，已经完成。", object="scarf", colour="blue")


def item(a: Answer | str, b: Answer | str, check: Side | None = None) -> PreferenceItem:
    sides = [Sample.of(side if isinstance(side, str) else side.text, "somewhere") for side in (a, b)]
    return PreferenceItem(context=TALK, pair=Pair(dialogue_id="d", turn=1, a=sides[0], b=sides[1]), check=check)


def fair(given: PreferenceItem | ReviewItem) -> Judgement:
    found = [judge(given, GOLD, f"simulated-{n}", 0.0, seed=1) for n in range(30)]
    usable = [j for j in found if j.status == "ok"]
    assert len({j.verdict for j in usable}) == 1, "without errors all see it alike"
    return usable[0]


@pytest.mark.parametrize(
    ("a", "b", "verdict", "reasons"),
    [
        (GOLD, RED, "a", ("params",)),
        (ADJUST, GOLD, "b", ("intent",)),
        (answer("chat", reply="Which blue?"), GOLD, "b", ("asks",)),
        (GOLD, GOLD.text[:-8], "a", ("complete",)),
        (GOLD, FOREIGN, "a", ("wording",)),
        (FOREIGN, ADJUST, "a", ("intent",)),
        (GOLD, answer("recolor", object="scarf", colour="blue", image="image_2"), "a", ("grounding",)),
        (GOLD, OTHER_WORDS, "tie", ()),
        (RED, ADJUST, "neither", ("intent", "params")),
    ],
)
def test_calls_count_first_and_replies_second(a: Any, b: Any, verdict: str, reasons: tuple[str, ...]) -> None:
    found = fair(item(a, b))
    assert (found.verdict, found.reasons, found.judge) == (verdict, reasons, "simulated")
    assert found.corrected == (GOLD if verdict == "neither" else None)


def test_a_correction_never_says_what_was_shown() -> None:
    for pair in ((RED, ADJUST), (GOLD, OTHER_WORDS), (GOLD, RED), (RED, FOREIGN)):
        given = item(*pair)
        for n in range(300):
            corrected = judge(given, GOLD, f"simulated-{n}", 1.0, seed=1).corrected
            assert corrected is None or corrected.text not in (given.pair.a.text, given.pair.b.text)


def test_a_label_is_accepted_where_it_is_right_and_corrected_where_it_is_not() -> None:
    right, wrong = fair(ReviewItem(context=TALK, answer=GOLD)), fair(ReviewItem(context=TALK, answer=RED))
    assert (right.project, right.verdict, right.corrected) == ("review", "accept", None)
    assert (wrong.verdict, wrong.corrected) == ("correct", GOLD)
    assert right.naturalness in range(1, 6)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5])
def test_it_errs_at_its_rate_over_all_verdicts_alike(rate: float) -> None:
    given = item(GOLD, RED)
    found = [judge(given, GOLD, f"simulated-{n}", rate, seed=2) for n in range(4000)]
    said = Counter(j.verdict for j in found if j.status == "ok")
    for verdict in ("a", "b", "tie", "neither"):
        expected = rate / 4 + (1 - rate) * (verdict == "a")
        assert said[verdict] / said.total() == pytest.approx(expected, abs=0.03)
    assert 0 < sum(j.status == "skipped" for j in found) < 100


def test_the_same_annotator_judges_the_same_item_the_same_again() -> None:
    given = item(GOLD, RED)
    assert judge(given, GOLD, "simulated-1", 0.5, 3) == judge(given, GOLD, "simulated-1", 0.5, 3)
    assert {judge(given, GOLD, name, 0.9, 3).verdict for name in simulated_names(30)} >= {"a", "b", "tie", "neither"}


def test_it_is_unsure_where_it_errs_and_sure_where_calls_differ() -> None:
    given = item(GOLD, RED)
    found = [judge(given, GOLD, f"simulated-{n}", 0.5, seed=2) for n in range(2000)]
    sure = {
        right: [j.confidence for j in found if j.status == "ok" and (j.verdict == "a") == right]
        for right in (True, False)
    }
    assert sure[True].count("high") / len(sure[True]) > sure[False].count("high") / len(sure[False]) + 0.2


def task_data(given: PreferenceItem | ReviewItem) -> Mapping[str, Any]:
    shown = [given.answer.text] if isinstance(given, ReviewItem) else [given.pair.a.text, given.pair.b.text]
    return {"item_key": given.key, "answers": shown, "pictures": len(given.context.pictures)}


@pytest.mark.parametrize("given", [item(GOLD, RED), item(RED, ADJUST), ReviewItem(context=TALK, answer=GOLD)])
def test_what_it_says_comes_through_a_persons_clicks_unchanged(given: PreferenceItem | ReviewItem) -> None:
    for n in range(60):
        said = judge(given, GOLD, f"simulated-{n}", 0.6, seed=5)
        data = task_data(given)
        clicked = {
            "result": result_of(said, data, LIBRARY),
            "was_cancelled": said.status == "skipped",
            "lead_time": said.seconds,
        }
        assert judgement_of(data, clicked, LIBRARY, said.project, said.annotator, "simulated") == said


@pytest.mark.parametrize(
    ("said", "wanted", "same"),
    [
        ({"object": "scarf", "image": "image_1"}, {"object": "scarf"}, True),
        ({"object": "scarf", "image": "image_2"}, {"object": "scarf"}, False),
        ({"prompt": "a fox"}, {"prompt": "a fox", "image": "image_1"}, False),
        ({"object": "The scarf"}, {"object": "scarf"}, True),
        ({"amount": 20.0}, {"amount": 20}, True),
        ({"object": "scarf"}, {"object": "hat"}, False),
        ({"object": "scarf"}, {}, False),
    ],
)
def test_calls_are_the_same_that_do_the_same_here(said: Any, wanted: Any, same: bool) -> None:
    assert same_call(Call(intent="x", parameters=said), Call(intent="x", parameters=wanted), TALK) == same


@pytest.mark.parametrize(
    ("reply", "bad"),
    [
        ("There, blue for the scarf.", False),
        ("Done.", False),
        ("Fresh off the easel.", False),
        ("It's bright blue, as you asked.", False),
        ("please make the scarf blue now", True),
        ("You said: please make the scarf blue now", True),
        ("Here's a fox with a scarf.", True),
        ("Erledigt, das Bild ist fertig.", True),
        ("Готово, вот новая картинка.", True),
        ("The scarf scarf scarf scarf is blue.", True),
        ("The scarf is blue now. scarf is blue now. scarf is blue now.", True),
        ("The scarf is blue.\nUser: Thanks!\nAssistant: You're welcome!", True),
        ("is The blue scarf blue now is scarf The now", True),
        ("Fatto, ecco la nuova immagine.", True),
        ("The scarf is blue.<|im_end|>", True),
        ("The scarf is blue!!!!!!!!!!!!", True),
        (" ", True),
    ],
)
def test_a_reply_that_echoes_stumbles_or_is_foreign_will_not_do(reply: str, bad: bool) -> None:
    assert bad_reply(reply, GOLD.reply, TALK) == bad
