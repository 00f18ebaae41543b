"""The card of a release: README.md with the metadata by which `datasets` and the Hub open it."""

from collections import Counter
from collections.abc import Sequence

import yaml

from schemas.manifest import Manifest
from schemas.plan import Plan
from schemas.prompt import SPLITS
from schemas.skill import Library

JUDGES = {
    "human": "people in Label Studio, under pseudonyms",
    "simulated": "simulated annotators, who know the label and err at a set rate; no person saw them",
}
ABOUT = {
    "sft": "dialogues with the call and reply of every turn, for supervised fine-tuning",
    "rlhf": "contexts awaiting pairs: dialogues as in sft whose `preferences` are still empty",
    "test": "dialogues kept apart for measuring; no prompt or picture of theirs stands in another config",
}

ABOUT_JUDGED = "dialogues whose `preferences` hold a chosen and a rejected answer to one of their turns"


def card_of(manifest: Manifest, plan: Plan, library: Library, credits: str) -> str:
    counts = manifest.splits
    about = ABOUT | ({"rlhf": ABOUT_JUDGED} if manifest.judged and manifest.judged.preferences else {})
    rows: list[list[str | int]] = [
        [s, counts[s].dialogues, counts[s].turns, counts[s].prompts, counts[s].images, about[s]] for s in SPLITS
    ]
    skills = sum((Counter(c.by_skill) for c in counts.values()), Counter())
    skill_rows: list[list[str | int]] = [[f"`{s.id}`", s.name, s.type, skills[s.id]] for s in library.skills]
    return f"""---
{metadata(manifest, plan)}---

# {plan.title or plan.name}

Multi-turn dialogues between a user and a drawing assistant. Every turn carries a label: the skill
that answers it and the parameters to call it with. Pictures are embedded, each with the recipe that
made it{" and the scene graph that was painted" if plan.renderer.kind == "painter" else ""}.

Words were written by `{manifest.author}`, pictures by `{manifest.renderer}`. Labels come from outlines
that were fixed before any word was written (`label_source: outline`).

{table(["config", "dialogues", "turns", "prompts", "pictures", "holds"], rows)}

```python
from datasets import load_dataset

sft = load_dataset("path/to/this/folder", "sft", split="train")
sft[0]["turns"][0]["user"], sft[0]["images"][0]
```

## Columns

One row is one dialogue: `id, prompt_id, prompt, category, author, renderer, turns, images, image_info,
preferences`. `turns` lists `user, attached, intent, parameters` (JSON), `reply, image_before,
image_after, phenomena, construction, label_source`; the numbers are indexes into `images`. An
image-valued parameter reads `image_1` for `images[0]`. `image_info` stands beside `images` with
`sha256, recipe, scene` (JSON).

## Skills

{table(["id", "name", "type", "turns"], skill_rows)}

`skills.json` holds the full cards, `plan.yaml` the plan, `manifest.json` counts, hashes and versions.

{judged_section(manifest)}## Checks

Prompts in more than one split: {manifest.leakage.prompts}. Pictures in more than one split:
{manifest.leakage.images}. Near-duplicate dialogues across splits (word-triple similarity of
{plan.near_duplicates.similarity:g} and more, dialogues of {plan.near_duplicates.min_words} user words and more):
{manifest.leakage.near_duplicates}. Shorter dialogues that recur word for word in another split, as
short requests do: {manifest.leakage.recurring_short_dialogues}. Candidates rejected on the way:
{", ".join(f"{reason} {n:,}" for reason, n in manifest.rejects.items()) or "none"}.

## Licence

CC BY-SA 4.0, as the drawings in its pictures demand. {credits}.
"""


def judged_section(manifest: Manifest) -> str:
    judged = manifest.judged
    if judged is None:
        return ""
    unresolved = ", ".join(f"{reason} {count:,}" for reason, count in judged.unresolved.items()) or "none"
    alpha = ", ".join(f"{question} {value:.2f}" for question, value in judged.agreement.items())
    return f"""## Judgements

Judged by {JUDGES[judged.judge]}: {judged.annotators} of them. Preferences: {judged.preferences:,}, of which
{judged.corrected:,} chose an answer that an annotator wrote. Turns of test vouched for: {judged.reviewed:,}, of which
{judged.relabelled:,} were corrected. Items without an outcome: {unresolved}. Krippendorff's alpha:
{alpha or "not told"}.
`judge` on each preference, and `label_source` on each turn, say the same row by row.

"""


def metadata(manifest: Manifest, plan: Plan) -> str:
    configs = [
        {
            "config_name": split,
            "data_files": [{"split": "test" if split == "test" else "train", "path": f"{split}/*.parquet"}],
            **({"default": True} if split == "sft" else {}),
        }
        for split in SPLITS
        if manifest.splits[split].dialogues
    ]
    fields = {
        "pretty_name": plan.title or plan.name,
        "language": ["en"],
        "license": "cc-by-sa-4.0",
        "tags": ["dialogue", "image-editing", "text-to-image", "tool-use", "synthetic"],
        "configs": configs,
    }
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    cells = [
        list(head),
        ["---"] * len(head),
        *[[f"{c:,}" if isinstance(c, int) else str(c) for c in row] for row in rows],
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)
