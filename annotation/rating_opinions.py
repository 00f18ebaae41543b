"""What a person clicked on the rating screen, as an Opinion, and back.

    opinion_of(task["data"], annotation, annotator="anna@x.org")
    -> Opinion(item="9c41…", annotator="anna@x.org", understanding=4, consistency=5, seconds=48.0, updated="2026-…")
    result_of(opinion)      what clicking that opinion would have left behind

As with other judgements, what cannot be used becomes an Opinion that says why, never an exception.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from annotation.rating import MARKS
from annotation.verdicts import Unusable, clean, item_of, region, seconds_of, who
from schemas.annotation import Status
from schemas.rating import Judge, Opinion

COMMENT = "comment"


def opinion_of(
    task_data: Mapping[str, Any], annotation: Mapping[str, Any], annotator: str | None = None, judge: Judge = "human"
) -> Opinion:
    """Without an annotator, of the one that the annotation names."""
    fields: dict[str, Any] = {
        "item": item_of(task_data),
        "annotator": clean(who(annotation.get("completed_by")) if annotator is None else annotator),
        "judge": judge,
        "seconds": seconds_of(annotation.get("lead_time")),
        "updated": clean(str(annotation.get("updated_at") or annotation.get("created_at") or "")),
    }
    result, skipped = annotation.get("result"), bool(annotation.get("was_cancelled"))
    if not result or skipped:
        status: Status = "skipped" if skipped else "empty"
        return Opinion(**fields, status=status)
    try:
        if fields["item"] != task_data.get("item_key"):
            raise Unusable("the task holds no item_key of ours")
        return Opinion(**fields, **read(result))
    except Unusable as error:
        return Opinion(**fields, status="invalid", why=clean(str(error)))
    except ValidationError as error:
        return Opinion(**fields, status="invalid", why=f"{error.error_count()} fields do not fit")


def read(result: Any) -> dict[str, Any]:
    """The two marks and the comment."""
    if not isinstance(result, list):
        raise Unusable(f"its result is no list: {result!r:.60}")
    said: dict[str, Any] = {}
    for control in result:
        name = control.get("from_name") if isinstance(control, dict) else None
        if name in said:
            raise Unusable(f"{name} stands there twice")
        if name in MARKS:
            said[name] = mark_of(name, words_of(control, name, "choices"))
        elif name == COMMENT:
            said[name] = clean("\n".join(words_of(control, name, "text"))).replace("\r\n", "\n").strip()
        else:
            raise Unusable(f"the screen has no control {name!r:.60}")
    for name in MARKS:
        if name not in said:
            raise Unusable(f"there is no mark for {name}")
    return said


def words_of(control: Mapping[str, Any], name: str, kind: str) -> list[str]:
    value = control.get("value")
    words = value.get(kind) if isinstance(value, dict) else None
    words = [words] if isinstance(words, str) else words
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise Unusable(f"{name}: cannot be read from {value!r:.60}")
    return words


def mark_of(name: str, picked: list[str]) -> int:
    if len(picked) != 1:
        raise Unusable(f"{name}: one mark is wanted, there are {len(picked)}")
    if picked[0] not in {code for code, _, _ in MARKS[name]}:
        raise Unusable(f"{name}: there is no mark {picked[0]!r:.60}")
    return int(picked[0])


def result_of(opinion: Opinion) -> list[dict[str, Any]]:
    """The result of an annotation that reads as this opinion; whether it was skipped stands beside the result."""
    if opinion.status == "invalid":
        raise ValueError(f"no clicks make an invalid opinion: {opinion.why!r}")
    given = {"understanding": opinion.understanding, "consistency": opinion.consistency}
    marks = [region(name, "choices", [str(value)]) for name, value in given.items() if value is not None]
    return marks + [region(COMMENT, "textarea", [opinion.comment])] * bool(opinion.comment)
