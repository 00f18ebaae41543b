"""The nodes of a graph as the editor saved it, with subgraphs and group nodes opened.

    {"nodes": [{"id": 8, "type": "3fa8…"}], "definitions": {"subgraphs": [{"id": "3fa8…", "nodes": […], "links": […]}]}}
    {"nodes": [{"id": 37, "type": "workflow/Sampler"}], "extra": {"groupNodes": {"Sampler": {"nodes": […], …}}}}

A node inside gets the id of the one outside before its own, "8:3", as the editor does it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from generators.importing.ui_form import BYPASSED, CONTROL, MUTED, Drawn, Wire
from schemas.errors import BadInput

FROM_OUTSIDE, TO_OUTSIDE = "-10", "-20"  # the ids of a subgraph's two ends
ITSELF = "-1"  # in the list of widgets shown outside: an input of the subgraph
DEEPEST = 12
GROUPS = ("workflow/", "workflow>")

Outer = Callable[[int], Wire | None]


def drawn_nodes(content: dict[str, Any], where: str) -> dict[str, Drawn]:
    """All nodes of the file, flat."""
    definitions = content.get("definitions")
    listed = items(definitions.get("subgraphs")) if isinstance(definitions, dict) else []
    subgraphs = {str(entry.get("id")): entry for entry in listed if isinstance(entry, dict)}
    extra = content.get("extra")
    groups = extra.get("groupNodes", {}) if isinstance(extra, dict) else {}
    return Opening(subgraphs, groups if isinstance(groups, dict) else {}, where).nodes(content)


class Opening:
    def __init__(self, subgraphs: dict[str, Any], groups: dict[str, Any], where: str) -> None:
        self.subgraphs, self.groups, self.where = subgraphs, groups, where
        self.flat: dict[str, Drawn] = {}
        self.outputs: dict[tuple[str, int], Wire | None] = {}  # an opened node's output, as one inside of it

    def nodes(self, content: dict[str, Any]) -> dict[str, Drawn]:
        self.put(content, "", lambda slot: None, 0)
        for key, node in self.flat.items():
            wires = {name: found for name, wire in node.wires.items() if (found := self.inside(wire)) is not None}
            self.flat[key] = node._replace(wires=wires)
        return self.flat

    def inside(self, wire: Wire | None) -> Wire | None:
        for _ in range(DEEPEST * 2):
            if wire is None or (wire.node, wire.slot) not in self.outputs:
                return wire
            wire = self.outputs[wire.node, wire.slot]
        return wire

    def put(self, level: dict[str, Any], before: str, outer: Outer, depth: int) -> None:
        """The nodes of one level, and of what is opened on it."""
        if depth > DEEPEST:
            raise BadInput(f"{self.where}: subgraphs stand in each other more than {DEEPEST} deep")
        links = dict(links_of(level, before, outer, self.where))
        entries = level.get("nodes")
        if not isinstance(entries, list):
            raise BadInput(f"{self.where}: its nodes are {entries!r:.40}, not a list")
        for entry in entries:
            node = drawn(entry, before, links, self.where)
            group = next((self.groups[node.kind[len(p) :]] for p in GROUPS if node.kind[len(p) :] in self.groups), None)
            if node.mode in (MUTED, BYPASSED) and (node.kind in self.subgraphs or group):
                self.flat[node.id] = node
            elif node.kind in self.subgraphs:
                self.open_subgraph(node, self.subgraphs[node.kind], depth)
            elif group is not None and node.kind.startswith(GROUPS):
                self.open_group(node, group)
            else:
                self.flat[node.id] = node

    def open_subgraph(self, node: Drawn, inner: dict[str, Any], depth: int) -> None:
        before = f"{node.id}:"
        names = [str(socket.get("name")) for socket in items(inner.get("inputs")) if isinstance(socket, dict)]

        def outer(slot: int) -> Wire | None:
            return node.wires.get(names[slot]) if slot < len(names) else None

        self.put(inner, before, outer, depth + 1)
        for _, link, (target, slot) in raw_links(inner, self.where):
            if target == TO_OUTSIDE:
                self.outputs[node.id, slot] = (
                    outer(link.slot) if link.node == FROM_OUTSIDE else link._replace(node=before + link.node)
                )
        self.promote(node, inner, names)

    def promote(self, node: Drawn, inner: dict[str, Any], names: list[str]) -> None:
        """Values set on the outside go to the widgets inside that they stand for."""
        values = list(node.values) if isinstance(node.values, list) else []
        given: dict[str, Any] = {}
        if node.shown_inside and len(node.shown_inside) == len(values):
            for (inside, widget), value in zip(node.shown_inside, values, strict=True):
                if inside == ITSELF:
                    given[widget] = value
                elif value not in CONTROL:
                    self.overwrite(f"{node.id}:{inside}", widget, value)
        else:
            shown = [str(socket.get("name")) for socket in node.sockets if isinstance(socket.get("widget"), dict)]
            given = dict(zip(shown, [value for value in values if value not in CONTROL], strict=False))
        for _, link, (target, slot) in raw_links(inner, self.where):
            name = names[link.slot] if link.node == FROM_OUTSIDE and link.slot < len(names) else None
            found = self.flat.get(f"{node.id}:{target}")
            if name in given and name not in node.wires and found is not None and slot < len(found.sockets):
                self.overwrite(found.id, str(found.sockets[slot].get("name")), given[name])

    def overwrite(self, key: str, widget: str, value: Any) -> None:
        """As a primitive does: its value goes in by a wire."""
        found = self.flat.get(key)
        if found is None or value is None:
            return
        primitive = f"{key}:{widget}"
        self.flat[primitive] = Drawn(primitive, "PrimitiveNode", "", 0, (), ("*",), [value], wires={})
        self.flat[key] = found._replace(wires={**found.wires, widget: Wire(primitive, 0, "*")})

    def open_group(self, node: Drawn, group: dict[str, Any]) -> None:
        """A group node lists what its nodes were not given by each other: their inputs, outputs and values in turn."""
        links = [
            link
            for link in items(group.get("links"))
            if isinstance(link, list) and len(link) > 3 and all(isinstance(n, int) for n in link[:4])
        ]
        wired = {(int(link[2]), int(link[3])): (int(link[0]), int(link[1])) for link in links}
        external = {
            (int(e[0]), int(e[1]))
            for e in items(group.get("external"))
            if isinstance(e, list) and len(e) > 1 and isinstance(e[0], int)
        }
        values = list(node.values) if isinstance(node.values, list) else []
        sockets, slot = list(node.sockets), 0
        for place, entry in enumerate(items(group.get("nodes"))):
            inner = drawn({**entry, "id": place} if isinstance(entry, dict) else entry, f"{node.id}:", {}, self.where)
            wires = {}
            for number, socket in enumerate(inner.sockets):
                name = str(socket.get("name"))
                if (place, number) in wired:
                    source, source_slot = wired[place, number]
                    wires[name] = Wire(f"{node.id}:{source}", source_slot, str(socket.get("type")))
                elif not isinstance(socket.get("widget"), dict) and sockets:
                    outside = node.wires.get(str(sockets.pop(0).get("name")))
                    wires |= {name: outside} if outside else {}
            count = len(inner.values) if isinstance(inner.values, list) else 0
            own, values = values[:count], values[count:]
            self.flat[inner.id] = inner._replace(wires=wires, values=own if len(own) == count else inner.values)
            for number in range(len(inner.types)):
                inward = (place, number) in wired.values()
                if not inward or (place, number) in external:
                    self.outputs[node.id, slot] = Wire(inner.id, number, inner.types[number])
                    slot += 1


def links_of(level: dict[str, Any], before: str, outer: Outer, where: str) -> Iterator[tuple[int, Wire]]:
    """Where each link begins, by its number."""
    for number, link, _ in raw_links(level, where):
        source = outer(link.slot) if link.node == FROM_OUTSIDE else link._replace(node=before + link.node)
        if source is not None:
            yield number, source


def raw_links(level: dict[str, Any], where: str) -> Iterator[tuple[int, Wire, tuple[str, int]]]:
    """Number, beginning and end. Links are lists in a graph, tables in a subgraph."""
    for link in items(level.get("links")):
        match link:
            case [int() as number, source, int() as out, target, int() as into, *rest]:
                yield number, Wire(str(source), out, str(rest[0]) if rest else "*"), (str(target), into)
            case {
                "id": int() as number, "origin_id": source, "origin_slot": int() as out,
                "target_id": target, "target_slot": int() as into,
            }:  # fmt: skip
                yield number, Wire(str(source), out, str(link.get("type", "*"))), (str(target), into)
            case None:
                continue
            case _:
                raise BadInput(f"{where}: the link {link!r:.60} is none")


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def drawn(entry: Any, before: str, links: dict[int, Wire], where: str) -> Drawn:
    if not isinstance(entry, dict) or "id" not in entry or not isinstance(entry.get("type"), str):
        raise BadInput(f"{where}: the node {entry!r:.60} has no id or no type")
    sockets = tuple(socket for socket in items(entry.get("inputs")) if isinstance(socket, dict))
    title, mode, properties = entry.get("title"), entry.get("mode", 0), entry.get("properties")
    shown = properties.get("proxyWidgets") if isinstance(properties, dict) else None
    return Drawn(
        id=f"{before}{entry['id']}",
        kind=entry["type"],
        title=title if isinstance(title, str) and title != entry["type"] else "",
        mode=mode if isinstance(mode, int) else 0,
        sockets=sockets,
        types=tuple(str(output.get("type", "*")) for output in items(entry.get("outputs")) if isinstance(output, dict)),
        values=entry.get("widgets_values"),
        wires={
            str(socket.get("name")): links[socket["link"]]
            for socket in sockets
            if isinstance(socket.get("link"), int) and socket["link"] in links
        },
        shown_inside=tuple((str(e[0]), str(e[1])) for e in items(shown) if isinstance(e, list) and len(e) == 2),
    )
