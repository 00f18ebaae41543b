"""Engine: what runs a skill's calls outside the embedded painter; a card that a user brings may carry one.

    ComfyEngine(workflow="portrait.workflow.json", sha256="9c1f…", binds={"prompt": ("6.text",), "image": ("10.image",)},
                seeds=("3.seed",), outputs=("9",))

`binds` says where a card's input goes in the workflow: "node.input", more than one where it goes to several places.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.identity import Record

Place = Annotated[str, Field(pattern=r"^[^.\s]+\.[^\s]+$")]


class ComfyEngine(Record):
    """A ComfyUI workflow in API form, in a file beside the card."""

    kind: Literal["comfyui"] = "comfyui"
    workflow: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    binds: dict[str, tuple[Place, ...]] = Field(default_factory=dict)
    seeds: tuple[Place, ...] = ()
    outputs: tuple[str, ...] = Field(min_length=1)
    models: tuple[str, ...] = Field(default=(), description="Files that the server has to have.")


Engine = ComfyEngine
