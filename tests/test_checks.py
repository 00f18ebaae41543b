"""Each check lets a good dialogue pass and names what is wrong with a bad one."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from generators.cards import read_library
from generators.checks import CHECKS, first_failure
from generators.checks.labels import unsaid
from generators.checks.said import choices_in
from generators.guideline import guideline
from schemas.answer import Call
from schemas.dialogue import Dialogue, Turn
from schemas.guideline import Vague
from schemas.image import Image, Recipe
from schemas.scene import Frame, Scene, Thing
from schemas.skill import Input, Library, Skill, Value

LIBRARY = read_library()


def turn(user: str, intent: str, parameters: dict[str, Any], reply: str = "Done.", **more: Any) -> Turn:
    return Turn(user=user, call=Call(intent=intent, parameters=parameters), reply=reply, **more)


PROMPT = Call(intent="text_to_image", parameters={"prompt": "a bench in a park"})


def dialogue(*turns: Turn, scenes: Sequence[Scene | None] = ()) -> Dialogue:
    """With the pictures that its turns make, each from the picture before it; `scenes` are what they show."""
    made: dict[int, tuple[Call, int | None]] = {} if turns[0].image_after == 0 else {0: (PROMPT, None)}
    for t in turns:
        if t.image_after is not None:
            made.setdefault(t.image_after, (t.call, t.image_before))
    shows = dict(enumerate(scenes))
    images = tuple(
        Image(
            sha256=sha(n),
            recipe=Recipe(renderer="r", seed="s", call=call, source=None if before is None else sha(before)),
            scene=shows.get(n),
        )
        for n, (call, before) in sorted(made.items())
    )
    return Dialogue(
        id="p-0",
        prompt_id="p",
        prompt="a fox",
        category="animals",
        author="a",
        renderer="r",
        turns=turns,
        images=images,
    )


def sha(n: int) -> str:
    return f"{n:064x}"


FIRST = turn(
    "Take the bench away, please.", "remove_object", {"object": "bench"}, attached=(0,), image_before=0, image_after=1
)
SECOND = turn(
    "make it 20% brighter",
    "adjust",
    {"property": "brightness", "direction": "more", "amount": 20},
    "Brighter now.",
    image_before=1,
    image_after=2,
)
GOOD = dialogue(FIRST, SECOND)


def replaced(which: int, **update: Any) -> Dialogue:
    turns = list(GOOD.turns)
    turns[which] = turns[which].model_copy(update=update)
    return GOOD.model_copy(update={"turns": tuple(turns)})


def test_a_good_dialogue_passes() -> None:
    assert first_failure(GOOD, LIBRARY) is None


def with_recipe(which: int, **update: Any) -> Dialogue:
    images = list(GOOD.images)
    images[which] = images[which].model_copy(update={"recipe": images[which].recipe.model_copy(update=update)})
    return GOOD.model_copy(update={"images": tuple(images)})


def scene(*things: Thing) -> Scene:
    return Scene(key="k", setting="park", things=things, frame=Frame(width=128, height=128))


BARREL = Thing(id=1, noun="barrel", x=0.3, y=0.8, height=0.2)
FOX = Thing(id=2, noun="fox", x=0.7, y=0.8, height=0.2, wears=("scarf",))


def removing(name: str, before: Scene, after: Scene) -> Dialogue:
    taken = turn(
        f"take the {name} away", "remove_object", {"object": name}, attached=(0,), image_before=0, image_after=1
    )
    return dialogue(taken, scenes=(before, after))


def saying(user: str, intent: str, reply: str = "Done.", **parameters: Any) -> Dialogue:
    """One turn on the user's picture, or for a new one."""
    if intent == "text_to_image":
        return dialogue(turn(user, intent, parameters, reply, image_after=0))
    if intent == "chat":
        return dialogue(turn(user, intent, parameters, reply, attached=(0,), image_before=0))
    return dialogue(turn(user, intent, parameters, reply, attached=(0,), image_before=0, image_after=1))


BACK = turn("undo that", "chat", {"show": "image_1"}, "Back again.", image_before=1, image_after=0)
ON_THE_FIRST = turn("in the first one too", "anime", {"image": "image_1"}, image_before=1, image_after=2)
NEAR_THE_TREE = FIRST.model_copy(update={"user": "Take the bench near the tree away, please."})
SPARING_IT = turn("go anime, nothing else", "anime", {"avoid": "tree"}, image_before=1, image_after=2)
ONCE_MORE = SECOND.model_copy(update={"user": "Make it 20% brighter", "image_before": 2, "image_after": 3})
AGAIN = turn("draw a fox", "text_to_image", {"prompt": "fox"}, image_before=1, image_after=2)

BAD: list[tuple[str, Callable[[], Dialogue], str]] = [
    ("fits_card", lambda: replaced(0, call=Call(intent="remove_object", parameters={})), "turns.0: remove_object needs 'object'"),
    ("fits_card", lambda: replaced(0, call=Call(intent="erase", parameters={})), "turns.0: no skill 'erase'"),
    ("resolvable", lambda: replaced(0, attached=()), "turns.0: works on picture 0, which was not shown yet"),
    ("resolvable", lambda: replaced(1, call=Call(intent="anime", parameters={"image": "image_3"})), "turns.1: image is image_3, which was not shown yet"),
    ("resolvable", lambda: replaced(1, image_before=None), "turns.1: adjust has no picture to work on"),
    ("resolvable", lambda: replaced(1, image_after=None), "no turn shows picture 2"),
    ("coherent", lambda: replaced(1, image_before=0), "turns.1: works on picture 0, but the current one is picture 1 and the label names no other"),
    ("coherent", lambda: dialogue(FIRST, ON_THE_FIRST), "turns.1: image is image_1, but it works on picture 1"),
    ("coherent", lambda: dialogue(FIRST, SECOND.model_copy(update={"image_after": 1})), "turns.1: adjust changed nothing"),
    ("coherent", lambda: dialogue(FIRST, SECOND.model_copy(update={"image_after": None})), "turns.1: adjust made no picture"),
    ("coherent", lambda: dialogue(FIRST, BACK.model_copy(update={"image_after": 1})), "turns.1: show is image_1, but the turn shows picture 1"),
    ("coherent", lambda: dialogue(FIRST, BACK.model_copy(update={"image_after": None})), "turns.1: show is image_1, but the turn shows picture None"),
    ("coherent", lambda: with_recipe(2, call=Call(intent="anime")), "turns.1: picture 2 was made by anime {}"),
    ("coherent", lambda: with_recipe(2, source=sha(0)), "turns.1: picture 2 was not made from picture 1"),
    ("coherent", lambda: dialogue(FIRST, AGAIN), "turns.1: text_to_image makes a new picture, not one from another"),
    ("coherent", lambda: removing("tree", scene(BARREL, FOX), scene(FOX)), "turns.0: object 'tree' is not one thing in picture 0"),
    ("coherent", lambda: removing("barrel", scene(BARREL, FOX), scene(BARREL)), "turns.0: object 'barrel' is still in picture 1"),
    ("coherent", lambda: removing("scarf", scene(BARREL, FOX), scene(BARREL, FOX)), "turns.0: object 'scarf' is still in picture 1"),
    ("grounded", lambda: replaced(0, user="Take that away, please."), "turns.0: object 'bench' was never said (bench)"),
    ("grounded", lambda: replaced(1, user="make it 20% sharper"), "turns.1: property 'brightness' was never said"),
    ("grounded", lambda: replaced(1, user="make it 30% brighter"), "turns.1: amount 20 was never said"),
    ("heeds_negatives", lambda: replaced(0, user="Take the bench away, but don't touch the old oak."), "turns.0: \"don't touch the old oak\" is said, but the label avoids nothing"),
    ("heeds_negatives", lambda: saying("a fox in the snow, no people", "text_to_image", prompt="a fox in the snow"), "turns.0: 'no people' is said, but the label avoids nothing"),
    ("heeds_negatives", lambda: saying("Take the bench and the tree away", "remove_object", object="bench", avoid="tree"), "turns.0: avoid 'tree' is named, but nothing says to avoid it"),
    ("heeds_negatives", lambda: dialogue(NEAR_THE_TREE, SPARING_IT), "turns.1: avoid 'tree' is not named in this turn"),
    ("speaks_plainly", lambda: replaced(0, user="remove_object the bench"), "turns.0.user: 'remove_object' is not something people say"),
    ("speaks_plainly", lambda: replaced(1, user="in image_1 make it 20% brighter"), "turns.1.user: 'image_1' is not something people say"),
    ("speaks_plainly", lambda: replaced(1, reply="I did {object}."), "turns.1.reply: '{' is not something people say"),
    ("of_sensible_length", lambda: replaced(1, user="20% brighter " + " ".join(f"word{n}" for n in range(100))), "turns.1: the user says 102 words"),
    ("unrepeated", lambda: dialogue(FIRST, SECOND, ONCE_MORE), "turns.2: says again 'Make it 20% brighter'"),
    ("unrepeated", lambda: replaced(1, user="make the the picture 20% brighter"), "turns.1: 'the the'"),
    ("legible", lambda: replaced(1, reply="brighterrrrrrrr"), "turns.1.reply: 'brighterrrrrrrr'"),
    ("legible", lambda: replaced(1, reply="20 #$%&/() =?*'"), "turns.1.reply: \"20 #$%&/() =?*'\""),
    ("legible", lambda: replaced(1, reply="?!"), "turns.1.reply: '?!'"),
    ("in_language", lambda: replaced(1, reply="Das ist jetzt heller."), "turns.1.reply: 'Das ist jetzt heller.' reads as German"),
    ("in_language", lambda: replaced(1, reply="Je l'ai éclairci pour vous, c'est fait."), "turns.1.reply: \"Je l'ai éclairci pour vous, c'est fait.\" reads as French"),
    ("in_language", lambda: replaced(1, reply="好的,已经调亮了。"), "turns.1.reply: '好的,已经调亮了。' is not in Latin letters"),
    ("decent", lambda: replaced(1, user="make this shit 20% brighter"), "turns.1.user: profanity ('s***')"),
    ("decent", lambda: replaced(1, reply="Sent to jo.doe@mail.example.com"), "turns.1.reply: e-mail address ('j**********************')"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "bad", "reason"), BAD, ids=[f"{name}-{n}" for n, (name, *_) in enumerate(BAD)])
def test_a_bad_dialogue_is_rejected_with_its_reason(name: str, bad: Callable[[], Dialogue], reason: str) -> None:
    assert CHECKS[name](bad(), LIBRARY) == reason
    assert (first_failure(bad(), LIBRARY) or "").startswith(f"{name}: ")


def test_every_check_has_a_failing_example() -> None:
    assert {name for name, *_ in BAD} == set(CHECKS)


def test_what_was_said_before_grounds_a_later_turn() -> None:
    again = turn("now paint it blue", "recolor", {"object": "bench", "colour": "blue"}, image_before=1, image_after=2)
    assert CHECKS["grounded"](dialogue(FIRST, again), LIBRARY) is None


def test_a_vague_wish_of_the_guideline_counts_as_said() -> None:
    wish = turn("please make it look really old", "stylize", {"style": "vintage photo"}, image_before=1, image_after=2)
    assert CHECKS["grounded"](dialogue(FIRST, wish), LIBRARY) is None
    other = turn("please make it look really old", "stylize", {"style": "pop art"}, image_before=1, image_after=2)
    assert CHECKS["grounded"](dialogue(FIRST, other), LIBRARY) == "turns.1: style 'pop art' was never said (art, pop)"


@pytest.mark.parametrize("wish", guideline().vague, ids=lambda wish: wish.said[0])
def test_a_vague_wish_stands_for_a_call_that_can_be_made(wish: Vague) -> None:
    call = Call(intent=wish.intent, parameters=wish.parameters)
    assert call.problems(LIBRARY) == []
    assert all(guideline().vaguely_said(call, f"Could you {said}?") for said in wish.said)


THE_REST = [
    ("coherent", lambda: dialogue(FIRST, BACK)),
    ("coherent", lambda: dialogue(FIRST, SECOND, turn("and darker", "adjust", {"property": "brightness", "direction": "less"}, image_before=2, image_after=1))),
    ("coherent", lambda: removing("barrel", scene(BARREL, FOX), scene(FOX))),
    ("coherent", lambda: removing("scarf", scene(BARREL, FOX), scene(BARREL, FOX.model_copy(update={"wears": ()})))),
    ("heeds_negatives", lambda: saying("Take the bench away, but hands off the tree", "remove_object", object="bench", avoid="tree")),
    ("heeds_negatives", lambda: saying("Bench gone please, but levae the old oak and the pond alone", "remove_object", object="bench", avoid="old oak, pond")),
    ("heeds_negatives", lambda: saying("the bench on the left goes, don't touch the bench on the right", "remove_object", object="bench on the left", avoid="bench on the right")),
    ("heeds_negatives", lambda: saying("no, the left one. no problem, nothing else, don't change the rest", "remove_object", object="bench")),
    ("legible", lambda: replaced(1, user="K.", reply=":-) ok")),
    ("heeds_negatives", lambda: saying("bench gone, w/o touching the hut", "remove_object", object="bench", avoid="hut")),
    ("heeds_negatives", lambda: saying("no bench please", "remove_object", object="bench")),
    ("heeds_negatives", lambda: saying("No rush, but I don't want the bench, keep the composition as it is", "remove_object", object="bench")),
    ("heeds_negatives", lambda: saying("draw a house without windows", "text_to_image", prompt="a house without windows")),
    ("in_language", lambda: replaced(1, user="merci!", reply="Voilà, café terrace at Château de Sully.")),
    ("in_language", lambda: saying('write "Ich bin nicht da, aber bald"', "add_text", text="Ich bin nicht da, aber bald")),
    ("in_language", lambda: saying("la casa de los espíritus", "text_to_image", prompt="la casa de los espíritus")),
    ("in_language", lambda: saying("write 你好 on it", "add_text", text="你好")),
    ("in_language", lambda: saying("Ludwig van Beethoven at dusk", "text_to_image", prompt="Beethoven")),
    ("decent", lambda: replaced(1, user="a cock and an ass by Scunthorpe, shoot her from below, hell of a view, kill the noise")),
    ("decent", lambda: replaced(1, user="in 1024x768 with 12345678901 as the seed, at 2024-11-20 12:30:00", reply="See https://example.com/a?size=3.")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "good"), THE_REST, ids=[f"{name}-{n}" for n, (name, _) in enumerate(THE_REST)])
def test_what_only_looks_bad_passes(name: str, good: Callable[[], Dialogue]) -> None:
    assert CHECKS[name](good(), LIBRARY) is None


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("what the FUCKING hell", "profanity"),
        ("the retards next door", "slurs"),
        ("a naked woman on a sofa", "sexual"),
        ("I'll kill him", "violence"),
        ("i want to kill myself", "self_harm"),
        ("call me on +49 171 2345678", "phone number"),
        ("call 555-867-5309 now", "phone number"),
        ("charge 4111 1111 1111 1111", "card number"),
        ("pay to DE89 3704 0044 0532 0130 00", "bank account"),
        ("https://me:secret@example.com/pic.png", "link with personal data"),
        ("https://example.com/pic.png?token=abc", "link with personal data"),
    ],
)
def test_unfit_words_and_private_data_are_named_by_category_and_masked(said: str, category: str) -> None:
    reason = CHECKS["decent"](replaced(1, user=said), LIBRARY) or ""
    assert reason.startswith(f"turns.1.user: {category} ('")
    shown = reason.split("'")[1]
    assert set(shown[1:]) <= {"*", " "}


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("C'est fait, le banc a été retiré.", "French"),
        ("Erledigt.", "German"),
        ("Ich habe die Bank entfernt", "German"),
        ("Listo, he quitado el banco para que esté más claro", "Spanish"),
        ("Fatto, ho tolto la panchina dalla foto", "Italian"),
        ("Feito, não tem mais banco na imagem", "Portuguese"),
        ("Klaar, het bankje is niet meer te zien", "Dutch"),
    ],
)
def test_a_reply_in_another_language_is_told_by_its_little_words(said: str, language: str) -> None:
    assert (CHECKS["in_language"](replaced(1, reply=said), LIBRARY) or "").endswith(f"reads as {language}")


def test_a_text_that_is_cyrillic_is_not_in_latin_letters() -> None:
    assert (
        CHECKS["in_language"](replaced(1, user="сделай ярче"), LIBRARY)
        == "turns.1.user: 'сделай ярче' is not in Latin letters"
    )


def test_own_checks_run_after_ours_by_their_name() -> None:
    own = {"never": lambda dialogue, library: "not this one"}
    assert first_failure(GOOD, LIBRARY, own) == "never: not this one"
    assert (first_failure(replaced(0, attached=()), LIBRARY, own) or "").startswith("resolvable: ")


# What people say, and the call's choices and numbers that it says.
SAID: list[tuple[str, str, dict[str, Value]]] = [
    ("it came out a little dark", "adjust", {"property": "brightness", "direction": "more"}),
    ("bring up the exposure", "adjust", {"property": "brightness", "direction": "more"}),
    ("it's far too bright now, tone it down", "adjust", {"property": "brightness", "direction": "less"}),
    ("make it a tad less bright", "adjust", {"property": "brightness", "direction": "less"}),
    ("brightness -20", "adjust", {"property": "brightness", "direction": "less", "amount": 20}),
    ("can you make it a bit birghter", "adjust", {"property": "brightness", "direction": "more", "amount": 15}),
    ("twenty percent brighter", "adjust", {"property": "brightness", "direction": "more", "amount": 20}),
    ("it looks kind of flat", "adjust", {"property": "contrast", "direction": "more"}),
    ("the contrast is too high", "adjust", {"property": "contrast", "direction": "less"}),
    ("take five percent of the contrast out", "adjust", {"property": "contrast", "direction": "less", "amount": 5}),
    ("the colors look washed out", "adjust", {"property": "saturation", "direction": "more"}),
    ("tone down the colours", "adjust", {"property": "saturation", "direction": "less"}),
    ("it looks cold, warm it up", "adjust", {"property": "warmth", "direction": "more"}),
    ("lower the colour temperature", "adjust", {"property": "warmth", "direction": "less"}),
    ("it's not sharp enough, more sharpness", "adjust", {"property": "sharpness", "direction": "more"}),
    ("ease off on the sharpening", "adjust", {"property": "sharpness", "direction": "less"}),
    ("put it out of focus", "adjust", {"property": "blur", "direction": "more"}),
    ("reduce the blur", "adjust", {"property": "blur", "direction": "less"}),
    ("sunset light please", "relight", {"light": "golden hour"}),
    ("the blue light after sunset", "relight", {"light": "blue hour"}),
    ("with the moon on the left", "relight", {"light": "moonlight", "direction": "left"}),
    ("as if lit by candles, from behind", "relight", {"light": "candlelight", "direction": "behind"}),
    ("it's sideways, turn it right", "transform", {"operation": "rotate", "angle": 90}),
    ("straighten it, 4.5° counterclockwise", "transform", {"operation": "rotate", "angle": -4.5}),
    ("spin the picture 180", "transform", {"operation": "rotate", "angle": -180}),
    ("tilt it fifteen degrees to the right", "transform", {"operation": "rotate", "angle": 15}),
    ("it should face the other way", "transform", {"operation": "flip", "axis": "horizontal"}),
    ("vertical mirror", "transform", {"operation": "flip", "axis": "vertical"}),
    ("save it at 600x400", "transform", {"operation": "resize"}),
    ("just the part with the dog", "transform", {"operation": "crop"}),
    ("30% more at the upper edge", "outpaint", {"direction": "top", "amount": 30}),
    ("a bit wider on the right", "outpaint", {"direction": "right", "amount": 15}),
    ("make up what's below", "outpaint", {"direction": "bottom"}),
    ("more on both sides", "outpaint", {"direction": "sides"}),
    ("thick lines", "line_art", {"line": "bold"}),
    ("it's so grainy", "retouch", {"fault": "noise"}),
    ("the dust spots, out", "retouch", {"fault": "dust"}),
    ("a cat right in the centre", "add_object", {"position": "middle"}),
    ("a cat close to the viewer", "add_object", {"position": "foreground"}),
    ("in the corner at the top, on the left", "add_text", {"position": "top left"}),
    ("along the bottom", "add_text", {"position": "bottom"}),
    ("three times larger", "upscale", {"factor": 3}),
    ("upscale the picture 2x", "upscale", {"factor": 2}),
    ("quadruple the resolution", "upscale", {"factor": 4}),
]  # fmt: skip


def unproven(said: str, intent: str, parameters: dict[str, Value]) -> list[str]:
    call = Call(intent=intent, parameters=parameters)
    return [problem for name in parameters if (problem := unsaid(name, call, LIBRARY[intent], [said]))]


def others(intent: str, name: str, value: Value) -> list[Value]:
    """Values that the card allows in the place of this one."""
    field = LIBRARY[intent].input(name)
    assert field is not None
    if field.type == "choice":
        return [choice for choice in field.choices if choice != value]
    numbers = [2, 3, 4, 5, 15, 20, 30, 90, -90, *([-value] if isinstance(value, float | int) else [])]
    return [n for n in numbers if n != value and abs(n) != 180 and not field.problem(n)]


@pytest.mark.parametrize(("said", "intent", "parameters"), SAID, ids=[said for said, *_ in SAID])
def test_words_say_their_choices_and_numbers_and_no_others(
    said: str, intent: str, parameters: dict[str, Value]
) -> None:
    assert unproven(said, intent, parameters) == []
    for name, value in parameters.items():
        for other in others(intent, name, value):
            assert unproven(said, intent, {**parameters, name: other}), f"also says {name} {other!r}"


PHRASES = sorted({(entry.intent, words) for entry in guideline().choices for words in entry.said})


@pytest.mark.parametrize(("intent", "words"), PHRASES, ids=[f"{intent}-{words}" for intent, words in PHRASES])
def test_words_of_the_guideline_say_what_they_stand_for_and_nothing_else(intent: str, words: str) -> None:
    """In a sentence; the few that stand in two entries, such as "too blurry", say either."""
    said = f"so {words.replace('*', '').replace('...', 'the thing').replace('#', '300')} then"
    told = {pair for says in choices_in(intent, said) for pair in says.items()}
    entries = [entry for entry in guideline().choices if entry.intent == intent and words in entry.said]
    assert told == {pair for entry in entries for pair in entry.when.items()}


def test_every_choice_of_the_shelf_has_words() -> None:
    told = {(entry.intent, *pair) for entry in guideline().choices for pair in entry.when.items()}
    fields = [(skill.id, field) for skill in LIBRARY.skills for field in skill.inputs if field.type == "choice"]
    assert told == {(skill, field.name, choice) for skill, field in fields for choice in field.choices}


EXTEND = turn("more on the left, 30%", "outpaint", {"direction": "left", "amount": 30}, attached=(0,), image_before=0, image_after=1)  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "said", "parameters", "intent", "reason"),
    [
        ("Done.", "make that 40 percent", {"direction": "left", "amount": 40}, "outpaint", None),
        ("Done.", "now on the right too", {"direction": "left"}, "outpaint", "direction 'left' was never said"),
        ("Done.", "now on the right too", {"direction": "right", "amount": 30}, "outpaint", None),
        ("Done.", "40% more at the top", {"direction": "top", "amount": 30}, "outpaint", "amount 30 was never said"),
        ("Next I could upscale it 3x. OK?", "yes", {"factor": 3}, "upscale", None),
        ("Next I could upscale it. OK?", "yes", {"factor": 3}, "upscale", "factor 3 was never said"),
        ("Next I'd turn it 90 degrees to the left. OK?", "ok", {"operation": "rotate", "angle": -90}, "transform", None),
        ("Next I'd turn it 90 degrees to the left. OK?", "ok", {"operation": "rotate", "angle": 90}, "transform", "angle 90 was never said"),
        ("Done.", "version 2 with bold lines", {"line": "fine"}, "line_art", "line 'fine' was never said"),
        ("Done.", "upscale version 2", {"factor": 2}, "upscale", "factor 2 was never said"),
    ],
)  # fmt: skip
def test_the_latest_words_about_a_parameter_count(
    reply: str, said: str, parameters: dict[str, Value], intent: str, reason: str | None
) -> None:
    leaning = turn(said, intent, parameters, image_before=1, image_after=2)
    talk = dialogue(EXTEND.model_copy(update={"reply": reply}), leaning)
    assert CHECKS["grounded"](talk, LIBRARY) == (reason and f"turns.1: {reason}")


PRINT = Skill(
    id="print_it",
    name="Print it",
    type="edit",
    description="Sends the picture to the printer that stands in the hall.",
    inputs=(
        Input(name="paper", type="choice", choices=("matte", "high_gloss"), description="The kind of paper."),
        Input(name="copies", type="number", unit="copies", description="How many prints are made."),
    ),
)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("3 copies on high gloss paper", None),
        ("three prints, high-gloss please", None),
        ("3 copies on matte paper", "turns.0: paper 'high_gloss' was never said"),
        ("print version 3 on high gloss", "turns.0: copies 3 was never said"),
    ],
)
def test_choices_of_a_shelf_of_ones_own_are_said_by_their_own_words(said: str, reason: str | None) -> None:
    talk = saying(said, "print_it", paper="high_gloss", copies=3)
    assert CHECKS["grounded"](talk, Library.of([*LIBRARY.skills, PRINT])) == reason
