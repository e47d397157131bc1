#!/usr/bin/env bash
# A FHIR R4 server for tests on loopback, in memory: scripts/fhir/serve.sh [PORT]. The head of server.mjs says what it can and cannot.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
node=$("$here/setup.sh")
exec "$node" "$here/server.mjs" "$@"
