"""What a conversation reads of booking: one function, one statement over the views."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from shared.db import Db, Row


async def find_holds(db: Db, owners: Sequence[str]) -> list[Row]:
    """Read a person's holds that can still be confirmed, newest first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT * FROM booking_api.hold
         WHERE owner_key = ANY ($1::bytea[]) AND state = 'held' AND expires_at > now()
         ORDER BY held_at DESC
        """,
        [bytes.fromhex(owner) for owner in owners],
    )
    return rows


async def find_bookings(db: Db, owners: Sequence[str]) -> list[Row]:
    """Read a person's bookings that are still to come, the next one first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT * FROM booking_api.booking
         WHERE owner_key = ANY ($1::bytea[]) AND hold_state = 'confirmed' ORDER BY starts_at
        """,
        [bytes.fromhex(owner) for owner in owners],
    )
    return rows


async def find_refusal(db: Db, command_id: UUID) -> str | None:
    """Read why a command was refused; None where it was not, or not yet."""
    code: str | None = await db.fetchval(
        "SELECT outcome ->> 'code' FROM booking_api.request WHERE id = $1", command_id
    )
    return code


async def find_offices(db: Db) -> list[Row]:
    """Read every office."""
    rows: list[Row] = await db.fetch("SELECT * FROM booking_api.office ORDER BY id")
    return rows


async def find_services(db: Db) -> list[Row]:
    """Read every service with its names."""
    rows: list[Row] = await db.fetch("SELECT * FROM booking_api.service ORDER BY id")
    return rows


async def find_free(db: Db, office: str, service: str, limit: int) -> list[Row]:
    """Read the free slots of one service at an office, the next ones first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT * FROM booking_api.slot
         WHERE office_id = $1 AND service_id = $2 AND remaining > 0
           AND NOT closed AND opens_at <= now() AND closes_at > now()
         ORDER BY date, starts LIMIT $3
        """,
        office,
        service,
        limit,
    )
    return rows


async def find_free_on(db: Db, office: str, service: str, day: date) -> list[Row]:
    """Read the free slots of one service at an office on one day."""
    rows: list[Row] = await db.fetch(
        """
        SELECT * FROM booking_api.slot
         WHERE office_id = $1 AND service_id = $2 AND date = $3 AND remaining > 0
           AND NOT closed AND opens_at <= now() AND closes_at > now()
         ORDER BY starts
        """,
        office,
        service,
        day,
    )
    return rows


async def find_next_opening(db: Db, office: str, service: str) -> datetime | None:
    """Find when the next quota of one service at an office opens."""
    moment: datetime | None = await db.fetchval(
        """
        SELECT min(opens_at) FROM booking_api.slot
         WHERE office_id = $1 AND service_id = $2 AND opens_at > now()
           AND NOT closed AND remaining > 0
        """,
        office,
        service,
    )
    return moment


async def find_alternatives(db: Db, office: str, service: str) -> list[Row]:
    """Find the nearest places that have quota."""
    rows: list[Row] = await db.fetch(
        "SELECT * FROM booking_api.alternatives($1, $2, 5)", office, service
    )
    return rows
