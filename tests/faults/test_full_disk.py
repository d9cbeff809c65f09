"""Postgres without a byte to write: what cannot be written waits, what is there is shown."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from deploy.local import servers
from deploy.local.testing import fresh_stack
from services.booking.operator import parked
from services.gateway import admission
from shared.broker import Published
from tests.conftest import eventually
from tests.faults.home import Home
from tests.faults.site import BUSY_S, PROMISED_S, Site, open_site
from tests.integration.booking.ledger import Citizen
from tests.integration.gateway.world import Answer
from tests.ledger import broken_invariants

MANY = 60  # holds in one message: more than the tables have room for where they stand
LOGS = 4  # of writes, 16 MB each, that are made beforehand: without room for those Postgres ends


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    found = Home()
    yield found
    await found.do("stop-postgres")


@pytest.fixture
async def site(home: Home) -> AsyncIterator[Site]:
    """A site whose database is on a disk of its own, and a small one."""
    usual = await asyncio.to_thread(servers.start)
    small = await home.do("start-postgres")
    if "unable" in small:
        pytest.skip(f"a small disk cannot be mounted here: {small['unable']}")
    async with (
        fresh_stack(dataclasses.replace(usual, **small)) as stack,
        open_site(stack) as found,
    ):
        yield found


async def test_a_full_disk_loses_nothing_hides_nothing_and_passes(
    site: Site, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "SILENT_S", 1.0)
    ref, body, key = await site.new(5)
    (crowded, *_), (_, before, _) = await site.new(MANY), await site.new(5)
    asked = [Citizen(site.gateway.keys).hold(crowded) for _ in range(MANY)]
    held = await site.hold(before)
    await make_room_for_logs(site)

    async with full(home):
        accepted = await site.put(*asked)
        await site.says("antrean.commands.booking", "DiskFullError", "booking")
        told = await eventually(lambda: refusal(site, body, key))
        took_s = site.took[-1]
        await site.says("booking", "silent")
        reads = await site.reads(ref)
    await site.heals()
    again = await site.hold(body, key)
    await site.until_granted(*asked)

    assert (held.status, accepted, again.status) == (201, Published.ACCEPTED, 201)
    assert (told.json["code"], int(told.headers["Retry-After"]) > 0) == ("overloaded", True)
    assert took_s < PROMISED_S + BUSY_S
    assert reads == [200] * 4
    assert [await site.world.remaining(one) for one in (crowded, ref)] == [0, 4]
    assert await parked.peek(site.stack.environment("booking")["ANTREAN_AMQP_URL"]) == []
    async with site.world.admin.acquire() as db:
        assert await broken_invariants(db) == {}


@contextlib.asynccontextmanager
async def full(home: Home) -> AsyncIterator[None]:
    await home.do("fill")
    try:
        yield
    finally:
        await home.do("free")


async def refusal(site: Site, body: Any, key: str) -> Answer | None:
    """Ask for a seat; None where the command is on the broker's disk, to be decided later."""
    told = await site.hold(body, key, wait=0)
    return told if told.status == 503 else None


async def make_room_for_logs(site: Site) -> None:
    """Let Postgres keep some logs that were written for those to come."""
    server = await asyncpg.connect(site.stack.servers.database_admin)
    for _ in range(LOGS):
        await server.execute("SELECT pg_logical_emit_message(false, 'room', 'for more')")
        await server.execute("SELECT pg_switch_wal()")
    await server.execute("CHECKPOINT")
    await server.close()
