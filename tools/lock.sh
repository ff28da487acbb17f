#!/bin/sh
# Resolves requirements/*.in into locks with hashes and without the name of any registry.
set -eu
cd "$(dirname "$0")/.."
export UV_PYTHON_DOWNLOADS=never
for name in installer all; do
    .venv/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        --no-annotate "$@" "requirements/$name.in" --output-file "requirements/$name.lock"
done
