"""Each check lets a good dialogue pass and names what is wrong with a bad one."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from generators.cards import read_library
from generators.checks import CHECKS, first_failure
from generators.guideline import guideline
from schemas.answer import Call
from schemas.dialogue import Dialogue, Turn
from schemas.guideline import Vague
from schemas.image import Image, Recipe
from schemas.scene import Frame, Scene, Thing

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
    ("heeds_negatives", lambda: replaced(0, user="Take the bench away, but don't touch the old oak."), "turns.0: \"don't touch the old oak\" is said, but the label avoids nothing"),
    ("heeds_negatives", lambda: saying("a fox in the snow, no people", "text_to_image", prompt="a fox in the snow"), "turns.0: 'no people' is said, but the label avoids nothing"),
    ("heeds_negatives", lambda: saying("Take the bench and the tree away", "remove_object", object="bench", avoid="tree"), "turns.0: avoid 'tree' is named, but nothing says to avoid it"),
    ("heeds_negatives", lambda: dialogue(NEAR_THE_TREE, SPARING_IT), "turns.1: avoid 'tree' is not named in this turn"),
    ("speaks_plainly", lambda: replaced(0, user="remove_object the bench"), "turns.0.user: 'remove_object' is not something people say"),
    ("speaks_plainly", lambda: replaced(1, user="in image_1 make it brighter"), "turns.1.user: 'image_1' is not something people say"),
    ("speaks_plainly", lambda: replaced(1, reply="I did {object}."), "turns.1.reply: '{' is not something people say"),
    ("of_sensible_length", lambda: replaced(1, user="brighter " + " ".join(f"word{n}" for n in range(100))), "turns.1: the user says 101 words"),
    ("unrepeated", lambda: replaced(1, user="take the bench away, please."), "turns.1: says again 'take the bench away, please.'"),
    ("unrepeated", lambda: replaced(1, user="make the the picture brighter"), "turns.1: 'the the'"),
    ("legible", lambda: replaced(1, user="brighterrrrrrrr"), "turns.1.user: 'brighterrrrrrrr'"),
    ("legible", lambda: replaced(1, user="20 #$%&/() =?*'"), "turns.1.user: \"20 #$%&/() =?*'\""),
    ("legible", lambda: replaced(1, user="?!"), "turns.1.user: '?!'"),
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
