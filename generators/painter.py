"""The painter: a scene as a picture.

    image = paint(scene)      an RGB image, RGBA where the background was taken away
    data = encode(image)      the same bytes for the same scene, always

Order: surroundings, things from back to front, weather, light, flaws, touches with the words written between
them, and at last how the frame is mirrored, turned and scaled. Nothing here draws a random number; all hangs on
the scene.
"""

import io
from functools import lru_cache

from PIL import Image, ImageOps

from generators import flaws, lights, sketches
from generators.catalogue import kinds, places, times
from generators.filters import touched
from generators.frames import Box
from generators.glyphs import anchor, aspect, figure, sprite
from generators.lettering import write
from generators.palette import RGB, mixed, rgb_of
from generators.settings import WHITE, Hour, background, tinted
from generators.words import worn_parts
from schemas.scene import Frame, Scene, Thing

RENDERER = "painter-1"
SHARPEST = 1100

# How far above its anchor a worn thing sits (share of its own height), and its width against the anchor's.
SEATS = {"eyes": (0.5, 1.15), "head": (0.86, 1.3), "neck": (0.36, 1.25), "ears": (0.55, 1.1), "back": (0.5, 1.25)}


def paint(scene: Scene) -> Image.Image:
    if scene.medium != "picture":
        return sketches.paint(scene)
    window, size = canvas_of(scene)
    image, mask = painted_world(scene, window, size)
    image = flaws.apply(scene, image)
    for layer in range(len(scene.touches) + 1):
        image, mask = write(image, mask, scene, window, layer)
        if layer < len(scene.touches):
            image = touched(image, scene.touches[layer])
    if mask is not None:
        image.putalpha(mask)
    return framed(image, scene)


def encode(image: Image.Image) -> bytes:
    """JPEG in full colour resolution, PNG where there is transparency; never any metadata. A JPEG's blocks stand
    alone, so what an edit leaves alone stays equal in the file too, at a third of the size and a fifth of the time."""
    buffer = io.BytesIO()
    if image.mode == "RGBA":
        image.save(buffer, "PNG", compress_level=1)
    else:
        image.save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def canvas_of(scene: Scene) -> tuple[Box, tuple[int, int]]:
    """The part of the world to paint and at how many pixels: its own proportions, and no finer than can be seen."""
    frame = scene.frame
    height = frame.width if frame.turns % 2 else frame.height
    wide = (frame.right - frame.left) * frame.aspect / (frame.bottom - frame.top)
    scale = min(1.0, SHARPEST / (height * max(1.0, wide)))
    size = max(8, round(height * scale * wide)), max(8, round(height * scale))
    return (frame.left, frame.top, frame.right, frame.bottom), size


def painted_world(scene: Scene, window: Box, size: tuple[int, int]) -> tuple[Image.Image, Image.Image | None]:
    """The world through the window; where the camera hung askew, a wider part of it is painted and turned."""
    if "tilt" not in scene.flaws:
        return world(scene, window, size)
    grown, wider = widened(window, size)
    image, mask = world(scene, grown, wider)
    return turned(image, scene.frame.tilt, size), turned(mask, scene.frame.tilt, size) if mask else None


def widened(window: Box, size: tuple[int, int], share: float = 0.16) -> tuple[Box, tuple[int, int]]:
    dx, dy = (window[2] - window[0]) * share / 2, (window[3] - window[1]) * share / 2
    grown = (window[0] - dx, window[1] - dy, window[2] + dx, window[3] + dy)
    return grown, (round(size[0] * (1 + share)), round(size[1] * (1 + share)))


def turned(image: Image.Image, angle: float, size: tuple[int, int]) -> Image.Image:
    whole = image.rotate(-angle, Image.Resampling.BICUBIC)
    left, top = (whole.width - size[0]) // 2, (whole.height - size[1]) // 2
    return whole.crop((left, top, left + size[0], top + size[1]))


def world(scene: Scene, window: Box, size: tuple[int, int]) -> tuple[Image.Image, Image.Image | None]:
    image = surroundings(scene, window, size)
    mask = Image.new("L", size, 0) if scene.backdrop == "none" else None
    for thing in sorted(scene.things, key=lambda t: (t.y, t.id)):
        put(image, mask, thing, scene, window)
    if scene.backdrop is None:
        image = lights.weathered(image, scene, window)
    return lights.lit(image, scene), mask


def surroundings(scene: Scene, window: Box, size: tuple[int, int]) -> Image.Image:
    if scene.backdrop == "none":
        return Image.new("RGB", size, WHITE)
    if scene.backdrop is not None:
        return plain(rgb_of(scene.backdrop), size)
    hour = Hour(scene.setting, lights.hour_of(scene), scene.weather, scene.season, scene.key)
    return background(hour, window, *size).copy()


def plain(colour: RGB, size: tuple[int, int]) -> Image.Image:
    """One colour as a studio's paper shows it: a little lighter in the middle."""
    light = ImageOps.invert(Image.radial_gradient("L")).resize(size)
    return Image.composite(Image.new("RGB", size, mixed(colour, WHITE, 0.18)), Image.new("RGB", size, colour), light)


def put(image: Image.Image, mask: Image.Image | None, thing: Thing, scene: Scene, window: Box) -> None:
    unit = image.height / (window[3] - window[1])
    height = max(2, round(thing.height * unit))
    width = max(1, round(height * aspect(thing.noun, thing.pose)))
    x = round((thing.x - window[0]) * image.width / (window[2] - window[0])) - width // 2
    y = round((thing.y - window[1]) * unit) - height
    if x > image.width or y > image.height or x + width < 0 or y + height < 0:
        return
    shade(image, thing, scene, (x, y, width, height))
    tint = tint_of(scene)
    for part, left, top in parts_of(thing, width, height):
        part = tinted(part, tint)
        image.paste(part, (x + left, y + top), part)
        if mask is not None:
            mask.paste(255, (x + left, y + top), part)


def parts_of(thing: Thing, width: int, height: int) -> list[tuple[Image.Image, int, int]]:
    """The thing and what it wears, each with its place in the thing's box."""
    body = sprite(thing.noun, height, thing.colour, thing.flip, thing.pose)
    worn = [worn_parts(item) for item in thing.wears]
    parts = [(body, 0, 0)]
    for noun, colour in sorted(worn, key=lambda w: kinds()[w[0]].worn != "back"):
        part, left, top = seated(thing, noun, colour, width, height)
        behind = kinds()[noun].worn == "back" and figure(thing.noun, thing.pose).body is not None
        parts.insert(0 if behind else len(parts), (part, left, top))
    return parts


def seated(thing: Thing, noun: str, colour: str | None, width: int, height: int) -> tuple[Image.Image, int, int]:
    slot = kinds()[noun].worn or "head"
    place = anchor(thing.noun, slot, thing.pose)
    if place is None:
        raise ValueError(f"{thing.noun} has no place for {noun}")
    above, wide = SEATS[slot]
    own = kinds()[noun].seat
    above = above if own is None else own
    tall = max(3, round(place.width * width * wide / aspect(noun)))
    part = sprite(noun, tall, colour, thing.flip)
    x = (1 - place.x if thing.flip else place.x) * width
    return part, round(x - part.width / 2), round(place.y * height - part.height * above)


def tint_of(scene: Scene) -> RGB:
    """Things take half of the hour's light, so that they stay recognisable at night."""
    place = places()[scene.setting]
    if scene.backdrop is not None or place.sky:
        return WHITE
    return mixed(rgb_of(times()[lights.hour_of(scene)].tint), WHITE, 0.5)


def shade(image: Image.Image, thing: Thing, scene: Scene, box: tuple[int, int, int, int]) -> None:
    """A soft shadow at the foot, inside the width of the thing's box and a little below it."""
    place, kind = places()[scene.setting], kinds()[thing.noun]
    if scene.backdrop == "none" or place.float or kind.stands == "sky" or (place.swim and kind.stands == "water"):
        return
    x, y, width, height = box
    flat = max(2, round(height * 0.07))
    left, top = x + round(width * 0.04), y + height - flat
    blot = shadow(max(2, round(width * 0.92)), 2 * flat)
    image.paste(mixed((0, 0, 0), (40, 50, 90), 0.5), (left, top), blot)


@lru_cache(maxsize=64)
def shadow(width: int, height: int) -> Image.Image:
    soft = ImageOps.invert(Image.radial_gradient("L")).point([round(125 * (v / 255) ** 0.8) for v in range(256)])
    return soft.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def framed(image: Image.Image, scene: Scene) -> Image.Image:
    frame = scene.frame
    if frame.mirror:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turns = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
    if frame.turns % 4:
        image = image.transpose(turns[frame.turns % 4])
    if "small" in scene.flaws:
        image = image.resize((max(8, frame.width * 3 // 7), max(8, frame.height * 3 // 7)), Image.Resampling.BOX)
    if image.size != (frame.width, frame.height):
        image = image.resize((frame.width, frame.height), Image.Resampling.BICUBIC)
    if frame.tilt and "tilt" not in scene.flaws:
        image = askew(image, frame)
    return image


def askew(image: Image.Image, frame: Frame) -> Image.Image:
    """Turned by less than a quarter on white paper, or on nothing where there is no background."""
    blank = (255, 255, 255, 0) if image.mode == "RGBA" else WHITE
    return image.rotate(-frame.tilt, Image.Resampling.BICUBIC, fillcolor=blank)
