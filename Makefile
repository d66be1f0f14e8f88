# Every target makes its own virtual environment from the pinned versions and needs
# nothing but Python 3.11+, make and pip.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed-run
TEST := $(VENV)/.installed-test

.PHONY: demo test check bench clean

demo: $(RUN)  ## build the embedded demonstration inventory and print the league table
	$(BIN)/tanhui demo --replace

test: $(TEST)  ## run every test
	$(BIN)/python -m pytest -q -n auto --dist loadfile

check: $(TEST)  ## lint, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(TEST) $(VENV)/.installed-bench  ## speed and memory, side by side with the peers, in one run
	$(BIN)/python benchmarks/engine.py

$(VENV)/.installed-bench: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[bench]"
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	touch $@

$(TEST): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q -c constraints.txt -e ".[app,test]"
	touch $@ $(RUN)
