"""Messages that came back again and again: each is tried alone, and takes nobody along.

Whatever was in hand when a worker died comes again, the message that killed it among many others.
Those that did so too often are set apart in a queue of their own, where each item becomes a
message. A worker fetches one of them when it has nothing else in hand and tries it at once, so that
what came back from there was a try in vain; after a few of them the worker puts it aside.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from prometheus_client import Counter

from shared.broker import DIRECT, Broker, Incoming, Published
from shared.links import LOST, Opened, as_lost

log = structlog.get_logger(__name__)

SUFFIX = ".suspects"  # of a queue's name
SUSPECT = 3  # so many deliveries were in vain: an outage or two may do that as well
TRIES = 3
LOOK_S, FETCH_S = 1.0, 2.0
MANY = 20  # tried in a turn

SUSPECTED = Counter("antrean_messages_suspected", "Messages set apart, by queue.", ["queue"])


def in_vain(message: Incoming) -> int:
    """Say how often a message was delivered before and came back.

    Quorum queues count it in `x-delivery-count`:
    https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling
    """
    count = message.headers.get("x-delivery-count")
    return count if isinstance(count, int) else 0


class Suspects:
    """The messages of one queue that are set apart."""

    def __init__(self, broker: Broker, queue: str) -> None:
        self._broker, self._queue = broker, queue
        self._apart: Any = None
        self._look_at = 0.0

    async def open(self, connection: Opened) -> None:
        """Reach the queue; raises where it is not there or may not be read."""
        self._apart = None
        channel = await connection.channel()
        self._apart = await channel.get_queue(self._queue + SUFFIX, ensure=True)

    async def fetch(self) -> Incoming | None:
        """Fetch the next message, if it is time to look and there is one.

        It must be handled at once: whatever ends this process meanwhile counts against it.
        """
        now = asyncio.get_running_loop().time()
        if self._apart is None or now < self._look_at:
            return None
        found: Incoming | None = None
        try:
            with as_lost():
                found = await self._apart.get(fail=False, timeout=FETCH_S)
        except (TimeoutError, *LOST) as error:
            log.warning("suspects_not_fetched", queue=self._queue, error=type(error).__name__)
        if found is None:
            self._look_at = now + LOOK_S
        return found

    async def take(self, message: Incoming) -> bool:
        """Take a message over, unread; False where that is not certain."""
        SUSPECTED.labels(self._queue).inc()
        log.warning("message_suspected", queue=self._queue)
        return await self._put(message.body, message)

    async def take_parts(self, message: Incoming, bodies: Sequence[bytes]) -> bool:
        """Take the parts of a message, each for itself; False where that is not certain of one."""
        for body in bodies:
            if not await self._put(body, message):
                return False
        return True

    async def _put(self, body: bytes, like: Incoming) -> bool:
        publish = self._broker.publisher.publish_confirmed
        key, headers = self._queue + SUFFIX, _own(like.headers)
        sent = await publish(DIRECT, key, body, headers=headers, reply_to=like.reply_to)
        self._look_at = 0.0
        return sent == Published.ACCEPTED


def _own(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the broker wrote on it."""
    return {name: value for name, value in headers.items() if not name.startswith("x-")}
