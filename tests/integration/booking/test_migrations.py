"""Migrations run once, whoever runs them, and a file that changed after it ran is refused."""

import asyncio

import asyncpg
import pytest

from deploy.local.testing import fresh_stack
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
