# Every target sets up what it needs; the second time that takes no time.
# PYTHON=python3.12 picks a Python; JOBS=4 runs the tests on more cores (one more than there are: some tests wait).
BIN := .venv/bin
JOBS ?= 3
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --extra postgres --group build --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header

.PHONY: help setup demo test check fast fmt lock docs bench wheel
help:     ## this list
	@sed -n 's/^\([a-z]*:\)[^#]*## /\1	/p' Makefile | expand -t 10
setup:    ## make .venv with everything to work on Firstoff
	@./setup.sh dev
demo:     ## the golden pilot on http://127.0.0.1:8000
	@./setup.sh run && $(BIN)/firstoff demo
# Bytecode is kept whatever the shell says: to compile the product for each command that is started, and to rewrite
# every assertion for each worker, takes minutes. Workers take tests from each other at the end, where some are long.
KEPT := PYTHONDONTWRITEBYTECODE= $(BIN)/python
test: setup  ## all tests on SQLite, then those with tables on PostgreSQL
	$(KEPT) -m pytest -n $(JOBS) --dist worksteal
	FIRSTOFF_TEST_DATABASE=postgresql $(KEPT) -m pytest -n $(JOBS) --dist worksteal
check: setup ## format, lint, types, floors, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy src station/src
	$(BIN)/lint-imports
	mkdir -p .venv/home && FIRSTOFF_HOME=.venv/home $(BIN)/django-admin makemigrations --check --dry-run --settings firstoff.site.settings
# Two halves side by side: workers that hand tests to each other take longer than most of these tests.
FAST := $(KEPT) -m pytest -q -m "not slow" -p no:schemathesis -p no:django -p no:xdist \
	-W ignore::pytest.PytestConfigWarning --hypothesis-profile fast
fast: setup  ## the tests that need no database, in seconds
	@$(FAST) tests/formats > .venv/fast.log 2>&1 & other=$$!; \
	$(FAST) tests/stats tests/rules tests/architecture; own=$$?; \
	wait $$other; rest=$$?; cat .venv/fast.log; exit $$((own + rest))
fmt: setup   ## format, and mend what can be mended
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
lock: setup  ## both lock files anew from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	$(LOCK) $(UPGRADE) -o requirements.lock
	$(LOCK) $(UPGRADE) -o requirements-dev.lock --group dev --constraint requirements.lock
docs: setup  ## the pages that are written from the registries, and what the guide's code prints and draws
	$(BIN)/python -m firstoff.rules.criteria.page > docs/reference/criteria.md
	$(BIN)/firstoff definition schema > docs/reference/definition.schema.json
	$(BIN)/python docs/build.py
bench: setup ## Firstoff beside the raw limits of this machine
	$(BIN)/python -m benchmarks
wheel: setup ## the packages, Firstoff and the station's, into dist/
	$(BIN)/python -m hatchling build -t wheel -d dist
	cd station && ../$(BIN)/python -m hatchling build -t wheel -d ../dist
