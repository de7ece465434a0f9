#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The stack-switching proposal's own tests, as they are and while collecting.
# $ZHAN_STACK_SWITCHING names a checkout of its repository, or the folder of the tests.
place=${ZHAN_STACK_SWITCHING:-$ZHAN_SOURCE/../shared/stack-switching}
if [ ! -d "$place" ]; then
  echo "skipped: no tests of the stack-switching proposal at $place (set ZHAN_STACK_SWITCHING)"
  exit 77
fi
tests=$place
[ -d "$place/test/core/stack-switching" ] && tests=$place/test/core/stack-switching
examples=$place/proposals/stack-switching/examples
[ -d "$examples" ] || examples=
set -- wast --quiet --feature stack-switching
"$ZHAN" "$@" "$tests" $examples || exit 1
"$ZHAN" "$@" --set fuel=on "$tests" $examples || exit 1
for how in gc-mode=in-place gc-mode=copying gc-stress-major=on; do
  "$ZHAN" "$@" --set gc-stress=1 --set $how --set gc-verify=on --set gc-poison=on "$tests" || exit 1
done
