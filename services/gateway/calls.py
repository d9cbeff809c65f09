"""What is kept of each call: a count by its kind, and a line of log.

The line is written by hand, for a call costs as little as a few lines of log do; it has the shape
of all others (shared/log.py). Nothing in it is anything that a caller wrote: the id is checked,
route and method are ours.
"""

import asyncio
import atexit
from datetime import UTC, datetime
from functools import cache

import structlog
from prometheus_client import Histogram

from shared.output import OUTPUT

LINES_S = 0.05

SECONDS = Histogram(
    "antrean_http_seconds",
    "Time that calls took.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30),
)


class Lines:
    """Writes lines to standard output together, at most `LINES_S` after the first of them."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._due: asyncio.TimerHandle | None = None
        atexit.register(self.flush)

    def add(self, line: str) -> None:
        """Write a line in a moment."""
        self._waiting.append(line)
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(LINES_S, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        lines, self._waiting, self._due = self._waiting, [], None
        if lines:
            OUTPUT.write("".join(lines))


LINES = Lines()


def note(method: str, route: str, status: int, took_s: float, request_id: str) -> None:
    """Count a call and log it."""
    _clock(method, route, status).observe(took_s)
    if not _is_logged():
        return
    LINES.add(
        f'{{"event":"request_answered","method":"{method}","route":"{route}","status":{status},'
        f'"ms":{took_s * 1000:.1f},"request_id":"{request_id}","service":"gateway","level":"info",'
        f'"timestamp":"{datetime.now(UTC).isoformat()[:-6]}Z"}}\n'
    )


@cache
def _clock(method: str, route: str, status: int) -> Histogram:
    """Find the histogram of one kind of call; there are as many as routes and statuses."""
    return SECONDS.labels(method, route, str(status))


@cache
def _is_logged() -> bool:
    return bool(structlog.get_logger().is_enabled_for(20))  # INFO, by its number
