"""Supervised fine-tuning: an adapter that learns the answers of a release's sft split, and nothing else of it.

    python -m train.sft data/releases/drawnconvos-1.0.0 --model packaged --out runs/sft
    -> runs/sft/{adapter/, rows/, run.json, curve.png}

The loss counts the tokens of the assistant's answers alone (train/rows.py). The adapter sits on the projections of the
language model; a vision tower stays as it is. Stop it at any time; the same command goes on from the last checkpoint
and comes to the same adapter.
"""

import sys
from pathlib import Path
from typing import Any

import click
import torch
from datasets import Dataset
from transformers import TrainingArguments, set_seed

from schemas.training import Recipe, Sft
from train import machine
from train.commands import FOLDER, given, runs_plainly, settings_options
from train.learning import SMALL, Quiet, Telling, arguments, begun, collator, finish, recorded, trained, vocabulary
from train.models import ADAPTER, Loaded, adapted, load, load_run, size_of
from train.record import Run
from train.release import Release, newest
from train.rows import Prepared, prepare


def sft(release: Release, settings: Sft, out: Path) -> Run:
    """The finished run, gone on with where it was begun."""
    standing = begun(out, release, settings, "sft")
    if standing and standing.finished:
        return standing
    loaded = load(settings.model, settings.dtype)
    rows = prepare_rows(release, settings, loaded, out)
    model = loaded.model
    rate = settings.learning_rate or (1e-3 if size_of(model) < SMALL else 2e-4)
    set_seed(settings.seed)
    if not settings.whole:
        model = adapted(model, settings.rank, settings.alpha, settings.dropout)
    telling = Telling(out, standing or recorded("sft", release, settings, loaded, rows))
    dataset = Dataset.from_file(str(rows.rows))
    collate = collator(rows, loaded.wording)

    def trainer_of(at_once: int) -> Any:
        asked = arguments(settings, out, rate, settings.weight_decay, settings.epochs, at_once)
        return Answers(model, TrainingArguments(**asked), collate, dataset, callbacks=[telling])

    trainer, at_once = trained(out, settings.at_once or settings.batch, trainer_of)
    trainer.model.save_pretrained(out / ADAPTER)
    if settings.whole:
        loaded.wording.processor.save_pretrained(out / ADAPTER)
    return finish(out, telling, at_once)


class Answers(Quiet):
    """A trainer whose loss is that of the answers alone."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        logits, learnt = vocabulary(model, inputs)
        loss = torch.nn.functional.cross_entropy(logits, learnt, reduction="sum")
        return loss / (len(learnt) if num_items_in_batch is None else num_items_in_batch)


def prepare_rows(release: Release, settings: Sft, loaded: Loaded, out: Path) -> Prepared:
    dialogues = release.some("sft", settings.limit, loaded.wording.sees)
    return prepare(dialogues, loaded.wording, out / "rows", settings.longest, settings.max_pixels)


def merge(out: Path) -> Path:
    """The run as a model of its own, base and adapter in one."""
    loaded = load_run(out, "float32")
    loaded.model.save_pretrained(out / "merged")
    loaded.wording.processor.save_pretrained(out / "merged")
    return out / "merged"


@click.command()
@click.argument("release", type=FOLDER, required=False)
@click.option("--out", type=FOLDER, default=Path("runs/sft"), show_default=True, help="The run's folder.")
@click.option("--recipe", type=click.Choice(["ours", "paper"]), default="ours", show_default=True)
@click.option("--merge", "merged", is_flag=True, help="Write base and adapter as one model too.")
@settings_options(Sft)
@runs_plainly
def main(release: Path | None, out: Path, recipe: Recipe, merged: bool, **options: Any) -> None:
    """Train an adapter on RELEASE's sft split; the newest release, and a model that this machine can carry."""
    folder = release or newest()
    if options["model"] is None:
        options["model"] = machine.fitting_model()
        print(f"no --model: taking {options['model']!r}, which {machine.told()} can carry", file=sys.stderr)
    if release is None:
        print(f"no release named: taking {folder}", file=sys.stderr)
    run = sft(Release.read(folder), Sft.named(recipe, **given(options)), out)
    print(f"{out}: {run.rows:,} rows, {run.tokens:,} tokens, {run.seconds / 60:.1f} min, "
          f"{run.tokens_per_second:,.0f} tokens/s, last loss {run.last_loss:.4f}")  # fmt: skip
    if merged:
        print(f"merged into {merge(out)}")


if __name__ == "__main__":
    main()
