# `make demo` and `make test` each do all the set-up they need.
BIN := .venv/bin
.DEFAULT_GOAL := help

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready  ## install into .venv, nothing else

.venv/.ready: pyproject.toml uv.lock scripts/bootstrap.sh
	@uv=$$(scripts/bootstrap.sh) && $$uv sync --frozen --quiet --extra postgres --extra desk --compile-bytecode
	@$(BIN)/python -m compileall -q src
	@touch $@

demo: setup      ## simulate a county of 100,000 bookings with faults and audit it
	@rm -rf build/demo && mkdir -p build/demo
	@$(BIN)/evenhand simulate --bookings 100000 --seed 1 --out build/demo/record
	@$(BIN)/evenhand audit build/demo/record --out build/demo/audit --fail-on never

static:          ## fetch the U.S. Web Design System for the desk
	@scripts/static.sh

messages: setup  ## make the desk's Spanish readable for Django
	@$(BIN)/python scripts/messages.py compile

serve: setup static messages ## start the desk on a made-up county, http://127.0.0.1:8000/
	@$(BIN)/evenhand serve --demonstration --folder build/desk

chromium:        ## install Chromium, in which the desk's pages are tested
	@scripts/chromium.sh

screenshots: setup static messages chromium ## take the pictures of the desk for its documentation
	@$(BIN)/python scripts/screenshots.py

interop:         ## install Go and its log packages, which the ledger is tested against
	@scripts/go.sh

test: setup static messages chromium interop lint ## all but the slow trials
	$(BIN)/pytest -m "not trial" -n 2 --dist worksteal

trials: setup static messages chromium ## the slow trials: kills, fuzzing, large simulations, browser, the desk on PostgreSQL, the statistics next to R, Spark
	@scripts/r.sh
	@scripts/java.sh
	@scripts/nginx.sh
	@uv=$$(scripts/bootstrap.sh) && $$uv sync --frozen --quiet --extra postgres --extra desk --extra spark
	$(BIN)/pytest -m trial -n 2 --dist loadfile
	EVENHAND_TEST_DATABASE=postgres $(BIN)/pytest tests/desk -m "not trial" -n 2 --dist worksteal
	EVENHAND_TEST_DATABASE=postgres $(BIN)/pytest tests/desk/browser -m trial -k "not every_look" -n 2

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup    ## write the formatting
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench-audit: setup ## the audit next to a bare scan, pandas and pm4py (BOOKINGS="1000000 10000000")
	@UV_PROJECT_ENVIRONMENT=build/bench "$$(scripts/bootstrap.sh)" run --frozen --quiet --compile-bytecode --group bench \
		python benchmarks/audit.py $(BOOKINGS)

clean:           ## remove what was built and installed
	rm -rf build .venv .uv

.PHONY: help setup static chromium screenshots messages serve demo interop test trials lint format bench-audit clean
