#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every instruction that computes, loads or stores, on scripts whose expected results come from
an oracle of its own (softfloat.py, scalars.py, vectors.py): nothing of the engine's meanings is
shared. ZHAN_KEEP=FOLDER keeps the scripts."""

import os
import pathlib
import subprocess
import sys
import tempfile

import accesses
import atomics
import table
import values

ZHAN = os.environ["ZHAN"]
SOURCE = pathlib.Path(os.environ["ZHAN_SOURCE"])


def script(row):
    if "value" in row.traits:
        return values.script(row)
    return atomics.script(row) if table.is_atomic_access(row) else accesses.script(row)


def write_scripts(folder):
    """A file an instruction; how many there are."""
    count = 0
    for row in filter(table.is_generated, table.rows(SOURCE)):
        (folder / f"{row.id}.wast").write_text(script(row), encoding="utf-8")
        count += 1
    return count


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(os.environ.get("ZHAN_KEEP", temporary))
        folder.mkdir(exist_ok=True)
        print(f"{write_scripts(folder)} instructions")
        codes = []
        for checks in ("off", "on"):
            words = ["wast", "--quiet", "--set", f"explicit-checks={checks}", str(folder)]
            run = subprocess.run([ZHAN, *words], capture_output=True, text=True, check=False)
            print(f"explicit-checks={checks}: {run.stdout}", run.stderr[:5000])
            codes.append(run.returncode)
        return max(codes)


if __name__ == "__main__":
    sys.exit(main())
