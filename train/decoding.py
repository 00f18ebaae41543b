"""What has a say in each token that a model answers with, in this order: it is noted what the model gives it; what must
never be said is taken out, and what the cards' schema does not allow; noise makes it a draw.

    Keeping(begin)              what the model itself gave every token, for the answer's log-probability
    Unsaid(tokens)              tokens that no answer may hold
    Held(tokenizer, schema)     a grammar of the cards' JSON Schema, which may hold every row of a batch
    Noise(seeds, 1.0, 1.0)      a draw for each row, by a generator of its own
"""

import json
from collections.abc import Sequence
from typing import Any

import torch

from schemas.errors import Refused
from train.shape import Schema

# those of the canonical text
SEPARATORS: Any = {"item_separator": ", ", "key_separator": ": ", "whitespace_flexible": False}


class Keeping:
    """Keeps what the model gave every token, before anything else has a say."""

    def __init__(self, begin: int) -> None:
        self.begin, self.steps, self.before = begin, list[torch.Tensor](), torch.empty(0)

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.take(ids)
        self.before = torch.log_softmax(scores.float(), dim=-1)
        return scores

    def take(self, ids: torch.Tensor) -> None:
        if ids.shape[1] > self.begin:
            self.steps.append(self.before.gather(1, ids[:, -1:])[:, 0].cpu())

    def logprobs(self, said: torch.Tensor, n: int) -> list[float]:
        if len(self.steps) < said.shape[1]:
            self.take(torch.cat([said.new_zeros(len(said), self.begin), said], dim=1))
        return [float(step[n]) for step in self.steps]


class Unsaid:
    """Tokens that no answer may hold."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self.tokens = list(tokens)

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return scores.index_fill(1, torch.tensor(self.tokens, device=scores.device), float("-inf"))


class Noise:
    """A draw at a temperature, for each row from a generator of its own."""

    def __init__(self, seeds: Sequence[int], temperature: float, top_p: float) -> None:
        self.temperature, self.top_p = temperature, top_p
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        heated = torch.log_softmax(scores.float() / self.temperature, dim=-1)
        if self.top_p < 1:
            heated = likeliest(heated, self.top_p)
        noise = torch.stack([torch.rand(scores.shape[1], generator=each) for each in self.generators])
        gumbel = -torch.log(-torch.log(noise.clamp(1e-10, 1 - 1e-7)))
        return heated + gumbel.to(heated.device)


def likeliest(logprobs: torch.Tensor, share: float) -> torch.Tensor:
    """Without the tail beyond this share of the whole."""
    ordered, places = logprobs.sort(dim=-1, descending=True)
    beyond = ordered.exp().cumsum(dim=-1) - ordered.exp() >= share
    return logprobs.masked_fill(beyond.scatter(1, places, beyond), float("-inf"))


class Held:
    """A grammar of the cards' JSON Schema, under which no call can be written that a card would refuse."""

    def __init__(self, tokenizer: Any, schema: Schema) -> None:
        import llguidance
        import llguidance.hf

        self.tokenizer = llguidance.hf.from_tokenizer(tokenizer)
        self.grammar = llguidance.LLMatcher.grammar_from_json_schema(json.dumps(schema), defaults=SEPARATORS)
        self.matcher = llguidance.LLMatcher

    def over(self, begin: int, rows: int, ends: Sequence[int]) -> "Within":
        matchers = [self.matcher(self.tokenizer, self.grammar) for _ in range(rows)]
        for each in matchers:
            if each.is_error():
                raise Refused(f"the cards' schema cannot be decoded to: {each.get_error()}")
        return Within(matchers, begin, ends)


class Within:
    def __init__(self, matchers: Sequence[Any], begin: int, ends: Sequence[int]) -> None:
        self.matchers, self.begin, self.ends = matchers, begin, ends

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        for matcher, row in zip(self.matchers, ids.tolist(), strict=True):
            if len(row) > self.begin and not matcher.is_stopped():
                matcher.consume_token(row[-1])
        allowed = torch.stack([self.allowed(matcher, scores.shape[1]) for matcher in self.matchers])
        return scores.masked_fill(~allowed.to(scores.device), float("-inf"))

    def allowed(self, matcher: Any, vocabulary: int) -> torch.Tensor:
        """One bit for each token; where the answer is whole, only what ends it."""
        if matcher.is_stopped():
            over = torch.zeros(vocabulary, dtype=torch.bool)
            over[list(self.ends)] = True
            return over
        bits = torch.frombuffer(bytearray(matcher.compute_bitmask()), dtype=torch.uint8)
        spread = (bits[:, None] >> torch.arange(8, dtype=torch.uint8)) & 1
        known = spread.flatten()[:vocabulary].bool()
        return torch.nn.functional.pad(known, (0, vocabulary - len(known)))
