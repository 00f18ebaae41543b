"""Direct preference optimisation (eq. 3): from what SFT made, towards the answers that people preferred.

    python -m train.dpo data/releases/drawnconvos-1.1.0 --adapter runs/sft --out runs/dpo
    -> runs/dpo/{adapter/, rows/, run.json, curve.png}

The policy begins as the SFT adapter, and the reference *is* the SFT adapter: its log-probabilities are computed once,
before the first step, so no second model stays in memory. A chosen answer may be one that an annotator wrote, which the
policy would hardly give by itself; plain DPO on such pairs can ruin it while its reward accuracy shines. So the chosen
answers' own loss is added, turns of sft go along (train/pairs.py), and held-out turns are answered as it goes: what
comes of it is the best adapter that was seen (train/guard.py).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import torch
from datasets import Dataset
from transformers import TrainingArguments, set_seed

from schemas.answer import Answer
from schemas.errors import Refused
from schemas.identity import keyed
from schemas.talk import Talk
from schemas.training import Dpo, Recipe
from train.asking import Asked
from train.commands import FOLDER, given, runs_plainly, settings_options
from train.guard import Guard
from train.learning import SMALL, Quiet, Telling, arguments, begun, collator, finish, recorded, trained, vocabulary
from train.models import ADAPTER, Loaded, adapted, load, size_of, with_adapter
from train.pairs import Judged, anchors, judged, prepare_pairs, sides
from train.questions import seen_in
from train.record import RUN, Run
from train.release import Release, newest
from train.rows import IGNORED
from train.systems import check_skills

RANK, ALPHA = 16, 32  # of an adapter that begins from a bare model
REFERENCE = "reference.json"


def dpo(release: Release, settings: Dpo, start: str, out: Path) -> Run:
    """The finished run, gone on with where it was begun. `start` is an SFT run, or a model for DPO alone."""
    standing = begun(out, release, settings, "dpo")
    if standing and standing.finished:
        return standing
    loaded, adapter = beginning(start, release, settings)
    sees = loaded.wording.sees
    pairs, held_out = split(release, judged(release, settings.limit, sees), settings.guard, settings.seed, sees)
    beside = anchors(release, len(pairs), settings.seed, sees)
    rows = prepare_pairs(pairs, beside, loaded.wording, out / "rows", settings.longest, settings.max_pixels)
    rate = settings.learning_rate or (1e-4 if size_of(loaded.model) < SMALL else 2e-5)
    telling = Telling(out, standing or recorded("dpo", release, settings, loaded, rows, adapter))
    guard = Guard(loaded, held_out, telling, settings.guard_drop) if held_out else None
    plain = collator(rows, loaded.wording)
    collate = grouped(plain, with_anchors=settings.anchor_weight > 0)
    alone = grouped(plain, with_anchors=False)
    dataset = with_reference(Dataset.from_file(str(rows.rows)), loaded.model, alone, out / "rows" / REFERENCE)
    set_seed(settings.seed)

    def trainer_of(at_once: int) -> Any:
        asked = arguments(settings, out, rate, settings.weight_decay, settings.epochs, at_once)
        watching = [telling, *([guard] if guard else [])]
        trainer = Preferring(loaded.model, TrainingArguments(**asked), collate, dataset, callbacks=watching)
        trainer.settings = settings
        return trainer

    trainer, at_once = trained(out, settings.at_once or settings.batch, trainer_of)
    if guard:
        guard.restore(trainer.state.global_step)
    trainer.model.save_pretrained(out / ADAPTER)
    return finish(out, telling, at_once)


class Preferring(Quiet):
    """A trainer with the loss of eq. 3, and the chosen answers' own beside it."""

    settings: Dpo

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        reference = inputs.pop("reference")
        pairs = len(reference) // 2
        logprobs, tokens = answer_logprobs(model, inputs)
        chosen, rejected = (logprobs[: 2 * pairs] - reference).chunk(2)
        margins = self.settings.beta * (chosen - rejected)
        told = -torch.nn.functional.logsigmoid(margins).mean()
        told = told + self.settings.sft_weight * own(logprobs[:pairs], tokens[:pairs])
        if self.settings.anchor_weight:
            told = told + self.settings.anchor_weight * own(logprobs[2 * pairs :], tokens[2 * pairs :])
        self.tell({"rewards/accuracies": (margins > 0).float().mean(), "rewards/margins": margins.mean()})
        return told / self.current_gradient_accumulation_steps


def own(logprobs: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """The loss of SFT, for a token."""
    return -logprobs.sum() / tokens.sum()


def answer_logprobs(model: Any, inputs: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """What the model gives each row's answer, and how many tokens it has."""
    logits, learnt = vocabulary(model, inputs)
    each = torch.log_softmax(logits, dim=-1).gather(1, learnt[:, None])[:, 0]
    rows = (inputs["labels"][:, 1:] != IGNORED).nonzero()[:, 0]
    summed = each.new_zeros(len(inputs["labels"])).index_add(0, rows, each)
    return summed, rows.bincount(minlength=len(summed))


def with_reference(rows: Any, model: Any, collate: Any, path: Path) -> Any:
    """The rows with what the policy gives both sides before it learns anything; kept, so that a resumed run has the
    same."""
    if not path.is_file():
        found = [list(each) for each in reference(rows, model, collate)]
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(found))
        unfinished.replace(path)
    return rows.add_column("reference", json.loads(path.read_text()))


@torch.no_grad()
def reference(rows: Any, model: Any, collate: Any, at_once: int = 4) -> Iterator[tuple[float, float]]:
    model.eval()
    for begin in range(0, len(rows), at_once):
        some = [rows[n] | {"reference": [0.0, 0.0]} for n in range(begin, min(begin + at_once, len(rows)))]
        inputs = {name: value.to(model.device) for name, value in collate(some).items() if name != "reference"}
        if begin % (16 * at_once) == 0:
            print(f"reference: {begin:,} of {len(rows):,} pairs", file=sys.stderr, flush=True)
        chosen, rejected = answer_logprobs(model, inputs)[0].float().chunk(2)
        yield from zip(chosen.tolist(), rejected.tolist(), strict=True)


def grouped(collate: Any, with_anchors: bool) -> Any:
    """Batches with the chosen sides first, then the rejected ones, then the anchors."""

    def together(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        known = torch.tensor([row["reference"] for row in rows])
        found: dict[str, torch.Tensor] = collate(list(sides(rows, with_anchors)))
        return found | {"reference": known.T.flatten()}

    return together


def beginning(start: str, release: Release, settings: Dpo) -> tuple[Loaded, str | None]:
    """The policy with its adapter still apart, and what that adapter is known by."""
    folder = Path(start)
    if (folder / RUN).is_file():
        check_skills(folder, release.library)
        model, loaded = with_adapter(folder, settings.dtype, trainable=True)
        return loaded._replace(model=model), loaded.run.fingerprint if loaded.run else None
    loaded = load(start, settings.dtype)
    set_seed(settings.seed)
    return loaded._replace(model=adapted(loaded.model, RANK, ALPHA)), None


def split(
    release: Release, pairs: list[Judged], guard: int, seed: int, sees: bool
) -> tuple[list[Judged], list[tuple[Asked, Answer]]]:
    """The pairs to learn from, and turns that are only answered: one of each dialogue of the last prompts, judged or
    not, so that no prompt is both."""
    if not guard:
        return pairs, []
    by_prompt: dict[str, list[tuple[Asked, Answer]]] = {}
    for dialogue, pictures in release.dialogues("rlhf", sees):
        turn = keyed(seed, "guard", dialogue.id).randrange(len(dialogue.turns))
        talk = Talk.of(dialogue.turns, turn)
        asked = Asked(dialogue.id, turn, talk, seen_in(talk, pictures))
        by_prompt.setdefault(dialogue.prompt_id, []).append((asked, dialogue.turns[turn].answer))
    held_out: list[tuple[Asked, Answer]] = []
    apart: set[str] = set()
    for prompt in reversed(by_prompt):
        if len(held_out) < guard:
            held_out += by_prompt[prompt]
            apart.add(prompt)
    kept = [each for each in pairs if each.dialogue.prompt_id not in apart]
    if len(kept) < len(pairs) / 2:
        raise Refused(f"{len(pairs)} judged pairs are of too few prompts to keep {guard} turns apart; lower --guard")
    return kept, held_out[:guard]


@click.command()
@click.argument("release", type=FOLDER, required=False)
@click.option("--adapter", type=FOLDER, default=Path("runs/sft"), show_default=True, help="The SFT run to begin from.")
@click.option("--model", help="Begin from this bare model instead: DPO alone, for comparison.")
@click.option("--out", type=FOLDER, default=Path("runs/dpo"), show_default=True, help="The run's folder.")
@click.option("--recipe", type=click.Choice(["ours", "paper"]), default="ours", show_default=True)
@settings_options(Dpo)
@runs_plainly
def main(release: Path | None, adapter: Path, model: str | None, out: Path, recipe: Recipe, **options: Any) -> None:
    """Train an SFT run further on the judged pairs of RELEASE; the newest release."""
    folder = release or newest()
    if release is None:
        print(f"no release named: taking {folder}", file=sys.stderr)
    run = dpo(Release.read(folder), Dpo.named(recipe, **given(options)), model or str(adapter), out)
    print(f"{out}: {run.rows:,} pairs, {run.seconds / 60:.1f} min, last loss {run.last_loss:.4f}"
          + (f", kept as of step {run.kept}" if run.kept is not None else "")
          + (f"; stopped: {run.stopped}" if run.stopped else ""))  # fmt: skip


if __name__ == "__main__":
    main()
