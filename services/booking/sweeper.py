"""Gives back what time has freed: expired holds, withheld seats, visits that are over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from services.booking import metrics, store, writing
from services.booking.decisions import expire_hold
from services.booking.desk import Desk, Tools
from shared.broker import SLOTS_STREAM, Publisher
from shared.db import Db, Pool, is_passing
from shared.messages import SeatsTold

log = structlog.get_logger(__name__)

LIMIT = 500
VISITS_S = 60.0


@dataclass(frozen=True, slots=True)
class Swept:
    """How many seats moved, and what to say of their slots once that is committed."""

    moved: int = 0
    told: SeatsTold | None = None


async def sweep(db: Db, tools: Tools) -> Swept:
    """Sweep once, in the caller's transaction.

    One sweeper at a time works. It locks the slots like any batch, so that a hold which is being
    confirmed at this moment has one winner.
    """
    if not await store.is_only_sweeper(db):
        return Swept()
    hold_ids, seats = await store.find_due(db, LIMIT)
    if not hold_ids and not seats:
        return Swept()
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
    return Swept(len(changes.altered) + len(seats), desk.seats_told())


async def end_visits(db: Db) -> int:
    """Let bookings rest whose session is over: their person may book again."""
    ended = await store.end_visits(db, LIMIT)
    metrics.SWEPT.labels("visits").inc(ended)
    return ended


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Sweeps in transactions of its own, wakes the relay and says which seats are free again."""

    pool: Pool
    tools: Tools
    publisher: Publisher
    wake: Callable[[], None]

    async def run(self, pause_s: float) -> None:
        """Sweep for as long as the process lives."""
        await asyncio.gather(
            _repeat(self.seats, pause_s), _repeat(self.visits, max(pause_s, VISITS_S))
        )

    async def seats(self) -> int:
        """Give back seats and tell the gateways at once; the events may come a good while later."""
        async with self.pool.acquire() as db, db.transaction():
            swept = await sweep(db, self.tools)
        if swept.moved:
            self.wake()
        if swept.told is not None:
            text = swept.told.model_dump_json()
            await self.publisher.send_plain(SLOTS_STREAM, text.encode())
        return swept.moved

    async def visits(self) -> int:
        """Let bookings rest whose session is over."""
        async with self.pool.acquire() as db, db.transaction():
            return await end_visits(db)


async def _repeat(act: Callable[[], Awaitable[int]], pause_s: float) -> None:
    """Act, at once again while there is a full load to move."""
    while True:
        moved = 0
        try:
            moved = await act()
        except Exception as error:
            if not is_passing(error):
                log.exception("sweep_failed", act=act.__name__)
        if moved < LIMIT:
            await asyncio.sleep(pause_s)
