# make demo     the whole loop on a real Label Studio, from nothing
# make install  leaves .venv/bin/standpunkt
# make check    lint, types, imports, fast tests: two minutes, no server, no browser
# make test     all checks and tests, with a real Label Studio and a real browser
# make stress   what is small in the tests, in full: faults, kills, sizes; kept in docs/measured
# make bench    figures side by side with peers; nothing is asserted; kept in docs/measured
# make mutants  small changes of the most important modules that no test notices; half an hour
# make dist     sdist and wheel, and the fast tests on what they install: minutes
# make docs     the documentation as a site in .docs/site; a broken link fails
# make plan     draws the floor plan of docs/contributing.md again
# make peers    what other packages make of the same ratings, for the tests; an environment of their own

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# the tests' own server and data, never the user's
export STANDPUNKT_TEST_HOME ?= $(CURDIR)/.test-home
# where Python may keep no compiled files, each process of a run compiles all tests again: ten seconds each
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo install check lint doctest test stress bench mutants dist peers plan docs format clean

demo: install
	$(BIN)/standpunkt demo

install: $(VENV)/.installed

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Standpunkt needs Python 3.11, 3.12 or 3.13")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	@echo "Standpunkt's packages go into $(VENV): 1 GB, once; some minutes"
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[serve]'
	touch $@

$(VENV)/.tested: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[test,check]'
	touch $@ $(VENV)/.installed

lint: $(VENV)/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

doctest: $(VENV)/.tested
	$(BIN)/pytest -q --doctest-modules schemas exports train annotate

# one core each for the first two, the output of each in one piece where make can (GNU make 4)
check: $(VENV)/.tested
	$(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) lint doctest
	$(BIN)/pytest -q -n 2 -m "not studio and not browser and not slow"

test: check
	sh tests/install-packages.sh
	$(BIN)/pytest -q -n 2 --dist loadscope --maxfail=10 -m "studio or browser or slow"

stress: $(VENV)/.tested
	STANDPUNKT_STRESS=1 sh tests/install-packages.sh
	$(BIN)/python tests/tools/measured.py --stress

.venv-bench/.installed: tests/benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install -q --disable-pip-version-check -r tests/benchmarks/requirements.txt
	touch $@

bench: $(VENV)/.tested .venv-bench/.installed
	$(BIN)/python tests/tools/measured.py tests/benchmarks/bench_*.py

mutants: $(VENV)/.tested
	$(BIN)/python tests/tools/mutants.py

.venv-dist/bin/pyproject-build:
	$(PYTHON) -m venv .venv-dist
	.venv-dist/bin/python -m pip install -q --disable-pip-version-check build

dist: .venv-dist/bin/pyproject-build
	.venv-dist/bin/python tests/tools/check_dist.py

.venv-peers/.installed: tests/peers/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install -q --disable-pip-version-check -r tests/peers/requirements.txt
	touch $@

peers: .venv-peers/.installed
	.venv-peers/bin/python tests/peers/produce_golden.py

plan: $(VENV)/bin/python
	$(BIN)/python tests/tools/draw_plan.py

docs: $(VENV)/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[docs]'
	$(BIN)/python tests/tools/make_docs.py

format: $(VENV)/.tested
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .venv-peers .venv-bench .venv-dist .test-home build dist .docs *.egg-info
