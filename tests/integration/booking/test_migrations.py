"""Migrations run once, whoever runs them, and a file that changed after it ran is refused."""

import asyncio

import asyncpg
import pytest

from deploy.local.testing import fresh_stack
from services.booking import migrate as migrate_module
from services.booking.migrate import ChangedMigrationError, find_migrations, migrate

EVERYTHING = """
    DROP SCHEMA notifier, gateway_api, gateway, booking_api, booking CASCADE;
    DROP TABLE migration
"""


async def test_two_who_migrate_at_once_take_turns_and_a_third_has_nothing_to_do() -> None:
    async with fresh_stack() as stack:
        url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
        db = await asyncpg.connect(url)
        await db.execute(EVERYTHING)
        await db.close()

        ran = await asyncio.gather(migrate(url), migrate(url))
        again = await migrate(url)

    assert sorted(ran, key=len) == [[], [name for name, _ in find_migrations()]]
    assert again == []


async def test_a_migration_that_was_changed_after_it_ran_is_refused() -> None:
    async with fresh_stack() as stack:
        url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
        db = await asyncpg.connect(url)
        await db.execute("UPDATE migration SET checksum = 'other' WHERE name LIKE 'booking/0001%'")
        await db.close()

        with pytest.raises(ChangedMigrationError, match="0001"):
            await migrate(url)


async def test_a_migration_lets_everybody_pass_while_it_cannot_have_its_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who waits for a table is waited for by all who come after."""
    monkeypatch.setattr(migrate_module, "LOCK_MS", 100)
    monkeypatch.setattr(migrate_module, "PAUSE_S", 0.2)
    async with fresh_stack() as stack:
        url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
        reader, other = await asyncpg.connect(url), await asyncpg.connect(url)
        await other.execute("DELETE FROM migration WHERE name = 'booking/9999_trial'")
        sql = "ALTER TABLE booking.hold ADD COLUMN trial int"
        monkeypatch.setattr(
            migrate_module, "find_migrations", lambda: [("booking/9999_trial", sql)]
        )
        async with reader.transaction():
            await reader.fetchval("SELECT count(*) FROM booking.hold")
            running = asyncio.create_task(migrate(url))
            for _ in range(10):  # each would wait for ever behind one that waits for the reader
                await other.fetchval("SELECT count(*) FROM booking.hold", timeout=5)
                await asyncio.sleep(0.05)
            assert not running.done()
        ran = await running
        await reader.close()
        await other.close()

    assert ran == ["booking/9999_trial"]
