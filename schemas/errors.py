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
    pass
