# SPDX-License-Identifier: Apache-2.0
"""The instruction table of the sources, as far as tests need it."""

import re
from collections import namedtuple

Row = namedtuple("Row", "id text immediate signature access feature traits")
LINE = re.compile(r'^ZHAN_OP\((\w+),\s*\w+,\s*\w+,\s*"([^"]+)",\s*(\w+),\s*(\w+),\s*(\d+),\s*(\w+),'
                  r"\s*([^)]*)\)")


def rows(source):
    text = (source / "src" / "wasm" / "ops.def").read_text(encoding="utf-8")
    found = [LINE.match(line) for line in text.splitlines()]
    return [Row(m[1], m[2], m[3], m[4], int(m[5]), m[6], set(m[7].split(" | "))) for m in found if m]
