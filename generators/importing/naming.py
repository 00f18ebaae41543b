"""Which model a workflow paints with, by a name that people know; a file that nobody knows keeps its own."""

import re

from generators.importing.file_names import FAST, addon, slug, spoken, stem
from generators.importing.graph import Graph
from generators.importing.pictures import SAMPLES

FAMILIES: tuple[tuple[str, str], ...] = (
    (r"flux.*kontext", "Flux Kontext"),
    (r"flux.*redux", "Flux Redux"),
    (r"flux.*schnell", "Flux schnell"),
    (r"flux.*fill", "Flux Fill"),
    (r"flux.*(canny|depth)", "Flux"),
    (r"flux.?2", "Flux 2"),
    (r"flux.*dev", "Flux dev"),
    (r"flux", "Flux"),
    (r"chroma", "Chroma"),
    (r"z.?image.*turbo", "Z-Image Turbo"),
    (r"z.?image", "Z-Image"),
    (r"krea", "Krea"),
    (r"longcat.*edit", "LongCat Image Edit"),
    (r"qwen.*edit", "Qwen Image Edit"),
    (r"qwen", "Qwen Image"),
    (r"omnigen2", "OmniGen2"),
    (r"kolors", "Kolors"),
    (r"hidream", "HiDream"),
    (r"hunyuan.*dit", "Hunyuan DiT"),
    (r"hunyuan", "Hunyuan"),
    (r"auraflow|aura_flow", "AuraFlow"),
    (r"pixart", "PixArt"),
    (r"lumina", "Lumina"),
    (r"cascade", "Stable Cascade"),
    (r"sd3\.?5.*large", "Stable Diffusion 3.5 Large"),
    (r"sd3\.?5", "Stable Diffusion 3.5"),
    (r"sd3", "Stable Diffusion 3"),
    (r"cosxl.*edit", "CosXL Edit"),
    (r"cosxl", "CosXL"),
    (r"(sd_?xl|sdxl).*(lightning)", "SDXL Lightning"),
    (r"(sd_?xl|sdxl).*turbo", "SDXL Turbo"),
    (r"sd_?xl_?(base|refiner)|^sd_?xl(?!.*[a-z]{6})", "SDXL"),
    (r"v1-5-pruned|v1-5|sd-?v?1[._-]?5", "Stable Diffusion 1.5"),
    (r"v2-1|512-base|768-v|sd2", "Stable Diffusion 2"),
    (r"iclight", "IC-Light"),
    (r"supir", "SUPIR"),
    (r"brushnet", "BrushNet"),
)
PAINTS = ("ckpt_name", "unet_name", "model_name", "supir_model", "base_ckpt_name", "model_path")
AFTER = re.compile(r"refiner|upscal|esrgan|stage_b|vae|clip", re.IGNORECASE)
BLENDS = re.compile(r"modelmerge", re.IGNORECASE)
MODELS = frozenset({"model", "model1", "model2", "guider", "pipe", "basic_pipe", "SUPIR_model", "unet"})
CONTROLS = re.compile(r"controlnet|upscale|grounding|sam|detector|rembg|florence|preprocessor", re.IGNORECASE)


def model_of(graph: Graph) -> str | None:
    """By the file that the sampler's model is loaded from; where nothing samples, by the first that paints."""
    files = painting_files(graph)
    if len(files) > 1 and any(BLENDS.search(node.kind) for node in graph.nodes.values()):
        return f"a blend of {len(files)} models"
    if not files:
        return None
    for pattern, family in FAMILIES:
        if re.search(pattern, stem(files[0]), re.I) or re.search(pattern, files[0].rpartition("/")[0], re.I):
            return family
    return spoken(files[0])


def painting_files(graph: Graph) -> list[str]:
    """Nearest to the first sampler first, refiners and the like last."""
    samplers = {node.id for node in graph.nodes.values() if SAMPLES.search(node.kind) and node.links.keys() & MODELS}
    order, waiting = list[str](), sorted(samplers, key=lambda sampler: (len(graph.above(sampler) & samplers), sampler))
    while waiting:
        node = graph.nodes.get(waiting.pop(0))
        if node is not None and node.id not in order:
            order.append(node.id)
            waiting += [link.node for name, link in node.links.items() if name in MODELS]
    nodes = [graph[key] for key in (*order, *graph.nodes) if not CONTROLS.search(graph[key].kind)]
    found = [node.values[name] for node in nodes for name in PAINTS if isinstance(node.values.get(name), str)]
    return sorted(dict.fromkeys(file for file in found if file not in ("None", "")), key=is_for_later)


def is_for_later(file: str) -> bool:
    return AFTER.search(file) is not None


def addons_of(graph: Graph) -> tuple[str, ...]:
    """The LoRAs and hypernetworks that give it its look, as names."""
    found = [
        addon(value)
        for node in graph.nodes.values()
        for name, value in node.values.items()
        if re.match(r"(lora|hypernetwork)\d*_name", name)
        and isinstance(value, str)
        and value not in ("None", "")
        and not FAST.search(value)
    ]
    return tuple(dict.fromkeys(found))


def named(what: str, model: str | None) -> tuple[str, str]:
    """Id and name of a card."""
    full = f"{what}, {model}" if model and model.casefold() not in what.casefold() else what
    return slug(full)[:48].rstrip("_"), full
