"""The chat's SQL: one function, one statement.

Whether a command is decided is asked by a subquery for its one value, which is looked up by key;
an EXISTS or a join may be carried out by a scan of all commands there ever were.
"""

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


async def find_waiting(db: Db, limit: int, flood: int) -> list[Row]:
    """List people whose messages wait, those who wait longest first, as (owner, is_held_up).

    A person is held up while booking decides what they asked for a moment ago, and for some
    seconds once they wrote `flood` messages within ten; such rows come last.
    """
    rows: list[Row] = await db.fetch(
        """
        SELECT w.owner,
               EXISTS (SELECT FROM gateway.awaiting a WHERE a.owner = w.owner
                          AND a.told_at IS NULL AND (
                              SELECT r.outcome FROM booking_api.request r
                               WHERE r.id = a.command_id) IS NULL)
               OR (SELECT count(*) FROM gateway.inbox d WHERE d.owner = w.owner
                      AND d.done_at > now() - interval '10 s') >= $2 AS is_held_up
          FROM (SELECT owner, min(id) AS first FROM gateway.inbox
                 WHERE state = 'new' GROUP BY owner) w
         ORDER BY is_held_up, w.first LIMIT $1
        """,
        limit,
        flood,
    )
    return rows


async def count_done(db: Db, owner: str) -> int:
    """Count what a person was answered in the last twenty seconds."""
    number: int = await db.fetchval(
        """
        SELECT count(*) FROM gateway.inbox
         WHERE owner = $1 AND done_at > now() - interval '20 s'
        """,
        owner,
    )
    return number


async def lock_conversation(db: Db, owner: str) -> Row | None:
    """Take a person's conversation for this transaction; None while another has it."""
    await db.execute(
        "INSERT INTO gateway.conversation (owner) VALUES ($1) ON CONFLICT DO NOTHING", owner
    )
    return await db.fetchrow(
        "SELECT * FROM gateway.conversation WHERE owner = $1 FOR UPDATE SKIP LOCKED", owner
    )


async def find_conversation(db: Db, owner: str) -> Row | None:
    """Read where a conversation stands, if it was begun."""
    return await db.fetchrow(
        "SELECT * FROM gateway.conversation WHERE owner = $1 AND sealed IS NOT NULL", owner
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
        """
        UPDATE gateway.inbox SET state = $2, done_at = clock_timestamp()
         WHERE id = ANY ($1::bigint[])
        """,
        list(ids),
        state,
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


async def fail_oldest(db: Db, owner: str) -> Row | None:
    """Set a person's oldest waiting message aside."""
    return await db.fetchrow(
        """
        UPDATE gateway.inbox SET state = 'failed', done_at = clock_timestamp() WHERE id = (
            SELECT id FROM gateway.inbox WHERE owner = $1 AND state = 'new' ORDER BY at, id LIMIT 1)
        RETURNING *
        """,
        owner,
    )


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


async def add_awaiting(db: Db, command_id: UUID, owner: str, sealed: bytes) -> None:
    """Remember a command that was sent to booking."""
    await db.execute(
        """
        INSERT INTO gateway.awaiting (command_id, owner, sealed) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING
        """,
        command_id,
        owner,
        sealed,
    )


async def count_undecided(db: Db, owners: Sequence[str]) -> int:
    """Count what a person asked of booking and booking has not decided yet."""
    number: int = await db.fetchval(
        """
        SELECT count(*) FROM gateway.awaiting a WHERE a.owner = ANY ($1::text[]) AND (
            SELECT r.outcome FROM booking_api.request r WHERE r.id = a.command_id) IS NULL
        """,
        list(owners),
    )
    return number


async def forget_decided(db: Db, limit: int) -> None:
    """Forget the commands that were decided, and those of which nothing was heard for a day."""
    await db.execute(
        """
        DELETE FROM gateway.awaiting WHERE command_id = ANY (ARRAY (
            SELECT a.command_id FROM gateway.awaiting a
             WHERE a.asked_at < now() - interval '1 day' OR (
                   SELECT r.outcome FROM booking_api.request r
                    WHERE r.id = a.command_id) IS NOT NULL
             LIMIT $1 FOR UPDATE OF a SKIP LOCKED))
        """,
        limit,
    )


async def take_late(db: Db, late: timedelta, limit: int) -> list[Row]:
    """Mark the commands that were sent so long ago and are undecided as told; returns them."""
    rows: list[Row] = await db.fetch(
        """
        UPDATE gateway.awaiting SET told_at = now() WHERE command_id = ANY (ARRAY (
            SELECT a.command_id FROM gateway.awaiting a
             WHERE a.told_at IS NULL AND a.asked_at < now() - $1::interval AND (
                   SELECT r.outcome FROM booking_api.request r
                    WHERE r.id = a.command_id) IS NULL
             ORDER BY a.asked_at LIMIT $2 FOR UPDATE OF a SKIP LOCKED))
        RETURNING command_id, sealed
        """,
        late,
        limit,
    )
    return rows


async def forget_old(db: Db) -> None:
    """Forget messages after eight days, for as long repeats may come, and silent conversations."""
    await db.execute(
        """
        DELETE FROM gateway.inbox WHERE received_at < now() - interval '8 days' AND state <> 'new'
        """
    )
    await db.execute(
        "DELETE FROM gateway.conversation WHERE updated_at < now() - interval '30 days'"
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
