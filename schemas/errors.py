"""The one exception whose message is meant for the person at the keyboard.

    UserError
    ├── BadInput    a file, row or field that the user gave us is wrong
    ├── Refused     what was asked cannot be done, and the message says why
    └── Damaged     something we wrote earlier is no longer what we wrote

The command line prints the message on one line and exits 1; anything else is a bug and keeps its
traceback.
"""


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
