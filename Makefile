# The verbs of the edition: `make help` lists them. Needs GNU make 3.81 or later, a POSIX shell and
# Python 3.11 to 3.13; everything else is installed into .venv (and, for tests, .venv-tools).
#
# Settings: PYTHON=python3.12 (which Python to set up with), PORT=8000 (make serve),
# ONLY="style types" (some of the checks of make test).

.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?=
PORT ?= 8000
ONLY ?=
CHAPTER ?= introduction
BIN := .venv/bin

# Packages on the reader's own path must not leak into the environment, nor settings of Python, git or the shell.
unexport PYTHONPATH PYTHONHOME CDPATH ENV BASH_ENV
unexport PYTHONASYNCIODEBUG PYTHONBREAKPOINT PYTHONCASEOK PYTHONCOERCECLOCALE PYTHONDEBUG PYTHONDEVMODE
unexport PYTHONDUMPREFS PYTHONINSPECT PYTHONINTMAXSTRDIGITS PYTHONIOENCODING PYTHONMALLOC PYTHONOPTIMIZE
unexport PYTHONPLATLIBDIR PYTHONPROFILEIMPORTTIME PYTHONSTARTUP PYTHONTRACEMALLOC PYTHONUSERBASE
unexport PYTHONUTF8 PYTHONVERBOSE PYTHONWARNINGS
unexport PYTEST_ADDOPTS PYTEST_PLUGINS MYPYPATH
unexport GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_PREFIX
export PYTHONNOUSERSITE := 1

SETUP := @PYTHON="$(PYTHON)" sh tools/setup.sh

.PHONY: help
help: ## List these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## Make or repair .venv (the other verbs do this by themselves)
	$(SETUP) reader

.PHONY: book
book: setup ## Re-execute what is stale and build _build/html/index.html
	@$(BIN)/edition build

.PHONY: serve
serve: setup ## Build the book and serve it on this machine, on PORT (8000)
	@$(BIN)/python tools/serve.py $(PORT)

.PHONY: lab
lab: setup ## Open the chapters in JupyterLab
	@$(BIN)/edition lab
	@$(BIN)/jupyter lab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/book \
		$(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: check
check: setup ## Check the data and the book's own files, in seconds
	@$(BIN)/edition check

.PHONY: run
run: setup ## Re-execute the stale chapters in place, without building
	@$(BIN)/edition run

.PHONY: test
test: ## Run every check (ONLY="style types" for some)
	$(SETUP) reader dev tools
	@$(BIN)/python tools/pango.py || true
	@$(BIN)/python tools/test.py $(ONLY)

.PHONY: judge
judge: ## Judge the pages with tools that need Node or Java (Lighthouse, the W3C's HTML checker)
	$(SETUP) reader dev
	@$(BIN)/python tools/judge.py

.PHONY: bench
bench: ## Measure pages, builds and growth side by side with stock Jupyter Book (an hour)
	$(SETUP) reader dev
	@$(BIN)/python tools/bench.py $(CHAPTER)
	@$(BIN)/python tools/bench_speed.py

.PHONY: prepare
prepare: ## Note that this tree is the content of its version, before its tag is set
	$(SETUP) reader dev
	@$(BIN)/edition prepare

.PHONY: release
release: ## Make dist/<name>-<version>/ from the tag on this commit
	$(SETUP) reader dev
	@$(BIN)/python tools/pango.py
	@$(BIN)/edition release

.PHONY: lock
lock: ## Resolve the lock files anew after a change in pyproject.toml (needs uv)
	@sh tools/lock.sh

.PHONY: clean
clean: ## Remove what was built; .venv stays
	@rm -rf _build .pytest_cache .mypy_cache .ruff_cache
	@find book src tests tools -depth \( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} \;

.PHONY: distclean
distclean: clean ## Remove the environments as well
	@rm -rf .venv .venv-tools .venv-judges
