"""The race of the stampede, and its twin without the guard: the twin must oversell.

A race test that cannot fail proves nothing, so the same rush is run on a ledger whose lock and
constraints were taken away.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from services.booking import store
from services.booking.batch import Batches
from services.booking.codes import new_booking_code
from services.booking.desk import Tools
from services.booking.outbox import EventOutbox
from services.booking.rules import Slot
from shared.broker import Broker
from shared.db import Db, open_pool
from shared.keys import Keys
from shared.messages import (
    Applicant,
    Channel,
    Contact,
    HoldGranted,
    PlaceHold,
    Session,
    SlotRef,
)
from shared.relay import Relay

SEATS, RIVALS, TOGETHER = 20, 200, 10
REF = SlotRef(office="here", service="passport", date=date(2030, 1, 7), session=Session.MORNING)


@pytest.fixture
async def ledger() -> AsyncIterator[tuple[Stack, Any]]:
    """A ledger of its own with one slot of 20 seats."""
    async with fresh_stack() as stack:
        db = await asyncpg.connect(stack.environment("migrate")["ANTREAN_DATABASE_URL"])
        await db.execute(
            """
            INSERT INTO booking.office (id, name, short_name, timezone, address)
            VALUES ('here', 'Here', 'Here', 'Asia/Jakarta', 'Here');
            INSERT INTO booking.service VALUES ('passport', 'Paspor', 'Passport');
            INSERT INTO booking.office_service VALUES ('here', 'passport', 0);
            """
        )
        starts_at = datetime(2030, 1, 7, 1, tzinfo=UTC)
        await db.execute(
            """
            INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends,
                starts_at, ends_at, opens_at, closes_at, window_minutes, queue_letter, capacity,
                remaining)
            VALUES ($1, 'here', 'passport', $2, 'morning', '08:00', '12:00', $3, $4, now(), $3, 30,
                    'A', $5, $5)
            """,
            REF.slot_id,
            REF.date,
            starts_at,
            starts_at + timedelta(hours=4),
            SEATS,
        )
        yield stack, db
        await db.close()


async def rush(stack: Stack) -> int:
    """Let rivals in ten batches at once ask for the slot; returns how many were told "yours"."""
    environment = stack.environment("booking")
    pool = await open_pool(environment["ANTREAN_DATABASE_URL"], name="rush", size=TOGETHER)
    broker = Broker(environment["ANTREAN_AMQP_URL"], "rush")
    keys = Keys.from_secret(environment["ANTREAN_SECRET"])
    relay = Relay(pool, broker.publisher, EventOutbox())
    tools = Tools(keys, new_booking_code, random.random)
    batches = Batches(pool, relay, broker.publisher, tools)
    wishes = [wish(keys, number) for number in range(RIVALS)]
    share = RIVALS // TOGETHER
    groups = (wishes[start : start + share] for start in range(0, RIVALS, share))
    try:
        found = await asyncio.gather(*(batches.decide(group) for group in groups))
    finally:
        await pool.close()
    return sum(isinstance(o.result, HoldGranted) for outcomes in found for o in outcomes)


def wish(keys: Keys, number: int) -> PlaceHold:
    phone = f"+62812{number:08d}"
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04d}")
    return PlaceHold(
        id=uuid4(),
        owner=keys.owner_of(phone, None),
        channel=Channel.WEB,
        contact=Contact(phone=phone),
        slot=REF,
        applicant=Applicant(name=f"Contoh {letters}", birth_date=date(1990, 8, 17)),
    )


async def test_with_the_guard_exactly_the_quota_is_sold(ledger: tuple[Stack, Any]) -> None:
    stack, db = ledger

    sold = await rush(stack)

    assert sold == SEATS
    assert await db.fetchval("SELECT remaining FROM booking.slot") == 0


async def test_without_the_guard_the_twin_oversells(
    ledger: tuple[Stack, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, db = ledger
    await db.execute("ALTER TABLE booking.slot DROP CONSTRAINT slot_never_oversold")
    await db.execute("DROP INDEX booking.hold_one_per_seat")
    await db.execute(
        "ALTER TABLE booking.event_log DROP CONSTRAINT event_log_slot_id_slotsequence_key"
    )

    # Two looks at one state name their events alike, too, and would meet there.
    await db.execute("ALTER TABLE booking.event_log DROP CONSTRAINT event_log_pkey CASCADE")

    async def look_without_a_lock(db: Db, ids: Any) -> dict[Any, Slot]:
        rows = await db.fetch(
            "SELECT o.*, s.* FROM booking.slot s JOIN booking.office o ON o.id = s.office_id"
        )
        await asyncio.sleep(0.05)  # the moment in which the others look, too
        return {row["id"]: store._slot(row) for row in rows if row["id"] in ids}

    monkeypatch.setattr(store, "lock_slots", look_without_a_lock)

    sold = await rush(stack)

    assert sold > SEATS
