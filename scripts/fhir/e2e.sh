#!/usr/bin/env bash
# `make e2e-server`: run, push, push again, pushes that are killed, pushes at once, against a real FHIR server that is started for it (e2e.py says what must hold).
#
#   SCANS=FOLDER     what is read (default: ../shared/charts/scans where it is there, else samples/scans)
#   ARCHIVE=FOLDER   an archive that is there already instead; it is copied, and its scans must still lie where they were read
#   SERVER=hfs       Helios FHIR Server 0.2.7 with SQLite, every write validated (default); built once by cargo into ~/.cache/chartlift: about 50 minutes of processor time
#                    and 5 GB while it builds, 134 MB afterwards. HFS=FILE names one that is there already.
#   SERVER=quick     the server of the tests (server.mjs)
#   CHARTLIFT=FILE   the program (default: target/release/chartlift, built if need be)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

version=0.2.7
server=${SERVER:-hfs}
"$here/setup.sh" >/dev/null
if [ "$server" = hfs ] && [ -z "${HFS:-}" ]; then
    root=${XDG_CACHE_HOME:-$HOME/.cache}/chartlift/hfs-$version
    HFS=$root/bin/hfs
    if ! [ -x "$HFS" ]; then
        printf 'e2e: building helios-hfs %s, once; about 50 minutes of processor time\n' "$version" >&2
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        CARGO_TARGET_DIR=$work cargo install helios-hfs --version "$version" --no-default-features --features R4,sqlite --locked --quiet --root "$root" </dev/null >&2
        rm -rf "$work"
    fi
fi
if [ -z "${CHARTLIFT:-}" ]; then
    cargo build --release --locked >&2
    CHARTLIFT=target/release/chartlift
fi
if [ -z "${SCANS:-}" ]; then
    SCANS=samples/scans
    if [ -d ../shared/charts/scans ]; then SCANS=../shared/charts/scans; fi
fi
exec python3 "$here/e2e.py" --server "$server" --hfs "${HFS:-}" --chartlift "$CHARTLIFT" --scans "$SCANS" --archive "${ARCHIVE:-}"
