"""Requests about the picture as a whole: its light, tones, frame, style and faults; or for a new one."""

from random import Random

from generators.catalogue import lights, styles
from generators.prompts import aside, bank
from generators.proposals.view import Proposal, View, thing_of
from schemas.skill import Value

RETOUCHABLE = ("dust", "scratches", "noise", "blemishes", "watermark")


def propose_text_to_image(view: View, rng: Random) -> Proposal | None:
    wanted = aside(view.split, rng)
    return sized(Proposal({"prompt": wanted}, {"moment": "later"} if view.turn else {}), rng)


def sized(proposal: Proposal, rng: Random) -> Proposal:
    if rng.random() < 0.85:
        return proposal
    size = rng.choice(["16:9", "1:1", "4:3", "3:2", "9:16", "2:3"])
    return proposal._replace(parameters={**proposal.parameters, "size": size})


def propose_add_text(view: View, rng: Random) -> Proposal | None:
    parameters: dict[str, Value] = {"text": rng.choice(bank()["lettering"])}
    if rng.random() < 0.5:
        parameters["position"] = rng.choice(
            ["top", "bottom", "middle", "top left", "top right", "bottom left", "bottom right"]
        )
    if rng.random() < 0.35:
        parameters["colour"] = rng.choice(["white", "black", "red", "yellow", "blue", "gold", "pink", "dark blue"])
    return Proposal(parameters)


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
