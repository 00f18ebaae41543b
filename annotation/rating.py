"""The third screen of Label Studio: a whole dialogue as one system played it, and two marks for it.

    rating_config()                         the labelling config
    rating_instructions()                   the guidelines, which Label Studio shows before the first task
    rating_task(performance, pictures)      {"item_key": "9c41…", "talk": "<div …"}

A task never says which system played, and pictures of all systems are shown alike.
"""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from annotation.filmstrip import Frame, decoded, framed
from annotation.screens import HERE, Choice, joined, page
from schemas.rating import Performance

# What is kept, what the screen calls it, and its key: one mark on the figures, the other on the row below them.
UNDERSTANDING: tuple[Choice, ...] = (
    ("5", "5 did all that was asked", "5"),
    ("4", "4 all but something small", "4"),
    ("3", "3 about half of it", "3"),
    ("2", "2 little of it", "2"),
    ("1", "1 none of it", "1"),
)
CONSISTENCY: tuple[Choice, ...] = (
    ("5", "5 only what was asked changed", "t"),
    ("4", "4 something small changed besides", "r"),
    ("3", "3 one clear break", "e"),
    ("2", "2 most do not go together", "w"),
    ("1", "1 nothing goes together, or no pictures", "q"),
)
MARKS = {"understanding": UNDERSTANDING, "consistency": CONSISTENCY}
BUDGET = 90_000  # characters of all pictures of a task: here they are what is judged
SIZES = ((320, 74), (320, 62), (288, 58), (240, 52), (208, 48), (160, 40), (112, 30), (64, 20))


def rating_config() -> str:
    style = "".join((HERE / name).read_text(encoding="utf-8") for name in ("screen.css", "rating.css"))
    return page("rating.xml", style=Markup(style), understanding=UNDERSTANDING, consistency=CONSISTENCY)


def rating_instructions() -> str:
    return page("rating.html", style=Markup((HERE / "guide.css").read_text(encoding="utf-8")))


def rating_task(performance: Performance, pictures: Callable[[str], bytes]) -> dict[str, Any]:
    hashes = performance.hashes
    frames = dict(zip(hashes, shrunk([pictures(sha256) for sha256 in hashes]), strict=True))
    sizes = {frame.full for frame in frames.values()}
    strip = [piece for message in performance.messages for piece in message.pictures]
    talk = page("rating_talk.html", messages=performance.messages, strip=strip, frames=frames, sizes=sizes)
    return {"item_key": performance.key, "talk": joined(talk)}


def shrunk(pictures: list[bytes]) -> list[Frame]:
    """All of one size: the largest that the budget allows, or the smallest there is where none does."""
    opened = [decoded(picture) for picture in pictures]
    found: list[Frame] = []
    for side, quality in SIZES:
        found = [framed(n + 1, picture, False, side, quality) for n, picture in enumerate(opened)]
        if sum(len(frame.uri) for frame in found) <= BUDGET:
            break
    return found
