"""What is known of ComfyUI's nodes: the names of their widgets, in the order in which a graph lists the values.

nodes.yaml                KSampler: [seed, steps, cfg, sampler_name, scheduler, denoise]
a server's object_info    {"KSampler": {"input": {"required": {"model": ["MODEL"], "seed": ["INT", {…}]}}}}
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from schemas.errors import BadInput

TABLE = Path(__file__).parent / "nodes.yaml"
VALUES = ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO")

Widgets = Mapping[str, tuple[str, ...]]


@cache
def known_nodes() -> Widgets:
    packs = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {kind: tuple(names) for pack in packs.values() for kind, names in pack.items()}


def read_nodes(path: Path) -> Widgets:
    """Our table, and over it what a server's /object_info says, saved to a file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"{path}: is not JSON: {error}") from error
    return nodes_of(content, str(path))


def nodes_of(content: Any, where: str) -> Widgets:
    if not isinstance(content, dict) or not all(isinstance(e, dict) and "input" in e for e in content.values()):
        raise BadInput(f"{where}: is not what a ComfyUI server's /object_info answers")
    return {**known_nodes(), **{kind: widgets_of(entry) for kind, entry in content.items()}}


def widgets_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    inputs = entry["input"] if isinstance(entry["input"], dict) else {}
    specs = {**(inputs.get("required") or {}), **(inputs.get("optional") or {})}
    return tuple(name for name, spec in specs.items() if is_widget(spec))


def is_widget(spec: Any) -> bool:
    """Whether an input is set on the node itself; a list of choices stands where a type would."""
    if not isinstance(spec, list) or not spec:
        return False
    options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
    return (isinstance(spec[0], list) or spec[0] in VALUES) and not options.get("forceInput")
