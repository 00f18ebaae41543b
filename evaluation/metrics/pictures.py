"""The metrics of Tables 1 and 3: of pictures that a system's calls made, against the rounds of the labels.

    vqa = vqa_marks(rounds, pictures, scene_scorer)    score(by_dialogue(vqa))  -> multi-turn VQA score (eq. 5)
    clip = clip_marks(rounds, pictures, encode)        score(by_dialogue(clip)) -> multi-turn CLIP similarity (eq. 6)
    iec = iec_marks(rounds, vqa, clip)                 score(by_dialogue(iec))  -> instruct edit coherence (eq. 7)

Marks are kept turn by turn, so that they break down by skill and position. Where a system made no picture though the
label draws, it has nought: neither is there what was asked for, nor was anything kept.
"""

from collections.abc import Callable, Sequence

import numpy as np

from evaluation.metrics.claims import shown
from evaluation.metrics.rounds import Pictures, Round
from evaluation.metrics.scores import Mark
from evaluation.spread import Vectors, unit
from schemas.errors import BadInput
from schemas.image import Image

VqaScorer = Callable[[Round, Image], float]
Encode = Callable[[Sequence[Image]], Vectors]
EDIT, NEW = (0.5, 0.5), (1.0, 0.0)


def scene_scorer(asked: Round, image: Image) -> float:
    """The scorer of painted pictures: it reads the scene, where a model would look at the pixels."""
    if image.scene is None:
        raise BadInput(f"picture {image.sha256[:12]} was not painted: score it by a model that sees")
    if not asked.claims:
        raise BadInput(f"{asked.dialogue_id}, turn {asked.turn}: its label's pictures were not painted: use a model")
    return shown(asked.claims, image.scene)


def strict_scene_scorer(asked: Round, image: Image) -> float:
    """One where the scene shows all that is asked for, else nought. A picture left as it was has most of its claims
    right after any edit, and none of its edits made."""
    return float(scene_scorer(asked, image) == 1)


def vqa_marks(rounds: Sequence[Round], pictures: Pictures, scorer: VqaScorer) -> list[Mark]:
    """VQA(F(text_1 … text_i), image_i) of each round; their mean over a dialogue is eq. 5."""
    found = []
    for asked in rounds:
        image = pictures.get((asked.dialogue_id, asked.turn))
        found.append(Mark(asked.dialogue_id, asked.turn, 0.0 if image is None else scorer(asked, image)))
    return found


def clip_marks(rounds: Sequence[Round], pictures: Pictures, encode: Encode, consecutive: bool = False) -> list[Mark]:
    """Each round's likeness to the earlier pictures of its run, weighted by how many there are, so that a dialogue's
    mean is the mean over all its pairs: eq. 6. With `consecutive`, to the picture before alone, as the paper's text
    has it. A round with no earlier picture has no mark."""
    earlier = earlier_pictures(rounds, pictures)
    shas = {image.sha256: image for images in earlier.values() for image in images if image}
    shas |= {image.sha256: image for r in rounds if (image := pictures.get((r.dialogue_id, r.turn)))}
    places = {sha: row for row, sha in enumerate(shas)}
    points = unit(encode(list(shas.values()))) if shas else np.zeros((0, 1), dtype=np.float32)
    found = []
    for place, before in earlier.items():
        image, compared = pictures.get(place), before[-1:] if consecutive else before
        likeness = [
            float(points[places[image.sha256]] @ points[places[other.sha256]]) if image and other else 0.0
            for other in compared
        ]
        if likeness:
            found.append(Mark(*place, sum(likeness) / len(likeness), float(len(likeness))))
    return found


def earlier_pictures(rounds: Sequence[Round], pictures: Pictures) -> dict[tuple[str, int], list[Image | None]]:
    """For each round the pictures of its run before it, with the one that the user brought; None for one not made."""
    runs: dict[tuple[str, int], list[Image | None]] = {}
    found = {}
    for asked in rounds:
        run = runs.setdefault((asked.dialogue_id, asked.run), [asked.begins] if asked.begins else [])
        found[asked.dialogue_id, asked.turn] = list(run)
        run.append(pictures.get((asked.dialogue_id, asked.turn)))
    return found


def iec_marks(rounds: Sequence[Round], vqa: Sequence[Mark], clip: Sequence[Mark]) -> list[Mark]:
    """q_1 VQA + q_2 CLIP of each round: 0.5 and 0.5 for an edit, 1 and 0 for a new picture, and for an edit that there
    is nothing to compare with."""
    likeness = {mark.place: mark.value for mark in clip}
    new = {(r.dialogue_id, r.turn): r.new for r in rounds}
    found = []
    for mark in vqa:
        dialogue_id, turn = mark.dialogue_id, mark.turn
        alone = turn is None or new[dialogue_id, turn] or mark.place not in likeness
        q_1, q_2 = NEW if alone else EDIT
        found.append(mark._replace(value=q_1 * mark.value + q_2 * likeness.get(mark.place, 0.0)))
    return found


def iec(vqa: float, clip: float, new: float) -> float:
    """Eq. 7 from two averages, where `new` is the share of rounds that make a new picture. All rows of the paper's
    Tables 1 and 3 obey it with a tenth."""
    q_1 = new * NEW[0] + (1 - new) * EDIT[0]
    return q_1 * vqa + (1 - q_1) * clip
