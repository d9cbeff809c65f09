"""A broker that takes no commands: nobody is promised anything, reads go on, and it passes."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import aio_pika
import pytest

from deploy.local import provision, servers
from deploy.local.testing import fresh_stack
from services.booking.operator import parked
from services.gateway.publish import SENT_BY_RESULT
from shared.broker import BOOKING_QUEUE, Published
from shared.messages import PlaceHold, SlotRef
from tests.conftest import eventually
from tests.faults.home import Home
from tests.faults.site import Site, open_site
from tests.integration.booking.ledger import Citizen
from tests.ledger import broken_invariants

READ = [200] * 4
ALARMS = {
    "memory": ("set_vm_memory_high_watermark", "0.00001", "0.4"),
    "disk": ("set_disk_free_limit", "900000000000000", "50000000"),
}
ROOM = 5  # messages that the queue takes in the test of a full one


@pytest.fixture(scope="module")
async def home() -> AsyncIterator[Home]:
    """A RabbitMQ whose alarms are nobody else's."""
    found = Home()
    yield found
    await found.do("stop-rabbitmq")


@pytest.fixture(scope="module")
async def site(home: Home) -> AsyncIterator[Site]:
    usual = await asyncio.to_thread(servers.start)
    apart = dataclasses.replace(usual, **await home.do("start-rabbitmq"))
    async with fresh_stack(apart) as stack, open_site(stack) as found:
        yield found


@pytest.fixture(autouse=True)
async def sound(site: Site) -> AsyncIterator[None]:
    """After each fault the ledger is whole, and nothing was put aside."""
    yield
    async with site.world.admin.acquire() as db:
        assert await broken_invariants(db) == {}
    assert await parked.peek(site.stack.environment("booking")["ANTREAN_AMQP_URL"]) == []


@pytest.mark.parametrize("alarm", ALARMS)
async def test_a_broker_in_alarm_is_told_as_such_and_what_it_took_is_decided_once(
    alarm: str, site: Site, home: Home, record_property: Any
) -> None:
    command, on, off = ALARMS[alarm]
    accepted = [await site.new(1) for _ in range(3)]
    (unsure, *first), (sure, *second) = await site.new(5), await site.new(5)

    with site.still() as go_on:
        begun = [await site.hold(*one[1:], wait=0) for one in accepted]
        await home.do("control", command, on)
        go_on()
        await eventually(lambda: are_decided(site, begun))  # also while nobody can be answered
        await eventually(lambda: has_none_under_way(site))
        await site.is_refused(*first)
        is_certain = await was_never_sent(site, *second)
        await site.says("broker", "broker_blocked")
        await site.says("broker", "broker_blocked", "booking")
        reads = await site.reads(sure)
        await home.do("control", command, off)
    await site.heals()
    again = [await site.hold(*first), await site.hold(*second)]
    outcomes = [await site.citizen.get(f"{one.headers['Location']}?wait=10") for one in begun]

    record_property("refused_within_s", [round(s, 2) for s in site.took])
    assert {one.status for one in begun} == {202}
    assert {one.json["outcome"]["status"] for one in outcomes} == {201}
    assert (is_certain, reads) == (True, READ)
    assert {one.status for one in again} == {201}
    assert [await site.world.remaining(ref) for ref in (unsure, sure)] == [4, 4]


async def was_never_sent(site: Site, body: Any, key: str) -> bool:
    """Whether a command was refused for certain, and not left with the broker for later."""
    refused = SENT_BY_RESULT[Published.REFUSED]._value
    before = refused.get()
    await site.is_refused(body, key)
    return bool(refused.get() == before + 1)


async def are_decided(site: Site, begun: list[Any]) -> bool:
    ids = [UUID(one.json["request_id"]) for one in begun]
    sql = "SELECT count(*) FROM booking.command WHERE id = ANY ($1::uuid[])"
    return bool(await site.world.admin.fetchval(sql, ids) == len(ids))


async def has_none_under_way(site: Site) -> bool:
    return site.gateway.replies.under_way == 0


async def test_a_full_queue_refuses_who_comes_and_loses_nobody_who_is_in_it(site: Site) -> None:
    ref, body, key = await site.new(200)
    await bound(site, ROOM)

    with site.still():
        taken = await fill(site, ref)
        await site.is_refused(body, key)
        await site.says("commands", "queue_full")
        reads = await site.reads(ref)
    await site.heals()
    again = await site.hold(body, key)
    await site.until_granted(*taken)
    await provision.provision_broker(site.stack.servers, site.stack.vhost)

    assert len(taken) >= ROOM
    assert (reads, again.status) == (READ, 201)
    assert await site.world.remaining(ref) == 200 - len(taken) - 1


async def bound(site: Site, room: int) -> None:
    """Let the queue of commands take only so many messages, and refuse as it always does."""
    vhost = quote(site.stack.vhost, safe="")
    policy = next(one for one in provision.TOPOLOGY["policies"] if one["name"] == "commands")
    policy = policy | {"definition": policy["definition"] | {"max-length": room}}
    async with provision._management(site.stack.servers) as api:
        await provision._put(api, f"/api/policies/{vhost}/commands", policy)


async def fill(site: Site, ref: SlotRef) -> list[PlaceHold]:
    """Put in others' commands until the broker refuses one; gives those that it took."""
    taken: list[PlaceHold] = []
    for _ in range(150):
        command = Citizen(site.gateway.keys).hold(ref)
        if await site.put(command) != Published.ACCEPTED:
            return taken
        taken.append(command)
    pytest.fail("the queue never was full")


async def test_without_its_binding_no_command_is_accepted_until_it_is_made_again(
    site: Site,
) -> None:
    ref, body, key = await site.new(5)
    url = provision.admin_amqp_url(site.stack.servers, site.stack.vhost)

    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(BOOKING_QUEUE, ensure=False)
        await queue.unbind("antrean.commands", "booking.#")
    await site.is_refused(body, key)
    await site.says("commands", "unroutable")
    reads = await site.reads(ref)
    await provision.provision_broker(site.stack.servers, site.stack.vhost)
    await site.heals()
    again = await site.hold(body, key)

    assert (reads, again.status) == (READ, 201)
    assert await site.world.remaining(ref) == 4
