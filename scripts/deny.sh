#!/usr/bin/env bash
# `make deny`: checks licences, bans and sources against deny.toml; installs cargo-deny (some minutes) where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo deny --version >/dev/null 2>&1; then
    printf 'deny: installing cargo-deny\n' >&2
    cargo install cargo-deny --locked
fi
cargo deny --all-features check licenses bans sources
