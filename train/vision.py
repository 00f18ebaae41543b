"""Models that see: their processors without torchvision, and batches that hold pictures beside words.

    processor = processor_of("Qwen/Qwen2.5-VL-3B-Instruct", None, config)
    collate = collator_with_pictures(rows.pictures, wording, padding)
    collate([{"input_ids": [1, …, 5, 5, 5, 5, …], "labels": […], "pictures": [0, 7]}])
    -> {"input_ids": …, "labels": …, "attention_mask": …,
        "mm_token_type_ids": [[0, …, 1, 1, 1, 1, …]], "pixel_values": …, "image_grid_thw": [[1, 4, 4], …]}

Pixels go through Pillow on every machine, also where torchvision is installed: the two round differently, and a model
should be asked with the pixels that it learnt from. The processors of the Qwen family have a part for videos that
cannot do without torchvision; here they come without that part.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoImageProcessor, AutoProcessor
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

from schemas.errors import BadInput, Refused
from schemas.talk import Talk
from schemas.training import Training
from train.asking import Asked
from train.conversation import Message, messages
from train.learning import collated
from train.models import Loaded
from train.pictures import made_small, opened
from train.rows import expanded, refuse_mark
from train.wording import Wording

# processors of images and videos, with the video processor that stock transformers wants beside them
WITH_VIDEOS = {
    "Qwen2VLProcessor": "Qwen2VLVideoProcessor",
    "Qwen2_5_VLProcessor": "Qwen2VLVideoProcessor",
    "Qwen3VLProcessor": "Qwen3VLVideoProcessor",
}
VIDEOS = "video_preprocessor_config.json"
SHARED = ("patch_size", "merge_size", "temporal_patch_size", "size", "image_mean", "image_std")
OWN_MARKS = ("image_token_id", "video_token_id", "vision_token_id", "vision_start_token_id", "vision_end_token_id")
REMEDY = "take a model of the Qwen2.5-VL or Qwen3-VL family"

Batch = dict[str, torch.Tensor]


def processor_of(place: str, revision: str | None, config: Any) -> Any:
    """The processor of a folder or of a hub's repository, looking through Pillow and at images alone."""
    at = revision or "main"
    try:
        stock: Any = PROCESSOR_MAPPING[type(config)]
        kind: Any = without_videos(stock) if stock.__name__ in WITH_VIDEOS else AutoProcessor
        processor = kind.from_pretrained(place, revision=at)
        if not hasattr(processor, "image_processor"):  # what AutoProcessor gives where it knows no better
            raise ValueError("there is nothing but a tokenizer")
        seeing: Any = AutoImageProcessor  # whose methods transformers leaves untyped
        processor.image_processor = seeing.from_pretrained(place, revision=at, backend="pil")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
        told = " ".join(str(error).split())[:300]
        raise BadInput(f"{place}: its processor cannot be loaded ({told}); {REMEDY}") from error
    return processor


def without_videos(kind: Any) -> Any:
    """That kind of processor for images alone, saved so that stock transformers loads it with its videos again."""

    class ImagesAlone(kind):  # type: ignore[misc]  # which kind is known when it runs
        @classmethod
        def get_attributes(cls) -> list[str]:
            return [name for name in kind.get_attributes() if name != "video_processor"]

        def save_pretrained(self, save_directory: Any, push_to_hub: bool = False, **kwargs: Any) -> Any:
            written = super().save_pretrained(save_directory, push_to_hub, **kwargs)
            shared = {name: value for name, value in self.image_processor.to_dict().items() if name in SHARED}
            videos = {"video_processor_type": WITH_VIDEOS[kind.__name__], **shared}
            (Path(save_directory) / VIDEOS).write_text(json.dumps(videos, indent=2) + "\n", encoding="utf-8")
            return written

    ImagesAlone.__name__ = kind.__name__  # it is written into the folder, where stock transformers looks for it
    return ImagesAlone


def places_taken(name: str, processor: Any, size: tuple[int, int]) -> int:
    """How many tokens the model makes of a picture of that height and width, without looking at its pixels."""
    try:
        (places,) = processor._get_num_multimodal_tokens(image_sizes=[size]).num_image_tokens
    except ValueError as error:
        raise BadInput(f"{name}: is no picture that the model can look at ({error})") from error
    except (AttributeError, NotImplementedError, TypeError) as error:
        raise Refused(f"the model does not say how many tokens it makes of a picture; {REMEDY}") from error
    return int(places)


def check_layout(name: str, wording: Wording, talk: Talk, pictures: Sequence[bytes]) -> None:
    """That a prompt with its pictures comes to the tokens that the model's own processor makes of it. Some lay a
    picture out in rows and columns with marks between them; trained as we lay it out, they would learn nonsense."""
    processor, text = wording.processor, wording.prompt(talk)
    images = [opened(data) for data in pictures]
    ids = wording.tokenizer(text, add_special_tokens=False)["input_ids"]
    mark: Any = getattr(processor, "image_token_id", None)
    if ids.count(mark) > len(images):
        refuse_mark(name, processor.image_token)
    places = [places_taken(name, processor, (image.height, image.width)) for image in images]
    ours, _ = expanded(ids, ids, mark, places) if ids.count(mark) == len(places) else ([], [])
    try:
        theirs = processor(text=[text], images=[images], add_special_tokens=False)["input_ids"][0]
    except (ValueError, TypeError, IndexError) as error:
        raise Refused(f"{name}: the model's processor refuses its pictures ({error}); {REMEDY}") from error
    if ours != list(theirs):
        raise Refused(f"{name}: the model lays pictures out otherwise than in one run of equal tokens; {REMEDY}")


def collator_with_pictures(path: Path, wording: Wording, padding: int) -> Callable[[Sequence[dict[str, Any]]], Batch]:
    """Batches whose pictures are read from their file as they are needed."""
    album = Dataset.from_file(str(path))

    def collate(rows: Sequence[dict[str, Any]]) -> Batch:
        told = collated(rows, padding)
        shown = [opened(album[number]["bytes"]) for row in rows for number in row["pictures"]]
        return told | looked_at(wording.processor, told["input_ids"], shown)

    return collate


def looked_at(processor: Any, ids: torch.Tensor, shown: Sequence[Any]) -> Batch:
    """What the model needs beside the tokens: which of them are pictures, and the pixels."""
    found: Batch = {}
    if processor.return_mm_token_type_ids:
        found["mm_token_type_ids"] = torch.tensor(processor.create_mm_token_type_ids(ids.tolist()))
    return found | dict(processor(images=list(shown), return_tensors="pt")) if shown else found


def inputs_with_pictures(loaded: Loaded, asked: Sequence[Asked]) -> dict[str, Any]:
    """Prompts of one batch with their pictures, as small as in training, padded on the left."""
    processor, shown = loaded.wording.processor, []
    texts = [prompt(loaded.wording, one) for one in asked]
    for one, text in zip(asked, texts, strict=True):
        pictures = pictures_of(one, (loaded.run.settings if loaded.run else Training()).max_pixels)
        mark = getattr(processor, "image_token", None)
        if mark and text.count(mark) > len(pictures):
            refuse_mark(f"{one.dialogue_id}, turn {one.turn + 1}", mark)
        shown += pictures
    found = processor(
        text=texts,
        images=shown or None,
        add_special_tokens=False,
        padding=True,
        padding_side="left",
        return_tensors="pt",
    )
    return {name: value.to(loaded.model.device) for name, value in found.items()}


def prompt(wording: Wording, one: Asked) -> str:
    """With its pictures; where nobody painted any, their names alone."""
    if one.pictures is not None:
        return wording.prompt(one.talk)
    return wording.worded([in_words(each) for each in messages(one.talk, True, wording.system)], go_on=True)


def in_words(message: Message) -> Message:
    return message | {"content": [part for part in message["content"] if part["type"] != "image"]}


def pictures_of(one: Asked, max_pixels: int) -> list[Any]:
    if one.pictures is None or not one.talk.pictures_seen:
        return []
    names = [f"{one.dialogue_id}: image_{place + 1}" for place in one.talk.pictures_seen]
    return [opened(made_small(*each, max_pixels)[0]) for each in zip(names, one.pictures(), strict=True)]


def own_marks(loaded: Loaded) -> list[int]:
    """Tokens that stand for pictures and films; a model that wrote one would wait for a picture that never comes."""
    told = {getattr(each, name, None) for each in (loaded.model.config, loaded.wording.processor) for name in OWN_MARKS}
    return sorted(each for each in told if isinstance(each, int))
