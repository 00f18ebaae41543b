"""Two people work on a real Label Studio in a real browser; what they clicked is what is read back."""

import io
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from filelock import FileLock
from PIL import Image as Pillow
from PIL import ImageDraw

from annotation.local import VERSION, admin_of, environment_folder, installed, serving
from annotation.screens import config_of, instructions_of, task_data
from annotation.verdicts import judgement_of, result_of
from generators.cards import read_library
from schemas.annotation import Context, Item, Judgement, Line, PreferenceItem, Project, ReviewItem
from schemas.answer import Answer, Call
from schemas.errors import BadInput, Refused
from schemas.preference import Pair, Sample

pytestmark = pytest.mark.studio

LIBRARY = read_library()
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ANNA, BEN = "anna@example.com", "ben@example.com"
PASSWORD = "only-for-this-test-9"


def picture(sha256: str) -> bytes:
    image = Pillow.new("RGB", (256, 256), "#7fb2d9")
    ImageDraw.Draw(image).ellipse((40, 60, 60 + int(sha256[-1], 16) * 12, 200), fill="#d9793b")
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def answer(reply: str, intent: str, **parameters: str | int | float) -> Answer:
    return Answer(call=Call(intent=intent, parameters=parameters), reply=reply)


def context(words: str) -> Context:
    lines = (
        Line(who="user", text="a fox by the sea"),
        Line(who="assistant", text="Here is your fox.", pictures=(0,)),
        Line(who="user", text="and one at night"),
        Line(who="assistant", text="A night it is.", pictures=(1,)),
        Line(who="user", text=words),
    )
    return Context(dialogue_id="p1", turn=2, lines=lines, pictures=(f"{9:064x}", f"{12:064x}"), current=1)


def pair(words: str, a: str, b: str) -> PreferenceItem:
    sides = {"a": Sample.of(a, "one"), "b": Sample.of(b, "two")}
    return PreferenceItem(context=context(words), pair=Pair(dialogue_id="p1", turn=2, **sides))


DARKER = answer("Darker now.", "adjust", property="brightness", direction="less").text
BLUE = answer("It is blue.", "recolor", object="fox", colour="blue").text
HAT = answer("A hat for the fox.", "add_object", object="hat", target="fox").text
HOSTILE = '<img src=x onerror=alert(1)> <script>alert(2)</script> "$talk" مرحبا 🦊'
PAIRS = [
    pair("make the fox blue", BLUE, DARKER),
    pair("a bit darker please", BLUE, DARKER),
    pair("warmer, in the first one", BLUE, HAT),
    pair("give it a hat", HAT, answer("A hat on the fox.", "add_object", object="hat", target="fox").text),
    pair(HOSTILE, answer(HOSTILE, "add_text", text=HOSTILE).text, HOSTILE),
]
LABELS = [
    ReviewItem(
        context=context("make the fox blue"), answer=answer("It is blue.", "recolor", object="fox", colour="blue")
    ),
    ReviewItem(context=context("a hat in the first one"), answer=answer("Here.", "add_object", object="hat")),
]
WARMER = answer("Image 1 is warmer now.", "adjust", property="warmth", direction="more", image="image_1")
HAT_THERE = answer("A hat in image 1.", "add_object", object="hat", image="image_1")


# Which picture each place shows, and whether there is really one of some size.
DRAWN = """places => places.map(place => [
    place.getAttribute("aria-label"),
    getComputedStyle(place).backgroundImage.startsWith('url("data:image/webp') && place.clientHeight > 60,
])"""


class Studio(NamedTuple):
    url: str
    sdk: Any
    projects: Mapping[Project, int]

    def judgements(self, project: Project) -> dict[tuple[str, str], Judgement]:
        """What each annotator made of each item, by the way that a pull takes."""
        emails = {user.id: user.email for user in self.sdk.users.list()}
        exported = b"".join(self.sdk.projects.exports.download_sync(id=self.projects[project], export_type="JSON"))
        found = {}
        for task in json.loads(exported):
            for annotation in task["annotations"]:
                who = emails[annotation["completed_by"]]
                judgement = judgement_of(task["data"], annotation, LIBRARY, project, who)
                assert judgement.seconds is not None and judgement.updated
                found[who, judgement.item] = judgement.model_copy(update={"seconds": None, "updated": ""})
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def environment() -> Path:
    folder = environment_folder()
    missing = "" if CHROMIUM else "no Chromium here"
    if not installed(folder):
        missing = f"no label-studio {VERSION} in {folder} (make label-studio, or LABEL_STUDIO_ENVIRONMENT)"
    if missing:
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return folder


def new_database(environment: Path) -> Path:
    """A data folder that nobody has used, kept beside the environment: making one takes a minute."""
    folder = environment.parent / f"unused-{VERSION}"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            making = folder.with_suffix(f".{os.getpid()}")
            with serving(making, free_port(), environment):
                pass
            making.rename(folder)
    return folder


@pytest.fixture(scope="module")
def studio(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    sdk = pytest.importorskip("label_studio_sdk")
    folder = shutil.copytree(new_database(environment), tmp_path_factory.mktemp("studio") / "data")
    with serving(folder, free_port(), environment) as (url, token):
        client = sdk.LabelStudio(base_url=url, api_key=token, timeout=60, max_retries=0)
        projects: dict[Project, int] = {}
        everything: dict[Project, list[Item]] = {"preferences": [*PAIRS], "review": [*LABELS]}
        for project, items in everything.items():
            made = client.projects.create(
                title=project,
                label_config=config_of(project, LIBRARY),
                expert_instruction=instructions_of(project, LIBRARY),
                show_instruction=True,
                maximum_annotations=2,
                enable_empty_annotation=False,
            )
            tasks = [{"data": task_data(item, LIBRARY, picture)} for item in items]
            client.projects.import_tasks(id=made.id, request=tasks, return_task_ids=True)
            projects[project] = made.id
        yield Studio(url, client, projects)


@pytest.fixture(scope="module")
def browser(environment: Path) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def people(studio: Studio, browser: Any) -> Iterator[dict[str, Any]]:
    """Each annotator's page; they sign up by the link that the admin hands out."""
    invite = studio.sdk._client_wrapper.httpx_client.request("api/invite", method="GET").json()["invite_url"]
    pages = {}
    for email in (ANNA, BEN):
        page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        page.goto(studio.url + invite)
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "signup" not in url)
        pages[email] = page
    yield pages


class Screen:
    """A page on which tasks come one after the other, and what one does there."""

    def __init__(self, page: Any) -> None:
        self.page = page

    @property
    def key(self) -> str:
        """The task at hand, told by what the screen shows: the user's words."""
        return str(self.page.locator(".dc-last .dc-words").inner_text())

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(150)

    def click(self, part: str, words: str) -> None:
        self.page.locator(f".dc-{part} label", has_text=words).first.click()

    def write(self, parameters: str, reply: str) -> None:
        for place, words in enumerate((parameters, reply)):
            self.page.locator(".dc-fix textarea").nth(place).fill(words)

    @contextmanager
    def next_task(self) -> Iterator[None]:
        """What happens within leads to another task, or to the end of them."""
        before = self.page.locator(".dc-last .dc-words").element_handle()
        yield
        before.wait_for_element_state("hidden", timeout=20_000)
        self.page.locator(".dc-last, :text('No More Tasks Left in Queue')").first.wait_for(timeout=20_000)

    def submit(self) -> None:
        with self.next_task():
            self.page.get_by_role("button", name="Submit current annotation").click()


def opened(studio: Studio, page: Any, project: Project) -> Screen:
    page.goto(f"{studio.url}/projects/{studio.projects[project]}/data?labeling=1")
    page.locator(".dc-guide").wait_for(timeout=30_000)
    page.keyboard.press("Escape")
    page.locator(".dc-guide").wait_for(state="hidden")
    page.locator(".dc-last").wait_for()
    return Screen(page)


def judged(item: Item, who: str, project: Project, **fields: Any) -> Judgement:
    return Judgement(item=item.key, project=project, annotator=who, **fields)


def side(item: PreferenceItem, text: str) -> str:
    """What stands where on the screen: A or B."""
    on_a = (item.pair.a.text == text) == (item.left == "a")
    return "A" if on_a else "B"


def test_two_people_judge_pairs(studio: Studio, people: dict[str, Any]) -> None:
    blue, darker, warmer, hat, hostile = PAIRS
    anna = opened(studio, people[ANNA], "preferences")
    drawn = anna.page.locator(".dc-pic").evaluate_all(DRAWN)
    assert [place for place, sound in drawn] == ["image 1", "image 2", "image 1", "image 2"]
    assert all(sound for place, sound in drawn)
    shown = {item.context.lines[-1].text: item for item in PAIRS}
    for item in PAIRS:  # the server decides the order
        assert anna.key in shown
        item = shown.pop(anna.key)
        if item is blue:  # by mouse
            anna.click("cards", "It is blue.")
            anna.click("chips", "The skill")
            anna.click("chips", "Sure")
            anna.page.locator(".dc-comment input, .dc-comment textarea").fill("  plain to see ")
            anna.submit()
        elif item is darker:  # by keyboard, having forgotten the reason first
            key = "1" if side(darker, DARKER) == "A" else "2"
            anna.press(key, "s", "Control+Enter")
            anna.page.get_by_text("Say what decided it").wait_for()
            anna.press("Escape", "q", "w")
            with anna.next_task():
                anna.press("Control+Enter")
        elif item is warmer:
            anna.click("cards", "Neither")
            anna.click("chips", "The skill")
            anna.click("chips", "Fairly sure")
            anna.click("skills", "Adjust tones")
            anna.write("property: Warmth\ndirection: more\nimage: image 1", "Image 1 is warmer now.")
            anna.submit()
        elif item is hat:
            anna.press("3", "d")
            with anna.next_task():
                anna.press("Control+Enter")
        else:
            assert "alert(2)" in anna.page.locator(".dc-cards").inner_text()
            with anna.next_task():
                anna.press("Control+Space")
    ben = opened(studio, people[BEN], "preferences")
    while ben.key != warmer.context.lines[-1].text:
        with ben.next_task():
            ben.press("Control+Space")
    first = warmer.pair.a if warmer.left == "a" else warmer.pair.b
    assert first.answer
    ben.press("1", "e", "a", "z")
    with ben.next_task():
        ben.press("Control+Enter")

    found = studio.judgements("preferences")
    assert {item: one for (who, item), one in found.items() if who == ANNA} == {
        one.item: one
        for one in (
            judged(
                blue, ANNA, "preferences", verdict="a", reasons=("intent",), confidence="high", comment="plain to see"
            ),
            judged(darker, ANNA, "preferences", verdict="b", reasons=("intent", "params"), confidence="medium"),
            judged(
                warmer,
                ANNA,
                "preferences",
                verdict="neither",
                reasons=("intent",),
                confidence="medium",
                corrected=WARMER,
            ),
            judged(hat, ANNA, "preferences", verdict="tie", confidence="low"),
            judged(hostile, ANNA, "preferences", status="skipped"),
        )
    }
    assert found[BEN, warmer.key] == judged(
        warmer, BEN, "preferences", verdict=warmer.left, reasons=("grounding",), confidence="high", flags=("unclear",)
    )


def test_a_label_is_accepted_and_another_corrected(studio: Studio, people: dict[str, Any]) -> None:
    right, wrong = LABELS
    ben = opened(studio, people[BEN], "review")
    for _ in LABELS:
        if ben.key == right.context.lines[-1].text:
            ben.press("1", "t", "a")
            with ben.next_task():
                ben.press("Control+Enter")
        else:  # by keyboard: keys first, then the texts, then out of them
            ben.press("2", "r", "x")
            ben.page.locator(".dc-fix textarea").first.wait_for()
            while ben.page.evaluate("document.activeElement.name") != "parameters":
                ben.page.keyboard.press("Tab")
            ben.press("Control+End")
            ben.page.keyboard.type("\nimage: 1")
            ben.press("Tab", "Control+A")
            ben.page.keyboard.type("A hat in image 1.")
            ben.press("Tab", "Tab")
            with ben.next_task():
                ben.press("Control+Enter")
    found = studio.judgements("review")
    assert found == {
        (BEN, right.key): judged(right, BEN, "review", verdict="accept", naturalness=5, confidence="high"),
        (BEN, wrong.key): judged(
            wrong, BEN, "review", verdict="correct", naturalness=4, flags=("bad_image",), corrected=HAT_THERE
        ),
    }


def test_what_simulated_annotators_leave_reads_as_they_meant_it(studio: Studio) -> None:
    """By the interface, not by clicks: the server keeps `result_of` as it is given."""
    task = next(iter(studio.sdk.tasks.list(project=studio.projects["review"])))
    item = next(item for item in LABELS if item.key == task.data["item_key"])
    meant = judged(item, "simulated-1", "review", verdict="correct", naturalness=2, corrected=HAT_THERE, comment="a\nb")
    sent = studio.sdk.annotations.create(id=task.id, result=result_of(meant, task.data, LIBRARY), lead_time=3.5)
    kept = studio.sdk.annotations.get(id=sent.id)
    read = judgement_of(task.data, json.loads(kept.model_dump_json()), LIBRARY, "review", "simulated-1")
    assert read.model_copy(update={"updated": ""}) == meant.model_copy(update={"seconds": 3.5})


def test_a_busy_port_is_refused_by_its_number(environment: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"port {port} is taken"), serving(tmp_path, port, environment):
            pass
    assert not list(tmp_path.iterdir())


def test_without_an_environment_the_remedy_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(Refused, match="`make label-studio` puts it there"),
        serving(tmp_path, free_port(), tmp_path / "no"),
    ):
        pass


def test_the_admin_is_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    made = admin_of(tmp_path / "data")
    assert admin_of(tmp_path / "data") == made
    assert (tmp_path / "data" / "admin.json").stat().st_mode & 0o077 == 0


def test_a_database_whose_admin_is_lost_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "label_studio.sqlite3").touch()
    with pytest.raises(Refused, match=r"holds a database but no admin\.json"):
        admin_of(tmp_path)
    (tmp_path / "admin.json").write_text('{"user": "me"}')
    with pytest.raises(BadInput, match="holds no user, password and token"):
        admin_of(tmp_path)
