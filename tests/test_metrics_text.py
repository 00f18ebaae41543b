"""The metrics of texts, each worked out by hand."""

import pytest

from evaluation.metrics.structure import fault, fault_of
from evaluation.metrics.values import at_hand, differing, terms
from evaluation.metrics.verdicts import Verdict, marks, verdicts
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.errors import BadInput
from schemas.identity import digest
from schemas.image import Image, Recipe
from schemas.prediction import Prediction
from schemas.skill import Input, Library, Skill, Value

LONG = "A card that is only there so that a test has something to hold."


def card(name: str, kind: str, *inputs: Input) -> Skill:
    return Skill.model_validate({"id": name, "name": name, "type": kind, "description": LONG, "inputs": inputs})


def takes(name: str, kind: str, **more: object) -> Input:
    return Input.model_validate({"name": name, "type": kind, "description": "A value for a test.", **more})


LIBRARY = Library.of(
    [
        card("text_to_image", "create", takes("prompt", "text", required=True), takes("size", "size")),
        card("recolor", "edit", takes("object", "thing", required=True), takes("colour", "colour", required=True)),
        card("remove_object", "edit", takes("object", "thing", required=True)),
        card("replace_object", "edit", takes("object", "thing"), takes("replacement", "text")),
        card(
            "adjust",
            "edit",
            takes("property", "choice", required=True, choices=("brightness", "warmth")),
            takes("amount", "number", default=25, minimum=1, maximum=100),
        ),
        card("anime", "edit", takes("strength", "number", default=80)),
        card("vqa", "ask", takes("question", "text", required=True), takes("image", "image")),
        card("chat", "talk", takes("show", "image")),
    ]
)


def call(intent: str, **parameters: Value) -> Call:
    return Call(intent=intent, parameters=parameters)


def picture(n: int) -> Image:
    return Image(sha256=digest(n), recipe=Recipe(renderer="test", seed="s", call=call("text_to_image", prompt="fox")))


def turn(label: Call, **more: object) -> Turn:
    return Turn.model_validate({"user": "do it", "call": label, "reply": "Done.", **more})


def talk(*labels: Call, name: str = "d", **first: object) -> Dialogue:
    turns = tuple(turn(label, **(first if n == 0 else {})) for n, label in enumerate(labels))
    return Dialogue(
        id=name, prompt_id="p", prompt="a fox", category="animals", author="test", renderer="test", turns=turns,
        images=tuple(map(picture, range(3))),
    )  # fmt: skip


def text(said: Call, reply: str = "Done.") -> str:
    return Answer(call=said, reply=reply).text


def judged(label: Call, said: Call | str) -> Verdict:
    """A picture was attached, so it is the one at hand."""
    told = said if isinstance(said, str) else text(said)
    prediction = Prediction(dialogue_id="d", turn=0, text=told, source="test")
    return verdicts([talk(label, attached=(0,))], [prediction], LIBRARY)[0]


TEAL = call("recolor", object="car", colour="dark teal")
DARK = call("adjust", property="brightness", amount=20)


@pytest.mark.parametrize(
    ("label", "said", "found"),
    [
        (TEAL, call("recolor", object="the car", colour="Dark Teal"), []),
        (call("recolor", object="car", colour="gray"), call("recolor", object="car", colour="grey"), []),
        (TEAL, call("recolor", object="cars", colour="dark teal"), ["object"]),
        (TEAL, call("recolor", object="car"), ["colour"]),
        (TEAL, call("recolor", object="car", colour="dark teal", speed=1), ["speed"]),
        (DARK, call("adjust", property="brightness", amount=20.0), []),
        (DARK, call("adjust", property="brightness", amount="20"), ["amount"]),
        (DARK, call("adjust", property="brightness", amount=21), ["amount"]),
        (DARK, call("adjust", property="Brightness", amount=20), ["property"]),
        (call("anime"), call("anime", strength=80), []),
        (call("anime"), call("anime", strength=60), ["strength"]),
        (call("anime"), call("anime", image="image_1"), []),
        (call("anime"), call("anime", image="image_2"), ["image"]),
        (call("text_to_image", prompt="a fox", size="16:9"), call("text_to_image", prompt="fox", size="16 : 9"), []),
        (
            call("text_to_image", prompt="a fox", size="16:9"),
            call("text_to_image", prompt="fox", size="9:16"),
            ["size"],
        ),
        (
            call("text_to_image", prompt="a fox", size="800x600"),
            call("text_to_image", prompt="fox", size="800 x600"),
            [],
        ),
        (call("anime", avoid="the tree, clouds"), call("anime", avoid="clouds and tree"), []),
        (call("anime", avoid="tree"), call("anime"), ["avoid"]),
        (call("vqa", question="is there a fox?"), call("vqa", question="please, is there a fox?"), []),
        (call("vqa", question="is there a fox?"), call("vqa", question="is there a dog?"), ["question"]),
        (call("vqa", question="is there a fox?"), call("vqa", question="fox"), ["question"]),
    ],
)
def test_values_compare_as_the_card_means_them(label: Call, said: Call, found: list[str]) -> None:
    assert differing(label, said, LIBRARY[label.intent], 0) == found


def test_the_picture_at_hand_is_the_last_that_was_brought_made_or_shown() -> None:
    dialogue = Dialogue(
        id="d", prompt_id="p", prompt="a fox", category="animals", author="test", renderer="test",
        images=tuple(map(picture, range(3))),
        turns=(
            turn(call("anime"), attached=(0,), image_before=0, image_after=1),
            turn(call("vqa", question="how many?"), image_before=1),
            turn(call("chat", show="image_1"), image_before=1, image_after=0),
            turn(call("anime"), image_before=0, image_after=2),
        ),
    )  # fmt: skip
    assert [at_hand(dialogue, n) for n in range(4)] == [0, 1, 1, 0]
    assert at_hand(talk(call("text_to_image", prompt="fox")), 0) is None


def test_words_that_say_nothing_are_no_key_terms() -> None:
    assert terms("a fox on the beach") == {"fox", "beach"}
    assert terms("with") == {"with"}


WISH = call("text_to_image", prompt="red fox on a beach", avoid="people, text")


@pytest.mark.parametrize(
    ("label", "said", "key_terms", "conditions", "negatives", "accuracy"),
    [
        # The label itself. Conditions: colour and picture; it has nothing to avoid.
        (TEAL, TEAL, 1.0, 1.0, None, 1.0),
        # The car is there; of colour and picture the picture agrees: 0.4 + 0.3 · 1/2 + 0.3.
        (TEAL, call("recolor", object="car", colour="red"), 1.0, 0.5, None, 0.85),
        # No key term: 0.3 + 0.3.
        (TEAL, call("recolor", object="bus", colour="dark teal"), 0.0, 1.0, None, 0.6),
        # Another skill, the same thing: 0.4, and what has nothing to check is no merit of a wrong call.
        (call("remove_object", object="fox"), call("replace_object", object="fox", replacement="cat"), 1.0, 0.0, None, 0.4),
        (call("chat"), call("anime"), None, 0.0, None, 0.0),
        # Nothing to get wrong but the skill.
        (call("chat"), call("chat"), None, None, None, 1.0),
        # Two of red, fox, beach; of two things to avoid one; no conditions: 0.4 · 2/3 + 0.3 + 0.3 / 2.
        (WISH, call("text_to_image", prompt="fox at the beach", avoid="text"), 2 / 3, None, 0.5, 0.4 * 2 / 3 + 0.45),
        # A size that nobody asked for is a condition that is not kept: 0.4 + 0 + 0.3.
        (WISH, call("text_to_image", prompt="red fox on a beach", avoid="text and people", size="1:1"), 1.0, 0.0, 1.0, 0.7),
        # What is to be avoided is asked for.
        (WISH, call("text_to_image", prompt="red fox, people, on a beach", avoid="people, text"), 1.0, None, 0.0, 0.7),
        # Avoiding what nobody forbade.
        (call("anime"), call("anime", avoid="tree"), None, 1.0, 0.0, 0.7),
        # Amount 25 is the card's default, so property, amount and picture agree; direction does not exist.
        (call("adjust", property="warmth"), call("adjust", property="warmth", amount=25, direction="up"), None, 0.75, None, 0.925),
        # No answer at all, though the words are there.
        (TEAL, "```json\n" + text(TEAL) + "\n```", 0.0, 0.0, None, 0.0),
    ],
)  # fmt: skip
def test_parameter_accuracy_by_hand(
    label: Call,
    said: Call | str,
    key_terms: float | None,
    conditions: float | None,
    negatives: float | None,
    accuracy: float,
) -> None:
    found = judged(label, said)
    assert (found.key_terms, found.conditions, found.negatives) == (key_terms, conditions, negatives)
    assert found.parameter_accuracy == pytest.approx(accuracy)


@pytest.mark.parametrize(
    ("said", "conformity"),
    [
        (text(TEAL), 1.0),
        (text(call("no_such_skill")), 1.0),
        (text(TEAL, "Teal teal teal now."), 0.6),
        (text(TEAL)[:-1], 0.4),
        ("Done done done", 0.0),
        ("", 0.0),
        (text(TEAL) + "<|im_end|>", 0.0),
    ],
)
def test_structural_conformity_is_six_parts_form_and_four_parts_clean(said: str, conformity: float) -> None:
    assert judged(TEAL, said).structural_conformity == pytest.approx(conformity)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Done.", None),
        ("I made it brighter, and brighter still.", None),
        ("Bye bye! 1000000 thanks.", None),
        ("Which one, the beach umbrella on the left or the beach umbrella on the right?", None),
        ("好的，图片已经修改好了。", None),
        ("   ", "empty"),
        ("It is done.</s>", "scrap '</s>'"),
        ("Done. ### Assistant: Done", "scrap '### Assistant:'"),
        ("Done.\nUser: thanks", "scrap 'User:'"),
        ("cafÃ©", "scrap 'Ã©'"),
        ("Yeeeeeeees", "endless 'e'"),
        ("{}[]]]--:;;//", "symbols, 13 of 13 characters"),
        ("It is very very very dark", "repeats 'very'"),
        ("I sharpened it. I sharpened it.", "repeats 'i sharpened it'"),
        ("You see the old fox, we see the old fox, they see the old fox.", "repeats 'see the old fox'"),
        ("that how out here turned that turned how out here that out", "salad, 5 different of 12 words"),
    ],
)  # fmt: skip
def test_a_fault_is_named(said: str, found: str | None) -> None:
    assert fault(said) == found


def test_garble_in_a_parameter_counts_and_json_that_breaks_off_is_not_garble() -> None:
    said = Answer(call=call("recolor", object="car car car", colour="teal"), reply="Done.")
    assert fault_of(said.text, said) == "repeats 'car'"
    assert fault_of(said.text[:-3].replace("car car car", "car"), None) is None


def told(dialogue: Dialogue, *texts: str) -> list[Prediction]:
    return [Prediction(dialogue_id=dialogue.id, turn=n, text=t, source="test") for n, t in enumerate(texts)]


def test_isa_over_turns_and_over_whole_dialogues() -> None:
    """Five turns, four intents right: 4/5. Of two dialogues one is right in every turn: 1/2. One call is not exact."""
    a, b = talk(TEAL, DARK, call("chat"), name="a"), talk(TEAL, call("anime"), name="b")
    said = [
        *told(a, text(TEAL), text(call("adjust", property="warmth", amount=20)), text(call("chat"))),
        *told(b, text(TEAL), "I cannot do that"),
    ]
    found = marks(verdicts([a, b], said, LIBRARY))
    values = {name: [m.value for m in found[name]] for name in found}
    assert values["isa"] == [1, 1, 1, 1, 0]
    assert values["isa_dialogue"] == [1, 0]
    assert values["exact_call"] == [1, 0, 1, 1, 0]
    assert values["exact_dialogue"] == [0, 0]
    assert values["format"] == values["fits_card"] == [1, 1, 1, 1, 0]
    assert values["clean"] == [1, 1, 1, 1, 1]
    assert [m.place for m in found["key_terms"]] == [("a", 0), ("b", 0)]
    assert found["negatives"] == []


def test_a_call_that_its_card_does_not_allow_is_counted() -> None:
    found = judged(DARK, call("adjust", property="mood"))
    assert found.intent and not found.exact
    assert found.problems == ("adjust: 'property' is 'mood', not one of brightness, warmth",)


@pytest.mark.parametrize(
    ("turns", "complaint"),
    [
        ([0], "1 of 2 turns have no prediction"),
        ([0, 1, 2], "1 predictions are for turns that are not there"),
        ([0, 1, 1], "two predictions for turn"),
    ],
)
def test_predictions_must_be_those_of_the_turns(turns: list[int], complaint: str) -> None:
    said = [Prediction(dialogue_id="d", turn=n, text="", source="test") for n in turns]
    with pytest.raises(BadInput, match=complaint):
        verdicts([talk(TEAL, DARK)], said, LIBRARY)


def test_a_prediction_keeps_its_text_and_parses_it() -> None:
    said = Prediction(dialogue_id="d", turn=0, text=text(TEAL), source="m")
    assert said.answer is not None and said.answer.call == TEAL
    assert said.sample.source == "m" and said.sample.answer == said.answer
    assert Prediction(dialogue_id="d", turn=0, text="{", source="m").answer is None
    assert Prediction.model_validate_json(said.to_json()) == said
