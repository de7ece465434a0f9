# SPDX-License-Identifier: Apache-2.0
"""What is measured once beside the rounds: the collector's own account, and the small measures."""

import json
import pathlib
import subprocess
import tempfile
import time

from zhanbench import build, measure
from zhanbench.cases import ROOT, cache_folder, guests_folder

LONG = 5e9  # nanoseconds of a run that is not repeated
SECONDS = 25  # kept for this at the end of a budget
MICRO = {
    "call_nothing": "call from the host, no values",
    "call_with_a_value": "call from the host, one value in and out",
    "call_the_host": "call of the host, two values in, one out",
    "instantiate": "instantiate (one page, a table of 16)",
    "grow_memory": "memory.grow by a page",
}


def add(data, engines, cases, path, end=None):
    """Fills data["gc"] and data["micro"] where they are not yet, and saves. `end` (of
    time.monotonic) is when to stop; what is left out then is not in the report."""

    def left(most):
        return most if end is None else min(most, end - time.monotonic())

    for case in [c for c in cases if "gc" in c.needs]:
        if case.name not in data.setdefault("gc", {}) and left(120) > 0:
            account = collector_account(data, engines[0], case, left(120))
            if account:
                data["gc"][case.name] = account
    whole = data["meta"]["quick"] != "smoke" and len({c.group for c in cases}) > 3
    for engine in engines if whole else []:
        if engine.name not in data.setdefault("micro", {}) and left(60) > 0:
            found = micro(engine, left(60)) if engine.present() else {}
            if found:
                data["micro"][engine.name] = found
    measure.save(path, data)


def collector_account(data, zhan, case, seconds):
    """What the collector says of the quickest of three runs, or of one that is long."""
    end = time.monotonic() + seconds
    best = None
    for _ in range(3):
        account = one_account(data, zhan, case, end - time.monotonic())
        if account and (best is None or account["wall"] < best["wall"]):
            best = account
        if account is None or account["wall"] > LONG or end < time.monotonic() + LONG / 1e9:
            break
    return best


def one_account(data, zhan, case, seconds):
    """What the collector says of one run, and how long that took, in nanoseconds."""
    if not measure.times(data, case.name, "zhan"):
        return None
    with tempfile.TemporaryDirectory(prefix="zhan-bench-") as name:
        folder = pathlib.Path(name)
        words = zhan.command(case, folder)
        words.insert(words.index("run") + 1, "--gc-stats-json")
        spawner = measure.Spawner(cache_folder("bench") / "spawn", seconds)
        usage, _, err = spawner.run(words, folder, True, case.stdin)
    try:
        account = json.loads(err.decode(errors="replace").strip().splitlines()[-1])
        return None if usage["late"] else {**account, "wall": usage["wall"] * 1e9}
    except (ValueError, IndexError, TypeError):
        return None


def library():
    """wasmtime's library for C programs, from its package for Python."""
    return cache_folder("peers") / "wasmtime-api/wasmtime/linux-x86_64/_libwasmtime.so"


def c_program():
    """The small measures through the C interface of that library, built when it is not."""
    source = ROOT / "bench" / "programs" / "wasm_api_micro.c"
    out = cache_folder("bench") / "wasm_api_micro"
    if library().exists() and build.compiler() and not build.newer(out, source, library()):
        words = [build.compiler(), "-O2", "-o", str(out), str(source), str(library())]
        subprocess.run([*words, f"-Wl,-rpath,{library().parent}"], check=False)
    return str(out)


def micro_command(engine):
    module = guests_folder() / "bench" / "micro.wasm"
    script = ROOT / "bench" / "programs" / "micro.mjs"
    program = str(engine.program)
    return {
        "zhan": [
            str(pathlib.Path(program).with_name("zhan-micro")),
            "--benchmark_format=json",
            "--benchmark_min_time=0.2",
        ],
        "wasmtime": [c_program(), str(module)] if engine.name == "wasmtime" else [],
        "node": [program, str(script), str(module)],
        "bun": [program, str(script), str(module)],
        "wazero": [program, "-micro", str(module)],
        "wazero-interp": [program, "-interp", "-micro", str(module)],
    }.get(engine.name)


def micro(engine, seconds=60):
    """{measure: nanoseconds}, empty where the engine cannot be asked."""
    command = micro_command(engine)
    try:
        done = subprocess.run(command or [], capture_output=True, timeout=seconds, check=True)
        answer = json.loads(done.stdout)
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return {}
    return google(answer) if "benchmarks" in answer else {k: answer[k] for k in MICRO}


def google(answer):
    """The form of Google Benchmark; what is counted in items is a time for each item."""
    units = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    found = {}
    for row in answer["benchmarks"]:
        name = row["name"].split("/")[0]
        if name in MICRO and "cpu_time" in row:
            each = row["cpu_time"] * units[row["time_unit"]]
            found[name] = 1e9 / row["items_per_second"] if "items_per_second" in row else each
    return found
