"""The systems that were not trained, on the tiny release; prompted ones against a scripted server over real HTTP."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from jsonschema import Draft202012Validator

from schemas.answer import Answer, Call
from schemas.errors import Refused
from schemas.plan import Pace
from schemas.skill import Input, Library, Skill
from schemas.talk import Exchange, Talk
from store.release import Outcome
from tests.scripted import Asked as Request
from tests.scripted import Script, Server, failure, reply, serving
from train.asking import Asked
from train.baselines.instructions import instructions
from train.baselines.majority import majority
from train.baselines.model import Model
from train.baselines.nearest import Vectors, fitted, nearest
from train.baselines.prompted import bare, conversation, prompted
from train.baselines.shots import shots
from train.release import Release
from train.shape import answer_schema

ROOM = 50
LINE = '{"intent": "chat", "parameters": {}, "reply": "Hello."}'
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def release(tiny: Outcome) -> Release:
    return Release.read(tiny.folder)


@pytest.fixture(scope="module")
def asked(release: Release) -> list[Asked]:
    """Everything that sft asks, as it is asked of systems."""
    return [
        Asked(dialogue.id, n, Talk.of(dialogue.turns, n), pictures)
        for dialogue, pictures in release.dialogues("sft")
        for n in range(len(dialogue.turns))
    ]


@pytest.fixture(scope="module")
def labels(release: Release) -> dict[tuple[str, int], Answer]:
    return {(d.id, n): turn.answer for d, _ in release.dialogues("sft") for n, turn in enumerate(d.turns)}


def answer(intent: str, **parameters: str | int) -> Answer:
    return Answer(call=Call(intent=intent, parameters=parameters), reply="Done.")


def said(words: str, *shows: int, before: Sequence[Exchange] = ()) -> Talk:
    return Talk(before=tuple(before), words=words, shows=shows)


# the shape of an answer


def test_the_schema_takes_every_label_with_its_keys_in_order(release: Release) -> None:
    schema = answer_schema(release.library)
    by_skill = {each["properties"]["intent"]["const"]: each for each in schema["anyOf"]}
    assert tuple(by_skill) == release.library.ids
    for split in ("sft", "rlhf", "test"):
        for dialogue, _ in release.dialogues(split):
            for turn in dialogue.turns:
                fields, shape = json.loads(turn.answer.text), by_skill[turn.call.intent]
                assert [e.message for e in Draft202012Validator(shape).iter_errors(fields)] == []
                assert list(fields) == list(shape["properties"])
                inputs = list(shape["properties"]["parameters"]["properties"])
                assert list(fields["parameters"]) == [name for name in inputs if name in fields["parameters"]]


@pytest.mark.parametrize(
    "change, complaint",
    [
        (lambda f: f.update(intent="repaint"), "'recolor' was expected"),
        (lambda f: f["parameters"].pop("colour"), "'colour' is a required property"),
        (lambda f: f["parameters"].update(size="1:1"), "('size' was unexpected)"),
        (lambda f: f["parameters"].update(object=3), "3 is not of type 'string'"),
        (lambda f: f["parameters"].update(image="the first"), "does not match '^image_[1-9][0-9]*$'"),
        (lambda f: f.update(reply=""), "'' should be non-empty"),
        (lambda f: f.pop("reply"), "'reply' is a required property"),
        (lambda f: f.update(why="because"), "('why' was unexpected)"),
    ],
)
def test_the_schema_refuses_what_is_no_answer(release: Release, change: Change, complaint: str) -> None:
    fields = json.loads(answer("recolor", object="car", colour="teal").text)
    change(fields)
    schema = answer_schema(release.library)
    assert not Draft202012Validator(schema).is_valid(fields)
    recolor = next(each for each in schema["anyOf"] if each["properties"]["intent"]["const"] == "recolor")
    assert [e.message for e in Draft202012Validator(recolor).iter_errors(fields) if complaint in e.message]


# the commonest call, the nearest turn


def test_majority_gives_the_commonest_call_whatever_is_said(
    release: Release, asked: list[Asked], labels: dict[tuple[str, int], Answer]
) -> None:
    found = dict(majority(release)(asked))
    assert found.keys() == labels.keys()
    (text,) = set(found.values())
    told = Answer.parse(text)
    assert told is not None and told.call.problems(release.library) == []
    intents = Counter(label.call.intent for label in labels.values())
    assert intents[told.call.intent] == max(intents.values())
    calls = Counter(label.call.parameters_json for label in labels.values() if label.call.intent == told.call.intent)
    assert calls[told.call.parameters_json] == max(calls.values())


def letters(texts: Sequence[str]) -> Vectors:
    """Alike by their triples of letters."""
    points = np.zeros((len(texts), 512), dtype=np.float32)
    for row, text in enumerate(texts):
        for n in range(len(text) - 2):
            points[row, sum(ord(c) * 31**k for k, c in enumerate(text[n : n + 3])) % 512] += 1
    return points


def test_nearest_answers_what_was_answered_to_the_same_words(
    release: Release, asked: list[Asked], labels: dict[tuple[str, int], Answer]
) -> None:
    first = {(bool(each.talk.pictures_seen), each.talk.words.casefold()): each.place for each in reversed(asked)}
    found = dict(nearest(release, letters)(asked))
    for each in asked:
        label = labels[first[bool(each.talk.pictures_seen), each.talk.words.casefold()]]
        assert found[each.place] == fitted(label, each.talk, release.library).text


def test_nearest_answers_words_that_are_almost_the_same(release: Release, asked: list[Asked]) -> None:
    wanted = next(each for each in asked if len(each.talk.words) > 30)
    other = wanted._replace(talk=wanted.talk.model_copy(update={"words": f"Well, {wanted.talk.words.upper()}!"}))
    system = nearest(release, letters)
    assert next(iter(system([other])))[1] == next(iter(system([wanted])))[1]


def test_who_has_no_picture_is_answered_as_those_who_have_none(
    release: Release, asked: list[Asked], labels: dict[tuple[str, int], Answer]
) -> None:
    edit = next(each for each in asked if labels[each.place].call.intent == "remove_object")
    without = {labels[each.place].call.intent for each in asked if not each.talk.pictures_seen}
    ((_, text),) = nearest(release, letters)([edit._replace(talk=said(edit.talk.words))])
    told = Answer.parse(text)
    assert told is not None and told.call.intent in without and "remove_object" not in without


@pytest.mark.parametrize(
    "found, parameters",
    [
        (answer("anime", image="image_2", strength=50), {"strength": 50}),
        (answer("anime", image="image_1", strength=50), {"image": "image_1", "strength": 50}),
        (answer("chat", show="image_3"), {}),
        (answer("add_text", text="image_3"), {"text": "image_3"}),
    ],
)
def test_a_neighbour_names_no_picture_that_is_not_there(
    release: Release, found: Answer, parameters: dict[str, str]
) -> None:
    assert fitted(found, said("go on", 0), release.library).call.parameters == parameters


def test_the_sentence_model_that_is_carried_finds_the_same(release: Release, asked: list[Asked]) -> None:
    pytest.importorskip("wordllama")
    found = dict(nearest(release)(asked[:ROOM]))
    assert found == dict(nearest(release)(asked[:ROOM][::-1]))
    assert all(Answer.parse(text) for text in found.values())


# what a prompted model is told


def test_shots_are_one_of_each_skill_before_a_second_of_any(release: Release) -> None:
    skills = len({turn.call.intent for dialogue, _ in release.dialogues("sft") for turn in dialogue.turns})
    many = shots(release, 2 * skills, seed=7)
    assert len({shot.answer.call.intent for shot in many[:skills]}) == skills
    assert shots(release, 5, seed=7) == many[:5] and shots(release, 5, seed=8) != many[:5]
    assert shots(release, 0, seed=7) == ()


def test_instructions_hold_every_card_and_every_shot(release: Release) -> None:
    some = shots(release, 6, seed=1)
    told = instructions(release.library, some)
    for skill in release.library.skills:
        assert f"## {skill.id} ({skill.type})\n{skill.description}" in told
    assert "- factor (number, 2..4 times): " in told and "- direction (one of more | less, required): " in told
    for shot in some:
        assert f"{shot.talk.words}\nassistant: {shot.answer.text}" in told


def test_own_cards_are_told_without_rules_about_skills_that_are_not_there() -> None:
    waves = Input(name="waves", type="number", description="How many waves.", minimum=1, examples=("three",))
    ripple = Skill(
        id="ripple", name="Ripple", type="edit", description="Lays ripples over the picture, as on water.",
        inputs=(waves,),
    )  # fmt: skip
    told = instructions(Library.of([ripple]))
    assert "- waves (number, 1.., such as three): How many waves.\n- image, avoid" in told
    assert not [skill for skill in ("chat", "vqa", "text_to_image", "recolor") if f"{skill} " in told]


def test_a_talk_becomes_messages_with_each_picture_where_its_mark_comes_first() -> None:
    before = (
        Exchange(words="make it blue", shows=(0,), answer=answer("recolor", object="car", colour="blue")),
        Exchange(words="undo", shows=(1,), answer=answer("chat", show="image_1")),
    )
    found = conversation(said("and this", 0, 2, before=before), "Listen.", ["a" * 64, "b" * 64, "c" * 64])
    assert [(each.role, each.text, [name[0] for name in each.pictures]) for each in found] == [
        ("system", "Listen.", []),
        ("user", "[image_1] make it blue", ["a"]),
        ("assistant", before[0].answer.text, []),
        ("user", "[image_2] undo", ["b"]),
        ("assistant", before[1].answer.text, []),
        ("user", "[image_1] [image_3] and this", ["c"]),
    ]


@pytest.mark.parametrize(
    "text, left",
    [
        (LINE, LINE),
        (f"\n{LINE}\n\n", LINE),
        (f"```json\n{LINE}\n```", LINE),
        (f"<think>Hm, {{}}</think>\n\n{LINE}", LINE),
        (f"Hm.</think>{LINE}", LINE),
        (f"Sure! {LINE}", f"Sure! {LINE}"),
        (f"```\n{LINE}", f"```\n{LINE}"),
        ("", ""),
    ],
)
def test_what_stands_around_an_answer_is_taken_off_and_nothing_mended(text: str, left: str) -> None:
    assert bare(text) == left


# asking


def answers(
    script: Script, asked: Sequence[Asked], release: Release, path: Path, offline: bool = False, **how: Any
) -> tuple[dict[tuple[str, int], str], Server]:
    with serving(script) as server:
        pace = Pace(tries=2, timeout=5.0, concurrency=4)
        with closing(Model("m", path / "kept.sqlite", server.url, pace, offline=offline)) as model:
            found = dict(prompted(release.library, model, **how)(asked))
            assert model.shown == {}
    return found, server


def last(request: Request) -> str:
    content = request.body["messages"][-1]["content"]
    return content if isinstance(content, str) else content[0]["text"]


def test_every_turn_is_answered_behind_the_same_instructions(
    release: Release, asked: list[Asked], tmp_path: Path
) -> None:
    some = asked[:ROOM]
    few = shots(release, 4, seed=2)
    found, server = answers(lambda ask: reply(f"to {last(ask)}"), some, release, tmp_path, shots=few)
    assert found == {each.place: f"to {conversation(each.talk, '')[-1].text}" for each in some}
    assert {ask.body["messages"][0]["content"] for ask in server.asked} == {instructions(release.library, few)}
    assert all("response_format" not in ask.body for ask in server.asked)


def test_what_was_kept_is_not_paid_for_twice(release: Release, asked: list[Asked], tmp_path: Path) -> None:
    once, _ = answers(lambda ask: reply(f"to {last(ask)}"), asked[:ROOM], release, tmp_path)
    again, server = answers(lambda _: reply("another"), asked[:ROOM], release, tmp_path)
    assert again == once and server.asked == []
    assert answers(lambda _: failure(500), asked[:ROOM], release, tmp_path, offline=True)[0] == once


def test_a_server_that_holds_to_a_schema_is_sent_it(release: Release, asked: list[Asked], tmp_path: Path) -> None:
    _, server = answers(lambda _: reply(LINE), asked[:1], release, tmp_path, constrained=True)
    (form,) = [ask.body["response_format"] for ask in server.asked]
    assert form["type"] == "json_schema" and form["json_schema"]["schema"] == answer_schema(release.library)


def test_a_model_that_sees_is_shown_the_pictures_themselves(
    release: Release, asked: list[Asked], tmp_path: Path
) -> None:
    dialogue, pictures = max(release.dialogues("sft", sees=True), key=lambda shown: len(shown[0].turns))
    n = len(dialogue.turns) - 1
    talk = Talk.of(dialogue.turns, n)
    seen = [pictures()[place] for place in talk.pictures_seen]
    one = Asked(dialogue.id, n, talk, lambda: seen)
    _, server = answers(lambda _: reply(LINE), [one], release, tmp_path, sees=True)
    parts = [m["content"] for m in server.asked[0].body["messages"] if isinstance(m["content"], list)]
    urls = [part["image_url"]["url"] for content in parts for part in content if part["type"] == "image_url"]
    assert [base64.b64decode(url.partition(",")[2]) for url in urls] == seen and len(seen) > 1


def test_pictures_that_nobody_painted_cannot_be_shown(release: Release, asked: list[Asked], tmp_path: Path) -> None:
    line = "d: nobody painted its pictures; ask a model that sees without showing them"
    with pytest.raises(Refused, match=line):
        answers(lambda _: reply(LINE), [Asked("d", 0, said("bluer", 0), None)], release, tmp_path, sees=True)
    unseen = [Asked("d", 0, said("draw a fox"), None)]
    assert answers(lambda _: reply(LINE), unseen, release, tmp_path, sees=True)[0] == {("d", 0): LINE}


@pytest.mark.parametrize(
    "answered, text",
    [
        (lambda: reply("", refusal="I would rather not"), ""),
        (lambda: reply("", finish="content_filter"), ""),
        (lambda: reply('{"intent": "ch', finish="length"), '{"intent": "ch'),
        (lambda: failure(400, "Blocked by the content_filter"), ""),
    ],
    ids=["refuses", "filtered", "cut off", "filtered beforehand"],
)
def test_what_a_model_will_not_say_is_its_own_fault(
    release: Release, asked: list[Asked], tmp_path: Path, answered: Callable[[], web.Response], text: str
) -> None:
    assert answers(lambda _: answered(), asked[:1], release, tmp_path)[0] == {asked[0].place: text}


def test_a_call_that_the_server_cannot_take_is_no_answer(release: Release, asked: list[Asked], tmp_path: Path) -> None:
    with pytest.raises(Refused) as told:
        answers(lambda _: failure(400, "the prompt exceeds the context of 512"), asked[:1], release, tmp_path)
    assert str(told.value).startswith(f"{asked[0].dialogue_id}, turn {asked[0].turn}: http://127.0.0.1:")
    assert "gave no answer (400: " in str(told.value) and "the prompt exceeds the context of 512); " in str(told.value)
    assert str(told.value).endswith("; see to it and run again, what was answered is kept")


def test_where_a_server_went_away_it_goes_on_from_what_was_kept(
    release: Release, asked: list[Asked], tmp_path: Path
) -> None:
    some = asked[:20]
    with pytest.raises(Refused, match=r", turn \d+: .* gave no answer \(status 500 after 2 tries\)"):
        answers(lambda ask: reply("in") if ask.number < 9 else failure(500), some, release, tmp_path)
    found, server = answers(lambda _: reply("in"), some, release, tmp_path)
    assert found == {each.place: "in" for each in some} and len(server.asked) == 11


def test_a_model_that_is_left_early_is_closed_in_silence(release: Release, asked: list[Asked], tmp_path: Path) -> None:
    with serving(lambda _: reply(LINE)) as server, closing(Model("m", tmp_path / "k", server.url)) as model:
        assert next(iter(prompted(release.library, model)(asked)))[1] == LINE
