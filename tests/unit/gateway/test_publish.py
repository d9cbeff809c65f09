import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aio_pika.exceptions import DeliveryError

from services.gateway.publish import CommandSender
from shared.broker import Published, Publisher
from shared.messages import Channel, Contact, ReleaseHold
from tests.unit.shared.silence import SilentChannel, confirm_of, publisher_on


def command() -> ReleaseHold:
    return ReleaseHold(
        id=uuid4(), owner="ab" * 32, channel=Channel.WEB, contact=Contact(), hold_id=uuid4()
    )


def sender_on(channel: SilentChannel) -> CommandSender:
    publisher: Publisher = publisher_on(channel)
    return CommandSender(publisher, lambda: "a.queue")


async def test_after_a_connection_that_fell_silent_the_next_commands_are_sent() -> None:
    channel = SilentChannel()
    sender = sender_on(channel)
    running = asyncio.create_task(sender.run())

    first = asyncio.create_task(sender.send(command()))
    (await confirm_of(channel)).set_exception(asyncio.CancelledError())
    told = [await first]
    second = asyncio.create_task(sender.send(command()))
    (await confirm_of(channel, 1)).set_result(None)
    told.append(await second)
    running.cancel()
    await asyncio.wait({running})

    assert told == [Published.UNKNOWN, Published.ACCEPTED]
    assert running.cancelled()


class Ending:
    """A publisher that ends who publishes."""

    async def publish_confirmed(self, *_: Any, **__: Any) -> Published:
        raise asyncio.CancelledError


async def test_a_sender_that_ends_by_itself_says_so() -> None:
    publisher: Any = Ending()
    sender = CommandSender(publisher, lambda: "a.queue")
    running = asyncio.create_task(sender.run())

    told = await sender.send(command())
    with pytest.raises(ExceptionGroup) as ended:
        async with asyncio.timeout(1):
            await running

    assert told == Published.UNKNOWN
    assert ended.group_contains(RuntimeError, match="_send_all")


async def test_why_commands_are_refused_is_tried_anew_and_told_until_one_is_taken() -> None:
    channel = SilentChannel()
    sender = sender_on(channel)
    running = asyncio.create_task(sender.run())
    full: Any = DeliveryError(None, None)  # type: ignore[arg-type]  # a nack has no message

    sent = asyncio.create_task(sender.send(command()))
    (await confirm_of(channel)).set_exception(full)
    refused = await sent
    asked = asyncio.create_task(sender.readiness())
    (await confirm_of(channel, 1)).set_exception(full)
    told = [await asked]
    asked = asyncio.create_task(sender.readiness())
    (await confirm_of(channel, 2)).set_result(None)
    told += [await asked, await sender.readiness()]
    running.cancel()
    await asyncio.wait({running})

    assert refused == Published.REFUSED
    assert told == [{"commands": "queue_full"}, {}, {}]
    assert len(channel.confirms) == 3
