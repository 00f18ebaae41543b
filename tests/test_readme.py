"""What the README shows is what there is."""

import importlib
import re
import shlex

import pytest
from click.testing import CliRunner

from flows.__main__ import main
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
BLOCKS = [block for language, block in FENCED if not language]
LINES = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines()]
COMMANDS = [line for line in LINES if line.startswith("drawnconvos ")]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_is_one(line: str) -> None:
    """Parsed by the real command line up to the point where it would run."""
    words = shlex.split(line)[1:]
    command, context = main, None
    while words and isinstance(command, type(main)):
        context = command.make_context(words[0], list(words), resilient_parsing=True)
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, words, parent=context)


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("python -m ")])
def test_every_module_of_the_readme_takes_its_options(line: str) -> None:
    _, _, module, *words = shlex.split(line)
    importlib.import_module(module).main.make_context(module, words)


def test_the_make_targets_of_the_readme_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert {line.split()[1] for line in LINES if line.startswith("make ")} <= targets


def test_the_prefect_lines_are_those_that_are_tested() -> None:
    tested = (ROOT / "tests" / "test_prefect.py").read_text()
    for line in LINES:
        if line.startswith("prefect "):
            words = [word for word in shlex.split(line)[1:] if "=" not in word]
            assert all(f'"{word}"' in tested for word in words), line


@pytest.mark.parametrize("link", re.findall(r"\]\(([a-z][^)]*)\)", README))
def test_links_lead_somewhere(link: str) -> None:
    assert link.startswith("http") or (ROOT / link).is_file()


@pytest.mark.parametrize("room", re.findall(r"^([a-z]+)/ ", README, flags=re.MULTILINE))
def test_the_rooms_of_the_tree_are_there(room: str) -> None:
    assert (ROOT / room).is_dir()


def test_a_version_is_told() -> None:
    assert re.search(r"\d+\.\d+\.\d+", CliRunner().invoke(main, ["--version"]).output)
