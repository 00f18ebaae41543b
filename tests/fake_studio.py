"""A Label Studio that behaves as version 1.23 was seen to, and a proxy before it (or before a real one) that does not.

    with fake() as studio:                       studio.url, studio.token, studio.books
        with misbehaving(studio.url, script) as proxy:

What of it matters to a sync: ids of deleted tasks are given out again, a page beyond the end is a 404, an import into a
project that is gone is a 404 in HTML, an export holds only what was judged, `include` trims annotations as well.
"""

import asyncio
import json
import re
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "f" * 40
ADMIN = 1
Row = dict[str, Any]
Script = Callable[[str, str, int], str | None]


@dataclass
class Books:
    """What the server knows."""

    projects: dict[int, Row] = field(default_factory=dict)
    tasks: dict[int, Row] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=lambda: {ADMIN: "admin@x.org", 2: "bert@x.org"})
    largest: int | None = None
    largest_seen: int = 0
    stale: bool = False
    made: int = 0

    def stamp(self) -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def of(self, project: int) -> list[Row]:
        return [task for _, task in sorted(self.tasks.items()) if task["project"] == project]

    def add(self, project: int, items: list[Row]) -> list[int]:
        """As SQLite does it: the next id is one more than the largest there is."""
        ids = []
        for item in items:
            id, now = max(self.tasks, default=0) + 1, self.stamp()
            new = {"id": id, "project": project, "data": item["data"], "meta": item.get("meta"), "annotations": []}
            self.tasks[id] = new | {"created_at": now, "updated_at": now}
            ids.append(id)
        return ids

    def judge(self, task: int, said: Row) -> Row:
        self.made += 1
        now = self.stamp()
        made = {"id": self.made, "completed_by": ADMIN, "result": [], "was_cancelled": False, "task": task} | said
        made |= {"created_at": now, "updated_at": now, "unique_id": str(uuid.uuid4())}
        self.tasks[task]["annotations"].append(made)
        self.tasks[task]["updated_at"] = now
        return made

    def annotation(self, id: int) -> tuple[Row, Row]:
        return next((t, a) for t in self.tasks.values() for a in t["annotations"] if a["id"] == id)

    def project(self, id: int) -> Row:
        tasks, project = self.of(id), self.projects[id]
        done = sum(
            len([a for a in t["annotations"] if not a["was_cancelled"]]) >= project["maximum_annotations"]
            for t in tasks
        )
        skipped = sum(a["was_cancelled"] for t in tasks for a in t["annotations"])
        judged = sum(len(t["annotations"]) for t in tasks) - skipped
        counts = {"total_annotations_number": judged, "skipped_annotations_number": skipped}
        return project | counts | {"task_number": len(tasks), "finished_task_number": done}


def counted(task: Row) -> Row:
    skipped = sum(a["was_cancelled"] for a in task["annotations"])
    return task | {"cancelled_annotations": skipped, "total_annotations": len(task["annotations"]) - skipped}


def meets(task: Row, item: Row) -> bool:
    name = item["filter"].removeprefix("filter:tasks:")
    value = task["data"].get(name[5:]) if name.startswith("data.") else counted(task)[name]
    if item["operator"] == "greater" and item["type"] == "Datetime":
        return datetime.fromisoformat(value) > datetime.fromisoformat(item["value"])
    return value > item["value"] if item["operator"] == "greater" else value in item["value"]


def trimmed(row: Row, include: str | None) -> Row:
    names = include.split(",") if include else list(row)
    kept = {name: row[name] for name in names if name in row}
    if include and "annotations" in kept:
        kept["annotations"] = [{name: a[name] for name in names if name in a} for a in kept["annotations"]]
    return kept


def said(status: int, detail: str) -> web.Response:
    return web.json_response({"status_code": status, "version": "1.23.2", "detail": detail}, status=status)


def application(books: Books) -> web.Application:
    async def whoami(http: web.Request) -> web.Response:
        return web.json_response({"id": ADMIN, "email": books.users[ADMIN]})

    async def users(http: web.Request) -> web.Response:
        return web.json_response([{"id": id, "email": email} for id, email in books.users.items()])

    async def projects(http: web.Request) -> web.Response:
        if http.method == "POST":
            asked = await http.json()
            if len(asked["title"]) > 50:
                return said(400, "Ensure this field has no more than 50 characters.")
            id = max(books.projects, default=0) + 1
            books.projects[id] = {"id": id, "maximum_annotations": 1, "description": None} | asked
            return web.json_response(books.project(id), status=201)
        rows = [books.project(id) for id in sorted(books.projects, reverse=True)]
        size, page = int(http.query.get("page_size", 100)), int(http.query.get("page", 1))
        return web.json_response({"count": len(rows), "results": rows[(page - 1) * size : page * size]})

    async def project(http: web.Request) -> web.Response:
        id = int(http.match_info["id"])
        if id not in books.projects:
            return said(404, "No Project matches the given query.")
        if http.method == "DELETE":
            del books.projects[id]
            for task in books.of(id):
                del books.tasks[task["id"]]
            return web.Response(status=204)
        if http.method == "PATCH":
            books.projects[id] |= await http.json()
            books.projects[id]["expert_instruction"] = (
                books.projects[id].get("expert_instruction", "").replace("'", '"')
            )
        return web.json_response(trimmed(books.project(id), http.query.get("include")))

    async def brought(http: web.Request) -> web.Response:
        id, content = int(http.match_info["id"]), await http.read()
        if books.largest and len(content) > books.largest:
            return web.Response(status=413, text="<html>413 Request Entity Too Large</html>", content_type="text/html")
        if id not in books.projects:
            return web.Response(status=404, text="<!doctype html>", content_type="text/html")
        wanted = set(re.findall(r'"\$(\w+)"', books.projects[id]["label_config"]))
        for item in json.loads(content):
            if lacking := wanted - item["data"].keys():
                return said(400, f"Error at item 0: {lacking.pop()!r} key is expected in task data")
        books.largest_seen = max(books.largest_seen, len(content))
        return web.json_response({"task_ids": books.add(id, json.loads(content))}, status=201)

    async def listed(http: web.Request) -> web.Response:
        id, size, page = (int(http.query[name]) for name in ("project", "page_size", "page"))
        if id not in books.projects:
            return said(404, "No Project matches the given query.")
        wanted = json.loads(http.query.get("query", "{}")).get("filters") or {"items": [], "conjunction": "and"}
        join = all if wanted["conjunction"] == "and" or not wanted["items"] else any
        rows = [task for task in books.of(id) if join(meets(task, item) for item in wanted["items"])]
        if page > 1 and (page - 1) * size >= len(rows):
            return said(404, "Invalid page.")
        shown = [counted(task) for task in rows[(page - 1) * size : page * size]]
        if books.stale:
            shown = [task | {"total_annotations": 0, "cancelled_annotations": 0} for task in shown]
        if http.query.get("fields") != "all":
            shown = [{name: value for name, value in task.items() if name != "annotations"} for task in shown]
        tasks = [trimmed(task, http.query.get("include")) for task in shown]
        return web.json_response({"total": len(rows), "tasks": tasks})

    async def exported(http: web.Request) -> web.Response:
        ids = {int(id) for id in http.query.getall("ids[]", [])}
        rows = [task for task in books.of(int(http.match_info["id"])) if task["annotations"]]
        return web.json_response([counted(task) for task in rows if not ids or task["id"] in ids])

    async def acted(http: web.Request) -> web.Response:
        chosen = (await http.json())["selectedItems"]["included"]
        for task in books.of(int(http.query["project"])):
            if task["id"] in chosen:
                del books.tasks[task["id"]]
        return web.json_response({"processed_items": len(chosen)})

    async def task(http: web.Request) -> web.Response:
        if books.tasks.pop(int(http.match_info["id"]), None) is None:
            return said(404, "No Task matches the given query.")
        return web.Response(status=204)

    async def judged(http: web.Request) -> web.Response:
        return web.json_response(books.judge(int(http.match_info["id"]), await http.json()), status=201)

    async def annotation(http: web.Request) -> web.Response:
        of, found = books.annotation(int(http.match_info["id"]))
        of["updated_at"] = books.stamp()
        if http.method == "DELETE":
            of["annotations"].remove(found)
            return web.Response(status=204)
        found |= await http.json() | {"updated_at": books.stamp()}
        return web.json_response(found)

    @web.middleware
    async def known(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.headers.get("authorization") != f"Token {TOKEN}":
            return said(401, "Invalid token.")
        return await handler(request)

    app = web.Application(client_max_size=2**28, middlewares=[known])
    routes = {
        "/api/current-user/whoami": whoami,
        "/api/users/": users,
        "/api/projects/": projects,
        "/api/projects/{id}/": project,
        "/api/projects/{id}/import": brought,
        "/api/projects/{id}/export": exported,
        "/api/tasks": listed,
        "/api/tasks/{id}/": task,
        "/api/tasks/{id}/annotations/": judged,
        "/api/annotations/{id}/": annotation,
        "/api/dm/actions": acted,
    }
    for path, handler in routes.items():
        app.router.add_route("*", path, handler)
    return app


def proxy(upstream: str, script: Script) -> web.Application:
    """Passes requests on, or does what the script says of (method, path, how manieth): the names in `handle`."""
    count = 0

    async def handle(http: web.Request) -> web.StreamResponse:
        nonlocal count
        count += 1
        fault, content = script(http.method, http.path, count), await http.read()
        assert http.transport is not None
        if fault == "reset":
            http.transport.abort()
        if fault in ("502", "reset"):
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if fault == "no page":
            return said(404, "Invalid page.")
        if fault == "late":  # the client gives up first, and the request arrives nevertheless
            await asyncio.sleep(2)
        headers = {
            name: value for name, value in http.headers.items() if name.lower() not in ("host", "content-length")
        }
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(http.method, f"{upstream}{http.raw_path}", data=content, headers=headers) as answer,
        ):
            body, status, kind = await answer.read(), answer.status, answer.headers.get("content-type", "text/plain")
            encoding = {k: v for k, v in answer.headers.items() if k.lower() == "content-encoding"}
        if fault == "stall":  # the server did its work, and nobody hears of it
            await asyncio.sleep(30)
        if fault == "drop":
            http.transport.abort()
        if fault == "cut":
            half = web.StreamResponse(headers={"content-type": kind, "content-length": str(len(body))} | encoding)
            await half.prepare(http)
            await half.write(body[: len(body) // 2])
            http.transport.abort()
            return half
        if fault == "502 after":
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        return web.Response(body=body, status=status, headers={"content-type": kind} | encoding)

    app = web.Application(client_max_size=2**28)
    app.router.add_route("*", "/{path:.*}", handle)
    return app


@contextmanager
def running(app: web.Application) -> Iterator[str]:
    """The application in a thread and an event loop of its own."""
    loop = asyncio.new_event_loop()
    ready, done, addresses = threading.Event(), asyncio.Event(), []

    async def run() -> None:
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        addresses.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await done.wait()
        await runner.cleanup()
        stalled = asyncio.all_tasks() - {asyncio.current_task()}
        for task in stalled:
            task.cancel()
        await asyncio.gather(*stalled, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield addresses[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


@contextmanager
def misbehaving(upstream: str, script: Script) -> Iterator[str]:
    with running(proxy(upstream, script)) as url:
        yield url


@contextmanager
def fake() -> Iterator[tuple[str, Books]]:
    books = Books()
    with running(application(books)) as url:
        yield url, books
