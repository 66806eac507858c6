.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
export VIGIE_PORT ?= 8000
export VIGIE_HOME ?= $(CURDIR)/vigie-home

.PHONY: help run test test-thorough test-api test-browser test-services daemons test-daemons test-namespaces lint fix bench check lock messages rules wheel wheelhouse clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: .venv/run ## Start the demonstration: an invented region, its laboratory, its observatory
	@$(BIN)/vigie demo

test: .venv/dev ## Run the fast tests
	@tools/test $(TESTS)

test-thorough: .venv/dev ## Run what the fast tests leave out: every case of a rule, the demonstration
	@tools/test thorough

test-api: .venv/dev ## Have a machine ask every operation of the API, and hold the answers to the description
	@VIGIE_TEST_DEEP=20 $(BIN)/python -m pytest tests/api/test_schema.py

test-browser: .venv/dev ## Look at every page in a real browser, where there is one
	@$(BIN)/python -m pytest -m browser tests

test-services: .venv/dev ## Run the tests that need PostgreSQL and RabbitMQ, where they answer
	@$(BIN)/python -m pytest -m services tests
	@tools/test-on-postgresql

daemons: .venv/dev ## Unpack real daemons from Debian packages in .daemons/, and start each once (nothing is installed)
	@$(BIN)/python -m tools.daemons

test-daemons: .venv/dev ## Run the tests that need them, where they are unpacked
	@$(BIN)/python -m pytest -m daemons tests/daemons

test-namespaces: .venv/dev ## Count packets between network namespaces, where they can be made
	@$(BIN)/python -m pytest -m namespaces tests/namespaces

lint: .venv/dev ## Look for faults without running anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/python -m django makemigrations --check --dry-run --settings tests.settings

fix: .venv/dev ## Format, and mend what a machine can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev .venv/peers ## Measure; AREA=main (or fix, detect, exposed...) for one area
	@$(BIN)/python -m bench $(AREA)

check: lint test test-thorough test-api test-browser test-services test-daemons test-namespaces ## Everything that the continuous integration runs
	@$(MAKE) --no-print-directory bench AREA=main || echo "A figure was not reached (see above): measure again on a quiet machine."

lock: ## Write the locked dependencies again from pyproject.toml (needs uv)
	uv lock
	tools/export-locks

messages: .venv/dev ## Gather the texts to translate (needs gettext)
	$(BIN)/python tools/messages.py

rules: .venv/dev ## Write docs/rules again from the rules themselves
	$(BIN)/python -m tools.rules

wheel: .venv/dev ## Build the wheel, with its translations compiled
	$(BIN)/python -c "from vigie.config.catalogues import compile_stale; compile_stale()"
	$(BIN)/python -m hatchling build -t wheel

wheelhouse: ## Put every wheel of the demonstration in ./wheelhouse, for a closed network
	python3 -m pip download --require-hashes --dest wheelhouse -r requirements/run.txt

clean: ## Remove what was installed and the demonstration's state
	rm -rf .venv .daemons vigie-home

.venv/run: requirements/run.txt pyproject.toml
	@tools/install run

.venv/dev: requirements/dev.txt pyproject.toml
	@tools/install dev

.venv/peers: requirements/peers.txt
	@tools/install peers

export DJANGO_SETTINGS_MODULE := vigie.config.django
