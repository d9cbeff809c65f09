"""The primary dies by SIGKILL in the rush, its standby takes over, and nobody loses a seat."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from deploy.local import provision, servers
from deploy.local.environment import Stack
from services.booking.operator import parked
from tests.conftest import eventually
from tests.failover.pair import Pair, pair
from tests.failover.rush import Ledger, Rush, insist, proven, running, stack_on
from tests.system_fixtures import System, open_slot

pytestmark = pytest.mark.timeout(280)
SLOTS, SEATS, PEOPLE = 4, 120, 700
SERVICES = ["gateway", "booking", "booking"]


@pytest.fixture
async def two() -> AsyncIterator[Pair]:
    async with pair() as made:
        yield made


@pytest.fixture
async def stack(two: Pair) -> AsyncIterator[Stack]:
    """A stack on the primary, which the standby follows."""
    found = await asyncio.to_thread(servers.start)
    async with stack_on(replace(found, database_admin=two.primary.url())) as made:
        await two.follow()
        yield made
        await provision.drop_vhost(found, made.vhost)


@pytest.fixture
async def followed(two: Pair, stack: Stack, tmp_path: Path) -> AsyncIterator[System]:
    """A gateway and two booking workers, who know both servers."""
    more = {one: {"ANTREAN_DATABASE_URL": url_of_both(two, stack, one)} for one in SERVICES}
    async with running(stack, tmp_path, SERVICES, more) as system:
        yield system


def url_of_both(two: Pair, stack: Stack, service: str) -> str:
    """Name both servers, and first the one that becomes the primary: until then it is left out."""
    url = stack.environment(service)["ANTREAN_DATABASE_URL"]
    both = ",".join(reversed(two.hosts.split(",")))
    return url.replace(f"127.0.0.1:{two.primary.port}", both)


async def ledger_of(two: Pair, stack: Stack, rush: Rush) -> Ledger:
    """Read the ledger where it is now."""
    url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
    now_at = url.replace(f":{two.primary.port}/", f":{two.standby.port}/")
    db = await asyncpg.connect(now_at)
    try:
        return await Ledger.read(db, rush.slots)
    finally:
        await db.close()


async def test_the_death_of_a_primary_that_waits_for_its_standby_costs_nobody_a_seat(
    two: Pair, stack: Stack, followed: System
) -> None:
    await two.be_synchronous()
    rush = await Rush.at(followed, SLOTS, SEATS, PEOPLE)

    rush.begin()
    await rush.until_told(SLOTS * SEATS // 3)
    await two.cable.cut()
    await eventually(two.commits_wait)  # written on the primary alone, and promised to nobody
    two.primary.home.kill()
    told_before = len(rush.told)
    await two.promote()
    told = await rush.end()

    ledger = await ledger_of(two, stack, rush)
    assert told_before < SLOTS * SEATS
    assert told == {201: SLOTS * SEATS, 409: PEOPLE - SLOTS * SEATS}
    assert ledger == Ledger(broken={}, held=rush.holds, left=0)
    assert await parked.peek(stack.environment("booking")["ANTREAN_AMQP_URL"]) == []


async def test_a_primary_that_waits_for_nobody_may_take_a_promised_seat_along(
    two: Pair, stack: Stack, followed: System
) -> None:
    """What synchronous replication is for; and what the ledger lacks, it lacks as a whole."""
    slot = await open_slot(followed, 5)
    early, late = proven(followed, 2)
    rush = Rush(followed.call, [slot], [early, late])

    first = await insist(early, early.wish(slot), followed.call)
    await eventually(lambda: has_hold(two, stack, first.body["hold_id"]))
    await two.cable.cut()
    second = await insist(late, late.wish(slot), followed.call)
    two.primary.home.kill()
    await two.promote()

    assert (first.status, second.status) == (201, 201)
    ledger = await ledger_of(two, stack, rush)
    assert ledger == Ledger(broken={}, held={first.body["hold_id"]}, left=4)
    again = await insist(late, late.wish(slot), followed.call)
    assert again.status == 201


async def has_hold(two: Pair, stack: Stack, hold_id: str) -> bool:
    """Whether the standby has a hold by now."""
    url = stack.environment("migrate")["ANTREAN_DATABASE_URL"]
    db = await asyncpg.connect(url.replace(f":{two.primary.port}/", f":{two.standby.port}/"))
    try:
        return bool(await db.fetchval("SELECT 1 FROM booking.hold WHERE id = $1", hold_id))
    finally:
        await db.close()
