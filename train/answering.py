"""Answers of a model in memory: greedy, drawn, or held to the cards' JSON Schema.

    for place, drawn in answers(loaded, asked): …     ("p3fa…", 1), Drawn(text='{"intent": …}', logprob=-1.7, tokens=31)

Questions go in batches of like lengths. What is drawn for a question hangs on its seed and not on the batch it is in:
noise that is keyed by the seed is added to the model's log-probabilities, and the highest sum is the draw (Gumbel).
`logprob` is what the model itself gives its text, at temperature 1 and free of any schema.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

from schemas.errors import Refused
from train.asking import Asked, Place
from train.learning import out_of_memory
from train.models import Loaded
from train.prefix import Prefix
from train.shape import Schema

LONGEST = 160
AT_ONCE = 32
SEPARATORS: Any = {
    "item_separator": ", ",
    "key_separator": ": ",
    "whitespace_flexible": False,
}  # those of the canonical text


class Drawn(NamedTuple):
    """What was said; `logprob` is None where nobody tells it."""

    text: str
    logprob: float | None
    tokens: int


class Drawing(NamedTuple):
    """How to draw rather than take the likeliest; `seed_of` gives each question its own seed."""

    seed_of: Callable[[Asked], int]
    temperature: float = 1.0
    top_p: float = 1.0


def answers(
    loaded: Loaded,
    asked: Sequence[Asked],
    drawing: Drawing | None = None,
    schema: Schema | None = None,
    longest: int = LONGEST,
    at_once: int = AT_ONCE,
) -> Iterator[tuple[Place, Drawn]]:
    """Each question's answer as its batch is done; half as many at once where memory runs out."""
    held = Held(loaded, schema) if schema else None
    loaded.model.eval()
    prefix = Prefix.of(loaded, asked)
    waiting = sorted(asked, key=lambda each: -len(loaded.wording.prompt(each.talk)))
    while waiting:
        some = waiting[:at_once]
        try:
            found = batch(loaded, some, drawing, held, prefix, longest)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            if at_once == 1:
                raise Refused("memory runs out with one question at a time: take a smaller model") from error
            at_once //= 2
            continue
        yield from zip((each.place for each in some), found, strict=True)
        waiting = waiting[at_once:]


@torch.inference_mode()
def batch(
    loaded: Loaded, asked: Sequence[Asked], drawing: Drawing | None, held: "Held | None", prefix: Prefix | None,
    longest: int,
) -> list[Drawn]:  # fmt: skip
    from transformers import GenerationConfig, LogitsProcessorList

    model, tokenizer = loaded.model, loaded.wording.tokenizer
    inputs = prefix.inputs(asked) if prefix else inputs_of(loaded, asked)
    stop = tokenizer.convert_tokens_to_ids(loaded.wording.end)
    ends = sorted({stop, tokenizer.eos_token_id} - {None, tokenizer.unk_token_id})
    keeping = Keeping(inputs["input_ids"].shape[1])
    steps: list[Any] = [keeping]
    if loaded.wording.sees:
        from train.vision import own_marks

        steps.append(Unsaid(own_marks(loaded)))
    if held:
        steps.append(held.over(inputs["input_ids"].shape[1], len(asked), ends))
    if drawing:
        steps.append(Noise([drawing.seed_of(each) for each in asked], drawing))
    asked_for = GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=longest,
        do_sample=False,
        repetition_penalty=1.0,  # some models bring one along, which bends every JSON key
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=ends,
    )
    found = model.generate(**inputs, generation_config=asked_for, logits_processor=LogitsProcessorList(steps))
    said = found[:, inputs["input_ids"].shape[1] :]
    return [drawn_of(tokenizer, row.tolist(), ends, keeping.logprobs(said, n)) for n, row in enumerate(said)]


def drawn_of(tokenizer: Any, row: list[int], ends: Sequence[int], logprobs: list[float]) -> Drawn:
    length = next((n + 1 for n, token in enumerate(row) if token in ends), len(row))
    words = [token for token in row[:length] if token not in ends]
    return Drawn(tokenizer.decode(words, skip_special_tokens=True), sum(logprobs[:length]), length)


def inputs_of(loaded: Loaded, asked: Sequence[Asked]) -> dict[str, Any]:
    """Prompts of one batch, padded on the left so that all answers begin at one place."""
    if loaded.wording.sees:
        from train.vision import inputs_with_pictures

        return inputs_with_pictures(loaded, asked)
    texts = [loaded.wording.prompt(each.talk) for each in asked]
    tokenizer = loaded.wording.tokenizer
    tokenizer.padding_side = "left"
    found = tokenizer(texts, add_special_tokens=False, padding=True, return_tensors="pt")
    return {name: found[name].to(loaded.model.device) for name in ("input_ids", "attention_mask")}


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

    def __init__(self, seeds: Sequence[int], drawing: Drawing) -> None:
        self.drawing = drawing
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        heated = torch.log_softmax(scores.float() / self.drawing.temperature, dim=-1)
        if self.drawing.top_p < 1:
            heated = likeliest(heated, self.drawing.top_p)
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

    def __init__(self, loaded: Loaded, schema: Schema) -> None:
        import llguidance
        import llguidance.hf

        self.tokenizer = llguidance.hf.from_tokenizer(loaded.wording.tokenizer)
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
