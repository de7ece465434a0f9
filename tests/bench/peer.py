#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for an engine in the tests of zhan-bench.

$PEER says how it behaves, or $PEER_NAME for one that is started by another NAME.
"""

import json
import os
import pathlib
import sys
import time

KNOWN = {"fib": "2584", "icall": "837415226", "sieve": "6542", "trees": "25774"}
ACCOUNT = "minor major pause_total pause_p50 pause_p99 pause_longest allocated peak".split()


def main():
    if sys.argv[1:] == ["--version"]:
        print("stand-in 1")
        return 0
    mine = "PEER_" + pathlib.Path(sys.argv[0]).stem.upper()
    behaviour = os.environ.get(mine) or os.environ.get("PEER", "")
    if behaviour == "hang":
        time.sleep(60)
    if behaviour == "crash":
        os.abort()
    if behaviour == "wrong":
        print(1)
        return 0
    if "--gc-stats-json" in sys.argv:
        print(json.dumps({key: 1000000 for key in ACCOUNT}), file=sys.stderr)
    if behaviour == "slow":
        time.sleep(0.2)
    if sys.argv[1:2] == ["parse"]:
        pathlib.Path(sys.argv[-1]).write_bytes(b"\0asm\1\0\0\0")
        return 0
    name = os.path.basename(sys.argv[-2]).removesuffix(".wasm")
    print(KNOWN[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
