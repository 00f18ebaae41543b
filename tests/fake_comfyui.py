"""A ComfyUI server that keeps its protocol, over real HTTP and a real websocket, and fails as it is told.

with serving({1: Course(seconds=0.2)}) as server:      the first run takes a while
    …  server.url, server.queued, server.inputs

What a run makes is no picture: its bytes tell what the output node hangs on, so that a test can read them. Node classes
and the files they can load are those of NODES. As on a real server, a restart forgets queue and history.
"""

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NODES: dict[str, Any] = {
    "CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [["base.safetensors", "other.safetensors"]]}}},
    "LoraLoader": {"input": {"required": {"lora_name": ["COMBO", {"options": ["ink.safetensors"]}]}}},
    "CLIPTextEncode": {"input": {"required": {"text": ["STRING", {}], "clip": ["CLIP"]}}},
    "EmptyLatentImage": {"input": {"required": {"width": ["INT", {"max": 4096}], "height": ["INT", {"max": 4096}]}}},
    "LoadImage": {"input": {"required": {"image": [["example.png"], {"image_upload": True}]}}},
    "LoadImageMask": {"input": {"required": {"image": [["example.png"]], "channel": [["red"]]}}},
    "VAEEncodeForInpaint": {"input": {"required": {}}},
    "Canny": {"input": {"required": {}}},
    "KSampler": {"input": {"required": {"seed": ["INT", {}], "steps": ["INT", {}], "denoise": ["FLOAT", {}]}}},
    "VAEDecode": {"input": {"required": {}}},
    "SaveImage": {"input": {"required": {"images": ["IMAGE"]}}, "output_node": True},
}


@dataclass
class Course:
    """How one run goes."""

    seconds: float = 0.0
    steps: int = 2
    error: str | None = None
    drops_socket: bool = False
    restarts: float | None = None  # seconds for which it is down
    without_picture: bool = False


@dataclass
class Server:
    url: str = ""
    courses: Mapping[int, Course] = field(default_factory=dict)
    nodes: dict[str, Any] = field(default_factory=lambda: dict(NODES))
    queued: list[dict[str, Any]] = field(default_factory=list)
    inputs: dict[str, bytes] = field(default_factory=dict)
    pending: list[tuple[int, str, dict[str, Any], str]] = field(default_factory=list)
    running: list[tuple[int, str, dict[str, Any], str]] = field(default_factory=list)
    history: dict[str, Any] = field(default_factory=dict)
    views: dict[str, bytes] = field(default_factory=dict)
    sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    objects_to: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda workflow: None
    has_websocket: bool = True
    down_until: float = 0.0
    busy: int = 0  # so many answers of 503 before it works
    asked: list[str] = field(default_factory=list)

    async def prompt(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        workflow = body["prompt"]
        problem = self.objects_to(workflow)
        if problem is not None:
            return web.json_response(problem, status=400)
        self.queued.append(workflow)
        run = str(uuid.uuid4())
        self.pending.append((len(self.queued), run, workflow, body.get("client_id", "")))
        return web.json_response({"prompt_id": run, "number": len(self.queued), "node_errors": {}})

    async def queue(self, request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            gone = (await request.json()).get("delete", [])
            self.cancelled += [run for _, run, _, _ in self.pending if run in gone]
            self.pending = [entry for entry in self.pending if entry[1] not in gone]
            return web.Response()
        return web.json_response({"queue_running": self.running, "queue_pending": self.pending})

    async def interrupt(self, request: web.Request) -> web.StreamResponse:
        self.cancelled += [run for _, run, _, _ in self.running]
        return web.Response()

    async def past(self, request: web.Request) -> web.StreamResponse:
        run = request.match_info["run"]
        return web.json_response({run: self.history[run]} if run in self.history else {})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        picture = form["image"]
        assert isinstance(picture, web.FileField)
        folder = str(form.get("subfolder", ""))
        self.inputs[f"{folder}/{picture.filename}"] = picture.file.read()
        return web.json_response({"name": picture.filename, "subfolder": folder, "type": "input"})

    async def view(self, request: web.Request) -> web.StreamResponse:
        found = self.views.get(request.query["filename"])
        return web.Response(body=found) if found is not None else web.Response(status=404)

    async def object_info(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.nodes)

    async def ws(self, request: web.Request) -> web.StreamResponse:
        if not self.has_websocket:
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        client = request.query["clientId"]
        self.sockets[client] = socket
        await self.say(client, "status", {"status": {"exec_info": {"queue_remaining": 0}}, "sid": client})
        await socket.send_bytes(b"\x00\x00\x00\x01a preview")
        async for _ in socket:
            pass
        return socket

    async def say(self, client: str, kind: str, data: dict[str, Any]) -> None:
        socket = self.sockets.get(client)
        if socket is not None and not socket.closed:
            await socket.send_str(json.dumps({"type": kind, "data": data}))

    async def drop(self) -> None:
        for socket in list(self.sockets.values()):
            await socket.close(code=WSCloseCode.GOING_AWAY)
        self.sockets.clear()

    async def work(self) -> None:
        """One after another, for ever."""
        while True:
            if not self.pending or time.monotonic() < self.down_until:
                await asyncio.sleep(0.005)
                continue
            entry = self.pending.pop(0)
            self.running = [entry]
            await self.execute(*entry)
            self.running = []

    async def execute(self, number: int, run: str, workflow: dict[str, Any], client: str) -> None:
        course = self.courses.get(number, Course())
        await self.say(client, "execution_start", {"prompt_id": run})
        sampler = next((key for key, node in workflow.items() if node["class_type"] == "KSampler"), "?")
        if course.drops_socket:
            await self.drop()
        for step in range(course.steps):
            await asyncio.sleep(course.seconds / course.steps)
            if run in self.cancelled:
                self.history[run] = {"outputs": {}, "status": status("error", "execution_interrupted", {})}
                return
            await self.say(
                client, "progress", {"prompt_id": run, "node": sampler, "value": step + 1, "max": course.steps}
            )
        if course.restarts is not None:
            await self.restart(course.restarts)
            return
        if course.error:
            told = {"prompt_id": run, "node_id": sampler, "node_type": "KSampler", "exception_message": course.error}
            self.history[run] = {"outputs": {}, "status": status("error", "execution_error", told)}
            await self.say(client, "execution_error", told)
            return
        self.history[run] = {"outputs": {}, "status": status("success", "execution_success", {"prompt_id": run})}
        for key, node in workflow.items():
            if node["class_type"] == "SaveImage" and not course.without_picture:
                file = f"{run}-{key}.png"
                self.views[file] = json.dumps(above(key, workflow), sort_keys=True).encode()
                self.history[run]["outputs"][key] = {"images": [{"filename": file, "subfolder": "", "type": "output"}]}
        await self.say(client, "executing", {"node": None, "prompt_id": run})
        await self.say(client, "execution_success", {"prompt_id": run})

    async def restart(self, seconds: float) -> None:
        self.down_until = time.monotonic() + seconds
        self.pending, self.history = [], {}
        await self.drop()


def status(word: str, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"status_str": word, "completed": word == "success", "messages": [[kind, data]]}


def above(key: str, workflow: dict[str, Any]) -> dict[str, Any]:
    """The node with all that it hangs on."""
    found = {key: workflow[key]["inputs"]}
    for value in workflow[key]["inputs"].values():
        if isinstance(value, list):
            found |= above(str(value[0]), workflow)
    return found


@contextmanager
def serving(courses: Mapping[int, Course] | None = None, **fields: Any) -> Iterator[Server]:
    loop = asyncio.new_event_loop()
    server = Server(courses=courses or {}, **fields)
    ready, done = threading.Event(), asyncio.Event()

    @web.middleware
    async def moods(request: web.Request, handler: Handler) -> web.StreamResponse:
        server.asked.append(f"{request.method} {request.path}")
        if time.monotonic() < server.down_until:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if server.busy and request.path != "/ws":
            server.busy -= 1
            return web.Response(status=503, text="one moment")
        return await handler(request)

    async def run() -> None:
        app = web.Application(client_max_size=2**26, middlewares=[moods])
        app.router.add_post("/prompt", server.prompt)
        app.router.add_get("/queue", server.queue)
        app.router.add_post("/queue", server.queue)
        app.router.add_post("/interrupt", server.interrupt)
        app.router.add_get("/history/{run}", server.past)
        app.router.add_post("/upload/image", server.upload)
        app.router.add_get("/view", server.view)
        app.router.add_get("/object_info", server.object_info)
        app.router.add_get("/ws", server.ws)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        working = asyncio.create_task(server.work())
        ready.set()
        await done.wait()
        working.cancel()
        await server.drop()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()
