# Everything a person or CI does with this project. `make` alone prints the list.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
PIP := $(BIN)/pip install -qq --disable-pip-version-check --constraint constraints.txt

.PHONY: help run test chaos check gates lint types format sizes messages screenshots bench bench-peers clean

help: ## Print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: export DEBUG ?= 1
run: $(VENV)/.project ## Start Punctual with its demo shop: web, scheduler and cluster in one terminal
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py setupdemo
	@exec $(BIN)/python manage.py up

test: $(VENV)/.dev ## Run every test that this machine can run
	@$(BIN)/python -m tests.everywhere

chaos: $(VENV)/.dev ## Break things at random for a minute; longer with KILLS=1000 EXECUTIONS=50000
	@$(if $(KILLS),$(BIN)/python -m tests.chaos --kills $(KILLS) --executions $(or $(EXECUTIONS),5000),$(BIN)/python -m pytest -q -n 2 tests/chaos)

check: gates ## Every gate, and the tests that need neither processes nor a browser
	$(BIN)/python -m pytest -q -n 2 -m "not processes and not browser"

gates: lint types ## Every gate that is no test
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.sizes

lint: $(VENV)/.dev ## Style, format and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## Static types
	$(BIN)/mypy .

format: $(VENV)/.dev ## Format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sizes: $(VENV)/.dev ## How long files and functions are
	$(BIN)/python -m tests.sizes --all

messages: $(VENV)/.dev ## Collect the texts to translate and compile the catalogues (needs gettext)
	@for app in handlers triggers workflows demo/shop; do (cd $$app && mkdir -p locale && $(CURDIR)/$(BIN)/django-admin makemessages \
		--locale ru --no-obsolete --no-location --verbosity 0 && \
		$(CURDIR)/$(BIN)/django-admin compilemessages --verbosity 0); done

screenshots: $(VENV)/.dev ## Take the pictures of the docs; of every page with FOLDER=pages
	@$(BIN)/python -m tests.admin_pages pictures $(FOLDER)

BENCH_DATABASE ?= postgres://postgres@127.0.0.1:5432/bench
PEERS := var/peers
bench: $(VENV)/.dev ## Measure the engine's workloads on PostgreSQL, with each broker, and on SQLite: ten minutes
	-$(BIN)/python -m benchmarks.engine --database $(BENCH_DATABASE) --broker wakeup
	-$(BIN)/python -m benchmarks.engine W1 W6 --database $(BENCH_DATABASE) --broker redis --rounds 1
	-$(BIN)/python -m benchmarks.engine W1 W6 --database $(BENCH_DATABASE) --broker orm --rounds 1
	-$(BIN)/python -m benchmarks.engine --database sqlite:///bench --broker wakeup --rounds 1 --history 200000

bench-peers: $(VENV)/.dev $(PEERS)/.ready ## Measure other engines at the same work, in rounds with ours
	$(BIN)/python -m benchmarks.peers --database $(BENCH_DATABASE)

$(PEERS)/.ready: benchmarks/peers/requirements.txt benchmarks/peers/npm-requirements.txt
	@echo "Making the environment of the peers in $(PEERS) ..."
	@$(PYTHON) -m venv $(PEERS)
	@while read -r each; do \
		$(PEERS)/bin/pip install -qq --disable-pip-version-check "$$each" || echo "Without $$each: it could not be installed."; \
		done < $<
	@if command -v npm >/dev/null; then \
		npm install --silent --no-audit --no-fund --prefix $(PEERS) $$(cat benchmarks/peers/npm-requirements.txt) || echo "Without Restate: npm could not install it."; \
		else echo "Without Restate: npm is missing."; fi
	@touch $@

clean: ## Remove the environment and the demo's data
	rm -rf $(VENV) var

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Punctual needs Python 3.11 or newer; none was found on the PATH."; exit 1; }
	@echo "Making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1"

$(VENV)/.project: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing ..."
	@PYTHONWARNINGS=ignore $(PIP) --editable ".[postgresql,project,redis]"
	@touch $@

$(VENV)/.dev: $(VENV)/.project
	@$(PIP) --group dev
	@for library in mysqlclient mariadb libmariadb; do \
		pkg-config --exists $$library 2>/dev/null || continue; \
		PYTHONWARNINGS=ignore $(PIP) --editable ".[mysql]" || echo "Without the driver of MariaDB: it could not be built."; \
		break; done
	@touch $@
