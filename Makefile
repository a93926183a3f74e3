# run     a served demonstration city (the second time: within seconds)
# test    all tests on SQLite, then those that ask a database on PostgreSQL
# check   form, types, borders, migrations, words and reference pages
# bench   measured figures
# docs    write the generated reference pages anew, and photograph the pages
# format  bring source files into form

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED_RUN := $(VENV)/.installed-run
INSTALLED_DEV := $(VENV)/.installed-dev
NPM := npm --prefix frontend --no-audit --no-fund --no-update-notifier --loglevel=error
MODULES_RUN := frontend/node_modules/.installed-run
MODULES_DEV := frontend/node_modules/.installed-dev
BUNDLE := frontend/.built
# One test process more than two cores: browsers and killed servers are waited for; in order, so that who shares a ground comes first. PYTEST takes more options: make test PYTEST="-k kill".
PYTEST ?= -n 3 --dist load

.PHONY: run test test-sqlite test-postgres check bench docs format words system setup dev

run: setup
	@$(BIN)/gongzhi serve

setup: words $(BUNDLE)
	@$(BIN)/gongzhi setup --demo

test: test-sqlite test-postgres

test-sqlite: dev system
	$(BIN)/python -m pytest -q $(PYTEST)

test-postgres: dev system
	GONGZHI_TEST_DATABASE=postgres $(BIN)/python -m pytest -q $(PYTEST)

check: dev
	@$(BIN)/python scripts/check.py

bench: dev
	@SIZES="$(or $(SIZES),small medium)" $(BIN)/python -m bench

docs: dev system
	@$(BIN)/python scripts/reference.py write
	@$(BIN)/python scripts/screenshots.py

format: dev
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	-@$(BIN)/djlint --reformat --quiet src

dev: $(INSTALLED_DEV) $(MODULES_DEV) $(BUNDLE)
	@$(BIN)/python scripts/words.py compile

# Catalogues of translations; compiled only when their source is newer.
words: $(INSTALLED_RUN)
	@$(BIN)/python scripts/words.py compile

# Says what it installs; does nothing when nothing is missing.
system:
	@scripts/system-packages

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Gongzhi needs Python 3.11 or newer, not " + sys.version.split()[0] + "; name another: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "Making the virtual environment $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED_RUN): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Gongzhi stands on (about a minute, once)" >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what its tests and checks need (a few minutes, once)" >&2
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@ $(INSTALLED_RUN)

# What browsers load: bundled again when a source is newer.
$(BUNDLE): $(shell find frontend/src -name '*.ts') frontend/build.mjs frontend/package-lock.json | $(MODULES_RUN)
	@node frontend/build.mjs
	@touch $@

$(MODULES_RUN): frontend/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Gongzhi needs Node 20 or newer to bundle its pages" >&2; exit 1; }
	@echo "Fetching what the pages stand on (some seconds, once)" >&2
	@$(NPM) ci --omit=dev
	@touch $@

$(MODULES_DEV): frontend/package-lock.json
	@$(NPM) ci
	@touch $@ $(MODULES_RUN)
