#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The official suite through `zhan wast`, and what is known to fail. $ZHAN_TESTSUITE names its folder.
suite=${ZHAN_TESTSUITE:-$ZHAN_SOURCE/../shared/testsuite}
if [ ! -d "$suite" ]; then
  echo "skipped: no official test suite at $suite (set ZHAN_TESTSUITE)"
  exit 77
fi
exec "$ZHAN" wast --quiet --failures "$ZHAN_SOURCE/tests/failures/interp.txt" "$suite"
