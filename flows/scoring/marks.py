"""Marks of pictures: each measure of Tables 1 and 3, round by round, of every system.

marks_of(rounds, played, asked, Path("scored"), How(), encoder, progress)
-> {"irpem-sft": {"scene": [Mark("p3fa…-004-0", 1, 0.93), …], "strict": […], "clip": […], "iec": […]}, …}
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from evaluation.metrics.pictures import VqaScorer, clip_marks, iec_marks, scene_scorer, strict_scene_scorer, vqa_marks
from evaluation.metrics.rounds import Round
from evaluation.metrics.scores import Mark
from flows.progress import Progress
from flows.scoring.encoding import Encoder, brought, looked_up, vectors_part
from flows.scoring.how import MODEL, SCENE, STRICT, How, metric_of
from flows.scoring.judges import Chances, Look, Server, descriptions, judge_named
from flows.scoring.pictures import Scored, Shown, bytes_in
from schemas.identity import digest


class Played(NamedTuple):
    """A system's pictures, and the file that holds them."""

    path: Path
    mark: str
    shown: Shown


def marks_of(
    found: Sequence[Round], played: Mapping[str, Played], asked: Scored, out: Path, how: How, encoder: Encoder,
    progress: Progress,
) -> dict[str, dict[str, list[Mark]]]:  # fmt: skip
    scorers = scorers_of(found, played, how, progress)
    own = {r.begins.sha256: r.begins for r in found if r.begins}
    mark = digest([asked.identity, asked.split, sorted(own)])
    attached = vectors_part(
        out / "brought" / "vectors.parquet", mark, partial(brought, asked.release, asked.split, own), len(own), encoder,
        progress,
    )  # fmt: skip
    marks: dict[str, dict[str, list[Mark]]] = {}
    for name, (path, made, shown) in played.items():
        many = len({image.sha256 for image in shown.pictures.values()})
        own_path = path.with_name("vectors.parquet")
        vectors = vectors_part(own_path, made, partial(bytes_in, path), many, encoder, progress)
        scored = {metric: vqa_marks(found, shown.pictures, scorer) for metric, scorer in scorers.items()}
        alike = clip_marks(found, shown.pictures, looked_up({**attached, **vectors}))
        whole = iec_marks(found, scored[metric_of(how)], alike)
        marks[name] = {**scored, encoder.metric: alike, "iec": whole}
    return marks


def scorers_of(
    found: Sequence[Round], played: Mapping[str, Played], how: How, progress: Progress
) -> dict[str, VqaScorer]:
    """The scene's two always, and the model's where one is asked."""
    scorers: dict[str, VqaScorer] = {SCENE: scene_scorer, STRICT: strict_scene_scorer}
    if metric_of(how) == MODEL:
        server = Server(how.base_url, how.data, how.offline, progress)
        judge = judge_named(how.scorer, server)
        told = descriptions(found, how.author, server)
        chances: Chances = {}
        for path, _, shown in played.values():
            wanted = wanted_of(found, shown, told)
            looks = (Look(sha, picture, wanted[sha]) for sha, picture in bytes_in(path) if sha in wanted)
            chances |= judge(looks, len(wanted))
        scorers[MODEL] = lambda asked, image: chances[image.sha256, told[asked.dialogue_id, asked.turn]]
    return scorers


def wanted_of(found: Sequence[Round], shown: Shown, told: Mapping[tuple[str, int], str]) -> dict[str, tuple[str, ...]]:
    """Of each picture the descriptions that it is held against, each once."""
    wanted: dict[str, dict[str, None]] = {}
    for asked in found:
        place = (asked.dialogue_id, asked.turn)
        if place in shown.pictures:
            wanted.setdefault(shown.pictures[place].sha256, {})[told[place]] = None
    return {sha: tuple(texts) for sha, texts in wanted.items()}
