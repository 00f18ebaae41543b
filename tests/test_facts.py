"""Facts: true answers about a picture, and silence where it leaves doubt."""

import pytest

from generators.edits import apply
from generators.facts import Fact, facts
from generators.scenes import compose
from schemas.answer import Call
from schemas.scene import Frame, Scene, Thing
from schemas.skill import Value

SIZE = (512, 512)


def run(scene: Scene, intent: str, **parameters: Value) -> Scene:
    return apply(Call(intent=intent, parameters=parameters), scene, "e", SIZE)


def kinds_of(scene: Scene) -> set[str]:
    return {fact.kind for fact in facts(scene)}


def answers(scene: Scene, kind: str) -> dict[str, str]:
    return {" ".join(fact.given.values()): fact.answer for fact in facts(scene) if fact.kind == kind}


@pytest.fixture
def scene() -> Scene:
    things = (
        Thing(id=1, noun="dog", x=0.2, y=0.9, height=0.2, wears=("sunglasses", "blue scarf")),
        Thing(id=2, noun="dog", x=0.8, y=0.9, height=0.2, colour="blue"),
        Thing(id=3, noun="balloon", x=0.5, y=0.4, height=0.2),
    )
    return Scene(key="k", setting="beach", time="day", things=things, frame=Frame(width=512, height=512))


def test_facts_of_a_plain_scene(scene: Scene) -> None:
    assert answers(scene, "count") == {"dogs": "two", "balloons": "one"}
    seen = {"the dog on the left": "orange", "the dog on the right": "blue", "the balloon": "red"}
    assert answers(scene, "colour") == seen
    assert answers(scene, "wearing") == {"the orange dog": "sunglasses and a blue scarf"}
    assert answers(scene, "side") == {"the orange dog": "left", "the blue dog": "right"}
    assert answers(scene, "place") == {"": "a beach"}
    assert answers(scene, "time") == {"": "daytime"} and answers(scene, "weather") == {"": "clear"}


def test_presence_says_yes_and_no(scene: Scene) -> None:
    found = answers(scene, "presence")
    assert found["a dog"] == found["a balloon"] == "yes"
    absent = [thing for thing, answer in found.items() if answer == "no"]
    assert absent and not any(thing.split(" ", 1)[-1] in ("dog", "balloon") for thing in absent)


def test_words_are_read_while_they_stand_upright(scene: Scene) -> None:
    written = run(scene, "add_text", text="Ahoy")
    assert answers(written, "text") == {"": "Ahoy"}
    assert not answers(run(written, "transform", operation="flip", axis="horizontal"), "text")


def test_sides_swap_in_the_mirror(scene: Scene) -> None:
    mirrored = run(scene, "transform", operation="flip", axis="horizontal")
    assert answers(mirrored, "side") == {"the orange dog": "right", "the blue dog": "left"}


@pytest.mark.parametrize(
    ("intent", "parameters", "silent"),
    [
        ("line_art", {}, {"colour", "place", "time", "weather"}),
        ("stylize", {"style": "black and white"}, {"colour", "place", "time", "weather"}),
        ("remove_background", {}, {"place", "time", "weather"}),
        ("replace_background", {"background": "plain blue background"}, {"place", "time", "weather"}),
        ("relight", {"light": "neon"}, {"colour", "time", "weather"}),
        ("instruct_edit", {"instruction": "make it night"}, {"colour"}),
        ("transform", {"operation": "crop", "object": "balloon"}, {"place", "time", "weather"}),
    ],
)
def test_doubt_is_silence(scene: Scene, intent: str, parameters: dict[str, Value], silent: set[str]) -> None:
    assert silent <= kinds_of(scene) | {"text"}
    assert not silent & kinds_of(run(scene, intent, **parameters))


def test_what_the_frame_cuts_is_not_counted(scene: Scene) -> None:
    cut = scene.model_copy(update={"frame": scene.frame.model_copy(update={"left": 0.2})})
    assert "dogs" not in answers(cut, "count") and answers(cut, "count")["balloons"] == "one"


def test_kin_are_counted_with_their_kind() -> None:
    scene = compose("a dog and a poodle in a park", "k", SIZE)
    assert answers(scene, "count")["dogs"] == "two" and answers(scene, "count")["poodles"] == "one"


def test_facts_follow_an_edit(scene: Scene) -> None:
    assert answers(run(scene, "recolor", object="balloon", colour="green"), "colour")["the balloon"] == "green"
    gone = run(scene, "remove_object", object="balloon")
    assert "balloons" not in answers(gone, "count")
    assert Fact("count", {"things": "dogs"}, "two") in facts(gone)


def test_what_is_hidden_is_not_claimed() -> None:
    things = (
        Thing(id=1, noun="mouse", x=0.5, y=0.85, height=0.1),
        Thing(id=2, noun="elephant", x=0.5, y=0.9, height=0.5),
    )
    scene = Scene(key="k", setting="meadow", things=things, frame=Frame(width=512, height=512))
    assert "mice" not in answers(scene, "count") and "a mouse" not in answers(scene, "presence")
