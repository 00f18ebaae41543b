"""From the form that ComfyUI's editor saves to the API form that its server runs.

    {"nodes": [{"id": 3, "type": "KSampler", "inputs": [{"name": "model", "link": 1}], "widgets_values": [7, …]}],
     "links": [[1, 4, 0, 3, 0, "MODEL"]]}

Notes, reroutes, primitives and named wires are the editor's alone; what is muted is left out, what is bypassed hands
on what it is given. Subgraphs and group nodes are opened first (subgraphs.py), so that one flat graph is read here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from generators.importing.graph import Graph, Node
from generators.importing.node_table import Widgets
from schemas.errors import BadInput

MUTED, BYPASSED = 2, 4
NOTES = ("Note", "MarkdownNote", "Label (rgthree)", "Fast Groups Bypasser (rgthree)", "Fast Groups Muter (rgthree)")
HANDS_ON = ("Reroute", "Reroute (rgthree)")
CONTROL = ("fixed", "randomize", "increment", "decrement")
ENDS = re.compile(r"save|preview|show|combine|display|output", re.IGNORECASE)
COMPARES = re.compile(r"compar", re.IGNORECASE)  # shows what is there anyway
SEEDS = ("seed", "noise_seed", "rand_seed")
FILE_PREFIX, FILE_NAME = "filename_prefix", "picture"  # how a file is called is nothing to follow a wire for
TURNS = 200  # no honest wire is longer


class Wire(NamedTuple):
    """Where an input's link begins, and what it carries."""

    node: str
    slot: int
    type: str


class Value(NamedTuple):
    """What a primitive puts into an input."""

    value: Any


class Drawn(NamedTuple):
    """A node as the editor draws it."""

    id: str
    kind: str
    title: str
    mode: int
    sockets: tuple[dict[str, Any], ...]
    types: tuple[str, ...]
    values: Any
    wires: dict[str, Wire]
    shown_inside: tuple[tuple[str, str], ...] = ()  # of a subgraph: the nodes and widgets whose values it lists


def converted(nodes: Mapping[str, Drawn], table: Widgets, where: str) -> Graph:
    """The same in API form, only as far as an output hangs on it; a node that cannot be read is named."""
    wanted = [node for node in nodes.values() if node.mode not in (MUTED, BYPASSED) and is_output(node, nodes)]
    waiting, done = [node.id for node in wanted], dict[str, Node]()
    while waiting:
        drawn = nodes[waiting.pop()]
        if drawn.id in done:
            continue
        inputs = inputs_of(drawn, nodes, table, where)
        done[drawn.id] = Node(drawn.id, drawn.kind, drawn.title, inputs)
        waiting += [value[0] for value in inputs.values() if isinstance(value, list) and len(value) == 2]
    return Graph({key: done[key] for key in nodes if key in done})


def is_output(node: Drawn, nodes: Mapping[str, Drawn]) -> bool:
    """It takes something, and what comes of it is no node's: a file, or a picture that is shown."""
    taken = any(wire.node == node.id for other in nodes.values() for wire in other.wires.values())
    ends = not node.types or ENDS.search(node.kind) or (isinstance(node.values, list) and "Save" in node.values)
    result = bool(node.wires and ends) and not COMPARES.search(node.kind)
    return result and not taken and not is_of_the_editor(node)


def is_of_the_editor(node: Drawn) -> bool:
    return node.kind in (*NOTES, *HANDS_ON, "PrimitiveNode", "SetNode", "GetNode")


def inputs_of(node: Drawn, nodes: Mapping[str, Drawn], table: Widgets, where: str) -> dict[str, Any]:
    inputs = dict(named_values(node, table, where))
    for name, wire in node.wires.items():
        source = Value(FILE_NAME) if name == FILE_PREFIX else followed(wire, nodes)
        if isinstance(source, Value):
            inputs[name] = source.value
        elif source is not None:
            inputs[name] = [source.node, source.slot]
    return inputs


def followed(wire: Wire, nodes: Mapping[str, Drawn]) -> Wire | Value | None:
    """Back along the wire to a node that the server knows, or to a primitive's value; None where it ends in nothing."""
    for _ in range(TURNS):
        source = nodes.get(wire.node)
        if source is None or source.mode == MUTED:
            return None
        further: Wire | None
        if source.kind == "PrimitiveNode":
            return Value(source.values[0]) if isinstance(source.values, list) and source.values else None
        if source.kind in HANDS_ON or source.kind == "SetNode":
            further = next(iter(source.wires.values()), None)
        elif source.kind == "GetNode":
            further = named_wire(source, nodes)
        elif source.mode == BYPASSED:
            further = past(source, wire)
        else:
            return wire
        if further is None:
            return None
        wire = further
    return None


def named_wire(node: Drawn, nodes: Mapping[str, Drawn]) -> Wire | None:
    setters = (n for n in nodes.values() if n.kind == "SetNode" and n.values == node.values and n.wires)
    return next((next(iter(setter.wires.values())) for setter in setters), None)


def past(node: Drawn, wire: Wire) -> Wire | None:
    """What a bypassed node hands on: the input of the same type, the one at the output's own place first."""
    wanted = node.types[wire.slot] if wire.slot < len(node.types) else wire.type
    order = list(range(len(node.sockets)))
    if wire.slot < len(order):
        order.insert(0, wire.slot)
    for place in order:
        socket = node.sockets[place]
        if socket.get("type") in (wanted, "*") and socket.get("name") in node.wires:
            return node.wires[socket["name"]]
    return None


def named_values(node: Drawn, table: Widgets, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node.values, dict):
        yield from ((name, value) for name, value in node.values.items() if name != "videopreview")
        return
    values = list(node.values) if isinstance(node.values, list) else []
    names = list(names_of(node, values, table, where))
    while values and names:
        name, value = names.pop(0), values.pop(0)
        yield name, value
        if (
            name in SEEDS
            and values
            and (values[0] in CONTROL or (isinstance(values[0], bool) and len(values) > len(names)))
        ):
            values.pop(0)


def names_of(node: Drawn, values: list[Any], table: Widgets, where: str) -> tuple[str, ...]:
    """By the table; for other nodes by their sockets, where these name every widget."""
    if node.kind in table:
        return table[node.kind]
    named = tuple(str(socket["name"]) for socket in node.sockets if isinstance(socket.get("widget"), dict))
    plain = [value for place, value in enumerate(values) if not (place and value in CONTROL)]
    if len(named) == len(plain):
        return named
    raise BadInput(
        f"{where}: node {node.id} is a {node.kind!r}, which is not known here, and the file does not name its "
        f"{len(values)} values; save the workflow in API form, or give --nodes with your server's /object_info"
    )
