"""What of a release is given to people to judge: answer pairs to contexts of rlhf, labels of test.

    picked(offered(Path("data/releases/drawnconvos-1.0.0"), "preferences"), limit=500)   -> the items, in order

The same release gives the same items. Where no model has answered yet, pairs come from the embedded policy.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from annotation.choice import Score, chosen
from flows.samples import pairs_of
from generators.policy import check_pair, context_of, known_better, pair_of
from schemas.annotation import Annotation, Item, PreferenceItem, Project, ReviewItem
from schemas.answer import Answer
from schemas.dialogue import Dialogue
from schemas.errors import BadInput
from schemas.identity import keyed
from schemas.plan import Plan
from schemas.preference import Pair
from schemas.prompt import Split
from schemas.row import WITHOUT_PIXELS, dialogue_of
from schemas.skill import Library
from store.files import read_text
from store.streams import streamed
from store.verify import read_skills
from store.versions import read_manifest

SPLIT: dict[Project, Split] = {"preferences": "rlhf", "review": "test"}


class Offered(NamedTuple):
    """A release as it is judged: its plan's way of doing so, its skills, its items with the labels that are never
    shown with them. `checks` are items whose better side is known; they stand beside the others to watch annotators."""

    policy: Annotation
    seed: int
    library: Library
    items: dict[str, Item]
    checks: dict[str, Item]
    golds: dict[str, Answer]


def offered(release: Path, project: Project, samples: Path | None = None) -> Offered:
    """All items that a release has to offer; pairs of a trained model's samples where there are some."""
    plan, library = read_judged(release)
    found = Offered(plan.annotation, plan.seed, library, {}, {}, {})
    rows = dialogues(release, SPLIT[project])
    if project == "review":
        offers = reviews(rows)
    elif samples:
        offers = drawn(rows, pairs_of(samples), library, plan.annotation, plan.seed, samples)
    else:
        offers = preferences(rows, library, plan.annotation, plan.seed)
    for item, gold in offers:
        check = isinstance(item, PreferenceItem) and item.check is not None
        (found.checks if check else found.items)[item.key] = item
        found.golds[item.key] = gold
    return found


def read_judged(release: Path) -> tuple[Plan, Library]:
    """The plan and the skills that a release was made with."""
    read_manifest(release)
    plan = Plan.from_data(yaml.safe_load(read_text(release / "plan.yaml")))
    return plan, read_skills(release)


def dialogues(release: Path, split: Split) -> Iterator[Dialogue]:
    return (dialogue_of(row) for _, row in streamed(release, WITHOUT_PIXELS, [split]))


def preferences(
    rows: Iterable[Dialogue], library: Library, policy: Annotation, seed: int
) -> Iterator[tuple[Item, Answer]]:
    """One context of each dialogue, drawn by its id; to some of them a pair with a known better side as well."""
    for dialogue in rows:
        rng = keyed(seed, "context", dialogue.id)
        turn = rng.randrange(len(dialogue.turns))
        gold, context = dialogue.turns[turn].answer, context_of(dialogue, turn)
        if pair := pair_of(dialogue, turn, library, policy.errors, seed):
            yield PreferenceItem(context=context, pair=pair), gold
        if rng.random() < policy.checks and (pair := check_pair(dialogue, turn, library, seed)):
            yield PreferenceItem(context=context, pair=pair, check=known_better(pair)), gold


def drawn(
    rows: Iterable[Dialogue], pairs: Mapping[str, Sequence[Pair]], library: Library, policy: Annotation, seed: int,
    samples: Path,
) -> Iterator[tuple[Item, Answer]]:  # fmt: skip
    """The pairs that a model's answers make, and beside some of them one with a known better side."""
    waiting = dict(pairs)
    for dialogue in rows:
        for pair in waiting.pop(dialogue.id, ()):
            if pair.turn >= len(dialogue.turns):
                raise BadInput(f"{samples}: {dialogue.id} has no turn {pair.turn}; were they drawn for this release?")
            gold, context = dialogue.turns[pair.turn].answer, context_of(dialogue, pair.turn)
            yield PreferenceItem(context=context, pair=pair), gold
            rng = keyed(seed, "check", dialogue.id, pair.turn)
            if rng.random() < policy.checks and (check := check_pair(dialogue, pair.turn, library, seed)):
                yield PreferenceItem(context=context, pair=check, check=known_better(check)), gold
    if waiting:
        raise BadInput(f"{samples}: {min(waiting)!r} is not in rlhf; were they drawn for this release?")


def reviews(rows: Iterable[Dialogue]) -> Iterator[tuple[Item, Answer]]:
    """Every turn of test."""
    for dialogue in rows:
        for n, turn in enumerate(dialogue.turns):
            yield ReviewItem(context=context_of(dialogue, n), answer=turn.answer), turn.answer


def picked(found: Offered, limit: int | None, score: Score | None = None) -> list[Item]:
    """So many of the items, the most doubtful first where a score tells, else skill by skill; the same ones always."""
    most = len(found.items) + round(len(found.items) * found.policy.checks)
    return chosen(
        found.items.values(),
        most if limit is None else limit,
        lambda item: found.golds[item.key].call.intent,
        found.seed,
        score,
        list(found.checks.values()),
        found.policy.checks,
    )


def pictures_of(release: Path, project: Project, items: Mapping[str, Item]) -> Iterator[tuple[Item, dict[str, bytes]]]:
    """Each of these items with the pictures it shows, dialogue by dialogue."""
    wanted: dict[str, list[Item]] = {}
    for item in items.values():
        wanted.setdefault(item.context.dialogue_id, []).append(item)
    for _, row in streamed(release, ("id", "images", "image_info"), [SPLIT[project]]):
        if row["id"] in wanted:
            pictures = {
                info["sha256"]: image["bytes"] for info, image in zip(row["image_info"], row["images"], strict=True)
            }
            yield from ((item, pictures) for item in wanted[row["id"]])
