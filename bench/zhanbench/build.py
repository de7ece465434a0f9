# SPDX-License-Identifier: Apache-2.0
"""The modules that are built from sources in the tree, and the programs that are fetched."""

import os
import pathlib
import shutil
import subprocess
import sys

from zhanbench.cases import ROOT, guests_folder

EMPTY = b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\5\3\1\0\1\7\x13\2\6memory\2\0\6_start\0\0\n\4\1\2\0\v"


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


def build_texts(zhan):
    """The modules of bench/text, made binary by zhan itself."""
    out = guests_folder() / "bench"
    for source in sorted((ROOT / "bench" / "text").glob("*.wat")):
        target = out / f"{source.stem}.wasm"
        if not newer(target, source):
            command = [str(zhan), "parse", str(source), "-o", str(target)]
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)


def build_threads():
    """The programs of bench/threads, whose shared memory is the host's."""
    out, clang = guests_folder() / "bench", compiler()
    flags = ["--target=wasm32-unknown-unknown", "-std=c17", "-matomics", "-mbulk-memory"]
    link = "-nostdlib -Wl,--no-entry,--shared-memory,--import-memory,--export-memory"
    sizes = ",--initial-memory=33554432,--max-memory=67108864"
    for source in sorted((ROOT / "bench" / "threads").glob("*.c")) if clang else []:
        target = out / f"{source.stem}.wasm"
        if not newer(target, source, source.with_name("threads.h")):
            command = [clang, "-O2", *flags, *(link + sizes).split(), "-o", str(target)]
            subprocess.run([*command, str(source)], check=False)


# Which name of tools/guests/fetch makes a module that is not called like it.
FETCHED = {
    "hello": "c",
    "files": "c",
    "containers": "cpp",
    "hello-cpp": "cpp",
    "logstat": "rust",
    "hello-rust": "rust",
    "qjs": "quickjs",
    "exceptions-legacy": "exceptions",
    "exceptions-exnref": "exceptions",
    "lua-legacy": "lua",
    "lua-exnref": "lua",
    "kotlin-collections": "kotlin",
    "kotlin-shapes": "kotlin",
}


def missing_guests(cases):
    """The names that tools/guests/fetch knows of what these cases lack."""
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
    return sorted(names)


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
