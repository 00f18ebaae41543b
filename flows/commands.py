"""What all commands share: the kinds of their arguments, and one line for what a user can mend."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from schemas.errors import UserError

P = ParamSpec("P")
T = TypeVar("T")
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
PATH = click.Path(path_type=Path)


def plain_errors(command: Callable[P, T]) -> Callable[P, T]:
    """An error that the user can mend is one line and exit code 1; Ctrl-C keeps what is done."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except UserError as error:
            told, code = f"drawnconvos: {error}", 1
        except KeyboardInterrupt:
            told, code = "\ninterrupted; what is finished is kept, the same command goes on from here", 130
        except BrokenPipeError:
            told, code = "", 0
        if told:
            click.echo(told, err=True)
        sys.exit(code)  # not while the error is at hand, whose frames hold what should be closed before the end

    return run
