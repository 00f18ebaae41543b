"""What was clicked, read strictly: every judgement comes back as it was, and nothing that a server holds breaks it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.corrections import Unreadable, lines_of, parameters_in
from annotation.screens import CONFIDENCES, FLAGS, REASONS, task_data
from annotation.verdicts import judgement_of, result_of
from generators.cards import read_library
from schemas.annotation import Context, Item, Judgement, Line, PreferenceItem, Project, ReviewItem, left_of
from schemas.answer import Answer, Call
from schemas.preference import Pair, Sample
from schemas.skill import Input, Library, Skill, Value

LIBRARY = read_library()
OWN = Library.of(
    [
        Skill(
            id="odd_one",
            name="Odd one",
            type="edit",
            description="A skill whose parameters have names that are hard to tell apart.",
            inputs=(
                Input(name="a_b", type="text", description="plain enough"),
                Input(name="a__b", type="text", description="one underscore more"),
                Input(name="a_", type="number", description="ends in an underscore", unit="per mille"),
            ),
        )
    ]
)
CONTEXT = Context(
    dialogue_id="p1",
    turn=0,
    lines=(Line(who="user", text="make it blue", pictures=(0,)),),
    pictures=("0" * 64, "1" * 64),
    current=1,
)
BLUE = Answer(call=Call(intent="recolor", parameters={"object": "fox", "colour": "blue"}), reply="It is blue now.")
PAIR = Pair(dialogue_id="p1", turn=0, a=Sample.of(BLUE.text, "one"), b=Sample.of('{"intent": "rec', "two"))
DOT = bytes.fromhex("424d3a0000000000000036000000280000000100000001000000010018000000000004000000") + bytes(20)
ITEMS: dict[Project, Item] = {
    "preferences": PreferenceItem(context=CONTEXT, pair=PAIR),
    "review": ReviewItem(context=CONTEXT, answer=BLUE),
}


DATA = {project: task_data(item, LIBRARY, lambda sha256: DOT) for project, item in ITEMS.items()}

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=60).map(str.strip)


def values(known: Input) -> st.SearchStrategy[Value]:
    if known.type == "number":
        low, high = known.minimum, known.maximum
        whole = st.integers(None if low is None else int(low), None if high is None else int(high))
        return whole | st.floats(low, high, allow_nan=False, allow_infinity=False)
    if known.type == "choice":
        return st.sampled_from(known.choices)
    if known.type == "image":
        return st.sampled_from(["image_1", "image_2"])
    if known.type == "size":
        return st.sampled_from(["16:9", "1024x768", "3 : 4".replace(" ", "")])
    nasty = [
        "image_2",
        "image 2",
        '"quoted"',
        '"',
        "a: b",
        "{}",
        " outer ",
        "two\nlines",
        "one\u2028two",
        "\u2028edge",
        "25 %",
        "نص",
        "<b>",
    ]
    return text.filter(lambda value: bool(value.strip())) | st.sampled_from(nasty)


@st.composite
def parameters(draw: st.DrawFn, skill: Skill) -> dict[str, Value]:
    return {i.name: draw(values(i)) for i in skill.inputs if i.required or draw(st.booleans())}


@st.composite
def corrections(draw: st.DrawFn) -> Answer:
    skill = draw(st.sampled_from(LIBRARY.skills))
    call = Call(intent=skill.id, parameters=draw(parameters(skill)))
    return Answer(call=call, reply=draw(words.filter(bool)))


def codes(table: tuple[tuple[str, str, str], ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from([code for code, _, _ in table])).map(lambda found: tuple(sorted(found)))


@st.composite
def judgements(draw: st.DrawFn, project: Project) -> Judgement:
    status = draw(st.sampled_from(["ok", "ok", "ok", "skipped", "empty"]))
    fields: dict[str, Any] = {
        "item": ITEMS[project].key,
        "project": project,
        "annotator": draw(text),
        "judge": draw(st.sampled_from(["human", "simulated"])),
        "status": status,
        "seconds": draw(st.none() | st.floats(0, 1e6)),
        "updated": "2026-11-20T10:00:00Z",
    }
    if status != "empty":
        fields |= {"flags": draw(codes(FLAGS)), "comment": draw(words)}
    if status == "ok":
        verdict = draw(
            st.sampled_from({"preferences": ["a", "b", "tie", "neither"], "review": ["accept", "correct"]}[project])
        )
        fields |= {"verdict": verdict, "confidence": draw(st.none() | st.sampled_from([c for c, _, _ in CONFIDENCES]))}
        if verdict in ("neither", "correct"):
            fields["corrected"] = draw(corrections())
        if project == "preferences":
            fields["reasons"] = draw(codes(REASONS))
        else:
            fields["naturalness"] = draw(st.none() | st.integers(1, 5))
    return Judgement(**fields)


def annotated(judgement: Judgement) -> dict[str, Any]:
    """As the server hands it out."""
    result = result_of(judgement, DATA[judgement.project], LIBRARY)
    return {
        "result": json.loads(json.dumps(result)),
        "was_cancelled": judgement.status == "skipped",
        "lead_time": judgement.seconds,
        "updated_at": judgement.updated,
        "completed_by": 7,
    }


@pytest.mark.parametrize("project", ["preferences", "review"])
def test_every_judgement_comes_back_as_it_was_clicked(project: Project) -> None:
    @given(judgements(project))
    @settings(max_examples=150, deadline=None)
    def comes_back(judgement: Judgement) -> None:
        found = judgement_of(
            DATA[project], annotated(judgement), LIBRARY, project, judgement.annotator, judgement.judge
        )
        assert found == judgement

    comes_back()


@pytest.mark.parametrize("library", [LIBRARY, OWN], ids=["ours", "own"])
def test_parameters_come_back_from_their_lines(library: Library) -> None:
    @given(st.data())
    @settings(max_examples=150, deadline=None)
    def come_back(data: st.DataObject) -> None:
        skill = data.draw(st.sampled_from(library.skills))
        given_ = data.draw(parameters(skill))
        assert parameters_in(lines_of(given_, skill), skill) == given_

    come_back()


@given(st.text(max_size=80))
def test_any_text_of_parameters_is_read_or_refused(said: str) -> None:
    for skill in (*LIBRARY.skills[:6], OWN.skills[0]):
        try:
            Call(intent=skill.id, parameters=parameters_in(said, skill))
        except Unreadable as error:
            assert str(error)


ADJUST = LIBRARY["adjust"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("property: Warmth\ndirection: more\namount: 25 %", {"property": "warmth", "direction": "more", "amount": 25}),
        ("amount: 2,5 percent", {"amount": 2.5}),
        ("Image: Picture 2", {"image": "image_2"}),
        ("image: 3", {"image": "image_3"}),
        ("image: image_1", {"image": "image_1"}),
        ("avoid: the hat,\n  and the dog\namount:\n\n", {"avoid": "the hat, and the dog"}),
        ('{"amount": 3, "avoid": "x"}', {"amount": 3, "avoid": "x"}),
        ('avoid: "as it is"', {"avoid": "as it is"}),
        ('avoid: "one" and "two"', {"avoid": '"one" and "two"'}),
        ("amount: a lot", {"amount": "a lot"}),
        ("amount: 1e999", {"amount": "1e999"}),
        ("amount: " + "9" * 5000, {"amount": "9" * 5000}),
        ("", {}),
    ],
)  # fmt: skip
def test_lines_are_read_kindly(said: str, expected: dict[str, Value]) -> None:
    assert parameters_in(said, ADJUST) == expected


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("more warmth", "'more warmth' is no line like 'name: value'"),
        ("amount: 3\nAmount: 4", "'amount' stands there twice"),
        ('{"amount": 3', "no JSON"),
        ('{"amount": NaN}', "no JSON (NaN is no number)"),
        ('{"amount": 1e999}', "'amount' is beyond all numbers"),
        ('{"amount": true}', "'amount' must be text or a number, not true"),
        ('{"amount": [3]}', "'amount' must be text or a number, not [3]"),
        ('{"a":' * 100_000, "no JSON"),
    ],
)
def test_lines_that_hold_no_parameters_are_refused(said: str, why: str) -> None:
    with pytest.raises(Unreadable) as error:
        parameters_in(said, ADJUST)
    assert str(error.value).startswith(why)


def choice(control: str, *codes: str) -> dict[str, Any]:
    return {"from_name": control, "to_name": "talk", "type": "choices", "value": {"choices": list(codes)}}


def area(control: str, said: str) -> dict[str, Any]:
    return {"from_name": control, "to_name": "talk", "type": "textarea", "value": {"text": [said]}}


NEITHER = (choice("verdict", "neither"), choice("skill", "recolor"))
RED = (area("parameters", "object: fox\ncolour: red"), area("reply", "Red it is."))


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ([choice("confidence", "high")], "there is no verdict"),
        ([choice("verdict", "accept")], "verdict: there is no choice 'accept'"),
        ([choice("verdict", "left", "right")], "verdict: one choice is wanted, there are 2"),
        ([choice("verdict", "left"), choice("verdict", "left")], "verdict stands there twice"),
        ([choice("stars", "5")], "the screen has no control 'stars'"),
        ([choice("naturalness", "5")], "the screen has no control 'naturalness'"),
        ([choice("verdict", "left"), choice("reasons", "vibes")], "reasons: there is no choice 'vibes'"),
        ([choice("verdict", "left"), choice("flags", "pii "), ], "flags: there is no choice 'pii '"),
        ([{"from_name": "verdict", "value": {"rating": 3}}], "verdict: cannot be read from {'rating': 3}"),
        (["verdict"], "the screen has no control None"),
        ({"verdict": "left"}, "its result is no list: {'verdict': 'left'}"),
        ([choice("verdict", "neither"), *RED[1:]], "correction: 'object' of recolor"),
        ([choice("verdict", "neither"), choice("skill", "recolour"), *RED], "correction: no skill 'recolour'"),
        ([*NEITHER, area("parameters", "object: fox"), RED[1]], "correction: recolor needs 'colour'"),
        ([*NEITHER, area("parameters", "object: fox\ncolor: red"), RED[1]], "correction: recolor has no input 'color' (did you mean 'colour'?); recolor needs 'colour'"),
        ([*NEITHER, area("parameters", "just red"), RED[1]], "correction: parameters: 'just red' is no line like 'name: value'"),
        ([*NEITHER, area("parameters", "object: fox\ncolour: red\nimage: image 3"), RED[1]], "correction: image: there are only 2 pictures, no image 3"),
        ([*NEITHER, RED[0]], "correction: the reply is missing"),
        ([*NEITHER, RED[0], area("reply", " \n ")], "correction: the reply is missing"),
        ([*NEITHER, area("parameters", "object: fox\ncolour: blue"), area("reply", BLUE.reply)], "correction: it says the same as an answer that was shown"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_says_why(result: Any, why: str) -> None:
    found = judgement_of(DATA["preferences"], {"result": result}, LIBRARY, "preferences", "anna")
    expected = "correction: recolor needs 'object'; recolor needs 'colour'" if "of recolor" in why else why
    assert (found.status, found.why, found.verdict) == ("invalid", expected, None)


def test_a_correction_without_a_skill_keeps_that_of_the_answer() -> None:
    result = [choice("verdict", "correct"), *RED]
    found = judgement_of(DATA["review"], {"result": result}, LIBRARY, "review", "anna")
    assert found.corrected == Answer(
        call=Call(intent="recolor", parameters={"object": "fox", "colour": "red"}), reply="Red it is."
    )


@pytest.mark.parametrize("result", [None, [], {}])
@pytest.mark.parametrize(("cancelled", "status"), [(True, "skipped"), (False, "empty")])
def test_nothing_clicked_is_a_skip_or_empty(result: Any, cancelled: bool, status: str) -> None:
    found = judgement_of(
        DATA["preferences"], {"result": result, "was_cancelled": cancelled}, LIBRARY, "preferences", "a"
    )
    assert (found.status, found.why) == (status, None)


def test_a_skip_keeps_what_was_flagged_and_drops_the_verdict() -> None:
    result = [choice("verdict", "left"), choice("flags", "pii"), area("comment", "a phone number")]
    found = judgement_of(DATA["preferences"], {"result": result, "was_cancelled": True}, LIBRARY, "preferences", "a")
    assert (found.status, found.verdict, found.flags, found.comment) == ("skipped", None, ("pii",), "a phone number")


@pytest.mark.parametrize("completed_by", [7, {"id": 7}, {"id": 7, "email": "7"}])
def test_the_annotator_is_read_from_any_form_that_the_server_uses(completed_by: Any) -> None:
    found = judgement_of(DATA["preferences"], {"completed_by": completed_by}, LIBRARY, "preferences")
    assert found.annotator == "7"


def test_a_task_of_somebody_else_is_reported_not_judged() -> None:
    found = judgement_of({"text": "hello"}, {"result": [choice("verdict", "left")]}, LIBRARY, "preferences", "a")
    assert (found.status, found.why) == ("invalid", "the task holds no item_key of ours")


@pytest.mark.parametrize("key", ["0" * 40, "f" * 40])
def test_left_and_right_are_told_apart_by_the_key_alone(key: str) -> None:
    data = {"item_key": key}
    left = judgement_of(data, {"result": [choice("verdict", "left")]}, LIBRARY, "preferences", "a").verdict
    right = judgement_of(data, {"result": [choice("verdict", "right")]}, LIBRARY, "preferences", "a").verdict
    assert left == left_of(key)
    assert {left, right} == {"a", "b"}


def test_the_left_side_is_the_one_that_the_item_names() -> None:
    pairs = [PAIR.model_copy(update={"a": Sample.of(f"text {n}", "one")}) for n in range(40)]
    items = [PreferenceItem(context=CONTEXT, pair=pair) for pair in pairs]
    assert [left_of(item.key) for item in items] == [item.left for item in items]
    assert {item.left for item in items} == {"a", "b"}


controls = st.sampled_from(
    ["verdict", "reasons", "skill", "parameters", "reply", "flags", "comment", "confidence", "x"]
)
spoken = st.sampled_from(
    ["left", "neither", "correct", "accept", "recolor", "object: fox\ncolour: red", "high", "\ud800", '{"a": 1}']
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | spoken | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["choices", "text", "id", "email"]), inner, max_size=3)
    ),
    max_leaves=6,
)
regions = st.fixed_dictionaries(
    {
        "from_name": controls,
        "value": st.fixed_dictionaries(
            {}, optional={"choices": st.lists(spoken, max_size=2) | junk, "text": st.lists(spoken, max_size=2) | junk}
        ),
    }
)
annotations = st.fixed_dictionaries(
    {"result": st.lists(regions | junk, max_size=5) | junk},
    optional=dict.fromkeys(("was_cancelled", "lead_time", "updated_at", "created_at", "completed_by"), junk),
)


@given(
    annotations,
    st.sampled_from([DATA["preferences"], DATA["review"], {}, {"item_key": 3, "answers": "x"}]),
    st.sampled_from(["preferences", "review"]),
)
@settings(max_examples=400, deadline=None)
def test_nothing_that_a_server_can_hold_breaks_it(
    annotation: dict[str, Any], data: dict[str, Any], project: Project
) -> None:
    found = judgement_of(data, annotation, LIBRARY, project)
    assert (found.why is not None) == (found.status == "invalid")
    assert Judgement.model_validate_json(found.model_dump_json()) == found


def test_no_clicks_make_an_invalid_judgement() -> None:
    invalid = Judgement(item=ITEMS["review"].key, project="review", annotator="a", status="invalid", why="because")
    with pytest.raises(ValueError, match="because"):
        result_of(invalid, DATA["review"], LIBRARY)
