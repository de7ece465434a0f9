#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The bench kernels, compiled here, give the recorded checksums on $ZHAN. Skipped (77) without a
# compiler for WebAssembly.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
clang=${ZHAN_CLANG:-clang-22}
command -v "$clang" >/dev/null || { echo "no $clang"; exit 77; }
command -v "wasm-ld${clang#clang}" >/dev/null || { echo "no wasm-ld${clang#clang}"; exit 77; }
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
"$here/../../bench/kernels/build" "$folder"
"$here/../../bench/compare" --quick --rounds 1 --kernels "$folder" \
    --engine "zhan=${ZHAN:-$here/../../build/release/zhan} run --invoke run {file} {n}"
