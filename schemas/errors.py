"""The one exception whose message is meant for the person at the keyboard.

    UserError
    ├── BadInput    a file, row or field that the user gave us is wrong
    ├── Refused     what was asked cannot be done, and the message says why
    └── Damaged     something we wrote earlier is no longer what we wrote

The command line prints the message on one line and exits 1; anything else is a bug and keeps its
traceback.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError


class UserError(Exception):
    """Says what was wrong, where, and what to do about it."""


class BadInput(UserError):
    pass


class Refused(UserError):
    pass


class Damaged(UserError):
    """A file of ours at `path`; a build makes a damaged part again by itself."""

    def __init__(self, path: object, what: str, remedy: str = "delete it and build again") -> None:
        super().__init__(str(path), what, remedy)
        self.path = str(path)

    def __str__(self) -> str:
        path, what, remedy = self.args
        return f"{path}: {what}; {remedy}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def complaint(error: ValidationError | ValueError | TypeError, model: type[BaseModel]) -> str:
    """What pydantic found as one line that names the field; a misspelt key before what it leaves missing."""
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split())
    found = sorted(error.errors(), key=lambda e: e["type"] != "extra_forbidden")[0]
    place = [str(part) for part in found["loc"] if part != "[key]"]
    if found["type"] == "extra_forbidden":
        return f"unknown key {'.'.join(place)!r}{did_you_mean(place[-1], keys_beside(place, model))}"
    if found["type"] == "literal_error" and "[key]" in found["loc"]:
        return f"{'.'.join(place[:-1])}: unknown key {place[-1]!r}, not one of {found['ctx']['expected']}"
    if found["type"] == "missing":
        return f"{'.'.join(place)!r} is missing"
    message = found["msg"].removeprefix("Value error, ")
    return f"{'.'.join(place)}: {message} (found {found['input']!r:.60})" if place else message


def keys_beside(place: Sequence[str], model: type[BaseModel]) -> list[str]:
    """The keys that the section of an unknown key does have."""
    section = model
    for part in place[:-1]:
        field = section.model_fields.get(part)
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        section = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), section)
    return list(section.model_fields)
