"""Judgements become a release: simulated ones through the whole path, people's as they were pulled."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows.build import build
from flows.items import offered, picked, pictures_of, preferences
from flows.judging import release_judged, simulate
from flows.plans import read_plan
from flows.progress import Silent
from flows.verify import verify_release
from schemas.annotation import Judgement, PreferenceItem
from schemas.answer import Answer
from schemas.errors import BadInput, Refused
from schemas.row import dialogue_of
from store.judgements import add_items, folder_of, read_items, read_judgements, write_judgements
from store.release import Outcome
from store.versions import read_manifest
from tests.conftest import ROOT
from tests.test_cli import run


@pytest.fixture(scope="module")
def release(tiny: Outcome, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tiny release in a data folder of its own."""
    data = tmp_path_factory.mktemp("judged") / "data"
    shutil.copytree(tiny.folder, data / "releases" / tiny.folder.name)
    shutil.copytree(tiny_data / "parts", data / "parts")
    return data / "releases" / tiny.folder.name


@pytest.fixture(scope="module")
def simulated(release: Path) -> Outcome:
    for project in ("preferences", "review"):
        simulate(release, project, None, Silent())  # type: ignore[arg-type]
    return release_judged(release, None)


def rows(folder: Path, split: str) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / split).glob("*.parquet")):
        yield from pq.read_table(path).to_pylist()


def test_simulated_judgements_make_a_minor_version_that_verifies(simulated: Outcome, release: Path) -> None:
    assert simulated.new and simulated.folder.name == "tiny-1.1.0" and simulated.manifest.parent == "tiny-1.0.0"
    assert verify_release(simulated.folder, 1)[0] == []
    judged = simulated.manifest.judged
    assert judged is not None and judged.judge == "simulated" and judged.annotators == 3
    assert judged.of == read_manifest(release).identity
    given = [p for row in rows(simulated.folder, "rlhf") for p in dialogue_of(row).preferences]
    assert len(given) == judged.preferences >= 15 and sum(p.corrected for p in given) == judged.corrected
    assert {p.judge for p in given} == {"simulated"}
    turns = [turn for row in rows(simulated.folder, "test") for turn in dialogue_of(row).turns]
    assert sum(turn.label_source == "simulated" for turn in turns) == judged.reviewed >= 20


def test_chosen_is_right_far_more_often_than_rejected(simulated: Outcome) -> None:
    right: Counter[str] = Counter()
    for dialogue in map(dialogue_of, rows(simulated.folder, "rlhf")):
        for preference in dialogue.preferences:
            gold = dialogue.turns[preference.turn].call
            for side in ("chosen", "rejected"):
                answer = getattr(preference, side).answer
                right[side] += answer is not None and answer.call == gold
    assert right["chosen"] > 2 * right["rejected"]


def test_what_nobody_judged_stays_as_it_was(simulated: Outcome, release: Path) -> None:
    old, new = read_manifest(release), simulated.manifest
    hashes = {file.path: file.sha256 for file in old.files}
    assert all(file.sha256 == hashes[file.path] for file in new.files if file.path.startswith("sft/"))
    assert [row["turns"] for row in rows(release, "rlhf")] == [row["turns"] for row in rows(simulated.folder, "rlhf")]
    assert [row["images"] for row in rows(release, "test")] == [row["images"] for row in rows(simulated.folder, "test")]


def test_the_card_names_the_judges_and_that_they_are_simulated(simulated: Outcome) -> None:
    card = (simulated.folder / "README.md").read_text()
    assert "simulated annotators" in card and "no person saw them" in card and "awaiting pairs" not in card
    assert "judged by 3 simulated annotators" in run("show", str(simulated.folder)).stdout


def test_judging_again_changes_nothing_and_neither_does_building(simulated: Outcome, release: Path) -> None:
    simulate(release, "preferences", None, Silent())
    assert not release_judged(release, "simulated").new
    again = build(read_plan(ROOT / "plans" / "tiny.yaml"), release.parent.parent, 2, Silent())
    assert not again.new and again.folder.name == "tiny-1.0.0"


def test_a_judged_release_is_not_judged_again(simulated: Outcome) -> None:
    with pytest.raises(BadInput, match="is judged already; give the release that it was made from"):
        release_judged(simulated.folder, None)


def human(release: Path, names: tuple[str, ...], **changes: Any) -> list[Judgement]:
    items = [i for i in picked(offered(release, "preferences"), 8) if isinstance(i, PreferenceItem) and not i.check]
    add_items(release, "preferences", items)
    return [
        Judgement(**{"item": item.key, "project": "preferences", "annotator": name, "verdict": "a", **changes})
        for item in items
        for name in names
    ]


@pytest.fixture
def own(release: Path, tmp_path: Path) -> Path:
    """The release alone in a fresh data folder."""
    shutil.copytree(release, tmp_path / "releases" / release.name)
    return tmp_path / "releases" / release.name


def test_people_go_before_simulation_and_the_two_never_mix(own: Path) -> None:
    simulate(own, "review", 10, Silent())
    write_judgements(own, "preferences", "human", human(own, ("anna@x.org", "bert@x.org")))
    outcome = release_judged(own, None)
    judged = outcome.manifest.judged
    assert judged is not None and judged.judge == "human" and judged.reviewed == 0
    given = [p for row in rows(outcome.folder, "rlhf") for p in dialogue_of(row).preferences]
    assert len(given) == judged.preferences >= 7 and {p.judge for p in given} == {"human"}
    other = release_judged(own, "simulated").manifest.judged
    assert other is not None and other.judge == "simulated" and other.preferences == 0 and other.reviewed == 10


def test_annotators_leave_under_pseudonyms(own: Path) -> None:
    write_judgements(own, "preferences", "human", human(own, ("anna@x.org", "bert@x.org")))
    folder = release_judged(own, None).folder
    assert not [path for path in folder.rglob("*") if path.is_file() and b"x.org" in path.read_bytes()]
    names = {name for row in rows(folder, "rlhf") for p in row["preferences"] for name in p["annotators"]}
    assert len(names) == 2 and all(name.startswith("annotator-") for name in names)


def test_a_corrected_label_of_test_takes_its_place(own: Path) -> None:
    found = offered(own, "review")
    item = next(i for i in found.items.values() if found.golds[i.key].call.intent != "chat")
    add_items(own, "review", [item])
    told = Answer.parse('{"intent": "chat", "parameters": {}, "reply": "Just talking."}')
    said = [
        Judgement(item=item.key, project="review", annotator=name, verdict="correct", corrected=told, naturalness=4)
        for name in ("anna@x.org", "bert@x.org")
    ]
    write_judgements(own, "review", "human", said)
    outcome = release_judged(own, None)
    assert verify_release(outcome.folder, 1)[0] == []
    assert outcome.manifest.judged is not None and outcome.manifest.judged.relabelled == 1
    (row,) = [row for row in rows(outcome.folder, "test") if row["id"] == item.context.dialogue_id]
    turn = dialogue_of(row).turns[item.context.turn]
    assert (turn.call.intent, turn.reply, turn.label_source) == ("chat", "Just talking.", "human")


@pytest.mark.parametrize(
    ("changes", "names", "told"),
    [
        ({}, ("anna@x.org",), "too few"),
        ({"status": "skipped", "verdict": None}, ("anna@x.org", "bert@x.org"), "skipped"),
        ({"verdict": "tie"}, ("anna@x.org", "bert@x.org"), "tie"),
        ({"flags": ("pii",)}, ("anna@x.org", "bert@x.org"), "flagged"),
    ],
)
def test_where_nothing_stands_no_release_is_cut(
    changes: dict[str, Any], names: tuple[str, ...], told: str, own: Path
) -> None:
    write_judgements(own, "preferences", "human", human(own, names, **changes))
    with pytest.raises(Refused, match=rf"no judgement stands: {told}"):
        release_judged(own, None)
    assert [path.name for path in own.parent.iterdir()] == [own.name]


def test_nothing_judged_is_said(own: Path) -> None:
    assert "nothing was judged" in run("release", str(own), "--with-annotations").stderr
    assert "nothing of it was pushed" in run("annotate", "pull", str(own)).stderr
    assert "nothing of it was pushed or simulated" in run("annotate", "status", str(own), "--offline").stderr
    simulate(own, "review", 5, Silent())
    done = run("release", str(own), "--with-annotations", "--judge", "human")
    assert done.returncode == 1 and "no human judgements were pulled" in done.stderr


def test_a_judgement_of_an_item_that_nobody_knows_is_counted(own: Path) -> None:
    given = human(own, ("anna@x.org", "bert@x.org"))
    write_judgements(own, "preferences", "human", [*given, given[0].model_copy(update={"item": "0" * 40})])
    judged = release_judged(own, None).manifest.judged
    assert judged is not None and judged.unresolved["unknown item"] == 1


def test_items_are_the_same_each_time_and_only_of_their_split(release: Path) -> None:
    found = offered(release, "preferences")
    assert [i.key for i in picked(found, 10)] == [i.key for i in picked(offered(release, "preferences"), 10)]
    ids = {row["id"] for row in rows(release, "rlhf")}
    assert {i.context.dialogue_id for i in found.items.values()} <= ids
    shown = list(pictures_of(release, "preferences", found.items))
    assert len(shown) == len(found.items)
    assert all(set(item.context.pictures) <= pictures.keys() for item, pictures in shown)


def test_a_few_items_have_a_better_side_that_is_known(release: Path) -> None:
    found = offered(release, "preferences")
    dialogues = [dialogue_of(row) for row in rows(release, "rlhf")]
    policy = found.policy.model_copy(update={"checks": 1.0})
    made = [item for item, _ in preferences(dialogues, found.library, policy, found.seed)]
    checks = [item for item in made if isinstance(item, PreferenceItem) and item.check]
    assert 0.6 * len(dialogues) <= len(checks) <= len(dialogues)
    assert {item.check for item in checks if isinstance(item, PreferenceItem)} == {"a", "b"}


def test_items_once_pushed_stay_known(own: Path) -> None:
    add_items(own, "review", list(offered(own, "review").items.values())[:3])
    add_items(own, "review", list(offered(own, "review").items.values())[3:5])
    assert len(read_items(own, "review")) == 5
    assert read_judgements(own, "review", "human") == [] and folder_of(own, "review").is_dir()
