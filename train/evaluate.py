"""Measuring: every system is asked every turn, and what it says is held against the labels.

    python -m train.evaluate data/releases/drawnconvos-1.1.0 --models base,runs/sft,runs/dpo --out runs/evaluate
    -> runs/evaluate/{runs-sft/test.jsonl, runs-sft/transfer.jsonl, …, scores.csv, table.md}

Two sets: the release's test split, and the transfer set, which speaks in other words (evaluation/transfer). A turn is
asked with what was really said and answered before it. Answers are written down as they come, so a run that was stopped
goes on where it was; docs/evaluation.md defines the metrics.
"""

import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from evaluation.metrics.scores import Row, table
from evaluation.metrics.verdicts import marks, verdicts
from schemas.errors import BadInput, Refused
from schemas.identity import digest
from schemas.prediction import Prediction
from train.asking import System
from train.commands import FOLDER, runs_plainly
from train.questions import TEST, TRANSFER, Questions, questions_of
from train.record import RUN, read_run
from train.release import Release, newest
from train.systems import Asking, resolved, sees_pictures, system_of
from train.tables import Marks, section, write_rows


def evaluate(
    release: Release, names: Sequence[str], out: Path, sets: Sequence[str], limit: int | None, asking: Asking
) -> str:
    """The tables, written beside the predictions."""
    systems = resolved(names)
    seen = any(sees_pictures(name, asking) for name in systems)
    found: dict[str, dict[str, Marks]] = {}
    rows: list[tuple[str, str, Row]] = []
    for questions in [questions_of(release, name, limit, seen) for name in sets]:
        for shown, name in zip(names, systems, strict=True):
            system = system_of(name, release.library, release, asking)
            said = predicted(system, shown, questions, out, about(release, name, asking))
            marked = marks(verdicts(questions.dialogues, said, release.library))
            found.setdefault(questions.name, {})[shown] = marked
            rows += [(questions.name, shown, row) for row in table(marked, questions.facets)]
    write_rows(out / "scores.csv", rows)
    text = "\n\n".join(section(name, marked, release) for name, marked in found.items()) + "\n"
    (out / "table.md").write_text(text, encoding="utf-8")
    return text


def predicted(system: System, name: str, questions: Questions, out: Path, told: dict[str, object]) -> list[Prediction]:
    """All predictions of a system, those that stand there already and the rest as it answers."""
    folder = out / slug(name)
    claim(folder, told)
    path = folder / f"{questions.name}.jsonl"
    done = {(each.dialogue_id, each.turn): each for each in standing(path)}
    wanted = {each.place for each in questions.asked}
    done = {place: each for place, each in done.items() if place in wanted}
    waiting = [each for each in questions.asked if each.place not in done]
    if waiting:
        begun, count = time.monotonic(), 0
        with path.open("a", encoding="utf-8") as file:
            for (dialogue_id, turn), text in system(waiting):
                one = Prediction(dialogue_id=dialogue_id, turn=turn, source=name, text=text)
                file.write(one.model_dump_json() + "\n")
                file.flush()
                done[dialogue_id, turn] = one
                count += 1
                if count % 64 == 0 or count == len(waiting):
                    left = (time.monotonic() - begun) / count * (len(waiting) - count)
                    print(
                        f"{name}, {questions.name}: {count:,} of {len(waiting):,}, {left:,.0f} s left", file=sys.stderr
                    )
    return list(done.values())


def claim(folder: Path, told: dict[str, object]) -> None:
    """Predictions of other weights or another release never mix with these."""
    path = folder / "about.json"
    folder.mkdir(parents=True, exist_ok=True)
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != told:
        raise Refused(f"{folder}: holds answers of another run or to other questions; give another --out, or delete it")
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def about(release: Release, name: str, asking: Asking) -> dict[str, object]:
    run = read_run(Path(name)) if (Path(name) / RUN).is_file() else None
    return {
        "system": name,
        "run": run.fingerprint if run else None,
        "test": digest([file.sha256 for file in release.manifest.files if file.path.startswith("test/")]),
        "constrained": asking.constrained,
    }


def standing(path: Path) -> Iterator[Prediction]:
    """What was written whole; a line cut off by a kill is asked again."""
    if not path.is_file():
        return
    whole = path.read_bytes()
    if not whole.endswith(b"\n"):
        whole = whole[: whole.rfind(b"\n") + 1]
        path.write_bytes(whole)
    for line in whole.decode("utf-8").split("\n")[:-1]:
        yield Prediction.model_validate_json(line)


def slug(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "system"


@click.command()
@click.argument("release", type=FOLDER, required=False)
@click.option("--models", required=True, metavar="A,B,…", help="Runs, models and baselines; see train/systems.py.")
@click.option("--out", type=FOLDER, default=Path("runs/evaluate"), show_default=True)
@click.option("--sets", default=f"{TEST},{TRANSFER}", show_default=True, help="Which of the two sets.")
@click.option("--limit", type=click.IntRange(1), help="So many dialogues of test only, spread over it.")
@click.option("--constrained", is_flag=True, help="Hold every model to the cards' JSON Schema as it writes.")
@click.option("--base-url", help="Where zero-shot and few-shot models are; left out, OpenAI.")
@click.option("--concurrency", default=16, show_default=True, type=click.IntRange(1, 4096))
@click.option("--show-pictures", is_flag=True, help="Send pictures to zero-shot and few-shot models.")
@click.option("--shots", default=44, show_default=True, type=click.IntRange(1), help="Examples for few-shot.")
@click.option("--kept", type=click.Path(path_type=Path), default=Path("data/responses.sqlite"), show_default=True)
@click.option("--dtype", type=click.Choice(["auto", "float32", "bfloat16"]), default="auto", show_default=True)
@runs_plainly
def main(
    release: Path | None, models: str, out: Path, sets: str, limit: int | None, constrained: bool, base_url: str | None,
    concurrency: int, show_pictures: bool, shots: int, kept: Path, dtype: str,
) -> None:  # fmt: skip
    """Ask MODELS every turn of RELEASE's test split and of the transfer set, and print the tables."""
    wanted = [name.strip() for name in sets.split(",")]
    for name in wanted:
        if name not in (TEST, TRANSFER):
            raise BadInput(f"--sets: {name!r} is neither {TEST} nor {TRANSFER}")
    asking = Asking(constrained, show_pictures, base_url, kept, concurrency, dtype, shots)  # type: ignore[arg-type]
    names = [name.strip() for name in models.split(",") if name.strip()]
    print(evaluate(Release.read(release or newest()), names, out, wanted, limit, asking))


if __name__ == "__main__":
    main()
