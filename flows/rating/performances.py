"""Dialogues as systems played them: the user's words of the release, a system's own replies, what its calls made.

    performances(Path("scored"), dialogues, systems, library)
    -> {"irpem-sft": {"p3fa…-004-0": Performance(dialogue_id="p3fa…-004-0", messages=(…)), …}, …}

Pictures keep the numbers of the release, as in flows/scoring/executing.py, since those are what the user goes by.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from flows.scoring.pictures import Texts, bytes_in, rows_with_pictures
from flows.scoring.predictions import System
from schemas.answer import Answer
from schemas.dialogue import Dialogue
from schemas.errors import BadInput, Damaged
from schemas.identity import digest
from schemas.prompt import Split
from schemas.rating import Message, Performance, Piece
from schemas.skill import Library
from store.files import read_table

Made = Mapping[tuple[str, int], str | None]  # what came of each turn that makes a picture: its hash, if it did

Played = dict[str, dict[str, Performance]]  # by system and dialogue


def performances(scored: Path, dialogues: Iterable[Dialogue], systems: Sequence[System], library: Library) -> Played:
    made = {system.name: made_by(scored / system.name / "pictures.parquet") for system in systems}
    played: Played = {system.name: {} for system in systems}
    for dialogue in dialogues:
        for system in systems:
            found = performance_of(dialogue, system.texts, made[system.name], library)
            played[system.name][dialogue.id] = found
    return played


def made_by(path: Path) -> Made:
    try:
        rows = read_table(path, ["dialogue_id", "turn", "sha256"]).to_pylist()
    except FileNotFoundError as error:
        raise Damaged(path, "is not there", "score again") from error
    return {(row["dialogue_id"], row["turn"]): row["sha256"] for row in rows}


def performance_of(dialogue: Dialogue, texts: Texts, made: Made, library: Library) -> Performance:
    numbers: dict[int, str] = {}

    def piece(sha256: str, place: int | None) -> Piece:
        """A number is that of the first picture that had it."""
        named = place is not None and numbers.setdefault(place, sha256) == sha256
        return Piece(sha256=sha256, number=place + 1 if named and place is not None else None)

    messages: list[Message] = []
    for n, (turn, text) in enumerate(zip(dialogue.turns, texts[dialogue.id], strict=True)):
        brought = tuple(piece(dialogue.images[place].sha256, place) for place in turn.attached)
        messages.append(Message(who="user", text=turn.user, pictures=brought))
        place, answer = (dialogue.id, n), Answer.parse(text)
        sha256 = made.get(place)
        number = turn.image_after if library[turn.call.intent].draws else None
        shown = (piece(sha256, number),) if sha256 else ()
        reply = answer.reply if answer else ""
        missing = place in made and sha256 is None
        messages.append(Message(who="assistant", text=reply, pictures=shown, missing=missing))
    return Performance(dialogue_id=dialogue.id, messages=tuple(messages))


def chosen(dialogues: Iterable[Dialogue], library: Library, identity: str, count: int) -> list[Dialogue]:
    """So many that can be rated, the same ones always; asking for more keeps those that were asked for before."""
    found = [dialogue for dialogue in dialogues if can_be_rated(dialogue, library)]
    return sorted(found, key=lambda dialogue: digest([identity, dialogue.id]))[:count]


def can_be_rated(dialogue: Dialogue, library: Library) -> bool:
    """Without an edit there is no consistency to speak of, and a single turn leads nowhere."""
    kinds = [library[turn.call.intent] for turn in dialogue.turns]
    return len(kinds) > 1 and any(card.draws and card.type != "create" for card in kinds)


def bytes_for(
    scored: Path, systems: Iterable[str], release: Path, split: Split, wanted: Iterable[Performance]
) -> dict[str, bytes]:
    """The pictures of these performances: made ones from the systems' files, brought ones from the release."""
    every = list(wanted)
    left = {sha256 for each in every for sha256 in each.hashes}
    found: dict[str, bytes] = {}
    for system in systems:
        found |= {sha: data for sha, data in bytes_in(scored / system / "pictures.parquet") if sha in left}
    ids = {each.dialogue_id for each in every}
    for rows in rows_with_pictures(release, split) if left - found.keys() else ():
        for row in rows:
            if row["id"] in ids:
                pictures = zip(row["image_info"], row["images"], strict=True)
                found |= {info["sha256"]: image["bytes"] for info, image in pictures if info["sha256"] in left}
    if lacking := sorted(left - found.keys()):
        raise BadInput(f"{scored}: {len(lacking):,} pictures are not there, first {lacking[0]}; score again")
    return found
