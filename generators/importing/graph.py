"""A ComfyUI workflow in API form, as something that can be walked.

    {"3": {"class_type": "KSampler", "inputs": {"seed": 7, "positive": ["6", 0], "latent_image": ["5", 0]}}, …}

An input is a value, or a link to the output slot of another node. What a link carries is not written down in this
form; the name of the input that takes it tells.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from schemas.errors import BadInput

Workflow = dict[str, dict[str, Any]]


class Link(NamedTuple):
    node: str
    slot: int


class Use(NamedTuple):
    """Where an output goes: the input `name` of `node`, taken from the output `slot`."""

    node: str
    name: str
    slot: int


class Node(NamedTuple):
    id: str
    kind: str
    title: str
    inputs: dict[str, Any]

    @property
    def links(self) -> dict[str, Link]:
        return {name: found for name, value in self.inputs.items() if (found := link_in(value)) is not None}

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.inputs.items() if link_in(value) is None}


class Graph:
    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self.nodes = dict(nodes)
        self.uses: dict[str, list[Use]] = {node: [] for node in self.nodes}
        for node in self.nodes.values():
            for name, link in node.links.items():
                if link.node in self.uses:
                    self.uses[link.node].append(Use(node.id, name, link.slot))

    def __getitem__(self, node: str) -> Node:
        return self.nodes[node]

    def above(self, start: str) -> set[str]:
        """The node and all that it is made from."""
        found, waiting = set[str](), [start]
        while waiting:
            node = waiting.pop()
            if node not in found and node in self.nodes:
                found.add(node)
                waiting += [link.node for link in self.nodes[node].links.values()]
        return found

    def below(self, start: str) -> set[str]:
        """The node and all that is made from it."""
        found, waiting = set[str](), [start]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting += [use.node for use in self.uses[node]]
        return found

    def only(self, kept: set[str]) -> "Graph":
        return Graph({node: self.nodes[node] for node in self.nodes if node in kept})

    def workflow(self) -> Workflow:
        return {
            node.id: {"class_type": node.kind, "inputs": node.inputs}
            | ({"_meta": {"title": node.title}} if node.title else {})
            for node in self.nodes.values()
        }

    def files(self) -> Iterator[str]:
        """Models and the like, by the names of files that nodes load."""
        for node in self.nodes.values():
            for value in node.values.values():
                if isinstance(value, str) and MODEL_FILE.search(value) and "://" not in value:
                    yield value


MODEL_FILE = re.compile(r"\.(safetensors|ckpt|pth?|bin|gguf|onnx|sft)$", re.IGNORECASE)


def link_in(value: object) -> Link | None:
    match value:
        case [str() as node, int() as slot] if not isinstance(slot, bool):
            return Link(node, slot)
    return None


def graph_of(content: Any, where: str) -> Graph:
    """What a file in API form holds; one clear line where it is none."""
    if not isinstance(content, dict) or not content:
        raise BadInput(f"{where}: is no workflow in API form, a table of nodes by their ids")
    nodes = {}
    for key, entry in content.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("class_type"), str):
            raise BadInput(f"{where}: node {key!r} has no class_type")
        inputs = entry.get("inputs", {})
        if not isinstance(inputs, dict):
            raise BadInput(f"{where}: node {key!r} ({entry['class_type']}): its inputs are {inputs!r:.40}, not a table")
        meta = entry.get("_meta")
        title = meta.get("title") if isinstance(meta, dict) else None
        nodes[str(key)] = Node(str(key), entry["class_type"], title if isinstance(title, str) else "", inputs)
    graph = Graph(nodes)
    for node in nodes.values():
        for name, link in node.links.items():
            if link.node not in nodes:
                raise BadInput(f"{where}: node {node.id!r} ({node.kind}): {name!r} comes from {link.node!r}, not there")
    return graph
