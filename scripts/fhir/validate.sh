#!/usr/bin/env bash
# Holds FHIR bundles, resources and NDJSON against independent validators: scripts/fhir/validate.sh [--json] FOLDER|FILE...
# The faults are listed by file, place and rule, without what stands there; ends with 1 if there are any, with 2 if nothing was looked at.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
form=()
if [ "${1:-}" = --json ]; then form=(--json); shift; fi
list=$(mktemp)
trap 'rm -f "$list"' EXIT
# Names go by a file: an archive has more of them than a command line holds.
for each in "$@"; do
    find "$each" -type f \( -name '*.json' -o -name '*.ndjson' \) ! -name manifest.json ! -name export.json -print0 | sort -z >>"$list"
done
if ! [ -s "$list" ]; then
    printf 'validate: no .json and no .ndjson file there. Usage: scripts/fhir/validate.sh FOLDER|FILE...\n' >&2
    exit 2
fi
node=$("$here/setup.sh")
faults=0
"$node" "$here/validate.mjs" "${form[@]}" <"$list" || faults=$?
"$here/../../target/fhir/python/bin/python" "$here/validate.py" "${form[@]}" <"$list" || faults=$?
exit "$faults"
