#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The library exports exactly the functions of the header, under its soname.
# usage: symbols_test.sh LIBRARY SONAME HEADER
set -eu
declared=$(grep '^ZHAN_API' "$3" | sed 's/(.*//; s/.*[ *]//' | sort)
exported=$(nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort)
if [ "$declared" != "$exported" ]; then
  echo "declared and exported functions differ:"
  printf '%s\n' "$declared" > "${TMPDIR:-/tmp}/zhan-declared.$$"
  printf '%s\n' "$exported" | diff "${TMPDIR:-/tmp}/zhan-declared.$$" - || true
  rm -f "${TMPDIR:-/tmp}/zhan-declared.$$"
  exit 1
fi
readelf -d "$1" | grep SONAME | grep -qF "[$2]" || { echo "the soname is not $2"; exit 1; }
readelf -d "$1" | grep -q NODELETE || { echo "the library is not linked nodelete"; exit 1; }
echo "$(printf '%s\n' "$exported" | wc -l) functions"
