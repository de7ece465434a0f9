#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The official suite again, with bounds compared instead of guarded.
suite=${ZHAN_TESTSUITE:-$ZHAN_SOURCE/../shared/testsuite}
if [ ! -d "$suite" ]; then
  echo "skipped: no official test suite at $suite (set ZHAN_TESTSUITE)"
  exit 77
fi
exec "$ZHAN" wast --quiet --set explicit-checks=on --failures "$ZHAN_SOURCE/tests/failures/interp.txt" "$suite"
