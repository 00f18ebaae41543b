"""The reader comes to the call that a person would hear, sees nothing it must not see, and agreement counts what it says."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from evaluation.agreement import Reading, disagreements, readings, same, tallies
from evaluation.reader import read_turn
from evaluation.reader.view import view_of
from flows.__main__ import main
from generators.cards import read_library
from generators.guideline import guideline
from schemas.answer import Call
from schemas.dialogue import Dialogue, Turn
from schemas.identity import digest
from schemas.image import Image, Recipe
from schemas.skill import Library, Skill, Value
from store.release import Outcome

SECRET = Call(intent="vqa", parameters={"question": "never to be seen"})
LIBRARY = read_library()
Said = dict[str, Value]


def call(intent: str, **parameters: Value) -> Call:
    return Call(intent=intent, parameters=parameters)


def dialogue(*turns: Turn) -> Dialogue:
    images = tuple(Image(sha256=digest(n), recipe=Recipe(renderer="painter", seed="s", call=SECRET)) for n in range(9))
    return Dialogue(
        id="d",
        prompt_id="p",
        prompt="a secret",
        category="animals",
        author="me",
        renderer="painter",
        turns=turns,
        images=images,
    )


def past(
    user: str, label: Call, reply: str = "Done.", before: int = 0, after: int | None = 1, attached: tuple[int, ...] = ()
) -> Turn:
    return Turn(user=user, attached=attached, call=label, reply=reply, image_before=before, image_after=after)


def now(user: str, attached: tuple[int, ...] = ()) -> Turn:
    """The turn to be read, with a label that is not the answer."""
    return Turn(user=user, attached=attached, call=SECRET, reply="?")


def read(user: str, *before: Turn, attached: bool | None = None, library: Library = LIBRARY) -> Call:
    handed = (0,) if attached or (attached is None and not before) else ()
    talk = dialogue(*before, now(user, handed))
    return read_turn(talk, len(before), library, guideline())


@pytest.mark.parametrize(
    ("user", "intent", "parameters"),
    [
        ("Could you get rid of the lamppost for me?", "remove_object", {"object": "lamppost"}),
        ("hi there, that ugly bin can go", "remove_object", {"object": "ugly bin"}),
        ("i'd love it without the two cars on the left", "remove_object", {"object": "two cars on the left"}),
        ("Erase the cloud, but don't touch the kite.", "remove_object", {"object": "cloud", "avoid": "kite"}),
        ("put a crown on the dog pls", "add_object", {"object": "crown", "target": "dog"}),
        ("How about a hot air balloon up in the sky?", "add_object", {"object": "hot air balloon", "position": "sky"}),
        ("swap the bench for a swing", "replace_object", {"object": "bench", "replacement": "swing"}),
        ("I'd rather have a pony than the donkey", "replace_object", {"object": "donkey", "replacement": "pony"}),
        ("can the door be dark green", "recolor", {"object": "door", "colour": "dark green"}),
        ("teal for the umbrella", "recolor", {"object": "umbrella", "colour": "teal"}),
        ("Make the whole thing a touch brighter", "adjust", {"property": "brightness", "direction": "more", "amount": 10}),
        ("too blurry, sharpen it by 20%", "adjust", {"property": "blur", "direction": "less", "amount": 20}),
        ("contrast -15", "adjust", {"property": "contrast", "direction": "less", "amount": 15}),
        ("light it with candles, from the left", "relight", {"light": "candlelight", "direction": "left"}),
        ("as a watercolour, at 40%", "stylize", {"style": "watercolour", "strength": 40}),
        ("turn it into manga", "anime", {}),
        ("just the outlines with thick lines", "line_art", {"line": "bold"}),
        ("crop it to a square", "transform", {"operation": "crop", "size": "1:1"}),
        ("rotate 90 degrees anticlockwise", "transform", {"operation": "rotate", "angle": -90}),
        ("turn it upside down by flipping it", "transform", {"operation": "flip", "axis": "vertical"}),
        ("triple the resolution", "upscale", {"factor": 3}),
        ("I need more room on both sides, 30%", "outpaint", {"direction": "sides", "amount": 30}),
        ("get the scratches out", "retouch", {"fault": "scratches"}),
        ("set it against a beach at sunset", "replace_background", {"background": "beach at sunset"}),
        ("lose the background", "remove_background", {}),
        ("a transparent png of the vase", "remove_background", {"object": "vase"}),
        ('Write "Happy Easter" at the bottom in red', "add_text", {"text": "Happy Easter", "position": "bottom", "colour": "red"}),
        ("make the tower bigger", "instruct_edit", {"instruction": "make the tower bigger"}),
        ("make it pop", "adjust", {"property": "saturation", "direction": "more"}),
        ("How do I crop a picture?", "chat", {}),
        ("Good morning!", "chat", {}),
    ],
)  # fmt: skip
def test_a_request_about_a_picture(user: str, intent: str, parameters: Said) -> None:
    assert read(user) == Call(intent=intent, parameters=parameters)


@pytest.mark.parametrize(
    ("user", "prompt"),
    [
        ("Draw me a hedgehog with a lantern", "a hedgehog with a lantern"),
        ("could you paint a picture of two otters on a raft please", "two otters on a raft"),
        ("My son wants one for his door, so I thought of a shark in a bathtub", "a shark in a bathtub"),
        ("a lighthouse in a storm", "a lighthouse in a storm"),
    ],
)
def test_without_a_picture_a_description_is_a_wish_for_one(user: str, prompt: str) -> None:
    assert read(user, attached=False) == call("text_to_image", prompt=prompt)


def test_a_prompt_keeps_size_and_what_must_not_appear_apart() -> None:
    read_as = read("Draw a harbour with boats, no people, in 16:9", attached=False)
    assert read_as == call("text_to_image", prompt="a harbour with boats", size="16:9", avoid="people")


@pytest.mark.parametrize("user", ["What colour is the kite?", "how many ducks are there", "is there a bridge in it?"])
def test_a_question_about_the_picture_is_kept_as_asked(user: str) -> None:
    asked = read(user)
    assert asked.intent == "vqa"
    assert str(asked.parameters["question"]) == user.rstrip("?")


@pytest.mark.parametrize(
    "user",
    [
        "Which typefaces do you know?",
        "How wide should a banner be?",
        "does sharpening bring back what was blurred, what does it really do",
        "What's a vignette exactly?",
        "when does the museum open",
        "isn't this gorgeous",
        "I'm a bit afraid of spoiling it",
        "I've never done a portrait before",
        "I'd like a second opinion on my back",
        "what's the trick with those old postcards",
    ],
)
def test_advice_opinions_and_the_world_outside_are_talk(user: str) -> None:
    assert read(user) == call("chat")


@pytest.mark.parametrize(
    "user",
    [
        "might that be a heron in there",
        "any sign of a lighthouse",
        "morning, noon or night, which is it",
        "my aunt asks what the sailor holds",
        "type of building?",
    ],
)
def test_what_is_asked_about_the_picture_in_other_ways(user: str) -> None:
    assert read(user) == call("vqa", question=user.rstrip("?"))


@pytest.mark.parametrize(
    ("user", "intent", "parameters"),
    [
        ("larger detail", "chat", {}),
        ("the same plus a lantern", "add_object", {"object": "lantern"}),
        ("the dog could use some company, a goat for example", "add_object", {"object": "goat", "target": "dog"}),
        ("hang a bell next to the mirror", "add_object", {"object": "bell", "target": "mirror"}),
        ("minus the mirror", "remove_object", {"object": "mirror"}),
        ("a bit calmer, no pigeon", "remove_object", {"object": "pigeon"}),
        ("Make it less blurry without losing texture", "adjust", {"property": "blur", "direction": "less"}),
        ("less exposed please", "adjust", {"property": "brightness", "direction": "less"}),
        ("not so cold, warmer", "adjust", {"property": "warmth", "direction": "more"}),
        ("substitute a kettle for the vase", "replace_object", {"object": "vase", "replacement": "kettle"}),
        ("instead of the bench there should be a swing", "replace_object", {"object": "bench", "replacement": "swing"}),
        ("swap the vase", "chat", {}),
        ("let the background vanish", "remove_background", {}),
        ("swap the top and the bottom", "transform", {"operation": "flip", "axis": "vertical"}),
        ("30% more on all sides", "outpaint", {"direction": "all", "amount": 30}),
        ("sharp enough for large-format print, 3x", "upscale", {"factor": 3}),
        ("denoise", "retouch", {"fault": "noise"}),
    ],
)  # fmt: skip
def test_what_a_thing_is_and_what_belongs_to_the_picture_itself(user: str, intent: str, parameters: Said) -> None:
    assert read(user) == Call(intent=intent, parameters=parameters)


@pytest.mark.parametrize(
    ("user", "prompt"),
    [
        ("two storks on a chimney, could you paint that for me?", "two storks on a chimney"),
        ("I'm after something like this: a mill, a stream, at noon", "a mill, a stream, at noon"),
        ("a badger in wellies, that would be lovely. thanks a bunch", "a badger in wellies"),
        ("a tendre fairy-tale cottage", "a tendre fairy-tale cottage"),
    ],
)
def test_a_description_is_taken_out_of_its_frame_word_for_word(user: str, prompt: str) -> None:
    assert read(user, attached=False) == call("text_to_image", prompt=prompt)


def test_a_sketch_may_be_explained_after_a_colon() -> None:
    drawn = read("I did my best with this sketch, now paint it: a mill by a stream")
    assert drawn == call("scribble_to_image", image="image_1", prompt="a mill by a stream")


def test_a_slip_of_the_keyboard_and_shorthand_are_heard_through() -> None:
    assert read("cld u remoove teh kite pls") == call("remove_object", object="kite")


RECOLOURED = past("paint the vase blue", call("recolor", object="vase", colour="blue"))
HATTED = past("put a hat on the dog", call("add_object", object="hat", target="dog"))
DRAWN = Turn(user="a fox at dusk", call=call("text_to_image", prompt="a fox, at dusk"), reply="Here.", image_after=0)


def test_a_pronoun_points_at_what_was_spoken_of() -> None:
    assert read("now make it bigger", RECOLOURED).parameters == {"instruction": "make it bigger"}
    assert read("get rid of it", RECOLOURED) == call("remove_object", object="vase")
    assert read("paint that one red", HATTED) == call("recolor", object="dog", colour="red")


def test_a_correction_goes_back_to_the_picture_before() -> None:
    assert read("no, green", RECOLOURED) == call("recolor", object="vase", colour="green", image="image_1")
    assert read("sorry, I meant the jug", RECOLOURED) == call("recolor", object="jug", colour="blue", image="image_1")


def test_the_same_for_another_thing() -> None:
    assert read("same for the jug", RECOLOURED) == call("recolor", object="jug", colour="blue")
    assert read("and now the jug", RECOLOURED) == call("recolor", object="jug", colour="blue")


def test_a_change_of_mind_starts_from_before() -> None:
    assert read("scrap that, crop it square instead", RECOLOURED) == call(
        "transform", operation="crop", size="1:1", image="image_1"
    )


@pytest.mark.parametrize(
    ("user", "show"),
    [("undo", "image_2"), ("show me the first one again", "image_1"), ("back to picture 2", "image_2")],
)
def test_going_back(user: str, show: str) -> None:
    second = past("brighter", call("adjust", property="brightness", direction="more"), before=1, after=2)
    assert read(user, RECOLOURED, second) == call("chat", show=show)


@pytest.mark.parametrize("user", ["cancel the last change", "earlier version back", "would you take that back please"])
def test_more_ways_to_undo(user: str) -> None:
    recoloured = past("paint the vase blue", call("recolor", object="vase", colour="blue"), attached=(0,))
    assert read(user, recoloured) == call("chat", show="image_1")


def test_a_regret_starts_from_before() -> None:
    regret = read("That was a mistake. Crop it square", RECOLOURED)
    assert regret == call("transform", operation="crop", size="1:1", image="image_1")


@pytest.mark.parametrize("user", ["all good, proceed", "the missing bit please", "sure, surprise me"])
def test_an_offer_is_taken_in_other_words(user: str) -> None:
    offered = past("remove the dog", call("remove_object", object="dog"), "Gone. Next I'd tip it 10 degrees clockwise.")
    assert read(user, offered) == call("transform", operation="rotate", angle=10)


def test_which_of_two_is_answered_with_a_side() -> None:
    asked = past("get rid of the cup", call("chat"), "The cup on the left or the cup on the right?", 0, None, (0,))
    assert read("the one on the right", asked) == call("remove_object", object="cup on the right")


def test_what_is_undone_is_what_was_on_the_screen() -> None:
    corrected = past("no, green", call("recolor", object="vase", colour="green", image="image_1"), before=0, after=2)
    assert read("undo", RECOLOURED, corrected) == call("chat", show="image_2")


def test_an_earlier_picture_by_its_number() -> None:
    assert read("go back to the first one and delete the jug", RECOLOURED) == call(
        "remove_object", object="jug", image="image_1"
    )


def test_of_two_requests_the_first_and_then_the_other() -> None:
    both = "remove the dog and make it brighter"
    assert read(both) == call("remove_object", object="dog")
    taken = past(both, call("remove_object", object="dog"), "Gone. Shall I go on with the other part?", attached=(0,))
    assert read("yes, go on", taken) == call("adjust", property="brightness", direction="more")


def test_an_offer_is_taken_or_not() -> None:
    offered = past("remove the dog", call("remove_object", object="dog"), "Gone. Shall I sharpen it too?")
    assert read("yes please", offered) == call("adjust", property="sharpness", direction="more")
    assert read("no thanks", offered) == call("chat")


def test_a_yes_to_nothing_is_small_talk() -> None:
    assert read("ok", past("remove the dog", call("remove_object", object="dog"), "Gone.")) == call("chat")


def test_a_request_that_lacks_something_is_asked_about_and_then_filled_in() -> None:
    lacking = "change the colour of the car"
    assert read(lacking) == call("chat")
    asked = past(lacking, call("chat"), "Which colour?", after=None, attached=(0,))
    assert read("teal", asked) == call("recolor", object="car", colour="teal")


def test_a_picture_that_is_talked_over_first() -> None:
    opening = "Help me work out a picture of a fox"
    assert read(opening, attached=False) == call("chat")
    first = Turn(user=opening, call=call("chat"), reply="What light?")
    assert read("at dusk", first) == call("chat")
    second = Turn(user="at dusk", call=call("chat"), reply="And where?")
    assert read("in the snow, now draw it", first, second) == call(
        "text_to_image", prompt="a fox, at dusk, in the snow"
    )


@pytest.mark.parametrize(
    ("user", "prompt"),
    [
        ("draw it again, but at night", "a fox, at night"),
        ("same prompt with an owl instead of a fox", "an owl, at dusk"),
        ("redraw it with three foxes, not just one", "three foxes, at dusk"),
        ("swap the fox for an owl in the prompt and run it again", "an owl, at dusk"),
        ("draw it once more, with a hen next to the fox", "a fox and a hen, at dusk"),
        ('again with "in the rain" at the end', "a fox, at dusk, in the rain"),
    ],
)
def test_a_prompt_that_is_changed(user: str, prompt: str) -> None:
    assert read(user, DRAWN) == call("text_to_image", prompt=prompt)


CARD = Skill.from_data(
    {
        "id": "glitter", "name": "Glitter", "type": "edit",
        "description": "Strews glitter over one thing in the picture. Not for changing its colour (recolor).",
        "inputs": [
            {"name": "object", "type": "thing", "required": True, "description": "The thing that glitters."},
            {"name": "density", "type": "number", "minimum": 1, "maximum": 100, "description": "How much of it."},
            {"name": "shape", "type": "choice", "choices": ["stars", "hearts"], "description": "The flakes' shape."},
        ],
    }
)  # fmt: skip


def test_a_skill_of_the_users_own_is_read_from_its_card() -> None:
    library = Library.of([*LIBRARY.skills, CARD])
    heard = read("some glitter on the boots, density 40, hearts please", library=library)
    assert heard == call("glitter", object="boots", density=40, shape="hearts")
    assert read("some glitter on the boots").intent != "glitter"


def test_a_shelf_without_a_skill_is_never_read_as_having_it() -> None:
    shelf = Library.of([skill for skill in LIBRARY.skills if skill.id != "remove_object"])
    assert read("get rid of the lamppost", library=shelf).intent != "remove_object"


def test_the_reader_sees_words_and_history_and_nothing_else() -> None:
    """Whatever else a dialogue holds may change, the reading does not."""
    turns = (RECOLOURED, now("no, green"))
    plain = dialogue(*turns)
    other = plain.model_copy(
        update={
            "prompt": "something else",
            "images": plain.images[::-1],
            "turns": (
                RECOLOURED.model_copy(update={"phenomena": ("anaphora",), "construction": "x/1"}),
                now("no, green").model_copy(update={"call": call("anime"), "reply": "Anime!", "image_after": 7}),
                now("later words"),
            ),
        }
    )
    assert view_of(plain, 1) == view_of(other, 1)
    assert read_turn(plain, 1, LIBRARY, guideline()) == read_turn(other, 1, LIBRARY, guideline())


@pytest.mark.parametrize(
    ("name", "label", "read_as", "equal"),
    [
        ("object", "The Fox", "fox", True),
        ("object", "fox", "red fox", False),
        ("amount", 2, 2.0, True),
        ("style", "watercolor", "Watercolour", True),
        ("avoid", "dog, cat", "the cat and the dog", True),
        ("question", "how many dogs are there?", "so how many dogs are there", True),
        ("question", "how many dogs are there?", "dogs", False),
        ("image", "image_2", None, False),
    ],
)
def test_values_are_the_same_as_people_would_say(name: str, label: Value, read_as: Value | None, equal: bool) -> None:
    assert same(name, label, read_as) is equal


def reading(label: Call, read_as: Call) -> Reading:
    return Reading("d", 0, "words", "all", label, read_as)


def test_agreement_counts_intents_values_and_whole_calls() -> None:
    label = call("recolor", object="car", colour="blue")
    found = [
        reading(label, label),
        reading(label, call("recolor", object="car", colour="red")),
        reading(label, call("chat")),
    ]
    tally = tallies(found)["all"]["recolor"]
    assert (tally.turns, tally.intents, tally.named, tally.agreed, tally.exact) == (3, 2, 4, 3, 1)
    assert tally.confusions == {"recolor: colour": 1, "recolor -> chat": 1}
    assert list(disagreements(found)) == ["recolor -> chat", "recolor: colour"]


def test_agreement_can_be_split() -> None:
    talk = dialogue(past("get rid of the jug", call("remove_object", object="jug")), now("thanks!"))
    groups = tallies(readings([talk], LIBRARY, guideline(), lambda _, turn: turn.call.intent))
    assert set(groups) == {"remove_object", "vqa"}


def test_the_labels_of_a_release_are_read_back(tiny: Outcome) -> None:
    done = CliRunner().invoke(main, ["agreement", str(tiny.folder), "--show", "3"])
    assert done.exit_code == 0, done.output
    share = float(next(line for line in done.output.splitlines() if line.startswith("all")).split()[2].rstrip("%"))
    assert share > 85


def test_a_release_that_is_none_is_said_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["agreement", str(tmp_path)])
    assert (done.exit_code, "is not a release" in done.output) == (1, True)
