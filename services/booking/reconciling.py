"""Compares the ledger with itself while it is in use, and says what is wrong; repairs nothing."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import structlog

from services.booking import invariants, metrics
from services.booking.invariants import CHECKS, Found
from shared.db import Db, is_passing, open_pool

log = structlog.get_logger(__name__)

RECONCILE_LOCK = 7_236_006
LONGEST_S = 60.0  # of one statement
SHARE = 20  # it rests so many times longer than a look took
CLOSING_S = 5.0
# One core at most, and no snapshot for long: vacuum waits for it.
GENTLY = """
    SET LOCAL statement_timeout = '{:.0f}s';
    SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL work_mem = '64MB'
"""


async def look(db: Db, *, whole: bool, longest_s: float = LONGEST_S) -> list[Found]:
    """Go through every check as the ledger stood at one moment.

    Nobody is kept waiting: it reads one snapshot and locks nothing.
    """
    async with db.transaction(isolation="repeatable_read", readonly=True):
        await db.execute(GENTLY.format(longest_s))
        return [
            await invariants.find(db, check, whole=whole, longest_s=longest_s + 5)
            for check in CHECKS
            if whole or not check.whole
        ]


def tell(found: Sequence[Found]) -> None:
    """Set the gauges, and log what is broken: ids of slots, events and commands, nobody's data."""
    for one in found:
        metrics.BROKEN[one.check.gauge].set(one.number)
        if one.is_broken:
            ids = {one.check.of: [str(each) for each in one.ids]} if one.ids else {}
            log.error("ledger_broken", what=one.check.name, number=one.number, **ids)


@dataclass(slots=True)
class Reconciler:
    """Looks again and again, on a connection of its own, while no other worker does.

    What is watched every `pause_s`, the whole ledger every `whole_s`, and either so seldom that it
    takes a twentieth of the time at most.
    """

    url: str
    pause_s: float
    whole_s: float

    async def run(self) -> None:
        """Look for as long as the process lives; whoever has just started has to catch up first."""
        while True:
            await asyncio.sleep(self.pause_s)
            try:
                await self._take_turn()
            except Exception as error:
                if is_passing(error):
                    log.warning("reconciling_broke_off", trouble=type(error).__name__)
                else:
                    log.exception("reconciling_failed")

    async def _take_turn(self) -> None:
        """Look until something fails, if no other worker does so already.

        The lock lives as long as the connection, so that another takes over from who died. Who
        has it not says nothing of the ledger, neither good nor bad.
        """
        pool = await open_pool(self.url, name="reconciler", size=1)
        try:
            async with pool.acquire() as db:
                if await db.fetchval("SELECT pg_try_advisory_lock($1)", RECONCILE_LOCK):
                    await self._watch(db)
            metrics.forget_reconciled()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSING_S):
                    await pool.close()

    async def _watch(self, db: Db) -> None:
        """Look at what is watched, and each time it is due at everything."""
        whole_due = 0.0
        whole = False
        while True:
            took = await self._look(db, whole=whole)
            if whole:
                whole_due = time.monotonic() + max(self.whole_s, SHARE * took)
            await asyncio.sleep(max(self.pause_s, SHARE * took))
            whole = time.monotonic() >= whole_due

    async def _look(self, db: Db, *, whole: bool) -> float:
        """Look once, say what was found and how long it took; what takes too long is given up."""
        began = time.monotonic()
        found: list[Found] = []
        with contextlib.suppress(asyncpg.QueryCanceledError):
            found = await look(db, whole=whole)
        took_s = time.monotonic() - began
        if found:
            tell(found)
            metrics.reconciled(whole=whole, took_s=took_s)
        else:
            log.error("reconciling_took_too_long", whole=whole, took_s=round(took_s, 1))
        return took_s
