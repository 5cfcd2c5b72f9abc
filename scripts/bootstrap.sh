#!/bin/sh
# Prints the path of a usable uv, installing one into .uv/ when the machine has none.
set -eu
if command -v uv >/dev/null 2>&1; then command -v uv; exit 0; fi
here=$(cd "$(dirname "$0")/.." && pwd)
if [ ! -x "$here/.uv/bin/uv" ]; then
    if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
        # Debian ships python3 without venv and pip.
        echo "python3-venv is missing: installing it" >&2
        sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
        $sudo apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq python3-venv >&2
    fi
    rm -rf "$here/.uv"
    python3 -m venv "$here/.uv" >&2
    "$here/.uv/bin/pip" install --quiet --disable-pip-version-check 'uv>=0.9' >&2
fi
echo "$here/.uv/bin/uv"
