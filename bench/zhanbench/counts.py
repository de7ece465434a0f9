# SPDX-License-Identifier: Apache-2.0
"""Instruction counts of fixed cases by callgrind: the guard that no load of the machine moves."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from zhanbench import build, cases, engines

FILE = cases.ROOT / "bench" / "counts.txt"
LIMIT = 0.02
VALGRIND = shutil.which("valgrind")
# Small arguments: callgrind is some fifty times slower than the processor.
KERNELS = {
    "fib": 23,
    "gemm": 2,
    "heapsort": 5,
    "icall": 3000,
    "isum": 60,
    "nbody": 3000,
    "sha256": 10,
    "sieve": 3,
    "tree": 15,
    "triad": 60,
}


def wat_sample(folder):
    """A text module of some size, made here: a thousand functions with loops."""
    function = (
        "(func (param i32) (result i32) (local i32) (block (loop (br_if 1 (i32.ge_u "
        "(local.get 1) (local.get 0))) (local.set 1 (i32.add (local.get 1) (i32.const {}))) "
        "(br 0))) (local.get 1))\n"
    )
    path = folder / "large.wat"
    path.write_text("(module\n" + "".join(function.format(i + 1) for i in range(1000)) + ")\n")
    return path


def commands(zhan, folder):
    """The fifteen cases: name -> words."""
    built = cases.guests_folder() / "bench"
    table = {
        name: [zhan, "run", "--invoke", "run", str(built / f"{name}.wasm"), str(n)]
        for name, n in KERNELS.items()
    }
    text = wat_sample(folder)
    binary = folder / "large.wasm"
    subprocess.run([zhan, "parse", str(text), "-o", str(binary)], check=True, capture_output=True)
    table["start"] = [zhan, "run", str(built / "empty.wasm")]
    table["parse"] = [zhan, "parse", str(text), "-o", str(folder / "again.wasm")]
    table["print"] = [zhan, "print", str(binary)]
    table["validate"] = [zhan, "validate", str(binary)]
    table["gemm-simd"] = [zhan, "run", "--invoke", "run", str(built / "gemm-simd.wasm"), "2"]
    return table


def count(words):
    """Instructions of one run, by callgrind's own total. The environment is the same everywhere:
    the loader reads every variable."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [VALGRIND, "--tool=callgrind", f"--callgrind-out-file={folder}/out", *words],
            capture_output=True,
            text=True,
            check=False,
            env={"LC_ALL": "C"},
        )
        found = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode != 0 or not found:
            last = done.stderr.strip().splitlines()[-1:] or ["no output"]
            sys.exit(f"zhan-bench: {' '.join(words[1:])} failed under callgrind: {last[0]}")
        return int(found[1])


def recorded():
    if not FILE.exists():
        return {}
    pairs = (
        line.split()
        for line in FILE.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    return {name: int(number) for name, number in pairs}


def judge(old, new):
    """(word, change) for one case: worse and better are beyond the limit."""
    if not old:
        return "new", 0.0
    change = (new - old) / old
    return "WORSE" if change > LIMIT else "better" if change < -LIMIT else "", change


def table(old, new):
    lines = [f"{'case':<14}{'recorded':>14}{'now':>14}{'change':>9}"]
    for name, number in new.items():
        word, change = judge(old.get(name), number)
        lines.append(
            f"{name:<14}{old.get(name, 0):>14,}{number:>14,}{change:>+9.2%}  {word}".rstrip()
        )
    return "\n".join(lines)


def write(new):
    head = (
        "# SPDX-License-Identifier: Apache-2.0\n"
        "# Instructions of fixed cases under callgrind; `zhan-bench counts --bless` writes it.\n"
    )
    FILE.write_text(head + "".join(f"{n} {c}\n" for n, c in new.items()), encoding="utf-8")


def main(options):
    if not VALGRIND:
        sys.exit("zhan-bench: no valgrind; run tools/setup test")
    build.build_kernels()
    zhan = str(engines.zhan_program())
    with tempfile.TemporaryDirectory() as name:
        wanted = commands(zhan, pathlib.Path(name))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            new = dict(zip(wanted, pool.map(count, wanted.values())))
    old = recorded()
    print(table(old, new))
    if options.bless:
        write(new)
        return 0
    words = [judge(old.get(n), c)[0] for n, c in new.items()]
    if "better" in words or "new" in words:
        print("Some counts are better or new: record them with `bench/zhan-bench counts --bless`.")
    if "WORSE" in words:
        print("Some cases need over 2 % more instructions than bench/counts.txt says.")
    return 1 if options.check and "WORSE" in words else 0
