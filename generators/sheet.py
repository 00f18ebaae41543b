"""The contact sheet: every drawing skill before and after, so that a person can judge at a glance whether a
picture shows what was asked. Kept in docs/ and held against the painter by a test.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from generators.banks import read_yaml
from generators.catalogue import ART
from generators.controls import control
from generators.edits import apply
from generators.painter import paint
from generators.scenes import compose
from schemas.answer import Call
from schemas.scene import Scene
from schemas.skill import Library

TILE, GAP, LABEL, CAPTION = 176, 10, 30, 34
PAINTED = 352
INK, FAINT, PAPER = (24, 24, 28), (110, 110, 118), (250, 250, 248)
TAKES = 400


class Example(NamedTuple):
    """One call on one picture; `before` is None where a picture is made from nothing."""

    call: Call
    before: Scene | None
    after: Scene


@cache
def wanted() -> Mapping[str, list[dict[str, Any]]]:
    found: Mapping[str, list[dict[str, Any]]] = read_yaml(ART / "sheet.yaml")
    return found


def examples(skill: str) -> Iterator[Example]:
    for n, entry in enumerate(wanted()[skill]):
        key, size = f"sheet-{skill}-{n}", (PAINTED, PAINTED)
        call = Call(intent=skill, parameters=entry["call"])
        before = picture(entry, key, size) if "prompt" in entry else None
        if before is not None and skill in ("scribble_to_image", "pose_to_image"):
            before = control(before, skill.split("_")[0])
            call = call.model_copy(update={"parameters": {"image": "image_1", **entry["call"]}})
        yield Example(call, before, apply(call, before, key, size))


def picture(entry: Mapping[str, Any], key: str, size: tuple[int, int]) -> Scene:
    """The picture of an example: without faults, or the first take that has the wanted one."""
    if "take" not in entry:
        return compose(entry["prompt"], key, size, clean=True)
    takes = (compose(entry["prompt"], f"{key}.{n}", size) for n in range(TAKES))
    return next(scene for scene in takes if entry["take"] in scene.flaws)


def sheet(library: Library) -> Image.Image:
    """All drawing skills of the library that the sheet knows, a row each."""
    skills = [skill.id for skill in library.skills if skill.id in wanted()]
    height = LABEL + TILE + CAPTION + GAP
    columns = max(len(wanted()[skill]) for skill in skills)
    pair = 2 * TILE + GAP
    page = Image.new("RGB", (columns * (pair + 3 * GAP) + GAP, len(skills) * height + GAP), PAPER)
    draw = ImageDraw.Draw(page)
    for row, skill in enumerate(skills):
        y = row * height + GAP
        draw.text((GAP, y), skill, INK, font(19))
        for column, example in enumerate(examples(skill)):
            x = GAP + column * (pair + 3 * GAP)
            place(page, example.before, (x, y + LABEL))
            place(page, example.after, (x + TILE + GAP, y + LABEL))
            draw.text((x, y + LABEL + TILE + 4), caption(example.call), FAINT, font(13))
    return page


def caption(call: Call) -> str:
    text = (
        ", ".join(f"{name}: {value}" for name, value in call.parameters.items() if name != "image") or "no parameters"
    )
    return text if len(text) <= 58 else text[:57] + "…"


def place(page: Image.Image, scene: Scene | None, at: tuple[int, int]) -> None:
    """A picture scaled to its tile; transparency shows as a checkerboard, nothing as an empty frame."""
    tile = Image.new("RGB", (TILE, TILE), (236, 236, 232))
    if scene is not None:
        image = paint(scene).convert("RGBA")
        image.thumbnail((TILE, TILE))
        ground = checkerboard(image.size)
        ground.paste(image, mask=image.getchannel("A"))
        tile.paste(ground, ((TILE - image.width) // 2, (TILE - image.height) // 2))
    page.paste(tile, at)


def checkerboard(size: tuple[int, int], cell: int = 8) -> Image.Image:
    board = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(board)
    for y in range(0, size[1], cell):
        for x in range(cell * (y // cell % 2), size[0], 2 * cell):
            draw.rectangle((x, y, x + cell - 1, y + cell - 1), fill=(214, 214, 214))
    return board


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def likeness(a: Image.Image, b: Image.Image) -> float:
    """How far two pictures are apart to the eye: the share of differing bits in a 16x16 difference hash."""
    bits = [difference_hash(image) for image in (a, b)]
    differing = sum(x != y for x, y in zip(*bits, strict=True))
    return float(differing / len(bits[0]))


def difference_hash(image: Image.Image) -> list[bool]:
    small = image.convert("L").resize((17, 16), Image.Resampling.LANCZOS)
    values = list(small.tobytes())
    return [values[y * 17 + x] < values[y * 17 + x + 1] for y in range(16) for x in range(16)]
