"""Scene: what a painted picture shows, as data. The painter turns it into pixels, edits change it,
and every fact that is claimed about the picture is read from it.

    Scene(key="p4c1…", setting="beach", time="sunset", things=(Thing(id=1, noun="fox", x=.4, y=.8, height=.4),))

Positions are in world units: the first picture shows the world from (0, 0) top left to (1, 1) bottom
right. Cropping and outpainting move the frame, they do not move the world; so an edit of one thing
leaves everything else where it was.
"""

from typing import Literal

from schemas.identity import Record, digest

Medium = Literal["picture", "scribble", "pose"]


class Thing(Record):
    """A subject or an object in the world; (x, y) is where its foot stands, height its size.

    `wears` holds nouns, with a colour in front where it is not the natural one: ("sunglasses", "red scarf").
    """

    id: int
    noun: str
    x: float
    y: float
    height: float
    flip: bool = False
    colour: str | None = None
    wears: tuple[str, ...] = ()
    pose: str | None = None


class Lettering(Record):
    """Words on the picture, centred on (x, y). `mirror` and `turns` are the frame's when they were written, so
    that they read upright then and flip with the picture later; `layer` is how many touches lie under them."""

    text: str
    x: float
    y: float
    height: float
    colour: str = "white"
    mirror: bool = False
    turns: int = 0
    layer: int = 0


class Frame(Record):
    """The window on the world: its edges in world units, how it is turned, its size in pixels.

    `aspect` is the width of the world's unit square over its height. The picture is painted, mirrored, turned by
    quarters clockwise, scaled to width by height and tilted by degrees clockwise, in this order.
    """

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0
    mirror: bool = False
    turns: int = 0
    tilt: float = 0.0
    aspect: float = 1.0
    width: int
    height: int


class Touch(Record):
    """Something done to the whole picture after painting: ("brightness", 20) or ("style:watercolour", 0)."""

    name: str
    amount: float = 0.0


class Scene(Record):
    key: str
    medium: Medium = "picture"
    setting: str
    time: str = "day"
    weather: str = "clear"
    backdrop: str | None = None
    season: str | None = None
    light: str | None = None
    light_from: str | None = None
    things: tuple[Thing, ...] = ()
    lettering: tuple[Lettering, ...] = ()
    frame: Frame
    flaws: tuple[str, ...] = ()
    touches: tuple[Touch, ...] = ()

    @property
    def digest(self) -> str:
        return digest(self)
