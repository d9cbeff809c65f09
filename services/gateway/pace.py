"""Turns at what costs a gateway time and can wait a moment: so much of it a second, for all."""

import time


class Pace:
    """Gives turns in the order in which they are asked for.

    The more there is to do, the rarer is the turn of each; where little is, it comes at once.
    """

    def __init__(self) -> None:
        self._free_at = 0.0

    def take(self, seconds: float) -> float:
        """Take a turn of so many seconds; says in how many seconds it begins."""
        now = time.monotonic()
        begins_at = max(now, self._free_at)
        self._free_at = begins_at + seconds
        return begins_at - now
