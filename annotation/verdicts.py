"""What a person clicked, as a Judgement, and back.

    judgement_of(task["data"], annotation, library, "preferences", annotator="anna@x.org")
    result_of(judgement, task["data"], library)     what clicking that judgement would have left behind

The labelling server checks next to nothing: it keeps annotations without a verdict, with controls that no screen has,
with corrections that break the card. So everything is checked here, and what cannot be used becomes a Judgement that
says why, never an exception.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from annotation.corrections import Unreadable, lines_of, parameters_in
from annotation.screens import CONFIDENCES, FLAGS, NATURALNESS, REASONS, known
from schemas.annotation import Judgement, Project, Side, Status, Verdict, left_of
from schemas.answer import Answer, Call
from schemas.identity import digest
from schemas.skill import IMAGE, Library

CLICKED: dict[Project, tuple[str, ...]] = {
    "preferences": ("left", "right", "tie", "neither"),
    "review": ("accept", "correct"),
}
TEXTS = ("parameters", "reply", "comment")
CONTROLS: dict[Project, tuple[str, ...]] = {
    "preferences": ("verdict", "reasons", "skill", "confidence", "flags", *TEXTS),
    "review": ("verdict", "naturalness", "skill", "confidence", "flags", *TEXTS),
}
OTHER: dict[Side, Side] = {"a": "b", "b": "a"}


class Unusable(ValueError):
    """Why an annotation says nothing that can be used."""


class Read(NamedTuple):
    """An annotation's controls: codes by the name of the control, and texts."""

    picked: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str]

    def one(self, control: str) -> str | None:
        codes = self.picked.get(control, ())
        if len(codes) > 1:
            raise Unusable(f"{control}: one choice is wanted, there are {len(codes)}")
        return codes[0] if codes else None


def judgement_of(
    task_data: Mapping[str, Any],
    annotation: Mapping[str, Any],
    library: Library,
    project: Project,
    annotator: str | None = None,
    judge: Literal["human", "simulated"] = "human",
) -> Judgement:
    """Without an annotator, the one that the annotation names."""
    fields: dict[str, Any] = {
        "item": item_of(task_data),
        "project": project,
        "annotator": clean(who(annotation.get("completed_by")) if annotator is None else annotator),
        "judge": judge,
        "seconds": seconds_of(annotation.get("lead_time")),
        "updated": clean(str(annotation.get("updated_at") or annotation.get("created_at") or "")),
    }
    result, skipped = annotation.get("result"), bool(annotation.get("was_cancelled"))
    status: Status = "skipped" if skipped else "empty"
    if not result and (skipped or result in (None, [], {}, "")):
        return Judgement(**fields, status=status)
    try:
        if "item_key" not in task_data or fields["item"] != task_data["item_key"]:
            raise Unusable("the task holds no item_key of ours")
        read = read_result(result, project)
        said: dict[str, Any] = {"flags": codes_of(read, "flags"), "comment": read.texts.get("comment", "").strip()}
        if skipped:
            return Judgement(**fields, **said, status="skipped")
        return Judgement(**fields, **said, **decided(read, task_data, library, project))
    except (Unusable, Unreadable, ValidationError) as error:
        if skipped:
            return Judgement(**fields, status="skipped")
        why = f"{len(error.errors())} fields do not fit" if isinstance(error, ValidationError) else str(error)
        return Judgement(**fields, status="invalid", why=clean(why))


def item_of(task_data: Mapping[str, Any]) -> str:
    """The item's key; a task that is not ours still needs a name by which its judgement can be reported."""
    key = task_data.get("item_key")
    return key if isinstance(key, str) and re.fullmatch(r"[0-9a-f]{40}", key) else digest(repr(task_data))[:40]


def who(completed_by: Any) -> str:
    """An id in exports; in lists the whole user."""
    if isinstance(completed_by, Mapping):
        completed_by = completed_by.get("email") or completed_by.get("id")
    return "" if completed_by is None else str(completed_by)


def clean(text: str) -> str:
    """Half characters, as JSON may hold them, cannot be kept."""
    return text.encode("utf-8", "replace").decode()


def seconds_of(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        return None
    return float(value) if math.isfinite(value) else None


def read_result(result: Any, project: Project) -> Read:
    picked: dict[str, tuple[str, ...]] = {}
    texts: dict[str, str] = {}
    if not isinstance(result, list):
        raise Unusable(f"its result is no list: {result!r:.60}")
    for region in result:
        control = region.get("from_name") if isinstance(region, dict) else None
        if control not in CONTROLS[project]:
            raise Unusable(f"the screen has no control {control!r:.60}")
        if control in picked or control in texts:
            raise Unusable(f"{control} stands there twice")
        said = region.get("value")
        words = said.get("text" if control in TEXTS else "choices") if isinstance(said, dict) else None
        words = [words] if isinstance(words, str) else words
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise Unusable(f"{control}: cannot be read from {said!r:.60}")
        if control in TEXTS:
            texts[control] = clean("\n".join(words)).replace("\r\n", "\n")
        else:
            picked[control] = tuple(words)
    return Read(picked, texts)


def codes_of(read: Read, control: str) -> tuple[str, ...]:
    """The codes that were picked, each once and in order of the alphabet."""
    table = {"reasons": REASONS, "naturalness": NATURALNESS, "confidence": CONFIDENCES, "flags": FLAGS}[control]
    codes, picked = known(table), read.picked.get(control, ())
    for code in picked:
        if code not in codes:
            raise Unusable(f"{control}: there is no choice {code!r:.60}")
    return tuple(sorted(set(picked)))


def decided(read: Read, task_data: Mapping[str, Any], library: Library, project: Project) -> dict[str, Any]:
    """The fields of a judgement that can be used."""
    clicked = read.one("verdict")
    if clicked is None:
        raise Unusable("there is no verdict")
    if clicked not in CLICKED[project]:
        raise Unusable(f"verdict: there is no choice {clicked!r:.60}")
    for control in ("naturalness", "confidence"):
        read.one(control)
    naturalness, confidence = codes_of(read, "naturalness"), codes_of(read, "confidence")
    return {
        "verdict": verdict_of(clicked, task_data["item_key"]),
        "reasons": codes_of(read, "reasons"),
        "naturalness": int(naturalness[0]) if naturalness else None,
        "confidence": confidence[0] if confidence else None,
        "corrected": corrected(read, task_data, library) if clicked in ("neither", "correct") else None,
    }


def verdict_of(clicked: str, item_key: str) -> Verdict:
    left = left_of(item_key)
    verdicts: dict[str, Verdict] = {"tie": "tie", "neither": "neither", "accept": "accept", "correct": "correct"}
    return {"left": left, "right": OTHER[left], **verdicts}[clicked]


def corrected(read: Read, task_data: Mapping[str, Any], library: Library) -> Answer:
    """What the correction says. A skill that was not chosen stays what it was in the answer being corrected."""
    shown = list(answers_of(task_data))
    intent = read.one("skill") or next((a.call.intent for a in map(Answer.parse, shown) if a), None)
    if intent is None:
        raise Unusable("correction: no skill was chosen")
    skill = library.get(intent)
    if skill is None:
        raise Unusable(f"correction: no skill {intent!r:.60}")
    try:
        call = Call(intent=intent, parameters=parameters_in(read.texts.get("parameters", ""), skill))
    except Unreadable as error:
        raise Unusable(f"correction: parameters: {error}") from None
    if problems := call.problems(library) + missing_pictures(call, task_data):
        raise Unusable(f"correction: {'; '.join(problems)}")
    reply = read.texts.get("reply", "").strip()
    if not reply:
        raise Unusable("correction: the reply is missing")
    answer = Answer(call=call, reply=reply)
    if answer.text in shown:
        raise Unusable("correction: it says the same as an answer that was shown")
    return answer


def answers_of(task_data: Mapping[str, Any]) -> Iterator[str]:
    answers = task_data.get("answers")
    yield from (text for text in (answers if isinstance(answers, list) else []) if isinstance(text, str))


def missing_pictures(call: Call, task_data: Mapping[str, Any]) -> list[str]:
    there = task_data.get("pictures")
    named = [(name, match) for name, value in call.parameters.items() if (match := IMAGE.match(str(value)))]
    if not isinstance(there, int):
        return []
    return [f"{name}: there are only {there} pictures, no image {m[1]}" for name, m in named if int(m[1]) > there]


def result_of(judgement: Judgement, task_data: Mapping[str, Any], library: Library) -> list[dict[str, Any]]:
    """The result of an annotation that reads as this judgement; whether it was skipped stands beside the result."""
    if judgement.status == "invalid":
        raise ValueError(f"no clicks make an invalid judgement: {judgement.why!r}")
    picked: dict[str, tuple[str, ...]] = {
        "verdict": clicks_of(judgement, task_data["item_key"]),
        "reasons": judgement.reasons,
        "naturalness": (str(judgement.naturalness),) if judgement.naturalness else (),
        "confidence": (judgement.confidence,) if judgement.confidence else (),
        "flags": judgement.flags,
    }
    texts = {"comment": judgement.comment}
    if judgement.corrected is not None:
        call = judgement.corrected.call
        picked["skill"] = (call.intent,)
        lines = lines_of(call.parameters, library.get(call.intent))
        texts |= {"parameters": lines, "reply": judgement.corrected.reply}
    regions = [region(control, "choices", list(codes)) for control, codes in picked.items() if codes]
    return regions + [region(control, "textarea", [text]) for control, text in texts.items() if text]


def clicks_of(judgement: Judgement, item_key: str) -> tuple[str, ...]:
    if judgement.verdict is None:
        return ()
    if judgement.verdict in ("a", "b"):
        return ("left" if judgement.verdict == left_of(item_key) else "right",)
    return (judgement.verdict,)


def region(control: str, kind: str, said: list[str]) -> dict[str, Any]:
    key = "text" if kind == "textarea" else kind
    return {"from_name": control, "to_name": "talk", "type": kind, "value": {key: said}}
