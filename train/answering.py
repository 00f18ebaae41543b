"""Answers of a model in memory: greedy, drawn, or held to the cards' JSON Schema.

    for place, drawn in answers(loaded, asked): …     ("p3fa…", 1), Drawn(text='{"intent": …}', logprob=-1.7, tokens=31)

Questions go in batches of like lengths. What is drawn for a question hangs on its seed and not on the batch it is in:
noise that is keyed by the seed is added to the model's log-probabilities, and the highest sum is the draw (Gumbel).
`logprob` is what the model itself gives its text, at temperature 1 and free of any schema.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch

from schemas.errors import Refused
from train.asking import Asked, Place
from train.decoding import Held, Keeping, Noise, Unsaid
from train.learning import out_of_memory
from train.models import Loaded
from train.prefix import Prefix
from train.shape import Schema

LONGEST = 160
AT_ONCE = 32


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
    held = Held(loaded.wording.tokenizer, schema) if schema else None
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
    loaded: Loaded, asked: Sequence[Asked], drawing: Drawing | None, held: Held | None, prefix: Prefix | None,
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
        seeds = [drawing.seed_of(each) for each in asked]
        steps.append(Noise(seeds, drawing.temperature, drawing.top_p))
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
