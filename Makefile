# Every target makes what it needs: a virtual environment in .venv, and in it one dependency group of
# pyproject.toml, installed again whenever that file changes. PYTHON=... chooses the interpreter.

PYTHON ?= $(shell sh scripts/find-python)
VENV := .venv
BIN := $(VENV)/bin
DATABASE_URL ?=
export DATABASE_URL
# For `serve`: TOOLBAR=0 leaves the Debug Toolbar away, OTEL=console prints spans and metrics.
TOOLBAR ?= 1
OTEL ?=
ROUTES_LOG := example_project/routes.log

.PHONY: help demo serve routes worker search test usage screenshots lint format types docs links dist bench coverage mutants matrix django-suite load next app-suites python314 clean
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/installed-example ## Fill the example shop and compare its pages, naive and optimised
	$(BIN)/python manage.py demo $(ARGS)

serve: $(VENV)/installed-example ## Open the example shop at http://127.0.0.1:8000/
	@test -n "$(DATABASE_URL)" -o -s example_project/shop.sqlite3 || $(BIN)/python manage.py demo
	@DEBUG=1 $(BIN)/python manage.py demo_admin
	TOOLBAR=$(TOOLBAR) OTEL=$(OTEL) ROUTES_LOG=$(ROUTES_LOG) $(BIN)/python manage.py runserver $(ARGS)

routes: $(VENV)/installed-example ## Rank the routes by what `make serve` has logged of them
	$(BIN)/python manage.py perfkit routes $(ROUTES_LOG) $(ARGS)

worker: $(VENV)/installed-example ## Run the tasks of the example shop: letters, the search export
	$(BIN)/python manage.py db_worker $(ARGS)

search: $(VENV)/installed-example ## Run a stand-in for the search service, which the example shop asks
	$(BIN)/python manage.py search_stub $(ARGS)

test: $(VENV)/installed-test ## Run the tests, on SQLite or the database of DATABASE_URL
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

usage: $(VENV)/installed-test ## Record what the shop's pages load and never read, and show it
	rm -f example_project/usage.jsonl
	$(BIN)/python -m pytest -q -n 2 --perfkit-usage=example_project/usage.jsonl tests/example/test_pages.py $(ARGS)
	$(BIN)/python manage.py perfkit usage example_project/usage.jsonl
	$(BIN)/python manage.py perfkit usage example_project/usage.jsonl --html example_project/usage.html

screenshots: $(VENV)/installed-screenshots ## Make the screenshots of the documentation (needs Chromium)
	$(BIN)/python -m tests.browser.screenshots

lint: $(VENV)/installed-lint ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/installed-lint ## Mend style and formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/installed-types ## Check the types of the package, and those that a user's editor sees
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/typing $(ARGS)

docs: $(VENV)/installed-docs ## Build the documentation; a warning is an error
	$(BIN)/python -m sphinx -W --keep-going -n -q -b html docs docs/_build/html
	@echo "The documentation is in docs/_build/html/index.html"

links: $(VENV)/installed-docs ## Ask every external link of the documentation (needs a network)
	$(BIN)/python -m sphinx -n -q -b linkcheck docs docs/_build/links

dist: $(VENV)/installed-test ## Build the sdist, and from it the wheel, and check both
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/python -m twine check --strict dist/*

bench: $(VENV)/installed-bench ## Measure what presets and the auditor cost, beside plain Django and other tools
	$(BIN)/python -m tests.benchmarks $(ARGS)

django-suite: $(VENV)/installed-test ## Run Django's own tests with the auditor on, and compare them with plain Django
	$(BIN)/python -m tests.django_suite.run $(ARGS)

app-suites: $(VENV)/installed-test ## Run the tests of django-model-utils, DRF and django-filter, plain and with the auditor on
	$(BIN)/python -m tests.django_suite.apps $(ARGS)

load: $(VENV)/installed-load ## Put the shop under load, threads and asyncio, with the auditor on and off
	$(BIN)/python -m tests.load $(ARGS)

mutants: $(VENV)/installed-mutants ## Break a sample of lines on purpose, and count which of them the tests notice
	for area in plan inference derivation auditor; do $(BIN)/python -m tests.mutation $$area $(ARGS) || exit 1; done

matrix: $(VENV)/installed-matrix ## Run the tests on every Python, Django and database (needs the servers)
	$(BIN)/python -m nox $(ARGS)

next: $(VENV)/installed-matrix ## Run the tests on the newest release and pre-release of Django
	$(BIN)/python -m nox -s next -- $(ARGS)

python314: ## Install Python 3.14 from Debian's next release, beside this one's (Debian, as root)
	scripts/install-python314

clean: ## Remove what the other targets made
	rm -rf $(VENV) .nox build dist docs/_build .coverage .coverage.* .*_cache

$(VENV)/bin/pip:
	$(if $(PYTHON),,$(error No suitable Python was found))
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

# pip knows dependency groups since 25.1.
$(VENV)/installed-%: pyproject.toml | $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --editable . --group $*
	@touch $@
