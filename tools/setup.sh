#!/bin/sh
# Prepares .venv from the hash-locked requirements and installs Rantai into it, editable. Called by `make setup`.
set -eu
cd "$(dirname "$0")/.."
PYTHON="${PYTHON:-python3}"
# Bytecode is kept where it is first needed, the rest is compiled by `make warm`.
unset PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=0 PIP_DISABLE_PIP_VERSION_CHECK=1

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Rantai needs Python 3.11 or newer; '$PYTHON' is $("$PYTHON" --version 2>&1). Set PYTHON=/path/to/python3.11." >&2
    exit 1
}
if [ ! -x .venv/bin/python ]; then
    "$PYTHON" -m venv .venv || {
        echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv." >&2
        exit 1
    }
fi

# A company's own certificate authority stands in the system's store, where pip looks too.
export UV_NATIVE_TLS=true UV_SYSTEM_CERTS=true

install_with_uv() {
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/installer.lock &&
        .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes \
            requirements/installer.lock requirements/all.lock
}
install_with_pip() {
    echo "uv could not install; pip does it, more slowly." >&2
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/all.lock
}
install_with_uv || install_with_pip

# hatchling stands in the lock, so the build needs no download of its own.
if [ -x .venv/bin/uv ]; then
    .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
else
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
fi
