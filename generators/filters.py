"""Filters: one touch on a whole picture. The dials are here, the styles in generators/styles.py."""

from collections.abc import Callable, Mapping

from PIL import Image, ImageEnhance, ImageFilter

from generators import linework, styles
from schemas.scene import Touch


def touched(image: Image.Image, touch: Touch) -> Image.Image:
    """The picture after one touch; its size stays."""
    kind, _, detail = touch.name.partition(":")
    if kind == "style":
        return mixed_in(image, styles.STYLES[detail](image), touch.amount)
    if kind == "anime":
        return mixed_in(image, styles.anime(image), touch.amount)
    if kind == "line_art":
        return linework.line_art(image, *detail.split(":"))
    return DIALS[kind](image, touch.amount)


def mixed_in(image: Image.Image, styled: Image.Image, strength: float) -> Image.Image:
    """At 80 and above the style is all there is but a trace; weak strengths let the picture through."""
    share = min(1.0, strength / 100)
    return styled if share >= 1 else Image.blend(image, styled, 1 - (1 - share) ** 1.6)


def brightness(image: Image.Image, amount: float) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(factor(amount, 70))


def contrast(image: Image.Image, amount: float) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(factor(amount, 50))


def saturation(image: Image.Image, amount: float) -> Image.Image:
    return ImageEnhance.Color(image).enhance(1 + amount / 40 if amount > 0 else max(0.0, 1 + amount / 60))


def factor(amount: float, scale: float) -> float:
    return 1 + amount / scale if amount >= 0 else 1 / (1 - amount / scale)


def warmth(image: Image.Image, amount: float) -> Image.Image:
    share = amount / 100
    red, green, blue = (1 + 0.45 * share, 1 + 0.08 * share, 1 - 0.55 * share)
    scale = [[min(255, max(0, round(v * gain))) for v in range(256)] for gain in (red, green, blue)]
    return image.point([*scale[0], *scale[1], *scale[2]])


def sharpness(image: Image.Image, amount: float) -> Image.Image:
    if amount < 0:
        return blur(image, -amount * 0.7)
    radius = 1.6 * image.height / 512
    return image.filter(ImageFilter.UnsharpMask(radius, percent=round(60 + 5 * amount), threshold=1))


def blur(image: Image.Image, amount: float) -> Image.Image:
    if amount < 0:
        return sharpness(image, -amount)
    return image.filter(ImageFilter.GaussianBlur((0.6 + amount / 11) * image.height / 512))


def upscale(image: Image.Image, amount: float) -> Image.Image:
    """Finer detail at the new size: the edges a little crisper, the more so the more it grew."""
    return Image.blend(image, image.filter(ImageFilter.SHARPEN), min(1.0, 0.15 * amount))


DIALS: Mapping[str, Callable[[Image.Image, float], Image.Image]] = {
    "brightness": brightness,
    "contrast": contrast,
    "saturation": saturation,
    "warmth": warmth,
    "sharpness": sharpness,
    "blur": blur,
    "upscale": upscale,
}
