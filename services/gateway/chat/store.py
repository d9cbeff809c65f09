"""The chat's SQL: one function, one statement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Db, Row, columns

RELAY_LOCK = 7_236_004


async def add_messages(db: Db, messages: Sequence[tuple[str, str, bytes, datetime]]) -> list[str]:
    """Store messages as (id, owner, sealed, time); returns the owners of those that are new."""
    rows = await db.fetch(
        """
        INSERT INTO gateway.inbox (message_id, owner, sealed, at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[])
        ON CONFLICT (message_id) DO NOTHING RETURNING owner
        """,
        *columns(messages, 4),
    )
    return [row["owner"] for row in rows]


async def find_waiting(db: Db, limit: int) -> list[str]:
    """List people whose messages wait, those who wait longest first."""
    rows = await db.fetch(
        """
        SELECT owner FROM gateway.inbox WHERE state = 'new'
         GROUP BY owner ORDER BY min(id) LIMIT $1
        """,
        limit,
    )
    return [row["owner"] for row in rows]


async def lock_conversation(db: Db, owner: str) -> Row | None:
    """Take a person's conversation for this transaction; None while another has it."""
    await db.execute(
        "INSERT INTO gateway.conversation (owner) VALUES ($1) ON CONFLICT DO NOTHING", owner
    )
    return await db.fetchrow(
        "SELECT * FROM gateway.conversation WHERE owner = $1 FOR UPDATE SKIP LOCKED", owner
    )


async def take_messages(db: Db, owner: str) -> list[Row]:
    """Read a person's waiting messages, in the order in which they were written."""
    rows: list[Row] = await db.fetch(
        "SELECT * FROM gateway.inbox WHERE owner = $1 AND state = 'new' ORDER BY at, id", owner
    )
    return rows


async def save_conversation(db: Db, owner: str, sealed: bytes, at: datetime) -> None:
    """Keep where a conversation stands."""
    await db.execute(
        """
        UPDATE gateway.conversation SET sealed = $2, updated_at = now(),
               last_inbound_at = greatest(last_inbound_at, $3)
         WHERE owner = $1
        """,
        owner,
        sealed,
        at,
    )


async def finish_messages(db: Db, ids: Sequence[int], state: str) -> None:
    """Mark messages as done or failed."""
    await db.execute(
        "UPDATE gateway.inbox SET state = $2 WHERE id = ANY ($1::bigint[])", list(ids), state
    )


async def count_failure(db: Db, owner: str) -> int:
    """Count a try at a person's oldest message that failed; returns how many did."""
    tries: int | None = await db.fetchval(
        """
        UPDATE gateway.inbox SET tries = tries + 1 WHERE id = (
            SELECT id FROM gateway.inbox WHERE owner = $1 AND state = 'new' ORDER BY at, id LIMIT 1)
        RETURNING tries
        """,
        owner,
    )
    return tries or 0


async def add_outgoing(db: Db, messages: Sequence[tuple[str, str, bytes]]) -> None:
    """Store what is to be published as (exchange, key, sealed), in order."""
    if not messages:
        return
    await db.execute(
        """
        INSERT INTO gateway.outbox (exchange, key, sealed)
        SELECT exchange, key, sealed FROM unnest($1::text[], $2::text[], $3::bytea[])
               WITH ORDINALITY AS new (exchange, key, sealed, place) ORDER BY place
        """,
        *columns(messages, 3),
    )


async def take_outgoing(db: Db, limit: int) -> list[Row]:
    """Read the oldest of what is to be published."""
    rows: list[Row] = await db.fetch("SELECT * FROM gateway.outbox ORDER BY id LIMIT $1", limit)
    return rows


async def drop_outgoing(db: Db, ids: Sequence[int]) -> None:
    """Delete what was published."""
    await db.execute("DELETE FROM gateway.outbox WHERE id = ANY ($1::bigint[])", list(ids))


async def add_awaiting(db: Db, command_id: UUID, sealed: bytes) -> None:
    """Remember a command that was sent to booking."""
    await db.execute(
        """
        INSERT INTO gateway.awaiting (command_id, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING
        """,
        command_id,
        sealed,
    )


async def take_late(db: Db, late: timedelta, limit: int) -> list[Row]:
    """Forget the commands that were sent so long ago; returns those without an outcome yet."""
    rows: list[Row] = await db.fetch(
        """
        WITH old AS (
            DELETE FROM gateway.awaiting WHERE command_id IN (
                SELECT command_id FROM gateway.awaiting WHERE asked_at < now() - $1::interval
                 ORDER BY asked_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING command_id, sealed)
        SELECT * FROM old WHERE NOT EXISTS (
            SELECT FROM booking_api.request r WHERE r.id = old.command_id AND r.outcome IS NOT NULL)
        """,
        late,
        limit,
    )
    return rows


async def quarantine(db: Db, reason: str, sealed: bytes) -> None:
    """Set a webhook aside that could not be read."""
    await db.execute(
        "INSERT INTO gateway.quarantine (reason, sealed) VALUES ($1, $2)", reason, sealed
    )


async def link_phone(db: Db, bsuid_key: bytes, sealed: bytes) -> None:
    """Remember which phone belongs to a user id."""
    await db.execute(
        """
        INSERT INTO gateway.phone_of_bsuid (bsuid_key, sealed) VALUES ($1, $2)
        ON CONFLICT (bsuid_key) DO UPDATE SET sealed = excluded.sealed, seen_at = now()
        """,
        bsuid_key,
        sealed,
    )


async def find_phone(db: Db, bsuid_key: bytes) -> bytes | None:
    """Find the sealed phone of a user id, if it was ever shown."""
    found: bytes | None = await db.fetchval(
        "SELECT sealed FROM gateway.phone_of_bsuid WHERE bsuid_key = $1", bsuid_key
    )
    return found


async def find_holds(db: Db, owner: str) -> list[Row]:
    """Read a person's holds that can still be confirmed, newest first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT * FROM booking_api.hold
         WHERE owner = $1 AND state = 'held' AND expires_at > now() ORDER BY held_at DESC
        """,
        owner,
    )
    return rows


async def find_bookings(db: Db, owner: str) -> list[Row]:
    """Read a person's bookings that are still to come, the next one first."""
    rows: list[Row] = await db.fetch(
        """
        SELECT * FROM booking_api.booking
         WHERE owner = $1 AND hold_state = 'confirmed' ORDER BY starts_at
        """,
        owner,
    )
    return rows


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
