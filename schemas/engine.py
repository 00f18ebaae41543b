"""Engine: what runs a skill's calls outside the embedded painter; a card that a user brings may carry one.

    ComfyEngine(
        workflow="portrait.workflow.json", sha256="9c1f…",
        binds={"prompt": ("6.text",), "image": ("10.image",), "size": ("5.width", "5.height"), "avoid": ("7.text",)},
        wording={"7.text": "blurry, {value}"}, seeds=("3.seed",), outputs=("9",),
        models=("sd_xl_base_1.0.safetensors",),
    )

`binds` says where a card's input goes in the workflow: "node.input", more than one where it goes to several places.
`wording` says what a value becomes at a place, for what has to stand beside it. Where runs end in one of several
pictures, `picks` names by a choice's value which one is wanted.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.identity import Record

Place = Annotated[str, Field(pattern=r"^[^.\s]+\.\S(.*\S)?$")]
VALUE = "{value}"


class ComfyEngine(Record):
    """A ComfyUI workflow in API form, in a file beside the card."""

    kind: Literal["comfyui"] = "comfyui"
    workflow: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    binds: dict[str, tuple[Place, ...]] = Field(default_factory=dict)
    wording: dict[Place, str] = Field(default_factory=dict)
    seeds: tuple[Place, ...] = ()
    outputs: tuple[str, ...] = Field(min_length=1)
    picks: dict[str, dict[str, str]] = Field(default_factory=dict, description="Input, its value, the output it means.")
    models: tuple[str, ...] = Field(default=(), description="Files that the server has to have.")

    @model_validator(mode="after")
    def consistent(self) -> Self:
        for place, wording in self.wording.items():
            if VALUE not in wording:
                raise ValueError(f"the wording of {place!r} has no {VALUE}: {wording!r}")
        for name, meant in self.picks.items():
            for value, output in meant.items():
                if output not in self.outputs:
                    raise ValueError(f"{name} {value!r} picks {output!r}, which is not one of the outputs")
        return self


def place_of(text: str) -> tuple[str, str]:
    """The node and the input of a place; an input's name may hold points of its own."""
    node, _, name = text.partition(".")
    return node, name


Engine = ComfyEngine
