#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in engine for the tests of the harnesses: its behaviour is named by the module's text."""

import pathlib
import sys
import time


def flags_of(arguments: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Splits `--flag value ...` from the module and its arguments."""
    flags: dict[str, list[str]] = {}
    at = 0
    while at + 1 < len(arguments) and arguments[at].startswith("--"):
        flags.setdefault(arguments[at], []).append(arguments[at + 1])
        at += 2
    return flags, arguments[at:]


def main() -> int:
    flags, (module, *arguments) = flags_of(sys.argv[1:])
    behaviour = pathlib.Path(module).read_text().split()
    folder = pathlib.Path(flags.get("--dir", ["."])[0].split("::")[0])
    if behaviour[0] == "echo":
        sys.stdout.buffer.write(sys.stdin.buffer.read())
        print(" ".join(arguments), *sorted(flags))
    elif behaviour[0] == "exit":
        print("going", file=sys.stderr)
        return int(behaviour[1])
    elif behaviour[0] == "write":
        (folder / behaviour[1]).write_text(behaviour[2])
        print(sorted(p.name for p in folder.iterdir()))
        print((folder / ".." / "secret.txt").exists())
    elif behaviour[0] == "sleep":
        time.sleep(float(behaviour[1]))
    elif behaviour[0] == "number":
        print("Result:", behaviour[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
