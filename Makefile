# Every target sets up what it needs: a virtual environment in .venv, from the hashed lists in requirements/.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
FITS := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
VERSION := -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>&1
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do if $$p $(FITS); then echo $$p; break; fi; done)

# A Python that was named is the one that runs: where it is another than the one .venv was made by, .venv is made anew.
ifneq ($(filter command environment,$(firstword $(origin PYTHON))),)
ANEW := $(shell test "$$($(PYTHON) $(VERSION))" = "$$($(BIN)/python $(VERSION))" || echo FORCE)
endif
FORCE:

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/ready-uv: requirements/uv.txt $(ANEW)
	@$(PYTHON) $(FITS) || { echo "Tieline needs Python 3.11, 3.12 or 3.13$(if $(PYTHON),; $(PYTHON) is none)" \
	  "(have one on the PATH, or say make PYTHON=/path/to/python)" >&2; exit 1; }
	@if test -n "$(ANEW)" && test -d $(VENV); then \
	  echo "$(VENV) was made by Python $$($(BIN)/python $(VERSION)); making it anew with $(PYTHON)"; rm -rf $(VENV); fi
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/ready-run: $(VENV)/ready-uv requirements/run.txt requirements/build.txt pyproject.toml
	@echo "setting up $(VENV) to run Tieline ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready-run requirements/dev.txt
	@echo "setting up $(VENV) to develop Tieline ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/ready-dev ## Set up everything a contributor needs

.PHONY: run
run: $(VENV)/ready-run ## Start gateway and twin on loopback, send the sample events, keep serving
	@$(BIN)/tieline demo

.PHONY: test
test: $(VENV)/ready-dev ## Run every test
	@$(BIN)/python -m pytest

.PHONY: check
check: $(VENV)/ready-dev ## Format, lint, types, import rules, proto lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/buf lint proto

.PHONY: format
format: $(VENV)/ready-dev ## Format the code and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: proto
proto: $(VENV)/ready-dev ## Write the stubs anew from proto/
	@$(BIN)/python proto/generate.py

.PHONY: bench
bench: $(VENV)/ready-dev ## Measure accept, dispatch, preflight and the tap, each beside its ceiling
	@$(BIN)/python -m bench.accept
	@$(BIN)/python -m bench.dispatch
	@$(BIN)/python -m bench.preflight
	@$(BIN)/python -m bench.tap

.PHONY: bench-queue
bench-queue: $(VENV)/ready-dev ## Measure the queue with a million waiting launches (a minute or two)
	@$(BIN)/python -m bench.queue_million

.PHONY: bench-twin
bench-twin: $(VENV)/ready-dev ## Measure the twin beside Prism, Mockoon (these need Node) and WireMock (and Java)
	@if command -v npm >/dev/null 2>&1; then cd bench/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; \
	  else echo "SKIPPED: Prism, Mockoon and WireMock, there is no Node with npm on this machine"; fi
	@$(BIN)/python -m bench.twin

.PHONY: go
go: $(VENV)/ready-run ## Build the Go caller and run it against a gateway and a twin (needs Go)
	@clients/go/run.sh $(BIN)/tieline

.PHONY: conformance
conformance: $(VENV)/ready-dev ## Walk a twin with the official Python, JavaScript and Go clients (skips those not here)
	@conformance/run.sh $(BIN)/tieline $(BIN)/python

.PHONY: parity
parity: $(VENV)/ready-dev ## Hold a real org against the twin's cases (ENV=eu-central-1 and credentials: docs/reference/twin.md)
	@test -n "$(ENV)" || { echo "say which org: make parity ENV=eu-central-1, with TIELINE_PARITY_CLIENT_ID and TIELINE_PARITY_CLIENT_SECRET" >&2; exit 2; }
	@TIELINE_PARITY_ENV="$(ENV)" $(BIN)/python -m pytest -q tests/contract/parity

.PHONY: docs
docs: $(VENV)/ready-dev ## Write the pages of docs/reference that are made from the code
	@$(BIN)/python -m tieline.config.page > docs/reference/settings.md && echo docs/reference/settings.md
	@$(BIN)/python -m conformance.reference

.PHONY: lock
lock: $(VENV)/ready-uv ## Pin every requirement again, with hashes
	@for list in uv build run dev; do \
	  case $$list in run) in="pyproject.toml"; more="";; dev) in="pyproject.toml --group dev"; more="-c requirements/run.txt";; \
	    *) in="requirements/$$list.in"; more="";; esac; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $$in $$more -o requirements/$$list.txt; done

.PHONY: clean
clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
