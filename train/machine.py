"""What this machine is, and what it carries."""

import torch

from schemas.training import PACKAGED, Dtype

VISION = "Qwen/Qwen2.5-VL-3B-Instruct"
ROOM_FOR_VISION = 20 << 30


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def dtype_of(wanted: Dtype) -> torch.dtype:
    """bfloat16 where the machine computes in it, which halves the time; float32 elsewhere."""
    if wanted != "auto":
        return torch.float32 if wanted == "float32" else torch.bfloat16
    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32


def fitting_model() -> str:
    """The model that a bare command takes."""
    if torch.cuda.is_available() and torch.cuda.get_device_properties(0).total_memory >= ROOM_FOR_VISION:
        return VISION
    return PACKAGED


def told() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return f"{torch.get_num_threads()} threads of a CPU"
