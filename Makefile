# make run    start the app          (PORT=8501, ADDRESS=localhost, PYTHON=python3.12,
#                                    TORCH_INDEX=<CPU wheel index>)
# make dev    the same, reloading when a source changes
# make test   run all tests          (ARGS="-k spectrogram" is handed to pytest; WORKERS=0: one
#                                    after another, in one process)
# make test-quick   those that need neither a page nor a browser nor much time
# make lint   ruff, mypy, and import-linter's rules of who may import whom
# make bench  measure                (BENCH=bench/find_words.py ARGS="--data DIR" for another one)
# make clean  remove .venv and caches

PORT ?= 8501
ADDRESS ?= localhost
PYTHON ?=
TORCH_INDEX ?=
ARGS ?=
WORKERS ?= auto
BENCH ?= bench/latency.py

VENV := .venv
PY := $(VENV)/bin/python
# The stamps hold the time of the last finished install: a second call installs nothing.
VENV_READY := $(VENV)/.stamp-venv
RUN_READY := $(VENV)/.stamp-run
DEV_READY := $(VENV)/.stamp-dev
PYTEST := $(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# Python compiles a module when it is first imported: all of them at once take a minute more.
PIP := $(PY) -m pip install --disable-pip-version-check --no-compile $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)")

.PHONY: help run dev test test-quick lint format bench browser install install-dev clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

# "localhost" keeps the app private to this computer, and saves Streamlit from asking an outside
# service for the external address, so that it starts without a network.
run: $(RUN_READY)
	$(PY) -m streamlit run streamlit_app.py --server.address $(ADDRESS) --server.port $(PORT)

dev: $(RUN_READY)
	$(PY) -m tools.dev --server.address $(ADDRESS) --server.port $(PORT)

test: $(DEV_READY) browser
	$(PYTEST) $(ARGS)

test-quick: $(DEV_READY)
	$(PYTEST) -m "not page and not browser and not slow" $(ARGS)

lint: $(DEV_READY)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo --no-cache

format: $(DEV_READY)
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(RUN_READY)
	$(PY) -m $(subst /,.,$(basename $(BENCH))) $(ARGS)

browser: $(DEV_READY)
	@bash tests/helpers/setup_browser.sh $(PY)

install: $(RUN_READY)

install-dev: $(DEV_READY)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

# A launcher may exist and still not start (version managers), so each candidate is tried.
$(VENV_READY):
	@chosen=; \
	for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	  if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	    >/dev/null 2>&1; then chosen=$$candidate; break; fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	  echo "No Python 3.11, 3.12 or 3.13 found (tried: $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python))." >&2; \
	  echo "Install one of them, or name it: make run PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	echo "Creating $(VENV) with $$chosen ($$("$$chosen" --version))"; \
	rm -rf $(VENV); \
	"$$chosen" -m venv $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "Could not create a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	}
	@touch $@

$(RUN_READY): requirements.txt $(VENV_READY)
	@if [ -z "$(TORCH_INDEX)" ] && [ "$$(uname -s)-$$(uname -m)" = Linux-x86_64 ] \
	  && ! $(PY) -c 'import importlib.metadata as m; m.version("torch")' 2>/dev/null; then \
	  echo "Note: unless pip is set up for PyTorch's CPU wheels, torch brings gigabytes of CUDA files;" \
	    "TORCH_INDEX=<index of the CPU wheels, see pytorch.org> avoids that."; \
	fi
	$(PIP) -r requirements.txt
	@touch $@

$(DEV_READY): requirements-dev.txt $(RUN_READY)
	$(PIP) -r requirements-dev.txt
	@touch $@
