# SPDX-License-Identifier: Apache-2.0
"""Values, functions and assertions as the text of a script."""

from scalars import TYPES, Trap
from softfloat import F32, F64
from vectors import Choice, Lanes, split


def constant(letter, value):
    """A value of a type (i, I, f, F, v), or what a result must match."""
    if isinstance(value, Choice):
        return f"(either {' '.join(constant(letter, v) for v in value.choices)})"
    if isinstance(value, Lanes):
        fmt = F32 if value.bits == 32 else F64
        lanes = " ".join(fmt.literal(lane) for lane in value.lanes)
        return f"(v128.const {'f32x4' if value.bits == 32 else 'f64x2'} {lanes})"
    if letter == "v":
        return "(v128.const i32x4 " + " ".join(f"0x{lane:x}" for lane in split(value, 32)) + ")"
    if letter in "fF":
        return f"({TYPES[letter]}.const {(F32 if letter == 'f' else F64).literal(value)})"
    return f"({TYPES[letter]}.const 0x{value:x})"


def types(word, letters):
    return f" ({word} {' '.join(TYPES[x] for x in letters)})" if letters else ""


def function(name, params, results, body, extra=""):
    signature = types("param", params) + types("result", results)
    return f'(func (export "{name}"){signature}{extra} {body})'


def local(index):
    return f"(local.get {index})"


def invocation(name, params, args):
    return f'(invoke "{name}"' + "".join(" " + constant(p, a) for p, a in zip(params, args)) + ")"


def assertion(name, params, args, letters, results):
    call = invocation(name, params, args)
    if results and isinstance(results[0], Trap):
        return f'(assert_trap {call} "{results[0]}")'
    return f"(assert_return {call}" + "".join(
        " " + constant(x, r) for x, r in zip(letters, results)) + ")"
