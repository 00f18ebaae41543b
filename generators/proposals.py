"""What could be asked next: for each skill, one call that makes sense for the picture at hand.

    propose_remove_object(view, rng) -> Proposal({"object": "dog on the left"}, {"object": "the dog on the left"})

A proposer looks at the scene only; whether the call can really be drawn is for the renderer to say.
`given` holds what the words may use beside the parameters: a noun with its article, the relation of a
new thing to an old one, the true answer to a question.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from generators.banks import banks
from generators.catalogue import Kind, colours, kinds, lights, places, styles
from generators.facts import facts
from generators.prompts import bank, categories, write_prompt
from generators.scenes import describe, visible
from generators.words import worn_parts
from schemas.scene import Scene, Thing
from schemas.skill import Value

AS_SAID = "(as said)"  # stands for the user's own words where a parameter quotes them
RETOUCHABLE = ("dust", "scratches", "noise", "blemishes", "watermark")


class Proposal(NamedTuple):
    parameters: Mapping[str, Value]
    given: Mapping[str, str] = {}
    reason: str = ""


class View(NamedTuple):
    """The picture a request is about, and where in the conversation it comes."""

    scene: Scene
    turn: int
    last_turn: bool
    spoken_of: str | None


def thing_of(view: View, rng: Random, fitting: Callable[[Thing], bool] = lambda _: True) -> str | None:
    """The name of a thing in view; one just spoken of twice as readily."""
    names = [describe(view.scene, thing) for thing in visible(view.scene) if fitting(thing)]
    if view.spoken_of in names and rng.random() < 0.5:
        return view.spoken_of
    return rng.choice(names) if names else None


def newcomers(scene: Scene) -> list[Kind]:
    """What could come into the scene: it belongs to the place and is not there yet."""
    present = {thing.noun for thing in scene.things}
    return [k for k in kinds().values() if scene.setting in k.places and k.noun not in present and k.worn is None]


def propose_text_to_image(view: View, rng: Random) -> Proposal | None:
    prompt, _ = write_prompt(rng.choice(categories()), rng)
    return sized(Proposal({"prompt": prompt.text}, {"moment": "later"} if view.turn else {}), rng)


def sized(proposal: Proposal, rng: Random) -> Proposal:
    if rng.random() < 0.85:
        return proposal
    size = rng.choice(["16:9", "1:1", "4:3", "3:2", "9:16", "2:3"])
    return proposal._replace(parameters={**proposal.parameters, "size": size})


def wearable(thing: Thing) -> list[str]:
    """What a thing could put on and does not wear yet."""
    worn = {worn_parts(text)[0] for text in thing.wears}
    return [noun for noun in kinds()[thing.noun].can_wear if noun not in worn]


def propose_add_object(view: View, rng: Random) -> Proposal | None:
    wearers = [thing for thing in visible(view.scene) if wearable(thing)]
    if wearers and rng.random() < 0.45:
        wearer = rng.choice(wearers)
        worn = kinds()[rng.choice(wearable(wearer))]
        target = describe(view.scene, wearer)
        given = {"object": worn.a_noun, "target": f"the {target}", "relation": "wear"}
        return Proposal({"object": worn.noun, "target": target}, given)
    coming = newcomers(view.scene)
    if not coming:
        return None
    kind = rng.choice(coming)
    given = {"object": kind.a_noun}
    if kind.stands != "sky" and rng.random() < 0.3:
        beside = thing_of(view, rng, lambda thing: kinds()[thing.noun].stands == kind.stands)
        if beside:
            return Proposal(
                {"object": kind.noun, "target": beside}, {**given, "target": f"the {beside}", "relation": "beside"}
            )
    if rng.random() < 0.45:
        where = ["sky"] if kind.stands == "sky" else ["left", "right", "middle", "foreground", "background"]
        return Proposal({"object": kind.noun, "position": rng.choice(where)}, given)
    return Proposal({"object": kind.noun}, given)


def propose_remove_object(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng, lambda thing: kinds()[thing.noun].removable)
    return Proposal({"object": name}, {"object": f"the {name}"}) if name else None


def propose_replace_object(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng)
    thing = next((t for t in visible(view.scene) if describe(view.scene, t) == name), None)
    if thing is None or name is None:
        return None
    coming = [k for k in newcomers(view.scene) if k.stands == kinds()[thing.noun].stands]
    if not coming:
        return None
    kind = rng.choice(coming)
    return Proposal({"object": name, "replacement": kind.noun}, {"object": f"the {name}", "replacement": kind.a_noun})


def propose_add_text(view: View, rng: Random) -> Proposal | None:
    parameters: dict[str, Value] = {"text": rng.choice(bank()["lettering"])}
    if rng.random() < 0.5:
        parameters["position"] = rng.choice(
            ["top", "bottom", "middle", "top left", "top right", "bottom left", "bottom right"]
        )
    if rng.random() < 0.35:
        parameters["colour"] = rng.choice(["white", "black", "red", "yellow", "blue", "gold", "pink", "dark blue"])
    return Proposal(parameters)


def propose_replace_background(view: View, rng: Random) -> Proposal | None:
    name = rng.choice([name for name in places() if name != view.scene.setting])
    phrase = bank()["backgrounds"][name]
    when = rng.choice(["", "", " at sunset", " at night", " at dawn"]) if len(places()[name].times) > 2 else ""
    label = phrase.removeprefix("an ").removeprefix("a ").removeprefix("the ") + when
    return Proposal({"background": label}, {"background": phrase + when})


def propose_remove_background(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng) if len(visible(view.scene)) > 1 and rng.random() < 0.4 else None
    return Proposal({"object": name}, {"object": f"the {name}"}) if name else Proposal({})


def propose_recolor(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng, lambda thing: kinds()[thing.noun].recolourable)
    thing = next((t for t in visible(view.scene) if describe(view.scene, t) == name), None)
    if thing is None or name is None:
        return None
    now = thing.colour or kinds()[thing.noun].colour
    colour = rng.choice([c for c in colours() if c != now])
    return Proposal({"object": name, "colour": colour}, {"object": f"the {name}"})


def propose_adjust(view: View, rng: Random) -> Proposal | None:
    # Sharpness and blur below nothing leave no trace on a picture that is neither sharpened nor blurred.
    dials = ["brightness", "brightness", "contrast", "saturation", "warmth", "sharpness", "blur"]
    parameters: dict[str, Value] = {"property": rng.choice(dials)}
    blurred = any(touch.name == "blur" and touch.amount > 0 for touch in view.scene.touches)
    parameters["direction"] = (
        "more" if parameters["property"] == "blur" and not blurred else rng.choice(["more", "less"])
    )
    if rng.random() < 0.4:
        parameters["amount"] = rng.choice([5, 10, 15, 20, 25, 30, 40, 50, 60, 75])
    return Proposal(parameters)


def propose_relight(view: View, rng: Random) -> Proposal | None:
    parameters: dict[str, Value] = {"light": rng.choice(list(lights()))}
    if rng.random() < 0.35:
        parameters["direction"] = rng.choice(["left", "right", "above", "behind"])
    return Proposal(parameters)


def propose_transform(view: View, rng: Random) -> Proposal | None:
    level = -round(view.scene.frame.tilt)
    if "tilt" in view.scene.flaws and level and rng.random() < 0.8:
        return Proposal(
            {"operation": "rotate", "angle": level}, {**turned(level), "why": "tilt"}, "the picture hangs askew"
        )
    return rng.choice([crop_ratio, crop_on, rotate, flip, resize])(view, rng)


def turned(angle: int) -> dict[str, str]:
    return {"turn": "clockwise" if angle > 0 else "counterclockwise", "degrees": str(abs(angle))}


def crop_ratio(view: View, rng: Random) -> Proposal | None:
    return Proposal({"operation": "crop", "size": rng.choice(["1:1", "16:9", "4:3", "3:2", "4:5", "9:16"])})


def crop_on(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng)
    return Proposal({"operation": "crop", "object": name}, {"object": f"the {name}"}) if name else None


def rotate(view: View, rng: Random) -> Proposal | None:
    angle = rng.choice([90, 90, -90, -90, 180, 180, 10, -10, 15, -15, 30, -30, 45, -45])
    return Proposal({"operation": "rotate", "angle": angle}, turned(angle))


def flip(view: View, rng: Random) -> Proposal | None:
    return Proposal({"operation": "flip", "axis": rng.choice(["horizontal", "horizontal", "vertical"])})


def resize(view: View, rng: Random) -> Proposal | None:
    sizes = ["800x600", "1024x1024", "640x480", "1080x1080", "1280x720", "256x256", "512x512", "600x400", "1200x628"]
    return Proposal({"operation": "resize", "size": rng.choice(sizes)})


def propose_outpaint(view: View, rng: Random) -> Proposal | None:
    parameters: dict[str, Value] = {"direction": rng.choice(["left", "right", "top", "bottom", "sides", "all"])}
    if rng.random() < 0.4:
        parameters["amount"] = rng.choice([10, 20, 25, 30, 40, 50])
    return Proposal(parameters)


def propose_stylize(view: View, rng: Random) -> Proposal | None:
    style = rng.choice(list(styles()))
    if style == "van gogh":
        return with_strength({"style": "Van Gogh"}, 0.2, rng)._replace(given={"style_kind": "artist"})
    return with_strength({"style": style}, 0.2, rng)._replace(given={"style_kind": "technique"})


def propose_anime(view: View, rng: Random) -> Proposal | None:
    return with_strength({}, 0.2, rng)


def with_strength(parameters: dict[str, Value], share: float, rng: Random) -> Proposal:
    if rng.random() < share:
        parameters["strength"] = rng.choice([30, 40, 50, 60, 70, 90, 100])
    return Proposal(parameters)


def propose_line_art(view: View, rng: Random) -> Proposal | None:
    parameters: dict[str, Value] = {}
    if rng.random() < 0.4:
        parameters["line"] = rng.choice(["fine", "bold"])
    if rng.random() < 0.2:
        parameters["colour"] = rng.choice(["blue", "dark blue", "red", "brown", "dark green", "purple"])
    return Proposal(parameters)


def propose_upscale(view: View, rng: Random) -> Proposal | None:
    return Proposal({"factor": rng.choice([2, 2, 2, 3, 4])} if rng.random() < 0.6 else {})


def propose_retouch(view: View, rng: Random) -> Proposal | None:
    faults = [flaw for flaw in view.scene.flaws if flaw in RETOUCHABLE]
    return Proposal({"fault": rng.choice(faults)}, reason="the fault is in the picture") if faults else None


def propose_instruct_edit(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng)
    about_weather = [
        "make it snow",
        "make it rain",
        "make it foggy",
        "make it winter",
        "turn it into autumn",
        "make it night",
    ]
    about_thing = [f"make the {name} bigger", f"make the {name} smaller", f"move the {name} to the left",
                   f"move the {name} to the right", f"bring the {name} closer"] if name else []  # fmt: skip
    wanted = about_thing if about_thing and rng.random() < 0.65 else about_weather
    return Proposal(
        {"instruction": rng.choice(wanted)}, reason="size, place in the picture, weather and season have no skill"
    )


def propose_vqa(view: View, rng: Random) -> Proposal | None:
    known = facts(view.scene)
    if not known:
        return None
    kind = rng.choice(sorted({fact.kind for fact in known}))
    fact = rng.choice([fact for fact in known if fact.kind == kind])
    return Proposal(
        {"question": AS_SAID}, {**fact.given, "kind": fact.kind, "answer": fact.answer}, "asks what is seen"
    )


AT_THE_START = frozenset({"greeting"})
AT_THE_END = frozenset({"done"})
AFTER_A_PICTURE = frozenset({"thanks", "praise", "advice"})
BACKWARDS = frozenset({"undo", "back"})


def propose_chat(view: View, rng: Random) -> Proposal | None:
    fitting = []
    for when in [group.when for group in banks()["chat"].groups]:
        kind = str(when.get("kind"))
        if kind in BACKWARDS or (kind in AT_THE_START and view.turn) or (kind in AT_THE_END and not view.last_turn):
            continue
        if kind in AFTER_A_PICTURE | AT_THE_END and not view.turn:
            continue
        fitting.append({key: str(value) for key, value in when.items()})
    kinds_of_chat = sorted({when["kind"] for when in fitting})
    kind = rng.choice(kinds_of_chat)
    return Proposal({}, rng.choice([when for when in fitting if when["kind"] == kind]), "words alone are called for")


Proposer = Callable[[View, Random], Proposal | None]
PROPOSERS: Mapping[str, Proposer] = {
    "text_to_image": propose_text_to_image,
    "instruct_edit": propose_instruct_edit,
    "add_object": propose_add_object,
    "remove_object": propose_remove_object,
    "replace_object": propose_replace_object,
    "add_text": propose_add_text,
    "replace_background": propose_replace_background,
    "remove_background": propose_remove_background,
    "recolor": propose_recolor,
    "relight": propose_relight,
    "adjust": propose_adjust,
    "transform": propose_transform,
    "outpaint": propose_outpaint,
    "stylize": propose_stylize,
    "anime": propose_anime,
    "line_art": propose_line_art,
    "upscale": propose_upscale,
    "retouch": propose_retouch,
    "vqa": propose_vqa,
    "chat": propose_chat,
}
