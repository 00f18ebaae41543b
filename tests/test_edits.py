"""Edits: what each drawing skill does to a scene, and what it refuses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.cards import read_library
from generators.edits import CREATES, EDITS, apply, control
from generators.frames import box, box_seen
from generators.scenes import CannotDraw, compose, describe, find, visible
from schemas.answer import Call
from schemas.scene import Frame, Lettering, Scene, Thing, Touch
from schemas.skill import Value

SIZE = (512, 512)


def run(scene: Scene | None, intent: str, **parameters: Value) -> Scene:
    return apply(Call(intent=intent, parameters=parameters), scene, "e", SIZE)


def refusal(scene: Scene | None, intent: str, **parameters: Value) -> str:
    with pytest.raises(CannotDraw) as refused:
        run(scene, intent, **parameters)
    return refused.value.reason


def nouns(scene: Scene) -> list[str]:
    return sorted(thing.noun for thing in scene.things)


@pytest.fixture
def fox() -> Scene:
    """A fox on the left and a tree on the right of a meadow."""
    things = (
        Thing(id=1, noun="fox", x=0.3, y=0.9, height=0.3),
        Thing(id=2, noun="tree", x=0.75, y=0.85, height=0.4),
    )
    return Scene(key="k", setting="meadow", things=things, frame=Frame(width=512, height=512))


def test_every_drawing_skill_of_the_shelf_is_known() -> None:
    assert {skill.id for skill in read_library().skills if skill.draws} == {*EDITS, *CREATES}


def test_what_is_added_stands_or_is_worn(fox: Scene) -> None:
    assert run(fox, "add_object", object="sunglasses", target="fox").things[0].wears == ("sunglasses",)
    assert run(fox, "add_object", object="a blue scarf").things[0].wears == ("blue scarf",)
    assert nouns(run(fox, "add_object", object="two ducks")) == ["duck", "duck", "fox", "tree"]
    assert run(fox, "add_object", object="red ball").things[:2] == fox.things


def test_a_hat_replaces_a_crown_but_not_glasses(fox: Scene) -> None:
    dressed = run(run(fox, "add_object", object="crown"), "add_object", object="glasses")
    assert run(dressed, "add_object", object="hat", target="the fox").things[0].wears == ("glasses", "hat")


@pytest.mark.parametrize("position", ["left", "right", "middle", "foreground", "background", "sky"])
@pytest.mark.parametrize("axis", [None, "horizontal"])
def test_a_new_thing_goes_where_it_was_wanted_as_seen(fox: Scene, position: str, axis: str | None) -> None:
    before = run(fox, "transform", operation="flip", axis=axis) if axis else fox
    after = run(before, "add_object", object="a ball", position=position)
    left, _, right, bottom = box_seen(after.things[-1], after.frame)
    x = (left + right) / 2
    fits = {"left": x < 0.4, "right": x > 0.6, "middle": 0.28 < x < 0.72, "foreground": bottom > 0.9}
    fits |= {"sky": bottom < 0.45, "background": bottom < 0.75}
    assert fits[position]


def test_a_new_thing_is_in_view_of_a_cropped_picture(fox: Scene) -> None:
    close = run(fox, "transform", operation="crop", object="fox")
    assert len(visible(run(close, "add_object", object="mushroom"))) == len(visible(close)) + 1


def test_removing_and_replacing_leave_the_rest_alone(fox: Scene) -> None:
    assert run(fox, "remove_object", object="tree").things == fox.things[:1]
    replaced = run(fox, "replace_object", object="the tree", replacement="a red car")
    assert replaced.things[0] == fox.things[0]
    assert (replaced.things[1].noun, replaced.things[1].x, replaced.things[1].id) == ("car", 0.75, 2)


def test_what_is_worn_is_removed_replaced_and_dyed(fox: Scene) -> None:
    dressed = run(fox, "add_object", object="scarf", target="fox")
    assert run(dressed, "remove_object", object="scarf") == fox
    assert run(dressed, "replace_object", object="the scarf", replacement="a bow tie").things[0].wears == ("bow tie",)
    assert run(dressed, "recolor", object="scarf", colour="dark blue").things[0].wears == ("dark blue scarf",)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [("blue", "blue"), ("Dark blue", "dark blue"), ("#AABBCC", "#aabbcc"), ("lilac", "lavender")],
)
def test_colours_are_names_or_codes(fox: Scene, asked: str, kept: str) -> None:
    assert run(fox, "recolor", object="fox", colour=asked).things[0].colour == kept


def test_back_to_the_natural_colour_is_the_same_scene(fox: Scene) -> None:
    assert run(run(fox, "recolor", object="fox", colour="blue"), "recolor", object="fox", colour="orange") == fox


def test_a_new_background_keeps_the_things(fox: Scene) -> None:
    beach = run(fox, "replace_background", background="a beach at sunset")
    assert (beach.setting, beach.time, nouns(beach)) == ("beach", "sunset", nouns(fox))
    assert run(fox, "replace_background", background="outer space").time == "night"
    assert run(fox, "replace_background", background="a plain blue backdrop").backdrop == "blue"
    assert run(fox, "replace_background", background="moon").setting == "moon"


def test_a_boat_finds_the_water_and_the_ground() -> None:
    lake = compose("a sailboat on a lake", "k", SIZE, alone=True, clean=True)
    assert lake.things[0].y < 0.7
    assert run(lake, "replace_background", background="desert").things[0].y > 0.75


def test_a_cut_out_stands_alone(fox: Scene) -> None:
    assert run(fox, "remove_background").backdrop == "none"
    assert nouns(run(fox, "remove_background", object="fox")) == ["fox"]


@pytest.mark.parametrize(
    ("instruction", "field", "value"),
    [
        ("make it snow", "weather", "snow"),
        ("make it night", "time", "night"),
        ("turn it into autumn", "season", "autumn"),
        ("let it rain", "weather", "rain"),
        ("cover everything in fog", "weather", "fog"),
    ],
)
def test_instructions_change_the_air_and_the_season(fox: Scene, instruction: str, field: str, value: str) -> None:
    assert getattr(run(fox, "instruct_edit", instruction=instruction), field) == value


def test_instructions_move_and_scale_one_thing(fox: Scene) -> None:
    assert run(fox, "instruct_edit", instruction="make the fox bigger").things[0].height > 0.35
    assert run(fox, "instruct_edit", instruction="make the fox smaller").things[0].height < 0.25
    assert run(fox, "instruct_edit", instruction="move the fox to the right").things[0].x > 0.5
    mirrored = run(fox, "transform", operation="flip", axis="horizontal")
    assert run(mirrored, "instruct_edit", instruction="move the fox to the left").things[0].x > 0.5


def test_clearing_up_ends_the_rain(fox: Scene) -> None:
    assert (
        run(run(fox, "instruct_edit", instruction="make it rain"), "instruct_edit", instruction="let it clear up")
        == fox
    )


@pytest.mark.parametrize("size", ["16:9", "1:1", "1024x768", "9 : 16"])
def test_a_new_picture_has_the_size_asked_for(size: str) -> None:
    frame = run(None, "text_to_image", prompt="a fox", size=size).frame
    assert frame.width * frame.height == pytest.approx(512 * 512, rel=0.03) or (frame.width, frame.height) == (
        1024,
        768,
    )
    assert frame.aspect == pytest.approx(frame.width / frame.height, rel=1e-4)


def test_sizes_of_the_frame_edits(fox: Scene) -> None:
    def size(**parameters: Value) -> tuple[int, int]:
        frame = run(fox, "transform", **parameters).frame
        return frame.width, frame.height

    assert size(operation="crop", size="16:9") == (512, 288)
    assert size(operation="resize", size="800x600") == (800, 600)
    assert size(operation="rotate", angle=90) == (512, 512)
    wide = run(fox, "outpaint", direction="left", amount=50)
    assert (wide.frame.width, wide.frame.left) == (768, -0.5)
    assert run(wide, "transform", operation="rotate", angle=-90).frame.width == 512
    assert run(fox, "upscale").frame.width == 1024


def test_outpainting_a_mirrored_picture_widens_the_side_that_is_seen(fox: Scene) -> None:
    mirrored = run(fox, "transform", operation="flip", axis="horizontal")
    assert run(mirrored, "outpaint", direction="left").frame.right == pytest.approx(1.3)


def test_a_quarter_turn_four_times_is_nothing(fox: Scene) -> None:
    scene = fox
    for _ in range(4):
        scene = run(scene, "transform", operation="rotate", angle=90)
    assert scene == fox


def test_a_hanging_picture_is_straightened(fox: Scene) -> None:
    askew = fox.model_copy(update={"flaws": ("tilt",), "frame": fox.frame.model_copy(update={"tilt": 6.0})})
    assert run(askew, "transform", operation="rotate", angle=-6) == fox
    assert run(askew, "transform", operation="rotate", angle=-5) == fox


def test_text_is_written_for_the_frame_as_it_is(fox: Scene) -> None:
    mirrored = run(fox, "transform", operation="flip", axis="horizontal")
    line = run(mirrored, "add_text", text="Hello", position="top left", colour="gold").lettering[0]
    assert (line.text, line.colour, line.mirror) == ("Hello", "gold", True) and line.x > 0.5
    two = run(run(fox, "add_text", text="One"), "add_text", text="Two").lettering
    assert two[0].y > two[1].y


def test_retouching_takes_the_fault_away(fox: Scene) -> None:
    dusty = fox.model_copy(update={"flaws": ("dust",)})
    assert run(dusty, "retouch", fault="dust") == fox


def test_avoided_things_do_not_come_and_do_not_change(fox: Scene) -> None:
    assert refusal(fox, "add_object", object="a dog", avoid="dogs") == "avoided"
    assert run(fox, "replace_background", background="beach", avoid="the fox").things[0] == fox.things[0]


def test_controls_steer_new_pictures() -> None:
    scene = compose("a woman and a dog in a park", "k", SIZE)
    scribble, pose = control(scene, "scribble"), control(scene, "pose")
    drawn = run(scribble, "scribble_to_image", prompt="a girl and a cat on a beach", image="image_1")
    assert [(t.x, t.y) for t in drawn.things] == [(t.x, t.y) for t in scribble.things]
    posed = run(pose, "pose_to_image", prompt="an astronaut on the moon", image="image_1")
    assert (posed.things[0].noun, posed.things[0].pose) == ("astronaut", pose.things[0].pose)


REFUSED: list[tuple[str, dict[str, Value], str]] = [
    ("add_object", {"object": "a flux capacitor"}, "no_such_object"),
    ("add_object", {"object": "hat", "target": "dog"}, "no_such_thing"),
    ("add_object", {"object": "hat", "target": "tree"}, "cannot_wear"),
    ("remove_object", {"object": "dog"}, "no_such_thing"),
    ("replace_object", {"object": "tree", "replacement": "happiness"}, "no_such_object"),
    ("recolor", {"object": "fox", "colour": "octarine"}, "no_such_colour"),
    ("recolor", {"object": "fox", "colour": "orange"}, "no_change"),
    ("replace_background", {"background": "my office"}, "no_such_background"),
    ("replace_background", {"background": "a meadow"}, "no_change"),
    ("instruct_edit", {"instruction": "make it more interesting"}, "unclear_instruction"),
    ("instruct_edit", {"instruction": "make the dog bigger"}, "no_such_thing"),
    ("stylize", {"style": "in the manner of my aunt"}, "no_such_style"),
    ("retouch", {"fault": "dust"}, "no_such_fault"),
    ("transform", {"operation": "crop", "size": "1:1"}, "no_change"),
    ("transform", {"operation": "resize", "size": "5000x10"}, "size_out_of_range"),
    ("transform", {"operation": "resize"}, "no_size"),
    ("transform", {"operation": "crop", "object": "dog"}, "no_such_thing"),
    ("upscale", {"factor": 4.5}, "size_out_of_range"),
    ("scribble_to_image", {"prompt": "a fox", "image": "image_1"}, "not_a_scribble"),
    ("pose_to_image", {"prompt": "a woman", "image": "image_1"}, "not_a_pose"),
    ("text_to_image", {"prompt": "hope"}, "nothing_paintable"),
    ("levitate", {}, "no_such_skill"),
]


@pytest.mark.parametrize(("intent", "parameters", "reason"), REFUSED)
def test_what_cannot_be_done_is_refused_with_its_reason(
    fox: Scene, intent: str, parameters: dict[str, Value], reason: str
) -> None:
    assert refusal(fox, intent, **parameters) == reason


def test_refusals_that_depend_on_what_came_before(fox: Scene) -> None:
    assert refusal(None, "recolor", object="fox", colour="blue") == "no_picture"
    assert refusal(control(fox, "scribble"), "anime") == "control_picture"
    assert refusal(run(fox, "line_art"), "recolor", object="fox", colour="blue") == "colourless"
    assert refusal(run(fox, "line_art"), "line_art") == "no_change"
    assert refusal(run(fox, "add_object", object="hat"), "add_object", object="hat", target="fox") == "no_change"
    assert refusal(run(fox, "remove_background"), "outpaint", direction="left") == "no_background"
    assert refusal(run(fox, "remove_background"), "remove_background") == "no_change"
    assert refusal(control(fox, "pose"), "pose_to_image", prompt="a red car", image="image_1") == "no_figure"
    kitchen = compose("a cat in a kitchen", "k", SIZE)
    assert refusal(kitchen, "instruct_edit", instruction="make it snow") == "no_sky"


def test_lettering_and_touches_survive_other_edits(fox: Scene) -> None:
    scene = run(run(fox, "add_text", text="Hi"), "adjust", property="warmth", direction="less", amount=10)
    after = run(scene, "remove_object", object="tree")
    assert isinstance(after.lettering[0], Lettering) and after.touches == (Touch(name="warmth", amount=-10),)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 500), st.sampled_from(["a cat", "two ducks", "a car", "an owl", "a castle", "three balloons"]))
def test_added_things_have_names_and_stay_in_view(seed: int, added: str) -> None:
    before = compose("a dog and a tree in a park", f"k{seed}", SIZE)
    after = run(before, "add_object", object=added)
    assert after == run(before, "add_object", object=added)
    for thing in after.things:
        assert find(after, describe(after, thing)) == thing
        assert box(thing, after.frame)[2] <= 1.02
