"""What a release holds, in words and columns for a terminal."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from flows.plans import Forecast
from schemas.manifest import Counts, Manifest
from schemas.outline import TURN_CLASSES
from schemas.plan import Plan
from schemas.prompt import SPLITS
from store.versions import compare, read_manifest

HEADINGS = {
    "by_turn_class": "turns to a dialogue",
    "by_opening": "how the picture comes in",
    "by_skill": "skills, by turns",
    "by_phenomenon": "phenomena, by turns",
    "by_manner": "manners of speech",
    "by_category": "categories",
}


def summary(folder: Path) -> str:
    manifest = read_manifest(folder)
    run = folder / "run.json"
    seconds = json.loads(run.read_text(encoding="utf-8"))["seconds"] if run.is_file() else {}
    took = ", ".join(f"{name} {value:g} s" for name, value in seconds.items())
    lines = [
        heading(folder, manifest),
        *split_table(manifest),
        leakage_line(manifest),
        unseen_line(manifest),
        rejects_line(manifest),
        *judged_lines(manifest),
    ]
    return "\n".join([*lines, *([f"took: {took}"] if took else []), f"next: drawnconvos verify {folder}"])


def judged_lines(manifest: Manifest) -> Iterator[str]:
    judged = manifest.judged
    if judged is not None:
        left = ", ".join(f"{count:,} {reason}" for reason, count in judged.unresolved.items()) or "none"
        yield (
            f"judged by {judged.annotators} {judged.judge} annotators: {judged.preferences:,} preferences "
            f"({judged.corrected:,} corrected), {judged.reviewed:,} turns of test ({judged.relabelled:,} corrected); "
            f"without outcome: {left}"
        )


def full_account(folder: Path) -> str:
    manifest = read_manifest(folder)
    lines = [heading(folder, manifest), *split_table(manifest)]
    for name, title in HEADINGS.items():
        lines += ["", title, *mix_table(manifest, name)]
    lines += ["", "cells: dialogues that hold a turn of the skill, by number of turns", *cell_table(manifest)]
    made = ", ".join(f"{name} {number}" for name, number in manifest.made_with.items())
    told = [leakage_line(manifest), unseen_line(manifest), rejects_line(manifest), *judged_lines(manifest)]
    lines += ["", *told, f"made with: {made}"]
    return "\n".join(lines)


def heading(folder: Path, manifest: Manifest) -> str:
    parent = f", after {manifest.parent}" if manifest.parent else ""
    made = f"words by {manifest.author}, pictures by {manifest.renderer}"
    return f"{folder}  (identity {manifest.identity[:12]}{parent}; {made})"


def split_table(manifest: Manifest) -> list[str]:
    columns = ("dialogues", "turns", "prompts", "images")
    lines = [
        f"  {'':<6}" + "".join(f"{name:>11}" for name in columns) + "   " + "".join(f"{c:>9}" for c in TURN_CLASSES)
    ]
    for split in SPLITS:
        counts = manifest.splits[split]
        numbers = "".join(f"{getattr(counts, name):>11,}" for name in columns)
        lines.append(
            f"  {split:<6}{numbers}   " + "".join(f"{counts.by_turn_class.get(c, 0):>9,}" for c in TURN_CLASSES)
        )
    return lines


def mix_table(manifest: Manifest, name: str) -> list[str]:
    mixes: dict[str, dict[str, int]] = {split: getattr(manifest.splits[split], name) for split in SPLITS}
    total = sum((Counter(mix) for mix in mixes.values()), Counter())
    share = turns_of(manifest.splits) if name == "by_phenomenon" else total.total()
    lines = []
    for key, count in total.most_common():
        numbers = "".join(f"{mixes[split].get(key, 0):>8,}" for split in SPLITS)
        lines.append(f"  {key:<22}{count:>8,} {100 * count / max(1, share):>5.1f} % {numbers}")
    return lines


def cell_table(manifest: Manifest) -> list[str]:
    """Skills against turn counts; below, what was made for each cell of the plan, and what else there is of it."""
    cells = sum((Counter(counts.by_cell) for counts in manifest.splits.values()), Counter[str]())
    made = sum((Counter(counts.of_cells) for counts in manifest.splits.values()), Counter[str]())
    table: Counter[tuple[str, int]] = Counter()
    for key, count in cells.items():
        skill, turns, _ = key.split("/")
        table[skill, int(turns)] += count
    lengths = sorted({turns for _, turns in table})
    lines = [f"  {'':<22}" + "".join(f"{n:>8}" for n in lengths)]
    for skill in sorted({skill for skill, _ in table}):
        lines.append(f"  {skill:<22}" + "".join(f"{table[skill, n]:>8,}" for n in lengths))
    for key, count in made.items():
        lines.append(f"  made for the cell {key.replace('/', ' / ')}: {count:,}")
    return lines


def turns_of(splits: dict[str, Counts]) -> int:
    return sum(counts.turns for counts in splits.values())


def leakage_line(manifest: Manifest) -> str:
    found = manifest.leakage
    shared = f"{found.prompts} prompts, {found.images} pictures, {found.near_duplicates} near-duplicate dialogues"
    return f"in two splits: {shared}; {found.recurring_short_dialogues:,} short dialogues recur word for word"


def unseen_line(manifest: Manifest) -> str:
    found, turns = manifest.unseen, manifest.splits["test"].turns
    return f"heard in test only: {found.constructions:,} constructions, in {found.turns:,} of its {turns:,} turns"


def rejects_line(manifest: Manifest) -> str:
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in manifest.rejects.items()) or "none"
    return f"rejected and made anew: {reasons}"


def forecast_text(plan: Plan, found: Forecast) -> str:
    beside = sum(cell.count for cell in plan.dialogues.cells)
    size = f"{plan.prompts.count:,} prompts x {plan.dialogues.per_prompt} dialogues"
    size += f" + {beside:,} of cells = {plan.dialogue_count:,}" if beside else f" = {plan.dialogue_count:,}"
    lines = [f"plan {plan.name!r}: {size}"]
    for split in SPLITS:
        lines.append(f"  {split:<5} {found.prompts[split]:>7,} prompts {found.dialogues[split]:>9,} dialogues")
    for cell, counts in found.cells.items():
        lines.append(f"  cell  {sum(counts.values()):>7,} {cell}: " + ", ".join(f"{s} {n}" for s, n in counts.items()))
    exact = "exactly as asked" if found.exact else "the nearest whole numbers to what was asked"
    lines.append(f"  {found.turns[0]:,} to {found.turns[1]:,} turns; splits and turn classes come out {exact}")
    return "\n".join(lines)


def difference(old: Path, new: Path, limit: int) -> str:
    before, after = read_manifest(old), read_manifest(new)
    if before.identity == after.identity:
        return f"{old} and {new} are the same release"
    changes = compare(old, new)
    lines = []
    for kind, ids in changes._asdict().items():
        if ids:
            named = ", ".join(ids[:limit]) + (f", and {len(ids) - limit:,} more" if len(ids) > limit else "")
            lines.append(f"{kind:<11}{len(ids):>7,}  {named}")
    files = {file.path: file.sha256 for file in before.files}
    changed = [f.path for f in after.files if f.rows is None and files.get(f.path) != f.sha256]
    if changed:
        lines.append(f"{'files':<11}{len(changed):>7,}  {', '.join(changed)}")
    return "\n".join([*lines, f"a {changes.part} change"])
