# The two that matter: `make demo` and `make test`. Each line calls a real tool.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
# The lab's services run as root, and what works on their files does too.
ROOT := $(if $(filter-out 0,$(shell id -u)),sudo -E)
# Tests start hundreds of processes: without kept bytecode each compiles Django and all else anew,
# which takes a second and a half.
export PYTHONDONTWRITEBYTECODE :=
LAB := $(ROOT) $(PYTHON) -m lab
# With the environment's Python, which has uv where the machine has none: ten times as fast as pip.
LAB_INSTALL := $(ROOT) $(BIN)/python -m lab install
LAB_RUNS_ALREADY := $(LAB) status >/dev/null 2>&1

# One process more than cores: some tests wait for threads and stand-ins.
UNIT := pytest tests/unit --numprocesses $(shell echo $$(($$(nproc) + 1))) --dist worksteal
COVERAGE := $(VENV)/coverage.json
# Clouds are slow: one process waits for them, while the others go through the rest. With four cores
# and 13 GB of memory two begin with clouds, each with a pair of its own.
PUMPHOUSE_LAB_PAIRS := $(or $(PUMPHOUSE_LAB_PAIRS),$(shell \
    awk -v cores=$$(nproc) '/^MemAvailable/ {print 1 + (cores > 3 && $$2 > 13e6)}' /proc/meminfo))
test: export PUMPHOUSE_LAB_PAIRS := $(PUMPHOUSE_LAB_PAIRS)
WITH_SERVICES := $(BIN)/pytest tests/lab tests/moves tests/upgrades tests/servers tests/plugin tests/browser \
    --numprocesses 3 --dist loadscope --no-loadscope-reorder --durations 25
EACH_PAIR = for pair in $$(seq $(PUMPHOUSE_LAB_PAIRS)); do PUMPHOUSE_LAB_PAIR=$$pair $(LAB) $(1) || exit; done
# the theme announces that it will not go along with mkdocs 2, which is pinned away
DOCS := NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: api demo test unit lint docs screenshots lock bench plugin plugin-tools lab-up lab-status lab-down lab-matrix \
    interop packages test-packages clean

demo: packages $(INSTALLED)
	$(LAB_INSTALL)
	$(ROOT) $(BIN)/python -m lab.demo

# services that believe a token for long would let the tests of tenant maintenance wait for long
test: export PUMPHOUSE_LAB_TOKEN_CACHE ?= 5
# and a Nova that waits for long before it calls a host dead, those of dead hosts
test: export PUMPHOUSE_LAB_SERVICE_DOWN ?= 30
test: lint test-packages plugin-tools
	$(BIN)/python -m slipcover --json --out $(COVERAGE) -m $(UNIT)
	$(BIN)/python -m slipcover --merge $(COVERAGE) --out $(COVERAGE) --fail-under 85
	$(LAB_INSTALL)
	$(LAB_RUNS_ALREADY) || trap '$(call EACH_PAIR,down)' EXIT; $(call EACH_PAIR,up); $(ROOT) $(WITH_SERVICES)

unit: $(INSTALLED)
	$(BIN)/$(UNIT)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(DOCS) --quiet --site-dir $(VENV)/site

# The guides as a site in site/. A broken link is an error.
docs: $(INSTALLED)
	$(DOCS)

# The pictures of the guides, taken from the demo.
screenshots: packages test-packages $(INSTALLED)
	$(LAB_INSTALL)
	$(ROOT) $(BIN)/python -m lab.screenshots

bench: $(INSTALLED)
	$(BIN)/python bench/start.py
	$(BIN)/python bench/engine.py
	$(BIN)/python bench/calls.py
	$(BIN)/python bench/servers.py
	$(BIN)/python bench/workers.py
	$(BIN)/python bench/pages.py
	$(BIN)/python bench/campaigns.py
	$(LAB_RUNS_ALREADY) || trap '$(LAB) down' EXIT; $(LAB) up && $(ROOT) $(BIN)/python bench/stream.py \
	    --config $${PUMPHOUSE_LAB_DIR:-lab/run}/clouds.yaml --source src --destination dst && \
	    $(ROOT) $(BIN)/python bench/cutover.py

# A page in place of ours, as in 2015: UI_URL is a directory of files, or what git can clone.
UI_DIRECTORY = $(if $(wildcard $(UI_URL)/.),$(abspath $(UI_URL)),$(CURDIR)/pumphouse-ui)
BIND = $(if $(SERVER_NAME),--bind $(SERVER_NAME)$(if $(findstring :,$(SERVER_NAME)),,:5000))
api: $(INSTALLED)
	@test -n '$(UI_URL)' || { echo 'Name the page: make api UI_URL=DIRECTORY SERVER_NAME=127.0.0.1:5000'; exit 2; }
	test -d '$(UI_URL)' || if test -d pumphouse-ui; then git -C pumphouse-ui pull; \
	    else git clone '$(UI_URL)' pumphouse-ui; fi
	PUMPHOUSE_UI_DIRECTORY='$(UI_DIRECTORY)' exec $(BIN)/pumphouse-api $(CONFIG) $(BIND)

# The image is built with Docker, or with buildah where there is none (apt: buildah debootstrap).
plugin: plugin-tools
	$(ROOT) $(PYTHON) -m fuel_plugin.build

# The versions and hashes of all that is in the image, for the Python of its base.
COMPILE := $(or $(UV),$(BIN)/uv) pip compile --quiet --upgrade --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --custom-compile-command 'make lock'
lock: $(INSTALLED)
	$(COMPILE) pyproject.toml --extra redis --extra postgresql --extra switch \
	    --only-binary :all: --no-binary python-fuelclient --no-emit-package python-fuelclient \
	    --output-file fuel_plugin/image-wheels.txt
	grep -o 'python-fuelclient==[0-9.]*' pyproject.toml | $(COMPILE) - --no-deps \
	    --output-file fuel_plugin/image-sources.txt

plugin-tools:
	command -v rpmbuild >/dev/null && command -v createrepo_c >/dev/null && \
	    command -v dpkg-scanpackages >/dev/null && command -v shellcheck >/dev/null || \
	    $(ROOT) apt-get install --no-install-recommends -q -y rpm createrepo-c dpkg-dev shellcheck

lab-up: packages
	$(LAB) install
	$(LAB) up

lab-status:
	$(LAB) status

lab-down:
	$(LAB) down

# What takes too long for `make test`, which runs a sample of it.
lab-matrix: export PUMPHOUSE_LAB_TOKEN_CACHE ?= 5
lab-matrix: export PUMPHOUSE_LAB_SERVICE_DOWN ?= 30
lab-matrix: export PUMPHOUSE_LAB_CEPH ?= 1
lab-matrix: packages $(INSTALLED)
	$(LAB_INSTALL)
	$(LAB_RUNS_ALREADY) || trap '$(LAB) down' EXIT; $(LAB) up && \
	    $(ROOT) $(BIN)/pytest tests/lab -m matrix --durations 0

# os-migrate itself, from Ansible Galaxy, with our files and we with its.
interop: packages $(INSTALLED)
	$(LAB_INSTALL)
	$(LAB_RUNS_ALREADY) || trap '$(LAB) down' EXIT; $(LAB) up && $(BIN)/python interop/os_migrate.py \
	    --config $${PUMPHOUSE_LAB_DIR:-lab/run}/clouds.yaml

packages:
	$(LAB) packages

# and what only the tests need: a browser, and the servers of an installation on several machines
test-packages:
	$(LAB) packages tests

clean:
	rm -rf $(VENV) build dist *.egg-info

$(INSTALLED): pyproject.toml
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(ROOT) apt-get install -q -y python3-venv
ifdef UV
	uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	uv pip install --quiet --compile-bytecode --python $(BIN)/python --editable '.[test,lint]'
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --editable '.[test,lint]'
endif
	touch $@
