"""Models small enough to train in a test: random weights, a tokeniser made on the spot, everything else as in life."""

import json
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForImageTextToText,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2VLImageProcessorPil,
    Qwen3VLConfig,
)

from train.conversation import SYSTEM
from train.release import Release

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LESSONS = {"whole": True, "epochs": 8, "learning_rate": 4e-3, "batch": 16, "dtype": "float32", "save_every": 1000}
QUICK = {"dtype": "float32", "limit": 12, "batch": 4, "epochs": 2, "save_every": 2, "log_every": 1}
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"]


def tiny_text_model(folder: Path, release: Release, hidden: int = 64, layers: int = 2, vocabulary: int = 1500) -> Path:
    """An untrained llama in the shape of a real one."""
    tokenizer = tokenizer_of(words_of(release), vocabulary)
    tokenizer.chat_template = CHATML
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=hidden, intermediate_size=2 * hidden, num_hidden_layers=layers,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=2048, tie_word_embeddings=True,
        bos_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


Kind = Literal["qwen2_5_vl", "qwen3_vl"]


def tiny_vision_model(folder: Path, texts: Iterable[str], kind: Kind, hidden: int = 64, vocabulary: int = 1500) -> Path:
    """An untrained Qwen-VL in the shape of a real one, as its authors publish it: no file of ours in the folder."""
    tokenizer = tokenizer_of(texts, vocabulary)
    tokenizer.add_tokens(["<|video_pad|>"], special_tokens=True)
    tokenizer.chat_template = published_template(kind)
    torch.manual_seed(0)
    AutoModelForImageTextToText.from_config(vision_config(kind, tokenizer, hidden)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    patch = 14 if kind == "qwen2_5_vl" else 16
    size = {"shortest_edge": (2 * patch) ** 2, "longest_edge": 64 * (2 * patch) ** 2}
    Qwen2VLImageProcessorPil(patch_size=patch, size=size).save_pretrained(folder)
    published = json.loads((folder / "preprocessor_config.json").read_text())
    published |= {"image_processor_type": "Qwen2VLImageProcessor", "processor_class": PROCESSORS[kind]}
    (folder / "preprocessor_config.json").write_text(json.dumps(published))
    return folder


def published_template(kind: Kind) -> str:
    """The family's own, as TRL keeps it."""
    (installed,) = find_spec("trl").submodule_search_locations  # type: ignore[union-attr,misc]  # a dev requirement
    return (Path(installed) / "chat_templates" / f"{kind}.jinja").read_text()


PROCESSORS = {"qwen2_5_vl": "Qwen2_5_VLProcessor", "qwen3_vl": "Qwen3VLProcessor"}


def vision_config(kind: Kind, tokenizer: PreTrainedTokenizerFast, hidden: int) -> Any:
    """A language model of two layers, and a tower of two in which every way of the real one is taken."""
    ids = {name: tokenizer.convert_tokens_to_ids(token) for name, token in MARKS.items()}
    words = {
        "vocab_size": len(tokenizer), "hidden_size": hidden, "intermediate_size": 2 * hidden, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 4096,
        "bos_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id, "tie_word_embeddings": True,
    }  # fmt: skip
    tower = {"depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": hidden}
    if kind == "qwen2_5_vl":
        words["rope_parameters"] = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]}
        tower |= {"patch_size": 14, "window_size": 56, "fullatt_block_indexes": [1]}
        return Qwen2_5_VLConfig(text_config=words, vision_config=tower, tie_word_embeddings=True, **ids)
    rope = {"rope_type": "default", "rope_theta": 5e6, "mrope_section": [4, 2, 2], "mrope_interleaved": True}
    words |= {"head_dim": hidden // 4, "rope_parameters": rope}
    tower |= {"patch_size": 16, "num_position_embeddings": 64, "deepstack_visual_indexes": [0, 1]}
    return Qwen3VLConfig(text_config=words, vision_config=tower, tie_word_embeddings=True, **ids)


MARKS = {
    "image_token_id": "<|image_pad|>",
    "video_token_id": "<|video_pad|>",
    "vision_start_token_id": "<|vision_start|>",
    "vision_end_token_id": "<|vision_end|>",
}


def words_of(release: Release) -> Iterable[str]:
    yield SYSTEM
    for dialogue, _ in release.dialogues("sft"):
        for turn in dialogue.turns:
            yield turn.user
            yield turn.answer.text


def tokenizer_of(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=SPECIAL[1:2] + SPECIAL[3:],
    )
