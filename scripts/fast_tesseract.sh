#!/usr/bin/env bash
# `make fast-tesseract`: builds the system's own version of libtesseract once more, for this machine's processor, optimised across files and
# without OpenMP, from the distribution's source package. The words that it reads are the same; what it saves is in the README.
#
# The result lies in PREFIX (default: ~/.local/lib/chartlift) and is used by programs that are started with LD_LIBRARY_PATH=PREFIX; nothing
# of the system is changed. It belongs to this kind of processor: build it anew on another.
set -euo pipefail
prefix=${PREFIX:-${XDG_DATA_HOME:-$HOME/.local}/lib/chartlift}
cd "$(dirname "$0")/.."

scripts/setup.sh cmake dpkg-dev libtesseract-dev libleptonica-dev
version=$(dpkg-query -W -f='${source:Version}' libtesseract-dev)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The source package of the very version that is installed. The system's list of sources may leave sources out: a copy of it, here alone,
# asks for them.
sources=$work/sources.list
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$list" ] && sed -n 's/^deb /deb-src /p' "$list"
done >"$sources"
parts=$work/parts; mkdir "$parts"
for list in /etc/apt/sources.list.d/*.sources; do
    [ -f "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" >"$parts/$(basename "$list")"
done
state=$work/state; mkdir -p "$state/lists/partial"
options=(-o "Dir::Etc::SourceList=$sources" -o "Dir::Etc::SourceParts=$parts" -o "Dir::State::Lists=$state/lists" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update -qq
(cd "$work" && apt-get "${options[@]}" source -qq --only-source "tesseract=$version" >/dev/null)
source=$(find "$work" -mindepth 1 -maxdepth 1 -type d -name 'tesseract-*' | head -n 1)
[ -n "$source" ] || { printf 'fast-tesseract: no source package of tesseract %s\n' "$version" >&2; exit 1; }

cmake -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DOPENMP_BUILD=OFF -DBUILD_TRAINING_TOOLS=OFF \
    -DDISABLE_CURL=ON -DDISABLE_ARCHIVE=ON -DGRAPHICS_DISABLED=ON -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON \
    -DCMAKE_CXX_FLAGS="-O3 -march=native" -DCMAKE_INSTALL_PREFIX="$work/out" >/dev/null
cmake --build "$work/build" --target libtesseract --parallel "$(nproc)" >/dev/null

mkdir -p "$prefix"
library=$(find "$work/build" -name 'libtesseract.so.*' -type f | head -n 1)
install -m 0755 "$library" "$prefix/libtesseract.so.5"
printf 'fast-tesseract: %s/libtesseract.so.5, version %s. Start chartlift with LD_LIBRARY_PATH=%s\n' "$prefix" "$version" "$prefix"
