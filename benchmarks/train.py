"""How fast an adapter is trained, ours beside TRL's defaults, on the same model and the same rows in one run.

    python benchmarks/train.py data/releases/drawnconvos-1.0.0 --rows 96 --repeats 3
    python benchmarks/train.py data/releases/drawnconvos-1.0.0 --prepare       what preparing the sft split takes

TRL gets the rows as tokens with a mask of the answers, so that neither side tokenises and both learn the same. Each
repeat runs both, one after the other, from the same weights and seed; figures are tokens that went through the model
in a second of training, loading left out, and the mean loss of the last half of the steps, which has to agree.
"""

import sys

sys.path.pop(0)  # this file's folder comes first there, where it would hide the package it is named like

import argparse
import gc
import json
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from schemas.training import PACKAGED, Sft
from train.learning import arguments, collator
from train.models import Loaded, adapted, load
from train.release import Release
from train.rows import IGNORED, Prepared, prepare
from train.sft import Answers

RATE = 1e-3


class Measured(NamedTuple):
    seconds: float
    processor_seconds: float
    loss: float


def ours(loaded: Loaded, rows: Prepared, settings: Sft, folder: Path) -> Measured:
    from datasets import Dataset
    from transformers import TrainingArguments

    model = adapted(loaded.model, settings.rank, settings.alpha)
    asked = arguments(settings, folder, RATE, settings.weight_decay, 1, settings.batch) | {"save_strategy": "no"}
    trainer = Answers(
        model, TrainingArguments(**asked), collator(rows, loaded.wording), Dataset.from_file(str(rows.rows)), []
    )
    return timed(trainer)


def theirs(loaded: Loaded, rows: Prepared, settings: Sft, folder: Path) -> Measured:
    """SFTTrainer as it comes: its precision, its checkpointing, its batches; only what must agree is set."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    from train.models import linear_layers

    dataset = Dataset.from_file(str(rows.rows)).map(
        lambda row: {"assistant_masks": [int(label != IGNORED) for label in row["labels"]]}, remove_columns=["labels"]
    )
    config = SFTConfig(
        output_dir=str(folder), num_train_epochs=1, per_device_train_batch_size=settings.batch, learning_rate=RATE,
        lr_scheduler_type="cosine", warmup_steps=settings.warmup, weight_decay=settings.weight_decay,
        seed=settings.seed,
        report_to="none", save_strategy="no", disable_tqdm=True, logging_steps=1,
        use_cpu=loaded.model.device.type == "cpu",
    )  # fmt: skip
    lora = LoraConfig(r=settings.rank, lora_alpha=settings.alpha, target_modules=linear_layers(loaded.model))
    return timed(
        SFTTrainer(
            model=loaded.model,
            args=config,
            train_dataset=dataset,
            peft_config=lora,
            processing_class=loaded.wording.tokenizer,
        )
    )


def timed(trainer: Any) -> Measured:
    begun, processor = time.perf_counter(), time.process_time()
    trainer.train()
    seconds, spent = time.perf_counter() - begun, time.process_time() - processor
    losses = [each["loss"] for each in trainer.state.log_history if "loss" in each]
    return Measured(seconds, spent, statistics.mean(losses[len(losses) // 2 :]))


def preparing(release: Release, model: str, folder: Path) -> None:
    wording = load(model).wording
    begun = time.perf_counter()
    rows = prepare(release.dialogues("sft"), wording, folder, 4096, 512 * 512)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.perf_counter() - begun
    print(f"{rows.lines:,} dialogues, {rows.tokens:,} tokens: {seconds:.1f} s, peak {peak:,.0f} MiB, weights and all")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("--model", default=PACKAGED)
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--prepare", action="store_true", help="only what preparing takes")
    parser.add_argument("--json", type=Path, help="the figures as JSON as well")
    asked = parser.parse_args()
    release = Release.read(asked.release)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if asked.prepare:
            preparing(release, asked.model, folder)
            return
        settings = Sft(model=asked.model, batch=asked.batch, limit=asked.rows, log_every=1)
        wording = load(asked.model).wording
        rows = prepare(
            release.some("sft", asked.rows, wording.sees), wording, folder / "rows", 4096, settings.max_pixels
        )
        found: dict[str, list[Measured]] = {"ours": [], "TRL": []}
        for _ in range(asked.repeats):
            for name, run in (("ours", ours), ("TRL", theirs)):
                found[name].append(run(load(asked.model), rows, settings, folder / name))
                gc.collect()
                told = found[name][-1]
                print(f"{name:<5}{rows.tokens / told.seconds:>8,.0f} tokens/s {rows.lines / told.seconds:>6.2f} rows/s "
                      f"{rows.tokens / told.processor_seconds:>8,.0f} tokens per CPU second   loss {told.loss:.4f}",
                      flush=True)  # fmt: skip
        ratios = [b.seconds / a.seconds for a, b in zip(found["ours"], found["TRL"], strict=True)]
        print(
            f"ours is {statistics.median(ratios):.2f} times as fast (median of {', '.join(f'{r:.2f}' for r in ratios)})"
        )
        if asked.json:
            asked.json.write_text(json.dumps({name: [m._asdict() for m in each] for name, each in found.items()}))


if __name__ == "__main__":
    main()
