"""Styles: the whole picture repainted. Each is a function from an RGB picture to one of the same size."""

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from generators.dabs import cells, dabs, facets, painted, strokes
from generators.linework import edges, grain, thickened, wobbled
from generators.palette import RGB

WHITE = (255, 255, 255)


def unit_of(image: Image.Image) -> float:
    return image.height / 512


def smoothed(image: Image.Image, rounds: int = 1) -> Image.Image:
    """Flat areas with their edges kept, at half the size for speed."""
    small = image.reduce(2)
    for _ in range(rounds):
        small = small.filter(ImageFilter.MedianFilter(3))
    return small.resize(image.size, Image.Resampling.BICUBIC)


def inked(image: Image.Image, mask: Image.Image, colour: RGB = (20, 18, 24)) -> Image.Image:
    image = image.copy()
    image.paste(colour, (0, 0), mask)
    return image


def grained(image: Image.Image, seed: int, coarse: int, share: float) -> Image.Image:
    """Paper or canvas: noise laid over, lighter and darker by turns."""
    noise = ImageOps.autocontrast(grain(seed, image.size, coarse))
    low = round(255 * (1 - share))
    return ImageChops.multiply(
        image, Image.merge("RGB", [noise.point([low + v * (255 - low) // 255 for v in range(256)])] * 3)
    )


def toned(image: Image.Image, *stops: RGB) -> Image.Image:
    """Brightness mapped to colours, dark to light."""
    at = np.linspace(0, 255, len(stops))
    table = [np.interp(np.arange(256), at, [stop[c] for stop in stops]).round().astype(int).tolist() for c in range(3)]
    grey = image.convert("L")
    return Image.merge("RGB", [grey.point(column) for column in table])


def watercolour(image: Image.Image) -> Image.Image:
    unit = unit_of(image)
    washed = wobbled(smoothed(image), 11, max(4, round(14 * unit)), 5 * unit)
    washed = ImageEnhance.Color(washed).enhance(0.85)
    pale = ImageChops.screen(washed, Image.new("RGB", image.size, (74, 74, 70)))
    blotches = ImageOps.autocontrast(grain(12, image.size, max(4, round(46 * unit))))
    pale = ImageChops.screen(pale, Image.merge("RGB", [blotches.point([v // 4 for v in range(256)])] * 3))
    rim = edges(washed, 0.5, 14).point([v // 2 for v in range(256)])
    return paper_edge(grained(inked(pale, rim, (70, 70, 96)), 13, 2, 0.13))


def paper_edge(image: Image.Image) -> Image.Image:
    """White paper around the paint, with an uneven edge."""
    unit = unit_of(image)
    shape = Image.new("L", image.size, 0)
    margin = 16 * unit
    ImageDraw.Draw(shape).rectangle((margin, margin, image.width - margin, image.height - margin), fill=255)
    shape = wobbled(shape, 15, max(4, round(20 * unit)), 11 * unit).filter(ImageFilter.GaussianBlur(1.5 * unit))
    return Image.composite(image, Image.new("RGB", image.size, (252, 250, 244)), shape)


def oil_painting(image: Image.Image) -> Image.Image:
    """Short thick marks that catch the light, under a warm varnish."""
    rich = ImageChops.multiply(ImageEnhance.Color(image).enhance(1.3), Image.new("RGB", image.size, (250, 232, 200)))
    return painted(rich, dabs(image.size, 4.6, 1.6, 0.5), 0.05, relief=1.7)


def pixel_art(image: Image.Image) -> Image.Image:
    wide = max(8, image.width // 8)
    small = image.resize((wide, max(8, image.height * wide // image.width)), Image.Resampling.BOX)
    vivid = ImageEnhance.Color(small).enhance(1.25).point([min(255, (v + 16) // 32 * 32) for v in range(256)] * 3)
    return vivid.resize(image.size, Image.Resampling.NEAREST)


def pencil_sketch(image: Image.Image) -> Image.Image:
    unit, grey = unit_of(image), image.convert("L")
    soft = ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(7 * unit))
    dodge = np.minimum(255, np.asarray(grey, np.float32) * 255 / (256 - np.asarray(soft, np.float32))).astype(np.uint8)
    lines = Image.fromarray(dodge, "L").point([round(255 * (v / 255) ** 1.8) for v in range(256)])
    shaded = ImageChops.multiply(lines, hatched(grey, unit))
    noise = grain(21, image.size, 1).point([215 + v * 40 // 255 for v in range(256)])
    return ImageChops.multiply(shaded, noise).convert("RGB")


def hatched(grey: Image.Image, unit: float) -> Image.Image:
    """Slanting pencil strokes where it is dark, closer where it is darker."""
    y, x = np.mgrid[0 : grey.height, 0 : grey.width]
    wave = np.sin((x + y) * 0.9 / unit + np.asarray(grain(22, grey.size, 24), np.float32) / 40)
    dark = 1 - np.asarray(grey.filter(ImageFilter.GaussianBlur(3 * unit)), np.float32) / 255
    tone = 255 - 150 * np.clip(dark * 1.3 - 0.18, 0, 1) * (0.55 + 0.45 * wave)
    return Image.fromarray(np.clip(tone, 0, 255).astype(np.uint8), "L")


def van_gogh(image: Image.Image) -> Image.Image:
    unit = unit_of(image)
    rich = ImageEnhance.Color(wobbled(smoothed(image), 31, max(6, round(40 * unit)), 9 * unit)).enhance(1.7)
    tilted = ImageChops.add(rich, Image.new("RGB", image.size, (14, 6, 0)))
    return painted(tilted, strokes(image.size), 0.30, relief=0.7)


def pop_art(image: Image.Image) -> Image.Image:
    grey = ImageOps.equalize(smoothed(image).convert("L"))
    flat = toned(
        grey.point([v // 64 * 85 for v in range(256)]), (38, 20, 110), (232, 30, 120), (255, 205, 40), (90, 225, 235)
    )
    dotted = inked(flat, halftone(grey, 7 * unit_of(image)), (255, 255, 255))
    return inked(dotted, edges(image, 1.0), (18, 12, 40))


def halftone(grey: Image.Image, pitch: float) -> Image.Image:
    """Dots in a slanted grid that grow with the light."""
    y, x = np.mgrid[0 : grey.height, 0 : grey.width].astype(np.float32)
    u, v = (x + y) / pitch * np.pi / 1.414, (x - y) / pitch * np.pi / 1.414
    screen = (np.cos(u) * np.cos(v) + 1) * 127
    light = np.asarray(grey.filter(ImageFilter.GaussianBlur(pitch / 4)), np.float32)
    return Image.fromarray(((screen < (light - 90) * 0.55) * 200).astype(np.uint8), "L")


def mosaic(image: Image.Image) -> Image.Image:
    return painted(ImageEnhance.Color(image).enhance(1.2), cells(image.size, 9.5, 0.25), 0.12, lead=(232, 226, 212))


def comic_book(image: Image.Image) -> Image.Image:
    unit = unit_of(image)
    flat = ImageOps.posterize(ImageEnhance.Color(smoothed(image)).enhance(1.6), 3)
    dark = ImageOps.invert(image.convert("L"))
    dotted = inked(flat, halftone(dark, 6 * unit).point([v * 2 // 5 for v in range(256)]), (30, 30, 60))
    panel = inked(dotted, edges(image, 1.2, 24), (0, 0, 0))
    return bordered(panel, round(13 * unit))


def bordered(image: Image.Image, margin: int) -> Image.Image:
    """A white gutter and a black rule, as around a panel."""
    draw, rule = ImageDraw.Draw(image), max(2, margin // 4)
    for inset, colour, width in ((0, WHITE, margin), (margin - rule, (0, 0, 0), rule)):
        draw.rectangle((inset, inset, image.width - 1 - inset, image.height - 1 - inset), outline=colour, width=width)
    return image


def charcoal(image: Image.Image) -> Image.Image:
    unit, grey = unit_of(image), ImageOps.autocontrast(image.convert("L"), cutoff=2)
    smudged = wobbled(grey.filter(ImageFilter.GaussianBlur(2.2 * unit)), 41, 3, 4 * unit)
    tone = smudged.point([round(70 + 185 * (v / 255) ** 1.1) for v in range(256)])
    noise = np.asarray(grain(42, image.size, 2), np.float32) - 128
    rough = np.asarray(tone, np.float32) + noise * (1.1 - np.asarray(tone, np.float32) / 300)
    sheet = Image.fromarray(np.clip(rough, 18, 246).astype(np.uint8), "L").convert("RGB")
    return inked(sheet, wobbled(thickened(edges(image, 1.2, 24)), 43, 4, 2.0 * unit), (16, 16, 16))


def stained_glass(image: Image.Image) -> Image.Image:
    bright = ImageEnhance.Brightness(ImageEnhance.Color(image).enhance(2.0)).enhance(1.15)
    glass = painted(bright, cells(image.size, 34.0, 0.9), 0.18, lead=(22, 22, 26), thick=True)
    return inked(glass, thickened(thickened(edges(image, 1.4, 34))), (22, 22, 26))


def vintage_photo(image: Image.Image) -> Image.Image:
    faded = toned(
        ImageEnhance.Contrast(image.convert("L")).enhance(0.85), (52, 34, 20), (158, 118, 78), (246, 228, 190)
    )
    corners = (
        ImageOps.invert(Image.radial_gradient("L")).resize(image.size).point([min(255, 90 + v) for v in range(256)])
    )
    aged = ImageChops.multiply(faded, Image.merge("RGB", [corners] * 3))
    return bordered_plain(grained(aged, 51, 1, 0.16), round(15 * unit_of(image)), (240, 230, 208))


def bordered_plain(image: Image.Image, margin: int, colour: RGB) -> Image.Image:
    ImageDraw.Draw(image).rectangle((0, 0, image.width - 1, image.height - 1), outline=colour, width=margin)
    return image


def black_and_white(image: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(image.convert("L")).enhance(1.25).convert("RGB")


def low_poly(image: Image.Image) -> Image.Image:
    return painted(ImageEnhance.Color(image).enhance(1.25), facets(image.size, 13.0), 0.07)


def impressionist(image: Image.Image) -> Image.Image:
    pale = ImageEnhance.Color(image.filter(ImageFilter.GaussianBlur(2 * unit_of(image)))).enhance(1.35)
    return painted(
        ImageChops.screen(pale, Image.new("RGB", image.size, (34, 30, 40))), dabs(image.size, 6.0, 2.6, 0.35), 0.24
    )


def pointillism(image: Image.Image) -> Image.Image:
    rich = ImageEnhance.Color(image).enhance(1.5)
    return painted(rich, dabs(image.size, 5.2, 1.0, 0.0, sparse=True), 0.26, paper=(246, 240, 226))


def cyberpunk(image: Image.Image) -> Image.Image:
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    night = toned(grey, (8, 4, 34), (60, 14, 110), (214, 26, 150), (60, 220, 240), (230, 255, 255))
    glow = edges(image, 1.0).filter(ImageFilter.GaussianBlur(2.4 * unit_of(image)))
    neon = ImageChops.screen(night, Image.merge("RGB", [glow.point([v // 3 for v in range(256)]), glow, glow]))
    lines = Image.new("L", (1, 4), 255)
    lines.putpixel((0, 0), 165)
    scan = Image.fromarray(np.tile(np.asarray(lines), (image.height // 4 + 1, image.width))[: image.height], "L")
    return ImageChops.multiply(neon, Image.merge("RGB", [scan] * 3))


def paper_cutout(image: Image.Image) -> Image.Image:
    unit = unit_of(image)
    flat = smoothed(image).point([min(255, (v + 26) // 52 * 52) for v in range(256)] * 3)
    step = edges(flat, 1.4, 8)
    cast = ImageChops.offset(step, round(3 * unit), round(4 * unit)).filter(ImageFilter.GaussianBlur(2.4 * unit))
    lifted = inked(flat, cast.point([v * 5 // 10 for v in range(256)]), (30, 24, 20))
    white = ImageChops.offset(step, -round(unit), -round(unit)).point([v // 2 for v in range(256)])
    return grained(inked(lifted, white, WHITE), 61, 2, 0.12)


def blueprint(image: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", image.size, (24, 66, 140))
    draw, step = ImageDraw.Draw(sheet), max(6, round(21 * unit_of(image)))
    for n in range(0, max(image.size), step):
        colour = (62, 106, 178) if n % (step * 4) else (96, 138, 204)
        draw.line((n, 0, n, image.height), fill=colour)
        draw.line((0, n, image.width, n), fill=colour)
    return inked(sheet, edges(image, 1.0, 20), (232, 242, 255))


def anime(image: Image.Image) -> Image.Image:
    """Flat bright areas, two tones, thin dark lines and a clear glow in the lights."""
    vivid = ImageEnhance.Color(smoothed(image, 2)).enhance(1.75)
    steps = [min(255, round(30 + (v // 43) * 43 * 1.12)) for v in range(256)]
    flat = vivid.point(steps * 3)
    bloom = flat.point([max(0, v - 150) for v in range(256)] * 3).filter(ImageFilter.GaussianBlur(9 * unit_of(image)))
    return inked(ImageChops.screen(flat, bloom), edges(image, 1.3, 22), (46, 26, 58))


STYLES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "watercolour": watercolour,
    "oil painting": oil_painting,
    "pixel art": pixel_art,
    "pencil sketch": pencil_sketch,
    "van gogh": van_gogh,
    "pop art": pop_art,
    "mosaic": mosaic,
    "comic book": comic_book,
    "charcoal": charcoal,
    "stained glass": stained_glass,
    "vintage photo": vintage_photo,
    "black and white": black_and_white,
    "low poly": low_poly,
    "impressionist": impressionist,
    "pointillism": pointillism,
    "cyberpunk": cyberpunk,
    "paper cutout": paper_cutout,
    "blueprint": blueprint,
}
