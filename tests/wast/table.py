# SPDX-License-Identifier: Apache-2.0
"""The instruction table of the sources, as far as tests need it."""

import re
from collections import namedtuple

Row = namedtuple("Row", "id text immediate signature access feature traits")
LINE = re.compile(
    r'^ZHAN_OP\((\w+),\s*\w+,\s*\w+,\s*"([^"]+)",\s*(\w+),\s*(\w+),\s*(\d+),\s*(\w+),'
    r"\s*([^)]*)\)")


def rows(source):
    text = (source / "src" / "wasm" / "ops.def").read_text(encoding="utf-8")
    found = [LINE.match(line) for line in text.splitlines()]
    return [Row(*m.group(1, 2, 3, 4), int(m[5]), m[6], set(m[7].split(" | "))) for m in found if m]


def is_generated(row):
    """Whether values.py, accesses.py or atomics.py write its script."""
    return "value" in row.traits or bool(row.traits & {"load", "store"}) or is_atomic_access(row)


def is_atomic_access(row):
    return "atomic" in row.traits and re.search(r"\.atomic\.(load|store|rmw)", row.text) is not None
