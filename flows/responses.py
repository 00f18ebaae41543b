"""The kept responses of a data folder: listed, and forgotten on request."""

import time
from pathlib import Path

from clients.kept import Kept
from flows.models import KEPT
from schemas.errors import BadInput

DAY = 86_400


def listing(data: Path) -> str:
    lines = [f"{'model':<32}{'stage':<14}{'responses':>10}{'KiB':>10}   kept"]
    for each in opened(data).holdings():
        span = " to ".join(time.strftime("%Y-%m-%d", time.localtime(when)) for when in (each.oldest, each.newest))
        lines.append(f"{each.model:<32}{each.stage:<14}{each.responses:>10,}{each.bytes / 1024:>10,.0f}   {span}")
    return "\n".join(lines)


def pruned(data: Path, model: str | None, days: float | None, everything: bool) -> int:
    if not everything and model is None and days is None:
        raise BadInput("say which to forget: --model, --older-than, or --all")
    return opened(data).prune(model, None if days is None else time.time() - days * DAY)


def opened(data: Path) -> Kept:
    if not (data / KEPT).is_file():
        raise BadInput(f"{data}: no model's responses are kept there")
    return Kept(data / KEPT)
