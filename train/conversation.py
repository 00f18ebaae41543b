"""A talk as the messages that a chat model reads.

    messages(Talk.of(dialogue.turns, 1), sees=False)
    -> [{"role": "system", "content": "You are the ears of a drawing assistant. …"},
        {"role": "user", "content": "[image_1] make it blue"},
        {"role": "assistant", "content": '{"intent": "recolor", "parameters": {…}, "reply": "Blue now."}'},
        {"role": "user", "content": "[image_2] and add a hat"}]

Every picture has a mark with its name where it comes before the eyes. A model that sees gets the picture itself beside
its mark, the first time; one that reads only has the mark.
"""

from typing import Any

from schemas.talk import Talk

SYSTEM = (
    "You are the ears of a drawing assistant. Answer every message with one line of JSON that names the skill to run: "
    '{"intent": "...", "parameters": {...}, "reply": "..."}'
)

Message = dict[str, Any]


def messages(talk: Talk, sees: bool, system: str = SYSTEM) -> list[Message]:
    told: list[Message] = [{"role": "system", "content": [text(system)] if sees else system}]
    seen: set[int] = set()
    answers = [each.answer.text for each in talk.before]
    for n, (words, shows) in enumerate(talk.messages):
        told.append({"role": "user", "content": content(words, shows, seen if sees else None)})
        if n < len(answers):
            told.append({"role": "assistant", "content": [text(answers[n])] if sees else answers[n]})
    return told


def content(words: str, shows: tuple[int, ...], seen: set[int] | None) -> Any:
    marked = " ".join([*(mark(place) for place in shows), words])
    if seen is None:
        return marked
    fresh = [place for place in shows if place not in seen]
    seen.update(fresh)
    return [*({"type": "image"} for _ in fresh), text(marked)]


def mark(place: int) -> str:
    return f"[image_{place + 1}]"


def text(words: str) -> Message:
    return {"type": "text", "text": words}
