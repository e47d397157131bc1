#!/usr/bin/env bash
# Checks PDF files against PDF/A-1b with PDFBox's preflight: one line a file, reasons below those that are not valid; ends with another code than 0
# if there are any. Debian, Ubuntu: libpdfbox2-java libactivation-java libjaxb-api-java default-jre-headless (the two in the middle are parts of
# Java that PDFBox 2 still expects there).
set -euo pipefail

jars=/usr/share/java
path=$(printf '%s:' "$jars"/{preflight,pdfbox2,fontbox2,xmpbox,commons-logging,javax.activation,jaxb-api}.jar)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
realpath -- "$@" >"$place/list"
# Its index of the system's fonts goes where it is thrown away.
java -Djava.awt.headless=true -Dpdfbox.fontcache="$place" -Dorg.apache.commons.logging.Log=org.apache.commons.logging.impl.NoOpLog \
    -cp "$path" org.apache.pdfbox.preflight.Validator_A1b group "$place/list" | sed '/^$/d'
