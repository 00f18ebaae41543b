"""The whole round with a real Label Studio server: a release out, judgements in, a judged release."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from annotation.local import serving
from annotation.simulated import judge
from annotation.verdicts import result_of
from flows.items import offered, read_judged
from flows.judging import outcomes
from flows.verify import verify_release
from schemas.annotation import Judgement, Project
from schemas.row import dialogue_of
from store.judgements import read_items, read_judgements
from store.release import Outcome
from store.versions import read_manifest
from tests.test_cli import run
from tests.test_label_studio import environment, free_port, new_database  # noqa: F401

pytestmark = pytest.mark.studio


@pytest.fixture(scope="module")
def server(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:  # noqa: F811
    folder = shutil.copytree(new_database(environment), tmp_path_factory.mktemp("annotate") / "studio")
    with serving(folder, free_port(), environment) as (url, token):
        yield url, token


@pytest.fixture
def reachable(server: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.setenv("LABEL_STUDIO_URL", server[0])
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server[1])
    return server


@pytest.fixture(scope="module")
def release(tiny: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("round") / "data" / "releases" / tiny.folder.name
    shutil.copytree(tiny.folder, folder)
    return folder


def client(server: tuple[str, str]) -> Any:
    sdk = pytest.importorskip("label_studio_sdk")
    return sdk.LabelStudio(base_url=server[0], api_key=server[1], timeout=60, max_retries=0)


def judge_all(server: tuple[str, str], release: Path, project: Project, names: list[str]) -> int:
    """What these people would click, posted in their names."""
    studio, found = client(server), offered(release, project)
    users = {user.email: user.id for user in studio.users.list()}
    (place,) = [p for p in studio.projects.list() if p.title.startswith(f"{release.name} {project}")]
    count = 0
    for task in studio.tasks.list(project=place.id, fields="all"):
        key = task.data["item_key"]
        item = found.items.get(key) or found.checks[key]
        for name in names:
            said = judge(item, found.golds[key], name, 0.1, 7)
            skipped = said.status == "skipped"
            result = result_of(said, task.data, found.library)
            user = users[name]
            studio.annotations.create(id=task.id, result=result, was_cancelled=skipped, completed_by=user)
            count += 1
    return count


def test_a_release_goes_out_and_comes_back_judged(reachable: tuple[str, str], release: Path) -> None:
    pushed = run("annotate", "push", str(release), "--limit", "12")
    assert pushed.returncode == 0, pushed.stderr
    assert pushed.stdout == "preferences: 12 sent, 0 were there\nreview: 12 sent, 0 were there\n"
    again = run("annotate", "push", str(release), "--limit", "12")
    assert again.stdout == "preferences: 0 sent, 12 were there\nreview: 0 sent, 12 were there\n"
    assert "0 of 12 done" in run("annotate", "status", str(release)).stdout

    studio = client(reachable)
    for name in ("anna@x.org", "ben@x.org"):
        studio.users.create(email=name, username=name, first_name=name, last_name="")
    names = ["anna@x.org", "ben@x.org"]
    given = {name: judge_all(reachable, release, name, names) for name in ("preferences", "review")}  # type: ignore[arg-type]
    assert given == {"preferences": 24, "review": 24}

    pulled = run("annotate", "pull", str(release))
    assert pulled.returncode == 0, pulled.stderr
    status = run("annotate", "status", str(release)).stdout
    assert "12 of 12 done" in status and "anna@x.org" in status and "alpha" in status
    for project in ("preferences", "review"):
        judged = read_judgements(release, project, "human")  # type: ignore[arg-type]
        assert len(judged) == 24 and {j.judge for j in judged} == {"human"}
        assert {j.item for j in judged} == set(read_items(release, project))  # type: ignore[arg-type]

    cut = run("release", str(release), "--with-annotations")
    assert cut.returncode == 0, cut.stderr
    folder = release.parent / "tiny-1.1.0"
    manifest = read_manifest(folder)
    assert manifest.judged is not None and manifest.judged.judge == "human" and manifest.judged.preferences >= 5
    assert verify_release(folder, 1)[0] == []
    rows = [row for path in (folder / "rlhf").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    given_to = [p for row in rows for p in dialogue_of(row).preferences]
    assert len(given_to) == manifest.judged.preferences and {p.judge for p in given_to} == {"human"}
    assert "anna@x.org" not in str(rows)


def test_an_edited_and_a_deleted_judgement_are_followed(reachable: tuple[str, str], release: Path) -> None:
    """After the round above."""
    studio = client(reachable)
    (place,) = [p for p in studio.projects.list() if p.title.startswith(f"{release.name} preferences")]
    first, second, *_ = studio.tasks.list(project=place.id, fields="all")
    studio.annotations.delete(id=first.annotations[0]["id"])
    studio.annotations.update(id=second.annotations[0]["id"], result=[], was_cancelled=True)
    assert run("annotate", "pull", str(release), "--project", "preferences").returncode == 0
    judged = read_judgements(release, "preferences", "human")
    assert len(judged) == 23
    assert sum(j.item == first.data["item_key"] for j in judged) == 1
    assert "skipped" in {j.status for j in judged if j.item == second.data["item_key"]}


def test_another_person_is_asked_where_two_differ(reachable: tuple[str, str], tiny: Outcome, tmp_path: Path) -> None:
    """Two people choose different sides; the item goes out again, and a third decides."""
    release = tmp_path / "releases" / "differ-1.0.0"
    shutil.copytree(tiny.folder, release)
    with (release / "plan.yaml").open("a") as plan:
        plan.write("annotation: {policy: further, checks: 0}\n")
    assert run("annotate", "push", str(release), "--project", "preferences", "--limit", "3").returncode == 0
    assert (
        "nothing that wants a further opinion"
        in run("annotate", "push", str(release), "--project", "preferences", "--further").stderr
    )
    studio, found = client(reachable), offered(release, "preferences")
    for name in ("carl@x.org", "dora@x.org", "emil@x.org"):
        studio.users.create(email=name, username=name, first_name=name, last_name="")
    users = {user.email: user.id for user in studio.users.list()}

    def choose(title: str, verdicts: dict[str, str]) -> None:
        (place,) = [p for p in studio.projects.list() if p.title.startswith(title)]
        for task in studio.tasks.list(project=place.id, fields="all"):
            for name, verdict in verdicts.items():
                said = Judgement(item=task.data["item_key"], project="preferences", annotator=name, verdict=verdict,
                                 reasons=("wording",), confidence="high")  # type: ignore[arg-type]  # fmt: skip
                result = result_of(said, task.data, found.library)
                studio.annotations.create(id=task.id, result=result, completed_by=users[name])

    choose("differ-1.0.0 preferences ·", {"carl@x.org": "a", "dora@x.org": "b"})
    assert run("annotate", "pull", str(release)).returncode == 0
    assert "wants another opinion (3)" in run("release", str(release), "--with-annotations").stderr
    pushed = run("annotate", "push", str(release), "--project", "preferences", "--further")
    assert pushed.stdout == "preferences: 3 sent, 0 were there\n", pushed.stderr
    choose("differ-1.0.0 preferences further", {"emil@x.org": "b"})
    assert "9 ok" in run("annotate", "pull", str(release)).stdout
    outcomes_now = dict(
        Counter(outcome.why for _, outcome in outcomes(release, "preferences", "human", *read_judged(release)))
    )
    assert outcomes_now == {None: 3}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LABEL_STUDIO_API_KEY", "0" * 40, "token"),
        ("LABEL_STUDIO_URL", "http://127.0.0.1:9", "no Label Studio answers there"),
        ("LABEL_STUDIO_URL", "", "LABEL_STUDIO_URL is not set"),
    ],
)
def test_what_is_wrong_with_the_server_is_one_line(
    name: str, value: str, told: str, reachable: tuple[str, str], release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    done = run("annotate", "push", str(release), "--limit", "3")
    assert done.returncode == 1 and told in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
