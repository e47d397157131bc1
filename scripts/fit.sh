#!/usr/bin/env bash
# Fits the confidence model anew, in one command: reads labelled scans without and with the second engine, and calibrates. What is measured comes out on
# standard output; config/confidence.toml is written.
#
#   scripts/fit.sh SCANS TRUTH.jsonl [WORK]
#
# WORK (default: target/fit) keeps the two archives: a second run after a change of rules alone reads no page again. CHARTLIFT names the
# program (default: the one that `cargo build --release` makes). Needs the second engine's model (scripts/models.sh).
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
# Names of files may be relative to where the script was called.
scans=$(realpath "$1") truth=$(realpath "$2") work=$(realpath -m "${3:-$(dirname "$0")/../target/fit}")
[ -n "${CHARTLIFT:-}" ] && CHARTLIFT=$(realpath "$CHARTLIFT")
cd "$(dirname "$0")/.."
scripts/models.sh
if [ -z "${CHARTLIFT:-}" ]; then
    cargo build --release --locked
    CHARTLIFT=${CARGO_TARGET_DIR:-target}/release/chartlift
fi
mkdir -p -m 700 "$work"
printf '[ocr.second]\ncrops_per_page = 0\nhandwriting_crops_per_page = 0\n' >"$work/alone.toml"

# Exit code 3: finished, some sources cannot be read; labelled scans may hold such on purpose.
read_all() {
    local status=0
    "$CHARTLIFT" run "$scans" --out "$work/$1" "${@:2}" </dev/null || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || { printf 'fit: the run ended with exit code %s\n' "$status" >&2; exit "$status"; }
}
read_all alone --config "$work/alone.toml" --redo understanding
read_all both --redo understanding
"$CHARTLIFT" calibrate "$work/both" --alone "$work/alone" --truth "$truth" --picture "$work/calibration.svg" --out config/confidence.toml --force
printf '\nfit: config/confidence.toml is written; build again. Look at the difference before keeping it, and at %s/calibration.svg.\n' "$work"
