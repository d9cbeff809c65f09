"""Gives back what time has freed: expired holds, withheld seats, visits that are over."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from services.booking import metrics, store, writing
from services.booking.decisions import expire_hold
from services.booking.desk import Desk, Tools
from shared.db import Db, Pool, is_passing

log = structlog.get_logger(__name__)

LIMIT = 500
VISITS_S = 60.0


async def sweep(db: Db, tools: Tools) -> int:
    """Sweep once, in the caller's transaction; returns how many seats moved.

    One sweeper at a time works. It locks the slots like any batch, so that a hold which is being
    confirmed at this moment has one winner.
    """
    if not await store.is_only_sweeper(db):
        return 0
    hold_ids, seats = await store.find_due(db, LIMIT)
    if not hold_ids and not seats:
        return 0
    slot_ids = {seat["slot_id"] for seat in seats}
    if hold_ids:
        slot_ids |= await store.find_slot_ids(db, hold_ids, ())
    desk = Desk(tools, slots=await store.lock_slots(db, slot_ids), now=await store.read_clock(db))
    for claim in await store.find_claims(db, hold_ids, ()):
        expire_hold(desk, claim)
    for seat in seats:
        desk.release_withheld(seat["slot_id"], seat["seat"])
    desk.say_changes()
    changes = desk.take_changes()
    await writing.write(db, changes, [], desk.now)
    await writing.write_slots(db, desk.slots.values())
    metrics.SWEPT.labels("holds").inc(len(changes.altered))
    metrics.SWEPT.labels("withheld").inc(len(seats))
    return len(changes.altered) + len(seats)


async def end_visits(db: Db) -> int:
    """Let bookings rest whose session is over: their person may book again."""
    ended = await store.end_visits(db, LIMIT)
    metrics.SWEPT.labels("visits").inc(ended)
    return ended


async def run(pool: Pool, tools: Tools, wake: Callable[[], None], pause_s: float) -> None:
    """Sweep for as long as the process lives."""

    async def seats(db: Db) -> int:
        moved = await sweep(db, tools)
        if moved:
            wake()
        return moved

    await asyncio.gather(
        _repeat(pool, seats, pause_s), _repeat(pool, end_visits, max(pause_s, VISITS_S))
    )


async def _repeat(pool: Pool, act: Callable[[Db], Awaitable[int]], pause_s: float) -> None:
    """Act in transactions, at once again while there is a full load to move."""
    while True:
        moved = 0
        try:
            async with pool.acquire() as db, db.transaction():
                moved = await act(db)
        except Exception as error:
            if not is_passing(error):
                log.exception("sweep_failed", act=act.__name__)
        if moved < LIMIT:
            await asyncio.sleep(pause_s)
