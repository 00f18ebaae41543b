"""How systems are scored: what can be chosen, and what the measures are then called.

How(scorer="strict", encoder="openai/clip-vit-large-patch14")
"""

from pathlib import Path
from typing import NamedTuple

from flows.scoring.encoding import Encoder
from schemas.prompt import Split

SCENE, STRICT, MODEL = "scene", "strict", "model"
LOCAL = "local:"


class How(NamedTuple):
    """`scorer` is whose VQA score goes into IEC: scene, strict, the name of a model behind an OpenAI-compatible server
    at `base_url`, or `local:` and the repository or folder of one for transformers. A model is asked about
    descriptions from the scene, or those of the model `author`. `encoder` is a CLIP's repository or folder; without
    one, colours and edges stand in for it."""

    split: Split = "test"
    limit: int | None = None
    scorer: str = SCENE
    base_url: str | None = None
    author: str | None = None
    encoder: str | None = None
    workers: int = 1
    data: Path = Path("data")
    offline: bool = False


def metric_of(how: How) -> str:
    return how.scorer if how.scorer in (SCENE, STRICT) else MODEL


def titles(how: How, encoder: Encoder) -> dict[str, str]:
    """What each metric is called for people; a stand-in never by the name of what it stands in for."""
    by = {SCENE: "VQA (scene)", STRICT: "VQA (strict)"}
    if metric_of(how) == MODEL:
        by[MODEL] = f"VQA ({how.scorer.removeprefix(LOCAL)})"
    likeness = "CLIP similarity" if encoder.metric == "clip" else "likeness"
    return {**by, encoder.metric: likeness, "iec": "IEC"}


def notes(how: How, encoder: Encoder, left_out: int) -> list[str]:
    by = {"scene": "the share of what was asked for that the scene shows", "strict": "1 where it shows all, else 0"}
    described = f"described by {how.author}" if how.author else "described from the scene"
    scorer = by.get(how.scorer, f"P(Yes) of {how.scorer.removeprefix(LOCAL)}, {described}")
    likeness = "CLIP similarity" if encoder.metric == "clip" else "Likeness"
    told = [
        f"Calls are run by the embedded painter. {likeness} is by: {encoder.name}. IEC takes its VQA from: "
        f"{scorer}. In brackets the 95 % interval."
    ]
    if left_out:
        told.append(f"Left out: {left_out:,} rounds whose label has no painted picture to compare with.")
    return told
