# SPDX-License-Identifier: Apache-2.0
"""The table of cases, and how an output is compared with what is expected."""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


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
    compile: bool = False
    needs: list = dataclasses.field(default_factory=list)
    rounds: int | None = None  # at most; None: as many as the others
    inside: str = ""  # finds the figure that the program itself reports
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

    Some engines print the result of a function on standard error, one prints it as 0x2a:i32.
    """
    if case.invoke:
        for text in (out, err):
            typed = re.findall(rb"\b0x([0-9a-f]+):i32", text)
            if typed:
                return b"%d" % int(typed[-1], 16)
            numbers = re.findall(rb"(?:^|\s)(-?\d+)\s*$", text, re.M)
            if numbers:
                return numbers[-1]
        return b""
    if case.expect.get("kind") == "coremark":
        return b"\n".join(re.findall(rb"(?:\[0\])?(?:crc|seedcrc)\w*\s*: 0x[0-9a-f]+", out))
    return out


def complaint(output):
    """The line that says most: the last one that is no part of a backtrace."""
    text = output.decode(errors="replace").partition("Stack backtrace:")[0]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not re.match(r"at |Bun v|Node\.js v|\d+ \||\^", line)]
    return lines[-1][:160] if lines else "no output"


def check(case, code, out, err, files):
    """Empty when the run was right, else what was wrong with it."""
    expect = case.expect
    if code != expect.get("exit", 0):
        return f"exit code {code}: {complaint(err or out)}"
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


def expected(text):
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}


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
            "text": expected["stdout"].get("text", ""),
        }


def fill_kernel(case, entry, quick, folder):
    name, variant = entry["kernel"], entry.get("variant", "")
    n, checksum, quick_n, quick_checksum = kernel_table()[name]
    reduced = quick == "smoke"
    case.args = [quick_n if reduced else n]
    case.invoke = "run"
    text = quick_checksum if reduced else checksum
    case.expect = expected(text)
    case.module = folder / "bench" / f"{name}{'-' + variant if variant else ''}.wasm"
    if not variant:
        case.native = folder / "bench" / f"{name}-native"


def fill_text(case, entry, quick, folder):
    """A source of bench/text; like a kernel, but with its arguments and results in the table."""
    size = "smoke" if quick == "smoke" else "full"
    argument, result = entry[size]
    case.module = folder / "bench" / f"{entry['text']}.wasm"
    case.args, case.invoke = [argument], "run"
    case.expect = expected(result)


def fill_module(case, entry, quick, folder):
    case.module = folder / entry["module"]
    case.args = entry.get("quick_args", entry.get("args", [])) if quick else entry.get("args", [])
    case.validate = entry.get("validate", False)
    case.compile = entry.get("compile", False)
    expect = entry.get("expect")
    if expect is None:
        case.expect = expected(entry.get("prints", ""))
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
        case.needs, case.rounds = entry.get("needs", []), entry.get("rounds")
        case.inside = entry.get("inside", "")
        if "guest" in entry:
            guests.fill(case, entry["guest"])
        elif "kernel" in entry:
            fill_kernel(case, entry, quick, folder)
        elif "text" in entry:
            fill_text(case, entry, quick, folder)
        else:
            fill_module(case, entry, quick, folder)
        cases.append(case)
    return cases
