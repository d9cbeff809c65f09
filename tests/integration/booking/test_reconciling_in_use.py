"""While many people hold, confirm, move and cancel, nothing that is right is called wrong."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from services.booking.operator import quota
from services.booking.operator.plan import Plan
from services.booking.reconciling import look
from shared.messages import BookingGranted, HoldGranted, Session, SlotRef
from tests.integration.booking.damage import at_work, number_events
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import TODAY, World

OFFICE = "uji-use"
LOOKS, ROUNDS, TOGETHER, SEATS = 40, 40, 12, 60
DAYS = [TODAY + timedelta(days=10 + n) for n in range(3)]


@pytest.fixture
async def stack() -> AsyncIterator[Stack]:
    async with fresh_stack() as found:
        yield found


async def open_slots(world: World) -> list[SlotRef]:
    """Open slots whose seats are withheld for half a second once they are given up."""
    await world.open_office(OFFICE, ("passport",))
    await world.admin.execute("UPDATE booking.office SET release_after_max_s = 1, phone_cap = 50")
    return [await world.open_slot(OFFICE, SEATS, day) for day in DAYS]


async def some_lives(ledger: Ledger, slots: list[SlotRef]) -> int:
    """Let some people hold and correct, confirm, move, cancel and forget, a batch at a time."""
    people = [Citizen(ledger.tools.keys) for _ in range(TOGETHER)]
    wishes = [one.hold(random.choice(slots)) for one in people]
    first = zip(people, wishes, await ledger.decide(*wishes), strict=True)
    held = [(one, w.slot, r.hold_id) for one, w, r in first if isinstance(r, HoldGranted)]
    amended = [replace(one, name=f"{one.name}h").hold(s, replaces=h) for one, s, h in held[:4]]
    await ledger.decide(*amended)
    for (one, _, _), wish in zip(held[1:4], amended[1:], strict=True):
        await ledger.one(one.release(wish.id))
    for _, _, hold_id in held[4:6]:
        await ledger.let_expire(hold_id)
    await ledger.decide(*(one.release(hold_id) for one, _, hold_id in held[6:7]))
    granted = await ledger.decide(*(one.confirm(hold_id) for one, _, hold_id in held[7:]))
    booked = [
        (one, result.booking_code)
        for (one, _, _), result in zip(held[7:], granted, strict=True)
        if isinstance(result, BookingGranted)
    ]
    await ledger.decide(*(one.move(code, random.choice(slots)) for one, code in booked))
    await ledger.decide(*(one.cancel(code) for one, code in booked[1:]))
    return len(held)


async def other_size(ledger: Ledger) -> None:
    """Give the slots some seats more, or as many less if they are free."""
    seats = dict.fromkeys((Session.MORNING,), SEATS + random.choice((0, 20)))
    plan = Plan(OFFICE, "passport", tuple(DAYS), seats)
    async with ledger.batches.pool.acquire() as db, db.transaction():
        await quota.open_quota(db, plan, "test", dry=False, partial=True)


@dataclass(slots=True)
class Rush:
    """Everything that may happen to a ledger, at once, for as long as somebody looks at it."""

    ledger: Ledger
    slots: list[SlotRef]
    rounds: list[int] = field(default_factory=list)
    looks: list[int] = field(default_factory=list)
    wrong: list[tuple[str, float]] = field(default_factory=list)
    is_over: bool = False

    async def run(self, db: Any) -> None:
        async with asyncio.TaskGroup() as group:
            for act in (*[self.live] * 5, self.ledger.sweep, self.number, self.resize):
                group.create_task(self.repeat(act))
            group.create_task(self.look_often(db))

    async def repeat(self, act: Callable[[], Awaitable[Any]]) -> None:
        while not self.is_over:
            await act()

    async def live(self) -> None:
        self.rounds.append(await some_lives(self.ledger, self.slots))

    async def number(self) -> None:
        await number_events(self.ledger.batches.pool)

    async def resize(self) -> None:
        await other_size(self.ledger)

    async def look_often(self, db: Any) -> None:
        try:
            while len(self.rounds) < ROUNDS or len(self.looks) < LOOKS:
                found = await look(db, whole=len(self.looks) % 2 == 0)
                self.looks.append(len(self.rounds))
                self.wrong += [(one.check.name, one.number) for one in found if one.is_broken]
        finally:
            self.is_over = True


async def test_nothing_is_called_wrong_in_a_stampede(stack: Stack) -> None:
    db = await asyncpg.connect(stack.environment("booking")["ANTREAN_DATABASE_URL"])
    async with at_work(stack) as (ledger, world):
        rush = Rush(ledger, await open_slots(world))
        await rush.run(db)
        states = await world.admin.fetch("SELECT DISTINCT state FROM booking.hold")
    await db.close()

    assert rush.wrong == []
    assert sum(rush.rounds) > SEATS * len(DAYS)
    assert len(set(rush.looks)) > ROUNDS / 4
    assert {row["state"] for row in states} >= {
        *("held", "confirmed", "released", "expired", "cancelled", "rescheduled")
    }
