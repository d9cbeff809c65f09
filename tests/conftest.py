"""What every test above the unit tests stands on: real servers, a database of the run's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import asyncpg
import pytest

from deploy.local.environment import Stack
from deploy.local.testing import fresh_stack
from shared.db import Pool, open_pool
from shared.keys import Keys

pytest_plugins = ["tests.gateway_fixtures", "tests.system_fixtures"]

SCHEMAS = ("booking", "gateway", "notifier")
T = TypeVar("T")
KEPT = {"booking.relay"}


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    """A migrated database and a virtual host with its queues; no service runs."""
    async with fresh_stack() as found:
        yield found


@pytest.fixture(scope="session")
def keys(stack: Stack) -> Keys:
    return Keys.from_secret(stack.secrets["root"])


@pytest.fixture(scope="session")
async def admin_pool(stack: Stack) -> AsyncIterator[Pool]:
    """The migrator's own connections: sees and may change everything."""
    pool = await open_pool(stack.environment("migrate")["ANTREAN_DATABASE_URL"], name="test-admin")
    yield pool
    await pool.close()


@pytest.fixture
async def admin(admin_pool: Pool) -> AsyncIterator[asyncpg.Connection]:
    """One connection as the migrator, to arrange and to look."""
    async with admin_pool.acquire() as db:
        yield db


@pytest.fixture(scope="session")
async def pools(stack: Stack) -> AsyncIterator[Callable[[str], Awaitable[Pool]]]:
    """Open a pool as one of the services: `await pools("booking")`."""
    opened: dict[str, Pool] = {}

    async def pool_of(service: str) -> Pool:
        if service not in opened:
            url = stack.environment(service)["ANTREAN_DATABASE_URL"]
            opened[service] = await open_pool(url, name=f"test-{service}")
        return opened[service]

    yield pool_of
    for pool in opened.values():
        await pool.close()


@pytest.fixture
async def clean(admin_pool: Pool) -> None:
    """Empty every table; ask for it in tests that count rows."""
    async with admin_pool.acquire() as db:
        tables = await db.fetch(
            """
            SELECT schemaname || '.' || tablename AS name FROM pg_tables
             WHERE schemaname = ANY ($1::text[])
            """,
            list(SCHEMAS),
        )
        names = [row["name"] for row in tables if row["name"] not in KEPT]
        await db.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        await db.execute("UPDATE booking.relay SET position = 0")


async def eventually(look: Callable[[], Awaitable[T]], timeout_s: float = 10) -> T:
    """Look again and again until the answer is true; fail with the last answer."""
    answer = await look()
    try:
        async with asyncio.timeout(timeout_s):
            while not answer:
                await asyncio.sleep(0.02)
                answer = await look()
    except TimeoutError:
        pytest.fail(f"it did not happen within {timeout_s} s: {answer!r}")
    return answer
