"""Messages that came back again and again: each is tried alone, and takes nobody along.

Whatever was in hand when a worker died comes again, the message that killed it among many others.
Those that did so too often are set apart in a queue of their own. A worker takes one of them at a
time, each item as a message: there a delivery is a try, and after a few of them the queue's policy
gives the message up (delivery-limit): the operator finds it, and it alone, among the parked.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from prometheus_client import Counter

from shared.broker import DIRECT, Broker, Incoming, Published
from shared.links import Opened

log = structlog.get_logger(__name__)

SUFFIX = ".suspects"  # of a queue's name
SUSPECT = 3  # so many deliveries were in vain: an outage or two may do that as well
PAUSE_S = 0.5

SUSPECTED = Counter("antrean_messages_suspected", "Messages set apart, by queue.", ["queue"])


def is_suspect(message: Incoming) -> bool:
    """Whether a message came back so often that it may be what ends its workers.

    `x-delivery-count` says how often it was delivered before, in quorum queues:
    https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
    """
    count = message.headers.get("x-delivery-count")
    return isinstance(count, int) and count >= SUSPECT


class Suspects:
    """The messages of one queue that are set apart."""

    def __init__(self, broker: Broker, queue: str) -> None:
        self._broker, self._queue = broker, queue
        self.waiting: asyncio.Queue[Incoming] = asyncio.Queue()
        self._consumed: Any = None
        self._tag = ""

    async def open(self, connection: Opened) -> None:
        """Take one message at a time from now on."""
        self.waiting = asyncio.Queue()
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        self._consumed = await channel.get_queue(self._queue + SUFFIX, ensure=True)
        self._tag = await self._consumed.consume(self._arrive)

    async def close(self) -> None:
        """Take no more."""
        if self._consumed is not None:
            await self._consumed.cancel(self._tag)

    async def _arrive(self, message: Incoming) -> None:
        self.waiting.put_nowait(message)

    async def set_apart(self, message: Incoming) -> None:
        """Move a message here, unread; it is not acknowledged before it is there."""
        SUSPECTED.labels(self._queue).inc()
        log.warning("message_suspected", queue=self._queue)
        await self._put(message.body, message)

    async def put_instead(self, message: Incoming, bodies: Sequence[bytes]) -> None:
        """Put the parts of a message here, each for itself."""
        for body in bodies:
            await self._put(body, message)

    async def _put(self, body: bytes, like: Incoming) -> None:
        publish = self._broker.publisher.publish_confirmed
        key, headers = self._queue + SUFFIX, _own(like.headers)
        while True:
            sent = await publish(DIRECT, key, body, headers=headers, reply_to=like.reply_to)
            if sent == Published.ACCEPTED:
                return
            await asyncio.sleep(PAUSE_S)


def _own(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the broker wrote on it."""
    return {name: value for name, value in headers.items() if not name.startswith("x-")}
