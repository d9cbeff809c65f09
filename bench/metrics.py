"""Reads what a service counts of itself, as Prometheus would. Pure but for the asking."""

import asyncio
import re
import urllib.request
from collections.abc import Mapping
from math import ceil, inf

BUCKET = r'^{name}_bucket\{{[^}}]*le="([^"]+)"[^}}]*\}} ([0-9.e+]+)$'
Buckets = Mapping[float, float]  # how many were not above each bound


async def ask(port: int) -> str:
    """Read the metrics of a service on this machine."""
    return await asyncio.to_thread(_ask, port)


def _ask(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
    return text


def buckets(text: str, name: str) -> Buckets:
    """Read a histogram."""
    pattern = re.compile(BUCKET.format(name=re.escape(name)), re.MULTILINE)
    return {float(bound): float(number) for bound, number in pattern.findall(text)}


def between(before: Buckets, after: Buckets) -> Buckets:
    """Give what was added to a histogram."""
    return {bound: number - before.get(bound, 0) for bound, number in after.items()}


def count(added: Buckets) -> int:
    """Count what a histogram has."""
    return round(added.get(inf, 0))


def bound(added: Buckets, share: float) -> float:
    """Give the least bound that at least `share` (0 to 1) of all are not above."""
    wanted = max(1, ceil(share * count(added)))
    return min((one for one, number in added.items() if number >= wanted), default=inf)
