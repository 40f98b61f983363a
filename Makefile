# Every developer command. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## install what running the server needs
	@scripts/setup.sh run

up: setup  ## run the server on this machine; Ctrl-C ends it
	@$(PYTHON) -m vexa up

demo:  ## a simulated meeting, a bot in it, the transcript on screen
	@scripts/setup.sh demo
	@$(PYTHON) -m vexa demo

test:  ## every test; installs what they need
	@scripts/setup.sh dev
	@$(PYTHON) scripts/run_tests.py

check:  ## linters, types, import rules, sizes
	@scripts/setup.sh dev
	@$(PYTHON) scripts/check.py

clients:  ## outside clients, unmodified, against a running server
	@scripts/setup.sh dev
	@$(PYTHON) scripts/clients.py

image-test:  ## build the all-in-one image and run it under every promise (as root)
	@scripts/image_test.sh $(PYTHON) scripts/image_test.py

seed-check:  ## every command of the deployment document, run as written on the image (as root)
	@scripts/image_test.sh $(PYTHON) scripts/seed_check.py

bench-speech:  ## our speech server beside the stock one; QUICK=1, SPEECH=DIR
	@scripts/setup.sh dev
	@$(PYTHON) scripts/bench_speech.py

bench-bots:  ## what bots cost in simulated meetings, and how they join; QUICK=1
	@scripts/setup.sh dev
	@$(PYTHON) scripts/bench_bots.py

scorecard:  ## what bots report of simulated meetings against the truth; QUICK=1, ONLY=, SPEECH=DIR
	@scripts/setup.sh dev
	@$(PYTHON) scripts/scorecard.py

bench-api:  ## measure the control plane
	@scripts/setup.sh dev
	@$(PYTHON) scripts/bench_api.py

fuzz-api:  ## hostile requests to every route
	@scripts/setup.sh dev
	@$(PYTHON) scripts/fuzz_api.py

race:  ## 50 requests for bots at once; RACE_ROUNDS=100
	@scripts/setup.sh dev
	@$(PYTHON) scripts/race.py

kill-test:  ## kill each process in a meeting; count what is lost
	@scripts/setup.sh dev
	@$(PYTHON) scripts/kill_test.py

bare-test:  ## demo and tests in a clean Debian 12 made by debootstrap (as root)
	@scripts/bare_test.sh

lock:  ## write the lock files anew from pyproject.toml
	@scripts/lock.sh

clean:  ## forget the state of `make up` and all caches
	@rm -rf .vexa reports build .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.PHONY: help setup up demo test check clients seed-check image-test bench-speech bench-bots bench-api fuzz-api race scorecard kill-test bare-test lock clean
