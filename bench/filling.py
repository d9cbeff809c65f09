"""Fills the ledger with bookings that were made before, and with slots, as rows.

No worker may run meanwhile: it would number the same events.
"""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from bench.world import World

LARGEST_SLOT = 100_000
ROWS_S = 600.0
# What is kept of each confirmed booking of some slots: $1 are the slots, $2 how many bookings of
# each, $3 the last position among the events. Ids follow from the slot and the seat, and rows
# come in the order of the ids, as indexes like them.
MADE = """
    WITH made AS MATERIALIZED (
        SELECT md5(slot::text || 'hold' || n)::uuid AS id, slot, place, n::int AS n
          FROM unnest($1::uuid[]) WITH ORDINALITY AS slots (slot, place),
               generate_series(1, $2::int) n
         ORDER BY id
    )
"""
COMMANDS = f"""{MADE}
    INSERT INTO booking.command (id, kind, owner_key, fingerprint, outcome)
    SELECT id, 'hold.place', uuid_send(id), uuid_send(id),
           ('{{"kind": "hold_granted", "hold_id": "' || id || '"}}')::jsonb
      FROM made
"""
HOLDS = f"""{MADE}
    INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key, person,
                              channel, held_at, expires_at)
    SELECT id, slot, 'passport', n, 'confirmed', uuid_send(id), uuid_send(id) || uuid_send(id),
           convert_to(repeat('x', 120), 'UTF8'), 'web', now(), now()
      FROM made
"""
BOOKINGS = f"""{MADE}
    INSERT INTO booking.booking (code, hold_id, service_hour, queue_number, confirmed_at)
    SELECT upper(right(id::text, 12)), id, '08:00-08:30', 'A-' || n, now() FROM made
"""
EVENTS = f"""{MADE}
    INSERT INTO booking.event_log (id, type, slot_id, slotsequence, subject, office_id, data,
                                   occurred_at, position)
    SELECT made.id, 'hold.placed', slot, s.seq + n, 'filled', s.office_id,
           ('{{"hold_id": "' || made.id || '"}}')::jsonb, now(),
           $3::bigint + (place - 1) * $2::int + n
      FROM made JOIN booking.slot s ON s.id = slot
"""
POSITIONS = "UPDATE booking.relay SET position = position + $1, published = published + $1"
SEATS = """
    UPDATE booking.slot SET remaining = capacity - $2::int, next_seat = $2::int + 1,
           seq = seq + $2::int
     WHERE id = ANY ($1::uuid[])
"""


async def add_bookings(world: World, count: int) -> None:
    """Add confirmed bookings, each on a seat of its own."""
    full, rest_of = divmod(count, LARGEST_SLOT)
    for slots, seats in ((full, LARGEST_SLOT), (1, rest_of)):
        if slots and seats:
            await _book(world, [one.slot_id for one in await world.open_slots(seats, slots)], seats)


async def _book(world: World, slots: list[UUID], seats: int) -> None:
    """Fill slots with confirmed bookings, with everything that is kept of each."""
    url = world.stack.servers.database_admin
    position = await world.admin.fetchval("SELECT position FROM booking.relay")
    whole = (slots, seats)
    await asyncio.gather(
        _insert(url, world.stack.database, ((COMMANDS, whole), (BOOKINGS, whole))),
        _insert(url, world.stack.database, ((HOLDS, whole),)),
        _insert(url, world.stack.database, ((EVENTS, (*whole, position)),)),
    )
    await world.admin.execute(POSITIONS, len(slots) * seats)
    await world.admin.execute(SEATS, slots, seats)


async def _insert(
    admin_url: str, database: str, inserts: Sequence[tuple[str, tuple[Any, ...]]]
) -> None:
    """Insert rows that need no check one by one: what they refer to is put beside them."""
    db = await asyncpg.connect(urlsplit(admin_url)._replace(path=f"/{database}").geturl())
    try:
        await db.execute("SET synchronous_commit = off; SET session_replication_role = replica")
        await db.execute("SET work_mem = '256MB'")
        for sql, values in inserts:
            await db.execute(sql, *values, timeout=ROWS_S)
    finally:
        await db.close()


async def rest(world: World) -> None:
    """Finish what filling left to do in the background: it is no cost of a large ledger."""
    async with world.admin.acquire() as db:
        for table in ("command", "hold", "booking", "event_log", "slot"):
            await db.execute(f"VACUUM (ANALYZE) booking.{table}", timeout=ROWS_S)
    server = await asyncpg.connect(world.stack.servers.database_admin)
    try:
        await server.execute("CHECKPOINT", timeout=ROWS_S)
    finally:
        await server.close()


async def add_slots(world: World, count: int) -> None:
    """Open slots at every office for a year ahead, all of one kind, as rows."""
    await world.admin.execute(
        """
        INSERT INTO booking.service VALUES ('sample', 'Contoh', 'Sample') ON CONFLICT DO NOTHING;
        INSERT INTO booking.office_service (office_id, service_id, ordinal)
        SELECT office_id, 'sample', max(ordinal) + 1 FROM booking.office_service
         WHERE service_id <> 'sample' GROUP BY office_id ON CONFLICT DO NOTHING
        """
    )
    await world.admin.execute(
        """
        INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends, starts_at,
            ends_at, opens_at, closes_at, window_minutes, queue_letter, capacity, remaining)
        SELECT gen_random_uuid(), o.id, 'sample', current_date + d, s, '08:00', '12:00',
               now() + d * interval '1 day', now() + (d + 1) * interval '1 day', now(),
               now() + d * interval '1 day', 30, 'Z', 40, 40
          FROM generate_series(1, 400) d CROSS JOIN booking.office o
         CROSS JOIN unnest(ARRAY['morning', 'afternoon']) s
         LIMIT $1
        """,
        count,
        timeout=ROWS_S,
    )
