"""A pool whose server is one of several, says nothing, or takes no writes any more."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.local.environment import Stack
from deploy.local.paths import free_port
from shared.db import Hosts, Pool, is_passing, open_pool

WHO = "SELECT pg_backend_pid()"
BECOME_READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
WRITE = "UPDATE booking.relay SET position = position"


@dataclass(slots=True)
class Silent:
    """A server that takes connections and never says a word, as a machine that hangs."""

    port: int
    asked: int = 0

    async def take(self, _: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.asked += 1
        with contextlib.suppress(OSError):
            await asyncio.sleep(30)
        back.close()


@pytest.fixture
async def silent() -> AsyncIterator[Silent]:
    made = Silent(free_port())
    server = await asyncio.start_server(made.take, "127.0.0.1", made.port)
    yield made
    server.close()


@pytest.fixture
def url(stack: Stack) -> str:
    return stack.environment("booking")["ANTREAN_DATABASE_URL"]


@pytest.fixture
async def pool(url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(url, name="test-hosts", size=2)
    yield opened
    await opened.close()


def behind(url: str, port: int) -> str:
    """Name another host before the one of a URL."""
    return url.replace("@", f"@127.0.0.1:{port},", 1)


async def test_a_host_that_says_nothing_is_passed_over_and_then_left_alone(
    url: str, silent: Silent
) -> None:
    hosts = Hosts(behind(url, silent.port))

    for _ in range(3):
        db = await hosts.connect(timeout=1)
        assert await db.fetchval("SELECT 1") == 1
        await db.close()

    assert silent.asked == 1


async def test_who_gives_up_waiting_for_a_silent_host_finds_the_other_one_next(
    url: str, silent: Silent
) -> None:
    hosts = Hosts(behind(url, silent.port))

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await hosts.connect(timeout=30)
    db = await hosts.connect(timeout=5)

    assert await db.fetchval("SELECT 1") == 1
    await db.close()


async def test_a_pool_opens_where_the_first_of_its_hosts_is_gone(url: str) -> None:
    pool = await open_pool(behind(url, free_port()), name="test-hosts", size=1)

    assert await pool.fetchval("SELECT 1") == 1
    await pool.close()


async def test_where_nobody_takes_writes_a_connection_is_trouble_that_passes(
    stack: Stack, admin: asyncpg.Connection
) -> None:
    url = stack.environment("notifier")["ANTREAN_DATABASE_URL"]
    set_it = f"IN DATABASE {urlsplit(url).path[1:]} SET default_transaction_read_only"
    server = await asyncpg.connect(stack.servers.database_admin)
    try:
        await server.execute(f"ALTER ROLE antrean_notifier {set_it} = on")
        with pytest.raises(asyncpg.InternalClientError) as refused:
            await Hosts(url).connect(timeout=5)
    finally:
        await server.execute(f"ALTER ROLE antrean_notifier {set_it} = off")
        await server.close()

    assert is_passing(refused.value)
    assert await admin.fetchval("SELECT 1") == 1


async def test_a_node_that_became_read_only_is_left_by_the_whole_pool(pool: Pool) -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        before = {await one.fetchval(WHO), await other.fetchval(WHO)}
        await one.execute(BECOME_READ_ONLY)
        await other.execute(BECOME_READ_ONLY)

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError) as refused:
        async with pool.acquire() as db, db.transaction():
            await db.execute(WRITE)
    async with pool.acquire() as one, pool.acquire() as other:
        after = {await one.fetchval(WHO), await other.fetchval(WHO)}
        await one.execute(WRITE)
        await other.execute(WRITE)

    assert is_passing(refused.value)
    assert before.isdisjoint(after)
