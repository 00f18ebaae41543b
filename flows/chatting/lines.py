"""What a typed line of a chat brings about, and the lines that tell it.

    for told in react("recolor the hat, make it red", kept, model): print(told)
    Recolour: there it is.
    recolor {"colour":"red","object":"hat"}
    data/chats/1/image_2.jpg

A line that begins with a slash is a command to the terminal and never reaches the model; a plus before a file's name
brings that picture in with the words that follow.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.chatting.transcript import Kept, Said, Undone
from flows.chatting.turns import Model, answered, brought, painted
from schemas.answer import Answer
from schemas.errors import BadInput, Refused, did_you_mean
from schemas.scene import Medium

QUIT = "quit"
PLUS = re.compile(r'\+(?:"[^"]+"|\S*\.[A-Za-z]\w*)(?:\s+|$)')  # a plus before a file, not before a number
BY_COMMAND: dict[str, Medium] = {"paint": "picture", "scribble": "scribble", "pose": "pose"}

Command = Callable[[str, Kept, Model], Iterator[str]]


def react(typed: str, kept: Kept, model: Model) -> Iterator[str]:
    """What is told; each line of it is on the disk before. A command that fails is told, a model that cannot be asked
    ends the chat."""
    typed = typed.strip()
    try:
        yield from map(printable, commanded(typed, kept, model))
    except (BadInput, Refused) as error:
        yield printable(str(error))
        return
    words = "" if typed.startswith("/") else typed[len("".join(plusses(typed))) :]
    if words:
        yield from map(printable, say(words, kept, model))


def commanded(typed: str, kept: Kept, model: Model) -> Iterator[str]:
    if typed.startswith("/"):
        name, _, rest = typed[1:].partition(" ")
        if name not in COMMANDS:
            raise BadInput(f"there is no /{name}{did_you_mean(name, [*COMMANDS, QUIT])}; /help lists what there is")
        yield from COMMANDS[name](rest.strip(), kept, model)
    for plus in plusses(typed):
        yield from attach(plus.strip()[1:].strip('"'), kept, model)


def plusses(typed: str) -> list[str]:
    """The files that a line begins with, each with its plus and the space behind it."""
    found: list[str] = []
    while match := PLUS.match(typed, len("".join(found))):
        found.append(match[0])
    return found


def say(words: str, kept: Kept, model: Model) -> Iterator[str]:
    turn, pixels = answered(kept.so_far, words, model, kept.pixels)
    kept.add(turn, pixels)
    yield from told_turn(turn, kept)


def told_turn(turn: Said, kept: Kept) -> Iterator[str]:
    """The reply, the call, and the picture or why there is none."""
    answer = Answer.parse(turn.text)
    if answer is not None:
        if answer.reply:
            yield answer.reply
        yield f"{answer.call.intent} {answer.call.parameters_json}"
    if turn.problem:
        yield turn.problem
    if turn.image_after is not None:
        yield str(path_of(turn.image_after, kept))


def path_of(place: int, kept: Kept) -> Path:
    return kept.folder / kept.so_far.pictures[place].file


def attach(name: str, kept: Kept, _model: Model) -> Iterator[str]:
    if not name:
        raise BadInput("/attach wants the file of a picture")
    line, pixels = brought(Path(name), kept.so_far)
    kept.add(line, pixels)
    place = kept.so_far.waiting[-1]
    known = "" if line.picture.scene else " (comes from elsewhere: the embedded painter cannot edit it)"
    yield f"image_{place + 1} is {path_of(place, kept)}{known}"


def paint(command: str) -> Command:
    def painting(prompt: str, kept: Kept, model: Model) -> Iterator[str]:
        if not prompt:
            raise BadInput(f"/{command} wants a prompt, such as /{command} a fox on a beach")
        line, pixels = painted(prompt, BY_COMMAND[command], kept.so_far, model.seed)
        kept.add(line, pixels)
        place = kept.so_far.waiting[-1]
        yield f"image_{place + 1} is {path_of(place, kept)}"

    return painting


def undo(_rest: str, kept: Kept, _model: Model) -> Iterator[str]:
    if not kept.so_far.standing:
        raise BadInput("there is nothing to undo")
    last = kept.so_far.standing[-1]
    kept.add(Undone())
    what = f"{last.user!r}" if isinstance(last, Said) else f"bringing {last.picture.file}"
    current = kept.so_far.current
    yield f"undone: {what}; {'no picture' if current is None else f'image_{current + 1}'} is current now"


def pictures(_rest: str, kept: Kept, _model: Model) -> Iterator[str]:
    if not kept.so_far.pictures:
        yield "no picture yet; ask for one, or /attach or /paint one"
    for place, picture in enumerate(kept.so_far.pictures):
        call = picture.recipe.call if picture.recipe else None
        made = f"{call.intent} {call.parameters_json}" if call else "comes from elsewhere"
        mark = "  current" if place == kept.so_far.current else ""
        yield f"image_{place + 1}  {path_of(place, kept)}  {made}{mark}"


def help_lines(_rest: str, _kept: Kept, _model: Model) -> Iterator[str]:
    yield from HELP.splitlines()


HELP = """\
whatever you type goes to the model; what it calls is painted
+FILE words       brings a picture in with the words
/attach FILE      brings a picture in for the next words
/paint PROMPT     paints a picture to begin with; /scribble and /pose a sketch of one
/undo             takes back the last turn, or the last picture brought
/pictures         the pictures so far
/quit             ends; so does the end of input"""

COMMANDS: dict[str, Command] = {
    "attach": attach,
    **{name: paint(name) for name in BY_COMMAND},
    "undo": undo,
    "pictures": pictures,
    "help": help_lines,
}


def printable(line: str) -> str:
    """A model's words may hold anything, also what would take a terminal over."""
    return "".join(letter if letter.isprintable() else " " for letter in line)
