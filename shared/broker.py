"""RabbitMQ: what is published, with what is known of it, and what is consumed.

Two connections a process, one to publish and one to consume, because a broker in alarm stops
reading from whoever publishes (https://www.rabbitmq.com/docs/alarms).
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from typing import Any
from uuid import uuid4

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError, PublishError

from shared.links import LOST, Link, OnOpen, Opened, as_lost, connect_to_any

log = structlog.get_logger(__name__)

COMMANDS = "antrean.commands"
EVENTS = "antrean.events"
BOOKING_QUEUE = "antrean.commands.booking"
NOTIFIER_QUEUE = "antrean.notifier"
PARKING_QUEUE = "antrean.parking"
SLOTS_STREAM = "antrean.slots.stream"
# Why a broker that is there refuses a message.
QUEUE_FULL, UNROUTABLE = "queue_full", "unroutable"
DIRECT = ""  # the default exchange: the routing key is the queue's name

PUBLISH_TIMEOUT_S = 1.5
SILENCE_PROBE_S = 1.0
STUCK_S = 3.0

Incoming = AbstractIncomingMessage


class Published(StrEnum):
    """What is known of a publish: only `accepted` may be promised to anybody."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Publisher:
    """Publishes with a confirm and says what is known; never waits longer than its time limit."""

    def __init__(self, url: str, name: str) -> None:
        self.link = Link(url, f"antrean-{name}-{socket.gethostname()}-pub", self._open)
        self._confirmed: AbstractChannel | None = None
        self._plain: AbstractChannel | None = None
        self._is_in_doubt = False
        self._refusals: dict[str, str] = {}
        self._refused_since: float | None = None

    async def _open(self, connection: Opened) -> None:
        self._is_in_doubt = False
        self._confirmed = await connection.channel(on_return_raises=True)
        self._plain = await connection.channel(publisher_confirms=False)

    async def publish_confirmed(  # noqa: PLR0913 three are named and may be left out
        self,
        exchange: str,
        key: str,
        body: bytes,
        *,
        headers: Mapping[str, Any] | None = None,
        reply_to: str | None = None,
        timeout_s: float = PUBLISH_TIMEOUT_S,
    ) -> Published:
        """Publish one persistent, mandatory message and wait for the broker's word.

        `accepted`: the broker has it on disk. `refused`: it certainly has not (queue full, no
        route, in alarm, not connected). `unknown`: it may have; the same message may be sent again
        only if its consumer drops what it has seen.
        """
        channel = self._confirmed
        if channel is None or channel.is_closed or not self.link.up.is_set() or self._is_shut():
            return Published.REFUSED
        message = _persistent(body, headers or {}, reply_to)
        target = _exchange(channel, exchange)
        try:
            with as_lost():
                async with asyncio.timeout(timeout_s):
                    await (await target).publish(message, routing_key=key, mandatory=True)
        except DeliveryError as error:
            self._refusals[key] = UNROUTABLE if isinstance(error, PublishError) else QUEUE_FULL
            log.warning("publish_refused", key=key, reason=self._refusals[key])
            if self._refusals[key] == QUEUE_FULL:
                await self._begin_anew_if_stuck()
            return Published.REFUSED
        except (TimeoutError, *LOST) as error:
            log.warning("publish_unknown", key=key, error=type(error).__name__)
            self._is_in_doubt = True
            return Published.UNKNOWN
        self._is_in_doubt, self._refused_since = False, None
        self._refusals.pop(key, None)
        return Published.ACCEPTED

    async def _begin_anew_if_stuck(self) -> None:
        """Make a new connection where nothing but no was said for a while.

        A channel may go on refusing for a queue that takes messages again: seen with RabbitMQ
        3.10, when the node died that led the queue. Where the queue is full in truth, a new
        connection hears the same.
        """
        now = asyncio.get_running_loop().time()
        if self._refused_since is None:
            self._refused_since = now
        elif now - self._refused_since > STUCK_S:
            self._refused_since = None
            await self.link.drop()

    def refusal(self, key: str) -> str | None:
        """Say why the broker refused the last message with this key; None where it took it."""
        return self._refusals.get(key)

    async def send_plain(self, queue: str, body: bytes) -> None:
        """Send to a queue without a confirm: for answers whose truth is stored elsewhere.

        A broker in alarm reads none: who went on writing would wait once the buffers are full.
        """
        channel = self._plain
        if channel is None or channel.is_closed or self._is_shut():
            return
        message = aio_pika.Message(body, content_type="application/json")
        with contextlib.suppress(*LOST, TimeoutError), as_lost():
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await channel.default_exchange.publish(message, queue, mandatory=False)

    async def is_silent(self) -> bool:
        """Whether the broker left a publish without a word and says nothing still.

        It is asked again, since whoever is not ready is sent nothing that could show it.
        """
        if not self._is_in_doubt or self._plain is None or not self.link.up.is_set():
            return False
        try:
            with as_lost():
                async with asyncio.timeout(SILENCE_PROBE_S):
                    await self._plain.get_exchange(COMMANDS)
        except (TimeoutError, *LOST):
            return True
        self._is_in_doubt = False
        return False

    def is_blocked(self) -> bool:
        """Whether the broker is in alarm and takes nothing from publishers, or is not there.

        It says so to whoever publishes first, and takes it back by itself.
        """
        return self.link.connection is None or not self.link.up.is_set() or self._is_shut()

    def _is_shut(self) -> bool:
        """Whether the broker said on this connection that it is in alarm."""
        transport = self.link.connection.transport if self.link.connection else None
        if transport is None:
            return False
        # aio-pika has no public hook for this; the underlying gate is shut while blocked, and one
        # step into the wait for it ends at once where it is open.
        gate = transport.connection.ready()
        try:
            gate.send(None)
        except StopIteration:
            return False
        gate.close()
        return True


def _persistent(body: bytes, headers: Mapping[str, Any], reply_to: str | None) -> aio_pika.Message:
    """Make a message; its id is new for every attempt, or two would get each other's answers."""
    return aio_pika.Message(
        body,
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=uuid4().hex,
        headers=dict(headers),
        reply_to=reply_to,
    )


async def _exchange(channel: AbstractChannel, name: str) -> Any:
    if name == DIRECT:
        return channel.default_exchange
    return await channel.get_exchange(name, ensure=False)


class Broker:
    """The two connections of a process. Use `start`, then `publisher`, then `stop`."""

    def __init__(self, url: str, name: str) -> None:
        self.publisher = Publisher(url, name)
        self._consume = Link(url, f"antrean-{name}-{socket.gethostname()}-con", self._open)
        self._on_open: list[OnOpen] = []

    def on_consume(self, on_open: OnOpen) -> None:
        """Register what is consumed: called with each new connection, before it counts as up."""
        self._on_open.append(on_open)

    async def start(self) -> None:
        """Begin to connect both ways; returns at once."""
        self.publisher.link.start()
        self._consume.start()

    async def stop(self) -> None:
        """Close both connections."""
        await self._consume.stop()
        await self.publisher.link.stop()

    async def wait_up(self, timeout_s: float = 30) -> None:
        """Wait until both connections are usable; raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self.publisher.link.up.wait()
            await self._consume.up.wait()

    def hearing_s(self) -> float:
        """Say for how many seconds messages have been coming in without a break."""
        return self._consume.up_s()

    async def readiness(self) -> dict[str, str]:
        """Say what keeps this process from working with the broker; empty when nothing does."""
        troubles = {}
        if not self._consume.up.is_set() or not self.publisher.link.up.is_set():
            troubles["broker"] = "not connected"
        elif self.publisher.is_blocked():
            troubles["broker"] = "broker_blocked"
        elif await self.publisher.is_silent():
            troubles["broker"] = "broker_silent"
        return troubles

    async def _open(self, connection: Opened) -> None:
        for on_open in self._on_open:
            await on_open(connection)


async def settle(message: Incoming, *, multiple: bool = True) -> None:
    """Acknowledge; on a channel that died the broker delivers again and the ledger drops it."""
    with contextlib.suppress(*LOST), as_lost():
        await message.ack(multiple=multiple)


async def give_back(message: Incoming) -> None:
    """Return a message to its queue, unhandled."""
    with contextlib.suppress(*LOST), as_lost():
        await message.nack(requeue=True)


@contextlib.asynccontextmanager
async def in_hand(url: str, queue: str, most: int) -> AsyncIterator[list[Incoming]]:
    """Hold up to `most` messages of a queue, oldest first, for as long as the block runs.

    What it did not acknowledge goes back to its place, as it does where this process dies.
    """
    connection = await connect_to_any(url)
    async with connection:
        channel = await connection.channel()
        source = await channel.get_queue(queue, ensure=False)
        found: list[Incoming] = []
        try:
            while len(found) < most:
                message = await source.get(fail=False, timeout=5)
                if message is None:
                    break
                found.append(message)
            yield found
        finally:
            for message in reversed(found):
                if not message.processed:
                    await give_back(message)


async def peek_queue(url: str, queue: str, most: int) -> list[tuple[dict[str, Any], bytes]]:
    """Read up to `most` messages of a queue as (headers, body), and leave them where they are."""
    async with in_hand(url, queue, most) as found:
        return [(dict(message.headers), message.body) for message in found]
