#!/usr/bin/env bash
# Writes the three lock files from pyproject.toml: one version of each package for Python 3.11 and
# 3.12, with hashes and no address of any index.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=docker/monolithic/requirements-monolithic.txt
compile() {
    UV_NO_CONFIG=1 .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header \
        --no-annotate --no-emit-index-url --fork-strategy fewest --python-version 3.11 \
        pyproject.toml "$@"
}
compile -o "$lock"
compile --extra dev -c "$lock" -o requirements/dev.txt
compile --extra demo -c requirements/dev.txt -o requirements/demo.txt
