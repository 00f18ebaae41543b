"""A picture as a model that sees is shown it: within bounds, and whole where its ground was taken away.

    small, (height, width) = made_small("p3fa…: image_1", data, 512 * 512)
    opened(small)       -> an RGB image

Rows keep what `made_small` gives, and a question asks with the same, so that a model meets the pixels that it learnt
from.
"""

import io

from PIL import Image

from schemas.errors import BadInput

GLANCE = (64, 64)


def made_small(name: str, data: bytes, max_pixels: int) -> tuple[bytes, tuple[int, int]]:
    """The picture within its bounds, with its height and width; as it was where it is small enough."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            scale = (max_pixels / (width * height)) ** 0.5
            if scale >= 1:
                image.draft("L", GLANCE)  # a glance tells whether it can be read, at a tenth of the cost
                image.load()
                return data, (height, width)
            small = on_white(image).resize((max(1, int(width * scale)), max(1, int(height * scale))))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInput(f"{name}: is no picture that can be read ({error}); try `drawnconvos verify`") from error
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=92, subsampling=0)
    return buffer.getvalue(), (small.height, small.width)


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return on_white(image)


def on_white(image: Image.Image) -> Image.Image:
    """Whole, where its ground was taken away: the colours that hide in see-through places mean nothing."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
