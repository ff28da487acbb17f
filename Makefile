# What people and CI type. `make help` lists it.
PYTHON ?= python3
RUN := .venv/bin/python
RANTAI := .venv/bin/rantai
PYTEST := $(RUN) -m pytest
# In the order of tests/conftest.py, which puts the long files first.
BY_FILE := -n 3 --dist loadfile --no-loadscope-reorder
RANTAI_HOME ?= var
export RANTAI_HOME
# Without it every start compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

SETUP_STAMP := .venv/.set-up
WARM_STAMP := .venv/.warm
ASSETS_STAMP := src/rantai/ui/static/dist/.built
ASSET_SOURCES := build.mjs package.json package-lock.json $(shell find src/rantai/ui/assets -type f 2>/dev/null)
MESSAGES := $(shell find src -name '*.po' 2>/dev/null)

# A home that was begun is brought up to date by the process that serves it: on the way there Django is loaded once.
FIRST_COMPANY := $(if $(wildcard $(RANTAI_HOME)/secret.key),,company)

.DEFAULT_GOAL := help
.PHONY: help setup warm assets company run test test-fast test-postgres test-browser check bench soak explore docs messages lock format clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SETUP_STAMP) .venv/.messages warm ## Prepare .venv from the locked requirements

$(SETUP_STAMP): requirements/all.lock requirements/installer.lock pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" tools/setup.sh
	@touch $@

.venv/.messages: $(SETUP_STAMP) $(MESSAGES)
	@$(RUN) tools/translations.py compile
	@touch $@

# What nobody has to wait for is compiled while something else is done.
warm: $(WARM_STAMP)

$(WARM_STAMP): $(SETUP_STAMP)
	@$(RUN) tools/warm_kernels.py || echo "Some kernels will be compiled when they are first used." >&2
	@nice -n 19 $(RUN) -m compileall -q .venv/lib >/dev/null 2>&1 &
	@touch $@

assets: $(ASSETS_STAMP) ## Build scripts and styles

$(ASSETS_STAMP): $(SETUP_STAMP) $(ASSET_SOURCES)
	@$(RUN) tools/assets.py
	@touch $@

run: ## Serve Rantai, with the demonstration company on the first start
	@$(MAKE) --no-print-directory -j3 .venv/.messages $(FIRST_COMPANY) assets warm
	@exec $(RUN) tools/first_start.py --serve

company: $(SETUP_STAMP) .venv/.messages
	@$(RUN) tools/first_start.py

test: setup assets .venv/.messages ## Run every test, on SQLite, PostgreSQL and in a browser
	@tools/chromium.sh
	$(PYTEST) $(BY_FILE) --ignore tests/browser --ignore tests/soak
	$(PYTEST) $(BY_FILE) --ignore tests/browser --ignore tests/soak --postgres
	$(PYTEST) $(BY_FILE) tests/browser

test-fast: setup .venv/.messages ## Run the tests on SQLite without the slow ones
	$(PYTEST) $(BY_FILE) --ignore tests/browser --ignore tests/soak -m "not slow"

check: $(SETUP_STAMP) .venv/.messages ## Check form, types, imports, migrations and translations
	$(RUN) -m ruff format --check src tests tools
	$(RUN) -m ruff check src tests tools
	@$(RUN) tools/templates.py --check
	$(RUN) -m mypy
	.venv/bin/lint-imports --no-cache
	@RANTAI_HOME=$$(mktemp -d) $(RANTAI) manage makemigrations --check --dry-run
	$(RUN) tools/translations.py check

bench: setup .venv/.messages ## Measure what bench/results holds
	$(RANTAI) bench all

soak: setup assets .venv/.messages ## Kill what serve runs while it works, and look for lost or doubled work (SEED=n)
	$(PYTEST) tests/soak -m soak $(if $(SEED),--seed $(SEED))

explore: setup .venv/.messages ## Try ten times the examples of every property, drawn anew
	$(PYTEST) $(BY_FILE) --hypothesis-profile explore -m hypothesis --ignore tests/browser --ignore tests/soak

docs: setup ## Write the reference pages that are made from the program
	$(RUN) tools/reference.py

messages: setup ## Collect new texts into the translation files
	$(RUN) tools/translations.py update

format: setup ## Bring Python and templates into form
	$(RUN) -m ruff check --fix-only src tests tools
	$(RUN) -m ruff format src tests tools
	@$(RUN) tools/templates.py

lock: ## Resolve the requirements anew
	tools/lock.sh

clean: ## Remove what was built, never data
	rm -rf .venv node_modules src/rantai/ui/static/dist .pytest_cache .mypy_cache .ruff_cache
	find src -name '*.mo' -delete
