"""Requests about one thing, or about the place where things are."""

from random import Random

from generators.catalogue import Kind, colours, kinds, places
from generators.prompts import bank
from generators.proposals.view import Proposal, View, thing_named, thing_of
from generators.scenes import describe, visible
from generators.words import worn_parts
from schemas.scene import Scene, Thing


def newcomers(scene: Scene) -> list[Kind]:
    """What could come into the scene: it belongs to the place and is not there yet."""
    present = {thing.noun for thing in scene.things}
    return [k for k in kinds().values() if scene.setting in k.places and k.noun not in present and k.worn is None]


def wearable(thing: Thing) -> list[str]:
    """What a thing could put on and does not wear yet."""
    worn = {worn_parts(text)[0] for text in thing.wears}
    return [noun for noun in kinds()[thing.noun].can_wear if noun not in worn]


def propose_add_object(view: View, rng: Random) -> Proposal | None:
    wearers = [thing for thing in visible(view.scene) if wearable(thing)]
    if wearers and rng.random() < 0.45:
        spoken_of = [thing for thing in wearers if describe(view.scene, thing) == view.spoken_of]
        wearer = rng.choice(spoken_of if spoken_of and rng.random() < 0.7 else wearers)
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
    if view.scene.backdrop is not None and len(visible(view.scene)) == 1:
        return None  # nothing would be left
    name = thing_of(view, rng, lambda thing: kinds()[thing.noun].removable)
    return Proposal({"object": name}, {"object": f"the {name}"}) if name else None


def propose_replace_object(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng)
    thing = thing_named(view, name)
    if thing is None or name is None:
        return None
    coming = [k for k in newcomers(view.scene) if k.stands == kinds()[thing.noun].stands]
    if not coming:
        return None
    kind = rng.choice(coming)
    return Proposal({"object": name, "replacement": kind.noun}, {"object": f"the {name}", "replacement": kind.a_noun})


def propose_recolor(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng, lambda thing: kinds()[thing.noun].dyeable)
    thing = thing_named(view, name)
    if thing is None or name is None:
        return None
    now = thing.colour or kinds()[thing.noun].colour
    colour = rng.choice([c for c in colours() if c != now])
    return Proposal({"object": name, "colour": colour}, {"object": f"the {name}"})


def propose_replace_background(view: View, rng: Random) -> Proposal | None:
    name = rng.choice([name for name in places() if name != view.scene.setting])
    phrase = bank()["backgrounds"][name]
    when = rng.choice(["", "", " at sunset", " at night", " at dawn"]) if len(places()[name].times) > 2 else ""
    label = phrase.removeprefix("an ").removeprefix("a ").removeprefix("the ") + when
    return Proposal({"background": label}, {"background": phrase + when})


def propose_remove_background(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng) if len(visible(view.scene)) > 1 and rng.random() < 0.4 else None
    return Proposal({"object": name}, {"object": f"the {name}"}) if name else Proposal({})


def propose_instruct_edit(view: View, rng: Random) -> Proposal | None:
    name = thing_of(view, rng)
    about_weather = [
        "make it snow",
        "make it rain",
        "make it foggy",
        "make it winter",
        "turn it into autumn",
    ]
    about_thing = [f"make the {name} bigger", f"make the {name} smaller", f"move the {name} to the left",
                   f"move the {name} to the right", f"bring the {name} closer"] if name else []  # fmt: skip
    wanted = about_thing if about_thing and rng.random() < 0.65 else about_weather
    return Proposal(
        {"instruction": rng.choice(wanted)}, reason="size, place in the picture, weather and season have no skill"
    )
