"""Scoring systems by the pictures that their calls make: Tables 1 and 3 of the paper.

    score(Path("data/releases/drawnconvos-1.0.0"), [Path("sft.jsonl")], Path("scored"), How(), progress)

    scored/table.md                    the systems beside each other, compared and broken down
    scored/marks.parquet               every mark: {"system", "metric", "dialogue_id", "turn", "value", "weight"}
    scored/<system>/pictures.parquet   what its calls made, or why they made nothing
    scored/<system>/vectors.parquet    the pictures as the encoder sees them
    scored/scored.json                 what was scored, for people to rate it (flows/rating/rate.py)

Stop it whenever you like; what is there for the same predictions and the same release is not made again. The release's
own labels are scored as a system too, as what nobody can be better than.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from evaluation.metrics.rounds import Round, rounds
from evaluation.metrics.scores import Mark, facets_of
from flows.build import one_build_at_a_time
from flows.items import dialogues as dialogues_of
from flows.items import read_judged
from flows.progress import Progress
from flows.rating.kept import forget_source, keep_source, rated
from flows.rating.performances import performances
from flows.rating.table import with_ratings
from flows.scoring.encoding import encoder_named
from flows.scoring.how import How, notes, titles
from flows.scoring.marks import Played, marks_of
from flows.scoring.pictures import Scored, Shown, pictures_part, read_shown
from flows.scoring.predictions import System, labels, systems
from flows.scoring.table import page
from schemas.dialogue import Dialogue
from schemas.errors import BadInput, Refused
from schemas.identity import spread
from store.files import sweep, write_table, write_text
from store.streams import streamed
from store.versions import read_manifest

TURN = "turns.list.element.intent"  # enough to count them
MARKS = pa.schema(
    [("system", pa.string()), ("metric", pa.string()), ("dialogue_id", pa.string()), ("turn", pa.int32()),
     ("value", pa.float64()), ("weight", pa.float64())]
)  # fmt: skip


def score(release: Path, predictions: Sequence[Path], out: Path, how: How, progress: Progress) -> str:
    """Everything about these systems; the table's page as a text."""
    asked, dialogues, given = read_all(release, predictions, how)
    with one_build_at_a_time(out, progress):
        sweep(out)
        return scored(release, asked, dialogues, given, out, how, progress)


def scored(
    release: Path, asked: Scored, dialogues: Sequence[Dialogue], given: Sequence[System], out: Path, how: How,
    progress: Progress,
) -> str:  # fmt: skip
    encoder = encoder_named(how.encoder)
    forget_source(out)
    played: dict[str, Played] = {}
    every_system = (labels(dialogues), *given)
    for system in every_system:
        path = out / system.name / "pictures.parquet"
        mark = pictures_part(path, asked, system.texts, how.workers, progress)
        played[system.name] = Played(path, mark, read_shown(path))
    every = [r for dialogue in dialogues for r in rounds(dialogue, asked.library)]
    found = [r for r in every if r.claims]
    if not found:
        raise Refused(f"{release}: no turn of {how.split} draws a picture of the embedded painter to compare with")
    marks = marks_of(found, played, asked, out, how, encoder, progress)
    write_marks(out / "marks.parquet", marks)
    told = page(
        f"Pictures of {release.resolve().name}, {how.split}",
        notes(how, encoder, len(every) - len(found)),
        marks,
        titles(how, encoder),
        {name: reasons(found, each.shown) for name, each in played.items()},
        facets_of(dialogues),
    )
    if rated(out):
        told = with_ratings(told, out, performances(out, dialogues, every_system, asked.library))
    write_text(out / "table.md", told)
    keep_source(out, asked, how.limit, given)
    return told


def read_all(release: Path, predictions: Sequence[Path], how: How) -> tuple[Scored, list[Dialogue], list[System]]:
    """What is scored: the dialogues of the split, or so many spread over it, and who answered in them."""
    plan, library = read_judged(release)
    lengths = {row["id"]: len(row["turns"]) for _, row in streamed(release, ("id", TURN), [how.split])}
    if not lengths:
        raise BadInput(f"{release}: has no dialogue in {how.split}")
    places = spread(len(lengths), how.limit)
    ids = tuple(name for place, name in enumerate(lengths) if place in places)
    given = systems(predictions, lengths, ids)
    wanted = set(ids)
    dialogues = [each for each in dialogues_of(release, how.split) if each.id in wanted]
    identity = read_manifest(release).identity
    return Scored(release, identity, how.split, ids, library, plan.renderer.size), dialogues, given


def reasons(found: Sequence[Round], shown: Shown) -> Counter[str]:
    """Why rounds have no picture."""
    return Counter(reason for r in found if (reason := shown.reasons.get((r.dialogue_id, r.turn))) is not None)


def write_marks(path: Path, marks: Mapping[str, Mapping[str, Sequence[Mark]]]) -> None:
    rows = [
        (system, metric, *mark)
        for system, by_metric in marks.items()
        for metric, found in by_metric.items()
        for mark in found
    ]
    write_table(path, pa.table([list(column) for column in zip(*rows, strict=True)], schema=MARKS))
