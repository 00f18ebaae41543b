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
    """A subject or an object in the world; (x, y) is where its foot stands, height its size."""

    id: int
    noun: str
    x: float
    y: float
    height: float
    flip: bool = False
    colour: str | None = None
    wears: tuple[str, ...] = ()


class Lettering(Record):
    text: str
    x: float
    y: float
    height: float
    colour: str = "white"


class Frame(Record):
    """The window on the world: its edges in world units, how it is turned, its size in pixels."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0
    mirror: bool = False
    turns: int = 0
    tilt: float = 0.0
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
    light: str | None = None
    things: tuple[Thing, ...] = ()
    lettering: tuple[Lettering, ...] = ()
    frame: Frame
    flaws: tuple[str, ...] = ()
    touches: tuple[Touch, ...] = ()

    @property
    def digest(self) -> str:
        return digest(self)
