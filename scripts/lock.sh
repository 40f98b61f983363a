#!/usr/bin/env bash
# Writes the lock files from pyproject.toml and requirements/build.in: one version of each package
# for Python 3.11 and 3.12, with hashes and no address of any index.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=docker/monolithic/requirements-monolithic.txt
compile() {
    UV_NO_CONFIG=1 .venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header \
        --no-annotate --no-emit-index-url --fork-strategy fewest --python-version 3.11 "$@"
}
compile pyproject.toml -o "$lock"
compile pyproject.toml --extra dev -c "$lock" -o requirements/dev.txt
compile pyproject.toml --extra demo -c requirements/dev.txt -o requirements/demo.txt
# what builds the package itself, the same everywhere
compile requirements/build.in -c requirements/dev.txt -o requirements/build.txt
