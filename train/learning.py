"""What both methods share: settings as a trainer takes them, batches, progress, and what to do when memory runs out.

A step of the optimiser always sees `settings.batch` rows. How many of them go through the model at once is the
machine's affair: all, until memory runs out; then half as many and twice as often, from the last checkpoint on.
"""

import math
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import PrinterCallback, Trainer, TrainerCallback

from schemas.errors import Refused
from schemas.training import Dpo, Sft, Training
from train import machine
from train.machine import device
from train.models import Loaded
from train.record import RUN, Run, Source, Step, draw_curve, read_run, write_run
from train.release import Release
from train.rows import IGNORED, Prepared
from train.wording import Wording

CHECKPOINTS = "checkpoints"
SMALL = 1_000_000_000
TOLD_APART = ("loss", "learning_rate", "epoch", "grad_norm", "num_tokens")


def arguments(
    settings: Training, folder: Path, rate: float, weight_decay: float, epochs: float, at_once: int
) -> dict[str, Any]:
    """As trainers take them. A loss that is no number is never hidden."""
    cuda = device().type == "cuda"
    return {
        "output_dir": str(folder / CHECKPOINTS),
        "use_cpu": not cuda,
        "bf16": False,
        "fp16": False,
        "activation_checkpointing": cuda,
        "per_device_train_batch_size": at_once,
        "gradient_accumulation_steps": math.ceil(settings.batch / at_once),
        "learning_rate": rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": settings.warmup,
        "weight_decay": weight_decay,
        "num_train_epochs": epochs,
        "optim": "adamw_torch_fused" if cuda else "adamw_torch",
        "train_sampling_strategy": "group_by_length",
        "length_column_name": "length",
        "remove_unused_columns": False,
        "seed": settings.seed,
        "data_seed": settings.seed,
        "logging_steps": settings.log_every,
        "logging_nan_inf_filter": False,
        "save_steps": settings.save_every,
        "save_total_limit": 2,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_num_workers": 4 if cuda else 0,
        "dataloader_pin_memory": cuda,
    }


def begun(out: Path, release: Release, settings: Training, method: str) -> Run | None:
    """The run that stands there, if it is this one."""
    if not (out / RUN).is_file():
        return None
    run = read_run(out)
    if run.method != method or run.settings != settings or run.release.identity != release.manifest.identity:
        raise Refused(f"{out}: holds another run ({run.method} on {run.release.name}); give another --out or delete it")
    return run


class Telling(TrainerCallback):
    """A line for every log, the record kept up to date, and a stop where the loss is no number."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.run = folder, run
        self.begun = self.training = time.monotonic()
        self.first, self.seconds = 0, run.seconds
        self.steps = list(run.steps)
        self.stopped: str | None = None
        self.kept: int | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.training, self.first = time.monotonic(), state.global_step
        self.steps = [step for step in self.steps if step.step <= state.global_step]

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        if logs is None or "loss" not in logs:
            return
        loss = float(logs["loss"])
        if not math.isfinite(loss) or not math.isfinite(float(logs.get("grad_norm", 0.0))):
            raise Refused(
                f"the loss is {loss} at step {state.global_step}: lower --learning-rate (it is "
                f"{args.learning_rate:g}), or take --dtype float32"
            )
        values = {name: float(value) for name, value in logs.items() if name not in TOLD_APART}
        self.steps.append(Step(step=state.global_step, loss=loss, rate=float(logs["learning_rate"]), values=values))
        spent = time.monotonic() - self.training
        left = spent / max(1, state.global_step - self.first) * (state.max_steps - state.global_step)
        told = "".join(f"  {name.split('/')[-1]} {value:.3g}" for name, value in values.items() if name in SHOWN)
        print(f"step {state.global_step:,} of {state.max_steps:,}  loss {loss:.4f}{told}  {minutes(left)} left",
              file=sys.stderr, flush=True)  # fmt: skip
        self.keep()

    def note(self, step: int, name: str, value: float) -> None:
        """Something else that was seen at a step."""
        at = next((n for n, each in enumerate(self.steps) if each.step == step), None)
        if at is None:
            self.steps.append(Step(step=step, loss=None, rate=None, values={name: value}))
        else:
            known = self.steps[at]
            self.steps[at] = known.model_copy(update={"values": known.values | {name: value}})
        self.keep()

    def keep(self, **changes: Any) -> Run:
        seconds = self.seconds + time.monotonic() - self.begun
        self.run = self.run.model_copy(
            update={
                "steps": tuple(self.steps),
                "seconds": round(seconds, 1),
                "stopped": self.stopped,
                "kept": self.kept,
                **changes,
            }
        )
        write_run(self.folder, self.run)
        return self.run


SHOWN = ("mean_token_accuracy", "rewards/accuracies", "rewards/margins")


def minutes(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds > 90 else f"{seconds:,.0f} s"


def collator(rows: Prepared, wording: Wording) -> Callable[[Sequence[dict[str, Any]]], dict[str, torch.Tensor]]:
    padding = wording.tokenizer.pad_token_id
    if rows.pictures is None:
        return partial(collated, padding=padding)
    from train.vision import collator_with_pictures

    return collator_with_pictures(rows.pictures, wording, padding)


def collated(rows: Sequence[dict[str, Any]], padding: int) -> dict[str, torch.Tensor]:
    longest = max(len(row["input_ids"]) for row in rows)

    def padded(name: str, value: int) -> torch.Tensor:
        return torch.tensor([[*row[name], *[value] * (longest - len(row[name]))] for row in rows])

    mask = [[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in rows]
    return {
        "input_ids": padded("input_ids", padding),
        "labels": padded("labels", IGNORED),
        "attention_mask": torch.tensor(mask),
    }


class Quiet(Trainer):
    """A trainer that leaves telling to us, and dividing by what was learnt to its loss."""

    def __init__(self, model: Any, args: Any, collate: Any, rows: Any, callbacks: list[TrainerCallback]) -> None:
        super().__init__(model=model, args=args, data_collator=collate, train_dataset=rows, callbacks=callbacks)
        self.remove_callback(PrinterCallback)
        self.model_accepts_loss_kwargs = True
        self.told: dict[str, list[float]] = {}

    def tell(self, values: dict[str, torch.Tensor]) -> None:
        """What should stand in the next log, as the mean until then."""
        for name, value in values.items():
            self.told.setdefault(name, []).append(float(value.detach()))

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        means = {name: sum(values) / len(values) for name, values in self.told.items()}
        self.told.clear()
        super().log(logs | means, *args, **kwargs)


def vocabulary(model: Any, inputs: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """The logits where something is learnt, and what. The head sees no other place: on a small model all of them
    would cost as much as a third of its layers."""
    labels = inputs["labels"][:, 1:]
    learnt = labels != IGNORED
    head = model.get_output_embeddings()
    hook = head.register_forward_pre_hook(lambda _, states: (states[0][:, :-1][learnt],))
    try:
        rest = {name: value for name, value in inputs.items() if name != "labels"}
        logits = model(**rest, use_cache=False).logits
    finally:
        hook.remove()
    return logits.float(), labels[learnt]


def trained(folder: Path, batch: int, trainer_of: Callable[[int], Any]) -> tuple[Any, int]:
    """Training to its end, from the last checkpoint where there is one, with as many rows at once as memory holds."""
    at_once = batch
    while True:
        trainer = trainer_of(at_once)
        try:
            trainer.train(resume_from_checkpoint=last_checkpoint(folder))
            return trainer, at_once
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            if at_once == 1:
                raise Refused(
                    "memory runs out with one row at a time: take a smaller --model, or lower --longest or --max-pixels"
                ) from error
        del trainer
        at_once = max(1, at_once // 2)
        torch.cuda.empty_cache()
        print(f"memory ran out: from here {at_once} rows at a time, steps as large as before", file=sys.stderr)


def out_of_memory(error: BaseException) -> bool:
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)


def last_checkpoint(folder: Path) -> str | None:
    """The newest checkpoint that was written whole: a trainer writes its state last."""
    found = sorted((folder / CHECKPOINTS).glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    for path in found:
        if not (path / "trainer_state.json").is_file():
            shutil.rmtree(path)
    whole = [path for path in found if path.is_dir()]
    return str(whole[-1]) if whole else None


def recorded(
    method: Literal["sft", "dpo"], release: Release, settings: Sft | Dpo, loaded: Loaded, rows: Prepared,
    adapter: str | None = None,
) -> Run:  # fmt: skip
    """The record of a run that begins."""
    return Run(
        method=method,
        base=loaded.base,
        adapter=adapter,
        release=Source.of(release.manifest),
        settings=settings,
        device=machine.told(),
        dtype=str(loaded.model.dtype).removeprefix("torch."),
        versions=versions(),
        rows=rows.lines,
        tokens=rows.tokens,
        taught=rows.taught,
    )


def versions(packages: Iterable[str] = ("torch", "transformers", "peft", "accelerate")) -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in packages}


def finish(folder: Path, telling: Telling, at_once: int) -> Run:
    run = telling.keep(finished=True, batch_in_memory=at_once)
    per_second = run.tokens * run.settings.epochs / run.seconds if run.seconds else 0.0
    run = run.model_copy(update={"tokens_per_second": round(per_second, 1)})
    write_run(folder, run)
    draw_curve(folder, run)
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    return run
