"""Claims: what a painted picture should show by now, as data that its scene can be held against.

    {"count fox": "1", "wears fox": "sunglasses", "setting": "beach", "style": "watercolour", "count umbrella": "0"}

This is F of eq. 5 for painted pictures. A picture that the user brought should stay all that it is; of a new one only
what the prompt says is asked for; an edit asks for whatever it changes, and takes nothing else back. `shown` answers
the VQA question from the scene: the share of claims that hold.
"""

from collections.abc import Iterator, Mapping

from evaluation.agreement import plain
from schemas.answer import Call
from schemas.scene import Scene, Thing

Claims = Mapping[str, str]
OF_THE_LIGHT = ("light", "light_from", "season")
DIALS = ("brightness", "contrast", "saturation", "warmth", "sharpness", "blur")
NAMED = ("setting", "time", "weather", "light", "season", "style", "text")


def shown(claims: Claims, scene: Scene) -> float:
    """The share of the claims that a scene fulfils."""
    if not claims:
        raise ValueError("no claims: the dialogue's own pictures were not painted, so ask a model instead")
    seen = sights(scene)
    return sum(holds(name, value, seen) for name, value in claims.items()) / len(claims)


def holds(name: str, value: str, seen: Claims) -> bool:
    return seen.get(name, absent(name)) == value


def absent(name: str) -> str:
    return "0" if name.startswith("count ") else ""


def claims_of_picture(scene: Scene) -> dict[str, str]:
    return dict(sights(scene))


def claims_of_prompt(scene: Scene, call: Call) -> dict[str, str]:
    """What the words say of it; where they name nothing as the scene does, all of it but where things stand."""
    said = {stem(word) for name, v in call.parameters.items() if name != "avoid" for word in plain(v)}
    found = {name: value for name, value in sights(scene).items() if name.split()[0] not in ("at", "size", "view")}
    asked = {name: value for name, value in found.items() if words_of(name, value) <= said}
    if "size" in call.parameters:
        asked["shape"] = found["shape"]
    return asked or found


def claims_of_edit(before: Claims, old: Scene, new: Scene) -> dict[str, str]:
    """What was asked for before, with what the edit changes in its place."""
    was, now = sights(old), sights(new)
    changed = {name: now.get(name, absent(name)) for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
    claims = dict(sorted({**before, **changed}.items()))
    gone = {name.split(" ", 1)[1] for name, value in claims.items() if name.startswith("count ") and value == "0"}
    return {n: value for n, value in claims.items() if n.startswith("count ") or n.partition(" ")[2] not in gone}


def stem(word: str) -> str:
    """Rough: a plural and its singular are one word."""
    for ending, without in (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + without
    return word


def words_of(name: str, value: str) -> set[str]:
    kind, _, about = name.partition(" ")
    text = about if kind == "count" else f"{about} {value}" if kind in ("colour", "wears", "pose") else value
    return {stem(word) for word in plain(text)} or {name}


def sights(scene: Scene) -> dict[str, str]:
    """All that can be claimed of a scene."""
    found = dict(surroundings(scene))
    nouns = dict.fromkeys(thing.noun for thing in scene.things)
    for noun in nouns:
        found |= things_seen(noun, [thing for thing in scene.things if thing.noun == noun])
    for touch in scene.touches:
        kind, _, style = touch.name.partition(":")
        if style:
            found |= {kind: style, "strength": f"{touch.amount:g}"}
        else:
            found[kind] = f"{float(found.get(kind, 0)) + touch.amount:g}"
    found |= {f"flaw {flaw}": "yes" for flaw in scene.flaws}
    if scene.lettering:
        found["text"] = " / ".join(sorted(f"{line.text} ({line.colour})" for line in scene.lettering))
    return found


def things_seen(noun: str, alike: list[Thing]) -> dict[str, str]:
    ordered = sorted(alike, key=lambda thing: (thing.x, thing.y, thing.id))
    every = {
        "count": str(len(alike)),
        "colour": ", ".join(thing.colour or "" for thing in ordered),
        "wears": ", ".join(sorted(worn for thing in ordered for worn in thing.wears)),
        "pose": ", ".join(sorted(thing.pose for thing in ordered if thing.pose)),
        "at": " ".join(f"({thing.x:.2f} {thing.y:.2f}{' flipped' * thing.flip})" for thing in ordered),
        "size": " ".join(f"{thing.height:.2f}" for thing in ordered),
    }
    return {f"{kind} {noun}": value for kind, value in every.items() if value.strip(", ")}


def surroundings(scene: Scene) -> Iterator[tuple[str, str]]:
    """A backdrop hides place, hour and weather."""
    yield "setting", scene.setting if scene.backdrop is None else scene.backdrop
    if scene.backdrop is None:
        yield "time", scene.time
        yield "weather", scene.weather
    for name in OF_THE_LIGHT:
        if value := getattr(scene, name):
            yield name, value
    frame = scene.frame
    yield "shape", f"{frame.width / frame.height:.2f}"
    yield "pixels", f"{frame.width}x{frame.height}"
    yield "view", f"{frame.left:.2f} {frame.top:.2f} {frame.right:.2f} {frame.bottom:.2f}"
    if frame.mirror or frame.turns or frame.tilt:
        yield "turned", f"{'mirrored ' * frame.mirror}{frame.turns} quarters {frame.tilt:g} degrees"


def sentence(claims: Claims) -> str:
    """The claims as a description, for a model that looks at a painted picture; it leaves out what no eye can tell."""
    return "; ".join(filter(None, (phrase(name, value) for name, value in sorted(claims.items()))))


def phrase(name: str, value: str) -> str:
    kind, _, about = name.partition(" ")
    value = value.strip(", ")
    phrases = {
        "count": f"no {about}" if value == "0" else about if value == "1" else f"{value} × {about}",
        "colour": f"{about} in {value}",
        "wears": f"{about} wearing {value}",
        "pose": f"{about} {value}",
        "flaw": about,
        "anime": "drawn as anime",
        "line_art": "line art",
    }
    if not value:
        return ""
    if kind in DIALS:
        return f"{'less' if value.startswith('-') else 'more'} {kind}"
    return phrases.get(kind, f"{kind}: {value}" if kind in NAMED else "")
