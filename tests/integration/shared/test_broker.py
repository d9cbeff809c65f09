"""What a publisher may promise, on a real broker."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from deploy.local.environment import Stack
from shared.broker import (
    COMMANDS,
    DIRECT,
    PARKING_QUEUE,
    Broker,
    Published,
    peek_queue,
)


@pytest.fixture
async def broker(stack: Stack) -> AsyncIterator[Broker]:
    """The gateway's own connections."""
    opened = Broker(stack.environment("gateway")["ANTREAN_AMQP_URL"], "test")
    await opened.start()
    await opened.wait_up()
    yield opened
    await opened.stop()


async def test_what_finds_no_queue_is_refused_not_lost(broker: Broker) -> None:
    result = await broker.publisher.publish_confirmed(COMMANDS, "nobody.listens", b"{}")

    assert result == Published.REFUSED


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

    first, second = [await peek_queue(url, PARKING_QUEUE, 1000) for _ in range(2)]

    assert parked == Published.ACCEPTED
    assert body in [text for _, text in first]
    assert [text for _, text in first] == [text for _, text in second]
