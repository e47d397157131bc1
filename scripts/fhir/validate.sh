#!/usr/bin/env bash
# Holds FHIR bundles, resources and NDJSON against independent validators: scripts/fhir/validate.sh [--json] FOLDER|FILE...
# The faults are listed by file, place and rule, without what stands there; ends with 1 if there are any, with 2 if nothing was looked at.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
form=()
if [ "${1:-}" = --json ]; then form=(--json); shift; fi
files=()
while IFS= read -r -d '' file; do
    files+=("$file")
done < <(for each in "$@"; do find "$each" -type f \( -name '*.json' -o -name '*.ndjson' \) -print0 | sort -z; done)
if [ ${#files[@]} -eq 0 ]; then
    printf 'validate: no .json and no .ndjson file there. Usage: scripts/fhir/validate.sh FOLDER|FILE...\n' >&2
    exit 2
fi
node=$("$here/setup.sh")
faults=0
"$node" "$here/validate.mjs" "${form[@]}" "${files[@]}" || faults=$?
"$here/../../target/fhir/python/bin/python" "$here/validate.py" "${form[@]}" "${files[@]}" || faults=$?
exit "$faults"
