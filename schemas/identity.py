"""Records, the hashes that identify them, and the randomness that hangs on those hashes.

    digest({"noun": "fox"})            -> "5b0c…"   64 hex digits of canonical JSON
    keyed(2024, "p3fa1", "slot", 7)    -> random.Random, the same on every machine and worker

Nothing in drawnconvos draws a random number from anywhere else, so worker counts, restarts and the
clock leave no trace in what is built.
"""

import hashlib
import json
import random
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen, strict record: unknown fields are refused and "7" is not 7."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    @classmethod
    def from_data(cls, data: Any) -> Self:
        """From plain data as YAML and JSON give it, where a tuple is a list."""
        return cls.model_validate_json(json.dumps(data))

    def to_json(self) -> str:
        return canonical_json(self.model_dump(mode="json"))


def canonical_json(value: Any) -> str:
    """One text per value: keys sorted, no spaces, real characters instead of escapes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """The sha256 of a JSON value or of a record."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def keyed(*key: str | int) -> random.Random:
    """A generator whose whole future is decided by its key."""
    seed = hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()
    return random.Random(int.from_bytes(seed[:16], "big"))


def spread(total: int, wanted: int | None) -> set[int]:
    """So many of the places 0 … total - 1, evenly over them; all unless there are more than are wanted."""
    wanted = min(wanted or total, total)
    return {place for place in range(total) if (place + 1) * wanted // total > place * wanted // total}
