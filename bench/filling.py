"""Fills the ledger with bookings that were made before, and with slots, as rows.

No worker may run meanwhile: it would number the same events.
"""

import asyncpg

from bench.world import World

LARGEST_SLOT = 100_000
ROWS_S = 600.0
MADE = "md5($1::uuid || 'hold' || n)::uuid"
# What is kept of each confirmed booking of one slot; $1 is the slot, $2 how many, $3 the last
# position among the events. Ids follow from the slot and the seat.
COMMANDS = f"""
    INSERT INTO booking.command (id, kind, owner_key, fingerprint, outcome)
    SELECT {MADE}, 'hold.place', uuid_send({MADE}), uuid_send({MADE}),
           jsonb_build_object('kind', 'hold_granted', 'hold_id', {MADE})
      FROM generate_series(1, $2::int) n
"""
HOLDS = f"""
    INSERT INTO booking.hold (id, slot_id, service_id, seat, state, owner_key, person_key, person,
                              channel, held_at, expires_at)
    SELECT {MADE}, $1::uuid, 'passport', n, 'confirmed', uuid_send({MADE}),
           uuid_send({MADE}) || uuid_send({MADE}), convert_to(repeat('x', 120), 'UTF8'), 'web',
           now(), now()
      FROM generate_series(1, $2::int) n
"""
BOOKINGS = f"""
    INSERT INTO booking.booking (code, hold_id, service_hour, queue_number, confirmed_at)
    SELECT upper(left(md5($1::uuid || 'code' || n), 12)), {MADE}, '08:00-08:30', 'A-' || n, now()
      FROM generate_series(1, $2::int) n
"""
EVENTS = f"""
    INSERT INTO booking.event_log (id, type, slot_id, slotsequence, subject, office_id, data,
                                   occurred_at, position)
    SELECT md5($1::uuid || 'event' || n)::uuid, 'hold.placed', $1::uuid, s.seq + n, 'filled',
           s.office_id, jsonb_build_object('hold_id', {MADE}), now(), $3::bigint + n
      FROM generate_series(1, $2::int) n, booking.slot s WHERE s.id = $1::uuid
"""
POSITIONS = "UPDATE booking.relay SET position = position + $1, published = published + $1"
SEATS = """
    UPDATE booking.slot SET remaining = capacity - $2::int, next_seat = $2::int + 1,
           seq = seq + $2::int
     WHERE id = $1::uuid
"""


async def add_bookings(world: World, count: int) -> None:
    """Add confirmed bookings, each on a seat of its own."""
    done = 0
    while done < count:
        number = min(LARGEST_SLOT, count - done)
        await _book(world, number)
        done += number


async def _book(world: World, count: int) -> None:
    """Fill one slot with confirmed bookings, with everything that is kept of each."""
    slot = await world.open_slot(count)
    async with world.admin.acquire() as db, db.transaction():
        # Rows of the past need not be checked one by one.
        await db.execute("SET LOCAL synchronous_commit = off")
        position = await db.fetchval("SELECT position FROM booking.relay")
        for sql in (COMMANDS, HOLDS, BOOKINGS):
            await db.execute(sql, slot.slot_id, count, timeout=ROWS_S)
        await db.execute(EVENTS, slot.slot_id, count, position, timeout=ROWS_S)
        await db.execute(POSITIONS, count)
        await db.execute(SEATS, slot.slot_id, count)


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
