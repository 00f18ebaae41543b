# make install   .venv with the commands in it; a second call takes no time
# make build     install, then the paper's dataset on the embedded default
# make test      install, then all tests
# make check     formatter, linter, type checker
PYTHON ?= python3
BIN := .venv/bin
PLAN ?= plans/drawnconvos.yaml

.PHONY: install build test check

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

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
