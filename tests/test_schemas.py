"""Records survive the trip to text and back, and refuse what they are not."""

from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from generators.cards import read_library
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.identity import Record, canonical_json, digest, keyed
from schemas.image import Image, Recipe
from schemas.manifest import File, Version
from schemas.preference import Pair, Preference, Sample
from schemas.prompt import Prompt
from schemas.scene import Frame, Scene, Thing
from schemas.skill import Input, Library, Skill

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    str.strip
)
names = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
values = words | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False, width=32)
calls = st.builds(Call, intent=names, parameters=st.dictionaries(names, values, max_size=4))
answers = st.builds(Answer, call=calls, reply=words)
scenes = st.builds(
    Scene,
    key=words,
    setting=words,
    things=st.lists(st.builds(Thing, id=st.integers(0, 9), noun=words, x=st.floats(0, 1), y=st.floats(0, 1), height=st.floats(0, 1))).map(tuple),
    frame=st.builds(Frame, width=st.integers(1, 999), height=st.integers(1, 999)),
)  # fmt: skip
hashes = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
images = st.builds(
    Image, sha256=hashes, recipe=st.builds(Recipe, renderer=words, seed=words, call=calls), scene=st.none() | scenes
)
samples = st.builds(Sample.of, text=answers.map(lambda a: a.text) | words, source=words)
prompts = st.builds(Prompt.of, text=words.filter(lambda t: len(t) > 2), category=words, parts=st.just({}), author=words)


@st.composite
def dialogues(draw: st.DrawFn) -> Dialogue:
    shown = tuple(draw(st.lists(images, min_size=1, max_size=3)))
    index = st.integers(0, len(shown) - 1)
    turn = st.builds(
        Turn, user=words, call=calls, reply=words, image_before=st.none() | index, image_after=st.none() | index
    )
    text = draw(words)
    return Dialogue(id="d", prompt_id="p", prompt=text, category=text, author=text, renderer=text,
                    turns=tuple(draw(st.lists(turn, min_size=1, max_size=3))), images=shown)  # fmt: skip


@given(st.one_of(calls, answers, scenes, images, samples, prompts, dialogues()))
def test_a_record_is_what_its_text_says(record: Record) -> None:
    again = type(record).model_validate_json(record.to_json())
    assert again == record
    assert digest(again) == digest(record)


@given(answers)
def test_the_canonical_text_of_an_answer_parses_to_it(answer: Answer) -> None:
    assert Answer.parse(answer.text) == answer
    assert Answer.parse(answer.text).text == answer.text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "{}", '{"intent": "chat", "parameters": {}}', '{"intent": 3, "parameters": {}, "reply": ""}',
     '{"intent": "chat", "parameters": [], "reply": ""}', '{"intent": "chat", "parameters": {}, "reply": "", "more": 1}'],
)  # fmt: skip
def test_malformed_text_is_no_answer(text: str) -> None:
    assert Answer.parse(text) is None
    assert Sample.of(text, "somewhere").answer is None


@given(st.recursive(words | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(names, inner)))
def test_equal_values_have_one_text(value: object) -> None:
    turned = dict(reversed(list(value.items()))) if isinstance(value, dict) else value
    assert canonical_json(value) == canonical_json(turned)


@given(st.lists(st.text(printable) | st.integers(), min_size=1, max_size=4))
def test_randomness_hangs_on_its_key_alone(key: list[str | int]) -> None:
    assert keyed(*key).random() == keyed(*key).random()
    assert keyed(*key).random() != keyed(*key, "more").random()


@given(st.text(printable, min_size=3))
def test_a_prompt_keeps_its_id_in_other_clothes(text: str) -> None:
    assert Prompt.id_of(text) == Prompt.id_of(f"  {text.upper().lower()} !")


def test_unknown_fields_and_other_types_are_refused() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Call.model_validate({"intent": "chat", "parameter": {}})
    with pytest.raises(ValidationError, match="int"):
        Frame.model_validate({"width": "512", "height": 512})


def test_a_dialogue_cannot_point_at_a_picture_it_lacks() -> None:
    turn = Turn(user="hi", call=Call(intent="chat", parameters={"show": "image_2"}), reply="hello")
    with pytest.raises(ValidationError, match="points at picture 1 of 0"):
        Dialogue(id="d", prompt_id="p", prompt="x", category="x", author="x", renderer="x", turns=(turn,))


def test_a_pair_never_holds_two_equal_answers() -> None:
    side = Sample.of("{", "policy")
    with pytest.raises(ValidationError, match="same text"):
        Pair(dialogue_id="d", turn=0, a=side, b=side)
    with pytest.raises(ValidationError, match="same text"):
        Preference(turn=0, chosen=side, rejected=side, judge="human")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "sft/../../x", "a\\b", "", ".", "sft/./x"])
def test_a_manifest_path_stays_inside(path: str) -> None:
    with pytest.raises(ValidationError):
        File(path=path, sha256="0" * 64, bytes=1)


def test_versions_rise() -> None:
    version = Version.parse("1.2.3")
    assert [str(version.raised(part)) for part in ("major", "minor", "patch")] == ["2.0.0", "1.3.0", "1.2.4"]


LIBRARY = read_library()


def test_the_library_holds_twenty_drawing_skills_and_two_that_talk() -> None:
    drawing = [skill.id for skill in LIBRARY.skills if skill.draws]
    assert len(drawing) == 20
    assert {skill.id for skill in LIBRARY.skills} - set(drawing) == {"vqa", "chat"}
    assert Library.model_validate_json(LIBRARY.to_json()) == LIBRARY


@pytest.mark.parametrize("skill", LIBRARY.skills, ids=lambda skill: skill.id)
def test_a_card_is_good_enough_to_be_a_tool(skill: Skill) -> None:
    tool = skill.openai_tool()["function"]
    assert tool["name"] == skill.id and len(tool["description"]) > 80
    assert all(len(field["description"]) > 15 for field in tool["parameters"]["properties"].values())
    if skill.draws:
        assert skill.input("avoid") is not None
        assert (
            "Not " in skill.description or "belong to" in skill.description or "must be preferred" in skill.description
        )
    if skill.type == "edit":
        assert skill.input("image") is not None and not skill.input("image").required  # type: ignore[union-attr]


PROBLEMS = [
    ("recolor", {"object": "car", "colour": "red"}, []),
    ("recolor", {"object": "car"}, ["recolor needs 'colour'"]),
    ("recolor", {"object": "car", "color": "red"}, ["recolor has no input 'color' (did you mean 'colour'?)", "recolor needs 'colour'"]),
    ("upscale", {"factor": 8}, ["upscale: 'factor' is 8, above 4"]),
    ("upscale", {"factor": "2"}, ["upscale: 'factor' must be a number, not '2'"]),
    ("upscale", {"image": "picture 2"}, ["upscale: 'image' is 'picture 2', not an image like 'image_2'"]),
    ("relight", {"light": "disco"}, ["relight: 'light' is 'disco', not one of golden hour, blue hour, moonlight, candlelight, neon, "
                                     "studio, dramatic, soft"]),
    ("transform", {"operation": "crop", "size": "wide"}, ["transform: 'size' is 'wide', neither a ratio like '16:9' nor a size like '1024x768'"]),
    ("sing", {}, ["no skill 'sing'"]),
    ("stylise", {}, ["no skill 'stylise' (did you mean 'stylize'?)"]),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "parameters", "problems"), PROBLEMS)
def test_a_call_is_held_against_its_card(intent: str, parameters: dict[str, str | int], problems: list[str]) -> None:
    assert Call(intent=intent, parameters=parameters).problems(LIBRARY) == problems


BAD_INPUTS = [
    ({"type": "choice"}, "'choices' goes with type 'choice'"),
    ({"type": "text", "choices": ("a",)}, "'choices' goes with type 'choice'"),
    ({"type": "choice", "choices": ("a", "a")}, "stands twice"),
    ({"type": "text", "minimum": 1.0}, "for type 'number'"),
    ({"type": "number", "minimum": 3.0, "maximum": 1.0}, "not below"),
    ({"type": "number", "maximum": 3.0, "default": 4}, "above 3"),
    ({"type": "text", "required": True, "default": "x"}, "no default"),
    ({"type": "pixels"}, "Input should be"),
]


@pytest.mark.parametrize(("fields", "message"), BAD_INPUTS)
def test_an_input_that_contradicts_itself_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Input.model_validate({"name": "x", "description": "long enough", **fields})
