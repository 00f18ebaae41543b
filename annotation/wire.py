"""One request to a Label Studio server, and the ways in which it can end.

    wire.ask("GET", "api/projects/7/")      {"id": 7, …}, or one of:
    Refused         what a person must do, on one line; Gone is one where the server does not know the thing
    Unsure          nothing is known of what the server did: what only reads is asked again, what writes looks first
    TooLarge        less at once may pass
    Short           a list that ended before it should have

The SDK gives tokens and their renewal. Its own retries are off, because they send an import again that had arrived, and
answers are read here as they come: its models take four times as long to make as the server takes for the list.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from schemas.errors import Refused


class Unsure(Exception):
    """Nothing is known of what the server did: `why`, and how many seconds it asked us to wait."""

    def __init__(self, why: str, wait: float = 0) -> None:
        super().__init__(why)
        self.wait = wait


class Gone(Refused):
    """A project or task that the server does not know, or no longer."""


class TooLarge(Exception):
    """The server, or something before it, does not take that much at once."""


class Short(Exception):
    """A list that ended before it should have."""


class Unreadable:
    """What stands for a body that is no JSON."""


def back_off(tries: int, least: float = 0) -> None:
    """Half a second, doubled each time up to twenty, never all clients in step."""
    time.sleep(max(least, min(0.5 * 2**tries, 20)) * random.uniform(0.75, 1.25))


@dataclass(frozen=True)
class Wire:
    url: str
    client: Any  # label_studio_sdk.LabelStudio, an optional package; pinned, for we go below its surface
    caution: str | None = None
    attempts: int = 8
    pause: Callable[[int, float], None] = back_off

    def ask(self, method: str, path: str, content: bytes | None = None, **params: Any) -> Any:
        """One request, no second try."""
        from label_studio_sdk.core.api_error import ApiError

        headers = {"content-type": "application/json"} if content is not None else {}
        try:
            answer = self.client._client_wrapper.httpx_client.request(
                path, method=method, params=params, content=content, headers=headers
            )
        except httpx.TransportError as error:
            raise Unsure(f"{self.url}: {reason_of(error)}") from error
        except ApiError as error:  # the SDK could not renew the token
            if error.status_code in (400, 401, 403):
                raise self.unwelcome() from error
            raise Unsure(f"{self.url}: {error.status_code} where the token is renewed") from error
        except ValueError as error:
            raise Unsure(f"{self.url}: an answer that cannot be read") from error
        return self.meaning(answer)

    def meaning(self, answer: httpx.Response) -> Any:
        status = answer.status_code
        try:
            body: Any = json.loads(answer.content) if answer.content else None
        except ValueError:
            body = Unreadable
        said: bool = isinstance(body, dict) and "detail" in body  # the server's words, not those of a proxy before it
        if status < 300 and body is not Unreadable:
            return body
        if status == 401 and said:
            raise self.unwelcome()
        if status == 404 and said:
            if "page" in body["detail"]:
                raise Short(f"{self.url}: {body['detail'].rstrip('.')}")
            raise Gone(f"{self.url}: {body['detail'].rstrip('.')}; it was deleted, or never was on this server")
        if status == 413:
            raise TooLarge(f"{self.url}: 413, request too large")
        if 300 <= status < 400:
            where = answer.headers.get("location", "elsewhere")
            raise Refused(
                f"{self.url} sends to {where}; set LABEL_STUDIO_URL to the address where the server really is"
            )
        if said and 400 <= status < 500 and status not in (408, 409, 429):
            words = json.dumps(body.get("validation_errors") or body["detail"], ensure_ascii=False)
            raise Refused(f"{self.url}: the server answered {status}: {words:.600}")
        wait = answer.headers.get("retry-after", "")
        raise Unsure(f"{self.url}: answered {status}", min(float(wait), 60) if wait.isdigit() else 0)

    def unwelcome(self) -> Refused:
        return Refused(
            f"{self.url} does not accept the token in LABEL_STUDIO_API_KEY; copy one from its Account & Settings"
        )

    def patiently(self, attempt: Callable[[], Any]) -> Any:
        """The answer to what may be asked any number of times."""
        for tries in range(self.attempts):
            try:
                return attempt()
            except (Unsure, Short) as unsure:
                last = unsure
                if tries + 1 < self.attempts:
                    self.pause(tries, getattr(unsure, "wait", 0))
        raise Refused(f"{last}, {self.attempts} times; do the same again when it answers: what is there is kept")

    def read(self, path: str, **params: Any) -> Any:
        return self.patiently(lambda: self.ask("GET", path, **params))


def reason_of(error: httpx.TransportError) -> str:
    return " ".join(str(error).split()) or type(error).__name__
