"""Prediction: what a model said at one turn, as it said it.

    Prediction(dialogue_id="p3fa19c2b7d-004-0", turn=1, source="irpem-sft",
               text='{"intent": "recolor", "parameters": {"colour": "teal", "object": "car"}, "reply": "Teal now."}')

A trained model, a baseline and an endpoint all leave such rows, one for each turn, so that all are measured alike.
"""

from functools import cached_property

from pydantic import Field

from schemas.answer import Answer
from schemas.identity import Record
from schemas.preference import Sample


class Prediction(Record):
    dialogue_id: str
    turn: int = Field(ge=0)
    text: str
    source: str

    @cached_property
    def answer(self) -> Answer | None:
        """None where the text is no answer: that is the model's fault and counts as such."""
        return Answer.parse(self.text)

    @property
    def sample(self) -> Sample:
        return Sample.of(self.text, self.source)
