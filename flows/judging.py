"""Judgements to a release: what people, or the simulated annotators, said of its items becomes a version of its own."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from annotation.adjudication import WANTS_ANOTHER, adjudicate
from annotation.adjudication import Outcome as Decision
from annotation.agreement import Agreement, agreement
from annotation.screens import task_data
from annotation.simulated import judge, simulated_names
from annotation.verdicts import judgement_of, result_of
from flows.items import offered, picked, pictures_of, read_judged
from flows.progress import Progress
from generators.catalogue import art_licence
from schemas.annotation import Item, Judgement, PreferenceItem, Project, Side
from schemas.answer import Answer
from schemas.errors import BadInput, Refused
from schemas.manifest import Judged, Manifest
from schemas.plan import Plan
from schemas.preference import Preference
from schemas.skill import Library
from store.card import card_of
from store.files import read_text
from store.judged import Change, judge_release
from store.judgements import (
    Judge,
    add_items,
    folder_of,
    judge_for,
    read_items,
    read_judgements,
    salt_of,
    write_judgements,
)
from store.release import Outcome, unfinished_release
from store.versions import read_manifest

PROJECTS: tuple[Project, ...] = ("preferences", "review")
EPOCH = "1970-01-01T00:00:00Z"  # simulated annotators work outside time


def pushed_projects(release: Path) -> list[Project]:
    found = [project for project in PROJECTS if read_items(release, project)]
    if not found:
        raise BadInput(f"{release}: nothing of it was pushed; see `drawnconvos annotate push`")
    return found


def simulate(
    release: Path, project: Project, limit: int | None, progress: Progress, samples: Path | None = None
) -> int:
    """The embedded judge on every item, through the very screens and readings that people's judgements pass."""
    found = offered(release, project, samples)
    items = {item.key: item for item in picked(found, limit)}
    add_items(release, project, items.values())
    progress.stage(f"simulated {project}", len(items))
    made: list[Judgement] = []
    for item, pictures in pictures_of(release, project, items):
        data = task_data(item, found.library, pictures.__getitem__)
        for name in simulated_names(found.policy.simulated):
            said = judge(item, found.golds[item.key], name, found.policy.simulated_errors, found.seed)
            made.append(read_back(said, data, found.library))
        progress.advance(1)
    write_judgements(release, project, "simulated", made)
    return len(made)


def read_back(said: Judgement, data: Mapping[str, Any], library: Library) -> Judgement:
    """A judgement as the clicks it would have been."""
    annotation = {
        "result": result_of(said, data, library),
        "was_cancelled": said.status == "skipped",
        "lead_time": said.seconds,
        "updated_at": EPOCH,
    }
    return judgement_of(data, annotation, library, said.project, said.annotator, "simulated")


class Verdicts(NamedTuple):
    """What became of the items of a release."""

    preferences: dict[str, list[Preference]]
    turns: dict[str, dict[int, Answer]]
    relabelled: int
    unresolved: Counter[str]
    agreement: Agreement

    @property
    def changes(self) -> dict[str, Change]:
        ids = sorted(self.preferences.keys() | self.turns.keys())
        return {name: Change(tuple(self.preferences.get(name, ())), self.turns.get(name, {})) for name in ids}


def release_judged(release: Path, wanted: Judge | None) -> Outcome:
    """A version of the release with what was judged so far: preferences in rlhf, reviewed labels in test."""
    manifest = read_manifest(release)
    if manifest.judged is not None:
        raise BadInput(f"{release}: is judged already; give the release that it was made from")
    name = judge_for(release, wanted)
    plan, library = read_judged(release)
    found = verdicts(release, name, plan, library)
    changes = found.changes
    if not changes:
        why = ", ".join(f"{reason} ({count})" for reason, count in found.unresolved.most_common(3))
        raise Refused(f"{release}: no judgement stands: {why or 'there are none'}")

    def card(judged: Manifest) -> str:
        return card_of(judged, plan, library, art_licence())

    with unfinished_release(release.parent, manifest.name) as folder:
        told = account(found, name, manifest)
        return judge_release(release.parent, release, folder, changes, told, card)


def overlap_of(release: Path, project: Project, plan: Plan) -> int:
    """How many people judge an item: what the last push said."""
    said = folder_of(release, project) / "overlap"
    return int(read_text(said)) if said.is_file() else plan.annotation.overlap


def outcomes(
    release: Path, project: Project, name: Judge, plan: Plan, library: Library
) -> Iterator[tuple[Item, Decision]]:
    """What stands of each item that was pushed."""
    policy = plan.annotation.model_copy(update={"overlap": overlap_of(release, project, plan)})
    salt, by_item = salt_of(release), defaultdict(list)
    for judgement in read_judgements(release, project, name):
        by_item[judgement.item].append(judgement)
    for key, item in sorted(read_items(release, project).items()):
        yield item, adjudicate(item, by_item[key], policy, library, salt)


def verdicts(release: Path, name: Judge, plan: Plan, library: Library) -> Verdicts:
    preferences: dict[str, list[Preference]] = defaultdict(list)
    turns: dict[str, dict[int, Answer]] = defaultdict(dict)
    unresolved: Counter[str] = Counter()
    relabelled = 0
    for project in PROJECTS:
        known = read_items(release, project).keys()
        unknown = {judgement.item for judgement in read_judgements(release, project, name)} - known
        unresolved.update({"unknown item": len(unknown)} if unknown else {})
        for item, outcome in outcomes(release, project, name, plan, library):
            place = item.context
            if isinstance(outcome.stands, Preference):
                preferences[place.dialogue_id].append(outcome.stands)
            elif isinstance(outcome.stands, Answer):
                turns[place.dialogue_id][place.turn] = outcome.stands
                relabelled += outcome.corrected
            elif outcome.why != "check":
                unresolved[str(outcome.why)] += 1
    return Verdicts(preferences, turns, relabelled, unresolved, agreed(release, name))


def judged_share(release: Path, name: Judge) -> float:
    """How many of the items that were pushed have come to an outcome, whatever it is."""
    plan, library = read_judged(release)
    found = [outcome for project in PROJECTS for _, outcome in outcomes(release, project, name, plan, library)]
    waiting = sum(outcome.why in ("too few", WANTS_ANOTHER) for outcome in found)
    return 1 - waiting / len(found) if found else 0.0


def agreed(release: Path, name: Judge) -> Agreement:
    """How far the annotators of all projects judge alike."""
    judgements = [j for project in PROJECTS for j in read_judgements(release, project, name)]
    return agreement(judgements, checks_of(release))


def checks_of(release: Path) -> dict[str, Side]:
    items = read_items(release, "preferences").values()
    return {item.key: item.check for item in items if isinstance(item, PreferenceItem) and item.check is not None}


def account(found: Verdicts, name: Judge, manifest: Manifest) -> Judged:
    given = [preference for each in found.preferences.values() for preference in each]
    alphas = {f"{q.project}: {q.name}": round(q.alpha, 3) for q in found.agreement.questions if q.alpha is not None}
    return Judged(
        judge=name,
        of=manifest.identity,
        annotators=len(found.agreement.annotators),
        preferences=len(given),
        corrected=sum(preference.corrected for preference in given),
        reviewed=sum(map(len, found.turns.values())),
        relabelled=found.relabelled,
        unresolved=dict(sorted(found.unresolved.items())),
        agreement=dict(sorted(alphas.items())),
    )
