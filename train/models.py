"""Models by name: the packaged one, a folder, a repository of a hub, or a run of ours.

    load("packaged")                          SmolLM2-135M, from a package (train/packaged.py)
    load("Qwen/Qwen2.5-VL-3B-Instruct@a1b2")  from a hub, at a revision
    load("runs/sft")                          the run's base with its adapter on it

Whether a model sees is read from its own configuration. What it is known by afterwards is a fingerprint of its weights,
so that an adapter is never put on another base than its own.
"""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from schemas.errors import BadInput, Refused
from schemas.training import PACKAGED, Dtype
from train.machine import device, dtype_of
from train.packaged import packaged
from train.record import RUN, Base, Run, read_run
from train.wording import Wording

SAMPLES = 16
ADAPTER = "adapter"


class Loaded(NamedTuple):
    """A model with the way it words a talk; `run` where it is one of ours."""

    model: Any
    wording: Wording
    base: Base
    run: Run | None = None


def load(name: str, dtype: Dtype = "auto") -> Loaded:
    """The model, ready to be asked or to be given an adapter; a run's adapter is merged into it."""
    folder = Path(name)
    if (folder / RUN).is_file():
        return load_run(folder, dtype)
    place, revision = place_of(name)
    model, processor, sees = read_model(place, revision, dtype)
    return Loaded(model, Wording(processor, sees), Base(name=name, revision=revision, fingerprint=fingerprint(model)))


def load_run(folder: Path, dtype: Dtype = "auto") -> Loaded:
    run = finished(folder)
    if getattr(run.settings, "whole", False):
        loaded = load(str(folder / ADAPTER), dtype)
        return loaded._replace(run=run)
    model, loaded = with_adapter(folder, "float32", trainable=False)
    merged = in_dtype(model.merge_and_unload(), dtype)  # in float32: rounded, a small adapter is half lost
    return loaded._replace(model=merged)


def with_adapter(folder: Path, dtype: Dtype, trainable: bool) -> tuple[Any, Loaded]:
    """The base of a run with its adapter on it, still apart."""
    from peft import PeftModel

    run = finished(folder)
    loaded = load(run.base.name, dtype)
    if loaded.base.fingerprint != run.base.fingerprint:
        raise Refused(
            f"{folder}: its adapter was trained on another base than what {run.base.name!r} is now "
            f"(weights {run.base.fingerprint[:12]}, found {loaded.base.fingerprint[:12]})"
        )
    model = PeftModel.from_pretrained(loaded.model, folder / ADAPTER, is_trainable=trainable)
    return model, loaded._replace(run=run)


def finished(folder: Path) -> Run:
    run = read_run(folder)
    if not run.finished:
        raise BadInput(f"{folder}: its training is not finished; the same `python -m train.{run.method}` goes on")
    return run


def place_of(name: str) -> tuple[str, str | None]:
    """Where transformers finds it, and at which revision."""
    if name == PACKAGED:
        return str(packaged()), None
    if Path(name).is_dir():
        return name, None
    place, _, revision = name.partition("@")
    if place.startswith((".", "/", "runs/")) or place.count("/") != 1:
        raise BadInput(f"{name}: is neither a folder, a run, {PACKAGED!r} nor a repository like owner/name")
    return place, revision or None


def sees(name: str) -> bool:
    """Whether it looks at pictures, without loading its weights."""
    if (Path(name) / RUN).is_file():
        return sees(read_run(Path(name)).base.name)
    if name == PACKAGED:
        return False
    place, revision = place_of(name)
    return hasattr(config_of(place, revision), "vision_config")


def config_of(place: str, revision: str | None) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(place, revision=revision)
    except (OSError, ValueError, KeyError) as error:
        raise unloadable(place, error) from error


def unloadable(place: str, error: Exception) -> BadInput:
    return BadInput(f"{place}: is no model that can be loaded ({' '.join(str(error).split())[:300]})")


def read_model(place: str, revision: str | None, dtype: Dtype) -> tuple[Any, Any, bool]:
    from transformers import AutoModelForCausalLM, AutoModelForImageTextToText, AutoTokenizer

    config = config_of(place, revision)
    sees = hasattr(config, "vision_config")
    try:
        kind: Any = AutoModelForImageTextToText if sees else AutoModelForCausalLM
        model = kind.from_pretrained(place, revision=revision, dtype=dtype_of(dtype))
        if sees:
            from train.vision import processor_of

            processor = processor_of(place, revision, config)
        else:
            processor = AutoTokenizer.from_pretrained(place, revision=revision)
    except (OSError, ValueError, KeyError) as error:
        raise unloadable(place, error) from error
    give_padding(getattr(processor, "tokenizer", processor))
    return model.to(device()), processor, sees


def give_padding(tokenizer: Any) -> None:
    """A token to pad with that is not the one that ends an answer, which would never be learnt then."""
    if tokenizer.pad_token is None or tokenizer.pad_token == tokenizer.eos_token:
        others = [token for token in tokenizer.all_special_tokens if token != tokenizer.eos_token]
        tokenizer.pad_token = next(iter(others), tokenizer.eos_token)


def in_dtype(model: Any, dtype: Dtype) -> Any:
    """The weights in another precision; buffers stay as they are, since rotations suffer from rounding."""
    wanted = dtype_of(dtype)
    for weight in model.parameters():
        weight.data = weight.data.to(wanted)
    return model


def fingerprint(model: Any) -> str:
    """Of the weights as they are loaded: a sample of each, with its name and shape. Other weights have another one,
    whatever they are called; the precision in which they were loaded does not matter."""
    import torch

    seen = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        flat = weight.detach().reshape(-1)
        some = flat[:: max(1, flat.numel() // SAMPLES)][:SAMPLES]
        seen.update(f"{name} {tuple(weight.shape)}".encode())
        seen.update(some.to(torch.bfloat16).to(torch.float32).cpu().numpy().tobytes())
    return seen.hexdigest()


def adapted(model: Any, rank: int, alpha: int, dropout: float = 0.0) -> Any:
    """The model with a fresh adapter on its projections."""
    from peft import LoraConfig, get_peft_model

    layers = linear_layers(model)
    return get_peft_model(model, LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=layers))


def linear_layers(model: Any) -> str:
    """The language model's projections as the pattern that peft takes: never those of a vision tower."""
    import re

    import torch

    decoder = model.get_decoder()
    prefix = next(name for name, module in model.named_modules() if module is decoder)
    names = {name.split(".")[-1] for name, module in decoder.named_modules() if isinstance(module, torch.nn.Linear)}
    return rf"{re.escape(prefix)}\..*\.({'|'.join(sorted(names - {'lm_head'}))})"


def size_of(model: Any) -> int:
    return sum(weight.numel() for weight in model.parameters())
