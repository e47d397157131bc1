#!/usr/bin/env bash
# Installs what the build needs and is missing: on Debian and Ubuntu by apt-get, elsewhere it says what is wanted.
# Does nothing, and asks for no rights, when all is there. Never asks a question.
set -euo pipefail

# libtesseract and leptonica with headers; libclang for the bindings; the English model; a compiler for SQLite.
packages=(build-essential pkg-config libtesseract-dev libleptonica-dev libclang-dev tesseract-ocr-eng "$@")

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

if ! command -v cargo >/dev/null 2>&1; then
    # Not every shell that CI starts has read the profile that rustup wrote.
    if [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
        fail "cargo is in ${CARGO_HOME:-$HOME/.cargo}/bin, which is not on PATH. Run: . \"${CARGO_HOME:-$HOME/.cargo}/env\""
    fi
    fail "no cargo on PATH. Install Rust 1.94 or newer, for instance with rustup (https://rustup.rs), then repeat."
fi

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    say "this is neither Debian nor Ubuntu; nothing is installed. chartlift needs:"
    say "  a C compiler, pkg-config, libtesseract 5 and leptonica with headers, libclang, and eng.traineddata."
    if command -v pkg-config >/dev/null 2>&1 && pkg-config --exists tesseract lept; then
        say "pkg-config finds tesseract and lept: going on."
        exit 0
    fi
    fail "pkg-config does not find tesseract and lept. Install them with the system's own package manager, then repeat."
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || fail "not root, and no sudo. As root, run: apt-get install --no-install-recommends ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq </dev/null \
        || say "apt-get update failed; trying with the lists that are there"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >&2 \
        || fail "apt-get could not install ${missing[*]}. Mend what it says above, then repeat."
fi

# rustup's minimal profile has neither; a distribution's cargo brings its own.
for component in rustfmt clippy; do
    tool=$([ "$component" = clippy ] && echo cargo-clippy || echo cargo-fmt)
    if ! "$tool" --version >/dev/null 2>&1; then
        command -v rustup >/dev/null 2>&1 || { say "no $tool: \`make test\` will want it"; continue; }
        rustup component add "$component" </dev/null >&2 || say "rustup could not add $component: \`make test\` will want it"
    fi
done
