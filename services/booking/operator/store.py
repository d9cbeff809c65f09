"""The operator's SQL: one function, one statement."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from services.booking.operator.plan import Change, Closure, Existing
from shared.db import Db, Row
from shared.messages import SlotRef


async def find_office(db: Db, office: str) -> Row | None:
    """Read an office with its rules."""
    return await db.fetchrow("SELECT * FROM booking.office WHERE id = $1", office)


async def lock_office(db: Db, office: str) -> Row | None:
    """Read an office and let nobody else open or close there until the transaction ends.

    Without it a day could be closed while slots that nobody sees yet are opened on it. Bookings
    are not held up: they lock slots alone.
    """
    return await db.fetchrow("SELECT * FROM booking.office WHERE id = $1 FOR NO KEY UPDATE", office)


async def find_ordinal(db: Db, office: str, service: str) -> int | None:
    """Read a service's place at an office, or None where it is not offered."""
    found: int | None = await db.fetchval(
        "SELECT ordinal FROM booking.office_service WHERE office_id = $1 AND service_id = $2",
        office,
        service,
    )
    return found


async def find_services(db: Db, office: str) -> list[str]:
    """List what an office offers."""
    rows = await db.fetch(
        "SELECT service_id FROM booking.office_service WHERE office_id = $1 ORDER BY ordinal",
        office,
    )
    return [row["service_id"] for row in rows]


async def find_all_services(db: Db) -> list[str]:
    """List every service that there is."""
    return [row["id"] for row in await db.fetch("SELECT id FROM booking.service ORDER BY id")]


async def add_service(db: Db, office: str, service: str) -> bool:
    """Let an office offer a service, after those that it offers; False where it does already."""
    status: str = await db.execute(
        """
        INSERT INTO booking.office_service (office_id, service_id, ordinal)
        SELECT $1, $2, coalesce(max(ordinal) + 1, 0) FROM booking.office_service
         WHERE office_id = $1 ON CONFLICT (office_id, service_id) DO NOTHING
        """,
        office,
        service,
    )
    return status == "INSERT 0 1"


async def set_rules(db: Db, office: str, values: Mapping[str, Any]) -> None:
    """Change columns of an office; their names must be known ones."""
    changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
    await db.execute(f"UPDATE booking.office SET {changes} WHERE id = $1", office, *values.values())


async def set_hours(db: Db, office: str, session: str, starts: time, ends: time) -> None:
    """Say when a session of an office is, for slots that are opened from now on."""
    await db.execute(
        """
        INSERT INTO booking.session (office_id, session, starts, ends) VALUES ($1, $2, $3, $4)
        ON CONFLICT (office_id, session) DO UPDATE
           SET starts = excluded.starts, ends = excluded.ends
        """,
        office,
        session,
        starts,
        ends,
    )


async def find_hours(db: Db, office: str) -> dict[str, Row]:
    """Read the hours of each session at an office."""
    rows = await db.fetch("SELECT * FROM booking.session WHERE office_id = $1", office)
    return {row["session"]: row for row in rows}


async def find_closures(db: Db, office: str) -> list[tuple[date, str | None]]:
    """List the days and sessions on which an office is closed."""
    rows = await db.fetch("SELECT date, session FROM booking.closure WHERE office_id = $1", office)
    return [(row["date"], row["session"]) for row in rows]


async def lock_slots(db: Db, ids: Sequence[UUID]) -> dict[str, tuple[Existing, Row]]:
    """Lock these slots in the order of their ids, by key."""
    rows = await db.fetch(
        "SELECT * FROM booking.slot WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE", list(ids)
    )
    return {ref_of(row).key: (_existing(row), row) for row in rows}


async def show_slots(db: Db, office: str, first: date, last: date) -> list[Row]:
    """Read an office's slots with how many seats are held and how many booked."""
    rows: list[Row] = await db.fetch(
        """
        SELECT s.*, count(h.id) FILTER (WHERE h.state = 'held') AS held,
               count(h.id) FILTER (WHERE h.state IN ('confirmed', 'visited')) AS booked,
               o.timezone, clock_timestamp() AS now
          FROM booking.slot s JOIN booking.office o ON o.id = s.office_id
          LEFT JOIN booking.hold h ON h.slot_id = s.id
                AND h.state IN ('held', 'confirmed', 'visited')
         WHERE s.office_id = $1 AND s.date BETWEEN $2 AND $3
         GROUP BY s.id, o.timezone ORDER BY s.date, s.service_id, s.starts
        """,
        office,
        first,
        last,
    )
    return rows


async def insert_slot(db: Db, ref: SlotRef, values: Mapping[str, Any]) -> Row:
    """Open a new slot with all its seats free; returns it."""
    rows = await db.fetch(
        """
        INSERT INTO booking.slot (id, office_id, service_id, date, session, starts, ends, starts_at,
            ends_at, opens_at, closes_at, window_minutes, queue_letter, capacity, remaining, seq)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $8, $11, $12, $13, $13, 1) RETURNING *
        """,
        ref.slot_id,
        ref.office,
        ref.service,
        ref.date,
        ref.session.value,
        values["starts"],
        values["ends"],
        values["starts_at"],
        values["ends_at"],
        values["opens_at"],
        values["window_minutes"],
        values["queue_letter"],
        values["capacity"],
    )
    return rows[0]


async def resize_slot(db: Db, change: Change, opens_at: datetime | None) -> Row:
    """Give a slot another capacity and perhaps another opening; returns it as it then is."""
    row: Row | None = await db.fetchrow(
        """
        UPDATE booking.slot SET remaining = remaining + $2 - capacity, capacity = $2,
               opens_at = coalesce($3, opens_at), seq = seq + 1
         WHERE id = $1 RETURNING *
        """,
        change.ref.slot_id,
        change.after,
        opens_at,
    )
    if row is None:
        raise LookupError(change.ref.key)  # it was locked a moment ago
    return row


async def lock_day(db: Db, office: str, day: date) -> None:
    """Lock an office's slots of a day, in the order in which everybody locks slots."""
    await db.execute(
        """
        SELECT FROM booking.slot WHERE office_id = $1 AND date = $2 ORDER BY id FOR UPDATE
        """,
        office,
        day,
    )


async def heed_closures(db: Db, office: str, day: date) -> list[Row]:
    """Close or open a day's slots as its closures say; returns those that changed."""
    rows: list[Row] = await db.fetch(
        """
        UPDATE booking.slot s SET closed = NOT s.closed, seq = s.seq + 1
         WHERE s.office_id = $1 AND s.date = $2 AND s.closed <> EXISTS (
               SELECT FROM booking.closure c
                WHERE c.office_id = s.office_id AND c.date = s.date
                  AND coalesce(c.session, s.session) = s.session)
        RETURNING *
        """,
        office,
        day,
    )
    return rows


async def count_booked(db: Db, closure: Closure) -> int:
    """Count who has a hold or a booking on a day, or on one session of it."""
    number: int = await db.fetchval(
        """
        SELECT count(*) FROM booking.hold h JOIN booking.slot s ON s.id = h.slot_id
         WHERE s.office_id = $1 AND s.date = $2 AND ($3::text IS NULL OR s.session = $3)
           AND h.state IN ('held', 'confirmed')
        """,
        closure.office,
        closure.date,
        closure.session,
    )
    return number


async def add_closure(db: Db, closure: Closure, reason: str) -> None:
    """Remember that an office is closed, so that later openings leave the day out."""
    await db.execute(
        """
        INSERT INTO booking.closure (office_id, date, session, reason) VALUES ($1, $2, $3, $4)
        ON CONFLICT (office_id, date, session) DO UPDATE SET reason = excluded.reason
        """,
        closure.office,
        closure.date,
        closure.session,
        reason,
    )


async def drop_closures(db: Db, closure: Closure) -> None:
    """Forget what closes a day or a session; of a whole day, the other sessions stay closed."""
    await db.execute(
        """
        WITH dropped AS (
            DELETE FROM booking.closure
             WHERE office_id = $1 AND date = $2
               AND ($3::text IS NULL OR session IS NULL OR session = $3)
            RETURNING session, reason
        )
        INSERT INTO booking.closure (office_id, date, session, reason)
        SELECT $1, $2, s.session, d.reason
          FROM dropped d JOIN booking.session s ON s.office_id = $1 AND s.session <> $3
         WHERE d.session IS NULL
        ON CONFLICT DO NOTHING
        """,
        closure.office,
        closure.date,
        closure.session,
    )


async def add_audit(db: Db, who: str, act: str, data: Mapping[str, Any]) -> None:
    """Write down an act of staff."""
    await db.execute(
        "INSERT INTO booking.audit (who, act, data) VALUES ($1, $2, $3)", who, act, dict(data)
    )


async def find_names(db: Db) -> set[str]:
    """List the names of all offices and services: whatever else stands in their place is hidden."""
    rows = await db.fetch("SELECT id FROM booking.office UNION SELECT id FROM booking.service")
    return {row["id"] for row in rows}


async def find_outcomes(db: Db, ids: Sequence[UUID]) -> dict[str, Row]:
    """Read what is stored of these commands, which is what whoever asks is told, by id."""
    rows = await db.fetch(
        """
        SELECT id, state, outcome, decided_at FROM booking.command WHERE id = ANY ($1::uuid[])
        """,
        list(ids),
    )
    return {str(row["id"]): row for row in rows}


def ref_of(row: Row) -> SlotRef:
    """Name the slot that a row describes."""
    return SlotRef(
        office=row["office_id"],
        service=row["service_id"],
        date=row["date"],
        session=row["session"],
    )


def _existing(row: Row) -> Existing:
    return Existing(row["capacity"], row["remaining"], row["withheld"], row["opens_at"])
