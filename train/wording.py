"""A model's own chat template put to use: prompts to answer, and texts to learn from with the spans that count.

    wording = Wording(tokenizer, sees=False)
    wording.prompt(talk)            '<|im_start|>system\\n…[image_1] make it blue<|im_end|>\\n<|im_start|>assistant\\n'
    wording.lessons(dialogue.turns) [Lesson(text, spans)]   each span is an answer with the token that ends it

Nothing of a template is known in advance: what ends an answer is seen in one that it words. A dialogue is one text in
which all its answers are learnt, unless the template words an old answer otherwise than a new one (models that think
aloud do that); then each turn is a text of its own.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jinja2.exceptions import TemplateError

from schemas.errors import BadInput
from schemas.talk import Talk, Turn
from train.conversation import SYSTEM, Message, messages, text

PROBE = "probe-7b2f"


class Lesson(NamedTuple):
    text: str
    spans: tuple[tuple[int, int], ...]


class Wording:
    def __init__(self, processor: Any, sees: bool, system: str = SYSTEM) -> None:
        self.processor, self.sees, self.system = processor, sees, system
        self.tokenizer = getattr(processor, "tokenizer", processor)
        if not getattr(processor, "chat_template", None):
            raise BadInput("the model has no chat template: take one that was made for conversations")
        self.takes_system = self.takes_a_system_message()
        self.end = self.ending()

    def prompt(self, talk: Talk) -> str:
        return self.worded(messages(talk, self.sees, self.system), go_on=True)

    def lessons(self, turns: Sequence[Turn]) -> list[Lesson]:
        told, spans = "", []
        for n, turn in enumerate(turns):
            prompt = self.prompt(Talk.of(turns, n))
            if not prompt.startswith(told):
                return [self.lesson(turns, n) for n in range(len(turns))]
            told = prompt + turn.answer.text + self.end
            spans.append((len(prompt), len(told)))
        return [Lesson(told, tuple(spans))]

    def lesson(self, turns: Sequence[Turn], n: int) -> Lesson:
        prompt = self.prompt(Talk.of(turns, n))
        told = prompt + turns[n].answer.text + self.end
        return Lesson(told, ((len(prompt), len(told)),))

    def worded(self, told: list[Message], go_on: bool) -> str:
        if not self.takes_system:
            told = without_system(told, self.sees)
        # a model that could think aloud is asked not to: the answer is one line
        asked = {"enable_thinking": False} if "enable_thinking" in str(self.processor.chat_template) else {}
        found: str = self.processor.apply_chat_template(told, tokenize=False, add_generation_prompt=go_on, **asked)
        return found

    def takes_a_system_message(self) -> bool:
        self.takes_system = True
        try:
            told = [said("system", PROBE, self.sees), said("user", "hello", self.sees)]
            return PROBE in self.worded(told, go_on=True)
        except TemplateError:
            return False

    def ending(self) -> str:
        """What the template puts after an answer, up to and with the first token that is no text."""
        after = self.worded([said("user", "hello", self.sees), said("assistant", PROBE, self.sees)], go_on=False)
        after = after.rpartition(PROBE)[2]
        for token in self.tokenizer.tokenize(after):
            if token in self.tokenizer.get_added_vocab():
                return after[: after.index(token) + len(token)]
        raise BadInput("the model's chat template ends an answer with no token of its own: it could never stop")


def said(role: str, words: str, sees: bool) -> Message:
    return {"role": role, "content": [text(words)] if sees else words}


def without_system(told: list[Message], sees: bool) -> list[Message]:
    """What the system should know at the head of the user's first message, for templates that have no place for it."""
    if told[0]["role"] != "system":
        return told
    system, first, *rest = told
    joined = [*system["content"], *first["content"]] if sees else f"{system['content']}\n\n{first['content']}"
    return [{"role": "user", "content": joined}, *rest]
