"""Lettering: words on a picture, in the font that Pillow brings along, so that no machine's fonts matter."""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from generators.frames import Box
from generators.palette import brightness, mixed, rgb_of
from schemas.scene import Lettering, Scene

BACK = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}


def write(
    image: Image.Image, mask: Image.Image | None, scene: Scene, window: Box, layer: int
) -> tuple[Image.Image, Image.Image | None]:
    """The picture with the words that were written before its next touch."""
    for line in scene.lettering:
        if line.layer == layer:
            unit = image.height / (window[3] - window[1])
            words = upright_in_world(line, max(6, round(line.height * unit)))
            x = round((line.x - window[0]) * image.width / (window[2] - window[0]) - words.width / 2)
            y = round((line.y - window[1]) * unit - words.height / 2)
            image.paste(words, (x, y), words)
            if mask is not None:
                mask.paste(255, (x, y), words)
    return image, mask


def upright_in_world(line: Lettering, height: int) -> Image.Image:
    """The words as they must lie in the world to be read in the frame they were written for."""
    words = lettered(line.text, height, line.colour)
    if line.turns % 4:
        words = words.transpose(BACK[line.turns % 4])
    return words.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if line.mirror else words


@lru_cache(maxsize=64)
def lettered(text: str, height: int, colour: str) -> Image.Image:
    font = ImageFont.load_default(height * 0.95)
    rim = max(1, round(height * 0.09))
    left, top, right, bottom = font.getbbox(text, stroke_width=rim)
    image = Image.new("RGBA", (max(1, round(right - left)), max(1, round(bottom - top))), (0, 0, 0, 0))
    fill = rgb_of(colour)
    edge = mixed(fill, (0, 0, 0), 0.85) if brightness(fill) > 110 else mixed(fill, (255, 255, 255), 0.9)
    ImageDraw.Draw(image).text((-left, -top), text, font=font, fill=fill, stroke_width=rim, stroke_fill=edge)
    return image
