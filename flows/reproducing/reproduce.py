"""The paper's whole way in one go: a release, SFT, its answers judged, DPO, and both kinds of tables.

    reproduce(loop, plan, Path("plans/drawnconvos.yaml"), Path("runs/small"), None, 2, progress)

    runs/small/results.md          the tables, the curves, every command and what it took
    runs/small/data/               the release, its judgements, the judged release
    runs/small/{sft,dpo,dpo-alone}/{adapter/, run.json, curve.png}
    runs/small/{samples,evaluate,score}/

Stop it anywhere; the same command goes on. Under `judge: label-studio` it stops by itself while people judge.
"""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from flows import build as building
from flows.annotate import URL, pull, push
from flows.build import Step, plainly
from flows.judging import judged_share, release_judged, simulate
from flows.progress import Progress
from flows.reproducing import commands as commands
from flows.reproducing.commands import ALONE, DPO, EVALUATE, SAMPLES, SCORE, SFT
from flows.reproducing.page import page
from flows.reproducing.stages import Stages, one_at_a_time
from flows.scoring.how import How
from flows.scoring.score import score
from schemas.errors import Refused
from schemas.loop import Loop
from schemas.plan import Plan
from store.files import write_text
from store.versions import read_manifest

RESULTS = "results.md"
BUILD, JUDGE = "build", "judge"


def reproduce(
    loop: Loop, plan: Plan, plan_file: Path, out: Path, release: Path | None, workers: int, progress: Progress,
    step: Step = plainly,
) -> Path:  # fmt: skip
    """The page of results. A release that is given is taken in place of the plan's."""
    with one_at_a_time(out, progress) as lock:
        stages = Stages(out, progress, step, lock)
        learnt_from = release or built(plan, plan_file, stages, workers)
        trained(loop, learnt_from, stages)
        judged = judgements(loop, learnt_from, stages)
        preferred(loop, judged, stages)
        files = asked(loop, judged, stages)
        pictures(loop, judged, files, stages, workers)
        write_text(out / RESULTS, page(loop, learnt_from, judged, stages))
    return out / RESULTS


def built(plan: Plan, plan_file: Path, stages: Stages, workers: int) -> Path:
    data = stages.out / "data"

    def work() -> Path:
        return building.build(plan, data, workers, stages.progress).folder

    return stages.once(BUILD, {"plan": plan.fingerprint}, [commands.build(plan_file, data)], work, looks=True)


def trained(loop: Loop, release: Path, stages: Stages) -> None:
    by_command(stages, SFT, commands.sft(loop, release, stages.out), "adapter", sft_inputs(loop, release))
    inputs = {"sft": sft_inputs(loop, release), "settings": loop.sampling.model_dump(mode="json")}
    by_command(stages, SAMPLES, commands.sample(loop, release, stages.out), "samples.parquet", inputs)


def judgements(loop: Loop, release: Path, stages: Stages) -> Path:
    samples = stages.out / SAMPLES / "samples.parquet"
    inputs = {"sft": sft_inputs(loop, release), "settings": loop.sampling.model_dump(mode="json"), "judge": loop.judge}
    if loop.judge == "simulated":
        told = [commands.simulate(release, samples), commands.judged(release, "simulated")]
        return stages.once(JUDGE, inputs, told, partial(by_embedded, release, samples, stages.progress))
    told = [commands.push(release, samples), commands.pull(release), commands.judged(release, "human")]
    return stages.once(JUDGE, inputs, told, partial(by_people, release, samples, loop.enough, stages.progress))


def by_embedded(release: Path, samples: Path, progress: Progress) -> Path:
    simulate(release, "preferences", None, progress, samples)
    return release_judged(release, "simulated").folder


def by_people(release: Path, samples: Path, enough: float, progress: Progress) -> Path:
    """The pairs with people, or the judged release where they are done."""
    push(release, "preferences", None, None, progress, samples=samples)
    pull(release, "preferences", progress)
    share = judged_share(release, "human")
    if share < enough:
        raise Refused(
            f"{release.name}: {share:.0%} of its answer pairs have an outcome and {enough:.0%} are asked for; they "
            f"wait to be judged at {os.environ.get(URL)}, after which the same command goes on from here"
        )
    return release_judged(release, "human").folder


def preferred(loop: Loop, judged: Path, stages: Stages) -> None:
    inputs = {"release": identity(judged), "sft": sft_settings(loop), "settings": loop.dpo.model_dump(mode="json")}
    by_command(stages, DPO, commands.dpo(loop, judged, stages.out), "adapter", inputs)
    if loop.dpo_alone:
        alone = {name: value for name, value in inputs.items() if name != "sft"} | {"model": loop.model}
        by_command(stages, ALONE, commands.dpo_alone(loop, judged, stages.out), "adapter", alone)


def asked(loop: Loop, judged: Path, stages: Stages) -> list[Path]:
    """What every system answered to the test split."""
    from train.evaluate import slug

    by_command(
        stages, EVALUATE, commands.evaluate(loop, judged, stages.out), "table.md", last_inputs(loop, judged), True
    )
    names = commands.systems(loop, stages.out)
    return [stages.out / EVALUATE / slug(name) / "test.jsonl" for name in names]


def pictures(loop: Loop, judged: Path, files: Sequence[Path], stages: Stages, workers: int) -> None:
    out, given = stages.out / SCORE, loop.score

    def work() -> Path:
        how = How("test", loop.scored, given.scorer, given.base_url, given.author, given.encoder, workers)
        score(judged, files, out, how, stages.progress)
        return out / "table.md"

    inputs = last_inputs(loop, judged) | {"score": given.model_dump(mode="json")}
    stages.once(SCORE, inputs, [commands.score(loop, judged, files, stages.out)], work, looks=True)


def by_command(
    stages: Stages, name: str, command: list[str], made: str, inputs: dict[str, Any], looks: bool = False
) -> None:
    def work() -> Path:
        stages.run(command)
        return stages.out / name / made

    stages.once(name, inputs, [command], work, looks)


def sft_inputs(loop: Loop, release: Path) -> dict[str, Any]:
    return {"release": identity(release), **sft_settings(loop)}


def sft_settings(loop: Loop) -> dict[str, Any]:
    return {"model": loop.model, "settings": loop.sft.model_dump(mode="json", exclude={"model"})}


def last_inputs(loop: Loop, judged: Path) -> dict[str, Any]:
    """Everything that the tables hang on."""
    said = loop.model_dump(mode="json", include={"model", "sft", "dpo", "dpo_alone", "evaluate"})
    return {"release": identity(judged), **said}


def identity(release: Path) -> str:
    return read_manifest(release).identity
