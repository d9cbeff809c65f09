"""The node that leads the commands dies by SIGKILL in the rush, and nobody loses a seat."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from deploy.local import provision, servers
from services.booking.operator import parked
from shared.broker import BOOKING_QUEUE, SLOTS_STREAM
from tests.conftest import eventually
from tests.failover.cluster import NODES, Cluster, cluster
from tests.failover.rush import Ledger, Rush, running, stack_on
from tests.system_fixtures import System

pytestmark = pytest.mark.timeout(280)
SLOTS, SEATS, PEOPLE = 4, 120, 700
SERVICES = ["gateway", "booking", "booking"]


@pytest.fixture
async def three() -> AsyncIterator[Cluster]:
    starting = cluster()
    made = await asyncio.to_thread(starting.__enter__)
    try:
        await eventually(made.all_run, 60)
        yield made
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)


@pytest.fixture
async def clustered(three: Cluster, tmp_path: Path) -> AsyncIterator[System]:
    """A gateway and two booking workers, whose broker is three nodes."""
    found = await asyncio.to_thread(servers.start)
    here = replace(found, management=three.nodes[0].management, amqp=three.amqp)
    async with stack_on(here) as stack:
        try:
            async with running(stack, tmp_path, SERVICES) as system:
                yield system
        finally:
            await provision.drop_database(found, stack.database)


async def test_the_death_of_the_node_that_leads_the_commands_costs_nobody_a_seat(
    three: Cluster, clustered: System
) -> None:
    vhost = clustered.stack.vhost
    before = await three.queue(vhost, BOOKING_QUEUE)
    stream = await three.queue(vhost, SLOTS_STREAM)
    rush = await Rush.at(clustered, SLOTS, SEATS, PEOPLE)

    rush.begin()
    await rush.until_told(SLOTS * SEATS // 3)
    three.node(before["leader"]).kill()
    told_before = len(rush.told)
    told = await rush.end()

    after = await eventually(lambda: another_leads(three, vhost, before["leader"]), 30)
    db = await asyncpg.connect(clustered.stack.environment("migrate")["ANTREAN_DATABASE_URL"])
    ledger = await Ledger.read(db, rush.slots)
    await db.close()
    assert told_before < SLOTS * SEATS
    assert (len(before["members"]), len(stream["members"])) == (NODES, NODES)
    assert after in before["members"]
    assert told == {201: SLOTS * SEATS, 409: PEOPLE - SLOTS * SEATS}
    assert ledger == Ledger(broken={}, held=rush.holds, left=0)
    assert await parked.peek(clustered.stack.environment("booking")["ANTREAN_AMQP_URL"]) == []
    await eventually(lambda: is_ready(clustered), 30)


async def another_leads(three: Cluster, vhost: str, dead: str) -> str:
    leader = str((await three.queue(vhost, BOOKING_QUEUE)).get("leader", dead))
    return "" if leader == dead else leader


async def is_ready(system: System) -> bool:
    """Whether the gateway is certain again of what it remembers."""
    async with system.http.get(f"{system.gateway}/metrics") as answer:
        is_live = "antrean_memory_live 1.0" in await answer.text()
    async with system.http.get(f"{system.gateway}/readyz") as answer:
        return is_live and answer.status == 200
