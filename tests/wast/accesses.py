# SPDX-License-Identifier: Apache-2.0
"""Scripts for the loads and stores, on each kind of memory, up to its last byte and beyond."""

import random
import re

from emit import assertion, function, local
from scalars import Trap, mask, signed
from vectors import join, split

OUT = Trap("out of bounds memory access")
MARK = 64  # bytes known at both ends of a memory
# name: (memories, index to name, address type, size)
KINDS = {
    "memory": ("(memory 1)", "", "i", 65536),
    "memory64": ("(memory i64 1)", "", "I", 65536),
    "second": ("(memory 0) (memory $m 1 2) (memory 3)", "1 ", "i", 65536),
    "bytes": ("(memory 200 (pagesize 1))", "", "i", 200),
    "bytes64": ("(memory 1) (memory i64 137 (pagesize 1))", "1 ", "I", 137),
    "several": ("(memory 3 3)", "", "i", 3 * 65536),
}


class Memory:
    def __init__(self, size):
        self.bytes = bytearray(size)
        for at in list(range(MARK)) + list(range(size - MARK, size)):
            self.bytes[at] = at * 37 + 139 & 255

    def segments(self, index):
        size = len(self.bytes)
        for at in (0, size - MARK):
            text = "".join(f"\\{b:02x}" for b in self.bytes[at:at + MARK])
            yield f'(data (memory {index.strip() or "0"}) (offset (ADDRESS.const {at})) "{text}")'

    def inside(self, at, width):
        return at + width <= len(self.bytes)

    def read(self, at, width):
        return int.from_bytes(self.bytes[at:at + width], "little")

    def write(self, at, width, value):
        self.bytes[at:at + width] = (value & mask(8 * width)).to_bytes(width, "little")


def loaded(name, raw, width):
    """What a load makes of the bytes it read."""
    operation = name.split(".")[1]
    bits = 8 * width
    pair = re.match(r"load(\d+)x(\d+)_([su])$", operation)
    if pair:
        lane = int(pair[1])
        parts = [raw >> at & mask(lane) for at in range(0, 64, lane)]
        return join([signed(x, lane) if pair[3] == "s" else x for x in parts], 2 * lane)
    if operation.endswith("_splat"):
        return join([raw] * (128 // bits), bits)
    if operation.endswith("_s"):
        return signed(raw, bits) & mask(int(name[1:3]))
    return raw


class Accesses:
    """The functions and assertions of one instruction on one kind of memory."""
    KINDS = KINDS

    def __init__(self, row, kind):
        self.row, self.kind = row, kind
        self.memories, self.index, self.address, size = self.KINDS[kind]
        self.memory = Memory(size)
        self.width = 1 << row.access
        self.segments = [s.replace("ADDRESS", "i32" if self.address == "i" else "i64")
                         for s in self.memory.segments(self.index)]
        params, self.results = row.signature.split("_")
        self.params = params.replace("a", self.address)
        self.functions, self.assertions = [], []
        self.chance = random.Random(row.text + kind)

    def places(self, offset):
        """Arguments for the address."""
        last = len(self.memory.bytes) - self.width - offset
        yield from (0, 1, 3, 17, last - 1, last)
        yield from (last + 1, last + self.width, mask(31), mask(32))
        if self.address == "I":
            yield from (mask(64), 1 << 63, 1 << 32)

    def offsets(self):
        yield from (0, 5, len(self.memory.bytes) - self.width)
        yield mask(32) if self.address == "i" else mask(64) - 3

    def lanes(self):
        if self.row.immediate != "memarg_lane":
            return [None]
        return [0, 16 // self.width - 1]

    def code(self, offset, lane, address, align=""):
        text = f"({self.row.text} {self.index}offset={offset}{align}"
        text += f" {lane}" if lane is not None else ""
        return f"{text} {address} {' '.join(local(i) for i in range(1, len(self.params)))})"

    def expect(self, name, at, argument, lane):
        """An access at the place `at` (None = it wraps around), by a function called so."""
        values = [self.chance.getrandbits({"i": 32, "I": 64, "f": 30, "F": 62, "v": 128}[p])
                  for p in self.params[1:]]
        args = [argument, *values]
        if at is None or not self.memory.inside(at, self.width):
            results = [OUT]
        elif "load" in self.row.traits:
            raw = self.memory.read(at, self.width)
            if lane is None:
                results = [loaded(self.row.text, raw, self.width)]
            else:
                lanes = split(values[0], 8 * self.width)
                lanes[lane] = raw
                results = [join(lanes, 8 * self.width)]
        else:
            value = values[0] if lane is None else split(values[0], 8 * self.width)[lane]
            self.memory.write(at, self.width, value)
            results = []
        self.assertions.append(assertion(name, self.params, args, self.results, results))
        if "store" in self.row.traits:
            self.peek(argument if at is None else at)

    def peek(self, at):
        """What lies around a store, hit or not."""
        start = min(max(at - 8, 0), len(self.memory.bytes) - 32)
        words = [self.memory.read(start + 8 * i, 8) for i in range(4)]
        self.assertions.append(assertion("peek", self.address, [start], "IIII", words))

    def peek_function(self):
        loads = " ".join(f"(i64.load {self.index}offset={8 * i} (local.get 0))" for i in range(4))
        return function("peek", self.address, "IIII", loads)

    def plain(self):
        bits = 32 if self.address == "i" else 64
        for offset in self.offsets():
            for lane in self.lanes():
                name = f"offset={offset} lane={lane}"
                align = " align=1" if offset == 5 else ""
                self.functions.append(function(name, self.params, self.results,
                                               self.code(offset, lane, local(0), align)))
                for argument in {a & mask(bits): None for a in self.places(offset)}:
                    at = argument + offset
                    self.expect(name, at if at <= mask(64) else None, argument, lane)

    def computed(self):
        """Addresses that are sums (they wrap before the offset is added) and constants."""
        bits, type_ = (32, "i32") if self.address == "i" else (64, "i64")
        lane = self.lanes()[-1]
        last = len(self.memory.bytes) - self.width
        for number, extra in enumerate((16, mask(bits) - 15, last)):
            address = f"({type_}.add (local.get 0) ({type_}.const {extra}))"
            name = f"sum{number}"
            self.functions.append(function(name, self.params, self.results,
                                           self.code(2, lane, address)))
            for place in (0, 30, last - 2, last - 1):
                self.expect(name, place + 2, place - extra & mask(bits), lane)
        for place in (0, 9, last, last + 1):
            name = f"at{place}"
            self.functions.append(function(name, self.params, self.results,
                                           self.code(0, lane, f"({type_}.const {place})")))
            self.expect(name, place, 0, lane)

    def dropped(self):
        """A load that nobody uses traps all the same."""
        if "load" not in self.row.traits:
            return
        lane = self.lanes()[0]
        code = f"(drop {self.code(0, lane, local(0))})"
        self.functions.append(function("dropped", self.params, "", code))
        zeros = [0] * (len(self.params) - 1)
        size = len(self.memory.bytes)
        self.assertions += [
            assertion("dropped", self.params, [0, *zeros], "", []),
            assertion("dropped", self.params, [size - self.width + 1, *zeros], "", [OUT])]

    def script(self):
        self.plain()
        self.computed()
        self.dropped()
        return "\n".join([f";; {self.row.text} on {self.kind}", f"(module {self.memories}",
                          *self.segments, self.peek_function(), *self.functions, ")",
                          *self.assertions, ""])


def script(row):
    return "\n".join(Accesses(row, kind).script() for kind in KINDS)
