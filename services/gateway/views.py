"""What the gateway reads of booking: the views of `booking_api`, one function, one statement."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from shared.db import Db, Row


async def list_offices(db: Db) -> list[Row]:
    """Read every office."""
    rows: list[Row] = await db.fetch(
        """
        SELECT id, name, short_name, address, province, timezone, lat, lon, phone, services
          FROM booking_api.office ORDER BY name, id
        """
    )
    return rows


async def list_next_free(db: Db, service: str | None) -> list[Row]:
    """Read each office's first session that has a seat now."""
    rows: list[Row] = await db.fetch(
        """
        SELECT DISTINCT ON (office_id) office_id, date, session, remaining
          FROM booking_api.slot
         WHERE remaining > 0 AND NOT closed AND opens_at <= now() AND closes_at > now()
           AND ($1::text IS NULL OR service_id = $1)
         ORDER BY office_id, date, starts
        """,
        service,
    )
    return rows


async def list_next_opening(db: Db, office: str | None, service: str | None) -> list[Row]:
    """Read the next moment at which quota opens: a row for each office, with its seats then."""
    rows: list[Row] = await db.fetch(
        """
        WITH ahead AS (
            SELECT office_id, opens_at, remaining FROM booking_api.slot
             WHERE opens_at > now() AND remaining > 0 AND NOT closed
               AND ($1::text IS NULL OR office_id = $1) AND ($2::text IS NULL OR service_id = $2)
        )
        SELECT office_id, opens_at, sum(remaining)::int AS seats FROM ahead
         WHERE opens_at = (SELECT min(opens_at) FROM ahead) GROUP BY office_id, opens_at
        """,
        office,
        service,
    )
    return rows


async def list_sessions(db: Db) -> list[Row]:
    """Read the half days of every office, morning first."""
    rows: list[Row] = await db.fetch(
        "SELECT office_id, session, starts, ends FROM booking_api.session ORDER BY starts"
    )
    return rows


async def list_closures(db: Db, first: date, last: date) -> list[Row]:
    """Read when offices are closed; no session means the whole day."""
    rows: list[Row] = await db.fetch(
        """
        SELECT office_id, date, session FROM booking_api.closure WHERE date BETWEEN $1 AND $2
        """,
        first,
        last,
    )
    return rows


async def list_slots(db: Db, office: str, service: str, first: date, last: date) -> list[Row]:
    """Read the slots of one service at one office."""
    rows: list[Row] = await db.fetch(
        """
        SELECT date, session, starts, ends, opens_at, closes_at, capacity, remaining, closed, seq
          FROM booking_api.slot
         WHERE office_id = $1 AND service_id = $2 AND date BETWEEN $3 AND $4
        """,
        office,
        service,
        first,
        last,
    )
    return rows


async def all_slots(db: Db, first: date) -> Any:
    """Give a cursor over the slots of all days from `first` on; it needs a transaction."""
    return await db.cursor(
        """
        SELECT id, office_id, service_id, date, session, starts, ends, opens_at, closes_at,
               capacity, remaining, closed, seq
          FROM booking_api.slot WHERE date >= $1
        """,
        first,
    )


async def find_slots(db: Db, ids: Sequence[UUID]) -> list[Row]:
    """Read these slots."""
    rows: list[Row] = await db.fetch(
        """
        SELECT id, office_id, service_id, date, session, starts, ends, opens_at, closes_at,
               capacity, remaining, closed, seq
          FROM booking_api.slot WHERE id = ANY ($1::uuid[])
        """,
        list(ids),
    )
    return rows


async def list_alternatives(db: Db, office: str, service: str, others: int) -> list[Row]:
    """Read where else there is quota: two sessions here, then the nearest other offices."""
    rows: list[Row] = await db.fetch(
        "SELECT * FROM booking_api.alternatives($1, $2, $3)", office, service, others
    )
    return rows


async def find_request(db: Db, command_id: UUID) -> Row | None:
    """Read the stored outcome of a command."""
    return await db.fetchrow(
        """
        SELECT kind, owner, fingerprint, outcome FROM booking_api.request
         WHERE id = $1 AND outcome IS NOT NULL
        """,
        command_id,
    )


async def list_decided(db: Db, ids: Sequence[UUID]) -> set[UUID]:
    """Read which of these commands have an outcome."""
    rows = await db.fetch(
        """
        SELECT id FROM booking_api.request
         WHERE id = ANY ($1::uuid[]) AND outcome IS NOT NULL
        """,
        list(ids),
    )
    return {row["id"] for row in rows}


async def find_hold(db: Db, hold_id: UUID) -> Row | None:
    """Read a hold: whose it is, what became of it, and the sealed person (row `hold/<id>`)."""
    return await db.fetchrow(
        "SELECT id, owner, state, person FROM booking_api.hold WHERE id = $1", hold_id
    )


async def find_booking(db: Db, code: str) -> Row | None:
    """Read a booking by its code; whoever shows it must compare the owner first."""
    return await db.fetchrow(
        """
        SELECT code, hold_id, owner, hold_state, person, reschedules, service_hour, queue_number,
               office_id, service_id, date, session, confirmed_at
          FROM booking_api.booking WHERE code = $1
        """,
        code,
    )


async def list_holds(db: Db, owners: Sequence[str], limit: int) -> list[Row]:
    """Read somebody's holds that can still be confirmed, the first to expire first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT id, owner, expires_at, office_id, service_id, date, session FROM booking_api.hold
         WHERE owner_key = ANY ($1::bytea[]) AND state = 'held' AND expires_at > now()
         ORDER BY expires_at LIMIT $2
        """,
        [bytes.fromhex(owner) for owner in owners],
        limit,
    )
    return rows


async def list_bookings(db: Db, owners: Sequence[str], limit: int) -> list[Row]:
    """Read somebody's bookings that stand, the next one first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT code, hold_id, hold_state, person, service_hour, queue_number, office_id,
               service_id, date, session
          FROM booking_api.booking
         WHERE owner_key = ANY ($1::bytea[]) AND hold_state = 'confirmed'
         ORDER BY starts_at LIMIT $2
        """,
        [bytes.fromhex(owner) for owner in owners],
        limit,
    )
    return rows


async def list_past_bookings(
    db: Db, owners: Sequence[str], since: timedelta, limit: int
) -> list[Row]:
    """Read somebody's bookings that ended of late, by a visit or otherwise, the last one first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT code, hold_id, hold_state, person, service_hour, queue_number, office_id,
               service_id, date, session
          FROM booking_api.booking
         WHERE owner_key = ANY ($1::bytea[]) AND hold_state IN ('visited', 'cancelled')
           AND ended_at > now() - $2::interval
         ORDER BY ended_at DESC LIMIT $3
        """,
        [bytes.fromhex(owner) for owner in owners],
        since,
        limit,
    )
    return rows


def by_office(rows: Iterable[Row]) -> dict[str, Row]:
    """Index rows by their office."""
    return {row["office_id"]: row for row in rows}
