"""The human score: dialogues as systems played them to raters and their marks back, on a server that behaves like the
real one, and once on the real one."""

import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pillow

from annotation.local import serving
from annotation.rating import BUDGET, CONSISTENCY, MARKS, UNDERSTANDING, rating_config, rating_instructions, rating_task
from annotation.rating_opinions import opinion_of, result_of
from flows.items import dialogues, read_judged
from flows.progress import Silent
from flows.rating.bill import read_bill
from flows.rating.command import rate_command
from flows.rating.kept import read_opinions
from flows.rating.performances import can_be_rated, chosen, performance_of
from flows.scoring.how import How
from flows.scoring.score import score
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue
from schemas.prediction import Prediction
from schemas.rating import Message, Opinion, Performance, Piece
from schemas.skill import Library
from store.release import Outcome
from tests.fake_studio import TOKEN, Books, fake
from tests.test_label_studio import browser, environment, free_port, new_database  # noqa: F401

SYSTEMS = ("sphinx-sft", "sphinx-dpo", "quagga")
UNREADABLE = "I would draw"
HOSTILE = "<script>alert(1)</script> </div> $item_key {{ 7 * 7 }} \u2028 🦊 مرحبا"


def said_by(system: str, answer: Answer) -> str:
    """The first two say what the labels say, so they play alike; the third never draws."""
    refusal = Answer(call=Call(intent="chat"), reply="I would rather not.")
    return refusal.text if system == "quagga" and answer.call.intent != "vqa" else answer.text


def predicted(path: Path, release: Path, system: str) -> Path:
    rows = [
        Prediction(dialogue_id=d.id, turn=n, source=system, text=said_by(system, turn.answer)).to_json()
        for d in dialogues(release, "test")
        for n, turn in enumerate(d.turns)
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def scored_once(tiny: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rating")
    given = [predicted(folder / f"{name}.jsonl", tiny.folder, name) for name in SYSTEMS]
    score(tiny.folder, given, folder / "scored", How(), Silent())
    return folder / "scored"


@pytest.fixture
def scored(scored_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scored_once, tmp_path / "scored"))


@pytest.fixture(scope="module")
def library(tiny: Outcome) -> Library:
    return read_judged(tiny.folder)[1]


@pytest.fixture(scope="module")
def test_split(tiny: Outcome) -> list[Dialogue]:
    return list(dialogues(tiny.folder, "test"))


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where pushes leave their locks
    with fake() as (url, kept):
        monkeypatch.setenv("LABEL_STUDIO_URL", url)
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", TOKEN)
        yield kept


def rate(*words: str | Path) -> Result:
    done = CliRunner().invoke(rate_command, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def told(*words: str | Path) -> str:
    done = rate(*words)
    assert done.exit_code == 0, done.output
    return done.stdout


def opinion(item: str, understanding: int, consistency: int, **more: Any) -> Opinion:
    return Opinion(item=item, annotator="anna@x.org", understanding=understanding, consistency=consistency, **more)


def judge(books: Books, task: dict[str, Any], understanding: int, consistency: int, who: int = 1) -> dict[str, Any]:
    result = result_of(opinion(task["data"]["item_key"], understanding, consistency))
    return books.judge(task["id"], {"result": result, "completed_by": who, "lead_time": 20.5})


def row_of(scored: Path, title: str, system: str) -> list[str]:
    """A system's cells in the section of that title."""
    parts = (scored / "table.md").read_text(encoding="utf-8").split("\n## ")
    (part,) = [part for part in parts if part.splitlines()[0] == title]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines()]
    (row,) = [row for row in rows if row[0] == system and len(row) == 6]  # comparisons have more cells
    return row


def png(color: str = "#d9793b", noisy: bool = False, size: tuple[int, int] = (512, 512)) -> bytes:
    data = io.BytesIO()
    (Pillow.effect_noise(size, 90).convert("RGB") if noisy else Pillow.new("RGB", size, color)).save(data, "PNG")
    return data.getvalue()


def test_labels_are_played_as_the_release_has_them(scored_once: Path, test_split: list[Dialogue]) -> None:
    played = read_bill(scored_once).played["labels"]
    for dialogue in test_split:
        messages = played[dialogue.id].messages
        assert [m.text for m in messages] == [words for turn in dialogue.turns for words in (turn.user, turn.reply)]
        assert not any(message.missing for message in messages)
        for piece in (piece for message in messages for piece in message.pictures):
            assert piece.number is None or dialogue.images[piece.number - 1].sha256 == piece.sha256
    numbered = [p.number for each in played.values() for m in each.messages for p in m.pictures]
    assert numbered.count(None) < len(numbered) / 10


def test_where_a_picture_was_due_and_none_came_it_says_so(scored_once: Path, test_split: list[Dialogue]) -> None:
    bill = read_bill(scored_once)
    for dialogue in test_split:
        replies = bill.played["quagga"][dialogue.id].messages[1::2]
        due = [bill.library[turn.call.intent].draws for turn in dialogue.turns]
        assert [reply.missing for reply in replies] == due and not any(reply.pictures for reply in replies)


def drawn(dialogue: Dialogue, library: Library, **made: str) -> Performance:
    texts = {dialogue.id: [turn.answer.text for turn in dialogue.turns]}
    return performance_of(dialogue, texts, {(dialogue.id, int(n[1:])): sha for n, sha in made.items()}, library)


def test_a_picture_drawn_where_the_label_draws_none_has_no_number(library: Library, test_split: list[Dialogue]) -> None:
    found = next(
        (d, n)
        for d in test_split
        for n, turn in enumerate(d.turns)
        if not library[turn.call.intent].draws
    )  # fmt: skip
    performance = drawn(found[0], library, **{f"n{found[1]}": "5" * 64})
    assert performance.messages[2 * found[1] + 1].pictures == (Piece(sha256="5" * 64),)


def test_an_answer_that_cannot_be_read_has_no_words(library: Library, test_split: list[Dialogue]) -> None:
    dialogue = test_split[0]
    texts = {dialogue.id: [UNREADABLE] * len(dialogue.turns)}
    performance = performance_of(dialogue, texts, {(dialogue.id, 0): None}, library)
    assert performance.messages[1] == Message(who="assistant", text="", missing=True)
    assert "cannot be read" in rating_task(performance, lambda sha256: png())["talk"]
    assert UNREADABLE not in rating_task(performance, lambda sha256: png())["talk"]


def test_more_dialogues_keep_those_asked_for_before(library: Library, test_split: list[Dialogue]) -> None:
    able = [dialogue for dialogue in test_split if can_be_rated(dialogue, library)]
    assert able and all(len(dialogue.turns) > 1 for dialogue in able)
    ids = [[d.id for d in chosen(test_split, library, "5b0c", count)] for count in (2, 3, 1000)]
    assert ids[1][:2] == ids[0] and set(ids[2]) == {dialogue.id for dialogue in able}


def test_each_dialogue_comes_up_once_before_any_does_again(scored_once: Path) -> None:
    names = [each.dialogue_id for each in read_bill(scored_once).wanted(1000, True, Silent()).values()]
    first = names[: len(set(names))]
    assert len(set(first)) == len(first) and len(names) > len(first)


def test_the_screen_is_sound_xml_with_the_controls_that_are_read() -> None:
    root = ElementTree.fromstring(rating_config())
    assert {each.get("name") for each in root.iter() if each.get("toName")} == {*MARKS, "comment"}
    assert {each.get("toName") for each in root.iter() if each.get("toName")} == {"talk"}
    asked = {name for name in MARKS for each in root.iter("Choices") if each.get("name") == name}
    assert asked == set(MARKS) and all(each.get("required") == "true" for each in root.iter("Choices"))
    keys = [each.get("hotkey") for each in root.iter("Choice")]
    assert len(keys) == len(set(keys)) == 10
    assert set(re.findall(r'"\$(\w+)"', rating_config())) == {"talk"}


def test_the_guidelines_say_every_key_and_every_mark() -> None:
    told = re.sub(r"<[^>]+>", "", rating_instructions())
    for scale in (UNDERSTANDING, CONSISTENCY):
        assert [code for code, words, _ in scale if words.startswith(code)] == ["5", "4", "3", "2", "1"]
    assert "1 to 5 for understanding" in told and "Q W E R T for consistency" in told and "Ctrl+Space" in told


def test_hostile_words_stay_words() -> None:
    performance = Performance(dialogue_id="p1", messages=(Message(who="user", text=HOSTILE),))
    talk = rating_task(performance, lambda sha256: png())["talk"]
    assert "<script>" not in talk and "{{ 7 * 7 }}" in talk and "&lt;/div&gt;" in talk


@pytest.mark.parametrize("count", [1, 6])
def test_pictures_travel_once_and_within_the_budget(count: int) -> None:
    pieces = tuple(Piece(sha256=f"{n:064x}", number=n + 1) for n in range(count))
    messages = tuple(Message(who="assistant", text="Here.", pictures=(piece, pieces[0])) for piece in pieces)
    task = rating_task(Performance(dialogue_id="p1", messages=messages), lambda sha256: png(noisy=True))
    assert task["talk"].count("data:image/webp") == count
    assert sum(map(len, re.findall(r'url\("([^"]+)"\)', task["talk"]))) <= BUDGET


def test_sizes_are_shown_where_they_differ() -> None:
    wide = {"0" * 64: (512, 512), "1" * 64: (768, 512)}
    messages = tuple(Message(who="assistant", text="x", pictures=(Piece(sha256=sha, number=1),)) for sha in wide)
    talk = rating_task(Performance(dialogue_id="p1", messages=messages), lambda sha: png(size=wide[sha]))["talk"]
    assert "512 × 512" in talk and "768 × 512" in talk


def test_nothing_on_the_server_tells_the_system(scored: Path, books: Books) -> None:
    told("push", scored, "--dialogues", "6", "--with-labels")
    shown = json.dumps([books.projects, books.tasks], ensure_ascii=False)
    dialogue_ids = {each.dialogue_id for each in read_bill(scored).played["labels"].values()}
    for word in (*SYSTEMS, "labels", str(scored), *dialogue_ids):
        assert word not in shown, word
    for task in books.tasks.values():
        assert task["data"].keys() == {"item_key", "talk"} and task["meta"].keys() == {"item_key"}


def test_nothing_is_sent_twice_and_what_is_played_alike_is_rated_once(scored: Path, books: Books) -> None:
    assert told("push", scored, "--dialogues", "2", "--overlap", "4") == "4 sent, 0 were there\n"
    assert told("push", scored, "--dialogues", "2", "--overlap", "4") == "0 sent, 4 were there\n"
    assert told("push", scored, "--dialogues", "3", "--overlap", "5") == "2 sent, 4 were there\n"
    (project,) = books.projects.values()
    assert project["maximum_annotations"] == 5 and "understanding" in project["expert_instruction"]


def test_ratings_come_back_and_stand_in_the_table(scored: Path, books: Books) -> None:
    told("push", scored, "--dialogues", "2")
    played = read_bill(scored).played
    refused = {each.key for each in played["quagga"].values()}
    for task in books.tasks.values():
        good = task["data"]["item_key"] not in refused
        judge(books, task, *((5, 4) if good else (1, 1)))
        judge(books, task, *((4, 4) if good else (1, 2)), who=2)
    assert told("pull", scored).startswith("8 ok\n")
    for system in ("sphinx-sft", "sphinx-dpo"):  # they played alike, so what was said of one counts for both
        assert row_of(scored, "Human score", system)[1:] == [
            "2", "4", "0.812 [0.812, 0.812]", "0.875 [0.875, 0.875]", "0.750 [0.750, 0.750]"
        ]  # fmt: skip
    assert row_of(scored, "Human score", "quagga")[3:] == [
        "0.062 [0.062, 0.062]", "0.000 [0.000, 0.000]", "0.125 [0.125, 0.125]"
    ]  # fmt: skip
    page = (scored / "table.md").read_text(encoding="utf-8")
    assert page.count("## Human score") == 1 and page.index("## Human score") < page.index("## Rounds without")
    assert "Krippendorff's alpha" in page and "| sphinx-sft | quagga | -0.750" in re.sub(" +", " ", page)
    assert "anna@x.org" not in page and "bert@x.org" not in page


def test_pulling_follows_the_server_and_twice_is_the_same(scored: Path, books: Books) -> None:
    told("push", scored, "--dialogues", "2")
    first, second, *_ = books.tasks.values()
    made = [judge(books, task, 3, 3) for task in (first, second)]
    assert told("pull", scored).startswith("2 ok\n")
    before = {path: path.read_bytes() for path in scored.rglob("*") if path.is_file()}
    told("pull", scored)
    assert before == {path: path.read_bytes() for path in scored.rglob("*") if path.is_file()}
    first["annotations"].remove(made[0])
    made[1] |= {"was_cancelled": True, "result": []}
    assert told("pull", scored) == "1 skipped\nthere is no human score yet\n"
    assert [each.status for each in read_opinions(scored, "human")] == ["skipped"]
    assert "## Human score" not in (scored / "table.md").read_text(encoding="utf-8")


def test_what_others_had_rated_of_the_same_release_is_only_counted(scored: Path, books: Books) -> None:
    told("push", scored, "--dialogues", "1")
    (project,) = books.projects
    (task,) = books.add(project, [{"data": {"item_key": "a" * 40, "talk": ""}, "meta": {"item_key": "a" * 40}}])
    books.judge(task, {"result": result_of(opinion("a" * 40, 5, 5))})
    assert told("pull", scored).startswith("1 of other systems\n") and not read_opinions(scored, "human")


def test_status_tells_progress_and_what_could_not_be_used(scored: Path, books: Books) -> None:
    told("push", scored, "--dialogues", "1", "--overlap", "1")
    first, second = books.tasks.values()
    judge(books, first, 5, 5)
    books.judge(second["id"], {"result": result_of(opinion("a" * 40, 5, 5))[:1]})
    told("pull", scored)
    shown = told("status", scored)
    assert "2 of 2 done, 2 judgements" in shown and "human: 1 invalid, 1 ok" in shown
    assert "invalid: there is no mark for consistency (1)" in told("status", scored, "--offline")


def choice(name: str, *picked: object) -> dict[str, Any]:
    return {"from_name": name, "to_name": "talk", "type": "choices", "value": {"choices": list(picked)}}


GOOD = choice("understanding", "4"), choice("consistency", "5")


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ([GOOD[0]], "there is no mark for consistency"),
        ([choice("comment")], "comment: cannot be read from {'choices': []}"),
        ([*GOOD, GOOD[0]], "understanding stands there twice"),
        ([choice("understanding", "6"), GOOD[1]], "understanding: there is no mark '6'"),
        ([choice("understanding", "4", "5"), GOOD[1]], "understanding: one mark is wanted, there are 2"),
        ([choice("understanding", 4), GOOD[1]], "understanding: cannot be read from {'choices': [4]}"),
        ([*GOOD, choice("verdict", "left")], "the screen has no control 'verdict'"),
        (["x"], "the screen has no control None"),
        ("x", "its result is no list: 'x'"),
    ],
)
def test_what_cannot_be_used_says_why(result: object, why: str) -> None:
    read = opinion_of({"item_key": "a" * 40}, {"result": result, "completed_by": 7})
    assert (read.status, read.why, read.annotator) == ("invalid", why, "7")


@pytest.mark.parametrize(
    "meant",
    [
        opinion("a" * 40, 1, 5),
        opinion("a" * 40, 4, 2, comment="line\nand \u2028 line", seconds=3.5, updated="2026-01-01T00:00:00Z"),
        Opinion(item="a" * 40, annotator="anna@x.org", status="skipped"),
        Opinion(item="a" * 40, annotator="anna@x.org", status="empty"),
    ],
)
def test_clicks_read_as_they_were_meant(meant: Opinion) -> None:
    annotation = {
        "result": result_of(meant),
        "was_cancelled": meant.status == "skipped",
        "lead_time": meant.seconds,
        "updated_at": meant.updated,
    }
    assert opinion_of({"item_key": "a" * 40}, annotation, "anna@x.org") == meant


def test_simulated_raters_are_named_so_and_never_among_people(scored: Path) -> None:
    assert told("simulate", scored, "--raters", "4", "--with-labels").endswith("named as simulated\n")
    page = (scored / "table.md").read_bytes()
    assert b"## Human score, simulated" in page and b"No person said this" in page
    assert "\n## Human score\n" not in page.decode() and not read_opinions(scored, "human")
    found = read_opinions(scored, "simulated")
    assert {each.judge for each in found} == {"simulated"}
    assert {each.annotator for each in found} == {f"simulated-{n}" for n in (1, 2, 3, 4)}
    scores = {
        name: float(row_of(scored, "Human score, simulated", name)[3].split()[0]) for name in ("labels", "quagga")
    }
    assert scores["quagga"] < 0.4 < 0.8 < scores["labels"]
    told("simulate", scored, "--raters", "4", "--with-labels")
    assert (scored / "table.md").read_bytes() == page


def test_scoring_again_counts_ratings_of_what_is_still_played(scored: Path, tiny: Outcome, tmp_path: Path) -> None:
    told("simulate", scored)
    page = (scored / "table.md").read_text(encoding="utf-8")
    given = [predicted(tmp_path / f"{name}.jsonl", tiny.folder, name) for name in SYSTEMS]
    assert score(tiny.folder, given, scored, How(), Silent()) == page
    changed = predicted(tmp_path / "changed.jsonl", tiny.folder, "quagga")
    changed.write_text(changed.read_text(encoding="utf-8").replace("rather not", "prefer not"), encoding="utf-8")
    again = score(tiny.folder, [given[0], changed], scored, How(), Silent())
    assert "## Human score, simulated" in again
    assert row_of(scored, "Human score, simulated", "sphinx-sft")
    with pytest.raises(ValueError, match="not enough values"):
        row_of(scored, "Human score, simulated", "quagga")


def spoil(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "name", "text", "said"),
    [
        (["status"], "scored.json", "{}", "scored.json: 'release' is missing; score again"),
        (["status"], "scored.json", "{", "scored.json: Expecting property name"),
        (["simulate"], "scored.json", None, "holds no scored.json; `drawnconvos score … --out"),
        (["pull"], "", "", "nothing of it was sent out; see `drawnconvos rate push`"),
        (["pull"], "ratings/overlap", "many", "overlap: 'many' is no number of people; push again"),
        (["simulate"], "marks.parquet", None, "marks.parquet: is not there; score again"),
        (["simulate"], "quagga/pictures.parquet", None, "pictures.parquet: is not there; score again"),
        (["simulate"], "quagga/predictions.jsonl", "{}\n", "predictions.jsonl, line 1: 'dialogue_id' is missing"),
        (["status", "--offline"], "ratings/opinions-human.jsonl", '{"item": "x"}\n', "opinions-human.jsonl, line 1: "),
        (["status", "--offline"], "ratings/opinions-human.jsonl", "\n[\n", "opinions-human.jsonl, line 2: is not JSON"),
    ],
)
def test_bad_input_is_one_line_that_names_the_file(
    scored: Path, books: Books, words: Sequence[str], name: str, text: str | None, said: str
) -> None:
    if name and text is None:
        (scored / name).unlink()
    elif name and text is not None:
        spoil(scored / name, text)
    done = rate(*words, scored)
    last = done.stderr.splitlines()[-1]
    assert done.exit_code == 1 and last.startswith("drawnconvos: ") and said in last and not books.tasks


def test_a_folder_that_nobody_scored_is_left_as_it_is(tmp_path: Path) -> None:
    done = rate("simulate", tmp_path / "nowhere")
    assert done.exit_code == 1 and "holds no scored.json" in done.stderr and not (tmp_path / "nowhere").exists()


def test_another_release_in_the_same_place_is_refused(scored: Path) -> None:
    path = scored / "scored.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(kept | {"identity": "other"}), encoding="utf-8")
    assert f"is not the release that {scored} was scored on; score again" in rate("simulate", scored).stderr


def test_labels_alone_are_rated_only_where_that_is_asked(tiny: Outcome, tmp_path: Path) -> None:
    score(tiny.folder, [], tmp_path / "scored", How(limit=6), Silent())
    assert "--with-labels has those rated" in rate("simulate", tmp_path / "scored").stderr
    assert "simulated ratings" in told("simulate", tmp_path / "scored", "--with-labels")


@pytest.mark.studio
def test_a_person_rates_two_dialogues_on_a_real_server(
    scored: Path, environment: Path, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    sdk = pytest.importorskip("label_studio_sdk")
    folder = shutil.copytree(new_database(environment), tmp_path / "studio")
    with serving(folder, free_port(), environment) as (url, token):
        monkeypatch.setenv("LABEL_STUDIO_URL", url)
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", token)
        assert told("push", scored, "--dialogues", "1", "--overlap", "1") == "2 sent, 0 were there\n"
        assert told("push", scored, "--dialogues", "1", "--overlap", "1") == "0 sent, 2 were there\n"
        client = sdk.LabelStudio(base_url=url, api_key=token, timeout=60, max_retries=0)
        (project,) = client.projects.list()
        page = signed_up(client, url, browser)
        page.goto(f"{url}/projects/{project.id}/data?labeling=1")
        page.locator(".dc-guide").wait_for(timeout=60_000)
        page.keyboard.press("Escape")
        for keys in ("2t", "5w"):
            talk = page.locator(".dc-rate .dc-talk")
            talk.wait_for()
            for key in keys:
                page.keyboard.press(key)
                page.wait_for_timeout(200)
            before = talk.element_handle()
            page.keyboard.press("Control+Enter")
            before.wait_for_element_state("hidden", timeout=20_000)
        assert told("pull", scored).startswith("2 ok\n")
    found = read_opinions(scored, "human")
    assert sorted((each.understanding, each.consistency) for each in found) == [(2, 5), (5, 2)]
    assert {each.annotator for each in found} == {"anna@example.com"} and all(each.seconds for each in found)


def signed_up(client: Any, url: str, browser: Any) -> Any:  # noqa: F811
    invite = client._client_wrapper.httpx_client.request("api/invite", method="GET").json()["invite_url"]
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(url + invite)
    page.fill("input[name=email]", "anna@example.com")
    page.fill("input[name=password]", "only-for-this-test-9")
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "signup" not in url)
    return page
