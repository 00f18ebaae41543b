"""Tasks out and judgements in, whatever happens on the way. test_sync_live.py puts the same stories to a real server."""

import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from annotation.studio import Project, Studio, connect, ensure_project
from annotation.sync import Pulled, Pushed, Tally, progress_of, pull, push, touched
from schemas.errors import BadInput, Refused
from schemas.identity import keyed
from tests.conftest import ROOT
from tests.fake_studio import TOKEN, Books, Script, fake, misbehaving

CONFIG = """<View>
  <Text name="words" value="$words"/>
  <Choices name="preference" toName="words" required="true"><Choice value="left"/><Choice value="right"/></Choices>
</View>"""
LEFT, RIGHT = (
    [{"from_name": "preference", "to_name": "words", "type": "choices", "value": {"choices": [side]}}]
    for side in ("left", "right")
)


class Server(NamedTuple):
    url: str
    token: str
    books: Books


@pytest.fixture
def server() -> Iterator[Server]:
    with fake() as (url, books):
        yield Server(url, TOKEN, books)


@pytest.fixture
def studio(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where pushes leave their locks
    return hasty(server.url, server.token)


@pytest.fixture
def project(studio: Studio, request: pytest.FixtureRequest) -> Project:
    return ensure_project(studio, "Preferences", own_config(request), "Pick one", 2)


def own_config(request: pytest.FixtureRequest) -> str:
    """Another for each test and run, so that each gets a project of its own on a server that stays."""
    return f"{CONFIG}<!-- {request.node.nodeid} {time.time_ns()} -->"


def hasty(url: str, token: str, timeout: float = 20, attempts: int = 8) -> Studio:
    patient = connect(url, token, timeout=timeout, attempts=attempts)
    return dataclasses.replace(patient, pause=lambda tries, least: time.sleep(0.01))


def tasks(count: int, start: int = 0) -> list[dict[str, Any]]:
    keys = [hashlib.sha256(str(number).encode()).hexdigest()[:40] for number in range(start, start + count)]
    return [{"data": {"item_key": key, "words": f"number {start + place}"}} for place, key in enumerate(keys)]


def at(nth: int, fault: str) -> Script:
    return lambda method, path, count: fault if count == nth else None


def keys_of(items: list[dict[str, Any]]) -> list[str]:
    return [item["data"]["item_key"] for item in items]


def listed(studio: Studio, project: Project) -> list[str]:
    return [row.key for row in studio.tasks(project)]


def judge(studio: Studio, task: int, result: list[Any], **more: Any) -> int:
    """As the page does it when an annotator submits."""
    content = json.dumps({"result": result} | more).encode()
    made: int = studio.ask("POST", f"api/tasks/{task}/annotations/", content)["id"]
    return made


def bring(studio: Studio, project: Project, items: list[dict[str, Any]]) -> None:
    """As someone does it who uploads a file by hand."""
    studio.ask("POST", f"api/projects/{project.id}/import", json.dumps(items).encode())


def verdicts(pulled: list[Pulled]) -> dict[str, str]:
    return {p.item_key: p.annotation["result"][0]["value"]["choices"][0] for p in pulled if p.annotation["result"]}


def test_a_second_push_sends_nothing_and_the_order_is_kept(studio: Studio, project: Project) -> None:
    heard: list[int] = []
    assert push(studio, project, tasks(30), heard.append) == Pushed(sent=30, there=0)
    assert push(studio, project, tasks(30)) == Pushed(sent=0, there=30)
    assert push(studio, project, tasks(40)) == Pushed(sent=10, there=30)
    assert listed(studio, project) == keys_of(tasks(40)) and heard == [30]


@pytest.mark.parametrize("fault", ["502", "502 after", "drop", "reset", "cut", "stall"])
def test_one_fault_at_each_request_in_turn_leaves_every_task_there_once(
    server: Server, studio: Studio, project: Project, fault: str
) -> None:
    for nth in range(2, 8):  # the first is the greeting of connect
        with misbehaving(server.url, at(nth, fault)) as url:
            push(hasty(url, server.token, timeout=1), project, tasks(10, start=10 * nth))
    assert sorted(listed(studio, project)) == sorted(keys_of(tasks(60, start=20)))
    assert {push(studio, project, tasks(10, start=10 * nth)).sent for nth in range(2, 8)} == {0}


def test_a_thousand_tasks_through_a_line_that_fails_at_most_requests(
    server: Server, studio: Studio, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.sync.CHUNK", 40)
    kinds = [None, None, None, "drop", "502", "502 after", "reset", "cut"]
    faults: Script = lambda method, path, count: keyed("faults", count).choice(kinds) if count > 1 else None  # noqa: E731
    with misbehaving(server.url, faults) as url:
        pushed = push(hasty(url, server.token, attempts=40), project, tasks(1000))
    assert pushed.sent == 1000 and pushed.faults > 10
    assert sorted(listed(studio, project)) == sorted(keys_of(tasks(1000)))
    assert push(studio, project, tasks(1000)) == Pushed(sent=0, there=1000)


def test_an_import_that_arrives_after_all_was_done_is_taken_back_by_the_next_push(
    server: Server, studio: Studio, project: Project
) -> None:
    late: list[int] = []

    def once(method: str, path: str, count: int) -> str | None:
        late.extend([count] if path.endswith("/import") else [])
        return "late" if late == [count] else None

    with misbehaving(server.url, once) as url:
        assert push(hasty(url, server.token, timeout=1), project, tasks(10)) == Pushed(sent=10, there=0, faults=1)
        end = time.monotonic() + 10
        while studio.size(project) < 20 and time.monotonic() < end:
            time.sleep(0.05)
    assert push(studio, project, tasks(10)) == Pushed(sent=0, there=10, duplicates=10)
    assert listed(studio, project) == keys_of(tasks(10))


PUSH = """
import sys
from annotation import sync
from tests.test_sync import hasty, tasks
sync.CHUNK = 20
studio = hasty(sys.argv[1], sys.argv[2])
print(sync.push(studio, studio.project(int(sys.argv[3])), tasks(400), lambda done: print(done, flush=True)))
"""


def test_a_push_that_was_killed_is_done_again(server: Server, studio: Studio, project: Project) -> None:
    for wait_for in ("20", "100", "220"):
        args = [sys.executable, "-c", PUSH, server.url, server.token, str(project.id)]
        process = subprocess.Popen(
            args, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        assert process.stdout is not None
        while process.stdout.readline().strip() not in (wait_for, ""):
            pass
        time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    before = len(listed(studio, project))
    pushed = push(studio, project, tasks(400))
    assert before >= 220 and pushed.there + pushed.sent == 400
    assert sorted(listed(studio, project)) == sorted(keys_of(tasks(400)))
    assert push(studio, project, tasks(400)) == Pushed(sent=0, there=400)


def test_deleted_tasks_come_back_and_ids_given_out_again_do_no_harm(studio: Studio, project: Project) -> None:
    push(studio, project, tasks(10))
    rows = studio.tasks(project)
    judge(studio, rows[0].id, LEFT)
    judge(studio, rows[9].id, RIGHT)
    for row in rows[5:]:
        studio.ask("DELETE", f"api/tasks/{row.id}/")
    push(studio, project, tasks(5, start=100))  # takes the ids of those that were deleted
    assert verdicts(list(pull(studio, project))) == {rows[0].key: "left"}
    assert push(studio, project, tasks(10)) == Pushed(sent=5, there=5)
    assert sorted(listed(studio, project)) == sorted(keys_of(tasks(10)) + keys_of(tasks(5, start=100)))


def test_of_duplicates_those_without_judgements_go_and_all_judgements_count(studio: Studio, project: Project) -> None:
    push(studio, project, tasks(3))
    bring(studio, project, tasks(3))  # by hand, without our mark
    first, again = studio.tasks(project)[:3], studio.tasks(project)[3:]
    judge(studio, first[0].id, LEFT)
    judge(studio, again[0].id, RIGHT)
    judge(studio, again[1].id, RIGHT)
    assert verdicts(list(pull(studio, project))) == {first[0].key: "right", first[1].key: "right"}
    assert push(studio, project, tasks(3)) == Pushed(sent=0, there=3, duplicates=2)
    assert [row.id for row in studio.tasks(project)] == [first[0].id, first[2].id, again[0].id, again[1].id]
    assert verdicts(list(pull(studio, project))) == {first[0].key: "right", first[1].key: "right"}


def test_pull_follows_edits_skips_and_deletions(studio: Studio, project: Project) -> None:
    push(studio, project, tasks(4))
    rows = studio.tasks(project)
    made = [judge(studio, row.id, LEFT) for row in rows[:3]]
    judge(studio, rows[3].id, [], was_cancelled=True)
    before = touched(studio, project, None)
    pulled = list(pull(studio, project))
    assert [p.annotation["was_cancelled"] for p in pulled] == [False, False, False, True]
    assert {p.item_key for p in pulled} == before.keys and len({p.unique_id for p in pulled}) == 4
    assert next(pull(studio, project, wanted=["words"])).data == {"words": "number 0"}
    assert pulled[0].data == tasks(1)[0]["data"] and "@" in pulled[0].annotator

    newest = max(row.updated for row in studio.tasks(project))
    studio.ask("PATCH", f"api/annotations/{made[0]}/", json.dumps({"result": RIGHT}).encode())
    studio.ask("DELETE", f"api/annotations/{made[1]}/")
    hint = touched(studio, project, newest)
    assert hint.keys == {rows[0].key, rows[1].key}
    assert verdicts(list(pull(studio, project, hint.keys))) == {rows[0].key: "right"}
    studio.ask("DELETE", f"api/tasks/{rows[2].id}/")
    after = list(pull(studio, project))
    assert [(p.item_key, p.annotation["was_cancelled"]) for p in after] == [(rows[0].key, False), (rows[3].key, True)]
    assert after[0].updated > pulled[0].updated and after[0].unique_id == pulled[0].unique_id


def test_a_lost_page_never_makes_a_short_list_look_whole(
    server: Server, studio: Studio, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(studio, project, tasks(25))
    for row in studio.tasks(project):
        judge(studio, row.id, LEFT)
    monkeypatch.setattr("annotation.studio.PAGE", 10)
    lost: Script = lambda method, path, count: "no page" if path == "/api/tasks" and count in (3, 6) else None  # noqa: E731
    with misbehaving(server.url, lost) as url:
        assert len(list(pull(hasty(url, server.token), project))) == 25
    gone: Script = lambda method, path, count: "no page" if path == "/api/tasks" and count % 3 == 0 else None  # noqa: E731
    with misbehaving(server.url, gone) as url, pytest.raises(Refused, match="Invalid page"):
        list(pull(hasty(url, server.token, attempts=3), project))


def test_progress_counts_judgements_by_annotator(studio: Studio, project: Project) -> None:
    push(studio, project, tasks(4))
    assert progress_of(studio, project)[1:] == (0, 0, 0, {}, None, None)
    rows = studio.tasks(project)
    me = studio.ask("GET", "api/current-user/whoami")["email"]
    for row in rows[:2]:
        judge(studio, row.id, LEFT)
    judge(studio, rows[2].id, [], was_cancelled=True)
    standing = progress_of(studio, project)
    assert standing[:4] == (4, 0, 2, 1) and standing.by == {me: Tally(judged=2, skipped=1)}
    assert standing.per_hour and standing.finish  # two people are asked, so nothing is done


def test_the_same_config_is_the_same_project_and_another_is_another(
    studio: Studio, project: Project, request: pytest.FixtureRequest
) -> None:
    config = own_config(request)
    title = "Preferences with a name too long for a server to take"
    made = ensure_project(studio, title, config, "Pick", 2)
    assert made.id != project.id and len(made.title) == 50
    assert ensure_project(studio, title, config.replace("\n", "\n "), "Pick well", 3).id == made.id
    assert studio.project(made.id).overlap == 3
    studio.ask("PATCH", f"api/projects/{made.id}/", json.dumps({"title": "Renamed by hand"}).encode())
    assert ensure_project(studio, title, config, "Pick well", 3).id == made.id
    assert ensure_project(studio, "Second round", config, "Pick well", 3).id != made.id


def test_a_project_that_is_as_it_should_be_is_left_alone(
    server: Server, studio: Studio, request: pytest.FixtureRequest
) -> None:
    wanted = ("Alone", own_config(request), "<p class='x'>Pick</p>", 2)
    made = ensure_project(studio, *wanted)
    told = studio.read(f"api/projects/{made.id}/")
    told["description"] += "\nAsk Anna before you change anything."
    studio.ask("PATCH", f"api/projects/{made.id}/", json.dumps({"description": told["description"]}).encode())
    methods: list[str] = []
    with misbehaving(server.url, lambda method, path, count: methods.append(method)) as url:
        assert ensure_project(hasty(url, server.token), *wanted) == made
    assert set(methods) == {"GET"} and told["expert_instruction"] == '<p class="x">Pick</p>'
    ensure_project(studio, *wanted[:2], "Pick well", 2)
    assert "Ask Anna" in studio.read(f"api/projects/{made.id}/")["description"]


def test_a_config_that_was_changed_by_hand_is_refused_by_name(studio: Studio, request: pytest.FixtureRequest) -> None:
    config = own_config(request)
    made = ensure_project(studio, "By hand", config, "", 2)
    changed = config.replace('<Choice value="left"/>', '<Choice value="links"/>')
    studio.ask("PATCH", f"api/projects/{made.id}/", json.dumps({"label_config": changed}).encode())
    with pytest.raises(Refused, match=rf"'By hand · .*' was changed by hand .*/projects/{made.id}/settings/labeling"):
        ensure_project(studio, "By hand", config, "", 2)


def test_a_project_is_made_once_though_the_answer_was_lost(
    server: Server, studio: Studio, request: pytest.FixtureRequest
) -> None:
    config = own_config(request)
    lost: Script = lambda method, path, count: "drop" if method == "POST" and count < 4 else None  # noqa: E731
    with misbehaving(server.url, lost) as url:
        made = ensure_project(hasty(url, server.token), "Once", config, "", 2)
    assert ensure_project(studio, "Once", config, "", 2) == made
    assert [p["title"] for p in studio.read("api/projects/", page_size=1000)["results"]].count(made.title) == 1


def test_a_project_that_was_deleted_is_said_to_be(studio: Studio, project: Project) -> None:
    def delete(done: int) -> None:
        studio.ask("DELETE", f"api/projects/{project.id}/")

    with pytest.raises(Refused, match="No Project matches the given query; it was deleted"):
        push(studio, project, tasks(600), delete)
    with pytest.raises(Refused, match="it was deleted"):
        list(pull(studio, project))


def test_a_server_that_leaves_in_the_middle_is_given_up_and_the_rest_follows_later(
    server: Server, studio: Studio, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.sync.CHUNK", 10)
    leaves: Script = lambda method, path, count: "reset" if count > 12 else None  # noqa: E731
    with misbehaving(server.url, leaves) as url, pytest.raises(Refused, match=r"3 times; .* what is there is kept"):
        push(hasty(url, server.token, attempts=3), project, tasks(100))
    there = len(listed(studio, project))
    assert 0 < there < 100
    assert push(studio, project, tasks(100)) == Pushed(sent=100 - there, there=there)


def test_others_may_push_too(studio: Studio, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """From another machine, where our lock is not."""
    monkeypatch.setattr("annotation.sync.CHUNK", 10)
    pushed = push(
        studio, project, tasks(30), lambda done: bring(studio, project, tasks(5, start=done)) if done < 25 else None
    )
    assert pushed == Pushed(sent=20, there=10)
    assert sorted(listed(studio, project)) == sorted(keys_of(tasks(30)))


def test_two_pushes_at_once_on_this_machine_are_refused(studio: Studio, project: Project) -> None:
    nested: list[Pushed] = []
    with pytest.raises(Refused, match="another push to project"):
        push(studio, project, tasks(1), lambda done: nested.append(push(studio, project, tasks(1))))


def test_a_task_without_a_key_is_named(studio: Studio, project: Project) -> None:
    with pytest.raises(BadInput, match=r"without data\['item_key'\].*nameless"):
        push(studio, project, [{"data": {"words": "nameless"}}])


def test_the_servers_own_complaint_is_passed_on(studio: Studio, project: Project) -> None:
    lacking = [{"data": {"item_key": "0" * 40}}]
    with pytest.raises(Refused, match=r"answered 400: .*words.* key is expected in task data"):
        push(studio, project, lacking)


def test_a_token_that_is_wrong_and_a_server_that_is_none_are_told_apart(server: Server) -> None:
    with pytest.raises(Refused, match="does not accept the token in LABEL_STUDIO_API_KEY"):
        connect(server.url, "0" * 40)
    with pytest.raises(Refused, match=r"no Label Studio answers there: .*; start it, or correct LABEL_STUDIO_URL"):
        connect("http://127.0.0.1:9", server.token)


def test_what_is_too_large_at_once_goes_in_smaller_parts(server: Server, studio: Studio, project: Project) -> None:
    server.books.largest = 2000
    assert push(studio, project, tasks(100)) == Pushed(sent=100, there=0)
    assert 1000 < server.books.largest_seen <= 2000 and listed(studio, project) == keys_of(tasks(100))
    server.books.largest = 50
    with pytest.raises(Refused, match="413, request too large, with a single task"):
        push(studio, project, tasks(200))


def test_counters_that_are_behind_hide_no_judgement(server: Server, studio: Studio, project: Project) -> None:
    push(studio, project, tasks(3))
    judge(studio, studio.tasks(project)[1].id, LEFT)
    server.books.stale = True
    assert len(list(pull(studio, project))) == 1


def test_annotators_who_left_keep_a_name(server: Server, studio: Studio, project: Project) -> None:
    push(studio, project, tasks(1))
    (row,) = studio.tasks(project)
    for user in (1, 2, 7, None, None):
        judge(studio, row.id, LEFT, completed_by=user)
    names = [p.annotator for p in pull(studio, project)]
    assert names[:3] == ["admin@x.org", "bert@x.org", "user-7"]
    assert len(set(names)) == 5 and all(name.startswith("user-deleted-") for name in names[3:])
    assert [*progress_of(studio, project).by] == ["admin@x.org", "bert@x.org", "user-7", "user-deleted"]


def test_an_open_line_to_another_machine_is_cautioned_about(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert connect(server.url, server.token).caution is None
    assert str(connect(f" {server.url}/ ", server.token).url) == server.url
    monkeypatch.setenv("http_proxy", server.url)  # so that any name leads to the fake
    assert "without https, the token" in str(connect("http://studio.example", server.token).caution)


@pytest.mark.parametrize(
    ("url", "token", "missing"),
    [
        (None, TOKEN, "LABEL_STUDIO_URL"),
        ("http://127.0.0.1", " ", "LABEL_STUDIO_API_KEY"),
        ("127.0.0.1:8080", "x", "LABEL_STUDIO_URL"),
    ],
)
def test_settings_that_are_missing_or_none_are_named(url: str | None, token: str, missing: str) -> None:
    with pytest.raises(BadInput, match=f"^{missing} is"):
        connect(url, token)
