"""Names out of the names of files: how a model is called, and what may stand in an id.

spoken("styles/InkWash_v2.safetensors") -> "Ink Wash v2"
"""

import re

FAST = re.compile(r"lightning|turbo|lcm|hyper|\bdmd|\d+ ?-?steps?", re.IGNORECASE)
NOISE = re.compile(r"\b(baked|ema|(v?\d+)?vae|fp8|fp16|bf16|pruned|safe|emaonly|comfyui)\b", re.IGNORECASE)


def addon(file: str) -> str:
    """A LoRA by its name, where its file has one."""
    name = spoken(file)
    return (
        "the add-on" if "://" in file or re.fullmatch(r"(?i)(my |the )?(lora|model|adapter)s?( v?\d+)?", name) else name
    )


def stem(file: str) -> str:
    return re.split(r"[/\\]", file)[-1].rpartition(".")[0]


def spoken(file: str) -> str:
    """A model's file as a name that can be said."""
    name = re.sub(r"([a-z]{2})([A-Z][a-z])|(\d)([A-Z][a-z])", r"\1\3 \2\4", stem(file))
    name = re.sub(r"(?<=[a-z])(?=V\d)", " ", re.sub(r"[_\-.]+", " ", name))
    words = {word.casefold(): word for word in NOISE.sub(" ", name).split()}
    kept = re.sub(r"(?i)\b(v?\d+) (\d)\b", r"\1.\2", " ".join(words.values())) or stem(file)
    return kept[:1].upper() + kept[1:]


def slug(text: str) -> str:
    """Letters of an id: small, with underscores, beginning with a letter."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    return plain if plain[:1].isalpha() else f"n{plain}" if plain else "skill"
