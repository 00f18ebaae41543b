"""Transcript: a conversation in the terminal as it lies on disk, one line for each thing that happened.

    {"kind": "brought", "picture": {"file": "image_1.jpg", "sha256": "5b0c…", "recipe": {…}, "scene": {…}}}
    {"kind": "said", "user": "make it blue", "attached": [0], "source": "runs/dpo", "text": "{\\"intent\\": …}", …}
    {"kind": "undone"}

Nothing is ever taken out: what was undone, and what the model said that was no use, stay with their reason. A line is
on the disk before it is shown; of a line that was half written when somebody pulled the plug, nobody has seen anything.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Annotated, Literal, Self

from filelock import FileLock, Timeout
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from schemas.answer import Answer
from schemas.errors import BadInput, Damaged, Refused
from schemas.identity import Record
from schemas.image import Recipe, Sha256
from schemas.scene import Scene
from store.files import whole

TRANSCRIPT = "chat.jsonl"
REMEDY = "mend it, or begin another conversation"


class Picture(Record):
    """One picture of a conversation; without recipe and scene where it was not painted here."""

    file: str = Field(pattern=r"^image_[1-9][0-9]*\.(jpg|png|webp)$")
    sha256: Sha256
    recipe: Recipe | None = None
    scene: Scene | None = None


class Brought(Record):
    kind: Literal["brought"] = "brought"
    picture: Picture


class Said(Record):
    """The user's words and what the model made of them; `kept` where that is part of what comes after."""

    kind: Literal["said"] = "said"
    user: str
    attached: tuple[int, ...] = ()
    source: str
    text: str = ""
    image_before: int | None = None
    image_after: int | None = None
    made: Picture | None = None
    kept: bool = False
    problem: str | None = None

    @model_validator(mode="after")
    def kept_only_with_an_answer(self) -> Self:
        if self.kept and Answer.parse(self.text) is None:
            raise ValueError("is kept, but its text is no answer")
        return self

    @property
    def answer(self) -> Answer:
        answer = Answer.parse(self.text)
        if answer is None:
            raise ValueError(f"{self.text!r} is no answer")
        return answer


class Undone(Record):
    kind: Literal["undone"] = "undone"


Line = Annotated[Brought | Said | Undone, Field(discriminator="kind")]
LINE: TypeAdapter[Brought | Said | Undone] = TypeAdapter(Line)


@dataclass(frozen=True)
class Conversation:
    """All lines, and what they come to: a line that undoes takes back the latest that stands."""

    lines: tuple[Brought | Said | Undone, ...] = ()

    @cached_property
    def standing(self) -> tuple[Brought | Said, ...]:
        stack: list[Brought | Said] = []
        for line in self.lines:
            if isinstance(line, Undone):
                del stack[-1:]
            elif isinstance(line, Brought) or line.kept:
                stack.append(line)
        return tuple(stack)

    @cached_property
    def turns(self) -> tuple[Said, ...]:
        return tuple(line for line in self.standing if isinstance(line, Said))

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """In the order of first appearance; the place of a picture is its name. A scene may become known later."""
        found: dict[str, Picture] = {}
        for line in self.standing:
            picture = picture_of(line)
            if picture is not None and (picture.sha256 not in found or picture.scene):
                found[picture.sha256] = picture
        return tuple(found.values())

    @cached_property
    def waiting(self) -> tuple[int, ...]:
        """The pictures that were brought and that no words came with yet."""
        places: list[int] = []
        for line in self.standing:
            places = [*places, self.place_of(line.picture.sha256)] if isinstance(line, Brought) else []
        return tuple(dict.fromkeys(places))

    @property
    def current(self) -> int | None:
        """The picture before the user's eyes."""
        if self.waiting:
            return self.waiting[-1]
        seen = [place for turn in self.turns for place in (*turn.attached, turn.image_after) if place is not None]
        return seen[-1] if seen else None

    def place_of(self, sha256: str) -> int:
        """Where a picture stands; the next free place for one that is not there."""
        known = [picture.sha256 for picture in self.pictures]
        return known.index(sha256) if sha256 in known else len(known)

    def scenes(self) -> Iterator[Picture]:
        """Every picture that was painted here, also what was undone."""
        return (picture for picture in map(picture_of, self.lines) if picture and picture.scene)


def picture_of(line: Brought | Said | Undone) -> Picture | None:
    """The picture that came with a line."""
    if isinstance(line, Brought):
        return line.picture
    return line.made if isinstance(line, Said) else None


def read_conversation(folder: Path) -> tuple[Conversation, int]:
    """What a folder's transcript holds, and how many bytes of it that are."""
    path = folder / TRANSCRIPT
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    data = data[: data.rfind(b"\n") + 1]  # what follows was being written when the end came
    found = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            found.append(LINE.validate_json(line))
        except ValidationError as error:
            what = error.errors()[0]
            place = ".".join(map(str, what["loc"])) or "the line"
            raise Damaged(f"{path}, line {number}", f"{place}: {what['msg']}", REMEDY) from error
    conversation = Conversation(tuple(found))
    known = range(len(conversation.pictures))
    for turn in conversation.turns:
        for at in (*turn.attached, turn.image_before, turn.image_after):
            if at is not None and at not in known:
                raise Damaged(path, f"{turn.user!r} points at picture {at} of {len(known)}", REMEDY)
    return conversation, len(data)


@dataclass
class Kept:
    """A conversation that goes on: what is added is on the disk first."""

    folder: Path
    so_far: Conversation

    def add(self, line: Brought | Said | Undone, pixels: bytes | None = None) -> None:
        picture = picture_of(line)
        if picture and pixels is not None:
            write_beside(self.folder / picture.file, pixels)
        try:
            with (self.folder / TRANSCRIPT).open("ab") as file:
                file.write(f"{line.to_json()}\n".encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Refused(f"{self.folder / TRANSCRIPT}: cannot be written: {error.strerror}") from error
        self.so_far = Conversation((*self.so_far.lines, line))

    def pixels(self, place: int) -> bytes:
        picture = self.so_far.pictures[place]
        path = self.folder / picture.file
        try:
            data = path.read_bytes()
        except OSError as error:
            raise Damaged(path, f"cannot be read ({error.strerror})", REMEDY) from error
        if hashlib.sha256(data).hexdigest() != picture.sha256:
            raise Damaged(path, "is not the picture that the transcript names", REMEDY)
        return data


def write_beside(path: Path, pixels: bytes) -> None:
    """An undone picture that has this name steps aside; it was shown, so it is not lost."""
    for taken in sorted(path.parent.glob(f"{path.stem}.*")):
        if taken != path or taken.read_bytes() != pixels:
            aside = (taken.with_name(f"{path.stem}-undone-{n}{taken.suffix}") for n in count(1))
            taken.rename(next(free for free in aside if not free.exists()))
    with whole(path) as unfinished:
        unfinished.write_bytes(pixels)


@contextmanager
def kept_in(folder: Path, resume: bool) -> Iterator[Kept]:
    """The conversation of a folder: a new one, or the one that is there."""
    there = (folder / TRANSCRIPT).is_file()
    if there and not resume:
        raise BadInput(f"{folder}: holds a conversation; go on with it by --resume, or name another folder with --out")
    if resume and not there:
        raise BadInput(f"{folder}: holds no conversation to go on with (it has no {TRANSCRIPT})")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BadInput(f"{folder}: another chat is going on in it") from error
    except OSError as error:
        raise BadInput(f"{folder}: cannot be written to ({error.strerror}); name another with --out") from error
    try:
        conversation, size = read_conversation(folder) if there else (Conversation(), 0)
        kept = Kept(folder, conversation)
        for place in range(len(conversation.pictures)):
            kept.pixels(place)
        if there:
            os.truncate(folder / TRANSCRIPT, size)
        yield kept
    finally:
        lock.release()
