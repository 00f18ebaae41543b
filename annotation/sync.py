"""Tasks to a Label Studio server and what people made of them back, as often as one likes.

    push(studio, project, tasks)   -> Pushed(sent=1000, there=0, duplicates=0, faults=2)
    push(studio, project, tasks)   -> Pushed(sent=0, there=1000, duplicates=0, faults=0)
    pull(studio, project)          -> Pulled(item_key="5b0c…", data={…}, annotation={…}, annotator="anna@x.org", …), …

A task is known by data["item_key"] alone; ids are the server's, which gives those of deleted tasks to new ones. Nothing
is sent before looking whether it is there, and after a request of which nobody knows how it ended the keys
themselves are looked up. In between, the project's number of tasks tells whether anyone else added or deleted.
"""

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from annotation.studio import IN_ONE_ADDRESS, Project, Row, Studio, chunked
from annotation.wire import TooLarge, Unsure
from schemas.errors import BadInput, Refused
from schemas.identity import digest

CHUNK = 500  # tasks in one request
CHUNK_BYTES = 16 * 2**20
LATE = timedelta(minutes=1)  # what was begun earlier may become visible later
RECENT = timedelta(hours=24)


class Pushed(NamedTuple):
    """`faults` are requests that failed and were looked after."""

    sent: int
    there: int
    duplicates: int = 0
    faults: int = 0


class Pulled(NamedTuple):
    """One annotator's last word on one item, as the server has it; a skip is one too (`was_cancelled`)."""

    item_key: str
    data: dict[str, Any]
    annotation: dict[str, Any]
    annotator: str
    updated: str
    unique_id: str


class Touched(NamedTuple):
    keys: set[str]
    until: str | None


class Tally(NamedTuple):
    judged: int
    skipped: int


class Standing(NamedTuple):
    """How far the annotators are; `done` tasks have as many judgements as the project asks for."""

    tasks: int
    done: int
    judged: int
    skipped: int
    by: dict[str, Tally]
    per_hour: float | None
    finish: datetime | None


@dataclass
class Sending:
    """A push under way: the keys that are known to be there, and how many tasks that makes on the server."""

    studio: Studio
    project: Project
    there: set[str]
    size: int
    most: int  # tasks in the next request, and in any
    limit: int
    sent: int = 0
    faults: int = 0
    posted: set[str] = field(default_factory=set)

    def deliver(self, bodies: Mapping[str, bytes]) -> None:
        """Until all of them are there, or nothing more can be done; less at once where nothing gets through."""
        tries, sure = 0, True
        while missing := [key for key in bodies if key not in self.there]:
            some = missing[: self.most]
            try:
                size = self.studio.size(self.project)
                if not sure or size != self.size:
                    tries = 0 if self.settle(row.key for row in self.studio.holding(self.project, missing)) else tries
                    self.size, sure = size, True
                    some = [key for key in missing if key not in self.there][: self.most]
                    if not some:
                        continue
                self.posted.update(some)
                content = b"[%s]" % b",".join(bodies[key] for key in some)
                self.studio.ask("POST", f"api/projects/{self.project.id}/import", content)
                self.settle(some)
                self.size += len(some)
                self.most, tries = min(2 * self.most, self.limit), 0
            except TooLarge as error:
                if len(some) == 1:
                    raise Refused(
                        f"{error}, with a single task; allow more at the server or what is before it"
                    ) from error
                self.limit = self.most = len(some) // 2
            except Unsure as unsure:
                tries, sure, self.faults = tries + 1, False, self.faults + 1
                if tries >= self.studio.attempts:
                    raise Refused(
                        f"{unsure}, {tries} times; {len(self.there)} tasks are there; push again and the rest follows"
                    ) from unsure
                if tries > 2:  # it may be the size that something on the way does not take
                    self.most = max(1, len(some) // 2)
                self.studio.pause(tries, unsure.wait)

    def settle(self, keys: Iterable[str]) -> int:
        """These are there; how many of them were not known to be."""
        new = set(keys) - self.there
        self.sent += len(new & self.posted)
        self.there |= new
        return len(new)


def push(
    studio: Studio,
    project: Project,
    tasks: Iterable[Mapping[str, Any]],
    progress: Callable[[int], None] = lambda done: None,
) -> Pushed:
    """Every task is in the project afterwards, once; `progress` hears how many of them are."""
    with alone(studio, project):
        rows = studio.tasks(project, counting=False)
        before = {row.key for row in rows}
        sending = Sending(studio, project, set(before), len(rows), CHUNK, CHUNK)
        wanted: set[str] = set()
        for chunk in chunks(tasks, wanted):
            sending.deliver(chunk)
            progress(len(wanted))
        if sending.faults or (sending.sent and studio.size(project) != sending.size):
            rows = studio.tasks(project, counting=False)
            if lost := wanted - {row.key for row in rows}:
                raise Refused(
                    f"{studio.url}: {len(lost)} tasks were deleted from project {project.id} while others were pushed; "
                    f"push again if they should be there"
                )
        duplicates = drop_duplicates(studio, project, rows)
    return Pushed(sending.sent, len(wanted) - sending.sent, duplicates, sending.faults)


def chunks(tasks: Iterable[Mapping[str, Any]], wanted: set[str]) -> Iterator[dict[str, bytes]]:
    """Requests' worth of tasks in the order given; `wanted` gathers the keys of all."""
    chunk: dict[str, bytes] = {}
    weight = 0
    for task in tasks:
        key = task.get("data", {}).get("item_key")
        if not isinstance(key, str) or not key:
            raise BadInput(f"a task without data['item_key'] cannot be pushed: {json.dumps(task):.120}")
        if key in wanted:
            continue
        wanted.add(key)
        meta = {"item_key": key} | dict(task.get("meta") or {})
        body = json.dumps({**task, "meta": meta}, ensure_ascii=False).encode()
        if chunk and (len(chunk) == CHUNK or weight + len(body) > CHUNK_BYTES):
            yield chunk
            chunk, weight = {}, 0
        chunk[key] = body
        weight += len(body)
    if chunk:
        yield chunk


@contextmanager
def alone(studio: Studio, project: Project) -> Iterator[None]:
    """One push to a project at a time on this machine."""
    name = f"drawnconvos-push-{digest([studio.url, project.id])[:16]}.lock"
    try:
        lock = FileLock(Path(tempfile.gettempdir()) / name, timeout=0)
        lock.acquire()
    except (Timeout, PermissionError) as error:
        raise Refused(
            f"{studio.url}: another push to project {project.id} is at work here; let it end first"
        ) from error
    try:
        yield
    finally:
        lock.release()


def spare_of(rows: Iterable[Row]) -> list[int]:
    """Of several tasks with one key: those without judgements, but for one that stays."""
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    spare = []
    for key, same in by_key.items():
        kept = max(same, key=lambda row: (row.judged, -row.id))
        spare += [row.id for row in same if key and row != kept and not row.judged]
    return spare


def drop_duplicates(studio: Studio, project: Project, rows: Iterable[Row]) -> int:
    """Looks again before each request that deletes: an id may be another task's by then, or judged."""
    count = Counter(row.key for row in rows if row.key)
    removed: set[int] = set()
    for keys in chunked([key for key, times in count.items() if times > 1], IN_ONE_ADDRESS):
        tries = 0
        while spare := spare_of(studio.holding(project, keys))[:IN_ONE_ADDRESS]:
            if tries == studio.attempts:
                raise Refused(
                    f"{studio.url}: {len(spare)} tasks are in project {project.id} twice and cannot be removed"
                )
            tries += removed.issuperset(spare)
            removed.update(spare)
            content = json.dumps({"selectedItems": {"all": False, "included": spare}}).encode()
            try:
                studio.ask("POST", "api/dm/actions", content, id="delete_tasks", project=project.id)
            except Unsure as unsure:
                studio.pause(tries, unsure.wait)
    return len(removed)


def pull(
    studio: Studio, project: Project, keys: Collection[str] | None = None, wanted: Collection[str] | None = None
) -> Iterator[Pulled]:
    """What the server holds now, complete for all items or for those of `keys`: what is not in it is not there.

    The same item may stand in several tasks; all count, and of one annotator the latest does. `wanted` names what of
    the tasks' data is handed on, which is all of it, pictures too, where it is not given. What was pulled is complete
    when the iterator ends, not before.
    """
    rows = studio.tasks(project, counting=False) if keys is None else studio.holding(project, keys)
    if keys is None and sum(row.judged for row in rows) != studio.judgements(project):
        rows = studio.tasks(project)
    ids: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.judged:
            ids[row.key].append(row.id)
    users: dict[int, str] = {}
    for batch in chunked(list(ids), IN_ONE_ADDRESS):
        of_batch = [id for key in batch for id in ids[key]]
        last: dict[tuple[str, object], tuple[dict[str, Any], dict[str, Any]]] = {}
        for task in (task for some in chunked(of_batch, IN_ONE_ADDRESS) for task in studio.exported(project, some)):
            for annotation in task["annotations"]:
                of = (str(task["data"].get("item_key", "")), who(annotation))
                if of not in last or moment(annotation) > moment(last[of][1]):
                    last[of] = task, annotation
        if not {user for _, user in last if isinstance(user, int)} <= users.keys():
            users = studio.users()
        for (key, user), (task, annotation) in last.items():
            name = users.get(user, f"user-{user}") if isinstance(user, int) else f"user-{user}"
            data = {part: value for part, value in task["data"].items() if wanted is None or part in wanted}
            yield Pulled(key, data, annotation, name, annotation["updated_at"], str(annotation["unique_id"]))


def who(annotation: Mapping[str, Any]) -> int | str:
    """Its author's id: in an export as it is, in lists inside a record. Of a deleted author nothing is left."""
    author = annotation["completed_by"]
    author = author["id"] if isinstance(author, Mapping) else author
    return author if author is not None else f"deleted-{str(annotation.get('unique_id'))[:8]}"


def moment(annotation: Mapping[str, Any]) -> tuple[datetime, int]:
    return datetime.fromisoformat(annotation["updated_at"]), annotation["id"]


def touched(studio: Studio, project: Project, since: str | None) -> Touched:
    """A hint: the items that anything happened to after `since`, and what to ask with next time.

    A deleted task leaves no trace here; a pull of everything finds that out.
    """
    rows = studio.touched(project, since)
    newest = max((datetime.fromisoformat(row.updated) for row in rows), default=None)
    return Touched({row.key for row in rows}, (newest - LATE).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if newest else since)


def progress_of(studio: Studio, project: Project, now: datetime | None = None) -> Standing:
    """From the annotations' authors and times alone; the pace is that of the last day."""
    now = now or datetime.now(UTC)
    project = studio.project(project.id)
    users = studio.users()
    judged: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    times, lacking, done = [], project.tasks * project.overlap, 0
    for annotations in studio.traces(project):
        people = set()
        for annotation in annotations:
            user = who(annotation)
            name = users.get(user, f"user-{user}") if isinstance(user, int) else "user-deleted"
            (skipped if annotation["was_cancelled"] else judged)[name] += 1
            times.append(datetime.fromisoformat(annotation["created_at"]))
            if not annotation["was_cancelled"]:
                people.add(user)
        lacking -= min(len(people), project.overlap)
        done += len(people) >= project.overlap
    recent = [time for time in times if now - time <= RECENT]
    hours = max((now - min(recent)).total_seconds() / 3600, 1 / 60) if recent else 0
    pace = len(recent) / hours if recent else None
    by = {name: Tally(judged[name], skipped[name]) for name in sorted(judged | skipped)}
    finish = now + timedelta(hours=lacking / pace) if pace and lacking else None
    return Standing(project.tasks, done, judged.total(), skipped.total(), by, pace, finish)
