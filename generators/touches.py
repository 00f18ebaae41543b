"""Touches: edits of the whole picture's look, from the dials to styles, light and repairs."""

from collections.abc import Mapping

from generators.catalogue import colours, styles
from generators.scenes import CannotDraw, read
from schemas.scene import Scene, Touch
from schemas.skill import Value

Parameters = Mapping[str, Value]
AMOUNT, STRENGTH = 25, 80


def with_touch(before: Scene, touch: Touch) -> Scene:
    """The scene with one more touch; the same style twice in a row is no change."""
    repeats = touch.name.startswith(("style:", "anime", "line_art")) and before.touches[-1:] == (touch,)
    return before if repeats else before.model_copy(update={"touches": (*before.touches, touch)})


def adjust(before: Scene, given: Parameters) -> Touch:
    name = str(given["property"])
    if name in ("saturation", "warmth"):
        check_colours_show(before, f"adjust {name}")
    sign = 1 if given["direction"] == "more" else -1
    return Touch(name=name, amount=sign * float(given.get("amount", AMOUNT)))


def stylize(before: Scene, given: Parameters) -> Touch:
    style = style_named(str(given["style"]))
    if line_drawn(before):
        raise CannotDraw("line_art", f"an outline drawing has nothing left to turn into {style}")
    return Touch(name=f"style:{style}", amount=float(given.get("strength", STRENGTH)))


def anime(before: Scene, given: Parameters) -> Touch:
    check_colours_show(before, "anime")
    return Touch(name="anime", amount=float(given.get("strength", STRENGTH)))


def line_art(before: Scene, given: Parameters) -> Touch:
    if line_drawn(before):
        raise CannotDraw("no_change", "the picture is line art already")
    colour = colour_named(str(given["colour"])) if "colour" in given else "black"
    return Touch(name=f"line_art:{given.get('line', 'medium')}:{colour}", amount=100)


def relight(before: Scene, given: Parameters, _key: str) -> Scene:
    check_colours_show(before, "relight")
    return before.model_copy(update={"light": str(given["light"]), "light_from": given.get("direction")})


def retouch(before: Scene, given: Parameters, _key: str) -> Scene:
    fault = str(given["fault"])
    if fault not in before.flaws:
        shown = ", ".join(before.flaws) or "none"
        raise CannotDraw("no_such_fault", f"the picture has no {fault} (faults: {shown})")
    return before.model_copy(update={"flaws": tuple(flaw for flaw in before.flaws if flaw != fault)})


def style_named(words: str) -> str:
    style = read(words).style
    if style is None:
        raise CannotDraw("no_such_style", f"{words!r} is no style that can be painted: try {', '.join(styles())}")
    return style


def colour_named(words: str) -> str:
    """A colour as scenes keep it: a name of the catalogue or a hex code."""
    text = words.strip().lower()
    if text.startswith("#") and len(text) in (4, 7) and all(c in "0123456789abcdef" for c in text[1:]):
        return text if len(text) == 7 else "#" + "".join(c * 2 for c in text[1:])
    colour = read(text).colour
    if colour is None:
        raise CannotDraw("no_such_colour", f"{words!r} is no colour that can be painted: try {', '.join(colours())}")
    return colour


def line_drawn(scene: Scene) -> bool:
    return any(touch.name.startswith("line_art") for touch in scene.touches)


def colourless(scene: Scene) -> bool:
    """Whether nobody could say what colour a thing has."""
    named = [touch.name.removeprefix("style:") for touch in scene.touches]
    return line_drawn(scene) or any(name in styles() and styles()[name].colourless for name in named)


def check_colours_show(scene: Scene, what: str) -> None:
    if colourless(scene):
        raise CannotDraw("colourless", f"{what} would not show: the picture has no colours of its own any more")
