"""The row contract (schemas/row.py) as Arrow and `datasets` see it: one schema for all splits and versions."""

from functools import cache
from typing import Any

import pyarrow as pa


@cache
def features() -> Any:
    import datasets
    from datasets import List, Value

    text, number, texts = Value("string"), Value("int32"), List(Value("string"))
    answer = {"text": text, "intent": text, "parameters": text, "reply": text}
    turn = {
        "user": text, "attached": List(number), "intent": text, "parameters": text, "reply": text,
        "image_before": number, "image_after": number, "phenomena": texts, "construction": text,
        "dimension": text, "phrase": text, "label_source": text,
    }  # fmt: skip
    preference = {
        "turn": number, "chosen": answer, "rejected": answer, "chosen_source": text, "rejected_source": text,
        "corrected": Value("bool"), "judge": text, "annotators": texts, "reasons": texts,
        "confidence": Value("float64"),
    }  # fmt: skip
    names = ("id", "prompt_id", "prompt", "category", "author", "renderer", "manner")
    return datasets.Features(
        {
            **dict.fromkeys(names, text),
            "turns": List(turn),
            "images": List(datasets.Image()),
            "image_info": List({"sha256": text, "recipe": text, "scene": text}),
            "preferences": List(preference),
        }
    )


def arrow_schema() -> pa.Schema:
    schema: pa.Schema = features().arrow_schema
    return schema
