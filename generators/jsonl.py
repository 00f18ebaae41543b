"""Files that users bring with one JSON object to a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.errors import BadInput


def numbered_rows(path: Path) -> Iterator[tuple[int, Any]]:
    """What each line holds, with its number; blank lines are none."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as error:
            raise BadInput(f"{path}, line {number}: is not JSON ({error.msg} at column {error.colno})") from error
