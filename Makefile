# What one does with a checkout. `make` alone lists it; everything works without root and without Docker.
# Two meshes side by side: make up GATEWAY_HOME=/somewhere GATEWAY_PORT=8081

.DEFAULT_GOAL := help
.PHONY: help build up start down stop reload status logs test lint bench ledger-cost load fuzz chaos recovery
.PHONY: compose-test
.DELETE_ON_ERROR:

UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
OWN_UV := $(filter .uv/bin/uv,$(UV))
MESH_HOME := $(or $(GATEWAY_HOME),$(CURDIR))
USERS ?= 20
TIME ?= 60s
ARGS ?=
export UV_PROJECT_ENVIRONMENT := .venv
export PIP_ROOT_USER_ACTION ?= ignore
unexport VIRTUAL_ENV
# The system's certificates where it has any: a company's own is among them.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS ?= true
endif

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: .venv/.mesh ## the environment that the mesh runs in, from uv.lock

up: .venv/.mesh ## start the mesh, wait until it answers, try it (also: make start)
	@.venv/bin/portcullis up

start: up

down: .venv/.mesh ## stop the mesh in order (also: make stop)
	@.venv/bin/portcullis down

stop: down

reload: .venv/.mesh ## have the running mesh take a changed gateway.toml, without losing a request
	@.venv/bin/portcullis reload

status: .venv/.mesh ## what runs
	@.venv/bin/portcullis status

logs: .venv/.mesh ## follow the logs
	@.venv/bin/portcullis logs

test: .venv/.dev ## all tests; some of them: make test ARGS=tests/unit
	.venv/bin/pytest --numprocesses 2 $(ARGS)

lint: .venv/.dev ## style, types, and who imports whom
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/.dev ## the benchmarks, with their ratios
	UV="$(UV)" .venv/bin/python -m bench $(ARGS)

ledger-cost: .venv/.dev ## what the ledger costs as it grows to 2 million tasks, into docs/ledger-cost.md
	.venv/bin/python -m bench.ledger --write $(ARGS)

load: .venv/.mesh ## Locust without a screen against the running mesh: make load USERS=20 TIME=60s
	@.venv/bin/portcullis status >/dev/null || { echo "The mesh does not run; start it with: make up"; exit 1; }
	.venv/bin/dotenv -f "$(MESH_HOME)/.env" run -- .venv/bin/locust -f loadtest/locustfile.py --headless \
	  --users $(USERS) --spawn-rate $(USERS) --run-time $(TIME) --html "$(MESH_HOME)/var/load-test.html" \
	  --host "$$(sed -n 's/.*"url": "\([^"]*\)".*/\1/p' "$(MESH_HOME)/var/mesh.json")"

fuzz: .venv/.dev ## coverage-guided fuzzing of the screening: make fuzz ARGS="--seconds 600"
	$(UV) sync --quiet --frozen --inexact --group fuzz
	.venv/bin/python -m fuzz $(ARGS)

chaos: .venv/.dev ## break a mesh of its own under load, count what is left: make chaos SECONDS=180 BROKER=rabbitmq
	.venv/bin/python -m tests.chaos $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TASKS),--tasks $(TASKS)) \
	  $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(if $(DATABASE),--database $(DATABASE)) \
	  $(if $(BROKER),--broker $(BROKER)) $(ARGS)

recovery: .venv/.dev ## how soon what was lost runs again
	.venv/bin/python -m tests.chaos recovery $(ARGS)

compose-test: .venv/.dev ## the same mesh in containers, tried from outside
	deploy/docker/compose-test $(ARGS)

# --inexact: what a developer has installed besides stays.
.venv/.mesh: pyproject.toml uv.lock $(OWN_UV)
	$(UV) sync --quiet --frozen --inexact --no-default-groups --group native --group load
	@touch $@

.venv/.dev: pyproject.toml uv.lock $(OWN_UV)
	$(UV) sync --quiet --frozen --inexact
	@touch $@ .venv/.mesh

# pip into a folder, which systems that protect their Python allow, too; a virtual environment where there is no pip.
.uv/bin/uv: deploy/native/uv.txt
	@rm -rf .uv
	@if python3 -m pip --version >/dev/null 2>&1; then \
	  python3 -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --target .uv -r $<; \
	elif python3 -m venv .uv/env >/dev/null 2>&1; then \
	  .uv/env/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $< \
	  && mkdir -p .uv/bin && ln -s ../env/bin/uv .uv/bin/uv; \
	else \
	  echo "Neither uv, pip nor venv is here. Install one of them: apt install python3-venv, or https://docs.astral.sh/uv"; \
	  exit 1; \
	fi
	@touch $@
