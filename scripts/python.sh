#!/usr/bin/env bash
# Runs a Python script of this folder in a virtual environment of its own with the packages that the makers of samples and
# fixtures import. Needed only to make the files anew: the made files are in the repository.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=target/python
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv" || { printf 'python: no venv; on Debian: apt-get install python3-venv\n' >&2; exit 1; }
fi
"$venv/bin/python" -c 'import PIL, numpy, reportlab' 2>/dev/null || "$venv/bin/pip" install --quiet -r scripts/requirements.txt
exec "$venv/bin/python" "$@"
