#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the built preview 1 and wasi-threads tests of the public WASI test suite, if a copy of it is
at hand.

ZHAN_WASI_TESTSUITE names a folder that holds NAME.wasm and NAME.json files somewhere below, as
the suite's branch of built tests does; each is run by the program $ZHAN in a copy of its folder.
Without the variable the test is skipped.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
DEFAULTS = {"args": [], "root": None, "dirs": [], "env": {}, "exit_code": 0, "stdout": None, "stderr": None}


def specification(module):
    """What a test is given and what it must answer; files without one exit with 0."""
    path = module.with_suffix(".json")
    given = json.loads(path.read_text()) if path.exists() else {}
    return DEFAULTS | given


def remove_leftovers(folder):
    for left in list(folder.rglob("*.cleanup")):
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


def command(zhan, module, spec, folder):
    line = [zhan, "run"]
    if spec["root"]:
        line += ["--dir", f"{folder / spec['root']}::/"]
    for name in spec["dirs"]:
        line += ["--dir", f"{folder / name}::{name}"]
    # Without it the tests accept the errnos of every system; those of environ_* count variables.
    strict = {} if module.name.startswith("environ_") else {"ERRNO_MODE_UNIX": "1"}
    for key, value in (spec["env"] | strict).items():
        line += ["--env", f"{key}={value}"]
    return line + [str(module)] + spec["args"]


def execute(line):
    """Standard input is there and stays empty: a thread may wait for it until another ends it."""
    read, write = os.pipe()
    try:
        return subprocess.run(line, stdin=read, capture_output=True, timeout=120, check=False)
    finally:
        os.close(read)
        os.close(write)


def run(zhan, module):
    """None, or what was wrong."""
    spec = specification(module)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "tests"
        shutil.copytree(module.parent, folder, symlinks=True,
                        ignore=shutil.ignore_patterns("*.wasm", "*.json"))
        remove_leftovers(folder)
        line = command(zhan, module, spec, folder)
        try:
            done = execute(line)
        except subprocess.TimeoutExpired:
            return "does not end"
    if done.returncode != spec["exit_code"]:
        return f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[:400]}"
    for name, got in (("stdout", done.stdout), ("stderr", done.stderr)):
        if spec[name] is not None and got.decode(errors="replace") != spec[name]:
            return f"{name}: {got[:200]!r}, not {spec[name]!r}"
    return None


def main():
    folder = os.environ.get("ZHAN_WASI_TESTSUITE")
    zhan = os.environ.get("ZHAN")
    if not folder or not zhan or not os.access(zhan, os.X_OK):
        print("SKIPPED: ZHAN_WASI_TESTSUITE names no folder of built tests, or $ZHAN is not built")
        return SKIPPED
    modules = sorted(path for path in pathlib.Path(folder).rglob("*.wasm")
                     if "wasip3" not in str(path))
    failures = 0
    for module in modules:
        wrong = run(zhan, module)
        if wrong:
            failures += 1
            print(f"FAILED {module.parent.parent.parent.name}/{module.stem}: {wrong}")
    print(f"{len(modules) - failures} of {len(modules)} tests of the WASI test suite pass")
    return 1 if failures or not modules else 0


if __name__ == "__main__":
    sys.exit(main())
