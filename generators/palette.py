"""Colours as numbers: names and hex codes to RGB and back, and dyeing one colour family into another."""

import colorsys
from functools import cache

from generators.catalogue import colours

RGB = tuple[int, int, int]


def rgb_of(colour: str) -> RGB:
    """A hex code, or a name of the catalogue; a KeyError where it is neither."""
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    return rgb_of(colours()[colour].rgb)


def hex_of(rgb: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


@cache
def recoloured(fill: RGB, main: RGB, target: RGB) -> RGB:
    """A fill of the main colour's family in the target's, as much lighter or darker as it was."""
    if not same_family(fill, main):
        return fill
    shade = brightness(fill) / max(brightness(main), 1.0)
    if shade <= 1:
        return mixed(target, (0, 0, 0), (1 - shade) * 0.8)
    return mixed(target, (255, 255, 255), min(0.5, (shade - 1) * 0.6))


def same_family(fill: RGB, main: RGB) -> bool:
    if max(fill) < 30:
        return False
    hue, _, vivid = colorsys.rgb_to_hsv(*(c / 255 for c in fill))[0:3:1]
    saturation = colorsys.rgb_to_hsv(*(c / 255 for c in fill))[1]
    main_hue, main_saturation, _ = colorsys.rgb_to_hsv(*(c / 255 for c in main))
    if main_saturation < 0.15 or saturation < 0.15:
        return main_saturation < 0.15 and saturation < 0.15 and vivid > 0
    away = abs(hue - main_hue)
    return min(away, 1 - away) < 0.11


def brightness(rgb: RGB) -> float:
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]


def mixed(a: RGB, b: RGB, share: float) -> RGB:
    """A colour between two; share 0 is all a, 1 all b."""
    first, second, third = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return first, second, third
