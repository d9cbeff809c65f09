"""A database that takes nobody in, or no writes, or disagrees: nothing is lost, and it passes."""

import contextlib
import dataclasses
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from deploy.local.paths import free_port
from deploy.local.testing import fresh_stack
from services.booking.operator import parked
from services.gateway import fresh
from shared.broker import Published
from shared.messages import SlotRef
from tests.conftest import eventually
from tests.faults.site import HEAL_S, Site, open_site
from tests.gateway_fixtures import working
from tests.integration.booking.ledger import Citizen
from tests.ledger import broken_invariants

READ = [200] * 4
FAULTS = {
    "every connection is taken": ("CONNECTION LIMIT 0", "CONNECTION LIMIT -1"),
    "it takes no writes": (
        "SET default_transaction_read_only = on",
        "RESET default_transaction_read_only",
    ),
}
SAID = {
    "every connection is taken": "TooManyConnectionsError",
    "it takes no writes": "TargetServerAttributeNotMatched",
}
END_SESSIONS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = $1 AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Site]:
    async with fresh_stack() as stack, open_site(stack) as found:
        yield found


@pytest.fixture
async def server(site: Site) -> AsyncIterator[asyncpg.Connection]:
    """The server's administrator, in another database than the site's."""
    opened = await asyncpg.connect(site.stack.servers.database_admin)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
async def sound(site: Site) -> AsyncIterator[None]:
    """After each fault the ledger is whole, and nothing was put aside."""
    yield
    async with site.world.admin.acquire() as db:
        assert await broken_invariants(db) == {}
    assert await parked.peek(site.stack.environment("booking")["ANTREAN_AMQP_URL"]) == []


@contextlib.asynccontextmanager
async def turned_away(site: Site, server: asyncpg.Connection, fault: str) -> AsyncIterator[None]:
    """Let nobody of the site in, or let nobody write, while the block runs."""
    begin, end = FAULTS[fault]
    await server.execute(f"ALTER DATABASE {site.stack.database} {begin}")
    await server.fetchval(END_SESSIONS, site.stack.database)
    try:
        yield
    finally:
        await server.execute(f"ALTER DATABASE {site.stack.database} {end}")


@pytest.mark.parametrize("fault", FAULTS)
async def test_while_a_database_turns_all_away_nothing_is_promised_and_what_waits_is_decided_later(
    fault: str, site: Site, server: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, body, key = await site.new(5)
    waits = Citizen(site.gateway.keys).hold(ref)
    await site.reads(ref)
    monkeypatch.setattr(fresh, "STALE_S", 0.0)  # as after half a minute

    async with turned_away(site, server, fault):
        accepted = await site.put(waits)
        await site.is_refused(body, key)
        for service in ("gateway", "booking"):
            await site.says("database", SAID[fault], service)
        await site.says("fair_use", SAID[fault])
        await site.says("antrean.commands.booking", SAID[fault], "booking")
        reads = await site.reads(ref)
    await site.heals()
    again = await site.hold(body, key)
    await site.until_granted(waits)

    assert (accepted, reads, again.status) == (Published.ACCEPTED, READ, 201)
    assert await site.world.remaining(ref) == 3
    assert site.worker.returncode is None


async def test_a_worker_that_starts_while_every_connection_is_taken_waits_for_one(
    site: Site, server: asyncpg.Connection
) -> None:
    ports = site.stack.ports | {"booking": free_port()}
    other = dataclasses.replace(site.stack, ports=ports)

    async with contextlib.AsyncExitStack() as until:
        async with turned_away(site, server, "every connection is taken"):
            worker = await until.enter_async_context(working(other))
            await eventually(lambda: is_turned_away(other.url("booking")), HEAL_S)
        await eventually(lambda: is_ready(other.url("booking")), HEAL_S)
        await site.heals()

        assert worker.returncode is None


async def troubles_of(url: str) -> Any:
    with contextlib.suppress(aiohttp.ClientConnectionError):
        async with aiohttp.ClientSession() as http, http.get(f"{url}/readyz") as response:
            return (await response.json())["troubles"]
    return None


async def is_turned_away(url: str) -> bool:
    told = await troubles_of(url)
    return bool(told) and told.get("database") == "TooManyConnectionsError"


async def is_ready(url: str) -> bool:
    return await troubles_of(url) == {}


async def test_a_pool_that_is_used_up_is_told_and_who_asks_for_a_seat_gets_it(site: Site) -> None:
    ref, body, key = await site.new(5)
    pool = site.gateway.pool
    async with contextlib.AsyncExitStack() as until:
        for _ in range(pool.get_max_size()):
            await until.enter_async_context(pool.acquire())

        told = await site.citizen.get(f"/v1/requests/{uuid4()}")
        troubles = await site.troubles()
        reads = await site.reads(ref)
        held = await site.hold(body, key)
    await site.heals()

    assert (told.status, told.json["code"]) == (503, "overloaded")
    assert int(told.headers["Retry-After"]) >= 1
    assert troubles == {"database": "pool_exhausted"}
    assert (reads, held.status) == (READ, 201)


FAILING = """
    CREATE SEQUENCE booking.forced;
    CREATE FUNCTION booking.force() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF nextval('booking.forced') <= {times} THEN
            RAISE EXCEPTION 'forced' USING ERRCODE = '{code}';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER forced AFTER INSERT ON booking.command
        FOR EACH STATEMENT EXECUTE FUNCTION booking.force();
"""
SOUND = """
    DROP TRIGGER forced ON booking.command;
    DROP FUNCTION booking.force();
    DROP SEQUENCE booking.forced;
"""


@pytest.mark.parametrize(
    ("code", "times"), [("40001", 20), ("40P01", 20), ("55P03", 20), ("25006", 4), ("53100", 4)]
)
async def test_a_batch_that_fails_again_and_again_for_a_reason_that_passes_is_decided_once(
    code: str, times: int, site: Site
) -> None:
    ref, body, key = await site.new(5)
    await site.world.admin.execute(FAILING.format(code=code, times=times))

    try:
        held = await site.hold(body, key)
        failed = await site.world.admin.fetchval("SELECT last_value FROM booking.forced")
    finally:
        await site.world.admin.execute(SOUND)

    assert (held.status, failed) == (201, times + 1)
    assert await site.world.remaining(ref) == 4


async def test_a_batch_that_meets_another_in_the_opposite_order_is_decided_once(
    site: Site, server: asyncpg.Connection
) -> None:
    first, second = sorted([await site.world.new_slot(5), await site.world.new_slot(5)], key=slot)
    before = await deadlocks(site)

    for _ in range(5):  # whoever waits last finds the ring and is let go: it is to be the worker
        asked = [Citizen(site.gateway.keys).hold(ref) for ref in (first, second)]
        with contextlib.suppress(asyncpg.DeadlockDetectedError):
            await meet(site, server, asked)
        await site.until_granted(*asked)
        if await deadlocks(site) > before:
            break
    else:
        pytest.fail("the worker never was the one")

    left = [await site.world.remaining(ref) for ref in (first, second)]
    assert left[0] == left[1] < 5


async def meet(site: Site, server: asyncpg.Connection, asked: list[Any]) -> None:
    """Lock the second slot, let the worker lock the first and wait, and then want the first."""
    async with site.world.admin.acquire() as db, db.transaction():
        await db.execute(LOCK, asked[1].slot.slot_id)
        await site.put(*asked)
        await eventually(lambda: server.fetchval(WAITS, site.stack.database))
        await db.execute(LOCK, asked[0].slot.slot_id)


LOCK = "SELECT FROM booking.slot WHERE id = $1 FOR UPDATE"
WAITS = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = $1 AND usename = 'antrean_booking' AND wait_event_type = 'Lock'
"""


def slot(ref: SlotRef) -> bytes:
    return ref.slot_id.bytes


async def deadlocks(site: Site) -> float:
    async with site.citizen.http.get(f"{site.stack.url('booking')}/metrics") as response:
        text = await response.text()
    name = r'antrean_batch_rivals_total\{reason="DeadlockDetectedError"\} (\S+)'
    return sum(float(number) for number in re.findall(name, text))
