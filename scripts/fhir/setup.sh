#!/usr/bin/env bash
# Installs what the FHIR checks of the tests need into target/fhir, and nothing of it is part of chartlift:
#   * Node's packages (package.json beside this file, held against the digests of its lock file);
#   * a Python environment with a validator (requirements.txt).
# Does nothing when all is there. Prints the path of node.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
folder=target/fhir
mkdir -p "$folder"

say() { printf 'fhir: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Two tests that start at once must not install into one another.
exec 9>"$folder/.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi

venv=$PWD/$folder/python
pip=("$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --no-deps --only-binary :all:)
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
    rm -rf "$venv"
    python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/setup.sh python3-venv
    python3 -m venv "$venv" >&2 || fail "python3 makes no virtual environment; mend what it says above, then repeat."
    "${pip[@]}" -r "$here/requirements.txt" >&2 </dev/null || fail "pip could not install $here/requirements.txt; mend what it says above, then repeat."
    cp "$here/requirements.txt" "$venv/installed.txt"
fi

found=$(scripts/node.sh 18) || exit 1
node=$(sed -n 1p <<<"$found")
npm=$(sed -n 2p <<<"$found")

if ! cmp -s "$here/package-lock.json" "$folder/installed.json"; then
    say "installing Node's packages (10 MB)"
    rm -f "$folder/installed.json"
    cp "$here/package.json" "$here/package-lock.json" "$folder/"
    # No script of a package runs. medplum asks for a newer Node; what is used of it runs on 18.
    (cd "$folder" && "$node" "$npm" ci --silent --ignore-scripts --no-audit --no-fund >&2 </dev/null) \
        || fail "npm could not install them. To see why: cd $folder && npm ci --ignore-scripts"
    cp "$here/package-lock.json" "$folder/installed.json"
fi
printf '%s\n' "$node"
