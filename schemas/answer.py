"""Call and Answer: what a turn should do, and what the assistant says with it.

    {"intent": "add_object", "parameters": {"object": "sunglasses", "target": "fox"}, "reply": "Done."}

That line is the one canonical text of an Answer: training targets, samples, pairs, screens and
metrics all read and write exactly it.
"""

import json
from typing import Self

from pydantic import Field

from schemas.errors import did_you_mean
from schemas.identity import Record, canonical_json
from schemas.skill import Library, Value


class Call(Record):
    intent: str
    parameters: dict[str, Value] = Field(default_factory=dict)

    @property
    def apart_from_image(self) -> dict[str, Value]:
        """What it asks for, whichever picture it works on."""
        return {name: value for name, value in self.parameters.items() if name != "image"}

    @property
    def parameters_json(self) -> str:
        return canonical_json(self.parameters)

    def problems(self, library: Library) -> list[str]:
        skill = library.get(self.intent)
        if skill is None:
            return [f"no skill {self.intent!r}{did_you_mean(self.intent, library.ids)}"]
        return skill.problems(self.parameters)


class Answer(Record):
    call: Call
    reply: str

    @property
    def text(self) -> str:
        fields = {"intent": self.call.intent, "parameters": dict(sorted(self.call.parameters.items()))}
        return json.dumps({**fields, "reply": self.reply}, ensure_ascii=False, allow_nan=False)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The Answer a text stands for, or None when it is not one."""
        try:
            fields = json.loads(text)
            if not isinstance(fields, dict) or set(fields) != {"intent", "parameters", "reply"}:
                return None
            call = Call(intent=fields["intent"], parameters=fields["parameters"])
            return cls(call=call, reply=fields["reply"])
        except (ValueError, TypeError):
            return None
