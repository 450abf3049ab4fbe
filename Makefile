# Needs Python 3.11 or later, make, and a package registry. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo demo-share test test-slow check arrows format bench bench-degrade bench-prove packages gateways picture lock fresh clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
WORKERS ?= 2
FRESH ?= demo test
VENV := .venv
GATEWAYS := .venv-gateways
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCES := src tests benchmarks
# What the tests need of torch runs on any processor. The lists leave out the CUDA packages, which torch's own metadata asks for where its build wants them.
TORCH := 2.13.0

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(VENV)/.base ## simulate a small city, scan it, write demo/scan/report.html
	@$(BIN)/revenuer demo --out demo

demo-share: $(VENV)/.share ## two labs on this machine: publish, pull, match, find an operator earlier, answer
	@$(BIN)/revenuer share demo --out demo-share

test: $(VENV)/.dev gateways packages ## every test but the slow ones
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow" $(ARGS)

test-slow: $(VENV)/.dev ## the tests that take minutes
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m slow $(ARGS)

check: $(VENV)/.dev ## style, types, and the arrows between the rooms
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/unit/test_arrows.py tests/unit/test_signals_documented.py

arrows: $(VENV)/.dev ## the arrows between the rooms alone
	$(BIN)/python -m pytest tests/unit/test_arrows.py

format: $(VENV)/.dev ## rewrite what `check` would complain about in style
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.bench ## speed and memory of a scan beside the floor
	$(BIN)/python benchmarks/scan.py $(ARGS)

bench-degrade: $(VENV)/.bench ## what students gain and honest users lose where a teacher gives less (12 minutes)
	@mkdir -p build
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/degrade.py --out build/degrade-runs.jsonl $(ARGS)
	$(BIN)/revenuer prove degrade build/degrade-runs.jsonl --out build/degrade

bench-prove: $(VENV)/.bench ## what `prove` finds in students of a marked teacher, and what it says of innocent ones (20 minutes)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/bench_prove.py $(ARGS)

packages: ## the Debian packages of the programs that the tests drive, if they are missing
	@missing=""; \
	command -v chromium >/dev/null && command -v chromedriver >/dev/null || missing+=" chromium chromium-driver"; \
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || missing+=" nginx"; \
	command -v redis-server >/dev/null || missing+=" redis-server"; \
	command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=" postgresql"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	as=""; if [ "$$(id -u)" != 0 ]; then as="sudo -n"; fi; \
	if command -v apt-get >/dev/null && { [ -z "$$as" ] || $$as true 2>/dev/null; } \
		&& $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends $$missing; \
	then exit 0; fi; \
	echo "make: cannot install$$missing (needs apt-get and root or sudo);" \
		"the tests that drive them will be skipped, and fail where CI=true" >&2

gateways: $(GATEWAYS)/.made ## LiteLLM and Envoy in a place of their own, for the tests that put the guard in front of them

picture: demo packages ## take the README's picture of the demo's report anew
	@profile="$$(mktemp -d)"; trap 'rm -rf "$$profile"' EXIT; \
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$$profile" --virtual-time-budget=4000 \
		--window-size=1200,1480 --screenshot=docs/images/report.png demo/scan/report.html 2>/dev/null

lock: ## compile requirements/*.txt anew from pyproject.toml
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@echo torch==$(TORCH) > build/lock/constraints.txt
	@compile() { { echo "# Tested versions: $$2. Made by \`make lock\`; do not edit by hand."; \
		build/lock/bin/uv pip compile --quiet --upgrade --python-platform linux --python-version 3.11 --no-header \
			--no-annotate --no-emit-index-url --no-emit-find-links --constraint build/lock/constraints.txt pyproject.toml $${@:3} \
			| grep -Ev '^(cuda-|nvidia-|triton==)'; } > "requirements/$$1.new"; \
		mv "requirements/$$1.new" "requirements/$$1.txt"; }; \
	compile base "what the package needs"; \
	compile share "what the package and the exchange with peers need" --extra share; \
	compile dev "what the package and its tests need" --extra dev; \
	compile bench "what the package, its tests and its benchmarks need" --extra dev --extra bench; \
	compile gateways "the gateways that the tests put the guard in front of, beside the package" --extra gateways; \
	compile peers "what the package and the peers of benchmarks/rank.py need, which pin a numpy of their own" --extra peers

fresh: ## clone the last commit into an empty folder and run demo and test there
	@place="$$(mktemp -d)"; trap 'rm -rf "$$place"' EXIT; \
	git clone --quiet . "$$place/revenuer"; \
	for target in $(FRESH); do \
		SECONDS=0; \
		env -u MAKEFLAGS -u MAKELEVEL -u VIRTUAL_ENV -u PYTHONPATH $(MAKE) --no-print-directory -C "$$place/revenuer" "$$target"; \
		echo "fresh clone: make $$target took $$SECONDS s"; \
	done

clean: ## remove everything that the other targets made
	rm -rf $(VENV) $(GATEWAYS) build dist demo demo-share .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "make: no Python 3.11 or later found; install one, or say which: make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) -r requirements/base.txt
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	$(PIP) -r requirements/dev.txt
	@touch $@

$(VENV)/.share: requirements/share.txt $(VENV)/.base
	$(PIP) -r requirements/share.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	$(PIP) -r requirements/bench.txt
	@touch $@

$(GATEWAYS)/.made: requirements/gateways.txt pyproject.toml | $(VENV)/bin/python
	@mkdir -p build
	$(PYTHON) -m venv $(GATEWAYS)
	$(GATEWAYS)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements/gateways.txt
	$(GATEWAYS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(GATEWAYS)/bin/python -m compileall -q -j 2 $(GATEWAYS)/lib > build/gateways.log || true # LiteLLM compiled at every start takes a minute
	@touch $@
