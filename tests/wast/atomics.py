# SPDX-License-Identifier: Apache-2.0
"""Scripts for the atomic loads, stores and read-modify-writes, on each kind of memory, shared or
not. What one thread sees of them is tested here; that they are atomic is tested by threads."""

import re

import accesses
from accesses import OUT
from emit import assertion, local
from scalars import Trap, mask

UNALIGNED = Trap("unaligned atomic")
KINDS = accesses.KINDS | {
    "shared": ("(memory 1 1 shared)", "", "i", 65536),
    "shared64": ("(memory i64 1 2 shared)", "", "I", 65536),
    "two": ("(memory 0) (memory 1 3 shared)", "1 ", "i", 65536),
}
OPERATIONS = {
    "add": lambda old, x: old + x,
    "sub": lambda old, x: old - x,
    "and": lambda old, x: old & x,
    "or": lambda old, x: old | x,
    "xor": lambda old, x: old ^ x,
    "xchg": lambda old, x: x,
}


class Atomic(accesses.Accesses):
    KINDS = KINDS

    def operation(self):
        return re.search(r"\.(load|store|add|sub|and|or|xor|xchg|cmpxchg)\w*$", self.row.text)[1]

    def values(self, at):
        """Operands after the address; cmpxchg expects what is there, now and then."""
        bits = {"i": 32, "I": 64}
        given = [self.chance.getrandbits(bits[p]) for p in self.params[1:]]
        if self.operation() == "cmpxchg" and at is not None and self.chance.random() < 0.5:
            high = self.chance.getrandbits(64) & ~mask(8 * self.width)
            there = self.memory.read(at, self.width) if self.memory.inside(at, self.width) else 0
            given[0] = (high | there) & mask(bits[self.params[1]])
        return given

    def execute(self, at, values):
        """Results; the memory changes."""
        operation = self.operation()
        old = self.memory.read(at, self.width)
        if operation == "store":
            self.memory.write(at, self.width, values[0])
            return []
        if operation == "cmpxchg" and values[0] & mask(8 * self.width) == old:
            self.memory.write(at, self.width, values[1])
        elif operation in OPERATIONS:
            self.memory.write(at, self.width, OPERATIONS[operation](old, values[0]))
        return [old]

    def expect(self, name, at, argument, lane):
        values = self.values(at)
        if at is None:
            results = [OUT]
        elif at % self.width:
            results = [UNALIGNED]
        else:
            inside = self.memory.inside(at, self.width)
            results = self.execute(at, values) if inside else [OUT]
        self.assertions.append(
            assertion(name, self.params, [argument, *values], self.results, results))
        if self.operation() != "load":
            self.peek(argument if at is None else at)

    def code(self, offset, lane, address, align=""):
        operands = " ".join(local(i) for i in range(1, len(self.params)))
        return f"({self.row.text} {self.index}offset={offset} {address} {operands})"

    def offsets(self):
        yield from (0, 8, len(self.memory.bytes) - self.width, 7)
        yield mask(32) if self.address == "i" else mask(64) - 7

    def places(self, offset):
        yield from (24, 40)
        yield from super().places(offset)

    def dropped(self):
        """What nobody uses happens and traps all the same."""


def script(row):
    return "\n".join(Atomic(row, kind).script() for kind in KINDS)
