"""Each check lets a good dialogue pass and names what is wrong with a bad one."""

from collections.abc import Callable
from typing import Any

import pytest

from generators.cards import read_library
from generators.checks import CHECKS, first_failure
from generators.guideline import guideline
from schemas.answer import Call
from schemas.dialogue import Dialogue, Turn
from schemas.guideline import Vague
from schemas.image import Image, Recipe

LIBRARY = read_library()


def turn(user: str, intent: str, parameters: dict[str, Any], reply: str = "Done.", **more: Any) -> Turn:
    return Turn(user=user, call=Call(intent=intent, parameters=parameters), reply=reply, **more)


def dialogue(*turns: Turn, pictures: int = 3) -> Dialogue:
    recipe = Recipe(renderer="r", seed="s", call=Call(intent="text_to_image", parameters={"prompt": "x"}))
    images = tuple(Image(sha256=f"{n:064x}", recipe=recipe) for n in range(pictures))
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


BAD: list[tuple[str, Callable[[], Dialogue], str]] = [
    ("fits_card", lambda: replaced(0, call=Call(intent="remove_object", parameters={})), "turns.0: remove_object needs 'object'"),
    ("fits_card", lambda: replaced(0, call=Call(intent="erase", parameters={})), "turns.0: no skill 'erase'"),
    ("resolvable", lambda: replaced(0, attached=()), "turns.0: works on picture 0, which was not shown yet"),
    ("resolvable", lambda: replaced(1, call=Call(intent="anime", parameters={"image": "image_3"})), "turns.1: image is image_3, which was not shown yet"),
    ("resolvable", lambda: replaced(1, image_before=None), "turns.1: adjust has no picture to work on"),
    ("resolvable", lambda: replaced(1, image_after=None), "no turn shows picture 2"),
    ("grounded", lambda: replaced(0, user="Take that away, please."), "turns.0: object 'bench' was never said (bench)"),
    ("speaks_plainly", lambda: replaced(0, user="remove_object the bench"), "turns.0.user: 'remove_object' is not something people say"),
    ("speaks_plainly", lambda: replaced(1, user="in image_1 make it brighter"), "turns.1.user: 'image_1' is not something people say"),
    ("speaks_plainly", lambda: replaced(1, reply="I did {object}."), "turns.1.reply: '{' is not something people say"),
    ("of_sensible_length", lambda: replaced(1, user="brighter " + " ".join(f"word{n}" for n in range(100))), "turns.1: the user says 101 words"),
    ("unrepeated", lambda: replaced(1, user="take the bench away, please."), "turns.1: says again 'take the bench away, please.'"),
    ("unrepeated", lambda: replaced(1, user="make the the picture brighter"), "turns.1: 'the the'"),
    ("legible", lambda: replaced(1, user="brighterrrrrrrr"), "turns.1: 'brighterrrrrrrr'"),
    ("legible", lambda: replaced(1, user="20 #$%&/() =?*'"), "turns.1: \"20 #$%&/() =?*'\""),
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
