"""Signed webhooks that could not be read, and wait for an operator: one function, one statement."""

from shared.db import Db, Row

BOUND_TO = "quarantine"


async def add(db: Db, reason: str, sealed: bytes) -> None:
    """Set a webhook aside."""
    await db.execute(
        "INSERT INTO gateway.quarantine (reason, sealed) VALUES ($1, $2)", reason, sealed
    )


async def find(db: Db, limit: int) -> list[Row]:
    """List what was set aside, the oldest first, without what is in it."""
    rows: list[Row] = await db.fetch(
        "SELECT id, received_at, reason FROM gateway.quarantine ORDER BY id LIMIT $1", limit
    )
    return rows


async def find_sealed(db: Db, row_id: int) -> bytes | None:
    """Read one as it is sealed."""
    sealed: bytes | None = await db.fetchval(
        "SELECT sealed FROM gateway.quarantine WHERE id = $1", row_id
    )
    return sealed


async def take(db: Db, row_id: int) -> bytes | None:
    """Take one out; of two who do so at once, the other waits and gets none."""
    sealed: bytes | None = await db.fetchval(
        "DELETE FROM gateway.quarantine WHERE id = $1 RETURNING sealed", row_id
    )
    return sealed
