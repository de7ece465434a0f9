# SPDX-License-Identifier: Apache-2.0
"""The table of cases, and the modules that are built for it from sources in the tree."""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EMPTY = b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\5\3\1\0\1\7\x13\2\6memory\2\0\6_start\0\0\n\4\1\2\0\v"


@dataclasses.dataclass
class Case:
    name: str
    group: str  # its class
    clock: str
    module: pathlib.Path
    args: list = dataclasses.field(default_factory=list)
    invoke: str | None = None
    stdin: pathlib.Path | None = None
    stdin_from: "Case | None" = None
    files: list | None = None
    mount: str = "."
    env: dict = dataclasses.field(default_factory=dict)
    outputs: list = dataclasses.field(default_factory=list)
    validate: bool = False
    native: pathlib.Path | None = None
    expect: dict = dataclasses.field(default_factory=dict)

    def missing(self):
        needed = [self.module, *([self.stdin] if self.stdin else []), *(self.files or [])]
        return next((str(p) for p in needed if not p.exists()), None)


def cache_folder(name):
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(cache) / "zhan" / name


def guests_folder():
    return pathlib.Path(os.environ.get("ZHAN_GUESTS") or cache_folder("guests"))


def read_table():
    table = tomllib.loads((ROOT / "bench" / "cases.toml").read_text())
    return table["class"], table["case"]


def kernel_table():
    rows = {}
    for line in (ROOT / "bench" / "kernels" / "kernels.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            name, *rest = line.split("\t")
            rows[name] = rest
    return rows


def result_of(case, out, err=b""):
    """What is compared: the last integer, CoreMark's checksums, or everything printed.

    Some engines print the result of a function on standard error.
    """
    if case.invoke:
        for text in (out, err):
            numbers = re.findall(rb"(?:^|\s)(-?\d+)\s*$", text, re.M)
            if numbers:
                return numbers[-1]
        return b""
    if case.expect.get("kind") == "coremark":
        return b"\n".join(re.findall(rb"(?:\[0\])?(?:crc|seedcrc)\w*\s*: 0x[0-9a-f]+", out))
    return out


def check(case, code, out, err, files):
    """Empty when the run was right, else what was wrong with it."""
    expect = case.expect
    if code != expect.get("exit", 0):
        said = (err or out).decode(errors="replace").strip().splitlines()
        return f"exit code {code}: {said[-1][:160] if said else 'no output'}"
    if "sha256" in expect:
        if hashlib.sha256(result_of(case, out, err)).hexdigest() != expect["sha256"]:
            return "wrong output"
    for name, wanted in expect.get("files", {}).items():
        data = files.get(name)
        if data is None or hashlib.sha256(data).hexdigest() != wanted:
            return f"wrong output in {name}"
    return ""


def digest_of(entry):
    """tests/guests/expected.json has short texts themselves and anything else by hash."""
    if "text" in entry:
        return hashlib.sha256(entry["text"].encode()).hexdigest()
    return entry["sha256"]


class Guests:
    """The cases of tests/guests, as cases of ours."""

    def __init__(self, folder):
        tests = ROOT / "tests" / "guests"
        table = tomllib.loads((tests / "cases.toml").read_text())["case"]
        self.folder = folder
        self.table = {entry["name"]: entry for entry in table}
        self.expected = json.loads((tests / "expected.json").read_text())

    def fill(self, case, name):
        entry, expected = self.table[name], self.expected[name]
        case.module = self.folder / entry["module"]
        case.args = entry.get("args", [])
        case.env = entry.get("env", {})
        if "stdin" in entry and not entry["stdin"].startswith("case:"):
            case.stdin = self.folder / entry["stdin"]
        if "files" in entry:
            case.files = [self.folder / f for f in entry["files"]]
        case.mount = entry.get("mount", ".")
        case.outputs = entry.get("outputs", [])
        files = {n: digest_of(e) for n, e in expected.get("files", {}).items()}
        case.expect = {
            "exit": expected["exit"],
            "sha256": digest_of(expected["stdout"]),
            "files": files,
        }


def fill_kernel(case, entry, quick, folder):
    name, variant = entry["kernel"], entry.get("variant", "")
    n, checksum, quick_n, quick_checksum = kernel_table()[name]
    reduced = quick == "smoke"
    case.args = [quick_n if reduced else n]
    case.invoke = "run"
    text = quick_checksum if reduced else checksum
    case.expect = {"sha256": hashlib.sha256(text.encode()).hexdigest()}
    case.module = folder / "bench" / f"{name}{'-' + variant if variant else ''}.wasm"
    if not variant:
        case.native = folder / "bench" / f"{name}-native"


def fill_module(case, entry, quick, folder):
    case.module = folder / entry["module"]
    case.args = entry.get("quick_args", entry.get("args", [])) if quick else entry.get("args", [])
    case.validate = entry.get("validate", False)
    expect = entry.get("expect")
    if expect is None:
        case.expect = {"sha256": hashlib.sha256(b"").hexdigest()}
    elif expect == "coremark":
        case.expect = {"kind": "coremark", "agree": True}


def load(quick="", patterns=()):
    """All cases, or those of --quick; `quick` is "", "quick" or "smoke" (tiny sizes, for tests)."""
    import fnmatch

    classes, entries = read_table()
    clocks = {c["name"]: c["clock"] for c in classes}
    folder = guests_folder()
    guests = Guests(folder)
    cases = []
    for entry in entries:
        group = entry["class"]
        if patterns:
            if not any(fnmatch.fnmatchcase(n, p) for p in patterns for n in (entry["name"], group)):
                continue
        elif quick and not entry.get("quick"):
            continue
        case = Case(entry["name"], group, clocks[group], folder)
        if "guest" in entry:
            guests.fill(case, entry["guest"])
        elif "kernel" in entry:
            fill_kernel(case, entry, quick, folder)
        else:
            fill_module(case, entry, quick, folder)
        cases.append(case)
    return cases


def newer(target, *sources):
    return target.exists() and all(target.stat().st_mtime >= s.stat().st_mtime for s in sources)


def compiler():
    return os.environ.get("ZHAN_CLANG") or next(
        (c for c in ("clang-22", "clang-21", "clang-20", "clang-19", "clang") if shutil.which(c)),
        None,
    )


def build_tool(out):
    """The little program that starts, pins and measures processes."""
    source = ROOT / "bench" / "programs" / "spawn.c"
    out.parent.mkdir(parents=True, exist_ok=True)
    if not newer(out, source):
        command = [compiler() or "cc", "-O2", "-o", str(out), str(source)]
        subprocess.run(command, check=True)
    return out


def build_kernels():
    """Every kernel as wasm32, with vectors, as wasm64 and native, when its source is newer."""
    out = guests_folder() / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / "empty.wasm").write_bytes(EMPTY)
    clang = compiler()
    if clang is None:
        print("zhan-bench: no clang for the kernels", file=sys.stderr)
        return
    wasm = ["-nostdlib", "-Wl,--no-entry", "-std=c17"]
    variants = {
        ".wasm": ["--target=wasm32-unknown-unknown", *wasm],
        "-simd.wasm": ["--target=wasm32-unknown-unknown", "-msimd128", *wasm],
        "-wasm64.wasm": ["--target=wasm64-unknown-unknown", *wasm],
        "-native": [str(ROOT / "bench" / "programs" / "native_main.c")],
    }
    for source in sorted((ROOT / "bench" / "kernels").glob("*.c")):
        for suffix, flags in variants.items():
            target = out / f"{source.stem}{suffix}"
            if newer(target, source, source.with_name("kernel.h")):
                continue
            extra = ["-Dexport_name(x)=unused"] if suffix == "-native" else []
            command = [clang, "-O2", "-w", *extra, "-o", str(target), str(source), *flags]
            subprocess.run(command, check=False)


# Which name of tools/guests/fetch makes a module that is not called like it.
FETCHED = {"hello": "c", "files": "c", "containers": "cpp", "logstat": "rust", "qjs": "quickjs"}


def fetch_guests(cases):
    """Builds or downloads the programs that are missing; what fails is a marked cell later."""
    folder = guests_folder()
    names = set()
    for case in cases:
        missing = case.missing()
        if missing is None or str(folder / "bench") in missing or case.module.stem == "coremark":
            continue
        path = pathlib.Path(missing)
        kind = "large" if path.parent.name == "large" else path.stem
        names.add("inputs" if path.parent.name == "inputs" else FETCHED.get(kind, kind))
        if case.stdin or case.files:
            names.add("inputs")
    if names:
        print(f"fetching {' '.join(sorted(names))}", file=sys.stderr)
        subprocess.run(
            [str(ROOT / "tools" / "guests" / "fetch"), *sorted(names)],
            check=False,
            stdout=subprocess.DEVNULL,
        )


def build_coremark():
    """From a checkout of its public source, named by ZHAN_COREMARK; it is not part of the tree."""
    source = os.environ.get("ZHAN_COREMARK")
    target = guests_folder() / "out" / "coremark.wasm"
    clang = compiler()
    if not source or not clang or target.exists():
        return
    place = pathlib.Path(source)
    names = ["core_list_join", "core_main", "core_matrix", "core_state", "core_util"]
    files = [place / f"{n}.c" for n in names] + [place / "posix" / "core_portme.c"]
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            clang,
            "--target=wasm32-wasi",
            "-O2",
            "-w",
            f"-I{place}",
            f"-I{place}/posix",
            '-DFLAGS_STR="-O2"',
            "-DPERFORMANCE_RUN=1",
            "-D_WASI_EMULATED_PROCESS_CLOCKS",
            "-lwasi-emulated-process-clocks",
            "-o",
            str(target),
            *map(str, files),
        ],
        check=False,
    )
