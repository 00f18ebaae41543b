"""Controls: pictures that steer other pictures, and what is painted after them.

control(scene, "scribble")   rough outlines of the scene's main things, black on white
control(scene, "pose")       the stick figure of a person in some pose
"""

from collections.abc import Mapping

from generators.catalogue import kinds, poses
from generators.glyphs import aspect
from generators.scenes import CannotDraw, compose, read
from schemas.identity import keyed
from schemas.scene import Frame, Scene, Thing
from schemas.skill import Value

Parameters = Mapping[str, Value]
SKETCHED = 3


def control(scene: Scene, medium: str) -> Scene:
    """The control image that goes with a scene."""
    frame = Frame(width=scene.frame.width, height=scene.frame.height, aspect=scene.frame.aspect)
    bare = Scene(key=scene.key, setting=scene.setting, frame=frame)
    if medium == "scribble":
        things = sorted(scene.things, key=lambda t: (-t.height, t.id))[:SKETCHED]
        plain = tuple(t.model_copy(update={"colour": None, "wears": ()}) for t in sorted(things, key=lambda t: t.id))
        return bare.model_copy(update={"medium": "scribble", "things": plain})
    if medium == "pose":
        return bare.model_copy(update={"medium": "pose", "things": (figure(scene),)})
    raise CannotDraw("no_such_control", f"{medium!r} is no control image: scribble or pose")


def figure(scene: Scene) -> Thing:
    """The scene's person, or anybody, in a pose; in its own where it has one."""
    people = [t for t in scene.things if kinds()[t.noun].body == "puppet"]
    own = next((t.pose for t in people if t.pose), None)
    pose = own or keyed(scene.key, "pose").choice([name for name in poses() if name != "standing"])
    rng = keyed(scene.key, "figure")
    x, height = round(rng.uniform(0.42, 0.58), 4), round(rng.uniform(0.70, 0.82), 4)
    return Thing(id=1, noun=people[0].noun if people else "woman", x=x, y=0.92, height=height, pose=pose)


def scribble_to_image(given: Parameters, before: Scene | None, key: str, _size: tuple[int, int]) -> Scene:
    """The prompt's things, where the scribble has its strokes."""
    sketch = steering(before, "scribble")
    scene = compose(str(given["prompt"]), key, (sketch.frame.width, sketch.frame.height), alone=True, clean=True)
    if not scene.things:
        raise CannotDraw("nothing_paintable", f"{given['prompt']!r} names no thing that could follow the strokes")
    things, free = list(scene.things), sorted(sketch.things, key=lambda t: (-t.height, t.id))
    for place, thing in enumerate(things):
        stroke = next((s for s in free if s.noun == thing.noun), free[0] if free else None)
        if stroke is not None:
            free.remove(stroke)
            things[place] = following(thing, stroke)
    return scene.model_copy(update={"things": tuple(things)})


def following(thing: Thing, stroke: Thing) -> Thing:
    """The thing where the stroke is, as large as fits its longer side."""
    width = stroke.height * aspect(stroke.noun)
    height = stroke.height if thing.noun == stroke.noun else max(stroke.height, width) / max(1.0, aspect(thing.noun))
    height = round(min(height, stroke.y - 0.01), 4)
    return thing.model_copy(update={"x": stroke.x, "y": stroke.y, "height": height, "flip": stroke.flip})


def pose_to_image(given: Parameters, before: Scene | None, key: str, _size: tuple[int, int]) -> Scene:
    """The prompt's person, in the pose of the stick figure."""
    skeleton = steering(before, "pose")
    people = [m.noun for m in read(str(given["prompt"])).things if takes_poses(m.noun)]
    if not people:
        raise CannotDraw("no_figure", f"{given['prompt']!r} names nobody who could take a pose")
    scene = compose(str(given["prompt"]), key, (skeleton.frame.width, skeleton.frame.height), alone=True, clean=True)
    first = next(t for t in scene.things if t.noun == people[0])
    posed = first.model_copy(update={"pose": skeleton.things[0].pose, "flip": False, "height": 0.6, "y": 0.93})
    return scene.model_copy(update={"things": tuple(posed if t.id == first.id else t for t in scene.things)})


def takes_poses(noun: str) -> bool:
    return kinds()[noun].body == "puppet" or kinds()[noun].group == "people"


def steering(before: Scene | None, medium: str) -> Scene:
    if before is None or before.medium != medium:
        shown = "nothing" if before is None else f"a {before.medium}"
        raise CannotDraw(f"not_a_{medium}", f"needs a {medium} to follow, and was given {shown}")
    return before
