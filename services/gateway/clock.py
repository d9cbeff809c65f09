"""The ledger's time, which is Postgres', carried on by this machine's steady clock.

What is open, over or too late is decided by the database's clock. A gateway that went by its own
would refuse people a minute after quota opened, or send commands that are too late before they
arrive, for no other reason than that its machine's time is wrong or was set while it ran.
"""

import asyncio
import time
from datetime import UTC, datetime

import structlog
from prometheus_client import Gauge

from shared.db import Pool, passing

log = structlog.get_logger(__name__)

READ_S, SOON_S = 5.0, 0.25
POOL_WAIT_S = 1.5
EXACT_S = 0.5  # an answer that took longer says too little
WRONG_S = 1.0  # by how much this machine's own clock may be off before somebody is told

AHEAD = Gauge(
    "antrean_clock_ahead_seconds", "By how much this machine's clock is ahead of the ledger's."
)


class Clock:
    """Tells the ledger's time; until it was read, this machine's, by which nobody may be judged."""

    def __init__(self) -> None:
        self._zero: float | None = None  # what time it was when the steady clock stood at 0
        self._is_wrong = False

    @property
    def is_known(self) -> bool:
        """Whether the ledger's time was read."""
        return self._zero is not None

    def now(self) -> datetime:
        """Tell what time it is, UTC."""
        if self._zero is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(self._zero + time.monotonic(), UTC)

    def learn(self, at: datetime, asked: float, told: float) -> None:
        """Take over a time that was read between two moments of the steady clock, in seconds.

        What fits to what is known says nothing new; else it was most likely read midway. What took
        long is better than nothing.
        """
        if self.is_known and told - asked > EXACT_S:
            return
        stamp = at.timestamp()
        if self._zero is None or not asked <= stamp - self._zero <= told:
            self._zero = stamp - (asked + told) / 2
        self._compare()

    def _compare(self) -> None:
        ahead_s = (datetime.now(UTC) - self.now()).total_seconds()
        AHEAD.set(ahead_s)
        is_wrong = abs(ahead_s) > WRONG_S
        if is_wrong and not self._is_wrong:
            log.warning("clock_wrong", ahead_s=round(ahead_s, 1))
        self._is_wrong = is_wrong


CLOCK = Clock()
now = CLOCK.now


async def read(pool: Pool) -> None:
    """Read the ledger's time once, if it can be read at once."""
    with passing() as trouble:
        async with pool.acquire(timeout=POOL_WAIT_S) as db:
            asked = time.monotonic()
            at = await db.fetchval("SELECT clock_timestamp()", timeout=POOL_WAIT_S)
            CLOCK.learn(at, asked, time.monotonic())
    if trouble:
        log.warning("clock_not_read", error=trouble.name)


async def keep(pool: Pool) -> None:
    """Read the ledger's time again and again."""
    while True:
        await asyncio.sleep(READ_S if CLOCK.is_known else SOON_S)
        await read(pool)
