"""Figures and what is made of them: percentiles, medians with spread, arrival times. Pure."""

import random
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median


def percentile(values: Iterable[float], share: float) -> float:
    """Give the smallest value that at least `share` (0 to 1) of all are not above; exact."""
    return ranked_percentile(sorted(values), share)


def ranked_percentile(ranked: Sequence[float], share: float) -> float:
    """Give the same of values that are in order already."""
    if not ranked:
        return 0.0
    return ranked[max(0, ceil(share * len(ranked)) - 1)]


@dataclass(frozen=True, slots=True)
class Spread:
    """What repetitions gave: their median, and the least and the most of them."""

    median: float
    least: float
    most: float

    @staticmethod
    def of(values: Sequence[float]) -> "Spread":
        """Sum repetitions up; there must be one at least."""
        return Spread(median(values), min(values), max(values))


def steady(rate: float, seconds: float) -> list[float]:
    """Give the arrival times of a fixed rate."""
    return [number / rate for number in range(int(rate * seconds))]


def poisson(rate: float, seconds: float, seed: int) -> list[float]:
    """Give arrival times of people who know nothing of one another; the same for the same seed."""
    chance, found, now = random.Random(seed), [], 0.0
    while (now := now + chance.expovariate(rate)) < seconds:
        found.append(now)
    return found


def spread_over(count: int, seconds: float, seed: int) -> list[float]:
    """Give `count` arrival times, each anywhere within so many seconds."""
    chance = random.Random(seed)
    return sorted(chance.uniform(0, seconds) for _ in range(count))


def per_bucket(moments: Iterable[float], width_s: float, seconds: float) -> list[int]:
    """Count how many moments fall into each bucket of time; what lies outside is left out."""
    edges = [width_s * number for number in range(1, ceil(seconds / width_s) + 1)]
    counts = [0] * len(edges)
    for moment in moments:
        place = bisect_left(edges, moment)
        if moment >= 0 and place < len(edges):
            counts[place] += 1
    return counts
