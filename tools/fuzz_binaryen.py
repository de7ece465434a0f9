# SPDX-License-Identifier: Apache-2.0
"""Modules of wasm-opt (binaryen) for tools/fuzz-compare: random bytes become a valid module by
`wasm-opt -ttf`; node calls what it exports and tells the outcomes. What such modules import comes
from a module made here, the same one in every engine: it folds what is logged into a global."""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOST_BYTES = 40_000
# All that binaryen can make but for what has no place in WebAssembly 3.0 or no one else runs.
LEFT_OUT = ("shared-everything", "strings", "fp16", "custom-descriptors", "stack-switching",
            "multibyte", "acquire-release-atomics", "relaxed-atomics", "compact-imports",
            "custom-page-sizes", "wide-arithmetic", "relaxed-simd")
FLAGS = ["-all", *(f"--disable-{name}" for name in LEFT_OUT), "--denan", "--emit-exnref", "-ttf"]
FOLDS = {"i32": "(i64.extend_i32_u (local.get 0))", "i64": "(local.get 0)",
         "f32": "(i64.extend_i32_u (i32.reinterpret_f32 (local.get 0)))",
         "f64": "(i64.reinterpret_f64 (local.get 0))",
         "v128": "(i64x2.extract_lane 0 (local.get 0))"}
VALUES = {"i32": "(i32.const 0)", "i64": "(i64.const 0)", "f32": "(f32.const 0)",
          "f64": "(f64.const 0)", "v128": "(v128.const i64x2 0 0)"}
HOST_VALUE = "(extern.convert_any (ref.i31 (i32.const 7)))"


def programs():
    """wasm-opt and node as command lines; None where one of them is not there."""
    optimiser = shutil.which(os.environ.get("WASM_OPT", "wasm-opt"))
    node = shutil.which(os.environ.get("NODE", "node"))
    if optimiser is None or node is None:
        return None
    with open(optimiser, "rb") as file:
        script = file.read(2) != b"\x7fELF"
    return ([node, optimiser] if script else [optimiser]), node


def split_types(text):
    """`i32 (ref null any)` as a list of types."""
    return re.findall(r"\([^()]*\)|[^\s()]+", text)


def signature(text):
    """Parameters and results of `func [i32] -> []`."""
    found = re.fullmatch(r"(?:func|tag) \[(.*)\] -> \[(.*)\]", text)
    return split_types(found[1]), split_types(found[2])


def in_text(kind):
    """A type as `zhan inspect` shows it, in the text format: (ref anyref) is (ref any)."""
    return re.sub(r"\((ref(?: null)?) (\w+)ref\)", r"(\1 \2)", kind)


def body(name, params, results):
    if name == "throw":
        return "(throw $wasmtag (local.get 0))"
    fold = FOLDS.get(params[0], "(i64.extend_i32_u (ref.is_null (local.get 0)))") if params else None
    text = f"(global.set $seen (i64.add (i64.mul (global.get $seen) (i64.const 31)) {fold}))" \
        if fold else ""
    return text + " ".join(VALUES.get(kind) or f"(ref.null {in_text(kind).removesuffix('ref')})"
                           for kind in results)


def support(imports):
    """The module that gives these imports, as text; None where one has a form not known here."""
    lines = ['(tag $wasmtag (export "wasmtag") (param i32))',
             '(tag (export "jstag") (param externref))',
             '(global $seen (export "seen") (mut i64) (i64.const 0))']
    for item in imports:
        name, kind = item["name"], item["type"]
        export = f'(export "{name}")'
        if kind.startswith("func "):
            params, results = signature(kind)
            head = " ".join(f"(param {in_text(p)})" for p in params) + " " + \
                " ".join(f"(result {in_text(r)})" for r in results)
            lines.append(f"(func {export} {head} {body(name, params, results)})")
        elif kind in ("global externref", "global (ref externref)"):
            lines.append(f"(global {export} {in_text(kind[7:])} {HOST_VALUE})")
        elif not kind.startswith("tag "):
            return None
    return "(module\n  " + "\n  ".join(lines) + ")\n"


def shape(exports):
    """What node calls and reads: functions of numbers, globals of numbers."""
    functions, globals_ = [], []
    for item in exports:
        name, kind = item["name"], item["type"]
        if kind.startswith("func "):
            params, results = signature(kind)
            if all(p in VALUES and p != "v128" for p in params) and "v128" not in results:
                functions.append({"name": name, "params": params, "results": results})
        elif kind.startswith("global "):
            globals_.append({"name": name, "type": kind.split()[-1]})
    numbers = [g for g in globals_ if g["type"] in VALUES and g["type"] != "v128"]
    return {"functions": functions, "globals": numbers}


def make(folder, seed, optimiser, zhan):
    """SEED.wasm with its support module and shape. False where this seed gives none."""
    random_bytes = random.Random(seed)
    bytes_file, module = folder / f"{seed}.bytes", folder / f"{seed}.wasm"
    bytes_file.write_bytes(random_bytes.randbytes(random_bytes.randrange(100, MOST_BYTES)))
    subprocess.run([*optimiser, *FLAGS, bytes_file, "-o", module], capture_output=True, timeout=60,
                   check=True)
    shown = subprocess.run([zhan, "inspect", "--json", module], capture_output=True, text=True,
                           check=False)
    if shown.returncode != 0:
        raise ValueError(f"zhan refuses {module}: {shown.stderr}")
    inspected = json.loads(shown.stdout)
    text = support(inspected["imports"])
    if text is None:
        return False
    (folder / f"{seed}.support.wat").write_text(text, encoding="utf-8")
    subprocess.run([zhan, "parse", folder / f"{seed}.support.wat", "-o",
                    folder / f"{seed}.support.wasm"], check=True)
    (folder / f"{seed}.shape").write_text(json.dumps(shape(inspected["exports"])), encoding="utf-8")
    return True


def generate(folder, seeds, zhan):
    """Modules and plans in `folder`; prints those that node cannot run."""
    optimiser, node = programs()
    made = [str(seed) for seed in seeds if make(folder, seed, optimiser, zhan)]
    planner = ROOT / "tools" / "fuzz-plan.mjs"
    for seed in made:
        try:
            told = subprocess.run([node, "--stack-size=4000", planner, seed], cwd=folder,
                                  capture_output=True, text=True, timeout=30, check=False)
            print(told.stdout, end="")
        except subprocess.TimeoutExpired:
            print(f"{seed}: node does not end")
