"""A model's record, as Civitai's public interface answers it, as skills that run on a small workflow of our own.

    {"name": "Ink wash", "type": "LORA", "tags": ["style"], "allowNoCredit": false, "creator": {"username": "mo"},
     "modelVersions": [{"name": "v2", "baseModel": "SDXL 1.0", "trainedWords": ["inkwash"],
                        "files": [{"name": "inkwash-v2.safetensors", "type": "Model", "primary": true}]}]}

A LoRA becomes two cards, one that paints and one that paints a picture over; a checkpoint becomes one that paints. The
words that it was trained on go before what the user says.
"""

import html
import re
from hashlib import sha256
from typing import Any, NamedTuple

from generators.importing.doings import doings
from generators.importing.graph import Workflow
from generators.importing.settings import slug
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


class Version(NamedTuple):
    name: str
    base: str
    words: tuple[str, ...]
    file: str


def is_record(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    return "modelVersions" in content or {"trainedWords", "baseModel", "files"} <= content.keys()


def cards_of_record(record: dict[str, Any], where: str, checkpoint: str | None = None) -> list[Imported]:
    about = record if "modelVersions" in record else {**(record.get("model") or {}), "modelVersions": [record]}
    name, kind = about.get("name"), about.get("type")
    if not isinstance(name, str) or not isinstance(kind, str):
        raise BadInput(f"{where}: the record has no name or no type")
    if kind not in (*ADDS, "Checkpoint"):
        raise Refused(f"{where}: {name!r} is a {kind}, which is no skill by itself; a LoRA or a checkpoint is")
    version = first_version(about, f"{where}: {name!r}")
    base = next(((file, side) for pattern, file, side in BASES if re.search(pattern, version.base, re.I)), None)
    if base is None:
        raise Refused(
            f"{where}: {name!r} is made for {version.base!r}, for which there is no workflow here; make one with it in "
            "ComfyUI and import that"
        )
    adds = kind in ADDS
    painted_with = version.file if not adds else checkpoint or base[0]
    told = tuple(remarks(about, version, painted_with if adds else None))
    edits = (False, True) if adds else (False,)
    return [card_for(about, version, painted_with, base[1], adds, edit, told, where) for edit in edits]


def first_version(about: dict[str, Any], where: str) -> Version:
    versions = about["modelVersions"]
    if not isinstance(versions, list) or not versions or not isinstance(versions[0], dict):
        raise BadInput(f"{where}: has no version")
    entry = versions[0]
    files = [f for f in entry.get("files") or () if isinstance(f, dict) and isinstance(f.get("name"), str)]
    files.sort(key=lambda f: (not f.get("primary"), f.get("type") not in ("Model", "Pruned Model")))
    if not files:
        raise BadInput(f"{where}: its version {entry.get('name')!r} has no file")
    words = tuple(
        word.strip(" ,") for word in entry.get("trainedWords") or () if isinstance(word, str) and word.strip(" ,")
    )
    return Version(str(entry.get("name")), str(entry.get("baseModel")), words, files[0]["name"])


def remarks(about: dict[str, Any], version: Version, checkpoint: str | None) -> list[str]:
    told = []
    if checkpoint:
        told.append(f"it is put onto {checkpoint}; name another with --checkpoint")
    if len(version.words) > MOST_WORDS:
        told.append(f"of {len(version.words)} words that it was trained on the first is used: {version.words[0]!r}")
    creator = (about.get("creator") or {}).get("username")
    if about.get("allowNoCredit") is False and creator:
        told.append(f"licence: {creator} wants to be named with its pictures")
    uses = about.get("allowCommercialUse")
    allowed = uses if isinstance(uses, str) else " ".join(uses) if isinstance(uses, list) else "unsaid"
    if not re.search(r"image|rent|sell|unsaid", allowed, re.IGNORECASE):
        told.append("licence: its pictures may not be sold or used for money")
    if about.get("nsfw"):
        told.append("it is marked as not safe for work")
    if about.get("poi"):
        told.append("it shows a real person; ask whether you may")
    return told


def card_for(
    about: dict[str, Any], version: Version, checkpoint: str, side: int, adds: bool, edit: bool,
    told: tuple[str, ...], where: str,
) -> Imported:  # fmt: skip
    name = html.unescape(about["name"]).strip()
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
    return Imported(card, workflow, told, notes=plain(str(about.get("description") or "")))


SIZE_PLACES = ("empty.width", "empty.height")


def motif(about: dict[str, Any]) -> str:
    """Whether it brings a manner or a thing, by its tags."""
    tags = {str(tag).casefold() for tag in about.get("tags") or ()}
    if about.get("type") == "Checkpoint" or "style" in tags:
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
