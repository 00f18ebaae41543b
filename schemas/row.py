"""Row: a dialogue as it lies in a release, whatever reads or writes the file.

    {"id": "p3fa19c2b7d-004-0", "prompt": "a fox on a beach", …,
     "turns": [{"user": "remove the umbrella", "attached": [0], "intent": "remove_object",
                "parameters": "{\\"object\\":\\"umbrella\\"}", "reply": "Done.", "image_before": 0, …}],
     "images": [<Image>, <Image>], "image_info": [{"sha256": …, "recipe": "{…}", "scene": "{…}"}, …],
     "preferences": []}

Columns may be added in later versions; none is ever renamed. store/rows.py has their types.
"""

import json
from collections.abc import Mapping
from typing import Any

from schemas.answer import Answer, Call
from schemas.dialogue import Dialogue, Turn
from schemas.image import Image, Recipe
from schemas.preference import Preference, Sample
from schemas.scene import Scene

Row = dict[str, Any]

NAMES = ("id", "prompt_id", "prompt", "category", "author", "renderer", "manner")
WITHOUT_PIXELS = (*NAMES, "turns", "image_info", "preferences")  # all that a Dialogue is made of


def row_of(dialogue: Dialogue, pictures: Mapping[str, bytes]) -> Row:
    return {
        "id": dialogue.id,
        "prompt_id": dialogue.prompt_id,
        "prompt": dialogue.prompt,
        "category": dialogue.category,
        "author": dialogue.author,
        "renderer": dialogue.renderer,
        "manner": dialogue.manner,
        "turns": [turn_row(turn) for turn in dialogue.turns],
        "images": [{"bytes": pictures[image.sha256], "path": None} for image in dialogue.images],
        "image_info": [image_row(image) for image in dialogue.images],
        "preferences": [preference_row(preference) for preference in dialogue.preferences],
    }


def turn_row(turn: Turn) -> Row:
    return {
        "user": turn.user,
        "attached": list(turn.attached),
        "intent": turn.call.intent,
        "parameters": turn.call.parameters_json,
        "reply": turn.reply,
        "image_before": turn.image_before,
        "image_after": turn.image_after,
        "phenomena": list(turn.phenomena),
        "dimension": turn.dimension,
        "phrase": turn.phrase,
        "construction": turn.construction,
        "label_source": turn.label_source,
    }


def image_row(image: Image) -> Row:
    scene = image.scene.to_json() if image.scene else None
    return {"sha256": image.sha256, "recipe": image.recipe.to_json(), "scene": scene}


def preference_row(preference: Preference) -> Row:
    return {
        "turn": preference.turn,
        "chosen": sample_row(preference.chosen),
        "rejected": sample_row(preference.rejected),
        "chosen_source": preference.chosen.source,
        "rejected_source": preference.rejected.source,
        "corrected": preference.corrected,
        "judge": preference.judge,
        "annotators": list(preference.annotators),
        "reasons": list(preference.reasons),
        "confidence": preference.confidence,
    }


def sample_row(sample: Sample) -> Row:
    answer: Answer | None = sample.answer
    if answer is None:
        return {"text": sample.text, "intent": None, "parameters": None, "reply": None}
    call = answer.call
    return {"text": sample.text, "intent": call.intent, "parameters": call.parameters_json, "reply": answer.reply}


def dialogue_of(row: Row) -> Dialogue:
    """The dialogue a row stands for; ValueError when it stands for none."""
    fields: dict[str, Any] = {name: row.get(name) for name in NAMES}
    return Dialogue(
        **fields,
        turns=tuple(turn_of(turn) for turn in row["turns"]),
        images=tuple(image_of(info) for info in row["image_info"]),
        preferences=tuple(preference_of(preference) for preference in row["preferences"]),
    )


def without_scenes(row: Row) -> Row:
    """For who only reads the words: scenes are most of what reading a row costs."""
    return row | {"image_info": [info | {"scene": None} for info in row["image_info"]]}


def turn_of(row: Row) -> Turn:
    names = ("user", "reply", "image_before", "image_after", "dimension", "phrase", "construction", "label_source")
    fields: dict[str, Any] = {name: row.get(name) for name in names}
    call = Call(intent=row["intent"], parameters=json.loads(row["parameters"]))
    return Turn(**fields, call=call, attached=tuple(row["attached"]), phenomena=tuple(row["phenomena"]))


def image_of(row: Row) -> Image:
    scene = Scene.model_validate_json(row["scene"]) if row["scene"] is not None else None
    return Image(sha256=row["sha256"], recipe=Recipe.model_validate_json(row["recipe"]), scene=scene)


def preference_of(row: Row) -> Preference:
    return Preference(
        turn=row["turn"],
        chosen=Sample.of(row["chosen"]["text"], row["chosen_source"]),
        rejected=Sample.of(row["rejected"]["text"], row["rejected_source"]),
        corrected=row["corrected"],
        judge=row["judge"],
        annotators=tuple(row["annotators"]),
        reasons=tuple(row["reasons"]),
        confidence=row["confidence"],
    )
