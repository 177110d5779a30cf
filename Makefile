# Baton: everything a checkout needs. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := .setup-stamp
BATON_HOME ?= .baton
DEMO := brightwater-utilities
HELD_OUT := deal_f
# Written deals that the reading head leaves alone: what is weighed on top of it learns from them.
UNSEEN := deal_i,deal_j,deal_k,deal_l,deal_s,deal_t,deal_u,deal_v
DEMO_PAGE := $(BATON_HOME)/demo/$(DEMO).html

# Nothing that runs here may look for a model hub or send telemetry.
export BATON_HOME
export HF_HUB_OFFLINE := 1
export TRANSFORMERS_OFFLINE := 1
export ANONYMIZED_TELEMETRY := False
export TOKENIZERS_PARALLELISM := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: FORCE help setup demo serve test test-browser test-hostile test-samples test-postgres test-model test-injection test-server check format bench bench-web bench-scale screenshots eval train tree clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Create .venv and install Baton into it (needs Python 3.11 or newer)

# A stamp without its environment counts for nothing.
$(STAMP): pyproject.toml constraints.txt $(if $(wildcard $(BIN)/python),,FORCE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Baton needs Python 3.11 or newer. Run: make setup PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

demo: setup ## Index the three demo deals and print a brief
	@$(BIN)/baton index data --each
	@mkdir -p $(dir $(DEMO_PAGE))
	@$(BIN)/baton brief $(DEMO) --format html --output $(DEMO_PAGE)
	@$(BIN)/baton brief $(DEMO) --format md
	@echo
	@echo "The same brief as a page: $(DEMO_PAGE)"
	@echo
	@echo "Try next:"
	@echo "  $(BIN)/baton ask $(DEMO) 'When does the contract renew?'"
	@echo "  $(BIN)/baton promises $(DEMO)"
	@echo "  $(BIN)/baton gaps $(DEMO)"

test: setup ## Run the tests
	@$(BIN)/python -m pytest

test-model: setup ## Long tests of the agent: 500 faults, three demo deals, planted instructions
	@$(BIN)/python -m pytest -m long -s tests/test_model_long.py tests/test_model_injection.py

test-injection: setup ## Planted instructions of a benchmark's cases.jsonl, each in five carriers: CASES=FILE (an hour; EVERY=10 for a tenth)
	@BATON_INJECTION_CASES=$(CASES) BATON_INJECTION_EVERY=$(or $(EVERY),1) $(BIN)/python -m pytest -m long -s -rs tests/test_model_injection.py -k benchmark

test-server: setup ## The agent against a real server with a tiny random model (minutes)
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[server]'
	@$(BIN)/python -m pytest -m server tests/test_model_server.py

test-hostile: setup ## Try 400 and more bad files and 1,000 good ones (half an hour)
	@HOSTILE=all $(BIN)/python -m pytest tests/test_hostile.py

test-samples: setup ## Read authentic exports that are no part of this repository: SAMPLES=DIR
	@SAMPLES=$(SAMPLES) $(BIN)/python -m pytest tests/test_samples.py -rs

test-postgres: setup ## The record in a real PostgreSQL server of the tests' own (apt install postgresql; minutes)
	@$(BIN)/python -m pytest -m postgres -rs tests/test_store.py tests/test_postgres.py tests/test_review.py tests/test_pipeline.py tests/test_crash.py

test-browser: setup ## Run the pages in a headless Chromium (apt install chromium, or BATON_CHROMIUM)
	@$(BIN)/python -m pytest tests/test_browser.py -m browser

serve: setup ## Open the pages and the API on this machine
	@$(BIN)/baton serve

check: setup ## Formatting, lint, types, layering
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## Format the code and apply the lint's safe fixes
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## Measure the speeds and print them beside their goals
	@$(BIN)/python -m eval.bench

bench-web: setup ## Let 20 users read and ask at once for 5 minutes (after `make demo`)
	@$(BIN)/python -m eval.bench_web

bench-scale: setup ## 5,000 accounts, 1,000,000 chunks (an hour, 25 GB of disk): SCALE="--accounts 500 --chunks 100000" for less
	@$(BIN)/python -m eval.bench_scale $(SCALE)

screenshots: setup ## Take the pictures of the pages in docs/ (after `make demo`)
	@$(BIN)/python -m tests.screenshots

eval: setup ## Score the demo deals against their gold facts
	@$(BIN)/baton eval

train: setup ## Train both heads again from what is written in eval/dev (half an hour on two cores)
	@$(BIN)/python -m eval.train.reader_head --epochs 5 --holdout deal_f,deal_h,deal_p --without $(UNSEEN)
	@$(BIN)/python -m eval.train.answer_head --holdout $(HELD_OUT)

tree: setup ## Write the README's tree anew from the module docstrings
	@$(BIN)/python tests/test_docs.py

clean: ## Remove the indexes, caches and the virtual environment
	rm -rf $(VENV) $(STAMP) .baton .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
