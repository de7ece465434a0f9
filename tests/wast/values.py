# SPDX-License-Identifier: Apache-2.0
"""Scripts for the instructions that only compute: a row of the table gives a module."""

import itertools
import random

import scalars
import vectors
from emit import assertion, constant, function, local
from scalars import Trap, integer_samples, mask
from softfloat import F32, F64, FORMATS, samples

CALLS, VECTOR_CALLS, CONSTANT_CALLS = 250, 60, 6
POOLS = {"i": integer_samples(32), "I": integer_samples(64), "f": samples(F32), "F": samples(F64)}
LANE_POOLS = {n: integer_samples(n) for n in (8, 16, 32, 64)}
CORNERS = {n: [0, 1, mask(n), 1 << (n - 1), mask(n - 1)] for n in (8, 16, 32, 64)}
FLOAT_CORNERS = {n: [x | sign for x in (0, FORMATS[n].bias << FORMATS[n].fraction,
                                        FORMATS[n].infinity, FORMATS[n].canonical,
                                        FORMATS[n].infinity | 3)
                     for sign in (0, FORMATS[n].sign)] for n in (32, 64)}
# Products and sums of these are neither special nor exact.
PLAIN = {n: [FORMATS[n].round(scalars.signed(k, 64) * FORMATS[n].value(FORMATS[n].round(k)) / 7 + 1)
             for k in range(1, 400, 13)] for n in (32, 64)}


def lane_kind(name):
    """What the lanes of an instruction's operands are: (is float, bits)."""
    operand = name.rsplit("_f", 1)[1][:2] if "_f32x4" in name or "_f64x2" in name else None
    if operand:
        return True, int(operand)
    if name.startswith("v128."):
        return False, 32
    shape = vectors.SHAPE.match(name)
    return shape[1] == "f" and "convert" not in name, int(shape[2])


def vector(name, chance):
    is_float, bits = lane_kind(name)
    if ".relaxed_" in name and is_float and "trunc" not in name:
        pool = PLAIN[bits]
    else:
        pool = POOLS["f" if bits == 32 else "F"] if is_float else LANE_POOLS[bits]
    if not is_float and chance.random() < 0.3:
        return chance.getrandbits(128)
    return vectors.join([chance.choice(pool) for _ in range(128 // bits)], bits)


def relaxed_operands(name, args, chance):
    """Keeps to operands for which the relaxed instructions agree, or Choice lists all results."""
    if "laneselect" in name:
        bits = int(vectors.SHAPE.match(name)[2])
        args[2] = vectors.join([chance.choice([0, mask(bits)]) for _ in range(128 // bits)], bits)
    if "q15mulr" in name:
        args[1] = vectors.join([max(x, 0x8001) if x > 0x7fff else x
                                for x in vectors.split(args[1], 16)], 16)
    if "_i7x16" in name:
        args[1] &= int("7f" * 16, 16)
    return args


def corner_vectors(name, count):
    """Vectors that bring all corners of one lane together with all of the other operands."""
    is_float, bits = lane_kind(name)
    if ".relaxed_" in name:
        return []
    rows = list(itertools.product((FLOAT_CORNERS if is_float else CORNERS)[bits], repeat=count))
    lanes = 128 // bits
    rows += rows[:-len(rows) % lanes]
    return [[vectors.join(list(lane), bits) for lane in zip(*rows[i:i + lanes])]
            for i in range(0, len(rows), lanes)]


def corners(row, params):
    """The arguments that must never be left to chance."""
    if set(params) == {"v"} and len(params) < 3:
        return corner_vectors(row.text, len(params))
    if "v" in params or len(params) > 2:
        return []
    pools = [FLOAT_CORNERS[32 if p == "f" else 64] if p in "fF" else CORNERS[32 if p == "i" else 64]
             for p in params]
    return [list(args) for args in itertools.product(*pools)]


def operands(row, chance):
    """Lists of arguments: all combinations if they are few, else the corners and some others."""
    params = row.signature.split("_")[0]
    if "v" not in params:
        pools = [POOLS[p] for p in params]
        size = 1
        for pool in pools:
            size *= len(pool)
        if size <= CALLS:
            return [list(args) for args in itertools.product(*pools)]
        return corners(row, params) + [[chance.choice(pool) for pool in pools]
                                       for _ in range(CALLS)]
    calls = [[vector(row.text, chance) if p == "v" else chance.choice(POOLS[p]) for p in params]
             for _ in range(VECTOR_CALLS)]
    if ".relaxed_" in row.text:
        calls = [relaxed_operands(row.text, args, chance) for args in calls]
    return corners(row, params) + calls


def evaluate(row, args):
    if "v" in row.signature:
        return [vectors.evaluate(row.text, args)]
    return scalars.evaluate(row.text, args)


def branch(letter, condition):
    """1 if a result of type i is not 0, by a branch that may be fused with its condition."""
    return f"(block (br_if 0 {condition}) (return (i32.const 0))) (i32.const 1)"


def shapes(row, args):
    """The instruction with its operands in other places: constants, locals, results of others."""
    params, results = row.signature.split("_")
    constants = [constant(p, a) for p, a in zip(params, args)]
    locals_ = [local(i) for i in range(len(params))]
    copies = [f"(select {local(i)} {local(i)} (i32.const 0))" for i in range(len(params))]
    memory = [f"(local.tee {len(params) + i} {local(i)})" for i in range(len(params))]
    own = " (local " + " ".join(scalars.TYPES[p] for p in params) + ")"
    yield "constants", constants, ""
    yield "copies", copies, ""
    yield "tees", memory, own
    for i in range(len(params)):
        yield f"constant{i}", locals_[:i] + constants[i:i + 1] + locals_[i + 1:], ""
        yield f"computed{i}", locals_[:i] + copies[i:i + 1] + locals_[i + 1:], ""


def shaped(row, calls):
    """Functions and assertions of the shapes, for a few calls."""
    params, results = row.signature.split("_")
    functions, assertions = [], []
    for number, args in enumerate(calls[:CONSTANT_CALLS]):
        for shape, places, own in shapes(row, args):
            name = f"{shape}/{number}"
            code = f"({row.text} {' '.join(places)})"
            functions.append(function(name, params, results, code, own))
            result = evaluate(row, args)
            assertions.append(assertion(name, params, args, results, result))
            if results == "i" and not isinstance(result[0], Trap):
                functions.append(function("if/" + name, params, "i", own + branch("i", code)))
                assertions.append(
                    assertion("if/" + name, params, args, "i", [int(result[0] != 0)]))
    return functions, assertions


def value_script(row):
    chance = random.Random(row.text)
    params, results = row.signature.split("_")
    calls = operands(row, chance)
    code = f"({row.text} {' '.join(local(i) for i in range(len(params)))})"
    assertions = [assertion("f", params, args, results, evaluate(row, args)) for args in calls]
    chance.shuffle(calls)
    functions, more = shaped(row, calls)
    return "\n".join([f"(module {function('f', params, results, code)}", *functions, ")",
                      *assertions, *more, ""])


def lane_script(row):
    """extract_lane and replace_lane: a function a lane."""
    chance = random.Random(row.text)
    params, results = row.signature.split("_")
    bits = int(vectors.SHAPE.match(row.text)[2])
    functions, assertions = [], []
    for lane in range(128 // bits):
        code = f"({row.text} {lane} {' '.join(local(i) for i in range(len(params)))})"
        functions.append(function(f"f{lane}", params, results, code))
        for _ in range(6):
            args = [chance.getrandbits(128)] + [chance.choice(POOLS[p]) for p in params[1:]]
            result = vectors.lane_result(row.text, lane, args)
            if results in "fF" and (F32 if results == "f" else F64).is_nan(result):
                continue
            assertions.append(assertion(f"f{lane}", params, args, results, [result]))
    return "\n".join(["(module", *functions, ")", *assertions, ""])


def shuffle_script(row):
    chance = random.Random(row.text)
    orders = [list(range(16)), list(range(31, 15, -1)), [0] * 16, [31] * 16,
              [i // 2 + 16 * (i % 2) for i in range(16)]]
    orders += [[chance.randrange(32) for _ in range(16)] for _ in range(25)]
    functions, assertions = [], []
    for i, order in enumerate(orders):
        code = f"({row.text} {' '.join(map(str, order))} (local.get 0) (local.get 1))"
        functions.append(function(f"f{i}", "vv", "v", code))
        args = [chance.getrandbits(128), chance.getrandbits(128)]
        assertions.append(assertion(f"f{i}", "vv", args, "v", [vectors.shuffle(order, *args)]))
    return "\n".join(["(module", *functions, ")", *assertions, ""])


def script(row):
    """The script of a row that computes a value."""
    return {"lane": lane_script, "shuffle": shuffle_script}.get(row.immediate, value_script)(row)
