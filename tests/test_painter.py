"""The painter: the same bytes for the same scene, local edits that stay local, and effects one can see."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from generators.catalogue import kinds, lights, places, styles, times, weathers
from generators.edits import apply, control
from generators.frames import box
from generators.painter import encode, paint
from generators.palette import rgb_of
from generators.scenes import FLAWS, compose
from schemas.answer import Call
from schemas.scene import Scene, Thing
from schemas.skill import Value

SIZE = (256, 256)


def run(scene: Scene, intent: str, **parameters: Value) -> Scene:
    return apply(Call(intent=intent, parameters=parameters), scene, "e", SIZE)


def scene_of(text: str, key: str = "k") -> Scene:
    return compose(text, key, SIZE, clean=True)


@pytest.fixture(scope="module")
def fox() -> Scene:
    things = (
        Thing(id=1, noun="fox", x=0.3, y=0.9, height=0.4),
        Thing(id=2, noun="balloon", x=0.75, y=0.5, height=0.3),
    )
    return scene_of("a fox and a balloon in a meadow").model_copy(update={"things": things})


def pixels(scene: Scene) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    return np.asarray(paint(scene).convert("RGB"), np.int16)


def difference(a: Scene, b: Scene) -> float:
    """The mean difference of a pixel, of 255; pictures of other sizes are compared at one."""
    first, second = paint(a).convert("RGB").resize((128, 128)), paint(b).convert("RGB").resize((128, 128))
    return float(np.abs(np.asarray(first, np.int16) - np.asarray(second, np.int16)).mean())


@pytest.mark.parametrize("text", ["a fox in a forest in the rain", "a robot in a kitchen", "a shark under the sea"])
def test_two_runs_give_the_same_bytes(text: str) -> None:
    scene = scene_of(text)
    png = encode(paint(scene))
    assert png == encode(paint(Scene.from_data(scene.model_dump(mode="json"))))
    assert hashlib.sha256(png).hexdigest() != hashlib.sha256(encode(paint(scene_of(text, "other")))).hexdigest()


def test_undoing_gives_the_same_picture(fox: Scene) -> None:
    there = run(fox, "transform", operation="flip", axis="horizontal")
    assert encode(paint(run(there, "transform", operation="flip", axis="horizontal"))) == encode(paint(fox))


LOCAL: list[tuple[str, dict[str, Value], str]] = [
    ("recolor", {"object": "fox", "colour": "blue"}, "fox"),
    ("recolor", {"object": "balloon", "colour": "green"}, "balloon"),
    ("add_object", {"object": "scarf", "target": "fox"}, "fox"),
    ("add_object", {"object": "sunglasses", "target": "fox"}, "fox"),
    ("remove_object", {"object": "balloon"}, "balloon"),
    ("remove_object", {"object": "fox"}, "fox"),
]


@pytest.mark.parametrize(("intent", "parameters", "noun"), LOCAL)
@pytest.mark.parametrize("weather", ["clear", "rain", "fog"])
def test_a_local_edit_leaves_every_other_pixel_equal(
    fox: Scene, intent: str, parameters: dict[str, Value], noun: str, weather: str
) -> None:
    before = fox.model_copy(update={"weather": weather})
    changed = np.abs(pixels(before) - pixels(run(before, intent, **parameters))).max(axis=2) > 0
    left, top, right, bottom = box(next(t for t in before.things if t.noun == noun), before.frame)
    air = 0.04
    rows, columns = np.nonzero(changed)
    assert changed.any()
    assert rows.min() / 256 >= top - air and rows.max() / 256 <= bottom + air
    assert columns.min() / 256 >= left - air and columns.max() / 256 <= right + air


@pytest.mark.parametrize("colour", ["red", "blue", "dark green", "yellow", "purple", "black", "white"])
@pytest.mark.parametrize("noun", ["fox", "car", "balloon", "elephant", "house"])
def test_the_new_colour_prevails_in_the_box(noun: str, colour: str) -> None:
    thing = Thing(id=1, noun=noun, x=0.5, y=0.9, height=0.5)
    before = scene_of("a photo studio").model_copy(update={"things": (thing,), "backdrop": "none"})
    after = before.model_copy(update={"things": (thing.model_copy(update={"colour": colour}),)})
    left, top, right, bottom = (round(edge * 256) for edge in box(thing, before.frame))
    part = pixels(after)[top:bottom, left:right].reshape(-1, 3)
    aimed = np.abs(part - np.asarray(rgb_of(colour))).max(axis=1) < 24
    natural = (
        np.abs(pixels(before)[top:bottom, left:right].reshape(-1, 3) - np.asarray(rgb_of(colour))).max(axis=1) < 24
    )
    assert aimed.mean() > max(0.10, natural.mean() * 0.9)


VISIBLE: list[tuple[str, dict[str, Value]]] = [
    ("add_object", {"object": "a dog"}), ("remove_object", {"object": "fox"}),
    ("replace_object", {"object": "fox", "replacement": "car"}), ("recolor", {"object": "fox", "colour": "blue"}),
    ("replace_background", {"background": "a beach"}), ("remove_background", {}),
    ("relight", {"light": "neon"}), ("adjust", {"property": "brightness", "direction": "more"}),
    ("adjust", {"property": "blur", "direction": "more"}), ("adjust", {"property": "sharpness", "direction": "more"}),
    ("adjust", {"property": "contrast", "direction": "less"}), ("adjust", {"property": "warmth", "direction": "less"}),
    ("adjust", {"property": "saturation", "direction": "less"}), ("stylize", {"style": "oil painting"}), ("anime", {}),
    ("line_art", {}), ("instruct_edit", {"instruction": "make the fox bigger"}), ("add_text", {"text": "Hello"}),
    ("instruct_edit", {"instruction": "make it winter"}), ("outpaint", {"direction": "top"}), ("upscale", {}),
    ("transform", {"operation": "flip", "axis": "horizontal"}), ("transform", {"operation": "crop", "object": "fox"}),
    ("transform", {"operation": "rotate", "angle": 15}),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "parameters"), VISIBLE)
@pytest.mark.parametrize("key", ["k1", "k2"])
def test_every_skill_has_an_effect_one_can_see(intent: str, parameters: dict[str, Value], key: str) -> None:
    before = scene_of("a fox in a park", key)
    after = run(before, intent, **parameters)
    assert paint(after).size == (after.frame.width, after.frame.height)
    assert difference(before, after) > (0.3 if intent in ("upscale", "recolor", "adjust", "add_text") else 1.0)


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_shows_and_goes(fox: Scene, flaw: str) -> None:
    frame = fox.frame.model_copy(update={"tilt": 6.0}) if flaw == "tilt" else fox.frame
    flawed = fox.model_copy(update={"flaws": (flaw,), "frame": frame})
    assert difference(fox, flawed) > 0.8


def all_differ(scenes: list[Scene]) -> bool:
    return all(difference(a, b) > 0.6 for n, a in enumerate(scenes) for b in scenes[:n])


def test_lights_and_their_directions_look_different(fox: Scene) -> None:
    assert all_differ([run(fox, "relight", light=light) for light in lights()])
    assert all_differ([run(fox, "relight", light="studio", direction=d) for d in ("left", "right", "above", "behind")])


def test_styles_look_different(fox: Scene) -> None:
    styled = [run(fox, "stylize", style=style) for style in styles()]
    assert all_differ([*styled, run(fox, "anime"), run(fox, "line_art"), fox])


def test_strength_and_amount_show(fox: Scene) -> None:
    assert all_differ([run(fox, "stylize", style="mosaic", strength=n) for n in (10, 40, 90)])
    dials = [run(fox, "adjust", property="brightness", direction="more", amount=n) for n in (5, 25, 60)]
    assert all_differ(dials)
    assert [pixels(scene).mean() for scene in dials] == sorted(pixels(scene).mean() for scene in dials)


def test_places_times_and_weathers_look_different() -> None:
    meadow = scene_of("a meadow").model_copy(update={"things": ()})
    assert all_differ([meadow.model_copy(update={"setting": place}) for place in places()])
    assert all_differ([meadow.model_copy(update={"time": time}) for time in times()])
    assert all_differ([meadow.model_copy(update={"weather": weather}) for weather in weathers()])


def test_line_weights_and_colours_show(fox: Scene) -> None:
    fine, plain, bold = (pixels(run(fox, "line_art", **p)).mean() for p in ({"line": "fine"}, {}, {"line": "bold"}))
    assert fine > plain > bold
    ink = pixels(run(fox, "line_art", colour="blue"))
    assert (ink[..., 2] > ink[..., 0] + 60).mean() > 0.01


def test_a_cut_out_is_transparent_around_the_thing(fox: Scene) -> None:
    image = paint(run(fox, "remove_background", object="fox"))
    assert image.mode == "RGBA" and image.getpixel((250, 5)) == (255, 255, 255, 0)
    assert image.getpixel((77, 200))[3] == 255  # type: ignore[index]  # a pixel of an RGBA picture is a tuple


def test_turning_turns_the_pixels(fox: Scene) -> None:
    quarter = paint(run(fox, "transform", operation="rotate", angle=90))
    assert quarter.tobytes() == paint(fox).transpose(Image.Transpose.ROTATE_270).tobytes()
    upside = paint(run(fox, "transform", operation="flip", axis="vertical"))
    assert upside.tobytes() == paint(fox).transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes()


def test_text_flips_with_the_picture_and_is_written_upright(fox: Scene) -> None:
    written = run(fox, "add_text", text="Left", position="top left")
    mirrored = run(written, "transform", operation="flip", axis="horizontal")
    assert paint(mirrored).tobytes() == paint(written).transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes()
    first = run(fox, "transform", operation="flip", axis="horizontal")
    fresh = run(first, "add_text", text="Left", position="top left")
    changed = np.abs(pixels(fresh) - pixels(first)).max(axis=2) > 0
    assert np.nonzero(changed)[1].max() < 140


def test_widening_keeps_the_middle(fox: Scene) -> None:
    wide = np.asarray(paint(run(fox, "outpaint", direction="left", amount=50)), np.int16)
    assert wide.shape == (256, 384, 3)
    assert np.abs(wide[:, 128:] - pixels(fox)).mean() < 4


def test_controls_are_black_on_white() -> None:
    scene = scene_of("a woman and a horse in a meadow")
    for medium in ("scribble", "pose"):
        sheet = pixels(control(scene, medium))
        assert (sheet.min(axis=2) > 250).mean() > 0.8 and (sheet.max(axis=2) < 90).mean() > 0.002


def test_every_thing_can_be_painted_and_dressed() -> None:
    studio = scene_of("a photo studio").model_copy(update={"things": (), "backdrop": "none"})
    for kind in kinds().values():
        thing = Thing(id=1, noun=kind.noun, x=0.5, y=0.9, height=0.2, wears=kind.can_wear[:1])
        alpha = paint(studio.model_copy(update={"things": (thing,)})).getchannel("A")
        assert alpha.getbbox() is not None, kind.noun
