# Needs make and Python 3.11 or newer, and nothing else. `make help` lists what can be made.

PYTHON ?= python3
VENV ?= .venv

BIN := $(VENV)/bin
# Each file marks a finished set-up; a change of the requirements makes it again.
RUN_READY := $(VENV)/ready-to-run
TEST_READY := $(VENV)/ready-to-test
NODE := clients/tanstack
NODE_READY := $(NODE)/node_modules/ready-to-run
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check \
	--constraint constraints.txt

.PHONY: help demo test test-all lint format bench clients browser golden clean
.DEFAULT_GOAL := help

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F '|' '{ printf "%-15s %s\n", $$1, $$2 }'

demo: $(RUN_READY) ## Run the six scenarios under the three designs; writes out/demo/index.html
	@$(BIN)/syncsim demo --out out/demo

# In continuous integration a browser is installed where that takes no more than asking for it;
# a person's own machine is left as it is.
test: lint clients $(if $(CI),browser) ## Check the code and run the tests, as continuous integration does
	@$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

test-all: lint clients ## The same with the slow tests, more examples and coverage
	@$(BIN)/coverage run -m pytest --slow --timeout 7200 --hypothesis-profile thorough
	@$(BIN)/coverage report

lint: $(TEST_READY) ## Check style, format, types and layers
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "lint: 'make format' puts this right"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

format: $(TEST_READY) ## Format the code and sort its imports
	@$(BIN)/ruff check --quiet --fix --select I .
	@$(BIN)/ruff format .

bench: $(RUN_READY) ## Measure the speed of this machine's syncsim
	@$(BIN)/python benchmarks/bench.py

clients: ## Install the real query cache for the conformance tests, where npm is present
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(NODE_READY); fi

browser: ## Install Chromium for the test of the recorder, on Debian as root
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium."; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 900 \
			apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
			|| echo "browser: Chromium could not be installed; tests that need it are skipped"; \
	else echo "browser: this needs root and apt-get; tests that need Chromium are skipped"; fi

golden: clients ## Record the golden traces again from the real packages
	@node $(NODE)/golden.mjs

clean: ## Remove everything that make has made
	@rm -rf $(VENV) $(NODE)/node_modules build dist out .coverage
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "syncsim needs Python 3.11 or newer; '$(PYTHON) --version' says:"; \
		$(PYTHON) --version; \
		echo "Name another one, for example: make PYTHON=python3.12 demo"; exit 1; } >&2
	@echo "Setting up $(VENV); the first time takes a minute or two."
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) hatchling editables
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(TEST_READY): $(RUN_READY)
	@echo "Adding the test tools."
	@$(INSTALL) --no-build-isolation --editable '.[test]'
	@touch $@

$(NODE_READY): $(NODE)/package.json $(NODE)/package-lock.json
	@echo "Installing the packages of $(NODE)."
	@cd $(NODE) && npm ci --ignore-scripts --silent
	@touch $@
