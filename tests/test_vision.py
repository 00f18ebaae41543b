"""Models that see: what of a picture reaches them, that they learn from it, and what is refused; on tiny Qwen-VLs."""

import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import TrainerCallback

from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.errors import BadInput, Refused
from schemas.talk import Talk
from schemas.training import Dpo, Sft
from store.release import Outcome
from tests.test_train import judged, release  # noqa: F401  # fixtures
from tests.tiny_models import Kind, tiny_vision_model, words_of
from train.answering import Drawing, answers, inputs_of
from train.asking import Asked
from train.conversation import messages
from train.dpo import dpo
from train.learning import collator, vocabulary
from train.models import Loaded, adapted, config_of, load
from train.pictures import opened
from train.questions import asked_of
from train.release import Pictures, Release
from train.rows import IGNORED, PICTURES, prepare
from train.sft import merge, sft
from train.vision import processor_of
from train.wording import Wording

KINDS: tuple[Kind, ...] = ("qwen2_5_vl", "qwen3_vl")
SMALL = 112 * 112
