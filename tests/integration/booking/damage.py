"""A small ledger with a bit of everything in it, and every way to damage it by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg

from deploy.local import provision
from deploy.local.environment import Stack
from services.booking.batch import Batches
from services.booking.codes import new_booking_code
from services.booking.desk import Tools
from services.booking.outbox import EventOutbox
from shared.broker import Broker
from shared.db import Pool, open_pool
from shared.keys import Keys
from shared.messages import SlotRef
from shared.relay import BATCH, Relay
from tests.integration.booking.ledger import Citizen, Ledger
from tests.integration.gateway.world import TODAY, World

OFFICE = "uji-damage"
FULL, OLD = TODAY + timedelta(days=10), TODAY + timedelta(days=11)
ONE = "(SELECT id FROM booking.slot WHERE remaining BETWEEN 1 AND 9)"
CONFIRMED = f"state = 'confirmed' AND slot_id = {ONE}"
LAST = "(SELECT max(position) FROM booking.event_log)"


@dataclass(frozen=True, slots=True)
class Damage:
    """What somebody does by hand, and the gauges that say so."""

    sql: str
    gauges: tuple[str, ...]


DAMAGES = (
    Damage(f"UPDATE booking.slot SET remaining = remaining + 1 WHERE id = {ONE}",
           ("oversold_slots",)),
    Damage(f"UPDATE booking.slot SET remaining = remaining - 1 WHERE id = {ONE}",
           ("undersold_slots",)),
    Damage("UPDATE booking.slot SET withheld = 0, remaining = remaining + withheld"
           " WHERE withheld > 0", ("withheld_mismatch_slots",)),
    Damage("DELETE FROM booking.withheld", ("withheld_mismatch_slots", "mixed_up_slots")),
    Damage(f"DROP INDEX booking.hold_one_per_seat; UPDATE booking.hold SET seat = 2"
           f" WHERE {CONFIRMED} AND seat = 1", ("doubled_seats", "mixed_up_slots")),
    Damage(f"UPDATE booking.slot SET next_seat = next_seat + 1 WHERE id = {ONE}",
           ("mixed_up_slots",)),
    Damage(f"UPDATE booking.slot SET free_seats = '{{1}}', next_seat = next_seat + 1"
           f" WHERE id = {ONE}", ("mixed_up_slots",)),
    Damage(f"DROP INDEX booking.hold_one_per_person; UPDATE booking.hold SET person_key = 'same'"
           f" WHERE {CONFIRMED} AND seat < 3", ("doubled_persons",)),
    Damage(f"DROP INDEX booking.hold_one_per_nik; UPDATE booking.hold SET nik_key = 'same'"
           f" WHERE {CONFIRMED} AND seat < 3", ("doubled_persons",)),
    Damage("UPDATE booking.slot SET remaining = remaining + 1, free_seats = '{1}'"
           f" WHERE id = {ONE}; UPDATE booking.hold SET state = 'expired'"
           f" WHERE slot_id = {ONE} AND seat = 1",
           ("orphaned_bookings",)),
    Damage("DELETE FROM booking.booking WHERE hold_id = ("
           f"SELECT id FROM booking.hold WHERE {CONFIRMED} LIMIT 1)", ("orphaned_claims",)),
    Damage("DELETE FROM booking.command WHERE id = ("
           f"SELECT id FROM booking.hold WHERE {CONFIRMED} LIMIT 1)", ("orphaned_holds",)),
    Damage("UPDATE booking.withheld SET hold_id = ("
           "SELECT id FROM booking.hold WHERE state = 'rescheduled')", ("orphaned_withheld",)),
    Damage("INSERT INTO booking.outbox (event_id) VALUES (gen_random_uuid())",
           ("orphaned_outbox",)),
    Damage(f"INSERT INTO booking.outbox (event_id) SELECT id FROM booking.event_log"
           f" WHERE position = {LAST}", ("orphaned_outbox",)),
    Damage("INSERT INTO booking.event_log (id, type, data, occurred_at)"
           " VALUES (gen_random_uuid(), 'slot.changed', '{}', now())", ("orphaned_events",)),
    Damage(f"UPDATE booking.slot SET seq = seq + 1 WHERE id = {ONE}", ("event_mismatch_slots",)),
    Damage("UPDATE booking.event_log SET slot_id = NULL, slotsequence = NULL"
           f" WHERE slot_id = {ONE} AND slotsequence = 2", ("event_gap_slots",)),
    Damage("UPDATE booking.relay SET position = position + 1, published = published + 1",
           ("position_gaps",)),
    Damage(f"UPDATE booking.event_log SET position = position + 5 WHERE position = {LAST} - 1;"
           "UPDATE booking.relay SET position = position + 4, published = published + 4",
           ("position_gaps",)),
    Damage("UPDATE booking.command SET outcome = NULL WHERE id = ("
           f"SELECT id FROM booking.hold WHERE {CONFIRMED} LIMIT 1)", ("undecided_commands",)),
    Damage("INSERT INTO gateway.asked VALUES"
           " (gen_random_uuid(), 'o', 'hold.place', NULL, now() - interval '2 min')",
           ("unanswered_commands",)),
    Damage("INSERT INTO gateway.awaiting VALUES (gen_random_uuid(), 'x', now() - interval '1 h')",
           ("unanswered_commands",)),
    Damage("UPDATE booking.relay SET published = published - 1;"
           "UPDATE booking.event_log SET occurred_at = now() - interval '61 s'"
           f" WHERE position = {LAST}", ("outbox_oldest_seconds",)),
    Damage("WITH late AS (INSERT INTO booking.event_log (id, type, data, occurred_at) VALUES"
           " (gen_random_uuid(), 'slot.changed', '{}', now() - interval '61 s') RETURNING id)"
           " INSERT INTO booking.outbox (event_id) SELECT id FROM late",
           ("outbox_oldest_seconds",)),
    Damage("UPDATE booking.hold SET held_at = held_at - interval '1 h', expires_at = now() -"
           " interval '61 s' WHERE state = 'held'", ("overdue_seconds",)),
    Damage("UPDATE booking.withheld SET release_at = now() - interval '61 s'",
           ("overdue_seconds",)),
)  # fmt: skip
# What there is at any moment where all is well.
UNDER_WAY = """
    INSERT INTO gateway.asked VALUES (gen_random_uuid(), 'o', 'hold.place', NULL, now());
    INSERT INTO gateway.asked SELECT id, 'o', kind, NULL, now() - interval '1 h'
      FROM booking.command LIMIT 1;
    INSERT INTO gateway.awaiting VALUES (gen_random_uuid(), 'x', now());
    WITH new AS (INSERT INTO booking.event_log (id, type, data, occurred_at)
        VALUES (gen_random_uuid(), 'slot.changed', '{}', now() - interval '5 s') RETURNING id)
    INSERT INTO booking.outbox (event_id) SELECT id FROM new;
    UPDATE booking.relay SET published = published - 1;
    UPDATE booking.event_log SET occurred_at = now() - interval '5 s'
     WHERE position = (SELECT position FROM booking.relay);
    UPDATE booking.hold SET expires_at = now() - interval '5 s' WHERE state = 'held';
    UPDATE booking.withheld SET release_at = now() - interval '5 s';
"""
TABLES = (
    *("booking.slot", "booking.hold", "booking.booking", "booking.withheld", "booking.command"),
    *("booking.event_log", "booking.outbox", "booking.relay", "booking.audit"),
    *("gateway.asked", "gateway.awaiting"),
)


@asynccontextmanager
async def at_work(stack: Stack) -> AsyncIterator[tuple[Ledger, World]]:
    """Give what decides commands in a ledger, and what opens slots there; no relay runs."""
    pool = await open_pool(stack.environment("booking")["ANTREAN_DATABASE_URL"], name="damage")
    admin = await open_pool(stack.environment("migrate")["ANTREAN_DATABASE_URL"], name="admin")
    publisher = Broker(stack.environment("booking")["ANTREAN_AMQP_URL"], "test").publisher
    tools = Tools(Keys.from_secret(stack.secrets["root"]), new_booking_code, lambda: 0.5)
    batches = Batches(pool, Relay(pool, publisher, EventOutbox()), publisher, tools)
    try:
        yield Ledger(batches, tools, admin), World(admin)
    finally:
        await pool.close()
        await admin.close()


async def live_a_little(ledger: Ledger, world: World) -> None:
    """Hold, confirm, correct, release, cancel and move; one slot is of long ago."""
    keys = ledger.tools.keys
    await world.open_office(OFFICE, ("passport",))
    await ledger.admin.execute(
        "UPDATE booking.office SET release_after_min_s = 3600, release_after_max_s = 7200"
    )
    slot = await world.open_slot(OFFICE, 10, FULL)
    old = await world.open_slot(OFFICE, 20, OLD)
    booked = [await ledger.booked(Citizen(keys), slot) for _ in range(4)]
    mover = Citizen(keys)
    moved = await ledger.booked(mover, old)
    await ledger.one(mover.move(moved.booking_code, slot))
    leaver = Citizen(keys)
    await ledger.one(leaver.cancel((await ledger.booked(leaver, slot)).booking_code))
    misspelt = Citizen(keys)
    first = await ledger.held(misspelt, slot)
    await ledger.one(replace(misspelt, name=f"{misspelt.name}h").hold(slot, replaces=first))
    await ledger.booked(Citizen(keys), old)
    assert len(booked) == 4
    await make_old(ledger.admin, old)
    await number_events(ledger.admin)


async def make_old(admin: Pool, ref: SlotRef) -> None:
    """Let a slot be of a month ago; its visit is over, and nothing is withheld there any more."""
    await admin.execute("DELETE FROM booking.withheld WHERE slot_id = $1", ref.slot_id)
    await admin.execute(
        """
        UPDATE booking.slot SET date = date - 60, starts_at = starts_at - interval '60 days',
               ends_at = ends_at - interval '60 days', closes_at = closes_at - interval '60 days',
               free_seats = ARRAY[1], remaining = remaining + withheld, withheld = 0
         WHERE id = $1
        """,
        ref.slot_id,
    )
    await admin.execute(
        "UPDATE booking.hold SET state = 'visited' WHERE slot_id = $1 AND state = 'confirmed'",
        ref.slot_id,
    )


async def number_events(pool: Pool) -> None:
    """Number what waits in the outbox, as a relay does, and call it published."""
    async with pool.acquire() as db:
        while await db.fetchval("SELECT count(*) FROM booking.outbox"):
            async with db.transaction():
                await EventOutbox().prepare(db, BATCH)
            await db.execute("UPDATE booking.relay SET published = position")


@asynccontextmanager
async def copy_of(stack: Stack) -> AsyncIterator[Stack]:
    """Copy a database to which nobody is connected, to be damaged; dropped afterwards."""
    name = f"{stack.database}_{uuid4().hex[:10]}"
    server = await asyncpg.connect(stack.servers.database_admin)
    try:
        await server.execute(
            f"CREATE DATABASE {name} TEMPLATE {stack.database} OWNER antrean_migrator"
        )
    finally:
        await server.close()
    await provision.provision_database(stack.servers, name)
    try:
        yield replace(stack, database=name)
    finally:
        await provision.drop_database(stack.servers, name)


async def everything(db: Any) -> dict[str, str]:
    """Read all that is in the ledger and around it, each table as one value."""
    return {
        table: await db.fetchval(
            f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
        )
        for table in TABLES
    }
