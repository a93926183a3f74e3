# run     a served demonstration city (the second time: within seconds)
# test    all tests on SQLite, then on PostgreSQL
# check   form, types, borders, migrations, words and reference pages
# bench   measured figures
# docs    write the generated reference pages anew
# format  bring source files into form

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED_RUN := $(VENV)/.installed-run
INSTALLED_DEV := $(VENV)/.installed-dev
# As many test processes as fit two cores; PYTEST takes more options: make test PYTEST="-k kill".
PYTEST ?= -n 2 --dist worksteal

.PHONY: run test test-sqlite test-postgres check bench docs format words system setup dev

run: setup
	@$(BIN)/gongzhi serve

setup: words
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

docs: dev
	@$(BIN)/python scripts/reference.py write

format: dev
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	-@$(BIN)/djlint --reformat --quiet src

dev: $(INSTALLED_DEV)
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
