#!/bin/sh
# Resolves the lock files from pyproject.toml: for all platforms and Pythons at once, with
# hashes. Packages already locked keep their version unless pyproject.toml forbids it; to renew all,
# delete the lock files first.
set -eu
cd "$(dirname "$0")/.."

command -v uv >/dev/null || {
    echo "make lock needs uv on the PATH (pip install uv)." >&2
    exit 1
}

# One version of a package for every Python: outputs must not depend on which one a reader has.
compile() {
    uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --fork-strategy fewest \
        --custom-compile-command "make lock" "$@"
}

compile pyproject.toml --output-file requirements.lock
compile --group pyproject.toml:dev --constraint requirements.lock --output-file requirements-dev.lock
compile --group pyproject.toml:tools --output-file requirements-tools.lock
# What Lab and the chapters need, for Binder, in the versions that readers have.
compile --group pyproject.toml:lab --constraint requirements.lock --output-file binder/requirements.txt
