#!/usr/bin/env bash
# Fuzzes the rules with odd word lists: scripts/fuzz.sh [SECONDS] (default 300). Installs cargo-fuzz where it is missing. Coverage guides it; no
# sanitizer is on, so that the stable compiler will do (the rules hold no unsafe code). A panic or a list that takes over 20 seconds stops it
# and leaves the list in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-300}
cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked
mkdir -p fuzz/corpus/odd_words
exec cargo fuzz run --sanitizer none odd_words -- -max_total_time="$seconds" -timeout=20 -max_len=4096 -rss_limit_mb=4096
