# Every step is a Python tool, so that it also runs without make; README names the commands.
# Usage: make book [PORT=8000]

PORT ?= 8000
VENV_PYTHON := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/python.exe,.venv/bin/python)
export TQDM_DISABLE := 1
export OMP_NUM_THREADS := 1

# The first of these that runs and is new enough; the plain name last, so that its error is shown.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; exit; }; \
  done; echo python3)

.PHONY: help setup book html serve pdf lab assign hub test lint format pins clean

help:
	@echo "make book   build the book and serve it on 127.0.0.1 (PORT=8000)"
	@echo "make html   build the book into _build/html"
	@echo "make pdf    print the whole book into _build/gate-by-gate.pdf (needs Chromium)"
	@echo "make lab    open the notebooks in JupyterLab"
	@echo "make assign PAGE=concepts/lstm   a student notebook (COURSE=DIR SITE=URL HIDDEN=FILE)"
	@echo "make hub    start JupyterHub on 127.0.0.1, for a class (PORT=8000)"
	@echo "make test   check everything: style, types, package, notebooks, book, browser"
	@echo "make lint   check style and types only      make format   put the style right"
	@echo "make setup  create the environment in .venv  make clean   remove what was built"

setup:
	@$(PYTHON) tools/setup_env.py

html: setup
	@$(VENV_PYTHON) tools/build_book.py

book: html serve

serve: setup
	@$(VENV_PYTHON) tools/serve.py --port $(PORT)

pdf: setup
	@$(VENV_PYTHON) tools/build_book.py
	@$(VENV_PYTHON) tools/print_book.py

# From within the folder that it shows, which nbgrader's extension else finds to be no course.
lab: setup
	@cd book && ../$(VENV_PYTHON) -m jupyterlab

# Without PAGE, all pages.
assign: setup
	@$(VENV_PYTHON) tools/assign.py $(or $(PAGE),--all) $(if $(COURSE),--course $(COURSE)) \
	  $(if $(SITE),--site $(SITE)) $(if $(HIDDEN),--hidden $(HIDDEN))

hub: setup
	@$(VENV_PYTHON) tools/hub.py --port $(PORT)

lint: setup
	@$(VENV_PYTHON) tools/check.py lint

format: setup
	@$(VENV_PYTHON) tools/check.py format

test: setup
	@$(VENV_PYTHON) tools/check.py all

pins: setup
	@$(VENV_PYTHON) tools/pins.py

clean:
	@$(PYTHON) -c "import shutil; shutil.rmtree('_build', ignore_errors=True)"
