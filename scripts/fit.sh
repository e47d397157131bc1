#!/usr/bin/env bash
# Fits the confidence model anew, in one command: reads labelled scans without and with the second engine, fits, and writes
# config/confidence.toml. What is measured comes out on standard output.
#
#   scripts/fit.sh SCANS TRUTH.jsonl SCORE.py [WORK]
#
# WORK (default: target/fit) keeps the two archives: a second run after a change of rules alone reads no page again. CHARTLIFT names the
# program (default: the one that `cargo build --release` makes). Needs the second engine's model (scripts/models.sh) and numpy.
set -euo pipefail

[ $# -ge 3 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
# Names of files may be relative to where the script was called.
scans=$(realpath "$1") truth=$(realpath "$2") score=$(realpath "$3") work=$(realpath -m "${4:-$(dirname "$0")/../target/fit}")
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
if command -v python3 >/dev/null 2>&1 && python3 -c 'import numpy' 2>/dev/null; then python=(python3); else python=(scripts/python.sh); fi
"${python[@]}" scripts/fit_confidence.py "$work/alone/ledger.sqlite" "$work/both/ledger.sqlite" "$truth" "$score" --out config/confidence.toml
printf '\nfit: config/confidence.toml is written; build again. Look at the difference before keeping it.\n'
