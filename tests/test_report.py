"""The report: a page that holds all it shows, says how much that is, and works in a real browser."""

import html
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.build import build
from flows.progress import Silent
from flows.report import Report, page_beside, write_report
from flows.report_page.choice import Place, Survey, choose, survey
from schemas.errors import BadInput, Damaged, Refused
from schemas.manifest import File
from schemas.row import Row
from store.files import sha256_of
from store.release import Outcome
from store.rows import arrow_schema
from store.versions import read_manifest, write_manifest
from tests.conftest import small_plan
from tests.test_cli import run

ARTICLE = re.compile(r'<article class="dialogue" id="([^"]+)".*?</article>', flags=re.DOTALL)


@pytest.fixture(scope="module")
def report(tiny: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return write_report(tiny.folder, tmp_path_factory.mktemp("report") / "tiny.html")


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return report.path.read_text(encoding="utf-8")


def altered(tiny: Outcome, folder: Path, change: Callable[[Row], None]) -> Path:
    """A sound release in which the first test dialogue is another: its files and identity are made to fit."""
    folder = Path(shutil.copytree(tiny.folder, folder))
    (path,) = (folder / "test").glob("*.parquet")
    rows = pq.read_table(path).to_pylist()
    change(rows[0])
    pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema()), path)
    altered_files(folder)
    return folder


def altered_files(folder: Path) -> None:
    """Make the manifest of a release that was edited by hand fit its files."""
    manifest = read_manifest(folder)
    files = []
    for file in manifest.files:
        place = folder / file.path
        files.append(File(path=file.path, sha256=sha256_of(place), bytes=place.stat().st_size, rows=file.rows))
    write_manifest(folder, manifest.model_copy(update={"files": tuple(files)}).identified())


def cells_in(folder: Path) -> Counter[tuple[str, int, str]]:
    """How many dialogues of a release hold a turn of the skill, in so many turns, with the phenomenon."""
    cells: Counter[tuple[str, int, str]] = Counter()
    for path in folder.glob("*/*.parquet"):
        for row in pq.read_table(path, columns=["turns"]).to_pylist():
            turns = row["turns"]
            cells.update({(t["intent"], len(turns), name) for t in turns for name in t["phenomena"] or ("plain",)})
    return cells


def shown_ids(page: str) -> list[str]:
    return ARTICLE.findall(page)


def test_the_page_needs_nothing_but_itself(page: str) -> None:
    fetched = re.findall(r'(?:src|href|action|poster|srcset|data)="([^"]*)"', page) + re.findall(
        r"url\(([^)]*)\)", page
    )
    assert fetched and not [address for address in fetched if not address.startswith(("data:", "#"))]
    assert "@import" not in page and "http://" not in page and "https://" not in page
    assert "default-src 'none'" in page


def test_the_same_release_gives_the_same_bytes(tiny: Outcome, report: Report, tmp_path: Path) -> None:
    again = write_report(tiny.folder, tmp_path / "again.html")
    assert again.path.read_bytes() == report.path.read_bytes()


def test_every_skill_and_every_dialogue_of_a_small_release_is_there(tiny: Outcome, page: str) -> None:
    wanted = {skill for counts in tiny.manifest.splits.values() for skill in counts.by_skill}
    found = {skill for skills in re.findall(r'data-skill="([^"]*)"', page) for skill in skills.split()}
    assert found == wanted
    assert len(set(shown_ids(page))) == 100 and "100 of 100 dialogues" in page


def test_every_picture_is_embedded_and_told_in_words(page: str) -> None:
    pictures = re.findall(r'<img src="(.{23})[^"]*"[^>]*alt="([^"]*)"', page)
    assert len(pictures) > 200 and {uri for uri, _ in pictures} == {"data:image/webp;base64,"}
    assert any(re.match(r"Picture 2, made by Remove an object: object \w+", alt) for _, alt in pictures)


def test_the_counts_of_the_manifest_are_stated(tiny: Outcome, page: str) -> None:
    manifest = tiny.manifest
    assert manifest.identity in page and f'{manifest.name} <span class="version">{manifest.version}' in page
    assert f"Words by <b>{manifest.author}</b>, pictures by <b>{manifest.renderer}</b>" in page
    skills = sum(manifest.splits["sft"].by_skill.values())
    assert f"<td>{skills}</td>" in page
    for reason, count in manifest.rejects.items():
        assert f"<b>{count}</b> {reason.replace('_', ' ')}" in page
    for name in ("Skills", "Turns per dialogue", "Words per user turn", "Manners of speech", "Categories", "Openings"):
        assert f"<figcaption>{name} " in page


def test_the_table_has_every_cell_for_every_number_of_turns(tiny: Outcome, page: str) -> None:
    cells = cells_in(tiny.folder)
    lengths = sorted({turns for _, turns, _ in cells})
    assert re.findall(r'name="number" value="(\w+)"', page) == ["all", *map(str, lengths)]
    wanted = {}
    for skill, _, name in cells:
        numbers = [cells[skill, turns, name] for turns in lengths]
        wanted[skill, name] = (" ".join(map(str, [sum(numbers), *numbers])), str(sum(numbers)))
    shown = re.findall(r'skill=(\w+)&amp;phenomenon=(\w+)" data-numbers="([\d ]+)"[^>]*>(\d+)</a>', page)
    assert {(skill, name): numbers for skill, name, *numbers in shown} == {k: list(v) for k, v in wanted.items()}


def test_the_table_begins_with_what_is_plain_and_ends_with_kinds_of_talk(page: str) -> None:
    columns = re.findall(r'<th scope="col"><span>([^<]*)</span>', page)
    assert columns[0] == "plain" and {"greeting", "howto", "thanks"} & set(columns)
    assert columns.index("intent switch") < min(columns.index(name) for name in columns if name in ("howto", "advice"))
    skills = re.findall(r'<th scope="row"><i class="mark (\w+)">', page)
    assert [skill for n, skill in enumerate(skills) if skill not in skills[:n]] == ["create", "edit", "ask", "talk"]


def test_what_the_plan_asked_for_by_cell_stands_beside_what_was_made(tmp_path: Path) -> None:
    cells = [
        {"skill": "recolor", "turns": 2, "phenomenon": "correction", "count": 2},
        {"skill": "recolor", "turns": 2, "phenomenon": "correction", "count": 1},
        {"skill": "vqa", "turns": 1, "count": 2},
    ]
    dialogues = {"per_prompt": 2, "turns": {"short": 1}, "mix": {"text_to_image": 1, "recolor": 1}, "cells": cells}
    made = build(small_plan(dialogues=dialogues), tmp_path / "data", 2, Silent())
    written = write_report(made.folder, tmp_path / "page.html").path.read_text(encoding="utf-8")
    orders = re.findall(
        r'data-filter="([^"]*)" title="Show dialogues like these">.*?<td>(\d+)</td><td>(\d+)</td>', written
    )
    assert orders == [
        ("skill=recolor&amp;turns=2&amp;phenomenon=correction", "3", "3"),
        ("skill=vqa&amp;turns=1", "2", "2"),
    ]


def test_a_plan_without_cells_has_no_table_of_them(page: str) -> None:
    assert 'id="cells"' in page and "Made for the plan" not in page


def test_a_plan_that_is_none_is_named(tiny: Outcome, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny.folder, tmp_path / "tiny-9.0.0"))
    (folder / "plan.yaml").write_text("- no plan\n")
    altered_files(folder)
    with pytest.raises(Damaged, match=r"plan\.yaml: is not a plan"):
        write_report(folder, tmp_path / "page.html")


def test_a_dialogue_names_its_manner_and_what_each_answer_adds(tiny: Outcome, page: str) -> None:
    rows = [row for path in tiny.folder.glob("*/*.parquet") for row in pq.read_table(path).to_pylist()]
    articles = {found[1]: found[0] for found in ARTICLE.finditer(page)}
    answers = 0
    for row in rows:
        article = articles[row["id"]]
        assert f'<span class="tag">{row["manner"]} speech</span>' in article
        for turn in (t for t in row["turns"] if t["dimension"]):
            answers += 1
            added = html.escape(turn["phrase"]) if turn["phrase"] else "left open"
            assert re.search(
                rf"<dt>{turn['dimension'].replace('_', ' ')}</dt><dd[^>]*>{re.escape(added)}</dd>", article
            )
    assert answers > 0 and page.count('<dl class="adds"') == answers


def test_words_of_a_release_never_become_markup(tiny: Outcome, tmp_path: Path) -> None:
    nasty = '</p><script>alert("owned")</script><img src=x onerror=alert(1)>'

    def change(row: Row) -> None:
        row["prompt"] = row["category"] = row["author"] = row["manner"] = nasty
        row["turns"][0] |= {"user": nasty, "reply": nasty, "construction": nasty, "phenomena": [nasty], "phrase": nasty}
        row["turns"][0]["parameters"] = json.dumps({"prompt": nasty, nasty: nasty})

    folder = altered(tiny, tmp_path / "tiny-9.0.0", change)
    written = write_report(folder, tmp_path / "nasty.html").path.read_text(encoding="utf-8")
    assert written.count("<script>") == 1 and "<img src=x" not in written and 'alert("owned")' not in written
    assert html.escape(nasty, quote=False)[:20] in written


def preference() -> dict[str, Any]:
    def sample(reply: str) -> dict[str, Any]:
        return {
            "text": json.dumps({"intent": "chat", "parameters": {}, "reply": reply}),
            "intent": "chat",
            "parameters": "{}",
            "reply": reply,
        }

    return {
        "turn": 0, "chosen": sample("Sure."), "rejected": sample("No way."), "chosen_source": "gold", "rejected_source": "model-7",
        "corrected": False, "judge": "simulated", "annotators": [], "reasons": ["rude"], "confidence": None,
    }  # fmt: skip


def test_judgements_are_shown_with_their_judge(tiny: Outcome, tmp_path: Path) -> None:
    folder = altered(tiny, tmp_path / "tiny-9.0.0", lambda row: row.update(preferences=[preference()]))
    written = write_report(folder, tmp_path / "judged.html").path.read_text(encoding="utf-8")
    assert "judged by simulated" in written and "rejected (model-7)" in written and "because: rude" in written


def test_a_sample_shows_every_phenomenon(tiny: Outcome, tmp_path: Path) -> None:
    written = write_report(tiny.folder, tmp_path / "some.html", most=60).path.read_text(encoding="utf-8")
    found = {name for names in re.findall(r'data-phenomenon="([^"]*)"', written) for name in names.split()}
    assert found - {"plain"} == {name for counts in tiny.manifest.splits.values() for name in counts.by_phenomenon}


def test_a_page_of_few_dialogues_still_shows_every_skill(tiny: Outcome, tmp_path: Path) -> None:
    report = write_report(tiny.folder, tmp_path / "few.html", most=30)
    written = report.path.read_text(encoding="utf-8")
    found = {skill for skills in re.findall(r'data-skill="([^"]*)"', written) for skill in skills.split()}
    assert found == {skill for counts in tiny.manifest.splits.values() for skill in counts.by_skill}
    assert (report.shown, report.of) == (30, 100) and "30 of 100 dialogues: a sample" in written


def test_a_page_is_never_larger_than_its_limit_and_says_so(tiny: Outcome, tmp_path: Path) -> None:
    report = write_report(tiny.folder, tmp_path / "small.html", limit=400_000)
    written = report.path.read_text(encoding="utf-8")
    assert report.path.stat().st_size <= 400_000
    assert 0 < report.shown == len(shown_ids(written)) < 100
    assert f"{report.shown} of 100 dialogues" in written and "No more of them fit into the page" in written


def test_a_sample_has_each_split_and_length_in_its_share(tiny: Outcome) -> None:
    found = survey(tiny.folder, tiny.manifest, 50)
    chosen = choose(found._replace(by_skill={}, by_phenomenon={}), 50)
    for stratum, size in found.sizes.items():
        assert abs(sum(place.stratum == stratum for place in chosen) - size / 2) <= 1
    assert choose(found._replace(by_skill={}, by_phenomenon={}), 20) == chosen[:20]


def test_another_identity_gives_another_sample(tiny: Outcome) -> None:
    def ids(found: Survey) -> set[str]:
        places: list[Place] = choose(found, 40)
        return {place.id for place in places}

    other = tiny.manifest.model_copy(update={"identity": "f" * 64})
    assert ids(survey(tiny.folder, tiny.manifest, 40)) != ids(survey(tiny.folder, other, 40))


def test_nothing_is_added_to_a_release(tiny: Outcome) -> None:
    with pytest.raises(Refused, match="lies in the release"):
        write_report(tiny.folder, tiny.folder / "report.html")
    assert page_beside(tiny.folder) == tiny.folder.parent / "tiny-1.0.0.html"


def test_what_is_no_release_or_was_edited_is_named(tiny: Outcome, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a release"):
        write_report(tmp_path, tmp_path.parent / "page.html")
    folder = Path(shutil.copytree(tiny.folder, tmp_path / "tiny-1.0.0"))
    (folder / "skills.json").write_text("{}")
    with pytest.raises(
        Damaged, match=r"skills\.json: is not the file that was released; the release was edited by hand"
    ):
        write_report(folder, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_row_that_is_no_dialogue_is_named(tiny: Outcome, tmp_path: Path) -> None:
    folder = altered(tiny, tmp_path / "tiny-9.0.0", lambda row: row["turns"][0].update(image_after=99))
    with pytest.raises(Damaged, match=r"row 'p[0-9a-f]{10}-\d{3}-\d' is not a dialogue"):
        write_report(folder, tmp_path / "page.html")


def test_a_picture_that_is_none_is_named(tiny: Outcome, tmp_path: Path) -> None:
    folder = altered(tiny, tmp_path / "tiny-9.0.0", lambda row: row["images"][0].update(bytes=b"no picture"))
    with pytest.raises(Damaged, match=r"is not a dialogue \(cannot identify image file"):
        write_report(folder, tmp_path / "page.html")


def test_the_command_writes_the_page_and_says_how_much_it_shows(tiny: Outcome, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    done = run("show", str(tiny.folder), "--html", str(target))
    assert done.stdout == f"{target}: shows 100 of 100 dialogues\n" and target.is_file()
    folder = Path(shutil.copytree(tiny.folder, tmp_path / "tiny-1.0.0"))
    assert run("show", str(folder), "--html").stdout == f"{folder}.html: shows 100 of 100 dialogues\n"


@pytest.mark.parametrize("target", ["/proc/none/page.html", "."])
def test_a_target_that_cannot_be_written_is_one_clear_line(tiny: Outcome, target: str) -> None:
    done = run("show", str(tiny.folder), "--html", target)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("drawnconvos: ") and "cannot be written" in line


CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
TOO_WIDE = """
return [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility() && !each.matches(".skip, .scroll *"))
  .filter((each) => each.getBoundingClientRect().right > arguments[0] + 1 || each.getBoundingClientRect().left < -1)
  .map((each) => `${each.tagName}.${each.className} ${each.textContent.slice(0, 40)}`);
"""
UNDECODED = """
const done = arguments[0];
const images = [...document.images];
Promise.allSettled(images.map((each) => each.decode()))
  .then(() => done([images.length, images.filter((each) => !each.naturalWidth).length]));
"""
VISIBLE = "return [...document.querySelectorAll('article')].filter((a) => a.checkVisibility()).map((a) => a.id)"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    if not (CHROMIUM and CHROMEDRIVER):
        reason = "no Chromium with its driver here: apt-get install chromium chromium-driver"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    yield driver
    driver.quit()


def wide(browser: Any, width: int) -> None:
    """The window cannot be made as narrow as a phone; the page's view of it can."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def choose_in(browser: Any, **values: str) -> list[str]:
    """Set the filters as a person does, and what is visible then."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    browser.find_element(By.CSS_SELECTOR, "#filters [name=text]").clear()
    for name, value in values.items():
        control = browser.find_element(By.CSS_SELECTOR, f"#filters [name={name}]")
        control.send_keys(value) if name == "text" else Select(control).select_by_value(value)
    visible: list[str] = browser.execute_script(VISIBLE)
    return visible


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
def test_in_a_browser_all_pictures_show_and_nothing_is_too_wide(browser: Any, report: Report, width: int) -> None:
    wide(browser, width)
    browser.get(report.path.as_uri())
    pictures, undecoded = browser.execute_async_script(UNDECODED)
    assert pictures > 200 and undecoded == 0
    browser.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert browser.execute_script(TOO_WIDE, width) == []
    assert browser.execute_script("return innerWidth") == width
    assert browser.get_log("browser") == []


@pytest.mark.browser
def test_in_a_browser_filters_show_the_right_dialogues(browser: Any, report: Report, page: str) -> None:
    wide(browser, 1440)
    browser.get(report.path.as_uri())
    articles = {found[1]: found[0] for found in ARTICLE.finditer(page)}

    def with_(*parts: str) -> list[str]:
        return [name for name, text in articles.items() if all(re.search(part, text) for part in parts)]

    assert choose_in(browser) == list(articles)
    assert choose_in(browser, skill="recolor") == with_(r'data-skill="[^"]*\brecolor\b') != []
    assert choose_in(browser, split="sft") == with_(r'data-skill="[^"]*\brecolor\b', 'data-split="sft"') != []
    assert choose_in(browser, skill="", split="", turns="3") == with_('data-turns="3"') != []
    assert choose_in(browser, turns="", text="nothing says this") == []
    first = next(iter(articles))
    assert choose_in(browser, text=first.upper()) == [first]
    assert browser.execute_script("return document.querySelector('#filters output').textContent") == "1 of 100 match"
    browser.execute_script("location.hash = arguments[0]", list(articles)[-1])
    assert len(browser.execute_async_script(f"setTimeout(() => arguments[0]((() => {{ {VISIBLE} }})()), 200)")) == 100
    assert browser.get_log("browser") == []


@pytest.mark.browser
def test_in_a_browser_a_plot_leads_to_its_dialogues(browser: Any, report: Report) -> None:
    wide(browser, 1440)
    browser.get(report.path.as_uri())
    browser.execute_script("document.querySelector('a[data-filter=\"turns=1\"]').click()")
    shown = browser.execute_script(VISIBLE)
    assert 0 < len(shown) < 100
    assert browser.execute_script("return document.querySelector('#filters [name=turns]').value") == "1"


TABLE = """
return [...document.querySelectorAll("#cells a")].filter((link) => link.checkVisibility())
  .map((link) => [link.dataset.filter, Number(link.textContent), link.style.getPropertyValue("--heat")]);
"""


@pytest.mark.browser
def test_in_a_browser_the_table_of_cells_shows_one_number_of_turns(browser: Any, tiny: Outcome, report: Report) -> None:
    wide(browser, 1440)
    browser.get(report.path.as_uri())
    cells = cells_in(tiny.folder)

    def wanted(*lengths: int) -> dict[str, int]:
        found: Counter[str] = Counter()
        for (skill, turns, name), n in cells.items():
            found[f"skill={skill}&phenomenon={name}"] += n if turns in lengths else 0
        return dict(+found)

    def shown() -> dict[str, int]:
        return {name: number for name, number, _ in browser.execute_script(TABLE)}

    assert shown() == wanted(*range(1, 7))
    browser.execute_script("document.querySelector('#lengths [value=\"3\"]').click()")
    assert shown() == wanted(3) != wanted(*range(1, 7))
    heats = {number: float(heat.rstrip("%")) for _, number, heat in browser.execute_script(TABLE)}
    assert sorted(heats.values()) == [heats[number] for number in sorted(heats)] and max(heats.values()) == 50
    dialogues = sum(n for counts in survey(tiny.folder, tiny.manifest, 1).turns.values() for n in [counts[3]])
    assert browser.execute_script("return document.getElementById('of-length').textContent") == str(dialogues)
    assert browser.get_log("browser") == []


@pytest.mark.browser
@pytest.mark.parametrize("turns", ["all", "2"])
def test_in_a_browser_a_cell_leads_to_its_dialogues(browser: Any, tiny: Outcome, report: Report, turns: str) -> None:
    wide(browser, 1440)
    browser.get(report.path.as_uri())
    browser.execute_script("document.querySelector(`#lengths [value='${arguments[0]}']`).click()", turns)
    for name, number, _ in browser.execute_script(TABLE)[::5]:
        browser.execute_script("document.querySelector(`#cells a[data-filter='${arguments[0]}']`).click()", name)
        assert len(browser.execute_script(VISIBLE)) == number, name
    chosen = browser.execute_script("return Object.fromEntries(new FormData(document.getElementById('filters')))")
    assert f"skill={chosen['skill']}&phenomenon={chosen['phenomenon']}" == name
    assert chosen["turns"] == ("" if turns == "all" else turns)


@pytest.mark.browser
def test_in_a_browser_the_table_scrolls_in_its_own_box_and_keeps_the_skills(browser: Any, report: Report) -> None:
    wide(browser, 390)
    browser.get(report.path.as_uri())
    browser.execute_script("document.querySelector('.scroll').scrollLeft = 300")
    left, scrolled, page = browser.execute_script(
        "const box = document.querySelector('.scroll');"
        "const heading = box.querySelector('tbody th').getBoundingClientRect();"
        "return [heading.left - box.getBoundingClientRect().left, box.scrollLeft, scrollX]"
    )
    assert (left, scrolled, page) == (0, 300, 0)
