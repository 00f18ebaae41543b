"""Measuring what a release's users say, and whether its words say what its labels hold."""

from collections.abc import Iterator
from pathlib import Path

from evaluation.agreement import Reading, Tally, disagreements, readings, tallies, total
from evaluation.realism import Finding, measure
from generators.guideline import guideline
from schemas.dialogue import Dialogue
from schemas.errors import BadInput
from schemas.prompt import SPLITS, Split
from schemas.row import dialogue_of, without_scenes
from schemas.skill import Library
from store.streams import streamed
from store.verify import read_skills
from store.versions import read_manifest

READ = ("id", "prompt_id", "prompt", "category", "author", "renderer", "turns", "image_info.list.element.sha256",
        "image_info.list.element.recipe")  # fmt: skip
COMMONEST = 2
HEARD = {True: "  seen in training", False: "  in test only"}
SUMS = ("all", *HEARD.values())


def user_turns(folder: Path) -> list[list[str]]:
    """What the user says, dialogue by dialogue."""
    rows = streamed(folder, ["turns.list.element.user"])
    return [[turn["user"] for turn in row["turns"]] for _, row in rows]


def trained_on(folder: Path) -> frozenset[str]:
    """The constructions that the training splits hold; TEST has some that they do not."""
    rows = streamed(folder, ["turns.list.element.construction"], ("sft", "rlhf"))
    return frozenset(turn["construction"] for _, row in rows for turn in row["turns"])


def realism(folders: list[Path]) -> str:
    """The measures of one release, or of several side by side."""
    found = [measure(user_turns(folder)) for folder in folders]
    names = [folder.resolve().name for folder in folders]
    lines = [f"{'':<36}{'target':>14}" + "".join(f"{name:>24}" for name in names)]
    for measures in zip(*found, strict=True):
        values = "".join(f"{value_of(finding):>24}" for finding in measures)
        lines.append(f"{measures[0].name:<36}{measures[0].target:>14}{values}")
    return "\n".join(lines)


def value_of(finding: Finding) -> str:
    mark = {True: "", False: "  missed", None: ""}[finding.met]
    return f"{finding.value:.4g}{mark}"


def agreement(folder: Path, show: int = 0, split: Split | None = None) -> str:
    """Per skill, how often an independent reading comes to the label; then the readings that differ, by class."""
    known = trained_on(folder)
    of = dialogues(folder, split)
    found = list(readings(of, library_of(folder), guideline(), lambda _, turn: HEARD[turn.construction in known]))
    if not found:
        raise BadInput(f"{folder}: has no turn to read" + (f" in {split}" if split else ""))
    groups = tallies(found)
    per_skill = tallies(reading._replace(group="all") for reading in found)["all"]
    lines = [f"{'':<20}{'turns':>7}{'intent':>9}{'values':>9}{'exact':>9}   read otherwise"]
    lines += [line_of(skill, tally) for skill, tally in sorted(per_skill.items())]
    lines.append(line_of("all", total(per_skill.values())))
    lines += [line_of(name, total(groups[name].values())) for name in HEARD.values() if name in groups]
    return "\n".join([*lines, *differing(found, show)])


def line_of(skill: str, tally: Tally) -> str:
    shares = (tally.intents / tally.turns, tally.agreed / max(1, tally.named), tally.exact / tally.turns)
    cells = "".join(f"{100 * share:>8.1f}%" for share in shares)
    common = "; ".join(f"{what} ({count})" for what, count in tally.confusions.most_common(COMMONEST))
    return f"{skill:<20}{tally.turns:>7,}{cells}   {common if skill not in SUMS else ''}".rstrip()


def differing(found: list[Reading], show: int) -> Iterator[str]:
    """Up to so many disagreements, classes by size."""
    left = show
    for what, members in disagreements(found).items():
        if left <= 0:
            return
        yield f"\n{what}: {len(members)}"
        for reading in members[:left]:
            yield f"  {reading.dialogue_id}/{reading.turn + 1}  {reading.words}"
            yield f"    label {reading.label.intent} {reading.label.parameters_json}"
            yield f"    read  {reading.read.intent} {reading.read.parameters_json}"
        left -= len(members)


def dialogues(folder: Path, split: Split | None) -> Iterator[Dialogue]:
    """The dialogues of a release, or of one split; neither pictures nor scenes are read."""
    for _, row in streamed(folder, READ, (split,) if split else SPLITS):
        yield dialogue_of(without_scenes(row) | {"preferences": []})


def library_of(folder: Path) -> Library:
    """The shelf that a release was made for."""
    read_manifest(folder)
    return read_skills(folder)
