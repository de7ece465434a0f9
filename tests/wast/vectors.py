# SPDX-License-Identifier: Apache-2.0
"""What the vector instructions mean, by name. A vector is an int of 128 bits, lane 0 lowest.

A result is bits, a Lanes with kinds of NaN among its lanes, or a Choice where the relaxed
instructions leave one.
"""

import re

from scalars import INTEGER, mask, signed
from softfloat import F32, F64, FORMATS

SHAPE = re.compile(r"([if])(8|16|32|64)x(\d+)\.")


class Lanes:
    """A vector some lanes of which are any NaN of a kind."""

    def __init__(self, lanes, bits):
        self.lanes, self.bits = lanes, bits


class Choice:
    """One of several results."""

    def __init__(self, *choices):
        self.choices = choices


def split(vector, bits):
    return [vector >> at & mask(bits) for at in range(0, 128, bits)]


def join(lanes, bits):
    if any(isinstance(lane, str) for lane in lanes):
        return Lanes(lanes, bits)
    return sum((lane & mask(bits)) << bits * i for i, lane in enumerate(lanes))


def clamp(x, bits, is_signed):
    low, high = (-(1 << (bits - 1)), mask(bits - 1)) if is_signed else (0, mask(bits))
    return min(max(x, low), high) & mask(bits)


def number(x, bits, name):
    """A lane as the suffix _s or _u of an instruction reads it."""
    return signed(x, bits) if name.endswith("_s") else x


# Lane by lane, two operands: (a, b, bits, name)
PAIRWISE = {
    "avgr_u": lambda a, b, n: a + b + 1 >> 1,
    "min_s": lambda a, b, n: min(a, b, key=lambda x: signed(x, n)),
    "max_s": lambda a, b, n: max(a, b, key=lambda x: signed(x, n)),
    "min_u": lambda a, b, n: min(a, b),
    "max_u": lambda a, b, n: max(a, b),
    "add_sat_s": lambda a, b, n: clamp(signed(a, n) + signed(b, n), n, True),
    "add_sat_u": lambda a, b, n: clamp(a + b, n, False),
    "sub_sat_s": lambda a, b, n: clamp(signed(a, n) - signed(b, n), n, True),
    "sub_sat_u": lambda a, b, n: clamp(a - b, n, False),
    "q15mulr_sat_s": lambda a, b, n: clamp(
        signed(a, n) * signed(b, n) + 0x4000 >> 15, n, True),
}
for basic in ("add", "sub", "mul"):
    PAIRWISE[basic] = INTEGER[basic]
for compare in ("eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"):
    PAIRWISE[compare] = lambda a, b, n, of=INTEGER[compare]: mask(n) * of(a, b, n)

LANEWISE = {
    "abs": lambda a, n: abs(signed(a, n)) & mask(n),
    "neg": lambda a, n: -a & mask(n),
    "popcnt": INTEGER["popcnt"],
}

BITWISE = {
    "v128.not": lambda a: a ^ mask(128),
    "v128.and": lambda a, b: a & b,
    "v128.andnot": lambda a, b: a & ~b,
    "v128.or": lambda a, b: a | b,
    "v128.xor": lambda a, b: a ^ b,
    "v128.bitselect": lambda a, b, c: a & c | b & ~c & mask(128),
    "v128.any_true": lambda a: int(a != 0),
}


def swizzle(a, b):
    bytes_a = split(a, 8)
    return join([bytes_a[i] if i < 16 else 0 for i in split(b, 8)], 8)


def widened(operation, n, args):
    """extend, extmul, extadd_pairwise and narrow; None if the name is none of these."""
    found = re.match(r"(extend|extmul|extadd|narrow)_(low|high|pairwise|)_?i(\d+)x\d+_[su]$",
                     operation)
    if not found:
        return None
    kind, part, source = found[1], found[2], int(found[3])
    lanes = [[number(x, source, operation) for x in split(a, source)] for a in args]
    if kind == "narrow":
        both = [signed(x, source) for a in args for x in split(a, source)]
        return join([clamp(x, n, operation.endswith("_s")) for x in both], n)
    if kind == "extadd":
        return join([x + y for x, y in zip(lanes[0][::2], lanes[0][1::2])], n)
    half = slice(0, 128 // n) if part == "low" else slice(128 // n, None)
    if kind == "extend":
        return join(lanes[0][half], n)
    return join([x * y for x, y in zip(lanes[0][half], lanes[1][half])], n)


def dot(a, b, bits):
    products = [signed(x, bits) * signed(y, bits) for x, y in zip(split(a, bits), split(b, bits))]
    return [x + y for x, y in zip(products[::2], products[1::2])]


def truncated(operation, args, saturate=True):
    source = int(re.search(r"f(\d\d)x", operation)[1])
    is_signed = "_s" in operation.split("x", 1)[1]
    results = []
    for lane in split(args[0], source):
        value = FORMATS[source].to_integer_sat(lane, 32, is_signed)
        if not saturate and isinstance(FORMATS[source].to_integer(lane, 32, is_signed), str):
            value = 1 << 31 if is_signed else mask(32)
        results.append(value)
    return join(results, 32)


def integer_vector(operation, n, args):
    wide = widened(operation, n, args)
    if wide is not None:
        return wide
    if operation in LANEWISE:
        return join([LANEWISE[operation](a, n) for a in split(args[0], n)], n)
    if operation in PAIRWISE:
        pairs = zip(split(args[0], n), split(args[1], n))
        return join([PAIRWISE[operation](a, b, n) for a, b in pairs], n)
    if operation in ("shl", "shr_s", "shr_u"):
        return join([INTEGER[operation](a, args[1], n) for a in split(args[0], n)], n)
    if operation == "all_true":
        return int(all(split(args[0], n)))
    if operation == "bitmask":
        return sum((a >> (n - 1)) << i for i, a in enumerate(split(args[0], n)))
    if operation == "splat":
        return join([args[0]] * (128 // n), n)
    if operation == "dot_i16x8_s":
        return join(dot(*args, 16), 32)
    if operation.startswith("trunc_sat_"):
        return truncated(operation, args)
    if operation == "swizzle":
        return swizzle(*args)
    raise KeyError(operation)


def float_vector(operation, fmt, args):
    n = fmt.bits
    if operation == "splat":
        return join([args[0]] * (128 // n), n)
    if operation == "demote_f64x2_zero":
        return join([F32.convert(x, F64) for x in split(args[0], 64)] + [0, 0], 32)
    if operation == "promote_low_f32x4":
        return join([F64.convert(x, F32) for x in split(args[0], 32)[:2]], 64)
    if operation.startswith("convert_"):
        lanes = [number(x, 32, operation) for x in split(args[0], 32)]
        return join([fmt.round(x) for x in lanes[:128 // n]], n)
    if operation not in ("add", "sub", "mul", "div", "sqrt", "min", "max", "pmin", "pmax", "abs",
                         "neg", "ceil", "floor", "trunc", "nearest", "eq", "ne", "lt", "gt", "le",
                         "ge"):
        raise KeyError(operation)
    scale = mask(n) if operation in ("eq", "ne", "lt", "gt", "le", "ge") else 1
    lanes = [getattr(fmt, operation)(*lane) for lane in zip(*(split(a, n) for a in args))]
    return join([lane if isinstance(lane, str) else lane * scale for lane in lanes], n)


def multiply_add(fmt, args, negate):
    """Fused, or rounded twice. Only for lanes where neither is special."""
    fused, twice = [], []
    for a, b, c in zip(*(split(x, fmt.bits) for x in args)):
        a = fmt.neg(a) if negate else a
        fused.append(fmt.fma(a, b, c))
        twice.append(fmt.add(fmt.mul(a, b), c))
    return Choice(join(fused, fmt.bits), join(twice, fmt.bits))


def relaxed(operation, kind, n, args):
    if operation == "relaxed_swizzle":
        wrapped = join([i & 15 if i < 128 else 255 for i in split(args[1], 8)], 8)
        return Choice(swizzle(*args), swizzle(args[0], wrapped))
    if operation.startswith("relaxed_trunc"):
        return Choice(truncated(operation, args), truncated(operation, args, saturate=False))
    if operation in ("relaxed_madd", "relaxed_nmadd"):
        return multiply_add(FORMATS[n], args, operation == "relaxed_nmadd")
    if operation in ("relaxed_min", "relaxed_max"):
        return float_vector(operation[len("relaxed_"):], FORMATS[n], args)
    if operation == "relaxed_laneselect":
        return BITWISE["v128.bitselect"](*args)
    if operation == "relaxed_q15mulr_s":
        return integer_vector("q15mulr_sat_s", n, args)
    sums = dot(args[0], args[1], 8)
    if operation == "relaxed_dot_i8x16_i7x16_s":
        return join(sums, 16)
    if operation == "relaxed_dot_i8x16_i7x16_add_s":
        pairs = [x + y for x, y in zip(sums[::2], sums[1::2])]
        return join([x + signed(y, 32) for x, y in zip(pairs, split(args[2], 32))], 32)
    raise KeyError(operation)


def evaluate(name, args):
    """The result of a vector instruction without immediates; KeyError if it is not known here."""
    if name in BITWISE:
        return BITWISE[name](*args)
    shape = SHAPE.match(name)
    kind, n, operation = shape[1], int(shape[2]), name[shape.end():]
    if operation.startswith("relaxed_"):
        return relaxed(operation, kind, n, args)
    if kind == "f":
        return float_vector(operation, FORMATS[n], args)
    return integer_vector(operation, n, args)


def lane_result(name, lane, args):
    """extract_lane, replace_lane."""
    shape = SHAPE.match(name)
    n, operation = int(shape[2]), name[shape.end():]
    lanes = split(args[0], n)
    if operation.startswith("extract_lane"):
        return number(lanes[lane], n, name) & mask(64 if n == 64 else 32)
    lanes[lane] = args[1]
    return join(lanes, n)


def shuffle(indices, a, b):
    both = split(a, 8) + split(b, 8)
    return join([both[i] for i in indices], 8)
