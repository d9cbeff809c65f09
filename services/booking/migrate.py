"""Migrations: numbered SQL files, forward only, each in one transaction, each run once."""

import asyncio
import hashlib
from pathlib import Path

import asyncpg

from shared.db import Hosts

SERVICES = Path(__file__).parents[1]
# The gateway and the notifier own schemas of their own, but read views of booking's: it goes first.
ORDER = ("booking", "gateway", "notifier")
LOCK = 7_236_001
LOCK_MS, TRIES, PAUSE_S = 2_000, 60, 1.0


class ChangedMigrationError(RuntimeError):
    """A file that ran before has another content now; write a new one instead."""


def find_migrations() -> list[tuple[str, str]]:
    """List every migration as (`booking/0001_create_booking`, its SQL), in the order to run."""
    return [
        (f"{service}/{path.stem}", path.read_text(encoding="utf-8"))
        for service in ORDER
        for path in sorted((SERVICES / service / "migrations").glob("*.sql"))
    ]


async def migrate(database_url: str) -> list[str]:
    """Run what has not run yet, as the migrator role, and name it; two at once take turns.

    Raises ChangedMigrationError when a file differs from what ran.
    """
    db = await Hosts(database_url).connect(timeout=10)
    try:
        await db.execute("SELECT pg_advisory_lock($1)", LOCK)
        await db.execute(
            """
            CREATE TABLE IF NOT EXISTS migration (
                name text PRIMARY KEY, checksum text NOT NULL,
                ran_at timestamptz NOT NULL DEFAULT now())
            """
        )
        rows = await db.fetch("SELECT name, checksum FROM migration")
        done = {row["name"]: row["checksum"] for row in rows}
        return [
            name for name, sql in find_migrations() if await _run(db, name, sql, done.get(name))
        ]
    finally:
        await db.close()


async def analyze(database_url: str) -> None:
    """Let Postgres count its rows: a statement planned on an empty table scans it ever after."""
    db = await Hosts(database_url).connect(timeout=10)
    try:
        # Not the system's own tables, of which an ordinary role is warned off one by one.
        tables = await db.fetch(
            """
            SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
             WHERE schemaname = ANY ($1::text[])
            """,
            list(ORDER),
        )
        await db.execute(f"ANALYZE {', '.join(row['name'] for row in tables)}")
    finally:
        await db.close()


async def _run(
    db: "asyncpg.Connection[asyncpg.Record]", name: str, sql: str, ran: str | None
) -> bool:
    checksum = hashlib.sha256(sql.encode()).hexdigest()
    if ran == checksum:
        return False
    if ran is not None:
        raise ChangedMigrationError(name)
    for attempt in range(TRIES):
        try:
            async with db.transaction():
                # Who waits for a table is waited for by all who come after.
                await db.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
                await db.execute(sql)
                sql_done = "INSERT INTO migration (name, checksum) VALUES ($1, $2)"
                await db.execute(sql_done, name, checksum)
        except asyncpg.LockNotAvailableError:
            if attempt == TRIES - 1:
                raise
            await asyncio.sleep(PAUSE_S)
        else:
            break
    return True
