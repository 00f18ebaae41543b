"""What all prompts begin with, read by the model once: a shelf of cards is 3,600 tokens, a conversation a hundred.

prefix = Prefix.of(loaded, asked)         None where they share too little
model.generate(**prefix.inputs(asked))    as if every prompt had been read from its beginning
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch

from train.asking import Asked
from train.models import Loaded

WORTH_IT = 256


class Prefix:
    def __init__(self, loaded: Loaded, ids: list[int]) -> None:
        self.loaded, self.ids = loaded, ids
        with torch.inference_mode():
            read = torch.tensor([ids], device=loaded.model.device)
            self.cache = loaded.model(input_ids=read, use_cache=True, logits_to_keep=1).past_key_values

    @classmethod
    def of(cls, loaded: Loaded, asked: Sequence[Asked]) -> "Prefix | None":
        if loaded.wording.sees or len(asked) < 2:
            return None
        if len({loaded.wording.prompt(each.talk)[:WORTH_IT] for each in asked}) > 1:
            return None  # most runs' prompts part early, and need not all be read as tokens to see it
        prompts = [tokens(loaded, each) for each in asked]
        shortest = min(map(len, prompts)) - 1
        shared = next((n for n in range(shortest) if len({ids[n] for ids in prompts}) > 1), shortest)
        return cls(loaded, prompts[0][:shared]) if shared >= WORTH_IT else None

    def inputs(self, asked: Sequence[Asked]) -> dict[str, Any]:
        """The rest of each prompt, padded between prefix and rest so that all answers begin at one place."""
        rests = [tokens(self.loaded, each)[len(self.ids) :] for each in asked]
        widest = max(map(len, rests))
        padding = self.loaded.wording.tokenizer.pad_token_id
        ids = [[*self.ids, *[padding] * (widest - len(rest)), *rest] for rest in rests]
        mask = [[1] * len(self.ids) + [0] * (widest - len(rest)) + [1] * len(rest) for rest in rests]
        cache = copy.deepcopy(self.cache)
        cache.batch_repeat_interleave(len(asked))
        device = self.loaded.model.device
        return {
            "input_ids": torch.tensor(ids, device=device),
            "attention_mask": torch.tensor(mask, device=device),
            "past_key_values": cache,
        }


def tokens(loaded: Loaded, one: Asked) -> list[int]:
    found: list[int] = loaded.wording.tokenizer(loaded.wording.prompt(one.talk), add_special_tokens=False)["input_ids"]
    return found
