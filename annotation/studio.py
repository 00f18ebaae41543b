"""What we use of a Label Studio server.

    studio = connect("http://127.0.0.1:8080", token)
    project = ensure_project(studio, "Preferences", config, instructions="Pick the better answer", overlap=2)
    studio.tasks(project)       -> [Row(id=7, key="5b0c…", judged=2, updated="2026-…"), …]

Lists are checked against the server's own counts before anyone sees them, and address lines are kept short.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from annotation.wire import Gone, Short, Unsure, Wire
from schemas.errors import BadInput, Refused
from schemas.identity import digest

PAGE = 1000
IN_ONE_ADDRESS = 100  # keys or ids in one request line: 4 to 5 kB, where proxies commonly stop at 8
MARK = "drawnconvos config "


class Project(NamedTuple):
    id: int
    title: str
    tasks: int
    overlap: int
    finished: int = 0


class Row(NamedTuple):
    """A task without its data. `key` is ours; the id is the server's and may be another task's tomorrow."""

    id: int
    key: str
    judged: int
    updated: str


class Studio(Wire):
    """A server that answered and accepted the token. `caution` is what its user should hear."""

    def project(self, id: int) -> Project:
        return project_of(self.read(f"api/projects/{id}/"))

    def size(self, project: Project) -> int:
        return int(self.read(f"api/projects/{project.id}/", include="id,task_number")["task_number"])

    def judgements(self, project: Project) -> int:
        """How many annotations there are, skips among them, by the server's count of the annotations themselves."""
        names = "total_annotations_number,skipped_annotations_number"
        counts = self.read(f"api/projects/{project.id}/", include=names)
        return sum(int(counts[name]) for name in names.split(","))

    def users(self) -> dict[int, str]:
        return {user["id"]: user["email"] for user in self.read("api/users/")}

    def listed(self, project: Project, include: str, query: Mapping[str, Any], fields: str) -> list[dict[str, Any]]:
        """All pages as one list, or Short where they do not add up to what the server says there is."""
        rows: dict[int, dict[str, Any]] = {}
        asked: dict[str, Any] = {
            "project": project.id,
            "page_size": PAGE,
            "resolve_uri": "false",
            "include": include,
            "fields": fields,
        }
        total, page = 1, 1
        while (page - 1) * PAGE < total:
            answer = self.ask("GET", "api/tasks", page=page, query=json.dumps(query), **asked)
            rows |= {row["id"]: row for row in answer["tasks"]}
            total, page = answer["total"], page + 1
        if len(rows) != total:
            raise Short(f"{self.url}: the list of tasks held {len(rows)} of {total}; others are adding or deleting")
        return list(rows.values())

    def tasks(self, project: Project, *filters: Mapping[str, Any], counting: bool = True) -> list[Row]:
        """Those that meet all filters, or all there are: then checked against the project's own count.

        `counting` looks at the annotations themselves: exact and slow; the counters on tasks can be behind.
        """
        include = "id,meta,updated_at," + ("annotations" if counting else "total_annotations,cancelled_annotations")
        fields = "all" if counting else "task_only"
        query = {"ordering": ["tasks:id"], "filters": {"conjunction": "and", "items": filters}}

        def attempt() -> list[dict[str, Any]]:
            rows = self.listed(project, include, query, fields)
            if not filters and len(rows) != (size := self.size(project)):
                raise Short(f"{self.url}: {len(rows)} tasks were listed of {size} in project {project.id}")
            return rows

        rows = self.patiently(attempt)
        # Tasks that we push carry their key in `meta` too, where it can be listed without the pictures in `data`.
        unmarked = [row["id"] for row in rows if not (row.get("meta") or {}).get("item_key")]
        keys = self.keys_in_data(project, unmarked)
        return [row_of(row, keys) for row in rows]

    def keys_in_data(self, project: Project, ids: list[int]) -> dict[int, str]:
        found = {}
        for some in chunked(ids, IN_ONE_ADDRESS):
            query = {"filters": {"conjunction": "and", "items": [within("id", some)]}}
            for row in self.patiently(partial(self.listed, project, "id,data", query, "task_only")):
                found[row["id"]] = str(row["data"].get("item_key", ""))
        return found

    def holding(self, project: Project, keys: Iterable[str]) -> list[Row]:
        """The tasks that carry one of these keys, found by the key in their data."""
        some = chunked(list(keys), IN_ONE_ADDRESS)
        return [row for part in some for row in self.tasks(project, within("data.item_key", part))]

    def touched(self, project: Project, since: str | None) -> list[Row]:
        """Those that anything happened to after a moment of the server's clock, or all."""
        return self.tasks(project, after(since)) if since else self.tasks(project)

    def traces(self, project: Project) -> list[list[dict[str, Any]]]:
        """Per task that anyone judged or skipped, who did when; neither data nor results travel."""
        include = "id,annotations,completed_by,created_at,was_cancelled"
        counted = [more_than_none("total_annotations"), more_than_none("cancelled_annotations")]
        query = {"ordering": ["tasks:id"], "filters": {"conjunction": "or", "items": counted}}
        rows = self.patiently(lambda: self.listed(project, include, query, "all"))
        return [row["annotations"] for row in rows]

    def exported(self, project: Project, ids: list[int]) -> list[dict[str, Any]]:
        """Tasks with all their annotations, skips among them; tasks that nobody judged are left out."""
        # The SDK's own `ids` is not the name that the server reads, which then exports everything.
        exported: list[dict[str, Any]] = self.read(
            f"api/projects/{project.id}/export", exportType="JSON", **{"ids[]": ids}
        )
        return exported


def connect(url: str | None, token: str | None, *, timeout: float = 120, attempts: int = 8) -> Studio:
    """A server that answers and accepts the token, or Refused."""
    if not url or not token or not token.strip():
        missing = "LABEL_STUDIO_API_KEY" if url else "LABEL_STUDIO_URL"
        raise BadInput(f"{missing} is not set; it names the Label Studio {'token' if url else 'server'} to use")
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"LABEL_STUDIO_URL is {url!r}, no address like http://127.0.0.1:8080")
    try:
        from label_studio_sdk import LabelStudio
        from label_studio_sdk.core.api_error import ApiError
    except ImportError as error:
        raise Refused("the Label Studio SDK is missing: pip install 'drawnconvos[annotate]'") from error
    url = url.strip().rstrip("/")
    open_line = parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1")
    caution = f"{url}: without https, the token and all that is judged can be read on the way" if open_line else None
    try:
        client = LabelStudio(  # type: ignore[no-untyped-call]  # the SDK's own extension has no annotations
            base_url=url, api_key=token.strip(), timeout=timeout, max_retries=0, follow_redirects=False
        )
    except ApiError as error:
        raise Refused(f"the token in LABEL_STUDIO_API_KEY has run out; make another at {url}") from error
    studio = Studio(url, client, caution, attempts)
    try:
        studio.ask("GET", "api/current-user/whoami")
    except (Unsure, Gone) as unsure:
        raise Refused(f"no Label Studio answers there: {unsure}; start it, or correct LABEL_STUDIO_URL") from unsure
    return studio


def ensure_project(studio: Studio, title: str, config: str, instructions: str, overlap: int) -> Project:
    """The project of this title that shows this config, made if there is none.

    A config is never changed under judgements that were made with it: another config of ours is another project,
    and one that was changed by hand on the server is refused. Instructions and overlap are brought up to date.
    """
    mark = digest([title, " ".join(config.split())])[:16]
    found = find_project(studio, mark)
    if found is None:
        found = make_project(studio, f"{title[:39]} · {mark[:8]}", config, mark)
    if " ".join(found["label_config"].split()) != " ".join(config.split()):
        where = f"{studio.url}/projects/{found['id']}/settings/labeling"
        raise Refused(
            f"the labelling config of {found['title']!r} was changed by hand on the server ({where}); put ours back "
            f"there, or rename the project and empty its description, and a new one is made beside it"
        )
    # The server rewrites instructions as it likes its HTML, so what stands there says little of what we sent.
    stamp = f"{MARK}{mark}, instructions {digest(instructions)[:8]}"
    if stamp not in found["description"] or found["maximum_annotations"] != overlap:
        words = re.sub(rf"\s*{MARK}\w+(, instructions \w+)?", "", found["description"])
        shown = {"expert_instruction": instructions, "show_instruction": bool(instructions)}
        changes = shown | {"maximum_annotations": overlap, "description": f"{words}\n{stamp}".strip()}
        path, content = f"api/projects/{found['id']}/", json.dumps(changes).encode()
        studio.patiently(lambda: studio.ask("PATCH", path, content))
    return studio.project(found["id"])


def find_project(studio: Studio, mark: str) -> dict[str, Any] | None:
    """By its description or title, whichever was left alone; of several that with the most tasks, then the oldest."""
    include = "id,title,description,label_config,task_number,maximum_annotations"
    found, page, count = [], 1, 1
    while (page - 1) * PAGE < count:
        answer = studio.read("api/projects/", include=include, page=page, page_size=PAGE)
        listed = [p | {"description": p["description"] or ""} for p in answer["results"]]
        found += [p for p in listed if MARK + mark in p["description"] or p["title"].endswith(mark[:8])]
        count, page = answer["count"], page + 1
    return min(found, key=lambda p: (-p["task_number"], p["id"])) if found else None


def make_project(studio: Studio, title: str, config: str, mark: str) -> dict[str, Any]:
    settings = {"title": title, "label_config": config, "description": MARK + mark, "enable_empty_annotation": False}
    content = json.dumps(settings | {"show_collab_predictions": False, "show_skip_button": True}).encode()

    def attempt() -> dict[str, Any]:
        try:
            studio.ask("POST", "api/projects/", content)
        except Unsure as unsure:
            if find_project(studio, mark) is None:
                raise unsure
        made = find_project(studio, mark)
        assert made is not None
        return made

    made: dict[str, Any] = studio.patiently(attempt)
    return made


def within(field: str, values: list[Any]) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{field}", "operator": "in_list", "type": "List", "value": values}


def after(moment: str) -> dict[str, Any]:
    return {"filter": "filter:tasks:updated_at", "operator": "greater", "type": "Datetime", "value": moment}


def more_than_none(field: str) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{field}", "operator": "greater", "type": "Number", "value": 0}


def row_of(row: Mapping[str, Any], keys: Mapping[int, str]) -> Row:
    key = keys.get(row["id"]) or str((row.get("meta") or {}).get("item_key", ""))
    counters = (row.get("total_annotations") or 0) + (row.get("cancelled_annotations") or 0)
    return Row(row["id"], key, len(row["annotations"]) if "annotations" in row else counters, row["updated_at"])


def project_of(found: Mapping[str, Any]) -> Project:
    overlap, done = found["maximum_annotations"], found["finished_task_number"]
    return Project(found["id"], found["title"], found["task_number"], overlap, done)


def chunked(values: list[Any], size: int) -> Iterator[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
