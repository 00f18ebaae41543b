"""The arrows of the architecture: who may import whom."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("schemas", "clients", "generators", "annotation", "store", "evaluation", "flows", "train")
MAY_IMPORT = {
    "schemas": {"schemas"},
    "clients": {"schemas", "clients"},
    "generators": {"schemas", "generators"},
    "annotation": {"schemas", "annotation"},
    "store": {"schemas", "store"},
    "evaluation": {"schemas", "evaluation"},
    "train": {"schemas", "clients", "evaluation", "train"},
    "flows": set(ROOMS),
}
ONLY_DEPLOYMENTS = {
    "artifacts.py",
    "deploy.py",
    "deploy_annotation.py",
    "deploy_score.py",
    "deploy_training.py",
    "deployment_names.py",
}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return set().union(*(imported_by(node) for node in ast.walk(tree)))


def imported_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "import by full name"
        return {(node.module or "").split(".")[0]}
    return set()


FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_the_architecture_allows(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert imported(path) & set(ROOMS) <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", sorted((ROOT / "flows").rglob("*.py")), ids=lambda path: path.name)
def test_flows_reach_training_only_when_they_run(path: Path) -> None:
    """Its libraries take seconds to import, and may not be installed."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_once = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert "train" not in {name for node in at_once for name in imported_by(node)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prefect_is_imported_by_deployments_alone(path: Path) -> None:
    if "prefect" in imported(path):
        assert path.parent.name == "flows" and path.name in ONLY_DEPLOYMENTS


def test_no_flow_file_hides_a_package() -> None:
    """Prefect puts a flow file's folder first on sys.path."""
    names = {path.stem for path in (ROOT / "flows").glob("*.py")}
    assert not names & {*ROOMS, "datasets", "prefect", "pydantic", "click", "yaml"}
