"""What the commands of training share: options that fill a settings record, and one line for what a user can mend."""

import logging
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, get_args

import click
from pydantic.fields import FieldInfo

from schemas.errors import UserError
from schemas.identity import Record

P = ParamSpec("P")
T = TypeVar("T")
FOLDER = click.Path(path_type=Path, file_okay=False)
CHATTY = ("httpx", "httpx2", "openai")  # a line for every request, once any library switches logging on
KINDS: dict[Any, Any] = {int: int, float: float, str: str}


def runs_plainly(command: Callable[P, T]) -> Callable[P, T]:
    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            return command(*args, **kwargs)
        except UserError as error:
            print(f"train: {error}", file=sys.stderr)
            sys.exit(1)
        except KeyboardInterrupt:
            print("\ninterrupted; the same command goes on from the last checkpoint", file=sys.stderr)
            sys.exit(130)

    return run


def settings_options(record: type[Record], but: tuple[str, ...] = ()) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """One option for each field of the record, with the field's own words as its help."""

    def added(command: Callable[..., T]) -> Callable[..., T]:
        for name, field in reversed(record.model_fields.items()):
            if name not in but:
                command = option_of(name, field)(command)
        return command

    return added


def option_of(name: str, field: FieldInfo) -> Callable[[Callable[..., T]], Callable[..., T]]:
    told = f"{field.description or ''} [{field.get_default()}]".strip()
    flag = f"--{name.replace('_', '-')}"
    if field.annotation is bool:
        return click.option(flag, is_flag=True, default=None, help=field.description)
    inner = [kind for kind in (get_args(field.annotation) or (field.annotation,)) if kind is not type(None)]
    kind = KINDS.get(inner[0]) or click.Choice([str(each) for each in get_args(field.annotation)])
    return click.option(flag, name, type=kind, default=None, help=told)


def given(options: dict[str, Any]) -> dict[str, Any]:
    """What the user said, and nothing else."""
    return {name: value for name, value in options.items() if value is not None}
