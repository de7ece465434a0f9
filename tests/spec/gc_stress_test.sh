#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The official suite with a collection at every allocation, checked before and after.
suite=${ZHAN_TESTSUITE:-$ZHAN_SOURCE/../shared/testsuite}
if [ ! -d "$suite" ]; then
  echo "skipped: no official test suite at $suite (set ZHAN_TESTSUITE)"
  exit 77
fi
for how in gc-mode=in-place gc-mode=copying gc-stress-major=on; do
  "$ZHAN" wast --quiet --set gc-stress=1 --set $how --set gc-verify=on --set gc-poison=on \
    --failures "$ZHAN_SOURCE/tests/failures/interp.txt" "$suite" || exit 1
done
