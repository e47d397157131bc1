#!/usr/bin/env bash
# `make bench`: chartlift against the tesseract command line over the same pages, CPU and wall seconds of both, and their ratios.
#
#   scripts/bench.sh [FOLDER]      default: samples/scans
#   ROUNDS=N                       how often each is run, in turn (default 3); the median counts
#
# PDF files are made into 300 dpi pictures first (pdftoppm), because tesseract reads pictures only; chartlift gets the same pictures.
# tesseract only recognises; chartlift also extracts, decides and writes the archive.
set -euo pipefail
pages=${1:-}
[ -z "$pages" ] || pages=$(realpath "$pages")
cd "$(dirname "$0")/.."
pages=${pages:-$PWD/samples/scans}
rounds=${ROUNDS:-3}
jobs=$(nproc)

scripts/setup.sh tesseract-ocr poppler-utils
chartlift=$(realpath "${CARGO_TARGET_DIR:-target}/release/chartlift")
[ -x "$chartlift" ] || { printf 'bench: no %s; run: cargo build --release --locked\n' "$chartlift" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/pages"

# The same pages for all, under plain names; copies and files that tesseract cannot open are left out, so that no side skips work
# that the other does.
declare -A seen
count=0
while IFS= read -r -d '' file; do
    sum=$(sha256sum <"$file")
    [ -z "${seen[$sum]:-}" ] || continue
    seen[$sum]=1
    count=$((count + 1))
    name=$(printf '%s/pages/%05d' "$work" "$count")
    case "$(head -c 4 "$file" | od -An -tx1 | tr -d ' \n')" in
        25504446) pdftoppm -r 300 -gray -png "$file" "$name" 2>/dev/null || rm -f "$name"* ;;
        89504e47) cp "$file" "$name.png" ;;
        ffd8ff*) cp "$file" "$name.jpg" ;;
        49492a00 | 4d4d002a) cp "$file" "$name.tif" ;;
    esac
done < <(find "$pages" -type f -print0 | sort -z)
[ -n "$(ls -A "$work/pages")" ] || { printf 'bench: no pages below %s\n' "$pages" >&2; exit 1; }

run_chartlift() {
    rm -rf "$work/archive"
    local status=0
    "$chartlift" run "$work/pages" --out "$work/archive" --jobs "$jobs" --quiet </dev/null >"$work/out" 2>&1 || status=$?
    # 3: some file could not be read.
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || { cat "$work/out" >&2; exit 1; }
}
run_tesseract() {
    find "$work/pages" -type f -print0 | sort -z | xargs -0 -P "$jobs" -n 1 sh -c 'exec tesseract "$0" stdout tsv >/dev/null 2>&1' || true
}
run_limited() { OMP_THREAD_LIMIT=1 run_tesseract; }
run_plain() { (unset OMP_THREAD_LIMIT; run_tesseract); }

# Seconds of the median round, "cpu wall".
median() { sort -n "$1" | awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }'; }

TIMEFORMAT='%U %S %R'
for round in $(seq "$rounds"); do
    for side in chartlift limited plain; do
        printf 'bench: round %s of %s, %s\n' "$round" "$rounds" "$side" >&2
        { time "run_$side"; } 2>"$work/time"
        tail -n 1 "$work/time" | awk '{ print $1 + $2, $3 }' >>"$work/$side"
    done
done

read -r cpu wall < <(median "$work/chartlift")
read -r limited_cpu limited_wall < <(median "$work/limited")
read -r plain_cpu plain_wall < <(median "$work/plain")
printf '%s files with pages, %s jobs, median of %s rounds; tesseract %s\n\n' "$(find "$work/pages" -type f | wc -l)" "$jobs" "$rounds" \
    "$(tesseract --version 2>&1 | awk 'NR == 1 { print $2 }')"
printf '%-44s %9s %9s %12s %12s\n' '' 'CPU s' 'wall s' 'CPU ratio' 'wall ratio'
row() { awk -v n="$1" -v c="$2" -v w="$3" -v C="$cpu" -v W="$wall" 'BEGIN { printf "%-44s %9.1f %9.1f %12.2f %12.2f\n", n, c, w, c / C, w / W }'; }
row "chartlift run --jobs $jobs" "$cpu" "$wall"
row "xargs -P$jobs tesseract, OMP_THREAD_LIMIT=1" "$limited_cpu" "$limited_wall"
row "xargs -P$jobs tesseract" "$plain_cpu" "$plain_wall"
printf '\nRatios: seconds of the row over those of chartlift; above 1, chartlift needs less.\n'
