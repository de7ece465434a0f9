# SPDX-License-Identifier: Apache-2.0
"""Ratios of best times with bootstrap intervals, and geometric means.

The best of the rounds stands for a cell: a machine that does other things makes runs slower, and
never faster, so that the best times of two measurements agree where medians do not.
"""

import math
import random

RESAMPLES = 1000


def geomean(values):
    """None for no values; every value must be positive."""
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def interval(values):
    """The middle 95 % of resampled values."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(last * 0.025)], ordered[round(last * 0.975)]


def resampled_bests(times, rng):
    return [min(rng.choices(times, k=len(times))) for _ in range(RESAMPLES)]


def ratio(theirs, ours):
    """How many times as long they take as we, by best times: (ratio, low, high).

    The resampling is seeded, so that a report made again from the same file is the same.
    """
    rng = random.Random(1)
    samples = [a / b for a, b in zip(resampled_bests(theirs, rng), resampled_bests(ours, rng))]
    return (min(theirs) / min(ours), *interval(samples))


def geomean_ratio(pairs):
    """The geomean of the ratios of [(theirs, ours)], with its interval; None without pairs."""
    if not pairs:
        return None
    rng = random.Random(1)
    columns = [(resampled_bests(a, rng), resampled_bests(b, rng)) for a, b in pairs]
    samples = [geomean(a[i] / b[i] for a, b in columns) for i in range(RESAMPLES)]
    return (geomean(min(a) / min(b) for a, b in pairs), *interval(samples))


def good_rounds(canaries, tolerance=0.05):
    """Indexes of the rounds whose canary is within the tolerance of the best one."""
    if not canaries:
        return []
    best = min(canaries)
    return [i for i, value in enumerate(canaries) if value <= best * (1 + tolerance)]
