# SPDX-License-Identifier: Apache-2.0
"""Medians, ratios with bootstrap intervals, and geometric means."""

import math
import random
import statistics

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


def resampled_medians(times, rng):
    return [statistics.median(rng.choices(times, k=len(times))) for _ in range(RESAMPLES)]


def ratio(theirs, ours):
    """How many times as long they take as we, by medians: (ratio, low, high).

    The resampling is seeded, so that a report made again from the same file is the same.
    """
    rng = random.Random(1)
    samples = [a / b for a, b in zip(resampled_medians(theirs, rng), resampled_medians(ours, rng))]
    return (statistics.median(theirs) / statistics.median(ours), *interval(samples))


def geomean_ratio(pairs):
    """The geomean of the ratios of [(theirs, ours)], with its interval; None without pairs."""
    if not pairs:
        return None
    rng = random.Random(1)
    columns = [(resampled_medians(a, rng), resampled_medians(b, rng)) for a, b in pairs]
    samples = [geomean(a[i] / b[i] for a, b in columns) for i in range(RESAMPLES)]
    middle = geomean(statistics.median(a) / statistics.median(b) for a, b in pairs)
    return (middle, *interval(samples))


def good_rounds(canaries, tolerance=0.05):
    """Indexes of the rounds whose canary is within the tolerance of the best one."""
    if not canaries:
        return []
    best = min(canaries)
    return [i for i, value in enumerate(canaries) if value <= best * (1 + tolerance)]
