"""Simulated raters on what people would rate, told apart from people wherever it shows.

    simulate(Path("scored"), dialogues=100, raters=3, with_labels=False, progress)   -> 900

They are told how much of each performance is right and wrong: its calls beside the labels, its pictures by the scene.
"""

from pathlib import Path

from annotation.rating_opinions import opinion_of, result_of
from annotation.rating_simulated import Known, rate
from annotation.simulated import simulated_names
from evaluation.metrics.verdicts import verdicts
from flows.judging import EPOCH
from flows.progress import Progress
from flows.rating.bill import Bill, rating
from flows.rating.kept import add_performances, keep_opinions, predictions_by
from flows.rating.table import rewrite_table
from flows.scoring.predictions import System
from schemas.errors import Damaged
from schemas.rating import Opinion
from store.files import read_table

SEED = 0


def simulate(scored: Path, dialogues: int, raters: int, with_labels: bool, progress: Progress) -> int:
    """Every opinion goes through the readings that people's clicks pass."""
    with rating(scored, progress) as bill:
        wanted, known = bill.wanted(dialogues, with_labels, progress), known_of(scored, bill)
        add_performances(scored, wanted.values())
        progress.stage("simulated ratings", len(wanted))
        made = []
        for key in wanted:
            made += [read_back(rate(key, known[key], name, SEED)) for name in simulated_names(raters)]
            progress.advance(1)
        keep_opinions(scored, "simulated", made)
        rewrite_table(scored, bill.played)
        return len(made)


def known_of(scored: Path, bill: Bill) -> dict[str, Known]:
    """Of each performance: half of understanding is the share of right calls, half that of pictures that show all they
    should; consistency is how much of what should be in the pictures is there."""
    values = picture_marks(scored / "marks.parquet")
    found = {}
    for system in bill.systems:
        calls = right_calls(system, bill)
        for name, each in bill.played[system.name].items():
            strict, scene = (values.get((system.name, metric, name), [0.0]) for metric in ("strict", "scene"))
            found[each.key] = Known((mean(calls[name]) + mean(strict)) / 2, mean(scene))
    return found


def picture_marks(path: Path) -> dict[tuple[str, str, str], list[float]]:
    """By system, metric and dialogue."""
    try:
        rows = read_table(path).to_pylist()
    except FileNotFoundError as error:
        raise Damaged(path, "is not there", "score again") from error
    found: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        found.setdefault((row["system"], row["metric"], row["dialogue_id"]), []).append(row["value"])
    return found


def right_calls(system: System, bill: Bill) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for verdict in verdicts(bill.dialogues, predictions_by(system), bill.library):
        found.setdefault(verdict.dialogue_id, []).append(float(verdict.exact))
    return found


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def read_back(said: Opinion) -> Opinion:
    """An opinion as the clicks it would have been."""
    annotation = {
        "result": result_of(said),
        "was_cancelled": said.status == "skipped",
        "lead_time": said.seconds,
        "updated_at": EPOCH,
    }
    return opinion_of({"item_key": said.item}, annotation, said.annotator, "simulated")
