"""Image: a picture by its content hash, how it came to be, and what it is known to show.

Records carry images; pixels stay in the store.
"""

from typing import Annotated

from pydantic import Field

from schemas.answer import Call
from schemas.identity import Record
from schemas.scene import Scene

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Recipe(Record):
    """What made a picture: `call` ran on `source` (the sha256 of the picture before, if any)."""

    renderer: str
    model: str | None = None
    seed: str
    call: Call
    source: Sha256 | None = None


class Image(Record):
    sha256: Sha256
    recipe: Recipe
    scene: Scene | None = None
