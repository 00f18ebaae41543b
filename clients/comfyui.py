"""A ComfyUI server that runs a skill's workflow: the call's pictures go up, the results come down.

    with Comfy("http://127.0.0.1:8188") as comfy:
        pictures = comfy.run(engine, workflow, {"prompt": "a fox", "image": png}, seed=7)      # a list of bytes

Progress comes over the websocket; where that breaks, or cannot be had, the history is asked instead. A server that
restarts has forgotten its queue, and the work is put in again. What the server has not, and what it objects to, is
Refused with the node's name; what goes wrong in a run is a CallFailed.
"""

import contextlib
import json
import time
import uuid
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Self

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from clients.comfyui_filling import Workflow, filled, lacking, outputs_for
from clients.errors import CallFailed
from schemas.engine import ComfyEngine
from schemas.errors import Refused
from schemas.identity import digest
from schemas.skill import Value

FOLDER = "drawnconvos"  # where our pictures lie among the server's inputs
LOOK = 2.0  # seconds without a word, after which the history is asked
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
PASSING = (408, 425, 429, 500, 502, 503, 504)
TRIES_OF_A_RUN = 3  # a server that dies of the work is not asked for ever

Heard = Callable[[str, int, int], None]


class Comfy:
    def __init__(
        self, base_url: str, tries: int = 6, patience: float = 900.0, heard: Heard = lambda node, done, of: None,
        look: float = LOOK, pause: float = FIRST_PAUSE,
    ) -> None:  # fmt: skip
        """`patience`: seconds that a run may go on without a sign of life. `heard` is told of node, step and steps."""
        if not base_url.startswith(("http://", "https://")):
            raise Refused(f"{base_url!r} is no address of a server; one looks like http://127.0.0.1:8188")
        self.base_url = base_url.rstrip("/")
        self.tries, self.patience, self.heard, self.look, self.pause = tries, patience, heard, look, pause
        self.client_id = uuid.uuid4().hex
        self.http = httpx.Client(base_url=self.base_url, timeout=60.0)
        self.socket: ClientConnection | None = None
        self.has: dict[str, Any] | None = None
        self.held: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.hang_up()
        self.http.close()

    def run(
        self, engine: ComfyEngine, workflow: Workflow, arguments: Mapping[str, Value | bytes], seed: int
    ) -> list[bytes]:
        """The pictures of the engine's outputs, in their order."""
        self.check(engine, workflow)
        given = {name: self.upload(v) if isinstance(v, bytes) else v for name, v in arguments.items()}
        sent = filled(engine, workflow, given, seed)
        outputs = outputs_for(engine, given)
        for _ in range(TRIES_OF_A_RUN):
            self.listen()
            run = self.queue(sent)
            try:
                found = self.wait(run, sent)
            except KeyboardInterrupt:
                with contextlib.suppress(Refused, httpx.HTTPError):
                    self.cancel(run)
                raise
            if found is not None:
                return self.fetched(found, outputs, sent)
        raise CallFailed("forgotten", f"{self.base_url} lost the work {TRIES_OF_A_RUN} times; it may run out of memory")

    def check(self, engine: ComfyEngine, workflow: Workflow) -> None:
        """Before the first run of a workflow: whether the server has its nodes and its files."""
        key = digest(workflow)
        if key in self.held:
            return
        if self.has is None:
            self.has = self.asked("GET", "/object_info")
        if missing := list(lacking(engine, workflow, self.has)):
            raise Refused(f"{engine.workflow}: {self.base_url} has not {'; nor '.join(missing)}")
        self.held.add(key)

    def upload(self, picture: bytes) -> str:
        """Under its hash, so that the same picture lies there once."""
        name = f"{sha256(picture).hexdigest()[:32]}.png"
        form = {"type": "input", "subfolder": FOLDER, "overwrite": "true"}
        told = self.asked("POST", "/upload/image", data=form, files={"image": (name, picture, "image/png")})
        folder = told.get("subfolder") or ""
        return f"{folder}/{told['name']}" if folder else str(told["name"])

    def queue(self, workflow: Workflow) -> str:
        """The number that the work got; what the server objects to is named with the node."""
        answer = self.sent("POST", "/prompt", json={"prompt": workflow, "client_id": self.client_id})
        body = json_of(answer)
        if answer.status_code == 200 and "prompt_id" in body:
            return str(body["prompt_id"])
        raise Refused(f"{self.base_url} does not take the workflow: {objection(body, workflow) or short(answer.text)}")

    def cancel(self, run: str) -> None:
        """Out of the queue, or stopped where it runs."""
        self.sent("POST", "/queue", json={"delete": [run]})
        if run in [entry[1] for entry in self.asked("GET", "/queue").get("queue_running", [])]:
            self.sent("POST", "/interrupt", json={"prompt_id": run})

    def wait(self, run: str, workflow: Workflow) -> dict[str, Any] | None:
        """What the history says of the run when it is over; None where the server knows nothing of it any more."""
        last = looked = time.monotonic()
        while True:
            message, over = self.next_message(), False
            now = time.monotonic()
            if message is not None and message.get("data", {}).get("prompt_id") == run:
                last, over = now, self.told(message, workflow)
            if message is not None and not over and now - looked < self.look:
                continue
            looked = now
            found, known = self.state(run)
            if found is not None:
                return self.judged(found, workflow)
            if not known:
                return None
            if now - last > self.patience:
                self.cancel(run)
                raise CallFailed("timeout", f"{self.base_url} said nothing of the run for {self.patience:g} seconds")

    def told(self, message: dict[str, Any], workflow: Workflow) -> bool:
        """Whether a message says that the run is over."""
        kind, data = message.get("type"), message["data"]
        if kind == "progress":
            node = str(data.get("node"))
            self.heard(kind_of(node, workflow), int(data.get("value", 0)), int(data.get("max", 0)))
        return kind in ("execution_success", "execution_error", "execution_interrupted") or (
            kind == "executing" and data.get("node") is None
        )

    def state(self, run: str) -> tuple[dict[str, Any] | None, bool]:
        """What the history has of a run, and whether the server knows of it at all."""
        for last_look in (False, True):
            found = self.asked("GET", f"/history/{run}").get(run)
            if found is not None:
                return found, True
            queue = self.asked("GET", "/queue")
            if any(entry[1] == run for key in ("queue_running", "queue_pending") for entry in queue.get(key, [])):
                return None, True
            if last_look:  # it may have gone from the queue to the history between the two questions
                break
        return None, False

    def judged(self, found: dict[str, Any], workflow: Workflow) -> dict[str, Any]:
        status = found.get("status") or {}
        for kind, data in status.get("messages") or ():
            if kind == "execution_error":
                node = f"node {data.get('node_id')} ({data.get('node_type')})"
                raise CallFailed("node", f"{node}: {short(str(data.get('exception_message')))}")
            if kind == "execution_interrupted":
                raise CallFailed("interrupted", f"the run was stopped on {self.base_url}")
        if status.get("status_str") == "error":
            raise CallFailed("node", f"{self.base_url} says that the run failed, and not why")
        return found

    def fetched(self, found: dict[str, Any], outputs: tuple[str, ...], workflow: Workflow) -> list[bytes]:
        pictures = []
        for output in outputs:
            listed = (found.get("outputs") or {}).get(output, {}).get("images") or []
            if not listed:
                kind = workflow[output]["class_type"]
                raise CallFailed("no_picture", f"node {output} ({kind}) gave no picture")
            for entry in listed:
                query = {key: str(entry.get(key, "")) for key in ("filename", "subfolder", "type")}
                answer = self.sent("GET", "/view", params=query)
                if answer.status_code != 200:
                    raise CallFailed("no_picture", f"{query['filename']} cannot be fetched ({answer.status_code})")
                pictures.append(answer.content)
        return pictures

    def listen(self) -> None:
        """A websocket if one can be had; the work goes on without."""
        if self.socket is None:
            address = "ws" + self.base_url.removeprefix("http") + f"/ws?clientId={self.client_id}"
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                self.socket = connect(address, open_timeout=self.look, close_timeout=1.0, max_size=None)

    def hang_up(self) -> None:
        if self.socket is not None:
            with contextlib.suppress(OSError, WebSocketException):
                self.socket.close()
            self.socket = None

    def next_message(self) -> dict[str, Any] | None:
        """What the server says next; None after a while of silence, or where there is no socket."""
        if self.socket is None:
            time.sleep(self.look)
            self.listen()
            return None
        try:
            said = self.socket.recv(timeout=self.look)
        except TimeoutError:
            return None
        except (OSError, WebSocketException):
            self.hang_up()
            return None
        message = json_in(said) if isinstance(said, str) else None  # previews come as bytes
        return message if message is not None else {"type": "preview"}

    def asked(self, method: str, path: str, **rest: Any) -> dict[str, Any]:
        answer = self.sent(method, path, **rest)
        if answer.status_code != 200:
            raise Refused(f"{self.base_url}{path}: {answer.status_code}, {short(answer.text)}; is it a ComfyUI server?")
        return json_of(answer)

    def sent(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """Tried again with growing pauses, as long as the fault may pass."""
        pause, why = self.pause, ""
        for number in range(self.tries):
            if number:
                time.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            try:
                answer = self.http.request(method, path, **rest)
            except httpx.TransportError as error:
                why = type(error).__name__
                continue
            if answer.status_code not in PASSING or "json" in answer.headers.get("content-type", ""):
                return answer
            why = f"status {answer.status_code}"
        raise Refused(f"no ComfyUI server answers at {self.base_url} ({why}); start it, or say where it is")


def objection(body: dict[str, Any], workflow: Workflow) -> str:
    """What a server has against a workflow, by its nodes."""
    told = []
    errors = body.get("node_errors")
    for node, entry in (errors if isinstance(errors, dict) else {}).items():
        for error in entry.get("errors") or ():
            what = " ".join(str(error.get(key) or "") for key in ("message", "details")).strip()
            told.append(f"node {node} ({entry.get('class_type') or kind_of(node, workflow)}): {short(what)}")
    if told:
        return "; ".join(told)
    error = body.get("error")
    if isinstance(error, dict):
        return short(" ".join(str(error.get(key) or "") for key in ("message", "details")).strip())
    return ""


def kind_of(node: str, workflow: Workflow) -> str:
    return str(workflow[node]["class_type"]) if node in workflow else node


def short(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:240]}…" if len(line) > 240 else line


def json_of(answer: httpx.Response) -> dict[str, Any]:
    return json_in(answer.text) or {}


def json_in(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
