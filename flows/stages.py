"""The stages of a build: each takes a batch, does its work if its part is not there yet, and names the part.

    prompts ── outlines ── pictures ── dialogues ── settled ── release

Every name carries the fingerprint of all that the part depends on: the stage's version, its share of the
plan, its data files, and the parts before it. Raise a stage's version when its output changes; a test
holds the hash of a sample against the version.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.workers import hand_back_memory
from generators import banks, cards, catalogue, checks, tasks
from generators.checks import CHECKS, first_failure
from generators.checks.own import own_checks, own_sources
from generators.dialogues import assemble
from generators.exchanges import Spoken
from generators.grammar import AUTHOR, speak
from generators.model_author import WRITING
from generators.outlines import NotPossible, outline
from generators.painter import RENDERER, encode, paint
from generators.prompts import read_prompts, seed_prompts
from schemas.dialogue import Dialogue
from schemas.identity import digest
from schemas.outline import Attempt, Outline, Slot
from schemas.plan import Plan
from schemas.prompt import Prompt
from schemas.scene import Scene
from schemas.skill import Library
from store.files import sha256_of
from store.likeness import sign
from store.parts import (
    Parts,
    fingerprint,
    read_picture_index,
    read_records,
    write_candidates,
    write_pictures,
    write_records,
)  # fmt: skip
from store.shards import Source

if TYPE_CHECKING:
    from flows.models import Model

STAGES: Mapping[str, int] = {"prompts": 1, "outlines": 2, "pictures": 1, "dialogues": 2, "settled": 1, "release": 2}
DIALOGUES_PER_BATCH = 200  # ten prompts of the paper's plan
SAID_BY_SLOTS = ("per_prompt", "turns", "openings", "manners", "guided", "revision", "cells")
PICTURES_BETWEEN_TRIMS = 32


@cache
def data_files(*folders: Path) -> str:
    """The hash of data files that a stage reads: banks, cards, the catalogue of what can be painted."""
    paths = sorted(path for folder in folders for path in folder.glob("*.yaml"))
    return digest([[path.parent.name, path.name, sha256_of(path)] for path in paths])


def art() -> str:
    return data_files(catalogue.ART)


def phrase_banks() -> str:
    """The banks, and the guideline beside their folder."""
    return data_files(banks.BANKS, banks.BANKS.parent)


def words_of_checks() -> str:
    return data_files(checks.FOLDER)


def source_fingerprint(plan: Plan) -> str:
    """Everything beside the plan that decides what it becomes: what is ours, and the user's own checks."""
    files = [art(), phrase_banks(), data_files(cards.CARDS), words_of_checks()]
    prompts = [asked_as(plan)] if prompts_by_model(plan) else []
    return digest([dict(STAGES), files, own_sources(plan.checks), author_mark(plan), RENDERER, *prompts])


def prompts_per_batch(plan: Plan) -> int:
    """Whole prompts, since equal states are painted once per prompt; as many as keep a part small."""
    return max(1, DIALOGUES_PER_BATCH // plan.dialogues.per_prompt)


class Batch(NamedTuple):
    """Some whole prompts of one split, and those of their slots that are open."""

    name: str
    prompts: tuple[Prompt, ...]
    slots: tuple[Slot, ...]
    attempt: int


def prompts_part(parts: Parts, plan: Plan, model: "Model | None") -> Path:
    own = plan.prompts.file
    by_model = prompts_by_model(plan)
    share = [
        plan.seed,
        plan.prompts.model_dump(mode="json"),
        sha256_of(Path(own)) if own and Path(own).is_file() else None,
        *([asked_as(plan), plan.attempts] if by_model else []),
    ]
    path = parts.path("prompts", plan.name, fingerprint("prompts", STAGES["prompts"], share, art()))
    if not path.exists():
        if own:
            prompts = read_prompts(Path(own), plan.prompts.count)
        elif by_model and model is not None:
            from flows.prompter import model_prompts

            prompts = model_prompts(plan, model)
        else:
            prompts = seed_prompts(plan)
        write_records(path, {prompt.id: prompt for prompt in prompts})
    return path


def prompts_by_model(plan: Plan) -> bool:
    return plan.author.kind == "openai" and "prompts" in plan.author.writes and plan.prompts.file is None


def words_by_model(plan: Plan) -> bool:
    return plan.author.kind == "openai" and "dialogues" in plan.author.writes


def author_of(plan: Plan) -> str:
    return plan.author.model if words_by_model(plan) else AUTHOR


def author_mark(plan: Plan) -> Any:
    """What decides the words beside the outlines: the banks, or the model, how it is asked and its templates."""
    return [asked_as(plan), phrase_banks()] if words_by_model(plan) else [AUTHOR, phrase_banks()]


def asked_as(plan: Plan) -> Any:
    return [WRITING, plan.author.model_dump(mode="json", exclude={"pace", "base_url", "writes"}), template_files(plan)]


def template_files(plan: Plan) -> list[list[str]]:
    """What a release's words are asked with; drafts of cards and banks have templates of their own."""
    folders = [tasks.TEMPLATES, *([Path(plan.author.templates)] if plan.author.templates else [])]
    paths = [path for folder in folders for path in sorted(folder.iterdir()) if path.is_file()]
    return [[path.name, sha256_of(path)] for path in paths if path.name not in ("bank.md", "card.md")]


class Prepared(NamedTuple):
    """A batch whose outlines and pictures are there, and where its dialogues go."""

    batch: Batch
    outlines: Path
    source: Source
    pictures: int


def prepare_batch(parts: Parts, plan: Plan, library: Library, batch: Batch) -> Prepared:
    """Outlines and pictures of a batch; whatever part of it exists is taken as it is."""
    outlines_path = outlines_part(parts, plan, library, batch)
    outlines = [a.outline for a in read_records(outlines_path, Attempt) if a.outline]
    pictures_path = pictures_part(parts, plan, batch, outlines)
    mark = fingerprint(
        "dialogues", STAGES["dialogues"], outlines_path.stem, pictures_path.stem, author_mark(plan),
        library.fingerprint, words_of_checks(), own_sources(plan.checks),
    )  # fmt: skip
    source = Source(parts.path("dialogues", batch.name, mark), pictures_path)
    return Prepared(batch, outlines_path, source, sum(len(o.shots) for o in outlines))


def make_batch(parts: Parts, plan: Plan, library: Library, batch: Batch) -> Prepared:
    """One batch from outlines to checked dialogues, in the words of the grammar."""
    prepared = prepare_batch(parts, plan, library, batch)
    if not prepared.source.dialogues.exists():
        judge = Judge(plan, library, read_picture_index(prepared.source.pictures))
        rows = []
        for tried in read_records(prepared.outlines, Attempt):
            if tried.outline is None:
                rows.append(row_without_words(tried, batch.attempt))
            else:
                rows.append(judge.row(tried.outline, *judge(tried.outline, speak(tried.outline, plan.seed, library))))
        write_candidates(prepared.source.dialogues, rows)
    return prepared


class Judge:
    """Words to a dialogue, and whether it passes: the same for whoever wrote them."""

    def __init__(self, plan: Plan, library: Library, pictures: Mapping[str, str]) -> None:
        self.author, self.library, self.pictures = author_of(plan), library, pictures
        self.own = own_checks(plan.checks, tuple(CHECKS))

    def __call__(self, outline: Outline, spoken: Sequence[Spoken]) -> tuple[Dialogue, str | None]:
        dialogue = assemble(outline, spoken, self.pictures, self.author, RENDERER)
        return dialogue, first_failure(dialogue, self.library, self.own)

    @staticmethod
    def row(outline: Outline, dialogue: Dialogue, reason: str | None) -> dict[str, Any]:
        signature = sign(dialogue.user_words)
        return row_for(outline.slot, outline.attempt) | {
            "reason": reason,
            "user_words": signature.words,
            "user_text": signature.text,
            "shingles": signature.shingles,
            "bands": signature.bands,
            "images": [image.sha256 for image in dialogue.images],
            "record": dialogue.to_json(),
        }


def row_without_words(tried: Attempt, attempt: int, reason: str | None = None) -> dict[str, Any]:
    return row_for(tried.slot, attempt) | {"reason": reason or tried.reason}


def outlines_part(parts: Parts, plan: Plan, library: Library, batch: Batch) -> Path:
    share = plan.dialogues.model_dump(mode="json", exclude=set(SAID_BY_SLOTS))
    slots = [slot.model_dump(mode="json") for slot in batch.slots]
    prompts = [prompt.id for prompt in batch.prompts]
    mark = fingerprint(
        "outlines", STAGES["outlines"], plan.seed, share, plan.renderer.size, slots, prompts, batch.attempt,
        library.fingerprint, art(), phrase_banks(),
    )  # fmt: skip
    path = parts.path("outlines", batch.name, mark)
    if not path.exists():
        prompt_of = {prompt.id: prompt for prompt in batch.prompts}
        tries = [attempt(slot, batch.attempt, prompt_of[slot.prompt_id], plan, library) for slot in batch.slots]
        write_records(path, {Outline.id_of(t.slot, batch.attempt): t for t in tries})
    return path


def attempt(slot: Slot, number: int, prompt: Prompt, plan: Plan, library: Library) -> Attempt:
    try:
        return Attempt(slot=slot, outline=outline(slot, number, prompt, plan, library))
    except NotPossible as reason:
        return Attempt(slot=slot, reason=f"outline: {reason}")


def pictures_part(parts: Parts, plan: Plan, batch: Batch, outlines: Sequence[Outline]) -> Path:
    """The pictures of a batch, each state painted once; named for the scenes alone, so that new words do
    not paint them again."""
    scenes = {shot.scene.digest: shot.scene for o in outlines for shot in o.shots if shot.scene}
    mark = fingerprint(
        "pictures", STAGES["pictures"], sorted(scenes), RENDERER, art(), plan.renderer.model_dump(mode="json")
    )
    path = parts.path("pictures", batch.name, mark)
    if not path.exists():
        write_pictures(path, painted(scenes))
    return path


def painted(scenes: Mapping[str, Scene]) -> Iterator[tuple[str, str, bytes]]:
    for n, (key, scene) in enumerate(scenes.items()):
        if n % PICTURES_BETWEEN_TRIMS == 0:
            hand_back_memory()
        data = encode(paint(scene))
        yield hashlib.sha256(data).hexdigest(), key, data


def row_for(slot: Slot, attempt: int) -> dict[str, Any]:
    return {
        "id": Outline.id_of(slot, attempt),
        "prompt_id": slot.prompt_id,
        "split": slot.split,
        "slot": slot.number,
        "attempt": attempt,
        "turn_class": slot.turn_class,
        "opening": slot.opening,
        "manner": slot.manner,
        "focus": slot.focus,
        "turns": slot.turns,
        "phenomenon": slot.phenomenon,
    }
