"""The guard of DPO: what the policy really answers on held-out turns, since a reward can rise while answers fall.

    Guard(loaded, held_out, folder, drop=0.1)       a callback; stops training, and remembers the best it has seen

Reward accuracy compares log-probabilities of two given texts. A policy can widen that gap by making both unlikely, and
then says neither. So some turns are kept apart, answered greedily as training goes on, and held against their labels.
Most are not judged: what people differ on are hard turns, and a policy may get better at those and worse at all others.
What is kept in the end is the best adapter seen, the later one of equals; none is worse on these turns than what it
began with.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peft import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from transformers import TrainerCallback

from schemas.answer import Answer
from train.answering import answers
from train.asking import Asked
from train.learning import Telling
from train.models import Loaded

BEST = "best.safetensors"


class Guard(TrainerCallback):
    def __init__(self, loaded: Loaded, held_out: Sequence[tuple[Asked, Answer]], telling: Telling, drop: float) -> None:
        self.loaded, self.telling, self.drop = loaded, telling, drop
        self.asked = [asked for asked, _ in held_out]
        self.labels = {asked.place: label for asked, label in held_out}
        self.path: Path = telling.folder / BEST
        self.at_start: float | None = None
        self.best, self.kept = -1.0, 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        before = [(step.values["guard"], step.step) for step in self.telling.steps if "guard" in step.values]
        if state.global_step and before:
            self.at_start, (self.best, self.kept) = before[0][0], max(before)
        else:
            self.look(state.global_step, control)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.look(state.global_step, control)

    def look(self, step: int, control: Any) -> None:
        share = self.right()
        self.at_start = share if self.at_start is None else self.at_start
        print(f"step {step:,}: {share:.1%} of {len(self.asked)} held-out calls are whole", file=sys.stderr, flush=True)
        self.telling.note(step, "guard", share)
        if share >= self.best:
            self.best, self.kept = share, step
            save_file(
                {k: v.contiguous().cpu() for k, v in get_peft_model_state_dict(self.loaded.model).items()}, self.path
            )
        if share < self.at_start - self.drop:
            control.should_training_stop = True
            self.telling.stopped = (
                f"whole calls on held-out turns fell from {self.at_start:.3f} to {share:.3f} at step {step}"
            )

    def right(self) -> float:
        model = self.loaded.model
        training = model.training
        found = dict(answers(self.loaded, self.asked))
        model.train(training)
        said = {place: Answer.parse(drawn.text) for place, drawn in found.items()}
        return sum(a is not None and a.call == self.labels[place].call for place, a in said.items()) / len(said)

    def restore(self, last: int) -> None:
        """Back to the best of it, where that was not the last."""
        if self.kept != last:
            set_peft_model_state_dict(self.loaded.model, load_file(self.path))
        self.telling.kept = self.kept
        self.path.unlink(missing_ok=True)
