#!/usr/bin/env bash
# `make demo`: installs, builds, reads samples/scans into demo-archive/ and says where to look.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cargo build --release --locked

# A fresh folder each time: the demonstration shows the whole job, not a resumed one. Only what a run wrote is removed.
archive=demo-archive
if [ -e "$archive" ] && [ ! -f "$archive/ledger.sqlite" ]; then
    printf 'demo: %s is there and is no archive of chartlift; move it away, then repeat.\n' "$archive" >&2
    exit 1
fi
rm -rf "$archive"

status=0
"${CARGO_TARGET_DIR:-target}/release/chartlift" run samples/scans --out "$archive" </dev/null || status=$?
# 3: all done, some sources failed. The samples hold a broken file on purpose.
if [ "$status" -ne 0 ] && [ "$status" -ne 3 ]; then
    printf 'demo: the run ended with exit code %s\n' "$status" >&2
    exit "$status"
fi

printf '\nEvery value with page, box, confidence and status:  %s/fields.csv\n' "$archive"
printf 'FHIR R4 transaction Bundles, accepted values only:  %s/bundles/\n' "$archive"
printf 'What waits for a person, and why:                   %s/review/queue.csv\n' "$archive"
