#!/usr/bin/env bash
# Runs Python in a virtual environment of its own with the libraries of requirements.txt, and makes that if it is not there.
# Ends with 69 where the libraries cannot be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
venv=$root/target/python-doors

fail() { printf 'doors: %s\n' "$*" >&2; exit 69; }

mkdir -p "$root/target"
# Two tests that start at once must not install into one another.
exec 9>"$root/target/python-doors.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -c 'import ensurepip, venv' 2>/dev/null || "$root/scripts/setup.sh" python3-venv >&2 || fail "no python3-venv"
    python3 -m venv "$venv" >&2 || fail "python3 makes no virtual environment"
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --only-binary :all: -r "$here/requirements.txt" >&2 </dev/null \
        || fail "pip could not install $here/requirements.txt"
    cp "$here/requirements.txt" "$venv/installed.txt"
fi
exec 9>&-
exec "$venv/bin/python" "$@"
