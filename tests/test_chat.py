"""Chat: what is typed, what is told, what is kept."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image as Pixels

from evaluation.reader.turns import read_view
from evaluation.reader.view import view_of as view_in_full
from flows.chatting.command import chat_command
from flows.chatting.lines import COMMANDS, react
from flows.chatting.reader import reader, view_of
from flows.chatting.transcript import TRANSCRIPT, Kept, Picture, kept_in
from flows.chatting.turns import Model
from flows.measure import dialogues, library_of
from generators.cards import read_library
from generators.checks.states import coherent
from generators.guideline import guideline
from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.errors import BadInput, Damaged, Refused
from schemas.image import Image
from schemas.talk import Talk
from store.release import Outcome
from tests.conftest import ROOT
from train.asking import Asked, Place

DOCS = (ROOT / "docs" / "chat.md").read_text(encoding="utf-8")
SHOWN = next(block for block in re.findall(r"```\n(.*?)```", DOCS, flags=re.DOTALL) if block.startswith("> "))
TYPED = [line[2:] for line in SHOWN.splitlines() if line.startswith("> ")]
FOX, BEACH = {"prompt": "a fox on a beach"}, {"prompt": "a beach with a dog"}
GLITTER = (
    "id: glitter\nname: Glitter\ntype: edit\ndescription: Strews glitter over the whole picture, as much as there is.\n"
)


def said(intent: str, **parameters: object) -> str:
    return json.dumps({"intent": intent, "parameters": parameters, "reply": "Done."})


class Scripted:
    """A system that says what stands in its script, and remembers what it was asked and shown."""

    def __init__(self, *texts: str):
        self.texts = iter(texts)
        self.asked: list[Talk] = []
        self.shown: list[list[bytes]] = []

    def __call__(self, asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        for each in asked:
            self.asked.append(each.talk)
            self.shown.append(each.pictures())
            yield each.place, next(self.texts)


Talked = Callable[..., list[str]]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_in(tmp_path / "chat", resume=False) as kept:
        yield kept


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A picture that nobody painted here."""
    path = tmp_path / "shop.png"
    Pixels.new("RGB", (40, 30), "red").save(path)
    return path


def told(kept: Kept, system: Scripted, *typed: str) -> list[str]:
    model = Model("scripted", system, read_library())
    lines = [line for words in typed for line in react(words, kept, model)]
    return [line.replace(f"{kept.folder}/", "") for line in lines]


def chat(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(chat_command, list(words), input=typed)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def test_a_turn_tells_reply_call_and_picture(kept: Kept) -> None:
    assert told(kept, Scripted(said("text_to_image", **FOX)), "draw a fox") == [
        "Done.",
        'text_to_image {"prompt":"a fox on a beach"}',
        "image_1.jpg",
    ]
    assert [path.name for path in sorted(kept.folder.glob("image_*"))] == ["image_1.jpg"]


def test_the_model_reads_what_was_said_and_sees_what_was_made(kept: Kept) -> None:
    system = Scripted(
        said("text_to_image", **FOX), said("remove_background"), said("chat", show="image_1"), said("chat")
    )
    told(kept, system, "a fox", "alone", "back", "thanks")
    assert [talk.shows for talk in system.asked] == [(), (0,), (1,), (0,)]
    assert [each.answer.call.intent for each in system.asked[3].before] == [
        "text_to_image",
        "remove_background",
        "chat",
    ]
    one, two = kept.pixels(0), kept.pixels(1)
    assert system.shown == [[], [one], [one, two], [one, two]]
    assert kept.so_far.pictures[1].file == "image_2.png"


def test_a_conversation_is_a_dialogue_that_holds_together(kept: Kept) -> None:
    system = Scripted(
        said("text_to_image", **FOX), said("add_object", object="hat", target="fox"), said("vqa", question="where?"),
        said("recolor", object="fox", colour="blue", image="image_1"), said("chat", show="image_2"),
    )  # fmt: skip
    told(kept, system, "a fox", "a hat", "where?", "the first one in blue", "show two")
    turns = (
        Turn(
            user=t.user,
            call=t.answer.call,
            reply=t.answer.reply,
            image_before=t.image_before,
            image_after=t.image_after,
        )
        for t in kept.so_far.turns
    )
    pictures = (Image(sha256=p.sha256, recipe=p.recipe, scene=p.scene) for p in kept.so_far.pictures if p.recipe)
    dialogue = Dialogue(
        id="chat",
        prompt_id="p",
        prompt="",
        category="",
        author="",
        renderer="",
        turns=tuple(turns),
        images=tuple(pictures),
    )
    assert len(dialogue.turns) == 5 and coherent(dialogue, read_library()) is None


BAD = [
    ("Sure thing!", "the model answered with something that is no call: Sure thing!"),
    ("", "the model answered with something that is no call: no words at all"),
    ("\x1b[2J" + "x" * 200, "the model answered with something that is no call:  [2J" + "x" * 86 + "…"),
    (said("paint"), "the model's call does not fit its card: no skill 'paint' (did you mean 'outpaint'?)"),
    (said("recolor", object="fox"), "the model's call does not fit its card: recolor needs 'colour'"),
    (said("upscale", image="image_7"), "not done: there is no image_7, there is image_1 to image_1"),
    (said("chat", show="image_2"), "not done: there is no image_2, there is image_1 to image_1"),
    (
        said("remove_object", object="cow"),
        "not done: 'cow' is not one thing in the picture, which shows fox, crab, beach umbrella",
    ),
    (said("text_to_image", prompt="qwx"), "not done: 'qwx' names nothing that can be painted: name a thing or a place"),
]


@pytest.mark.parametrize(("text", "why"), BAD)
def test_what_is_no_use_is_told_and_no_part_of_what_comes_after(kept: Kept, text: str, why: str) -> None:
    system = Scripted(said("text_to_image", **FOX), text, said("chat"))
    lines = told(kept, system, "a fox", "and now?", "hello?")
    assert why in lines
    assert [each.words for each in system.asked[2].before] == ["a fox"]
    assert system.asked[2].shows == (0,)
    line = json.loads((kept.folder / TRANSCRIPT).read_text().splitlines()[1])
    assert (line["user"], line["text"], line["kept"]) == ("and now?", text, False)
    assert " ".join(line["problem"].split()).startswith(why[:40].strip())


def test_an_edit_with_no_picture_says_so(kept: Kept) -> None:
    assert "not done: upscale needs a picture to work on" in told(kept, Scripted(said("upscale")), "larger")
    assert "not done: there is no image_1, there is no picture yet" in told(
        kept, Scripted(said("upscale", image="image_1")), "larger"
    )


def test_pictures_of_a_turn_that_failed_wait_for_the_next(kept: Kept, shop: Path) -> None:
    system = Scripted("what?", said("chat"), said("chat"))
    told(kept, system, f"+{shop} nice?", "nice?", "and?")
    assert [talk.shows for talk in system.asked] == [(0,), (0,), ()]


def test_a_picture_from_elsewhere_is_seen_and_not_edited(kept: Kept, shop: Path) -> None:
    system = Scripted(said("vqa", question="what?"), said("upscale"))
    lines = told(kept, system, f"/attach {shop}", "what is it?", "larger")
    assert lines[0] == "image_1 is image_1.png (comes from elsewhere: the embedded painter cannot edit it)"
    assert (
        lines[-1] == "not done: image_1 comes from elsewhere, and the embedded painter can only edit its own pictures"
    )
    assert system.shown[0] == [shop.read_bytes()]


def test_a_painted_picture_is_known_again_from_another_folder(kept: Kept, tmp_path: Path) -> None:
    told(kept, Scripted(said("text_to_image", **FOX)), "a fox")
    with kept_in(tmp_path / "my chat", resume=False) as other:
        lines = told(other, Scripted(said("upscale")), f'+"{kept.folder / "image_1.jpg"}" larger')
    assert lines[0] == "image_1 is image_1.jpg" and lines[-1] == "image_2.jpg"


def test_a_plus_before_a_number_is_words(kept: Kept) -> None:
    system = Scripted(said("chat"), said("chat"))
    told(kept, system, "+1 from me", "+2.5 would do")
    assert [talk.words for talk in system.asked] == ["+1 from me", "+2.5 would do"]


def test_several_pictures_come_with_one_message(kept: Kept, shop: Path, tmp_path: Path) -> None:
    Pixels.new("RGB", (8, 8), "blue").save(tmp_path / "b.webp")
    system = Scripted(said("chat"))
    told(kept, system, f"+{shop} +{tmp_path / 'b.webp'}  which?")
    assert (system.asked[0].words, system.asked[0].shows) == ("which?", (0, 1))


def test_the_same_prompt_again_is_another_picture_and_the_same_state_is_the_same(kept: Kept) -> None:
    draw, left = said("text_to_image", **BEACH), said("transform", operation="flip", axis="horizontal")
    lines = told(kept, Scripted(draw, draw, left, left), "a dog", "another", "flip it", "and back")
    assert [line for line in lines if line.startswith("image_")] == [f"image_{n}.jpg" for n in (1, 2, 3, 2)]


def test_a_skill_of_ones_own_is_kept_without_a_picture(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GLITTER)
    system = Scripted(said("glitter"), said("chat"))
    model = Model("scripted", system, read_library([tmp_path / "own.yaml"]))
    assert list(react("shiny!", kept, model))[-1] == "the embedded painter has no glitter; no picture"
    list(react("thanks", kept, model))
    assert [each.words for each in system.asked[1].before] == ["shiny!"]


def test_a_model_that_cannot_be_asked_ends_the_chat(kept: Kept) -> None:
    def unreachable(asked: Sequence[Asked]) -> Iterator[tuple[Place, str]]:
        raise Refused("nobody answers")

    with pytest.raises(Refused, match="nobody answers"):
        list(react("hello", kept, Model("gone", unreachable, read_library())))
    assert not kept.so_far.lines


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("/paint a fox on a beach", "image_1 is image_1.jpg"),
        ("/scribble a dog", "image_1 is image_1.jpg"),
        ("/pose a woman in a park", "image_1 is image_1.jpg"),
        ("/paint", "/paint wants a prompt, such as /paint a fox on a beach"),
        ("/paint qwx", "'qwx' names nothing that can be painted: name a thing or a place"),
        ("/attach", "/attach wants the file of a picture"),
        ("/attach no.png", "no.png: cannot be read: No such file or directory"),
        ("+no.png make it blue", "no.png: cannot be read: No such file or directory"),
        ("/undo", "there is nothing to undo"),
        ("/pictures", "no picture yet; ask for one, or /attach or /paint one"),
        ("/undoo", "there is no /undoo (did you mean 'undo'?); /help lists what there is"),
    ],
)
def test_commands_never_reach_the_model(kept: Kept, typed: str, line: str) -> None:
    system = Scripted()
    assert told(kept, system, typed) == [line]
    assert not system.asked


def test_help_and_docs_name_every_command(kept: Kept) -> None:
    lines = "\n".join(told(kept, Scripted(), "/help"))
    for name in [*COMMANDS.keys() - {"help"}, "quit"]:
        assert f"/{name}" in lines and f"/{name}" in DOCS


def test_a_file_that_is_no_picture_is_refused(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    Pixels.new("RGB", (8, 8)).save(tmp_path / "b.gif")
    assert told(kept, Scripted(), f"/attach {tmp_path / 'a.png'}", f"/attach {tmp_path / 'b.gif'}") == [
        f"{tmp_path / 'a.png'}: is no picture that can be read",
        f"{tmp_path / 'b.gif'}: is GIF, not one of JPEG, PNG, WEBP",
    ]


def test_a_sketch_is_drawn_after(kept: Kept) -> None:
    system = Scripted(said("scribble_to_image", image="image_1", prompt="a dog on a beach"))
    assert told(kept, system, "/scribble a dog", "a photo of that")[-1] == "image_2.jpg"
    assert kept.so_far.turns[0].image_before == 0


def test_undo_takes_back_turn_after_turn_and_loses_no_picture(kept: Kept) -> None:
    system = Scripted(said("text_to_image", **FOX), said("upscale"), said("remove_background"), said("chat"))
    told(kept, system, "a fox", "larger")
    larger = kept.pixels(1)
    assert told(kept, system, "/undo") == ["undone: 'larger'; image_1 is current now"]
    assert told(kept, system, "cut it out")[-1] == "image_2.png"
    assert (kept.folder / "image_2-undone-1.jpg").read_bytes() == larger
    assert told(kept, system, "/undo", "/undo", "/undo") == [
        "undone: 'cut it out'; image_1 is current now",
        "undone: 'a fox'; no picture is current now",
        "there is nothing to undo",
    ]
    told(kept, system, "hello")
    assert system.asked[-1].before == () and system.asked[-1].pictures_seen == ()


def test_pictures_says_how_each_came_about(kept: Kept, shop: Path) -> None:
    lines = told(kept, Scripted(said("text_to_image", **FOX)), "a fox", f"/attach {shop}", "/pictures")
    assert lines[-2:] == [
        'image_1  image_1.jpg  text_to_image {"prompt":"a fox on a beach"}',
        "image_2  image_2.png  comes from elsewhere  current",
    ]


def test_the_docs_show_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = chat("--out", "fox", typed="\n".join(TYPED))
    assert done.exit_code == 0 and done.output == SHOWN


def test_a_conversation_that_stopped_goes_on_as_if_it_had_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert chat("--out", "whole", typed="\n".join(TYPED)).exit_code == 0
    for start in range(0, len(TYPED), 4):
        resume = ["--resume"] if start else []
        assert chat("--out", "parts", *resume, typed="\n".join(TYPED[start : start + 4])).exit_code == 0
        if start == 4:  # killed while a line was being written, its picture already there
            (tmp_path / "parts" / "image_9.jpg").write_bytes(b"")
            with (tmp_path / "parts" / TRANSCRIPT).open("a") as file:
                file.write('{"kind": "sa')
    (tmp_path / "parts" / "image_9.jpg").unlink()
    assert files(tmp_path / "parts") == files(tmp_path / "whole")


def test_words_from_a_pipe_go_to_the_next_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert chat(typed="draw a fox\n\n/quit\nnever said\n").output.splitlines() == [
        "> draw a fox",
        "Text to image: there it is.",
        'text_to_image {"prompt":"a fox"}',
        "data/chats/1/image_1.jpg",
        "> /quit",
    ]
    assert (
        chat(str(shop), typed="make it larger").output.splitlines()[0].startswith("image_1 is data/chats/2/image_1.png")
    )
    assert chat("--resume", typed="/pictures").output.splitlines()[1].startswith("image_1  data/chats/2/image_1.png")
    assert chat("--model", "reader", typed="").output == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--resume"], "data/chats: has no conversation to go on with; name its folder with --out"),
        (["--resume", "--out", "no"], "no: holds no conversation to go on with (it has no chat.jsonl)"),
        (["--out", "old"], "old: holds a conversation; go on with it by --resume, or name another folder with --out"),
        (["--out", "old/chat.jsonl"], "old/chat.jsonl: cannot be written to (File exists); name another with --out"),
        (["--release", "no"], "no: is not a release (it has no manifest.json)"),
        (["--release", "no", "--skills", "c.yaml"], "chat: skills come from --release or from --skills, not from both"),
        (["--skills", "no.yaml"], "no.yaml: cannot be read (No such file or directory)"),
        (["no.png"], "no.png: cannot be read: No such file or directory"),
    ],
)
def test_what_is_wrong_is_one_line(words: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / TRANSCRIPT).touch()
    done = chat(*words, typed="draw a fox\n")
    assert (done.exit_code, done.output) == (1, f"drawnconvos: {why}\n")


GOOD = {"kind": "said", "user": "hi", "source": "s", "text": said("chat"), "kept": True}
SKY = {"kind": "brought", "picture": {"file": "image_1.png", "sha256": "0" * 64}}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "chat.jsonl, line 2: the line: Invalid JSON"),
        ('{"kind": "song"}', "chat.jsonl, line 2: the line: Input tag 'song' found"),
        (
            json.dumps(GOOD | {"text": "hm"}),
            "chat.jsonl, line 2: said: Value error, is kept, but its text is no answer",
        ),
        (json.dumps(GOOD | {"attached": [3]}), "chat.jsonl: 'hi' points at picture 3 of 0"),
        (
            json.dumps(SKY | {"picture": SKY["picture"] | {"file": "../a.png"}}),
            "line 2: brought.picture.file: String should",
        ),  # type: ignore[operator]
        (json.dumps(SKY), "image_1.png: cannot be read (No such file or directory)"),
    ],
)
def test_a_transcript_that_was_damaged_names_the_line(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / TRANSCRIPT).write_text(f"{json.dumps(GOOD)}\n{line}\n")
    with pytest.raises(Damaged, match=re.escape(why)), kept_in(tmp_path, resume=True):
        pass


def test_a_picture_that_was_changed_is_named(kept: Kept) -> None:
    told(kept, Scripted(said("text_to_image", **FOX)), "a fox")
    (kept.folder / "image_1.jpg").write_bytes(b"another")
    with pytest.raises(Damaged, match=r"image_1\.jpg: is not the picture that the transcript names"):
        kept.pixels(0)


def test_one_folder_has_one_chat_at_a_time(kept: Kept) -> None:
    with pytest.raises(BadInput, match="another chat is going on in it"), kept_in(kept.folder, resume=False):
        pass


def test_a_transcript_holds_who_answered_and_what_was_painted(kept: Kept) -> None:
    told(kept, Scripted(said("text_to_image", **FOX)), "a fox")
    line = json.loads((kept.folder / TRANSCRIPT).read_text())
    assert line["source"] == "scripted" and Answer.parse(line["text"]) is not None
    picture = Picture.from_data(line["made"])
    assert picture.recipe and picture.recipe.call == Call(intent="text_to_image", parameters=FOX)
    assert picture.scene and "fox" in {thing.noun for thing in picture.scene.things}


def test_the_reader_hears_in_a_talk_what_it_hears_in_a_dialogue(tiny: Outcome) -> None:
    library = library_of(tiny.folder)
    for dialogue in dialogues(tiny.folder, "test"):
        for n in range(len(dialogue.turns)):
            view, full = view_of(Talk.of(dialogue.turns, n), library), view_in_full(dialogue, n)
            assert (view.attached, view.current) == (full.attached, full.current)
            assert read_view(view, library, guideline()) == read_view(full, library, guideline())


def test_the_reader_goes_on_where_skills_are_missing_that_were_called(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GLITTER)
    list(react("shiny!", kept, Model("scripted", Scripted(said("glitter")), read_library([tmp_path / "own.yaml"]))))
    lines = list(react("draw a cat", kept, Model("reader", reader(read_library()), read_library())))
    assert lines[1] == 'text_to_image {"prompt":"a cat"}'


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (("hello there", "draw a cat"), 'text_to_image {"prompt":"a cat"}'),
        (
            ("I want a picture of a fox, ask me what you need", "on a beach", "at night, draw it"),
            "text_to_image",
        ),
    ],
)
def test_the_reader_asks_only_those_who_want_to_be_asked(kept: Kept, words: tuple[str, ...], ends: str) -> None:
    model = Model("reader", reader(read_library()), read_library())
    lines = [line for each in words for line in react(each, kept, model)]
    assert lines[-2].startswith(ends)
