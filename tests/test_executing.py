"""Running a system's calls: the labels give the release back, and whatever a model says gives a picture or a reason."""

import hashlib

import pytest

from evaluation.metrics.pictures import scene_scorer, strict_scene_scorer, vqa_marks
from evaluation.metrics.rounds import rounds
from flows.items import dialogues
from flows.scoring.executing import Tried, execute
from generators.cards import read_library
from generators.controls import control
from generators.edits import apply
from generators.painter import encode, paint
from generators.running import run
from generators.scenes import compose
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.errors import Refused
from schemas.image import Image, Recipe
from schemas.prompt import SPLITS
from schemas.scene import Scene
from schemas.skill import Value
from store.release import Outcome
from store.verify import read_skills

LIBRARY = read_library()
SIZE = (128, 128)
KEY = "p0000000001"


def call(intent: str, **parameters: Value) -> Call:
    return Call(intent=intent, parameters=parameters)


def says(intent: str, **parameters: Value) -> Answer:
    return Answer(call=call(intent, **parameters), reply="Done.")


BEACH = compose("a red car and a fox on a beach by day", KEY, SIZE, clean=True)
TEAL = apply(call("recolor", object="car", colour="teal"), BEACH, KEY, SIZE)
ALONE = apply(call("remove_object", object="fox"), TEAL, KEY, SIZE)
FOREST = compose("a fox in a forest", f"{KEY}/d/3", SIZE, clean=True)


def image(scene: Scene, made: Call) -> Image:
    return Image(sha256=scene.digest, recipe=Recipe(renderer="painter-1", seed=scene.key, call=made), scene=scene)


def story() -> Dialogue:
    """The user brings a car and a fox; the car turns teal, a chat, the fox goes, then a new picture."""
    first = call("text_to_image", prompt="a red car and a fox on a beach by day")
    labels = (
        Turn(user="teal", attached=(0,), call=call("recolor", object="car", colour="teal"), reply="Teal.",
             image_before=0, image_after=1),
        Turn(user="thanks", call=call("chat"), reply="Welcome.", image_before=1),
        Turn(user="no fox", call=call("remove_object", object="fox"), reply="Gone.", image_before=1, image_after=2),
        Turn(user="a fox", call=call("text_to_image", prompt="a fox in a forest"), reply="There.", image_after=3),
    )  # fmt: skip
    made = (first, labels[0].call, labels[2].call, labels[3].call)
    return Dialogue(
        id=f"{KEY}-000-0", prompt_id=KEY, prompt="a red car and a fox on a beach by day", category="animals",
        author="test", renderer="painter-1", turns=labels,
        images=tuple(map(image, (BEACH, TEAL, ALONE, FOREST), made)),
    )  # fmt: skip


def tried(*answers: Answer | None) -> dict[int, Tried]:
    """Of the story with these answers, the labels behind them."""
    dialogue = story()
    labels = [turn.answer for turn in dialogue.turns]
    return {t.turn: t for t in execute(dialogue, [*answers, *labels[len(answers) :]], LIBRARY, SIZE)}


def test_executing_the_labels_gives_the_release_back(tiny: Outcome) -> None:
    """Byte for byte, in every split: nothing of the release's own pictures is read but what users brought."""
    library = read_skills(tiny.folder)
    painted: dict[str, str] = {}
    made = 0
    for split in SPLITS:
        for dialogue in dialogues(tiny.folder, split):
            labels = [turn.answer for turn in dialogue.turns]
            found = execute(dialogue, labels, library, (256, 256))
            assert [t.turn for t in found] == [n for n, t in enumerate(dialogue.turns) if library[t.call.intent].draws]
            for each in found:
                after = dialogue.turns[each.turn].image_after
                assert each.scene is not None and after is not None, each
                if each.scene.digest not in painted:
                    painted[each.scene.digest] = hashlib.sha256(encode(paint(each.scene))).hexdigest()
                assert painted[each.scene.digest] == dialogue.images[after].sha256
                made += 1
    assert made > 100 and len(painted) > 80


def test_the_labels_score_one_by_the_strict_scorer(tiny: Outcome) -> None:
    library = read_skills(tiny.folder)
    for dialogue in dialogues(tiny.folder, "test"):
        found = execute(dialogue, [turn.answer for turn in dialogue.turns], library, (256, 256))
        pictures = {(t.dialogue_id, t.turn): image(t.scene, t.call) for t in found if t.scene and t.call}
        assert {m.value for m in vqa_marks(rounds(dialogue, library), pictures, strict_scene_scorer)} <= {1.0}


def test_a_wrong_object_makes_a_picture_that_scores_lower() -> None:
    made = tried(says("remove_object", object="fox"))
    scene, asked = made[0].scene, rounds(story(), LIBRARY)[0]
    assert scene is not None and [thing.noun for thing in scene.things if thing.noun == "fox"] == []
    wrong = image(scene, call("remove_object", object="fox"))
    assert 0 < scene_scorer(asked, wrong) < 1 == scene_scorer(asked, image(TEAL, asked.said[-1].call))
    assert strict_scene_scorer(asked, wrong) == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "no_answer"),
        (says("colour_it", object="car"), "unfit"),
        (says("recolor", object="car"), "unfit"),
        (says("recolor", object="car", colour="teal", shade="dark"), "unfit"),
        (says("adjust", property="brightness", direction="more", amount=500), "unfit"),
        (says("adjust", property="brightness", direction="more", amount=float("nan")), "unfit"),
        (says("add_object", object="fox " * 500), "unfit"),
        (says("recolor", object="car", colour="teal", image="image_2"), "no_such_picture"),
        (says("recolor", object="car", colour="teal", image="image_9"), "no_such_picture"),
        (says("recolor", object="dragon", colour="teal"), "no_such_thing"),
        (says("recolor", object="car", colour="loud"), "no_such_colour"),
        (says("recolor", object="car", colour="red"), "no_change"),
        (says("retouch", fault="dust"), "no_such_fault"),
        (says("transform", operation="resize"), "no_size"),
        (says("text_to_image", prompt="whatever you like"), "nothing_paintable"),
        (says("scribble_to_image", image="image_1", prompt="a fox"), "not_a_scribble"),
        (says("pose_to_image", image="image_1", prompt="a woman"), "not_a_pose"),
        (says("chat"), "draws_nothing"),
        (says("vqa", question="is there a fox?"), "draws_nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.call.parameters)[:40] if value else "no answer",
)
def test_a_call_that_cannot_be_run_makes_no_picture_and_says_why(answer: Answer | None, reason: str) -> None:
    made = tried(answer)
    assert made[0].scene is None and made[0].reason == reason and made[0].told
    assert next(m.value for m in vqa_marks(rounds(story(), LIBRARY), {}, scene_scorer)) == 0


def test_an_edit_works_on_what_the_system_made_itself() -> None:
    made = tried(says("recolor", object="car", colour="blue"))
    assert made[2].scene == apply(call("remove_object", object="fox"), made[0].scene, KEY, SIZE)
    assert next(thing.colour for thing in made[2].scene.things if thing.noun == "car") == "blue"


def test_a_turn_that_failed_leaves_the_pictures_as_they_were() -> None:
    made = tried(None)
    assert made[2].scene == apply(call("remove_object", object="fox"), BEACH, KEY, SIZE)


@pytest.mark.parametrize(
    ("first", "named", "source"),
    [
        (says("recolor", object="car", colour="blue"), "image_1", BEACH),
        (says("recolor", object="car", colour="teal"), "image_2", TEAL),
        (None, "image_1", BEACH),
        (None, "image_2", None),
        (None, "image_3", None),
    ],
)
def test_pictures_keep_the_numbers_of_the_release(first: Answer | None, named: str, source: Scene | None) -> None:
    made = tried(first, says("chat"), says("anime", image=named))[2]
    if source is None:
        assert made.scene is None and made.reason == "no_such_picture"
    else:
        assert made.scene == apply(call("anime"), source, KEY, SIZE)


def test_what_is_drawn_where_the_label_draws_nothing_is_at_hand_and_has_no_number() -> None:
    labels = [turn.answer for turn in story().turns]
    made = tried(labels[0], says("anime"), says("upscale"))
    assert made[1].scene == apply(call("anime"), TEAL, KEY, SIZE)
    assert made[2].scene == apply(call("upscale"), made[1].scene, KEY, SIZE)
    assert tried(labels[0], says("anime"), says("upscale", image="image_3"))[2].reason == "no_such_picture"


def test_a_picture_shown_again_is_the_one_at_hand() -> None:
    labels = [turn.answer for turn in story().turns]
    made = tried(labels[0], says("chat", show="image_1"))
    assert 1 not in made and made[2].scene == apply(call("remove_object", object="fox"), BEACH, KEY, SIZE)
    assert tried(labels[0], says("chat", show="image_4"))[2].scene == ALONE


def test_a_new_picture_hangs_on_its_place_where_the_label_makes_none() -> None:
    made = [tried(says("chat"), says("text_to_image", prompt="a dog in a park"))[1].scene for _ in range(2)]
    assert made[0] == made[1] == compose("a dog in a park", f"{KEY}-000-0/1", SIZE, clean=True)


def test_a_free_prompt_that_names_only_an_hour_or_a_style_becomes_a_place_that_has_it() -> None:
    scene = run(call("text_to_image", prompt="A stormy night, in watercolour"), None, LIBRARY, "k", SIZE)
    assert (scene.time, scene.weather, [touch.name for touch in scene.touches]) == (
        "night",
        "storm",
        ["style:watercolour"],
    )
    assert scene == run(call("text_to_image", prompt="A stormy night, in watercolour"), None, LIBRARY, "k", SIZE)


def test_a_scribble_that_was_brought_is_followed() -> None:
    sketch = control(BEACH, "scribble")
    scene = run(call("scribble_to_image", image="image_1", prompt="a fox"), sketch, LIBRARY, KEY, SIZE)
    assert [thing.noun for thing in scene.things] == ["fox"]


def test_a_picture_that_nobody_painted_is_refused_by_its_name() -> None:
    first, *others = story().images
    unpainted = story().model_copy(update={"images": (first.model_copy(update={"scene": None}), *others)})
    with pytest.raises(Refused, match="image_1 was not painted by the embedded painter"):
        execute(unpainted, [None] * 4, LIBRARY, SIZE)
