"""The embedded policy errs as it is told to, in ways a model would, and says which way on the sample."""

import re
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import pytest
import yaml

from annotation.simulated import worth
from flows.plans import library_of, plan_of
from generators.banks import manners
from generators.dialogues import assemble, scene_key
from generators.grammar import speak
from generators.openings import suits
from generators.outlines import NotPossible, outline
from generators.policy import (
    CALLS,
    TEXTS,
    check_pair,
    context_of,
    error_of,
    known_better,
    pair_of,
    sample_of,
)
from generators.policy.confusions import likenesses
from generators.policy.moment import Moment, articled, tables
from generators.prompts import seed_prompts
from generators.slots import allot, split_prompts
from schemas.annotation import Errors
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.identity import digest, keyed
from schemas.image import Image, Recipe
from schemas.preference import Pair, Sample
from schemas.prompt import SPLITS
from schemas.scene import Frame, Scene, Thing
from schemas.skill import Input, Library, Skill
from tests.conftest import ROOT, small_plan

LIBRARY = library_of(small_plan())
NONE = Errors.model_validate(dict.fromkeys(Errors.model_fields, 0.0))
FRAME = Frame(width=128, height=128)


def only(**weights: float) -> Errors:
    return NONE.model_copy(update=weights)


@cache
def dialogues() -> tuple[Dialogue, ...]:
    """Some hundred of every kind, with made-up pictures."""
    fields = yaml.safe_load((ROOT / "plans" / "tiny.yaml").read_text())
    fields["dialogues"] |= {"per_prompt": 8, "turns": {"single": 2, "short": 3, "long": 3}}
    fields["prompts"] = {"count": 24}
    plan = plan_of(fields, "whole mix")
    made = []
    by_split = split_prompts(plan, seed_prompts(plan))
    for split in SPLITS:
        prompts = by_split[split]
        for prompt, slots in zip(prompts, allot(plan, split, prompts, LIBRARY, tuple(manners()), suits), strict=True):
            for slot in slots:
                try:
                    planned = outline(slot, 0, prompt, plan, LIBRARY)
                except NotPossible:
                    continue
                pictures = {key: digest(key) for key in (scene_key(planned, n) for n in range(len(planned.shots)))}
                made.append(assemble(planned, speak(planned, 1, LIBRARY), pictures, "grammar", "painter"))
    return tuple(made)


@cache
def pairs(seed: int = 7) -> tuple[tuple[Dialogue, int, Pair], ...]:
    found = [(d, n, pair_of(d, n, LIBRARY, Errors(), seed)) for d in dialogues() for n in range(len(d.turns))]
    return tuple((d, n, pair) for d, n, pair in found if pair is not None)


def thing(number: int, noun: str, x: float) -> Thing:
    return Thing(id=number, noun=noun, x=x, y=0.8, height=0.2)


ROBOTS = (thing(1, "robot", 0.2), thing(2, "robot", 0.8), thing(3, "barrel", 0.5))


def talk(*turns: Turn, things: tuple[Thing, ...] = ROBOTS) -> Dialogue:
    call = Call(intent="text_to_image", parameters={"prompt": "two robots"})
    scene = Scene(key="k", setting="park", things=things, frame=FRAME)
    shots = max([i for t in turns for i in (*t.attached, t.image_after) if i is not None], default=-1) + 1
    images = tuple(
        Image(sha256=digest(n), recipe=Recipe(renderer="painter", seed="s", call=call), scene=scene)
        for n in range(shots)
    )
    return Dialogue(
        id="d", prompt_id="p", prompt="two robots in the park", category="toys", author="me", renderer="painter",
        turns=turns, images=images,
    )  # fmt: skip


def turn(user: str, intent: str, reply: str = "Done.", phenomena: tuple[str, ...] = (), **parameters: Any) -> Turn:
    call = Call(intent=intent, parameters=parameters)
    return Turn(user=user, attached=(0,), call=call, reply=reply, image_before=0, image_after=1, phenomena=phenomena)


def later(user: str, intent: str, before: int, after: int | None, reply: str = "Done.", **parameters: Any) -> Turn:
    return Turn(
        user=user,
        call=Call(intent=intent, parameters=parameters),
        reply=reply,
        image_before=before,
        image_after=after,
    )


def answers(dialogue: Dialogue, error: str, n: int = 0, library: Library = LIBRARY, tries: int = 60) -> list[Answer]:
    """What the policy says when it errs in this way, over many draws."""
    found = [sample_of(error, Moment(dialogue, n, library, keyed(k)), None) for k in range(tries)]
    return [sample.answer for sample in found if sample and sample.answer]


def calls(dialogue: Dialogue, error: str, n: int = 0, library: Library = LIBRARY) -> list[Call]:
    return list({a.call.to_json(): a.call for a in answers(dialogue, error, n, library)}.values())


def test_every_turn_gets_two_answers_that_differ_and_name_policy_and_error() -> None:
    assert len(pairs()) == sum(len(d.turns) for d in dialogues())
    named = {sample.source for _, _, pair in pairs() for sample in (pair.a, pair.b)}
    assert named == {f"policy-1:{name}" for name in Errors.model_fields}


def test_the_same_key_gives_the_same_pair_whatever_was_asked_before() -> None:
    dialogue, n, pair = pairs()[17]
    assert pair_of(dialogue, n, LIBRARY, Errors(), 7) == pair
    assert pair_of(dialogue, n, LIBRARY, Errors(), 8) != pair


def test_a_side_is_right_as_often_as_its_weight_says() -> None:
    sides = [error_of(s) for _, _, pair in pairs() for s in (pair.a, pair.b)]
    wanted = Errors().right / sum(Errors().model_dump().values())
    assert Counter(sides)["right"] / len(sides) == pytest.approx(wanted, abs=0.04)


def test_errors_that_can_happen_everywhere_keep_their_weights_among_each_other() -> None:
    found = Counter(error_of(s) for _, _, pair in pairs() for s in (pair.a, pair.b))
    everywhere = ("malformed", "parroted", "wrong_language", "garbled")
    weights = {name: getattr(Errors(), name) for name in everywhere}
    total = sum(found[name] for name in everywhere)
    for name, weight in weights.items():
        assert found[name] / total == pytest.approx(weight / sum(weights.values()), abs=0.08)


def test_errors_come_out_evenly_over_skills() -> None:
    """What can happen to every call does not happen to some skills more than to others."""
    by_skill: dict[str, Counter[str]] = defaultdict(Counter)
    for dialogue, n, pair in (each for seed in (7, 8, 9) for each in pairs(seed)):
        by_skill[dialogue.turns[n].call.intent].update(error_of(s) for s in (pair.a, pair.b))
    frequent = {skill: found for skill, found in by_skill.items() if found.total() >= 80}
    assert len(frequent) >= 8
    for found in frequent.values():
        assert all(found[error] for error in TEXTS)
        assert found["right"] / found.total() == pytest.approx(4 / 13.3, abs=0.13)
        assert 0.1 < found["confused_skill"] / found.total() < 0.45


def test_a_wrong_call_is_mostly_one_that_the_card_allows() -> None:
    wrong = [s.answer.call for _, _, p in pairs() for s in (p.a, p.b) if s.answer and error_of(s) in CALLS]
    assert sum(not call.problems(LIBRARY) for call in wrong) / len(wrong) > 0.9


def test_what_is_called_right_has_the_gold_call_and_what_is_called_wrong_never_is_the_gold_answer() -> None:
    reworded = 0
    for dialogue, n, pair in pairs():
        gold = dialogue.turns[n].answer
        for sample in (pair.a, pair.b):
            if error_of(sample) == "right":
                assert sample.answer is not None and sample.answer.call == gold.call
                reworded += sample.answer.reply != gold.reply
            elif error_of(sample) in CALLS:
                assert sample.answer is not None and sample.answer.call != gold.call
            else:
                assert sample.text != gold.text
    assert reworded > 20


def test_malformed_texts_are_no_answers() -> None:
    texts = [s for _, _, pair in pairs() for s in (pair.a, pair.b) if error_of(s) == "malformed"]
    assert texts and all(sample.answer is None for sample in texts)


def test_pairs_that_are_both_right_are_two_wordings_of_one_call() -> None:
    both = [pair for _, _, pair in pairs() if error_of(pair.a) == error_of(pair.b) == "right"]
    assert both
    for pair in both:
        assert pair.a.answer and pair.b.answer and pair.a.answer.call == pair.b.answer.call
        assert known_better(pair) is None


def test_no_pair_is_two_wordings_of_one_wrong_call() -> None:
    for _, _, pair in pairs():
        if {error_of(pair.a), error_of(pair.b)} <= CALLS.keys():
            assert pair.a.answer and pair.b.answer and pair.a.answer.call != pair.b.answer.call


def test_no_slot_or_table_entry_stays_unfilled() -> None:
    for _, _, pair in pairs():
        for sample in (pair.a, pair.b):
            texts = [sample.answer.reply, *map(str, sample.answer.call.parameters.values())] if sample.answer else []
            assert not any(re.search(r"\{\w", text) for text in texts), sample


def test_a_skill_is_confused_with_those_its_card_is_set_apart_from() -> None:
    assert {"adjust", "replace_background"} <= likenesses(LIBRARY)["relight"].keys()
    brighter = talk(turn("make it warmer", "adjust", property="warmth", direction="more"))
    assert Call(intent="relight", parameters={"light": "golden hour"}) in calls(brighter, "confused_skill")


def test_every_entry_of_the_table_of_confusions_is_a_skill_of_the_shelf() -> None:
    for skill, crossings in tables().crossings.items():
        for crossing in crossings:
            assert {skill, crossing.skill} <= set(LIBRARY.ids)
            assert all(LIBRARY[crossing.skill].input(name) for name in crossing.parameters), crossing


def test_a_card_of_the_users_own_is_confused_by_what_the_cards_say() -> None:
    what = Input(name="object", type="thing", required=True, description="The thing that glitters.")
    card = Skill(
        id="glitter",
        name="Glitter",
        type="edit",
        description="Strews glitter over one thing in the picture. Not for a new colour (recolor).",
        inputs=(what,),
    )
    library = Library.of([*LIBRARY.skills, card])
    sparkling = talk(turn("glitter on the barrel", "glitter", object="barrel"))
    found = calls(sparkling, "confused_skill", library=library)
    assert {call.intent for call in found} == {"recolor"}
    assert all(call.parameters["object"] == "barrel" and not call.problems(library) for call in found)


def test_a_request_that_lacks_a_value_is_carried_out_with_a_guessed_one() -> None:
    asks = turn("paint the barrel", "chat", reply="Which colour?", phenomena=("underspecified",))
    asks = asks.model_copy(update={"image_after": None})
    asking = talk(asks, later("teal", "recolor", 0, 1, object="barrel", colour="teal"))
    guesses = [call for call in calls(asking, "confused_skill") if call.intent == "recolor"]
    assert guesses and all(call.parameters["object"] == "barrel" for call in guesses)
    assert "teal" not in {call.parameters["colour"] for call in guesses}


@pytest.mark.parametrize(
    ("gold", "error", "possible"),
    [
        (
            ("recolor", {"object": "robot on the left", "colour": "red"}),
            "wrong_object",
            {"robot on the right", "barrel"},
        ),
        (("adjust", {"property": "blur", "direction": "more", "amount": 20}), "off_amount", {10, 15, 25, 30, 40, 200}),
        (("transform", {"operation": "rotate", "angle": -8}), "off_amount", {8, -16, -4, -80, -5, -10, -15}),
        (("transform", {"operation": "crop", "size": "16:9"}), "off_amount", {"9:16", "1:1", "4:3", "3:4", "3:2"}),
    ],
)
def test_a_slip_stays_near_what_was_meant(gold: tuple[str, Any], error: str, possible: set[Any]) -> None:
    intent, parameters = gold
    found = calls(talk(turn("do it", intent, **parameters)), error)
    changes = {value for call in found for name, value in call.parameters.items() if parameters[name] != value}
    assert changes and changes <= possible
    assert all(not call.problems(LIBRARY) for call in found)


def test_what_goes_and_what_comes_may_be_swapped() -> None:
    found = calls(
        talk(turn("a cat for the barrel", "replace_object", object="barrel", replacement="cat")), "wrong_object"
    )
    assert Call(intent="replace_object", parameters={"object": "cat", "replacement": "barrel"}) in found


def test_a_dropped_parameter_is_one_that_was_there_or_a_part_of_it() -> None:
    told = talk(
        turn("20% more blur, leave the barrel", "adjust", property="blur", direction="more", amount=20, avoid="barrel")
    )
    gold = told.turns[0].call.parameters
    for call in calls(told, "dropped_parameter"):
        assert call.parameters.items() < gold.items()
    shaded = talk(turn("dark green barrel", "recolor", object="barrel", colour="dark green"))
    assert Call(intent="recolor", parameters={"object": "barrel", "colour": "green"}) in calls(
        shaded, "dropped_parameter"
    )


def test_an_invented_parameter_was_never_said() -> None:
    lit = talk(turn("golden hour from the left", "relight", light="golden hour", direction="left"))
    found = calls(lit, "invented_parameter")
    assert found and all(call.parameters.keys() > lit.turns[0].call.parameters.keys() for call in found)
    put = talk(turn("a crown in the sky", "add_object", object="crown", position="sky"))
    assert all(call.parameters["position"] == "sky" for call in calls(put, "invented_parameter"))


def test_a_wrong_image_was_shown_and_is_not_the_one_at_hand() -> None:
    two = talk(turn("sharper", "adjust", property="sharpness", direction="more"), later("as anime", "anime", 1, 2))
    assert calls(two, "wrong_image", n=1) == [Call(intent="anime", parameters={"image": "image_1"})]
    assert calls(two, "wrong_image", n=0) == []


@pytest.mark.parametrize(
    ("intent", "parameters", "cannot"),
    [
        ("chat", {}, ("dropped_parameter", "invented_parameter", "wrong_object", "wrong_image", "off_amount")),
        ("anime", {}, ("dropped_parameter", "wrong_object", "wrong_image", "off_amount")),
        ("recolor", {"object": "barrel", "colour": "red"}, ("off_amount", "wrong_image")),
    ],
)
def test_an_error_that_cannot_happen_is_drawn_anew(intent: str, parameters: Any, cannot: tuple[str, ...]) -> None:
    dialogue = talk(turn("well then", intent, **parameters))
    for error in cannot:
        assert calls(dialogue, error) == []
        assert pair_of(dialogue, 0, LIBRARY, only(**{error: 1.0}), 1) is None
        pair = pair_of(dialogue, 0, LIBRARY, only(**{error: 1.0}, malformed=0.1), 1)
        assert pair is not None and {error_of(pair.a), error_of(pair.b)} == {"malformed"}


def test_a_policy_that_never_errs_gives_two_wordings() -> None:
    pair = pair_of(
        talk(turn("anime please", "anime", reply="Done, here's the anime version.")), 0, LIBRARY, only(right=1), 1
    )
    assert pair is not None and {error_of(pair.a), error_of(pair.b)} == {"right"}


def test_a_reworded_reply_keeps_its_facts_and_what_it_offers() -> None:
    offer = "I changed the barrel to red. Shall I sharpen it too?"
    dialogue = talk(turn("barrel in red", "recolor", reply=offer, object="barrel", colour="red"))
    replies = {a.reply for a in answers(dialogue, "right")}
    assert len(replies) > 4
    assert all(reply.endswith("Shall I sharpen it too?") for reply in replies)
    seen = talk(turn("how many robots?", "vqa", reply="I count two.", question="how many robots?"))
    assert len({a.reply for a in answers(seen, "right")}) > 2
    assert all("two" in a.reply for a in answers(seen, "right"))


def test_replies_to_wrong_calls_speak_of_what_was_done() -> None:
    dialogue = talk(turn("take the barrel out", "remove_object", reply="The barrel is gone.", object="barrel"))
    wrong = [a for a in answers(dialogue, "wrong_object") if "robot" in str(a.call.parameters["object"])]
    assert wrong and not any("barrel" in a.reply for a in wrong)


@pytest.mark.parametrize("error", sorted(TEXTS))
def test_a_spoilt_text_is_never_the_gold_one(error: str) -> None:
    dialogue = talk(turn("take the barrel out", "remove_object", reply="The barrel is gone.", object="barrel"))
    for k in range(60):
        sample = sample_of(error, Moment(dialogue, 0, LIBRARY, keyed(k)), None)
        assert sample is not None and sample.text != dialogue.turns[0].answer.text


def test_known_better_is_the_one_right_side() -> None:
    right, wrong = Sample.of("{}", "policy-1:right"), Sample.of("{", "policy-1:malformed")
    other = Sample.of("}", "policy-1:garbled")
    assert known_better(Pair(dialogue_id="d", turn=0, a=right, b=wrong)) == "a"
    assert known_better(Pair(dialogue_id="d", turn=0, a=wrong, b=right)) == "b"
    assert known_better(Pair(dialogue_id="d", turn=0, a=wrong, b=other)) is None


def test_a_check_has_the_gold_answer_on_one_side_or_the_other() -> None:
    sides: Counter[str | None] = Counter()
    for dialogue in dialogues()[:80]:
        pair = check_pair(dialogue, 0, LIBRARY, 3)
        if pair is not None:
            better = known_better(pair)
            sides[better] += 1
            assert (pair.a if better == "a" else pair.b).text == dialogue.turns[0].answer.text
    assert sides["a"] > 15 and sides["b"] > 15 and sides[None] == 0


def test_a_context_is_the_talk_up_to_the_users_words_and_nothing_of_the_answer() -> None:
    dialogue = talk(
        turn("sharper", "adjust", reply="Sharper now.", property="sharpness", direction="more"),
        later("the first one as anime", "anime", 0, 2, image="image_1"),
    )
    context = context_of(dialogue, 1)
    assert [(line.who, line.text, line.pictures) for line in context.lines] == [
        ("user", "sharper", (0,)),
        ("assistant", "Sharper now.", (1,)),
        ("user", "the first one as anime", ()),
    ]
    assert context.pictures == tuple(image.sha256 for image in dialogue.images[:2])
    assert context.current == 1, "the picture at hand, not the one that the answer must find"
    assert context_of(dialogue, 0).current == 0


def test_a_context_before_any_picture_has_none() -> None:
    first = Turn(
        user="draw a fox",
        call=Call(intent="text_to_image", parameters={"prompt": "a fox"}),
        reply="Here.",
        image_after=0,
    )
    context = context_of(talk(first), 0)
    assert (context.pictures, context.current) == ((), None)


def test_the_picture_at_hand_is_the_one_a_label_means_that_names_none() -> None:
    for dialogue in dialogues():
        for n, each in enumerate(dialogue.turns):
            if "image" not in each.call.parameters and each.image_before is not None:
                assert context_of(dialogue, n).current == each.image_before


def test_who_knows_the_gold_answer_finds_the_same_sides_right_without_reading_their_source() -> None:
    found = Counter(
        (error_of(sample) == "right", all(worth(sample, dialogue.turns[n].answer, context_of(dialogue, n))))
        for dialogue, n, pair in pairs()
        for sample in (pair.a, pair.b)
    )
    assert found[True, False] + found[False, True] <= 0.01 * found.total()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("graduation cap", "a graduation cap"),
        ("sunglasses", "sunglasses"),
        ("owl", "an owl"),
        ("the red barn", "the red barn"),
        ("white", "white"),
        ("desert at sunset", "a desert at sunset"),
    ],
)
def test_things_take_their_article(name: str, said: str) -> None:
    assert articled(name) == said
