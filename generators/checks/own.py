"""Checks of the user's own, by name in the plan: `checks: [mychecks:no_shouting]`.

    def no_shouting(dialogue, library):  # in mychecks.py, beside the plan's command or installed
        return next((f"{t.user!r}" for t in dialogue.turns if t.user.isupper()), None)

They run after ours and reject with "no_shouting: …". The file that a check stands in is part of what a build
depends on: another file, another fingerprint.
"""

import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from schemas.dialogue import Dialogue
from schemas.errors import BadInput, Refused, did_you_mean
from schemas.skill import Library

Check = Callable[[Dialogue, Library], str | None]

READ_AS: dict[str, str] = {}  # by module, the hash of the file that was imported


def own_checks(names: Sequence[str], taken: Sequence[str] = ()) -> Mapping[str, Check]:
    """The checks that a plan names, by the name their reasons get; `taken` are names that are ours."""
    found: dict[str, Check] = {}
    for name in names:
        check = load(name)
        short = name.partition(":")[2]
        if short in taken or short in found:
            whose = "one of ours" if short in taken else "named twice"
            raise BadInput(
                f"checks: {name!r}: a check called {short!r} is {whose}; reasons would be mixed up, rename it"
            )
        found[short] = guarded(name, check)
    return found


def own_sources(names: Sequence[str]) -> dict[str, str]:
    """The hash of the file that each check stands in."""
    return {name: source_hash(module_of(name)) for name in names}


def load(name: str) -> Check:
    module, function = module_of(name), name.partition(":")[2]
    check = getattr(module, function, None)
    if not callable(check):
        known = [other for other, value in vars(module).items() if inspect.isfunction(value)]
        raise BadInput(
            f"checks: {name!r}: {module.__file__} has no function {function!r}{did_you_mean(function, known)}"
        )
    try:
        inspect.signature(check).bind(None, None)
    except (TypeError, ValueError) as error:
        raise BadInput(f"checks: {name!r}: cannot be called as {function}(dialogue, library) ({error})") from error
    chosen: Check = check
    return chosen


def module_of(name: str) -> ModuleType:
    """The module of a check, from the current folder or what is installed; read again when its file changed."""
    place, colon, function = name.partition(":")
    if not colon or not all(part.isidentifier() for part in (*place.split("."), function)):
        raise BadInput(f"checks: {name!r}: write it as module:function, as in mychecks:no_shouting")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last, so that a folder of the user's hides no package
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(place)
        if READ_AS.setdefault(place, source_hash(module)) != source_hash(module):
            module = importlib.reload(module)
            READ_AS[place] = source_hash(module)
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"checks: {name!r}: {why_not(place, error)}") from error
    return module


def why_not(place: str, error: Exception) -> str:
    missing = isinstance(error, ModuleNotFoundError) and error.name and f"{place}.".startswith(f"{error.name}.")
    if missing:
        beside = sorted(path.stem for path in Path.cwd().glob("*.py"))
        return f"there is no module {place!r} in {Path.cwd()} or installed{did_you_mean(place, beside)}"
    return f"cannot be imported: {where(error)}{type(error).__name__}: {' '.join(str(error).split())}"


def source_hash(module: ModuleType) -> str:
    file = getattr(module, "__file__", None)
    if file is None or not file.endswith(".py"):
        raise BadInput(f"checks: module {module.__name__!r} has no Python file, so a change in it would go unseen")
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def guarded(name: str, check: Check) -> Check:
    """The check, with an error or a strange answer named for what it is: neither lets a dialogue in or out."""

    @wraps(check)
    def run(dialogue: Dialogue, library: Library) -> str | None:
        try:
            problem: Any = check(dialogue, library)
        except Exception as error:
            what = f"{where(error)}{type(error).__name__}: {' '.join(str(error).split())}"
            raise Refused(f"checks: {name} failed on dialogue {dialogue.id}: {what}") from error
        if problem is None or (isinstance(problem, str) and problem.strip()):
            return problem
        raise Refused(f"checks: {name} answered {problem!r:.60} on dialogue {dialogue.id}, not None or what is wrong")

    return run


def where(error: BaseException) -> str:
    """The last line of the user's own file that the error passed through."""
    lines = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    last = lines[-1] if len(lines) > 1 else None
    return f"{Path(last.filename).name}, line {last.lineno}: " if last else ""
