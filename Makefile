# The environment and the project's verbs. `make setup` once, or any other verb, which does it first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST_ARGS ?= -n auto --maxprocesses 4
SECONDS ?= 60
BENCHMARKS = $(patsubst %.py,%,$(notdir $(wildcard tests/benchmarks/[!_]*.py)))

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format docs bench ratios fuzz audit lock

help: ## show the verbs
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 16

setup: $(STAMP) ## make .venv with the pinned dependencies and the project

demo: $(STAMP) ## simulate, train, score and explain, and show where the results are
	$(BIN)/qualify demo

test: $(STAMP) ## run the whole test suite
	$(BIN)/pytest $(PYTEST_ARGS)

lint: $(STAMP) ## ruff, mypy and import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

format: $(STAMP) ## lay the code out as `make lint` wants it, and mend what can be mended safely
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(STAMP) ## write docs/reference.md anew from the code
	$(BIN)/python -m tests.reference

bench: $(STAMP) ## run the benchmarks: one JSON line a figure
	@for name in $(BENCHMARKS); do $(BIN)/python -m tests.benchmarks.$$name || exit 1; done

ratios: $(STAMP) ## run the benchmarks in short, and fail where one is a fifth worse than the ratio that is kept
	@{ $(BIN)/python -m tests.benchmarks.treeshap --quick && $(BIN)/python -m tests.benchmarks.ledger \
		&& $(BIN)/python -m tests.benchmarks.serve && $(BIN)/python -m tests.benchmarks.batch; } > bench.jsonl
	$(BIN)/python -m tests.benchmarks._ratios < bench.jsonl

fuzz: $(STAMP) ## fuzz the readers of tables, SECONDS=60 each; needs `pip install atheris`
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

audit: $(STAMP) ## look for known holes in the pinned dependencies; asks pip-audit where it is installed
	$(BIN)/python -m tests.advisories

# The lock holds on Linux and macOS, Python 3.11 to 3.13; made on Linux with Python 3.11. What another
# platform needs besides is added by hand, with its marker.
lock: $(STAMP) ## pin the newest versions that pyproject.toml allows
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --extra dev --strip-extras \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--annotation-style line --output-file requirements.lock pyproject.toml
	printf '\n# On macOS besides:\nappnope==1.0.0 ; platform_system == "Darwin"  # via ipykernel\n' >> requirements.lock

# The build tool is pinned in the lock too, hence no build isolation.
$(STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the pinned dependencies into $(VENV); the first time takes a few minutes."
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "qualify needs Python 3.11 or newer, but there is no '$(PYTHON)'. Try: make PYTHON=/path/to/python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "qualify needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu it needs: apt-get install python3-venv" >&2; exit 1; }
