# SPDX-License-Identifier: Apache-2.0
"""What the scalar instructions mean, by name. A result is bits, a kind of NaN, or a Trap."""

from softfloat import F32, F64, FORMATS

TYPES = {"i": "i32", "I": "i64", "f": "f32", "F": "f64", "v": "v128"}
DIVISION = "integer divide by zero"


class Trap(str):
    """The text of a trap."""


def mask(bits):
    return (1 << bits) - 1


def signed(x, bits):
    return x - (1 << bits) if x >> (bits - 1) & 1 else x


def div_s(a, b, n):
    if b == 0:
        return Trap(DIVISION)
    a, b = signed(a, n), signed(b, n)
    quotient = abs(a) // abs(b)
    quotient = -quotient if (a < 0) != (b < 0) else quotient
    return Trap("integer overflow") if quotient == 1 << (n - 1) else quotient & mask(n)


def rem_s(a, b, n):
    if b == 0:
        return Trap(DIVISION)
    a, b = signed(a, n), signed(b, n)
    remainder = abs(a) % abs(b)
    return (-remainder if a < 0 else remainder) & mask(n)


def leading_zeros(a, n):
    return n - a.bit_length()


def trailing_zeros(a, n):
    return n if a == 0 else (a & -a).bit_length() - 1


INTEGER = {
    "add": lambda a, b, n: a + b & mask(n),
    "sub": lambda a, b, n: a - b & mask(n),
    "mul": lambda a, b, n: a * b & mask(n),
    "div_s": div_s,
    "div_u": lambda a, b, n: a // b if b else Trap(DIVISION),
    "rem_s": rem_s,
    "rem_u": lambda a, b, n: a % b if b else Trap(DIVISION),
    "and": lambda a, b, n: a & b,
    "or": lambda a, b, n: a | b,
    "xor": lambda a, b, n: a ^ b,
    "shl": lambda a, b, n: a << b % n & mask(n),
    "shr_u": lambda a, b, n: a >> b % n,
    "shr_s": lambda a, b, n: signed(a, n) >> b % n & mask(n),
    "rotl": lambda a, b, n: (a << b % n | a >> (n - b % n)) & mask(n),
    "rotr": lambda a, b, n: (a >> b % n | a << (n - b % n)) & mask(n),
    "eq": lambda a, b, n: int(a == b),
    "ne": lambda a, b, n: int(a != b),
    "lt_s": lambda a, b, n: int(signed(a, n) < signed(b, n)),
    "lt_u": lambda a, b, n: int(a < b),
    "gt_s": lambda a, b, n: int(signed(a, n) > signed(b, n)),
    "gt_u": lambda a, b, n: int(a > b),
    "le_s": lambda a, b, n: int(signed(a, n) <= signed(b, n)),
    "le_u": lambda a, b, n: int(a <= b),
    "ge_s": lambda a, b, n: int(signed(a, n) >= signed(b, n)),
    "ge_u": lambda a, b, n: int(a >= b),
    "eqz": lambda a, n: int(a == 0),
    "clz": leading_zeros,
    "ctz": trailing_zeros,
    "popcnt": lambda a, n: bin(a).count("1"),
    "extend8_s": lambda a, n: signed(a & mask(8), 8) & mask(n),
    "extend16_s": lambda a, n: signed(a & mask(16), 16) & mask(n),
    "extend32_s": lambda a, n: signed(a & mask(32), 32) & mask(n),
    "extend_i32_s": lambda a, n: signed(a, 32) & mask(n),
    "extend_i32_u": lambda a, n: a,
    "wrap_i64": lambda a, n: a & mask(32),
}


def halves(wide):
    return [wide & mask(64), wide >> 64 & mask(64)]


WIDE = {
    "i64.add128": lambda a, b, c, d: halves((a | b << 64) + (c | d << 64)),
    "i64.sub128": lambda a, b, c, d: halves((a | b << 64) - (c | d << 64)),
    "i64.mul_wide_s": lambda a, b: halves(signed(a, 64) * signed(b, 64)),
    "i64.mul_wide_u": lambda a, b: halves(a * b),
}


def trunc(operation, n, args):
    """iN.trunc_fM_s and its kind; None if the name is none of these."""
    for name, sat in (("trunc_sat_f", True), ("trunc_f", False)):
        if operation.startswith(name):
            source = FORMATS[int(operation[len(name):][:2])]
            method = source.to_integer_sat if sat else source.to_integer
            result = method(args[0], n, operation.endswith("_s"))
            return Trap(result) if isinstance(result, str) else result
    return None


def conversion(operation, fmt, args):
    if operation.startswith("convert_i"):
        bits = int(operation[len("convert_i"):][:2])
        return fmt.round(signed(args[0], bits) if operation.endswith("_s") else args[0])
    return {"demote_f64": lambda: fmt.convert(args[0], F64),
            "promote_f32": lambda: fmt.convert(args[0], F32)}[operation]()


def evaluate(name, args):
    """The results of a scalar instruction; KeyError if it is not known here."""
    if name in WIDE:
        return WIDE[name](*args)
    kind, operation = name.split(".", 1)
    n = int(kind[1:])
    if operation.startswith("reinterpret_"):
        return [args[0]]
    if kind[0] == "i":
        truncated = trunc(operation, n, args)
        return [INTEGER[operation](*args, n) if truncated is None else truncated]
    fmt = FORMATS[n]
    if operation.startswith(("convert_", "demote_", "promote_")):
        return [conversion(operation, fmt, args)]
    if operation not in ("add", "sub", "mul", "div", "sqrt", "min", "max", "copysign", "abs", "neg",
                         "ceil", "floor", "trunc", "nearest", "eq", "ne", "lt", "gt", "le", "ge"):
        raise KeyError(name)
    return [getattr(fmt, operation)(*args)]


def integer_samples(bits):
    values = {0, 1, 2, 3, 7, 10, 31, 32, 33, 63, 64, 100, 0x5555555555555555, 0x123456789abcdef0,
              0x8000, 0x7fff, 0x80, 0x7f, 0xff, 0xffff, 1 << 31, (1 << 31) - 1, (1 << 32) - 1,
              1 << 63, (1 << 63) - 1, (1 << 62) + 1, (1 << 53) + 1, (1 << 24) + 1,
              0x80000000ffffffff}
    values |= {-v for v in values}
    return sorted({v & mask(bits) for v in values})
