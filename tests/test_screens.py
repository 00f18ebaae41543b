"""The screens as Label Studio gets them: made from any library, safe with any words, and telling nothing they must not."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
from PIL import Image as Pillow

from annotation.filmstrip import BUDGET, frames
from annotation.screens import config_of, inert, instructions_of, name_of, task_data
from annotation.verdicts import CONTROLS
from generators.cards import read_library
from schemas.annotation import VERDICTS, Context, Line, PreferenceItem, Project, ReviewItem
from schemas.answer import Answer, Call
from schemas.preference import Pair, Sample
from schemas.skill import Input, Library, Skill

LIBRARY = read_library()
PROJECTS: tuple[Project, ...] = ("preferences", "review")
HOSTILE = "<script>alert(1)</script> \"two\" 'one' & </div> $item_key {{ 7 * 7 }} 🦊 مرحبا " + "w" * 400


def card(skill_id: str, name: str, **fields: object) -> Skill:
    description = f"Does {HOSTILE} to the picture. Not for anything else whatsoever."
    return Skill.model_validate({"id": skill_id, "name": name, "type": "edit", "description": description} | fields)


OWN = Library.of(
    [
        card("glow", 'Glow "up" & <more> $talk'),
        card(
            "blur_one",
            "Blur",
            inputs=(Input(name="how_much", type="number", required=True, description="How much of it."),),
        ),
        card("blur_two", "blur"),
    ]
)


def png(side: int, noisy: bool = False) -> bytes:
    picture = (
        Pillow.effect_noise((side, side), 90).convert("RGB")
        if noisy
        else Pillow.new("RGBA", (side, side), (9, 9, 9, 0))
    )
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def talk(*words: str, pictures: int = 0) -> Context:
    lines = [Line(who="user" if n % 2 == 0 else "assistant", text=said) for n, said in enumerate(words)]
    lines[0] = Line(who="user", text=words[0], pictures=tuple(range(pictures)))
    hashes = tuple(f"{n:064x}" for n in range(pictures))
    return Context(
        dialogue_id="p1", turn=0, lines=tuple(lines), pictures=hashes, current=pictures - 1 if pictures else None
    )


def answer(intent: str = "recolor", reply: str = "Done.", **parameters: str | int | float) -> Answer:
    return Answer(call=Call(intent=intent, parameters=parameters), reply=reply)


BLUE = answer(object="fox", colour="blue", image="image_2")
RED = answer(object="fox", colour="red")


def pair(a: str, b: str, context: Context | None = None) -> PreferenceItem:
    sides = {"a": Sample.of(a, "gold"), "b": Sample.of(b, "embedded policy: wrong_object")}
    return PreferenceItem(
        context=context or talk("make it blue"), pair=Pair(dialogue_id="p1", turn=0, **sides), check="a"
    )


def cards(item: PreferenceItem, library: Library = LIBRARY) -> list[str]:
    return [option["html"] for option in task_data(item, library, lambda sha256: png(8))["options"]]


@pytest.mark.parametrize("library", [LIBRARY, OWN], ids=["ours", "own"])
@pytest.mark.parametrize("project", PROJECTS)
def test_the_config_is_sound_and_offers_every_skill_by_name(project: Project, library: Library) -> None:
    root = ElementTree.fromstring(config_of(project, library))
    controls = {tag.get("name") for tag in root.iter() if tag.tag in ("Choices", "TextArea")}
    assert controls == set(CONTROLS[project])
    (skills,) = (tag for tag in root.iter("Choices") if tag.get("name") == "skill")
    offered = {choice.get("alias"): choice.get("value") for choice in skills}
    assert offered == {skill.id: inert(name_of(skill, library)) for skill in library.skills}
    assert len(set(offered.values())) == len(library.skills)


@pytest.mark.parametrize("project", PROJECTS)
def test_no_word_of_a_card_is_filled_in_from_the_task(project: Project) -> None:
    known = {"$talk", "$options", "$label", "$parameters", "$reply", "$starts", "$takes"}
    root = ElementTree.fromstring(config_of(project, OWN))
    assert {
        found for tag in root.iter() for value in tag.attrib.values() for found in re.findall(r"\$\w+", value)
    } <= known


@pytest.mark.parametrize("project", PROJECTS)
def test_keys_differ_on_a_screen(project: Project) -> None:
    root = ElementTree.fromstring(config_of(project, LIBRARY))
    keys = [key for tag in root.iter() if (key := tag.get("hotkey"))]
    if project == "preferences":
        keys += [option["hotkey"] for option in task_data(pair(BLUE.text, RED.text), LIBRARY, bytes)["options"]]
    assert len(keys) == len(set(keys)) >= 12


@pytest.mark.parametrize("project", PROJECTS)
def test_the_guidelines_name_every_skill_and_escape_them(project: Project) -> None:
    assert all(f"<b>{skill.name}</b>" in instructions_of(project, LIBRARY) for skill in LIBRARY.skills)
    own = instructions_of(project, OWN)
    assert "<script" not in own
    assert "Glow &#34;up&#34; &amp; &lt;more&gt;" in own
    assert "how much" in own


def test_hostile_words_stay_words() -> None:
    nasty = answer("add_text", HOSTILE, text=HOSTILE, colour=HOSTILE).text
    data = task_data(pair(nasty, HOSTILE, talk(HOSTILE, HOSTILE, HOSTILE)), LIBRARY, bytes)
    for html in (data["talk"], *(option["html"] for option in data["options"])):
        assert "<script" not in html
        assert html.count("<div") == html.count("</div>")
    assert "&lt;script&gt;alert(1)" in data["talk"]
    assert "🦊 مرحبا" in data["talk"]


def test_a_skill_goes_by_its_human_name_and_parameters_are_rows() -> None:
    html = next(html for html in cards(pair(BLUE.text, RED.text)) if "blue" in html)
    assert '<span class="dc-skill">Recolour</span>' in html
    assert [re.sub("<[^>]+>", "", row) for row in re.findall(r'<div class="dc-row">.*?</div>', html)] == [
        "object: fox",
        "colour: blue",
        "image: image 2",
    ]
    assert "recolor" not in html
    assert "{" not in html


def test_what_does_not_parse_is_shown_as_it_is_with_a_note() -> None:
    broken = '{"intent": "recolor", "parameters": {"object": "f'
    html = next(html for html in cards(pair(BLUE.text, broken)) if "dc-raw" in html)
    assert "This answer is broken" in html
    assert "{&#34;intent&#34;: &#34;recolor&#34;" in html


def test_a_skill_that_is_not_there_is_shown_by_the_name_that_was_given() -> None:
    html = next(html for html in cards(pair(BLUE.text, answer("make_blue", sort="x_y").text)) if "make_blue" in html)
    assert "There is no skill of this name" in html


def test_the_key_decides_what_stands_left_and_nothing_else_tells_the_sides_apart() -> None:
    lefts = set()
    for n in range(12):
        item = pair(BLUE.text, answer(object=f"fox {n}", colour="red").text)
        left, right, *_ = cards(item)
        lefts.add(item.left)
        assert ("blue" in left, "blue" in right) == (item.left == "a", item.left == "b")
        data = task_data(item, LIBRARY, bytes)
        assert set(data) == {
            "item_key",
            "talk",
            "pictures",
            "options",
            "answers",
            "parameters",
            "reply",
            "starts",
            "takes",
        }
        assert not re.search(r"gold|embedded|wrong_object|check|source", json.dumps(data))
    assert lefts == {"a", "b"}


def test_a_check_item_looks_like_any_other() -> None:
    item = pair(BLUE.text, RED.text)
    assert task_data(item, LIBRARY, bytes) == task_data(item.model_copy(update={"check": None}), LIBRARY, bytes)


def test_a_correction_starts_as_a_copy_of_the_first_readable_answer() -> None:
    items = [pair(BLUE.text, f'{{"intent": {n}') for n in range(8)]
    for item in items:
        data = task_data(item, LIBRARY, bytes)
        assert data["parameters"] == "object: fox\ncolour: blue\nimage: image 2"
        assert data["reply"] == "Done."
        assert data["starts"].endswith("(copied from A)" if item.left == "a" else "(copied from B)")
    assert {item.left for item in items} == {"a", "b"}
    data = task_data(pair("one", "two"), LIBRARY, bytes)
    assert (data["parameters"], data["reply"]) == ("", "")


def test_a_review_shows_the_label_as_it_stands() -> None:
    item = ReviewItem(context=talk("make it blue"), answer=BLUE)
    data = task_data(item, LIBRARY, bytes)
    assert data["item_key"] == item.key
    assert "Recolour" in data["label"]
    assert data["parameters"] == "object: fox\ncolour: blue\nimage: image 2"
    assert data["takes"] == "Recolour takes object (needed), colour (needed), image, avoid."
    assert set(VERDICTS["review"]) == {"accept", "correct"}


def test_pictures_stand_in_the_talk_and_in_the_strip_and_travel_once() -> None:
    data = task_data(ReviewItem(context=talk("these", pictures=3), answer=BLUE), LIBRARY, lambda sha256: png(300))
    assert data["talk"].count("data:image/webp;base64,") == 3
    tags = re.findall(r'<span class="dc-tag">([^<]*)', data["talk"])
    assert tags == ["image 1", "image 2", "image 3 · current"] * 2
    assert data["talk"].count("dc-see-through") == 6


def test_sizes_are_shown_where_they_differ() -> None:
    shown = task_data(
        ReviewItem(context=talk("these", pictures=2), answer=BLUE), LIBRARY, lambda sha256: png(64 + int(sha256, 16))
    )["talk"]
    assert "64 × 64" in shown
    assert "65 × 65" in shown


@pytest.mark.parametrize("count", [1, 6, 14])
def test_many_and_busy_pictures_stay_within_the_budget(count: int) -> None:
    context = talk("these", *["ok", "and now?"] * 10, pictures=count)
    data = task_data(pair(BLUE.text, RED.text, context), LIBRARY, lambda sha256: png(400, noisy=True))
    assert len(json.dumps(data)) < 40_000


def test_the_picture_at_hand_is_the_largest() -> None:
    strip = frames([f"{n:064x}" for n in range(4)], 2, lambda sha256: png(400, noisy=True))
    assert [frame.current for frame in strip] == [False, False, True, False]
    assert max(strip, key=lambda frame: len(frame.uri)).number == 3
    assert sum(len(frame.uri) for frame in strip) <= BUDGET
