"""The metrics of pictures, each worked out by hand on pictures that are known."""

from collections.abc import Sequence

import numpy as np
import pytest

from evaluation.metrics.asking import integration, question, scene_description, yes_probability
from evaluation.metrics.claims import claims_of_edit, claims_of_picture, claims_of_prompt, shown
from evaluation.metrics.pictures import (
    clip_marks,
    iec,
    iec_marks,
    scene_scorer,
    strict_scene_scorer,
    vqa_marks,
)
from evaluation.metrics.rounds import Round, labelled_pictures, rounds
from evaluation.metrics.scores import by_dialogue, score
from evaluation.spread import Vectors
from schemas.dialogue import Dialogue
from schemas.errors import BadInput
from schemas.image import Image, Recipe
from schemas.scene import Frame, Scene, Thing, Touch
from tests.test_metrics_text import LIBRARY, call, picture, turn

FRAME = Frame(width=128, height=128)
FOX = Thing(id=1, noun="fox", x=0.4, y=0.8, height=0.3)
DOG = Thing(id=2, noun="dog", x=0.7, y=0.8, height=0.2)
BEACH = Scene(key="k", setting="beach", time="sunset", things=(FOX, DOG), frame=FRAME)
DRAW = call("text_to_image", prompt="a fox and a dog on a beach")


def with_things(*things: Thing) -> Scene:
    return BEACH.model_copy(update={"things": things})


def painted(scene: Scene) -> Image:
    return Image(sha256=scene.digest, recipe=Recipe(renderer="test", seed="s", call=DRAW), scene=scene)


TEAL_DOG = DOG.model_copy(update={"colour": "teal"})
TEAL, ALONE = with_things(FOX, TEAL_DOG), with_things(FOX)
FOREST = BEACH.model_copy(update={"key": "f", "setting": "forest", "things": (FOX,)})


def story() -> Dialogue:
    """Brought 0, recoloured 1, a chat, from 0 again without the dog 2, a new picture 3, which turns anime 4."""
    anime = FOREST.model_copy(update={"touches": (Touch(name="anime", amount=80),)})
    turns = (
        turn(call("recolor", object="dog", colour="teal"), attached=(0,), image_before=0, image_after=1),
        turn(call("chat"), image_before=1),
        turn(call("remove_object", object="dog", image="image_1"), image_before=0, image_after=2),
        turn(call("text_to_image", prompt="fox in a forest"), image_after=3),
        turn(call("anime"), image_before=3, image_after=4),
    )
    return Dialogue(
        id="d", prompt_id="p", prompt="a fox", category="animals", author="test", renderer="test", turns=turns,
        images=tuple(map(painted, (BEACH, TEAL, ALONE, FOREST, anime))),
    )  # fmt: skip


ROUNDS = rounds(story(), LIBRARY)
LABELLED = labelled_pictures([story()], LIBRARY)


def test_rounds_are_the_turns_that_draw_with_what_led_to_them() -> None:
    assert [(r.turn, r.skill, r.new, r.run) for r in ROUNDS] == [
        (0, "recolor", False, 0),
        (2, "remove_object", False, 0),
        (3, "text_to_image", True, 3),
        (4, "anime", False, 3),
    ]
    assert [[said.call.intent for said in r.said] for r in ROUNDS] == [
        ["text_to_image", "recolor"],
        ["text_to_image", "remove_object"],
        ["text_to_image"],
        ["text_to_image", "anime"],
    ]
    assert [r.begins is not None for r in ROUNDS] == [True, True, False, False]


def test_what_a_painted_picture_should_show() -> None:
    whole = claims_of_picture(BEACH)
    assert whole["count dog"] == "1" and whole["setting"] == "beach" and "colour dog" not in whole
    assert claims_of_prompt(BEACH, DRAW) == {"count fox": "1", "count dog": "1", "setting": "beach"}
    assert claims_of_prompt(BEACH, call("text_to_image", prompt="two foxes"))["count fox"] == "1"
    asked = claims_of_prompt(BEACH, DRAW)
    assert claims_of_edit(asked, BEACH, TEAL) == {**asked, "colour dog": "teal"}
    gone = claims_of_edit(claims_of_edit(asked, BEACH, TEAL), TEAL, ALONE)
    assert gone == {"count fox": "1", "count dog": "0", "setting": "beach"}


def test_the_scene_answers_with_the_share_of_claims_that_hold() -> None:
    """Fox, teal dog, beach: all; without the colour three of four; without the dog two of four."""
    asked = claims_of_edit(claims_of_prompt(BEACH, DRAW), BEACH, TEAL)
    assert [shown(asked, scene) for scene in (TEAL, BEACH, ALONE)] == [1.0, 0.75, 0.5]


def test_words_that_name_nothing_as_the_scene_does_claim_all_but_where_things_stand() -> None:
    found = claims_of_prompt(BEACH, call("text_to_image", prompt="something nice"))
    assert found["time"] == "sunset" and "at fox" not in found


def test_the_labels_own_pictures_show_all_that_is_asked() -> None:
    assert [m.value for m in vqa_marks(ROUNDS, LABELLED, scene_scorer)] == [1.0, 1.0, 1.0, 1.0]


def test_a_picture_left_as_it_was_has_most_of_its_claims_and_no_edit_made() -> None:
    """After the recolouring twelve claims, of which the colour alone fails."""
    asked, untouched = ROUNDS[0], painted(BEACH)
    assert len(asked.claims) == 13
    assert scene_scorer(asked, untouched) == pytest.approx(12 / 13)
    assert strict_scene_scorer(asked, untouched) == 0
    assert strict_scene_scorer(asked, painted(TEAL)) == 1


def test_multi_turn_vqa_score_is_the_mean_over_rounds_and_a_missing_picture_has_nought() -> None:
    """Eq. 5 with scores 0.9, 0.6, 0.8 and one picture that was never made: 2.3 / 4."""
    answers = {0: 0.9, 2: 0.6, 3: 0.8}
    made = {place: image for place, image in LABELLED.items() if place != ("d", 4)}
    found = vqa_marks(ROUNDS, made, lambda asked, image: answers[asked.turn])
    assert [m.value for m in by_dialogue(found)] == [pytest.approx(2.3 / 4)]


def angles(**degrees: float) -> dict[str, float]:
    return {
        painted(scene).sha256: degrees[name]
        for name, scene in (("beach", BEACH), ("teal", TEAL), ("alone", ALONE), ("forest", FOREST))
    }


def encode(images: Sequence[Image]) -> Vectors:
    """In a plane: the first picture at 0 degrees, teal at 60, without the dog at 90; forest at 0, anime at 60."""
    known = angles(beach=0, teal=60, alone=90, forest=0)
    turned = np.radians([known.get(image.sha256, 60) for image in images])
    return np.stack([3 * np.cos(turned), 3 * np.sin(turned)], axis=1).astype(np.float32)


def test_multi_turn_clip_similarity_is_the_mean_over_all_pairs_of_a_run() -> None:
    """Eq. 6. Of the brought picture's run: cos 60, cos 90, cos 30; of the new one's: cos 60."""
    found = clip_marks(ROUNDS, LABELLED, encode)
    assert [(m.turn, m.weight) for m in found] == [(0, 1.0), (2, 2.0), (4, 1.0)]
    assert [m.value for m in found] == pytest.approx([0.5, (0 + 0.8660254) / 2, 0.5], abs=1e-6)
    assert [m.value for m in by_dialogue(found)] == pytest.approx([(0.5 + 0 + 0.8660254 + 0.5) / 4], abs=1e-6)


def test_consecutive_pairs_alone() -> None:
    found = clip_marks(ROUNDS, LABELLED, encode, consecutive=True)
    assert [m.value for m in found] == pytest.approx([0.5, 0.8660254, 0.5], abs=1e-6)


def test_pairs_with_a_picture_that_was_not_made_have_nought() -> None:
    made = {place: image for place, image in LABELLED.items() if place != ("d", 0)}
    found = clip_marks(ROUNDS, made, encode)
    assert [(m.turn, round(m.value, 6), m.weight) for m in found] == [(0, 0.0, 1.0), (2, 0.0, 2.0), (4, 0.5, 1.0)]


def test_four_pictures_of_one_run_are_six_pairs() -> None:
    """Eq. 6 for n = 4 with all likenesses 1: 2 / (4 · 3) · 6."""
    same = [Round("d", n, "anime", n == 0, 0, None, (), {}) for n in range(4)]
    made = {("d", n): picture(n) for n in range(4)}
    found = clip_marks(same, made, lambda images: np.ones((len(images), 2), dtype=np.float32))
    assert sum(m.weight for m in found) == 6
    assert [m.value for m in by_dialogue(found)] == [pytest.approx(1.0)]


def test_iec_halves_edits_and_takes_new_pictures_at_their_vqa_score() -> None:
    """0.5 · 1 + 0.5 · 0.5 = 0.75; 0.5 + 0.5 · 0.4330 = 0.7165; a new picture 1; 0.75."""
    vqa, clip = vqa_marks(ROUNDS, LABELLED, scene_scorer), clip_marks(ROUNDS, LABELLED, encode)
    found = iec_marks(ROUNDS, vqa, clip)
    assert [m.value for m in found] == pytest.approx([0.75, 0.7165064, 1.0, 0.75], abs=1e-6)
    assert [m.value for m in by_dialogue(found)] == pytest.approx([0.8041266], abs=1e-6)


@pytest.mark.parametrize(
    ("vqa", "clip", "published"),
    [
        (0.7646, 0.6719, 0.7229),
        (0.7781, 0.6865, 0.7369),
        (0.8523, 0.7412, 0.8023),
        (0.8213, 0.7217, 0.7765),
        (0.8491, 0.7835, 0.8196),
        (0.7613, 0.7317, 0.7480),
        (0.8287, 0.7707, 0.8026),
        (0.8082, 0.7584, 0.7858),
    ],
)
def test_the_papers_iec_is_that_of_one_round_in_ten_that_draws_anew(vqa: float, clip: float, published: float) -> None:
    assert iec(vqa, clip, 0.1) == pytest.approx(published, abs=0.0001)


def test_no_picture_to_compare_is_no_score() -> None:
    single = rounds(story().model_copy(update={"turns": story().turns[3:4]}), LIBRARY)
    assert clip_marks(single, LABELLED, encode) == []
    assert score(by_dialogue([])) is None


def test_a_picture_that_was_not_painted_needs_a_model() -> None:
    with pytest.raises(BadInput, match="was not painted"):
        scene_scorer(ROUNDS[0], picture(1))
    with pytest.raises(BadInput, match="were not painted"):
        scene_scorer(ROUNDS[0]._replace(claims={}), painted(BEACH))


def test_the_published_question() -> None:
    assert question("a fox") == 'Does this figure show "a fox"? Please answer yes or no.'


@pytest.mark.parametrize(
    ("alternatives", "expected"),
    [
        ([("Yes", np.log(0.7)), ("No", np.log(0.2))], 0.7),
        ([("Yes", np.log(0.5)), (" yes", np.log(0.2)), ("No", np.log(0.1))], 0.7),
        ([("No", np.log(0.9)), ("The", np.log(0.05))], 0.1),
        ([("The", -0.1)], 0.0),
        ([("Yes", 0.0), ("yes", 0.0)], 1.0),
        ([], 0.0),
    ],
)
def test_yes_is_read_from_log_probabilities(alternatives: list[tuple[str, float]], expected: float) -> None:
    assert yes_probability(alternatives) == pytest.approx(expected)


def test_an_author_is_asked_with_all_that_led_to_the_picture_and_nothing_else() -> None:
    lines = integration(ROUNDS[1].said).splitlines()
    assert lines[-2:] == [
        '1. a fox and a dog on a beach [text_to_image {"prompt":"a fox and a dog on a beach"}]',
        '2. do it [remove_object {"image":"image_1","object":"dog"}]',
    ]
    with pytest.raises(BadInput):
        integration(())


def test_the_scene_describes_what_should_be_seen() -> None:
    assert scene_description(ROUNDS[2]) == "fox; setting: forest"
    assert scene_description(ROUNDS[3]) == "drawn as anime; fox; setting: forest"
    assert scene_description(ROUNDS[1]) == "no dog; fox; setting: beach; time: sunset; weather: clear"


def test_an_edit_goes_on_from_the_last_picture_where_dialogues_have_none() -> None:
    bare = Dialogue(
        id="d", prompt_id="p", prompt="a fox", category="animals", author="test", renderer="test",
        turns=(turn(call("text_to_image", prompt="a fox")), turn(call("anime"))),
    )  # fmt: skip
    found = rounds(bare, LIBRARY)
    assert [(r.new, r.run, len(r.said), r.claims) for r in found] == [(True, -1, 1, {}), (False, -1, 2, {})]
