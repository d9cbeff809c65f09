"""The operator's SQL on texts that could not be sent: one function, one statement."""

from typing import Any
from uuid import UUID

from shared.db import Db, Row

# Neither whom it is for nor what it says.
COLUMNS = """
    t.id, t.seq, t.purpose, t.channel, t.later, t.reason, t.state, t.tries, t.doubts,
    t.as_template, t.has_template, t.created_at, t.settled_at, t.valid_until
"""


async def find_undeliverable(db: Db, limit: int) -> list[Row]:
    """List the texts that could not be sent, the oldest first."""
    rows: list[Row] = await db.fetch(
        f"""
        SELECT {COLUMNS} FROM notifier.text t WHERE t.state = 'undeliverable'
         ORDER BY t.seq LIMIT $1
        """,
        limit,
    )
    return rows


async def lock_undeliverable(db: Db, text_id: UUID) -> Row | None:
    """Take a text that could not be sent for this transaction; None where it was dealt with."""
    return await db.fetchrow(
        f"""
        SELECT {COLUMNS}, clock_timestamp() AS now FROM notifier.text t
         WHERE t.id = $1 AND t.state = 'undeliverable' FOR UPDATE
        """,
        text_id,
    )


async def find_attempts(db: Db, text_id: UUID) -> list[dict[str, Any]]:
    """Read the calls that were made for a text; one that names no provider never was."""
    rows = await db.fetch(
        """
        SELECT channel, provider, state, error_code, error, started_at, answered_at
          FROM notifier.attempt WHERE text_id = $1 AND provider <> '' ORDER BY started_at
        """,
        text_id,
    )
    return [dict(row) for row in rows]
