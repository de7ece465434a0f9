# SPDX-License-Identifier: Apache-2.0
"""Classes, generators, exceptions, big integers and a part of the standard library."""
import collections
import dataclasses
import fractions
import functools
import heapq
import itertools
import json
import random
import re
import struct
import sys
import zlib


@dataclasses.dataclass(order=True)
class Task:
    due: int
    name: str = dataclasses.field(compare=False)


@functools.cache
def ways(amount, coins=(50, 20, 10, 5, 2, 1)):
    """Counts how coins make up an amount; never deeper than there are kinds of coins."""
    if len(coins) == 1:
        return amount % coins[0] == 0
    return sum(ways(rest, coins[1:]) for rest in range(amount, -1, -coins[0]))


def primes():
    multiples = {}
    for n in itertools.count(2):
        divisors = multiples.pop(n, None)
        if divisors is None:
            yield n
            divisors = [n]
        for p in divisors:
            multiples.setdefault(n + p, []).append(p)


def failing():
    try:
        return 1 // 0
    except ZeroDivisionError as error:
        raise ValueError("wrapped") from error


print(sys.version_info[:2], sys.platform)
queue = [Task(5, "five"), Task(1, "one"), Task(3, "three")]
heapq.heapify(queue)
print([heapq.heappop(queue).name for _ in range(3)])
print(ways(200), fractions.Fraction(22, 7) - fractions.Fraction(355, 113))
print(list(itertools.islice(primes(), 5)), 3**200 % 10**12)
try:
    failing()
except ValueError as error:
    print(error, "from", type(error.__cause__).__name__)
text = json.dumps({"é": [1, 2.5, None, True]}, ensure_ascii=False)
print(text, json.loads(text) == {"é": [1, 2.5, None, True]})
data = struct.pack("<3d", 1.5, -2.25, 1e300) * 400
print(len(zlib.compress(data)), zlib.crc32(data), zlib.decompress(zlib.compress(data)) == data)
random.seed(1)
draws = collections.Counter(random.randrange(6) for _ in range(60000))
print(sorted(draws.items()))
print(re.sub(r"(\w+)@(\w+)\.org", r"\2:\1", "mail ann@site.org and bob@home.org"))
print(sum(i * i % 7 for i in range(300000)))
