"""What came of a loop as one page: both kinds of tables, the curves, and every command with what it took.

page(loop, release, judged, stages) -> "# What came of it\\n\\n…"
"""

import re
from collections.abc import Iterator
from pathlib import Path

from flows.reproducing.commands import ALONE, BASE, DPO, EVALUATE, SCORE, SFT
from flows.reproducing.stages import Stages, told
from flows.scoring.table import lines
from schemas.loop import Loop
from schemas.manifest import Manifest
from store.files import read_text
from store.versions import read_manifest

COMPARED = "\n\n## Systems compared"
LEGEND = {
    BASE: "the model as it is, told the skills' cards in its prompt (the paper's zero-shot)",
    ALONE: "DPO from the bare model",
    SFT: "SFT alone",
    DPO: "SFT and then DPO (the paper's model)",
    "majority": "always the commonest call",
    "nearest": "the label of the turn in sft that sounds most alike",
}


def page(loop: Loop, release: Path, judged: Path, stages: Stages) -> str:
    out = stages.out
    parts = [
        f"# {loop.model} on {release.name}",
        account(loop, read_manifest(release), read_manifest(judged), out),
        "\n".join(legend(loop)),
        "## Answers (Table 2)",
        deeper(read_text(out / EVALUATE / "table.md").strip()),
        "## Pictures (Tables 1 and 3)",
        deeper(read_text(out / SCORE / "table.md").split("\n", 1)[1].split(COMPARED)[0].strip()),
        f"Two by two, and broken down by skill, turn and phenomenon: [pictures]({SCORE}/table.md); answers "
        f"broken down: [scores]({EVALUATE}/scores.csv).",
        "## How it was learnt",
        *(f"{LEGEND[name]}:\n\n![{name}]({name}/curve.png)" for name in trained(loop)),
        "## What was run",
        lines(("stage", "took"), [(stage.name, told(stage.seconds)) for stage in stages.done]),
        "```\n" + "\n".join(command for stage in stages.done for command in stage.commands) + "\n```",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def trained(loop: Loop) -> list[str]:
    return [SFT, *([ALONE] if loop.dpo_alone else []), DPO]


def account(loop: Loop, release: Manifest, judged: Manifest, out: Path) -> str:
    from train.record import read_run

    run = read_run(out / SFT)
    people = judged.judged.preferences if judged.judged else 0
    judges = "simulated annotators, not people," if loop.judge == "simulated" else "people"
    told = [
        f"{run.base.name} was taught by {run.rows:,} dialogues of {release.folder} on {run.device} in {run.dtype}; "
        f"{judges} preferred one answer of {people:,} pairs that it gave, which stand in {judged.folder}."
    ]
    for name in trained(loop):
        if why := read_run(out / name).stopped:
            told.append(f"{LEGEND[name]} was stopped early: {why}.")
    return " ".join(told)


def legend(loop: Loop) -> Iterator[str]:
    for name in (BASE, ALONE, SFT, DPO, "majority", "nearest"):
        if name in loop.evaluate.systems or name in trained(loop):
            yield f"- {name}: {LEGEND[name]}"


def deeper(text: str) -> str:
    """Its headings one level down."""
    return re.sub(r"^#", "##", text, flags=re.MULTILINE)
