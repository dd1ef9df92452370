# Two commands for a new user: `make demo` and `make test`. The rest is for people who work on emowb.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-all check lint programs torture format samples screenshots clean

demo: .venv/.runtime ## install and run the main job, ending in the review screen
	$(BIN)/emowb demo

test: .venv/.dev ## install and run the tests
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

test-all: .venv/.dev ## all tests: also those in browsers, LaTeX and terminals, and those that start, steer and kill runs in processes
	$(BIN)/pytest -n 2 --dist loadfile

lint: .venv/.dev ## form, rules, types and who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## what must hold before a commit; CI runs all tests

programs: ## Debian's programs that some tests drive: a terminal multiplexer, a browser, LaTeX; without them those tests skip
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
		tmux chromium chromium-driver texlive-latex-base texlive-latex-recommended >/dev/null

torture: .venv/.dev ## kill a run two hundred times and see that nothing is lost
	EMOWB_TORTURE_KILLS=200 $(BIN)/pytest -s tests/pipeline/sending/test_torture.py

format: .venv/.dev ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

samples: .venv/.runtime ## redraw the sample sets
	$(BIN)/python -m workbench.embedded.samples samples

screenshots: .venv/.dev ## redraw the pictures of the documents
	$(BIN)/python docs/draw_screenshots.py

clean: ## forget the installed environment and all caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "emowb needs Python 3.11 or newer; set PYTHON=python3.x")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"

.venv/.runtime: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/.dev: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --editable . --group dev
	touch $@ .venv/.runtime
