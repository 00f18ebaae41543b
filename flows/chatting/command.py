"""`drawnconvos chat`: the model of a conversation in the terminal, its calls painted as they come.

echo "draw a fox" | drawnconvos chat --model reader
"""

import io
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands import FILE, FOLDER, PATH, plain_errors
from schemas.errors import BadInput

if TYPE_CHECKING:
    from flows.chatting.transcript import Kept
    from flows.chatting.turns import Model
    from schemas.skill import Library
    from train.asking import System

CHATS = Path("data/chats")
READER = "reader"


@click.command("chat")
@click.argument("pictures", type=FILE, nargs=-1)
@click.option("--model", "name", default=READER, show_default=True, help="A run, an endpoint's model, or the reader.")
@click.option("--release", type=FOLDER, help="Take the skills of this release.")
@click.option(
    "--skills",
    "cards",
    type=FILE,
    multiple=True,
    help="Cards of your own beside ours.",
)
@click.option("--out", type=PATH, help=f"Its folder; the next one in {CHATS} unless named.")
@click.option("--resume", is_flag=True, help="Go on with the conversation in that folder, or with the last one.")
@click.option("--seed", default=0, show_default=True, help="Another one paints other pictures.")
def chat_command(**asked: Any) -> None:
    """Talk to a model: what it calls is painted on the spot.

    Type what you want; +FILE brings a picture in, /help tells the rest. PICTURES are brought in first. Lines may also
    come from a pipe. All is kept in the folder, pictures by their names and the talk in chat.jsonl.

    `--model reader` is the reader that knows cards and guideline, and needs no weights.
    """
    converse(**asked)


@plain_errors
def converse(
    pictures: tuple[Path, ...], name: str, release: Path | None, cards: tuple[Path, ...], out: Path | None,
    resume: bool, seed: int,
) -> None:  # fmt: skip
    from flows.chatting.lines import attach
    from flows.chatting.transcript import kept_in
    from flows.chatting.turns import Model

    library = shelf(release, cards)
    model = Model(name, system_named(name, library), library, seed)
    folder = out or (newest() if resume else following())
    with kept_in(folder, resume) as kept:
        for path in pictures:
            for told in attach(str(path), kept, model):
                click.echo(told)
        for line in read_on(kept, model):
            click.echo(line)
        if kept.so_far.lines and sys.stdin.isatty():
            click.echo(f"kept in {folder}; drawnconvos chat --out {folder} --resume goes on")


def read_on(kept: "Kept", model: "Model") -> Iterator[str]:
    """Line by line until there are no more; at a terminal each is asked for, from a pipe each is shown."""
    from flows.chatting.lines import QUIT, react

    with suppress(KeyboardInterrupt):  # a model at work can be left, too
        for typed in typed_lines():
            if not sys.stdin.isatty():
                yield f"> {typed}"
            if typed.strip() == f"/{QUIT}":
                return
            yield from react(typed, kept, model)


def typed_lines() -> Iterator[str]:
    if sys.stdin.isatty():
        with suppress(ImportError):
            import readline  # noqa: F401  lines can be edited where it is there
        while True:
            try:
                yield clean(input("> "))
            except (EOFError, KeyboardInterrupt):
                click.echo()  # what follows begins on a line of its own
                return
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    for line in sys.stdin:
        if line.strip():
            yield clean(line.rstrip("\r\n"))


def clean(typed: str) -> str:
    """What is no letter in any encoding becomes a question mark, so that it can be written down."""
    return typed.encode("utf-8", "replace").decode()


def shelf(release: Path | None, cards: tuple[Path, ...]) -> "Library":
    from generators.cards import read_library
    from store.verify import read_skills
    from store.versions import read_manifest

    if release is not None and cards:
        raise BadInput("chat: skills come from --release or from --skills, not from both")
    if release is None:
        return read_library(cards)
    read_manifest(release)
    return read_skills(release)


def system_named(name: str, library: "Library") -> "System":
    if name == READER:
        from flows.chatting.reader import reader

        return reader(library)
    from train.systems import system_of

    return system_of(name, library)


def numbered() -> list[int]:
    found = CHATS.iterdir() if CHATS.is_dir() else ()
    return sorted(int(path.name) for path in found if path.name.isdecimal())


def following() -> Path:
    return CHATS / str(max(numbered(), default=0) + 1)


def newest() -> Path:
    from flows.chatting.transcript import TRANSCRIPT

    found = [CHATS / str(n) for n in numbered() if (CHATS / str(n) / TRANSCRIPT).is_file()]
    if not found:
        raise BadInput(f"{CHATS}: has no conversation to go on with; name its folder with --out")
    return found[-1]
