# The only entry: `make help` lists what there is. Nothing needs to be installed first but Python 3.11 or newer.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run check check-code test test-long audit bench rush bench-faults deploy-faults corpus sizes lock clean

PYTHON ?= python3
BIN := .venv/bin
# Two processes fit two cores; more only where there are more
JOBS ?= 2
# A module stays on one process, for what its tests share; the order keeps the long ones early
PYTEST := $(BIN)/pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## make the environment and the front end (again only where something changed)
	@$(PYTHON) scripts/setup.py run
	@echo "→ All is set up. Next: make run"

run: ## serve a seeded site on 127.0.0.1:8000 (PORT=… and DATA_DIR=… override)
	@$(PYTHON) scripts/setup.py run
	@exec $(BIN)/python -m scripts.run

.PHONY: dev
dev: ## what checks and tests need, beside the environment
	@$(PYTHON) scripts/setup.py dev

check: dev check-code ## format, lint, types, import order, migrations, and the tests of the house's rules
	@echo "→ The rules of the house (tests/architecture)"
	@$(PYTEST) -q tests/architecture

check-code:
	@echo "→ Format and lint (ruff)"
	@$(BIN)/ruff format --check --quiet . || { echo "✗ Not formatted. Run: $(BIN)/ruff format ." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@echo "→ Types (mypy)"
	@$(BIN)/mypy --no-error-summary
	@echo "→ The order of the rooms (import-linter)"
	@$(BIN)/lint-imports > build/lint-imports.log || { cat build/lint-imports.log >&2; exit 1; }
	@echo "→ Migrations"
	@$(BIN)/kepuyue makemigrations --check --dry-run --verbosity 1 > build/migrations.log || { cat build/migrations.log >&2; \
		echo "✗ A model changed without a migration. Run: $(BIN)/kepuyue makemigrations -n a_name_that_says_what" >&2; exit 1; }

# The gate looks at a share of the long matrices, another one with each commit (tests/turns.py says which and how much);
# on PostgreSQL at what leans on the database and at a quarter of the other files. test-long looks at all of it.
test: ## everything that a change has to pass, on SQLite and on PostgreSQL
	@$(PYTHON) scripts/packages.py
	@$(PYTHON) scripts/setup.py dev
	@$(MAKE) --no-print-directory check-code
	@echo "→ All tests on SQLite, those in a browser included"
	@$(PYTEST)
	@echo "→ What leans on the database, on a PostgreSQL of its own"
	@$(BIN)/python -m scripts.postgres $(PYTEST) -m "not browser and not same_everywhere"

test-long: ## the same with every page and every pair of the long matrices
	@$(PYTHON) scripts/packages.py
	@$(PYTHON) scripts/setup.py dev
	@echo "→ All tests on SQLite, the long matrices whole"
	@$(PYTEST) --long
	@echo "→ All tests on a PostgreSQL of their own, the long matrices whole"
	@$(BIN)/python -m scripts.postgres $(PYTEST) --long

audit: dev ## licenses, and known holes of what is locked (asks PyPI and npm; ARGS="--format json")
	@$(BIN)/python -m scripts.audit $(ARGS)

bench: dev ## measure: start, memory, pages, saving, import (ARGS="--seconds 5 --format json")
	@$(BIN)/python -m bench $(ARGS)

rush: dev ## a morning of booking against a started server (ARGS="--seats 5000 --attempts 20000 --concurrency 512")
	@$(BIN)/python -m bench.rush $(ARGS)

bench-faults: dev ## kill processes while people book: nothing confirmed is lost (ARGS="--rounds 30")
	@$(BIN)/python -m bench.faults $(ARGS)

deploy-faults: dev ## the hosts of deploy/ as namespaces of this machine, and one thing after another breaks (as root)
	@$(BIN)/python -m bench.hosts $(ARGS)

corpus: dev ## read the real spreadsheets in DATA=DIR, which are not part of the project
	@test -n "$(DATA)" || { echo "✗ Name the folder: make corpus DATA=DIR" >&2; exit 1; }
	@$(BIN)/python -m scripts.corpus "$(DATA)"

sizes: ## the sizes of modules, functions and templates
	@$(PYTHON) scripts/sizes.py

lock: dev ## write the locked requirements anew from pyproject.toml (UPGRADE=1: newest versions)
	@for list in run dev setup node audit; do \
		case $$list in run) from="pyproject.toml";; dev) from="pyproject.toml --group dev";; \
			*) from="requirements/$$list.in";; esac; \
		echo "→ requirements/$$list.lock"; \
		$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
			$(if $(UPGRADE),--upgrade) $$from -o requirements/$$list.lock; \
	done

clean: ## remove what was built (not the data in var/)
	@rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	@rm -f kepuyue/locale/*/LC_MESSAGES/django.mo
	@echo "→ Removed the environment and everything built. Your data are still in var/."
