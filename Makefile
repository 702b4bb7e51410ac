# Each target does all of its own set-up on a machine that has python3 (>= 3.11) and make.
PYTHON ?= python3
VENV   := .venv
ifeq ($(OS),Windows_NT)
BIN    := $(VENV)/Scripts
else
BIN    := $(VENV)/bin
endif
STAMP  := $(VENV)/.installed
JOBS   ?= 2

# How much `make prove` and `make fuzz` do; HISTORIES=1000000 and RUNS=10000000 are the long runs.
HISTORIES ?= 100000
RUNS   ?= 1000000
MIB    ?= 100

# These run once, with coverage; `make test` runs all others without.
COVERED := tests/protocols tests/refund tests/policy tests/journal

.PHONY: help demo test lint bench coverage docs pictures lock prove sweep fuzz mutate wheel clean
help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## watch two refunds happen, the second one through a lost answer
	@$(BIN)/refund-agent demo

test: lint $(STAMP) ## all tests, linters included (about a quarter of an hour on two cores)
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q --ignore=tests/bench $(COVERED:%=--ignore=%)
	@$(MAKE) --no-print-directory coverage

coverage: $(STAMP) ## branch coverage of the parts that money hangs on: must be 100 %
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q $(COVERED) --cov --cov-report=
	@$(BIN)/python -m coverage report --fail-under=100 \
		--include='protocols/*,terminal_agent/refund/*,terminal_agent/policy/*,terminal_agent/journal/*'

lint: $(STAMP) ## ruff, mypy --strict, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(STAMP) ## figures: each beside its peer or limit, measured in the same run
	@$(BIN)/python -m pytest tests/bench -m bench --benchmark-only -q -s --benchmark-columns=median,ops,rounds --benchmark-group-by=group

prove: $(STAMP) ## search for broken promises: histories, models, disk images, tampering, kills
	@$(BIN)/python -m tests.world --count $(HISTORIES) --jobs $(JOBS)
	@$(BIN)/python -m tests.model --full --jobs $(JOBS)
	@$(BIN)/python -m tests.durability --images 10000
	@$(BIN)/python -m tests.tampering --count 10000
	@KILLS=1000 KILLS_AT_ONCE=4 $(BIN)/python -m pytest -q -s tests/process/test_kills.py

sweep: $(STAMP) ## two faults at every byte of every dialogue (days; PAIR_STRIDE=29 takes a sample)
	@SWEEP=full $(BIN)/python -m pytest -n $(JOBS) -q tests/conformance

docs: $(STAMP) ## write the generated pages of docs/reference again
	@$(BIN)/python -m tests.generated

pictures: $(STAMP) ## draw docs/pictures again: the demo, and slips of every kind
	@$(BIN)/python -m tests.pictures

fuzz: $(STAMP) ## hostile bytes for every decoder, guided by coverage where atheris can be installed (hours)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements-fuzz.txt \
		|| echo "atheris has no build for this Python or system: the seeded mutator takes its place"
	@$(BIN)/python -m tests.fuzz --runs $(RUNS)
	@$(BIN)/python -m tests.fuzz --memory $(MIB)

mutate: $(STAMP) ## change every line of the rules about money; a test must notice each (an hour)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements-mutate.txt
	@$(BIN)/python -m tests.mutation

wheel: $(STAMP) ## build the wheel, install it alone, run the program from it
	@$(BIN)/python -m tests.wheel

lock: ## pin all dependencies again, with hashes
	@$(PYTHON) -m venv .lock-venv && .lock-venv/bin/pip -q install uv
	@.lock-venv/bin/uv pip compile --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11 pyproject.toml -o requirements.txt -q
	@.lock-venv/bin/uv pip compile --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11 --group dev pyproject.toml -o requirements-dev.txt -q
	@.lock-venv/bin/uv pip compile --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11 --group pyproject.toml:fuzz -o requirements-fuzz.txt -q
	@.lock-venv/bin/uv pip compile --universal --upgrade --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11 --group pyproject.toml:mutate -o requirements-mutate.txt -q
	@rm -rf .lock-venv

clean: ## remove everything that was made
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks build dist .coverage*
