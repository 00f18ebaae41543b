"""What can go wrong between us and a server.

CallFailed            this call, for a named reason; the row it was for is given up or tried anew
UserError
└── Refused           every call would fail alike: no such model, no access, no money left (schemas.errors)
"""


class CallFailed(Exception):
    """One call that will not come good: `reason` is a word that programs can test."""

    def __init__(self, reason: str, what: str) -> None:
        super().__init__(f"{reason}: {what}")
        self.reason, self.what = reason, what
