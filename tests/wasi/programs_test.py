#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small WASI programs through `zhan run`: streams, exit codes, directories, refusals."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
NOTCAPABLE, NOENT, ROFS, LOOP, PIPE = 76, 44, 69, 32, 64
failures = 0


def check(what, got, expected):
    global failures
    if got != expected:
        failures += 1
        print(f"FAILED {what}: {got!r}, not {expected!r}")


def run(zhan, *line, **more):
    return subprocess.run([zhan, "run", *map(str, line)], capture_output=True, timeout=60, **more)


def streams(zhan):
    echo = PROGRAMS / "echo.wat"
    for size in (0, 1, 65536, 1_000_000):
        data = os.urandom(size)
        done = run(zhan, echo, input=data)
        check(f"echo of {size} bytes", (done.returncode, done.stdout == data), (0, True))
    with open(__file__, "rb") as source:
        check("echo of a file", run(zhan, echo, stdin=source).stdout,
              pathlib.Path(__file__).read_bytes())
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run([zhan, "run", str(echo)], input=b"x", stdout=write_end, timeout=60,
                          stderr=subprocess.PIPE)
    os.close(write_end)
    check("a broken pipe", done.returncode, PIPE)


def waiting(zhan):
    """A guest that waits for input for ever ends at the timeout."""
    read_end, write_end = os.pipe()
    begin = time.monotonic()
    done = subprocess.run([zhan, "run", "--timeout", "1s", str(PROGRAMS / "echo.wat")],
                          stdin=read_end, capture_output=True, timeout=60)
    check("exit code of a timeout", done.returncode, 124)
    check("the timeout is kept", time.monotonic() - begin < 20, True)
    os.close(read_end)
    os.close(write_end)


def directories(zhan):
    program = PROGRAMS / "open.wat"
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        box = top / "box"
        box.mkdir()
        (box / "file").write_text("x")
        (top / "secret").write_text("x")
        (box / "up").symlink_to("../secret")
        (box / "absolute").symlink_to(top / "secret")
        (box / "self").symlink_to("self")
        (box / "good").symlink_to("file")
        cases = {"file": 0, "good": 0, "none": NOENT, "self": LOOP}
        for path in ("../secret", "/etc/passwd", "../../etc/passwd", "up", "absolute"):
            cases[path] = NOTCAPABLE
        for path, errno in cases.items():
            done = run(zhan, "--dir", f"{box}::/", program, path)
            check(f"open {path}", done.returncode, errno)
        check("create", run(zhan, "--dir", f"{box}::/", program, "new", "c").returncode, 0)
        check("created", (box / "new").exists(), True)
        readonly = f"{box}::/:ro"
        check("read only", run(zhan, "--dir", readonly, program, "file").returncode, 0)
        check("no new file", run(zhan, "--dir", readonly, program, "more", "c").returncode, ROFS)
        check("not created", (box / "more").exists(), False)


def main():
    zhan = os.environ.get("ZHAN")
    if not zhan or not os.access(zhan, os.X_OK):
        print("SKIPPED: $ZHAN is not built")
        return SKIPPED
    streams(zhan)
    waiting(zhan)
    directories(zhan)
    print("WASI programs:", f"{failures} failures" if failures else "all right")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
