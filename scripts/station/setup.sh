#!/usr/bin/env bash
# Installs what the browser tests need (tests/station.rs): Chromium from Debian or Ubuntu where no Chromium or Chrome is on PATH, and Node's packages
# (package.json beside this file, held against the digests of its lock file) into target/station. Nothing of it is part of chartlift.
# `--look` installs nothing of the system's. Does nothing when all is there. Prints two lines: the path of node, and that of the browser.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
folder=target/station
mkdir -p "$folder"

say() { printf 'station: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Two tests that start at once must not install into one another.
exec 9>"$folder/.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi

browser_here() { command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable; }
if ! browser=$(browser_here); then
    [ "${1:-}" = --look ] && fail "no chromium on PATH; \`make test\` installs it"
    scripts/setup.sh chromium >&2 || fail "no chromium: the system's packages did not bring it"
    browser=$(browser_here) || fail "no chromium on PATH"
fi

found=$(scripts/node.sh 20)
node=$(sed -n 1p <<<"$found")
npm=$(sed -n 2p <<<"$found")
if ! cmp -s "$here/package-lock.json" "$folder/installed.json"; then
    say "installing Node's packages (6 MB)"
    rm -f "$folder/installed.json"
    cp "$here/package.json" "$here/package-lock.json" "$folder/"
    # No script of a package runs, and no browser is fetched.
    (cd "$folder" && "$node" "$npm" ci --silent --ignore-scripts --no-audit --no-fund >&2 </dev/null) \
        || fail "npm could not install them. To see why: cd $folder && npm ci --ignore-scripts"
    cp "$here/package-lock.json" "$folder/installed.json"
fi
printf '%s\n' "$node" "$browser"
