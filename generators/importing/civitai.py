"""A model's record, as Civitai's public interface answers it, as skills that run on a small workflow of our own.

    {"name": "Ink wash", "type": "LORA", "tags": ["style"], "allowNoCredit": false, "creator": {"username": "mo"},
     "modelVersions": [{"name": "v2", "baseModel": "SDXL 1.0", "trainedWords": ["inkwash"],
                        "files": [{"name": "inkwash-v2.safetensors", "type": "Model", "primary": true}]}]}

A LoRA becomes two cards, one that paints and one that paints a picture over; a checkpoint becomes one that paints. The
words that it was trained on go before what the user says.
"""

import html
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from generators.importing.doings import doings
from generators.importing.file_names import slug
from generators.importing.graph import Workflow
from generators.importing.workflow_cards import Imported, workflow_text
from schemas.engine import VALUE, ComfyEngine
from schemas.errors import BadInput, Refused, complaint
from schemas.skill import Input, Skill

ADDS = ("LORA", "LoCon", "DoRA")
MOST_WORDS = 3
STANDING = "low quality, blurry, watermark"
# The checkpoint that an add-on goes onto, and the side of a picture that it paints well.
BASES: tuple[tuple[str, str, int], ...] = (
    (r"pony", "ponyDiffusionV6XL.safetensors", 1024),
    (r"illustrious|noobai", "Illustrious-XL-v1.0.safetensors", 1024),
    (r"sdxl", "sd_xl_base_1.0.safetensors", 1024),
    (r"sd 1\.", "v1-5-pruned-emaonly.safetensors", 512),
)


class Foreign(BaseModel):
    """Part of a record that is not ours: what we do not need of it may be anything."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class ModelFile(Foreign):
    name: str
    type: str | None = None
    primary: bool | None = None


class Version(Foreign):
    name: str | None = None
    base_model: str
    trained_words: tuple[str, ...] | None = None
    files: tuple[ModelFile, ...] = ()

    @property
    def file(self) -> str | None:
        order = sorted(self.files, key=lambda f: (not f.primary, f.type not in ("Model", "Pruned Model")))
        return order[0].name if order else None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(found for word in self.trained_words or () if (found := word.strip(" ,")))


class Creator(Foreign):
    username: str | None = None


class Model(Foreign):
    name: str
    type: str
    description: str | None = None
    tags: tuple[str, ...] | None = None
    nsfw: bool | None = None
    poi: bool | None = None
    allow_no_credit: bool | None = None
    allow_commercial_use: str | tuple[str, ...] | None = None
    creator: Creator | None = None
    model_versions: tuple[Version, ...]


def is_record(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    return "modelVersions" in content or {"trainedWords", "baseModel", "files"} <= content.keys()


def read_record(content: dict[str, Any], where: str) -> Model:
    """A model with its versions, or a version that names its model."""
    if "modelVersions" not in content:
        model = content.get("model")
        content = {**(model if isinstance(model, dict) else {}), "modelVersions": [content]}
    try:
        return Model.model_validate(content)
    except ValidationError as error:
        raise BadInput(f"{where}: the record {str(content.get('name'))!r:.60}: {complaint(error, Model)}") from error


def cards_of_record(content: dict[str, Any], where: str, checkpoint: str | None = None) -> list[Imported]:
    about = read_record(content, where)
    if about.type not in (*ADDS, "Checkpoint"):
        raise Refused(f"{where}: {about.name!r} is a {about.type}, no skill by itself as a LoRA or a checkpoint is")
    if not about.model_versions:
        raise BadInput(f"{where}: {about.name!r} has no version")
    version = about.model_versions[0]
    if version.file is None:
        raise BadInput(f"{where}: {about.name!r}: its version {version.name!r} has no file")
    base = next(((file, side) for pattern, file, side in BASES if re.search(pattern, version.base_model, re.I)), None)
    if base is None:
        raise Refused(
            f"{where}: {about.name!r} is made for {version.base_model!r}, for which there is no workflow here; "
            "make one with it in ComfyUI and import that"
        )
    adds = about.type in ADDS
    painted_with = checkpoint or base[0] if adds else version.file
    told = tuple(remarks(about, version, painted_with if adds else None))
    kinds = (False, True) if adds else (False,)
    return [card_for(about, version, painted_with, base[1], adds, edit, told, where) for edit in kinds]


def remarks(about: Model, version: Version, checkpoint: str | None) -> Iterator[str]:
    if checkpoint:
        yield f"it is put onto {checkpoint}; name another with --checkpoint"
    if len(version.words) > MOST_WORDS:
        yield f"of {len(version.words)} words that it was trained on the first is used: {version.words[0]!r}"
    if about.allow_no_credit is False and about.creator is not None and about.creator.username:
        yield f"licence: {about.creator.username} wants to be named with its pictures"
    uses = about.allow_commercial_use
    if uses is not None and not re.search("image|rent|sell", uses if isinstance(uses, str) else " ".join(uses), re.I):
        yield "licence: its pictures may not be sold or used for money"
    if about.nsfw:
        yield "it is marked as not safe for work"
    if about.poi:
        yield "it shows a real person; ask whether you may"


def card_for(
    about: Model, version: Version, checkpoint: str, side: int, adds: bool, edit: bool,
    told: tuple[str, ...], where: str,
) -> Imported:  # fmt: skip
    name = html.unescape(about.name).strip()
    skill_id = f"{slug(name)[:38].rstrip('_')}{'_over' if edit else ''}"
    workflow = painting(checkpoint, version.file if adds else None, side, edit)
    words = version.words[:1] if len(version.words) > MOST_WORDS else version.words
    engine = ComfyEngine(
        workflow=f"{skill_id}.workflow.json",
        sha256=sha256(workflow_text(workflow).encode()).hexdigest(),
        binds={
            "prompt": ("prompt.text",), "avoid": ("avoid.text",),
            **({"style_strength": ("lora.strength_model", "lora.strength_clip")} if adds else {}),
            **({"image": ("image.image",), "strength": ("sampler.denoise",)} if edit else {"size": SIZE_PLACES}),
        },
        wording={"prompt.text": f"{', '.join(words)}, {VALUE}"} if words else {},
        seeds=("sampler.seed",),
        outputs=("save",),
        models=tuple(file for file in (checkpoint, version.file if adds else None) if file),
    )  # fmt: skip
    engine = engine.model_copy(update={"wording": {**engine.wording, "avoid.text": f"{STANDING}, {VALUE}"}})
    try:
        card = Skill(
            id=skill_id, name=f"{name}, over a picture" if edit else name if len(name) > 1 else f"Model {name}",
            type="edit" if edit else "create", description=described(name, motif(about), edit), engine=engine,
            inputs=tuple(inputs_of(name, adds, edit)),
        )  # fmt: skip
    except ValueError as error:
        raise BadInput(f"{where}: no card comes of {name!r}: {complaint(error, Skill)}") from error
    return Imported(card, workflow, told, notes=plain(about.description or ""))


SIZE_PLACES = ("empty.width", "empty.height")


def motif(about: Model) -> str:
    """Whether it brings a manner or a thing, by its tags."""
    tags = {tag.casefold() for tag in about.tags or ()}
    if about.type == "Checkpoint" or "style" in tags:
        return "style"
    return next((tag for tag in ("character", "clothing", "object", "background", "concept") if tag in tags), "style")


def described(name: str, motif: str, edit: bool) -> str:
    brings = {
        "style": f"in the style of {name}", "character": f"with the figure {name}",
        "clothing": f"with {name} worn in it",
        "object": f"with {name} in it", "background": f"in the surroundings of {name}",
    }.get(motif, f"with what {name} brings")  # fmt: skip
    if edit:
        return (
            f"Paints the picture over {brings} and keeps its layout. Not for changing one thing in it, and not for a "
            "new picture."
        )
    return (
        f"Paints a new picture from a description {brings}. Not for other styles, and not for a picture that is there."
    )


def inputs_of(name: str, adds: bool, edit: bool) -> list[Input]:
    examples = doings()["repaint" if edit else "text_to_image"].examples
    asks = "What the picture shows; the words that call the style up are added by themselves."
    found = [Input(name="prompt", type="text", required=True, description=asks, examples=examples)]
    if edit:
        words = "How far the result may move away from the picture; 0 changes nothing, 1 all."
        found.append(Input(name="strength", type="number", minimum=0.0, maximum=1.0, default=0.6, description=words))
    if adds:
        words = f"How strongly {name} shows; 0 is not at all."
        found.append(
            Input(name="style_strength", type="number", minimum=0.0, maximum=1.0, default=0.8, description=words)
        )
    if not edit:
        words = "Aspect ratio such as 16:9, or size in pixels such as 1024x768. Only when the user names one."
        found.append(Input(name="size", type="size", description=words))
    return found


def painting(checkpoint: str, lora: str | None, side: int, edit: bool) -> Workflow:
    """The smallest workflow that paints with a checkpoint, an add-on on it, and a picture to begin with."""
    model = "lora" if lora else "model"
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "model": ("CheckpointLoaderSimple", {"ckpt_name": checkpoint}),
        "prompt": ("CLIPTextEncode", {"text": "", "clip": [model, 1]}),
        "avoid": ("CLIPTextEncode", {"text": STANDING, "clip": [model, 1]}),
        "sampler": (
            "KSampler",
            {"seed": 0, "steps": 28, "cfg": 6.5, "sampler_name": "dpmpp_2m", "scheduler": "karras",
             "denoise": 0.6 if edit else 1.0, "model": [model, 0], "positive": ["prompt", 0], "negative": ["avoid", 0],
             "latent_image": ["encode" if edit else "empty", 0]},
        ),
        "decode": ("VAEDecode", {"samples": ["sampler", 0], "vae": ["model", 2]}),
        "save": ("SaveImage", {"filename_prefix": "picture", "images": ["decode", 0]}),
    }  # fmt: skip
    if lora:
        given = {
            "lora_name": lora,
            "strength_model": 0.8,
            "strength_clip": 0.8,
            "model": ["model", 0],
            "clip": ["model", 1],
        }
        nodes["lora"] = ("LoraLoader", given)
    if edit:
        nodes["image"] = ("LoadImage", {"image": "picture.png"})
        fitted = {
            "upscale_method": "lanczos",
            "megapixels": side * side / 2**20,
            "resolution_steps": 1,
            "image": ["image", 0],
        }
        nodes["fitted"] = ("ImageScaleToTotalPixels", fitted)
        nodes["encode"] = ("VAEEncode", {"pixels": ["fitted", 0], "vae": ["model", 2]})
    else:
        nodes["empty"] = ("EmptyLatentImage", {"width": side, "height": side, "batch_size": 1})
    return {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}


def plain(page: str) -> str:
    """A page's words without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
