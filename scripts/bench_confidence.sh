#!/usr/bin/env bash
# `make bench-confidence`: how far the confidence can be trusted, on papers whose truth is known: out of fold, one layout left out at a time, and
# the shipped model's own figures beside it.
#
#   scripts/bench_confidence.sh [TRUTH.jsonl [ARCHIVE]]
#
# Without ARCHIVE the development charts are read where they lie beside the repository, else fixtures/practice, into target/bench-confidence (kept: a
# second run reads no page again). CHARTLIFT names the program.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${CHARTLIFT:-${CARGO_TARGET_DIR:-target}/release/chartlift}
truth=${1:-} archive=${2:-} work=target/bench-confidence
mkdir -p -m 700 "$work"
if [ -z "$archive" ]; then
    if [ -f ../shared/charts/truth.jsonl ]; then
        set=charts scans=../shared/charts/scans truth=${truth:-../shared/charts/truth.jsonl}
    else
        set=practice scans=fixtures/practice/scans
        if [ -z "$truth" ]; then
            cat fixtures/practice/truth-*.jsonl >"$work/practice.jsonl"
            truth=$work/practice.jsonl
        fi
    fi
    archive=$work/$set
    scripts/models.sh --try
    status=0
    "$program" run "$scans" --out "$archive" --redo understanding </dev/null || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || exit "$status"
fi
[ -n "$truth" ] || { printf 'bench-confidence: an archive needs its truth: make bench-confidence TRUTH=FILE ARCHIVE=FOLDER\n' >&2; exit 2; }
"$program" calibrate "$archive" --truth "$truth" --picture "$work/calibration.svg" --force
printf '\nThe picture: %s/calibration.svg\n' "$work"
