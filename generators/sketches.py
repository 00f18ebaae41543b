"""Sketches: the control images, as somebody would hand them over: a quick scribble, a stick figure."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from generators.catalogue import Point, poses
from generators.glyphs import aspect, pairs, shoulder, sprite
from generators.linework import thinned, wobbled
from schemas.identity import keyed
from schemas.scene import Scene, Thing

PAPER, INK = (255, 255, 255), (25, 25, 28)
BONES = ((230, 60, 60), (240, 150, 40), (70, 180, 80), (60, 130, 220), (150, 80, 200))


def paint(scene: Scene) -> Image.Image:
    size = scene.frame.width, scene.frame.height
    return skeleton(scene, size) if scene.medium == "pose" else scribble(scene, size)


def scribble(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """The outlines gone over twice by an unsteady hand."""
    lines = Image.new("L", size, 0)
    for thing in scene.things:
        lines.paste(255, place_of(thing, size), outline(thing, size))
    ground(lines, scene)
    seed = keyed(scene.key, "scribble").randrange(1 << 30)
    unit = size[1] / 512
    strokes = ImageChops.lighter(wobbled(lines, seed, 40, 5.5 * unit), wobbled(lines, seed + 7, 26, 4.0 * unit))
    paper = Image.new("RGB", size, PAPER)
    paper.paste(INK, (0, 0), strokes.filter(ImageFilter.GaussianBlur(0.6 * unit)))
    return paper


def place_of(thing: Thing, size: tuple[int, int]) -> tuple[int, int]:
    height = max(2, round(thing.height * size[1]))
    width = max(1, round(height * aspect(thing.noun, thing.pose)))
    return round(thing.x * size[0]) - width // 2, round(thing.y * size[1]) - height


def outline(thing: Thing, size: tuple[int, int]) -> Image.Image:
    """The black lines of the art, thinned, with the edge of its shape."""
    image = sprite(thing.noun, max(2, round(thing.height * size[1])), None, thing.flip, thing.pose)
    alpha = image.getchannel("A")
    rim = ImageChops.subtract(alpha, thinned(thinned(alpha)))
    dark = image.convert("L").point([255 if v < 50 else 0 for v in range(256)])
    inner = thinned(ImageChops.multiply(dark, alpha))
    return ImageChops.lighter(rim, inner)


def ground(lines: Image.Image, scene: Scene) -> None:
    rng, draw = keyed(scene.key, "ground"), ImageDraw.Draw(lines)
    y = rng.uniform(0.58, 0.66) * lines.height
    line = [(lines.width * n / 8, y + rng.uniform(-6, 6) * lines.height / 512) for n in range(9)]
    draw.line(line, fill=150, width=max(1, lines.height // 256))


def skeleton(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """Joints and bones in the colours that pose estimators use, on white, each a little off as they are."""
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    for thing in scene.things:
        pose = poses()[thing.pose or "standing"]
        unit = thing.height * size[1] / 120
        left, top = thing.x * size[0] - 60 * unit, thing.y * size[1] - 120 * unit

        def spot(joint: Point, left: float = left, top: float = top, unit: float = unit) -> Point:
            rng = keyed(scene.key, "joint", *map(str, joint))
            return left + (joint[0] + rng.uniform(-2, 2)) * unit, top + (joint[1] + rng.uniform(-2, 2)) * unit

        toward = -1 if abs(pose.lean) > 90 else 1
        head = (pose.chest[0] + pose.lean * 0.35 * (abs(pose.lean) < 90), pose.chest[1] - 30 * toward)
        bones = [(pose.chest, pose.hip, 0), (pose.chest, head, 0)]
        for side, (elbow, hand), hue in zip((-1, 1), pairs(pose.arms), (1, 2), strict=True):
            bones += [(pose.chest, shoulder(pose, side), hue), (shoulder(pose, side), elbow, hue), (elbow, hand, hue)]
        for (knee, foot), hue in zip(pairs(pose.legs), (3, 4), strict=True):
            bones += [(pose.hip, knee, hue), (knee, foot, hue)]
        draw_bones(draw, [(spot(a), spot(b), hue) for a, b, hue in bones], unit)
        x, y = spot(head)
        draw.ellipse(
            (x - 11 * unit, y - 11 * unit, x + 11 * unit, y + 11 * unit), outline=INK, width=max(2, round(3 * unit))
        )
    return image


def draw_bones(draw: ImageDraw.ImageDraw, bones: list[tuple[Point, Point, int]], unit: float) -> None:
    for start, end, hue in bones:
        draw.line((*start, *end), fill=BONES[hue], width=max(2, round(3.6 * unit)))
    for start, end, _ in bones:
        for x, y in (start, end):
            reach = 2.8 * unit
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=INK)
