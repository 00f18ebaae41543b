"""Models that see: what of a picture reaches them, that they learn from it, what is refused; on tiny Qwen-VLs."""

import io
import json
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPConfig, Idefics3ImageProcessorPil, Idefics3Processor

from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.errors import BadInput, Refused
from schemas.identity import digest
from schemas.preference import Preference, Sample
from schemas.prompt import Split
from schemas.talk import Talk
from schemas.training import Dpo, Sft
from store.release import Outcome
from tests.tiny_models import Kind, tiny_vision_model, tokenizer_of, words_of
from train.answering import Drawing, answers, inputs_of
from train.asking import Asked
from train.conversation import SYSTEM, messages
from train.dpo import dpo
from train.learning import collator, vocabulary
from train.models import adapted, config_of, load
from train.pictures import opened
from train.questions import asked_of
from train.record import read_run
from train.release import Pictures, Release
from train.rows import IGNORED, prepare
from train.sft import merge, sft
from train.vision import processor_of
from train.wording import Wording

KINDS: tuple[Kind, ...] = ("qwen2_5_vl", "qwen3_vl")
BOUND = 112 * 112
QUICK = {
    "dtype": "float32", "limit": 12, "batch": 4, "epochs": 2, "save_every": 2, "log_every": 1, "max_pixels": 56 * 56,
}  # fmt: skip


@pytest.fixture(scope="session")
def seen_release(tiny: Outcome) -> Release:
    return Release.read(tiny.folder)


@pytest.fixture(scope="session")
def models(seen_release: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    """Untrained ones, one of each kind."""
    folder, words = tmp_path_factory.mktemp("seeing"), list(words_of(seen_release))
    return {kind: tiny_vision_model(folder / kind, words, kind) for kind in KINDS}


@pytest.fixture(scope="session", params=KINDS)
def base(request: pytest.FixtureRequest, models: dict[Kind, Path]) -> Path:
    return models[request.param]


def wording_of(folder: Path) -> Wording:
    processor = processor_of(str(folder), None, config_of(str(folder), None))
    return Wording(processor, sees=True)


def rows_in(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.ipc.open_stream(path).read_all().to_pylist()
    return found


# processors


def test_a_processor_needs_no_torchvision(base: Path) -> None:
    processor = wording_of(base).processor
    assert type(processor.image_processor).__name__ == "Qwen2VLImageProcessorPil"
    assert not hasattr(processor, "video_processor")


def test_a_saved_processor_loads_again_and_sees_the_same(base: Path, tmp_path: Path) -> None:
    first = wording_of(base).processor
    shutil.copy(base / "config.json", tmp_path)
    first.save_pretrained(tmp_path)
    again = wording_of(tmp_path).processor
    assert (again.to_dict(), again.chat_template) == (first.to_dict(), first.chat_template)
    image = painted((200, 30, 60), (150, 90))
    shown = [torch.as_tensor(each(images=[image])["pixel_values"]) for each in (first, again)]
    assert torch.equal(*shown)


def test_a_saved_processor_has_what_stock_transformers_looks_for(base: Path, tmp_path: Path) -> None:
    """With torchvision, AutoProcessor takes the class by its name and wants settings for videos beside it."""
    wording_of(base).processor.save_pretrained(tmp_path)
    told = json.loads((tmp_path / "processor_config.json").read_text())
    assert told["processor_class"] == json.loads((base / "preprocessor_config.json").read_text())["processor_class"]
    assert told["image_processor"]["image_processor_type"] == "Qwen2VLImageProcessor"
    videos = json.loads((tmp_path / "video_preprocessor_config.json").read_text())
    assert videos["video_processor_type"] in ("Qwen2VLVideoProcessor", "Qwen3VLVideoProcessor")
    assert videos["patch_size"] == told["image_processor"]["patch_size"]
    assert json.loads((tmp_path / "tokenizer_config.json").read_text())["backend"] == "tokenizers"


def no_processor(folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()


def no_conversation(folder: Path) -> None:
    CLIPConfig().save_pretrained(folder)


def no_words(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (no_processor, "its processor cannot be loaded"),
        (no_conversation, "is no model that can be loaded"),
        (no_words, "its processor cannot be loaded"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_line(
    broken: Callable[[Path], None], message: str, models: dict[Kind, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(models["qwen3_vl"], folder)
    broken(folder)
    with pytest.raises(BadInput, match=rf"^{folder}: {message}") as caught:
        load(str(folder), "float32")
    assert "\n" not in str(caught.value)


# rows


def shown_by(processor: Any, dialogue: Dialogue, pictures: Sequence[Image.Image]) -> list[dict[str, Any]]:
    """The dialogue as transformers takes it: every picture in its place in a message."""
    talk = Talk.of(dialogue.turns, len(dialogue.turns) - 1)
    waiting = iter(pictures)
    told = messages(talk, sees=True)
    told.append({"role": "assistant", "content": [{"type": "text", "text": dialogue.turns[-1].answer.text}]})
    for message in told:
        message["content"] = [
            part | {"image": next(waiting)} if part["type"] == "image" else part for part in message["content"]
        ]
    assert next(waiting, None) is None
    return told


def test_rows_are_the_tokens_that_the_models_own_processor_makes(
    base: Path, seen_release: Release, tmp_path: Path
) -> None:
    wording = wording_of(base)
    prepared = prepare(seen_release.dialogues("sft", sees=True), wording, tmp_path, 2048, BOUND)
    assert prepared.pictures
    album = [each["bytes"] for each in rows_in(prepared.pictures)]
    dialogues = {dialogue.id: dialogue for dialogue, _ in seen_release.dialogues("sft")}
    rows = rows_in(prepared.rows)
    assert sum(len(row["pictures"]) > 2 for row in rows) > 10
    for row in rows:
        pictures = [opened(album[number]) for number in row["pictures"]]
        told = shown_by(wording.processor, dialogues[row["id"]], pictures)
        (theirs,) = wording.processor.apply_chat_template(told, tokenize=True, return_dict=True)["input_ids"]
        assert row["input_ids"] == list(theirs)[: len(row["input_ids"])]
        assert wording.tokenizer.decode(theirs[len(row["input_ids"]) :]) == "\n"
        learnt = wording.tokenizer.decode([label for label in row["labels"] if label != IGNORED])
        assert learnt == "".join(turn.answer.text + "<|im_end|>" for turn in dialogues[row["id"]].turns)


def test_a_batch_has_the_loss_of_the_processors_own(base: Path, seen_release: Release, tmp_path: Path) -> None:
    loaded = load(str(base), "float32")
    processor = loaded.wording.processor
    prepared = prepare(seen_release.dialogues("sft", sees=True), loaded.wording, tmp_path, 2048, BOUND)
    assert prepared.pictures
    several = [row for row in rows_in(prepared.rows) if len(row["pictures"]) > 2][:2]
    rows = [*several, next(row for row in rows_in(prepared.rows) if len(row["pictures"]) == 1)]
    ours = collator(prepared, loaded.wording)(rows)
    dialogues = {dialogue.id: dialogue for dialogue, _ in seen_release.dialogues("sft")}
    album = [each["bytes"] for each in rows_in(prepared.pictures)]
    told = [shown_by(processor, dialogues[row["id"]], [opened(album[n]) for n in row["pictures"]]) for row in rows]
    theirs = processor.apply_chat_template(
        told, tokenize=True, return_dict=True, return_tensors="pt",
        processor_kwargs={"padding": True, "padding_side": "right"},
    )  # fmt: skip
    labels = torch.nn.functional.pad(
        ours["labels"], (0, theirs["input_ids"].shape[1] - ours["labels"].shape[1]), value=IGNORED
    )
    assert set(ours) == {*theirs, "labels"}
    assert torch.equal(ours["pixel_values"], theirs["pixel_values"])
    with torch.no_grad():
        logits, learnt = vocabulary(loaded.model, ours)
        loss = torch.nn.functional.cross_entropy(logits, learnt)
        assert loss.item() == pytest.approx(loaded.model(**theirs, labels=labels).loss.item(), abs=1e-5)


def test_a_question_shows_what_the_row_showed_up_to_there(base: Path, seen_release: Release, tmp_path: Path) -> None:
    loaded = load(str(base), "float32")
    dialogues = [each for each in seen_release.dialogues("sft", sees=True) if len(each[0].images) > 2][:3]
    prepared = prepare(dialogues, loaded.wording, tmp_path, 2048, 448 * 448)
    collate = collator(prepared, loaded.wording)
    for row, (dialogue, pictures) in zip(rows_in(prepared.rows), dialogues, strict=True):
        starts = [n for n, each in enumerate(row["labels"]) if each != IGNORED and row["labels"][n - 1] == IGNORED]
        pixels = collate([row])["pixel_values"]
        for asked, start in zip(asked_of(dialogue, pictures), starts, strict=True):
            inputs = inputs_of(loaded, [asked])
            assert inputs["input_ids"][0].tolist() == row["input_ids"][:start]
            if asked.talk.pictures_seen:
                assert torch.equal(inputs["pixel_values"], pixels[: len(inputs["pixel_values"])])


def test_where_nobody_painted_pictures_have_their_names_alone(base: Path, seen_release: Release) -> None:
    loaded = load(str(base), "float32")
    dialogue, pictures = next(each for each in seen_release.dialogues("sft", sees=True) if len(each[0].images) > 2)
    named, shown = [list(asked_of(dialogue, each))[-1] for each in (None, pictures)]
    inputs = inputs_of(loaded, [named, shown])
    texts = [loaded.wording.tokenizer.decode(ids) for ids in inputs["input_ids"]]
    assert ["<|image_pad|>" in text for text in texts] == [False, True]
    assert all("[image_1]" in text for text in texts)
    assert len(inputs["image_grid_thw"]) == len(shown.talk.pictures_seen)


def laid_in_rows(words: Sequence[str]) -> Wording:
    """A processor that cuts a picture into tiles, with marks between them."""
    tokenizer = tokenizer_of(words, 800)
    marks = ["<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>"]
    marks += [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    tokenizer.add_tokens(marks, special_tokens=True)
    seeing = Idefics3ImageProcessorPil(size={"longest_edge": 128}, max_image_size={"longest_edge": 64})
    processor = Idefics3Processor(seeing, tokenizer, image_seq_len=4)
    processor.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for part in m['content'] %}"
        "{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}<|im_end|>\n{% endfor %}"
    )
    return Wording(processor, sees=True)


def test_a_model_that_lays_pictures_out_in_rows_is_refused(seen_release: Release, tmp_path: Path) -> None:
    wording = laid_in_rows([SYSTEM])
    with pytest.raises(Refused, match=r"^p\w+-\d+-\d+: the model lays pictures out otherwise than in one run of equal"):
        prepare(seen_release.dialogues("sft", sees=True), wording, tmp_path, 4096, BOUND)
    assert list(tmp_path.glob("*.arrow")) == []


def test_pictures_are_kept_once_and_small(base: Path, seen_release: Release, tmp_path: Path) -> None:
    dialogues = list(seen_release.dialogues("sft", sees=True))
    prepared = prepare([*dialogues, *dialogues], wording_of(base), tmp_path, 2048, BOUND)
    assert prepared.pictures
    kept = rows_in(prepared.pictures)
    seen = {
        dialogue.images[place].sha256
        for dialogue, _ in dialogues
        for place in Talk.of(dialogue.turns, len(dialogue.turns) - 1).pictures_seen
    }
    assert len(kept) == len(seen) and {each["sha256"] for each in kept} == seen
    assert all(image.width * image.height <= BOUND for image in (opened(each["bytes"]) for each in kept))


def test_a_picture_without_a_ground_stands_on_white() -> None:
    cut_out = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    cut_out.paste((0, 0, 255, 255), (10, 10, 20, 20))
    shown = opened(as_png(cut_out))
    assert (shown.getpixel((0, 0)), shown.getpixel((15, 15))) == ((255, 255, 255), (0, 0, 255))


def painted(colour: tuple[int, int, int], size: tuple[int, int] = (56, 56)) -> Image.Image:
    return Image.new("RGB", size, colour)


def as_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def a_line(_: bytes) -> bytes:
    return as_png(painted((0, 0, 0), (1000, 1)))


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (lambda _: b"no picture", "is no picture that can be read"),
        (cut_off, "is no picture that can be read"),
        (a_line, "is no picture that the model can look at"),
    ],
    ids=["junk", "cut off", "a line"],
)
def test_a_picture_that_cannot_be_read_is_named(
    spoilt: Callable[[bytes], bytes], message: str, models: dict[Kind, Path], seen_release: Release, tmp_path: Path
) -> None:
    def with_one_spoilt() -> Iterator[tuple[Dialogue, Pictures]]:
        for n, (dialogue, pictures) in enumerate(seen_release.dialogues("sft", sees=True)):
            data = pictures()
            images = tuple(each.model_copy(update={"sha256": digest([n, each.sha256])}) for each in dialogue.images)
            yield (
                dialogue.model_copy(update={"images": images}),
                lambda d=data, n=n: [spoilt(x) for x in d] if n == 3 else d,
            )  # type: ignore[misc]

    name = [dialogue.id for dialogue, _ in seen_release.dialogues("sft")][3]
    with pytest.raises(BadInput, match=rf"^{name}: image_\d: {message}"):
        prepare(with_one_spoilt(), wording_of(models["qwen3_vl"]), tmp_path, 2048, BOUND)


def test_a_missing_picture_is_named_when_it_is_looked_at(seen_release: Release, tmp_path: Path) -> None:
    copy = tmp_path / "release"
    shutil.copytree(seen_release.folder, copy)
    shard = next((copy / "sft").glob("*.parquet"))
    rows = pq.read_table(shard)
    images = rows.column("images").to_pylist()
    images[0][-1] = None
    place = rows.column_names.index("images")
    changed = rows.set_column(place, rows.field(place), pa.chunked_array([pa.array(images, rows.field(place).type)]))
    pq.write_table(changed, shard)
    dialogue, pictures = next(iter(Release.read(copy).dialogues("sft", sees=True)))
    with pytest.raises(BadInput, match=f"^{dialogue.id}: image_{len(images[0])} is missing"):
        pictures()


def test_words_that_hold_the_models_mark_for_a_picture_are_refused(
    models: dict[Kind, Path], seen_release: Release, tmp_path: Path
) -> None:
    loaded = load(str(models["qwen2_5_vl"]), "float32")
    dialogue, pictures = next(iter(seen_release.dialogues("sft", sees=True)))
    turn = dialogue.turns[0].model_copy(update={"user": "what does <|image_pad|> mean"})
    dialogue = dialogue.model_copy(update={"turns": (turn, *dialogue.turns[1:])})
    with pytest.raises(Refused, match=rf"^{dialogue.id}: its words hold '<\|image_pad\|>'"):
        prepare([(dialogue, pictures)], loaded.wording, tmp_path, 2048, BOUND)
    with pytest.raises(Refused, match=rf"^{dialogue.id}, turn 1: its words hold '<\|image_pad\|>'"):
        inputs_of(loaded, list(asked_of(dialogue, pictures))[:1])


# training


def test_an_adapter_sits_on_the_language_model_alone(base: Path) -> None:
    names = [
        n for n, weight in adapted(load(str(base), "float32").model, 4, 8).named_parameters() if weight.requires_grad
    ]
    assert len(names) == 2 * 7 * 2
    assert all(".language_model.layers." in name and ".visual." not in name for name in names)


@pytest.fixture(scope="session")
def begun(seen_release: Release, base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose every weight took a few steps, as a folder to begin from."""
    out = tmp_path_factory.mktemp("begun")
    sft(seen_release, Sft(model=str(base), whole=True, **QUICK), out)
    return out / "adapter"


@pytest.fixture(scope="session")
def tuned(seen_release: Release, begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tuned")
    sft(seen_release, Sft(model=str(begun), **QUICK), out)
    return out


class Stop(io.StringIO):
    """A terminal at which someone presses Ctrl-C as soon as a line comes."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line

    def write(self, text: str) -> int:
        if self.line in text:
            raise KeyboardInterrupt
        return super().write(text)


def same(one: Path, other: Path) -> bool:
    weights = [load_file(each / "adapter" / "adapter_model.safetensors") for each in (one, other)]
    return all(torch.equal(weights[0][name], weights[1][name]) for name in {*weights[0], *weights[1]})


def test_a_run_that_was_stopped_comes_to_the_same_adapter(
    seen_release: Release, begun: Path, tuned: Path, tmp_path: Path
) -> None:
    settings = Sft(model=str(begun), **QUICK)
    with pytest.raises(KeyboardInterrupt), redirect_stderr(Stop("step 4 of 6")):
        sft(seen_release, settings, tmp_path)
    assert (tmp_path / "checkpoints" / "checkpoint-2").is_dir()
    run = sft(seen_release, settings, tmp_path)
    assert run.finished and [step.step for step in run.steps] == [1, 2, 3, 4, 5, 6]
    assert same(tuned, tmp_path)


def test_a_merged_run_sees_what_base_and_adapter_saw(seen_release: Release, tuned: Path) -> None:
    apart = load(str(tuned), "float32")
    merged = load(str(merge(tuned)), "float32")
    dialogue, pictures = next(each for each in seen_release.dialogues("test", sees=True) if len(each[0].images) > 2)
    asked = list(asked_of(dialogue, pictures))[-1]
    inputs = inputs_of(apart, [asked])
    with torch.no_grad():
        assert torch.allclose(apart.model(**inputs).logits, merged.model(**inputs).logits, atol=1e-4)


class Judged(Release):
    """A release in whose rlhf every last answer was preferred to another."""

    def dialogues(self, split: Split, sees: bool = False) -> Iterator[tuple[Dialogue, Pictures]]:
        for dialogue, pictures in super().dialogues(split, sees):
            turn = len(dialogue.turns) - 1
            right = Sample.of(dialogue.turns[turn].answer.text, "gold")
            wrong = Sample.of(Answer(call=Call(intent="chat"), reply="Sorry?").text, "other")
            given = Preference(turn=turn, chosen=right, rejected=wrong, judge="simulated")
            yield dialogue.model_copy(update={"preferences": (given,)}), pictures


def test_preferences_are_learnt_with_their_pictures(seen_release: Release, tuned: Path, tmp_path: Path) -> None:
    settings = Dpo(**QUICK | {"limit": 14, "learning_rate": 5e-3, "guard": 2, "save_every": 4})
    for name in ("one", "other"):
        dpo(Judged(*seen_release), settings, str(tuned), tmp_path / name)
    run = read_run(tmp_path / "one")
    margins = [step.values["rewards/margins"] for step in run.steps if "rewards/margins" in step.values]
    assert margins[0] == pytest.approx(0, abs=1e-4) and margins[-1] > 0
    assert run.adapter == read_run(tuned).fingerprint
    assert same(tmp_path / "one", tmp_path / "other") and not same(tmp_path / "one", tuned)


def some_asked(release: Release) -> list[Asked]:
    return [one for dialogue, pictures in release.some("test", 3, sees=True) for one in asked_of(dialogue, pictures)]


def test_what_is_drawn_does_not_hang_on_the_batch(seen_release: Release, tuned: Path) -> None:
    loaded, asked = load(str(tuned), "float32"), some_asked(seen_release)
    drawing = Drawing(lambda one: one.turn + 7)
    together, apart = (dict(answers(loaded, asked, drawing, longest=6, at_once=n)) for n in (8, 1))
    assert {place: drawn.text for place, drawn in together.items()} == {p: drawn.text for p, drawn in apart.items()}
    assert len(together) == len(asked)


def test_marks_of_pictures_are_never_said(models: dict[Kind, Path], seen_release: Release) -> None:
    loaded = load(str(models["qwen3_vl"]), "float32")
    head = loaded.model.get_output_embeddings()
    marks = loaded.wording.tokenizer.convert_tokens_to_ids(["<|image_pad|>", "<|video_pad|>", "<|vision_start|>"])
    head.bias = torch.nn.Parameter(torch.zeros(head.out_features).index_fill(0, torch.tensor(marks), 100.0))
    for _, drawn in answers(loaded, some_asked(seen_release)[:2], longest=4):
        assert drawn.text and drawn.logprob < -100  # what is left to say is what the model hardly would


# does the picture matter

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 60), "blue": (40, 60, 220), "yellow": (230, 220, 40)}


class Colours(Release):
    """A release in which nothing but the picture tells the answer."""

    def some(self, split: Split, limit: int | None, sees: bool = False) -> Iterator[tuple[Dialogue, Pictures]]:
        like = next(dialogue for dialogue, _ in self.dialogues("sft") if dialogue.turns[0].attached)
        drawn = random.Random(split)
        for n in range(limit or 0):
            name = drawn.choice(list(COLOURS))
            paint = tuple(max(0, min(255, value + drawn.randrange(-25, 26))) for value in COLOURS[name])
            data = as_png(painted(paint))  # type: ignore[arg-type]
            turn = Turn(user="what colour is it", attached=(0,), call=Call(intent="chat"), reply=name)
            image = like.images[0].model_copy(update={"sha256": digest([split, n])})
            changes = {"id": f"{split}-{n}", "turns": (turn,), "images": (image,)}
            yield like.model_copy(update=changes), lambda data=data: [data]  # type: ignore[misc]


@pytest.mark.parametrize(("kind", "epochs"), [("qwen2_5_vl", 16), ("qwen3_vl", 8)])
def test_the_picture_tells_the_answer(kind: Kind, epochs: int, seen_release: Release, tmp_path: Path) -> None:
    colours = Colours(*seen_release)
    texts = [SYSTEM, *(turn.answer.text for dialogue, _ in colours.some("sft", 20) for turn in dialogue.turns)]
    model = tiny_vision_model(tmp_path / "model", texts, kind, vocabulary=500)
    learning = {"epochs": epochs, "batch": 16, "learning_rate": 4e-3, "save_every": 1000, "max_pixels": 56 * 56}
    sft(colours, Sft(model=str(model), whole=True, dtype="float32", limit=240, **learning), tmp_path / "run")
    loaded = load(str(tmp_path / "run"), "float32")
    dialogues = list(colours.some("test", 32))
    asked = [one for dialogue, pictures in dialogues for one in asked_of(dialogue, pictures)]
    moved = [one._replace(pictures=other.pictures) for one, other in zip(asked, [*asked[5:], *asked[:5]], strict=True)]
    gold = {(dialogue.id, 0): dialogue.turns[0].answer.text for dialogue, _ in dialogues}
    right, wrong = (
        sum(drawn.text == gold[place] for place, drawn in answers(loaded, each, longest=40)) / len(gold)
        for each in (asked, moved)
    )
    assert right > 0.9 and wrong < 0.5
