"""Request and Response: one call to a language model, and what came back.

    Request(model="gpt-4o-mini", messages=[Message(role="user", text="Say hello.")], schema_={"type": "object", …},
            temperature=0.9, max_tokens=400, seed=17)
    Response(text='{"greeting": "hello"}', finish="stop", usage=Usage(prompt=12, completion=5))

A request's key is the hash of everything that determines the response: the model, every message, the system's
included, the schema, the sampling, the seed and the bytes of the pictures. Fields that came later are no part of it
where they say nothing, so what was asked before them stays kept.
"""

from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from schemas.identity import Record, digest
from schemas.image import Sha256

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length", "content_filter", "refusal", "other"]


class Message(Record):
    role: Role
    text: str
    pictures: tuple[Sha256, ...] = ()


class Request(Record):
    model: str
    messages: tuple[Message, ...] = Field(min_length=1)
    form: dict[str, Any] | None = Field(default=None, description="The JSON Schema that the answer must fit.")
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 1024
    seed: int | None = None
    alternatives: int | None = Field(default=None, ge=1, le=20, description="So many for the first token, weighed.")

    @model_serializer(mode="wrap")
    def without_alternatives_where_none_are_asked(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_nothing(handler(self), "alternatives")

    @property
    def key(self) -> str:
        return digest(self)

    @property
    def at_most(self) -> "Usage":
        """A guess before anything is counted, for limits and budgets: three letters to a token."""
        letters = sum(len(message.text) for message in self.messages)
        pictures = sum(len(message.pictures) for message in self.messages)
        return Usage(prompt=letters // 3 + TOKENS_OF_A_PICTURE * pictures, completion=self.max_tokens)


TOKENS_OF_A_PICTURE = 800


class Usage(Record):
    prompt: int = 0
    completion: int = 0
    cached: int = Field(default=0, description="Of the prompt, what the server had at hand and bills for less.")

    @property
    def total(self) -> int:
        return self.prompt + self.completion

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            prompt=self.prompt + other.prompt,
            completion=self.completion + other.completion,
            cached=self.cached + other.cached,
        )


class Response(Record):
    text: str
    finish: Finish = "stop"
    refusal: str | None = None
    usage: Usage = Usage()
    seconds: float = 0.0
    alternatives: tuple[tuple[str, float], ...] | None = Field(
        default=None, description="The first token's with their log-probabilities, where they were asked and came."
    )
    logprob: float | None = Field(
        default=None, description="That of all tokens that the server tells, where alternatives were asked for."
    )

    @model_serializer(mode="wrap")
    def without_log_probabilities_where_there_are_none(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_nothing(handler(self), "alternatives", "logprob")


def without_nothing(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in names or value is not None}
