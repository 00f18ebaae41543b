"""What `skills import` makes of a folder of ComfyUI workflows, for a person to read.

    python benchmarks/importing.py FOLDER              a line for each file, and how many came through
    python benchmarks/importing.py FOLDER --cards      each card in full, to be judged as one would judge a draft
    python benchmarks/importing.py FOLDER --core       as if only ComfyUI's own nodes were known

Where a graph `ui/x.ui.json` has its export `api/x.api.json`, it is converted and held against that.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from generators.importing.any_file import read_json
from generators.importing.graph import Graph, graph_of
from generators.importing.node_table import TABLE, Widgets, known_nodes
from generators.importing.workflow_cards import Imported, card_of_workflow, graph_in
from schemas.errors import UserError

UNTOLD = ("filename_prefix", "upload", "choose file to upload")  # in which they differ by nature


def core_nodes() -> Widgets:
    packs = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {kind: tuple(names) for kind, names in packs["core"].items()}


def tried(path: Path, table: Widgets) -> Imported | str:
    try:
        return card_of_workflow(read_json(path), path.name, table)
    except UserError as error:
        return str(error)


def differences(graph: Graph, export: Graph) -> Iterator[str]:
    """Where the two say something else, among the nodes that results hang on."""
    for node in graph.nodes.values():
        other = export.nodes.get(node.id)
        if other is None or other.kind != node.kind:
            yield f"node {node.id} ({node.kind})"
            continue
        for name in node.inputs.keys() | other.inputs.keys():
            if name not in UNTOLD and not same(node.inputs.get(name), other.inputs.get(name)):
                yield f"{node.kind}.{name}"


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) < 1e-6
    return bool(one == other)


def shown(one: Imported) -> str:
    card = one.card
    inputs = [f"  {f.name}{'*' if f.required else ''} ({f.type}): {f.description}" for f in card.inputs]
    return "\n".join([f"  {card.name} ({card.type}). {card.description}", *inputs, *(f"  ! {r}" for r in one.remarks)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cards", action="store_true")
    parser.add_argument("--core", action="store_true")
    asked = parser.parse_args()
    table = core_nodes() if asked.core else known_nodes()
    paths = sorted(asked.folder.rglob("*.json"))
    made, alike, pairs = Counter[str](), 0, 0
    for path in paths:
        one = tried(path, table)
        form = "graph" if path.name.endswith(".ui.json") else "API form"
        if isinstance(one, str):
            made[f"{form}: refused"] += 1
            print(f"- {one}")
            continue
        made[f"{form}: {one.card.type}"] += 1
        binds = one.card.engine.binds if one.card.engine else {}
        print(f"{path.name}: {one.card.id}: {one.card.type}, {', '.join(binds)}")
        if asked.cards:
            print(shown(one))
        export = Path(str(path).replace("/ui/", "/api/").replace(".ui.json", ".api.json"))
        if export != path and export.exists():
            found = list(
                differences(graph_in(read_json(path), path.name, table), graph_of(read_json(export), export.name))
            )
            pairs, alike = pairs + 1, alike + (not found)
            if found:
                print(f"  ? converted otherwise than its export: {', '.join(found[:4])}")
    print(f"\n{sum(n for key, n in made.items() if 'refused' not in key)} of {len(paths)} became a card")
    for key, count in sorted(made.items()):
        print(f"  {key:<20} {count}")
    print(f"  {alike} of {pairs} graphs with an export were converted to just that")


if __name__ == "__main__":
    main()
