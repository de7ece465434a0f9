#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every real program that tools/guests/fetch has brought, on $ZHAN. Skipped (77) where none was.
here=$(cd "$(dirname "$0")" && pwd)
guests=${ZHAN_GUESTS:-${XDG_CACHE_HOME:-$HOME/.cache}/zhan/guests}
[ -d "$guests/out" ] || { echo "no $guests/out; run tools/guests/fetch"; exit 77; }
exec "$here/../../tools/guests/run"
