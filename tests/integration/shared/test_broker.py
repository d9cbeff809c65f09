"""What a publisher may promise, on a real broker."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest
from aiormq import Connection

from deploy.local import provision
from deploy.local.environment import Stack
from shared import broker as broker_module
from shared import links
from shared.broker import (
    COMMANDS,
    DIRECT,
    PARKING_QUEUE,
    Broker,
    Published,
    peek_queue,
)
from tests.conftest import eventually
from tests.integration.gateway.cables import Cable


@pytest.fixture
async def broker(stack: Stack) -> AsyncIterator[Broker]:
    """The gateway's own connections."""
    opened = Broker(stack.environment("gateway")["ANTREAN_AMQP_URL"], "test")
    await opened.start()
    await opened.wait_up()
    yield opened
    await opened.stop()


@pytest.fixture
async def admin_broker(stack: Stack) -> AsyncIterator[Broker]:
    """The administrator's connections, who may put anything anywhere."""
    opened = Broker(provision.admin_amqp_url(stack.servers, stack.vhost), "test")
    await opened.start()
    await opened.wait_up()
    yield opened
    await opened.stop()


async def test_what_finds_no_queue_is_refused_not_lost(broker: Broker) -> None:
    result = await broker.publisher.publish_confirmed(COMMANDS, "nobody.listens", b"{}")

    assert result == Published.REFUSED


async def test_where_nothing_but_no_is_said_a_new_connection_is_made(
    admin_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "STUCK_S", 0.3)
    publisher, queue, other = admin_broker.publisher, f"full-{uuid4().hex}", f"other-{uuid4().hex}"
    first = publisher.link.connection
    assert first is not None
    full = {"x-max-length": 0, "x-overflow": "reject-publish"}
    channel = await first.channel()
    await channel.declare_queue(queue, arguments=full)
    await channel.declare_queue(other)

    async def is_another() -> bool:
        assert await publisher.publish_confirmed(DIRECT, queue, b"{}") == Published.REFUSED
        return publisher.link.up.is_set() and publisher.link.connection is not first

    assert await eventually(is_another)
    assert await publisher.publish_confirmed(DIRECT, other, b"{}") == Published.ACCEPTED


async def test_what_has_no_way_is_refused_again_and_again_on_one_connection(
    admin_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "STUCK_S", 0.0)
    publisher = admin_broker.publisher
    first = publisher.link.connection

    said = [await publisher.publish_confirmed(COMMANDS, "nobody.listens", b"{}") for _ in range(5)]

    assert set(said) == {Published.REFUSED}
    assert publisher.link.connection is first


async def test_without_a_connection_it_is_refused_at_once() -> None:
    nowhere = Broker("amqp://nobody:nothing@127.0.0.1:1/none", "test")

    result = await nowhere.publisher.publish_confirmed(COMMANDS, "booking.commands", b"{}")

    assert result == Published.REFUSED
    assert await nowhere.readiness() == {"broker": "not connected"}


async def test_what_no_broker_confirms_in_time_is_unknown(broker: Broker) -> None:
    result = await broker.publisher.publish_confirmed(
        COMMANDS, "notifier.text", b'{"kind": "nothing"}', timeout_s=0
    )

    assert result == Published.UNKNOWN


async def test_a_lost_connection_is_made_again_and_takes_messages(broker: Broker) -> None:
    first = broker.publisher.link.connection

    await broker.publisher.link.drop()
    async with asyncio.timeout(10):
        while broker.publisher.link.connection in (None, first):
            await asyncio.sleep(0.02)
    await broker.wait_up()

    result = await broker.publisher.publish_confirmed(COMMANDS, "nobody.listens", b"{}")
    assert result == Published.REFUSED  # an answer of the broker's, on the new connection
    assert await broker.readiness() == {}


async def test_a_look_into_a_queue_leaves_the_messages_there(stack: Stack) -> None:
    url = stack.environment("booking")["ANTREAN_AMQP_URL"]
    worker = Broker(url, "test")
    await worker.start()
    await worker.wait_up()
    body = uuid4().hex.encode()
    parked = await worker.publisher.publish_confirmed(DIRECT, PARKING_QUEUE, body)
    await worker.stop()

    looks = [await peek_queue(url, PARKING_QUEUE, 1000) for _ in range(30)]  # 4.x would drop at 20

    assert parked == Published.ACCEPTED
    assert all(body in [text for _, text in look] for look in looks)
    assert [text for _, text in looks[0]] == [text for _, text in looks[-1]]


async def test_a_publish_to_what_is_not_there_ends_no_other(admin_broker: Broker) -> None:
    publisher = admin_broker.publisher
    nowhere = await publisher.publish_confirmed("antrean.nowhere", "any", b"{}")

    async def is_taken() -> bool:
        sent = await publisher.publish_confirmed(DIRECT, PARKING_QUEUE, b"{}")
        return sent == Published.ACCEPTED

    assert nowhere != Published.ACCEPTED
    await eventually(is_taken)


async def test_what_is_published_survives_the_broker(admin_broker: Broker, stack: Stack) -> None:
    url = provision.admin_amqp_url(stack.servers, stack.vhost)
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).declare_queue(exclusive=True)
        await admin_broker.publisher.publish_confirmed(DIRECT, queue.name, b"{}")

        message = await queue.get()

    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT


async def test_who_publishes_gets_over_a_connection_that_says_nothing_any_more(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "HEARTBEAT_S", 1)
    monkeypatch.setattr(Connection, "HEARTBEAT_GRACE_MULTIPLIER", 1)
    url = provision.admin_amqp_url(stack.servers, stack.vhost)
    cable = Cable.to(url, 5672)
    await cable.join()
    far = Broker(cable.through(url), "test")
    await far.start()
    await far.wait_up()
    publisher, heard = far.publisher, set()

    async def publish_on() -> None:
        while True:
            heard.add(await publisher.publish_confirmed(DIRECT, "nobody.listens", b"{}"))
            await asyncio.sleep(0.01)

    async def is_given_up() -> bool:
        return not publisher.link.up.is_set()

    cable.hears.clear()
    publishing = asyncio.create_task(publish_on())
    await eventually(is_given_up)
    cable.hears.set()
    await far.wait_up()
    went_on = not publishing.done()
    publishing.cancel()
    await far.stop()
    await cable.cut()

    assert went_on
    assert Published.UNKNOWN in heard


async def test_a_broker_of_several_hosts_is_found_behind_the_next_one(stack: Stack) -> None:
    url = stack.environment("gateway")["ANTREAN_AMQP_URL"]
    one, other = Cable.to(url, 5672), Cable.to(url, 5672)
    await one.join()
    await other.join()
    both = one.through(url).replace(f":{one.here}/", f":{one.here},127.0.0.1:{other.here}/")
    opened = Broker(both, "test")
    await opened.start()
    await opened.wait_up()

    await one.cut()

    async def is_up() -> bool:
        return bool(other.ends) and not await opened.readiness()

    assert await eventually(is_up)
    await opened.stop()
    await other.cut()


async def test_a_queue_is_looked_into_where_the_first_host_is_gone(stack: Stack) -> None:
    url = stack.environment("booking")["ANTREAN_AMQP_URL"]

    assert await peek_queue(url.replace("@", "@127.0.0.1:1,"), PARKING_QUEUE, 0) == []
