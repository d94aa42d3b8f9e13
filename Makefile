# Everything a newcomer, a developer and CI type. `make run` needs Python 3.11 or newer, and that is
# all: Node and npm come with the Python packages.

BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help run demo test e2e screenshots bench crash mutations check audit format chromium

help: ## Show this list.
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: .venv/installed ## Start the dashboard and the API, http://localhost:3000 unless told otherwise.
	@npm_registry=$$($(BIN)/npm config get registry) && \
	NPM_CONFIG_REGISTRY=$$npm_registry exec $(BIN)/reflex run --env prod

demo: .venv/installed ## Fill an empty installation with believable data.
	@$(BIN)/python -m services seed --profile small

# A file stays in one process: its tests share a server. More than four builds of the pages at once
# would only wait for each other.
test: .venv/installed-tools chromium ## Run every test.
	@$(BIN)/python -m pytest -n auto --maxprocesses=4 --dist=loadfile

e2e: .venv/installed-tools chromium ## Run only the tests of the whole, in a browser.
	@$(BIN)/python -m pytest tests/end_to_end

screenshots: .venv/installed-tools chromium ## Make the pictures in docs/screenshots anew.
	@KEEP_SCREENSHOTS=1 $(BIN)/python -m pytest tests/end_to_end/test_screenshots.py

# ARGS names single measurements and sizes: make bench ARGS="peers fairness --deliveries 10000".
# A peer that cannot be installed is left out, and the bench says so.
bench: .venv/installed-tools ## Measure speed, as ratios within one run.
	@$(MAKE) --no-print-directory .venv-bench/installed || true
	@$(MAKE) --no-print-directory tests/benchmarks/peers/node_modules/installed || true
	@$(BIN)/python -m tests.benchmarks $(ARGS)

.venv-bench/installed: requirements-bench.txt | .venv/bin/python
	@echo "Installing what the drain is compared with."
	@$(BIN)/python -m venv .venv-bench && echo '*' > .venv-bench/.gitignore
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
		-r requirements-bench.txt
	@touch $@

tests/benchmarks/peers/node_modules/installed: tests/benchmarks/peers/package.json
	@$(BIN)/npm install --silent --prefix tests/benchmarks/peers
	@touch $@

# ARGS makes it shorter: make crash ARGS="--kills 100 --database sqlite --all-in-one 0".
crash: .venv/installed-tools ## Kill it a thousand times and write docs/reliability.md.
	@$(BIN)/python -m tests.crash $(ARGS)

mutations: .venv/installed-tools ## Break what must not break, and see the tests find it.
	@$(BIN)/python -m tests.crash.mutations

check: .venv/installed-tools ## Check format, style, types, import directions and dangerous calls.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive dashboard models services rxconfig.py

audit: .venv/installed-tools ## Look for known holes in what is installed; asks the package index.
	$(BIN)/pip-audit --requirement requirements.txt

format: .venv/installed-tools ## Put the code into its form.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# A stamp each, so that nothing is installed again until a requirement changes.
.venv/installed: requirements.txt | .venv/bin/python
	@echo "Installing what Afterlead runs on. This takes a minute, once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-tools: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing the tools for tests and checks."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/installed $@

.venv/bin/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			"$$python" -m venv .venv || { rm -rf .venv; \
				echo "$$python cannot make a virtual environment; on Debian install python3-venv."; \
				exit 1; }; \
			exit 0; \
		fi; \
	done; \
	echo "Afterlead needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3.12"; \
	exit 1

# The browser of the tests: the system's, else Playwright's, else Debian's.
chromium: .venv/installed-tools
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		command -v google-chrome >/dev/null || $(BIN)/playwright install chromium || \
		{ apt-get update && apt-get install --yes --no-install-recommends chromium; }
